package exec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// (x - m)/s, with m and s the same for every row of x, waits for m and s if rows are
// computed one after the other: they come from the L2 cache for each. So several rows
// are computed at once.

// rowsPart is the elements of a row that are computed for several rows at once: what
// the rows share fits the L2 cache, and loops in assembly can't be interrupted.
const rowsPart = longPiece / 4

// longRow is the bytes of rows that are worth it: shorter ones that are shared stay in
// the L1 cache.
const longRow = 16 << 10

// rowsTogether reports whether a walk that ends with the destination is computed
// several rows at once: by the program's only loop, where rows are long, and some
// operand is the same for neighbours.
func (w *tiles) rowsTogether() bool {
	last := len(w.walk.shape) - 1
	if len(w.p.instrs) != 1 || w.p.instrs[0].rows == nil || last < 1 || w.walk.shape[last]*w.p.items[len(w.ops)] < longRow {
		return false
	}
	shared := false
	for _, s := range w.walk.strides {
		if s[last] != 1 {
			return false
		}
		shared = shared || s[last-1] == 0
	}
	return shared
}

// sharedAxis returns the innermost axis along which some leaf in memory has the same
// rows, if the program's only loop computes several at once; else -1.
func (p *program) sharedAxis() int {
	shared := -1
	if len(p.instrs) != 1 || p.instrs[0].rows == nil {
		return shared
	}
	for _, l := range p.leaves {
		l, ok := l.(memLeaf)
		if !ok {
			continue
		}
		mapped := make([]bool, len(l.view.Shape))
		for _, m := range l.view.Maps {
			if m.Out >= 0 {
				mapped[m.Out] = true
			}
		}
		for k := len(mapped) - 2; k >= 0; k-- {
			if !mapped[k] && mapped[k+1] {
				shared = max(shared, k)
			}
		}
	}
	return shared
}

// storeRows computes the walk so, past the caches; offs are of its first elements,
// the destination's last.
func (w *tiles) storeRows(t *task, dst operand, offs []int) {
	in, l := &w.p.instrs[0], w.walk
	last, item := len(l.shape)-1, w.p.items[len(w.ops)]
	height, width := l.shape[last-1], l.shape[last]
	parts := (width-1)/rowsPart + 1
	part := (width-1)/parts + 1

	operands := append([]int{len(w.ops)}, in.args...)
	all := append(slices.Clone(w.ops), dst)
	bufs, pitches := make([][]byte, len(operands)), make([]int, len(operands))
	for k, o := range operands {
		pitches[k] = l.strides[o][last-1]
	}
	cells, index := slices.Clone(l.shape), make([]int, len(l.shape))
	cells[last-1], cells[last] = (height-1)/kernel.MaxRows+1, parts
	for cell := range (nd.Box{Start: make([]int, len(cells)), Shape: cells}).Indices() {
		if t.stage.stopped.Load() {
			return
		}
		copy(index, cell)
		index[last-1] *= kernel.MaxRows
		index[last] *= part
		for k, o := range operands {
			bufs[k] = all[o].buf[(offs[o]+dot(index, l.strides[o]))*item:]
		}
		in.rows(bufs[0], bufs[1:], min(kernel.MaxRows, height-index[last-1]), min(part, width-index[last]), pitches)
	}
	kernel.Fence()
}
