package chunkgrid

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// textRoom is memory for texts, of which nobody knows how long they are before
// they are read: it has the chunks of them wait that it has no room for beside
// others, going by the largest so far. The first is alone.
type textRoom struct {
	budget  int // bytes
	mu      sync.Mutex
	left    *sync.Cond
	inside  int // chunks
	largest int // bytes of a chunk that is done; 0: none is
	garbage int // bytes of chunks that are done, since they were last collected
}

func newTextRoom(budget int) *textRoom {
	r := &textRoom{budget: budget}
	r.left = sync.NewCond(&r.mu)
	return r
}

// do calls f, which takes memory for the texts of a chunk and returns how much that
// was. More than there is room for is exec.ErrMemory.
func (r *textRoom) do(ctx context.Context, chunk nd.Box, f func() (bytes int, err error)) error {
	if err := r.enter(ctx); err != nil {
		return err
	}
	bytes := 0
	defer func() { r.leave(bytes) }()
	bytes, err := f()
	if err == nil && bytes > r.budget {
		err = fmt.Errorf("the texts of chunk %v take %s, and there are %s for them: %w", chunk, nd.FormatBytes(bytes), nd.FormatBytes(r.budget), exec.ErrMemory)
	}
	return err
}

func (r *textRoom) enter(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.inside > 0 && (r.largest == 0 || r.largest > r.budget/(r.inside+1)) {
		r.left.Wait() // those inside see that ctx is cancelled
	}
	r.inside++
	if err := ctx.Err(); err != nil {
		r.inside--
		return err
	}
	return nil
}

func (r *textRoom) leave(bytes int) {
	if r.spend(bytes) {
		runtime.GC()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inside--
	r.left.Broadcast()
}

// spend notes what a chunk has taken, and says whether what chunks have left behind
// is too much to wait for the garbage collector, which lets the heap double.
func (r *textRoom) spend(bytes int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.largest = max(r.largest, bytes, 1)
	r.garbage += bytes
	if r.garbage <= max(r.budget/2, 16<<20) {
		return false
	}
	r.garbage = 0
	return true
}

// textBytes is about what it takes to read, or to copy, chunks of as many texts, of
// which some are known: their bytes as they are stored, decoded and encoded, and
// lists of them.
func textBytes(chunk int, texts []string) int {
	const copies, lists = 4, 4 * 16
	bytes := 0
	for _, s := range texts {
		bytes += len(s)
	}
	n := max(len(texts), 1)
	chunk = max(chunk, n)
	return chunk*lists + int(copies*float64(bytes)/float64(n)*float64(chunk))
}

// countsText reports whether the cost of reading an array counts its texts.
func countsText(a storage.Array) bool {
	c, ok := storage.As[storage.ReadCoster](a)
	return ok && c.ReadCost() > 0
}

// roomKey is the key under which a context has the room of a run.
type roomKey struct{}

// roomFor takes a quarter of the memory of a run for texts, if any of what it reads
// is a function of texts whose lengths aren't known; else it returns nil.
func (c *config) roomFor(outs []exec.Out) *textRoom {
	var nodes []*plan.Node
	for _, o := range outs {
		nodes = append(nodes, o.Node)
	}
	unknown := false
	plan.Walk(nodes, func(n *plan.Node) {
		t, ok := n.Leaf.(interface{ texts() storage.Array })
		unknown = unknown || ok && !countsText(t.texts())
	})
	if !unknown {
		return nil
	}
	quarter := c.memory() / 4
	c.exec.Memory -= quarter
	return newTextRoom(quarter)
}

// memory returns the budget of a run.
func (c *config) memory() int {
	if c.exec.Memory <= 0 {
		c.exec.Memory = exec.DefaultMemory()
	}
	return c.exec.Memory
}
