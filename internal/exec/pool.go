package exec

import (
	"sync"

	"github.com/ndgrid/ndgrid/nd"
)

// pool keeps buffers for reuse during one run, and counts all bytes the run
// holds. Callers ask for the largest size they will need, so that few sizes
// exist and every buffer fits again.
type pool struct {
	mu   sync.Mutex
	free map[int][][]byte
	held int // bytes, in use or free
	peak int // the most there were
}

func newPool() *pool { return &pool{free: map[int][][]byte{}} }

// rounded returns the size of a buffer for n bytes: whole cache lines.
func rounded(n int) int { return (n + 63) &^ 63 }

// get returns a buffer of n bytes, 64-byte aligned, with unspecified content.
func (p *pool) get(n int) []byte {
	n = rounded(n)
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
	return p.alloc(n)
}

// alloc returns a new buffer of n bytes, which its owner keeps until it says
// forget.
func (p *pool) alloc(n int) []byte {
	p.hold(n)
	return nd.MakeBytes(n)
}

// hold counts n bytes that were taken elsewhere.
func (p *pool) hold(n int) {
	p.mu.Lock()
	p.held += n
	p.peak = max(p.peak, p.held)
	p.mu.Unlock()
}

// forget takes n bytes off the count: nobody refers to them any more.
func (p *pool) forget(n int) {
	p.mu.Lock()
	p.held -= n
	p.mu.Unlock()
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

// drop lets go of all free buffers.
func (p *pool) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for size, l := range p.free {
		p.held -= size * len(l)
	}
	clear(p.free)
}
