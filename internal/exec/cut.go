package exec

import (
	"math/bits"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// The tasks of a stage are the chunks of its domain, unless everything lies in
// memory: then a task is what is worth a worker's while.

// taskElems is the elements of a task whose operands and results lie in memory.
const taskElems = 128 << 10

// acrossElems is the length of a task's rows where a leaf is walked across its
// memory: it then uses as much of the leaf's rows, and both sides keep to few
// pages.
const acrossElems = 1 << 10

// recut gives a stage that computes element by element from memory to memory
// tasks of its own size: chunks have no say in its results, so a large one is
// shared by the workers, and small ones are done together.
func (s *stage) recut() {
	for _, k := range s.sinks {
		if _, ok := k.target.memory(); !ok || k.isReduction() {
			return
		}
	}
	across := false // a leaf is walked across its memory
	for _, l := range s.prog.leaves {
		switch l := l.(type) {
		case constLeaf:
		case memLeaf:
			last := len(l.view.Shape) - 1
			for k, m := range l.view.Maps {
				across = across || last >= 0 && m.Out == last && m.Stride*l.strides[k] != 1
			}
		default:
			return
		}
	}
	shape := s.domain.Shape()
	n := size(shape)
	want := min(taskElems, max(n/(4*s.workers), 16<<10))
	row, first, rows := want, len(shape)-1, 1 // row bounds the elements along the axes from first on
	switch axis := s.prog.sharedAxis(); {
	case across:
		want, row = 4*want, acrossElems
	case axis >= 0:
		row, first, rows = rowsPart, axis+1, kernel.MaxRows
	}
	lengths := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		most := want
		switch {
		case k >= first:
			most = min(want, row)
		case k == first-1:
			most = (want + rows - 1) / rows * rows
		}
		pieces := (shape[k]-1)/most + 1
		lengths[k] = max((shape[k]-1)/max(pieces, 1)+1, 1)
		want = max(want/lengths[k], 1)
		if k >= first {
			row = max(row/lengths[k], 1)
		}
	}
	if g, err := nd.NewGrid(shape, lengths); err == nil {
		s.domain = g
	}
}

// batchSize returns the tasks a worker claims at a time: several where one is
// small and reads no store, a power of two, so that their partial results meet
// in the tree.
func (s *stage) batchSize(workers int) int {
	const worthwhile = 64 << 10 // bytes
	if len(s.sources) > 0 {
		return 1
	}
	task := 1
	for _, item := range s.prog.items {
		task = max(task, item)
	}
	task *= max(size(s.domain.MaxChunk()), 1)
	n := min(worthwhile/task, s.domain.Len()/(8*workers))
	if n < 2 {
		return 1
	}
	return 1 << (bits.Len(uint(n)) - 1)
}
