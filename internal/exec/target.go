package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// target is where the elements of an array go.
type target interface {
	// memory returns the whole target as memory, where it is that.
	memory() (operand, bool)
	// put stores a box that is dense in C order; boxes are those of a stage's grid.
	put(ctx context.Context, coord []int, box nd.Box, buf []byte) error
	// putCost bounds the bytes one put takes.
	putCost(chunk int) int
}

// inMemory is the part of targets that are memory: nothing is put into them.
type inMemory struct{}

func (inMemory) put(context.Context, []int, nd.Box, []byte) error { return nil }
func (inMemory) putCost(int) int                                  { return 0 }

// tempTarget is the memory of a temp, which exists when the run starts.
type tempTarget struct {
	inMemory
	t *temp
}

func (t tempTarget) memory() (operand, bool) {
	return operand{t.t.buf, 0, cStrides(t.t.node.Shape)}, true
}

// arrayTarget is a region of a stored array, which starts at origin.
type arrayTarget struct {
	dst    storage.WritableArray
	origin []int
	cuts   bool // the region has parts of chunks
	resume bool // chunks that are stored needn't be computed
}

func (arrayTarget) memory() (operand, bool) { return operand{}, false }

func (a arrayTarget) put(ctx context.Context, _ []int, box nd.Box, buf []byte) error {
	return storage.WriteBox(ctx, a.dst, a.place(box), buf)
}

// place returns where a box lies in the stored array.
func (a arrayTarget) place(box nd.Box) nd.Box {
	at := nd.WholeBox(box.Shape)
	for k := range at.Start {
		at.Start[k] = box.Start[k] + a.origin[k]
	}
	return at
}

// has reports whether an earlier run has stored a box, which is a whole chunk.
func (a arrayTarget) has(ctx context.Context, box nd.Box) (bool, error) {
	r, ok := storage.As[storage.Resumable](a.dst)
	if !ok || !a.resume || a.cuts {
		return false, nil
	}
	return r.Written(ctx, a.dst.Meta().WriteGrid.Cover(a.place(box)).Start)
}

// putCost allows for a codec's output and one buffer between two codecs, and
// for a chunk that is read where only a part of it is written.
func (a arrayTarget) putCost(chunk int) int {
	cost := 2 * chunk
	if c, ok := storage.As[storage.WriteCoster](a.dst); ok {
		cost = c.WriteCost()
	}
	if a.cuts {
		m := a.dst.Meta()
		whole := size(m.WriteGrid.MaxChunk()) * m.DType.Size()
		cost += whole + storage.ReadCost(a.dst, whole)
	}
	return cost
}

func equalBox(a, b nd.Box) bool {
	for k := range a.Shape {
		if a.Start[k] != b.Start[k] || a.Shape[k] != b.Shape[k] {
			return false
		}
	}
	return true
}

// eachTarget hands chunks to a function one after the other, in the order of
// the stage's walk. Tasks are claimed in that order, so the one whose turn it
// is always runs.
type eachTarget struct {
	f     func(box nd.Box, buf []byte) error
	stage *stage
	mu    sync.Mutex
	cond  *sync.Cond
	next  int
}

func newEachTarget(f func(box nd.Box, buf []byte) error) *eachTarget {
	e := &eachTarget{f: f}
	e.cond = sync.NewCond(&e.mu)
	return e
}

func (e *eachTarget) memory() (operand, bool) { return operand{}, false }
func (e *eachTarget) putCost(chunk int) int   { return chunk }

func (e *eachTarget) put(ctx context.Context, coord []int, box nd.Box, buf []byte) error {
	turn := 0
	n := e.stage.domain.NumChunks()
	for _, a := range e.stage.order {
		turn = turn*n[a] + coord[a]
	}
	stop := context.AfterFunc(ctx, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.cond.Broadcast()
	})
	defer stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.next != turn && ctx.Err() == nil {
		e.cond.Wait()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := e.f(nd.Box{Start: slices.Clone(box.Start), Shape: slices.Clone(box.Shape)}, buf) // f may keep the box
	e.next++
	e.cond.Broadcast()
	return err
}
