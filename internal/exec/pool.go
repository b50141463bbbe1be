package exec

import (
	"sync"

	"github.com/ndgrid/ndgrid/nd"
)

// pool keeps buffers for reuse during one run. Callers ask for the largest
// size they will need, so that few sizes exist and every buffer fits again.
type pool struct {
	mu   sync.Mutex
	free map[int][][]byte
}

func newPool() *pool { return &pool{free: map[int][][]byte{}} }

// get returns a buffer of n bytes, 64-byte aligned, with unspecified content.
func (p *pool) get(n int) []byte {
	n = (n + 63) &^ 63
	p.mu.Lock()
	if l := p.free[n]; len(l) > 0 {
		b := l[len(l)-1]
		p.free[n] = l[:len(l)-1]
		p.mu.Unlock()
		return b
	}
	p.mu.Unlock()
	if n == 0 {
		return []byte{}
	}
	return nd.MakeBytes(n)[:n:n]
}

// put gives back what get returned, whole.
func (p *pool) put(b []byte) {
	if len(b) == 0 {
		return
	}
	p.mu.Lock()
	p.free[len(b)] = append(p.free[len(b)], b)
	p.mu.Unlock()
}

// drop lets go of all free buffers and returns how many bytes they were.
func (p *pool) drop() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for size, l := range p.free {
		n += size * len(l)
	}
	clear(p.free)
	return n
}
