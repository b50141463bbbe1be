package exec

import (
	"math/bits"
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// The definition of a reduction's result. For one output element the elements
// to be reduced form a sequence: C order of the reduced axes. It is cut at the
// chunks of the argument's grid; a chunk's part is cut into leaves:
//
//   - where the last axis is reduced, every kernel.Tile elements (Reducer.Run,
//     which makes one state of many leaves where nothing has to be computed first);
//   - where it is kept, every kernel.LeafRows elements (Reducer.Rows).
//
// The leaves of a chunk, and then the chunks in C order of their coordinates,
// are merged pairwise: 0 with 1, 2 with 3, then these with each other; an odd
// one at the end waits for the next level. Nothing else (workers, memory,
// tiles, fusion) has a say, so the bits of a result follow from plan and grid.

// folding is one reduction of a task's box.
type folding struct {
	sink   *sink
	reg    int
	red    kernel.Reducer
	states []byte // of the box's outputs, C order of the kept axes
}

// tree merges states that arrive in order.
type tree struct {
	w      *worker
	red    kernel.Reducer
	leaf   []byte   // for the next state
	levels [][]byte // levels[i]: 2^i leaves merged, where bit i of count is set
	count  int
}

// reserve makes sure that leaf has n bytes. The tree is empty.
func (tr *tree) reserve(n int) {
	if len(tr.leaf) < n {
		tr.w.own(len(tr.leaf)*(1+len(tr.levels)), n)
		tr.leaf, tr.levels = nd.MakeBytes(n), nil
	}
}

// push takes the state of n bytes in leaf, which is other memory afterwards.
func (tr *tree) push(n int) {
	top := bits.TrailingZeros(^uint(tr.count)) // the levels below it are merged
	if len(tr.levels) == top {
		tr.w.own(0, len(tr.leaf))
		tr.levels = append(tr.levels, nd.MakeBytes(len(tr.leaf)))
	}
	s := &tr.leaf
	for level := range top {
		tr.red.Merge(tr.levels[level][:n], (*s)[:n])
		s = &tr.levels[level]
	}
	tr.levels[top], *s = *s, tr.levels[top]
	tr.count++
}

// finish writes the merged state to dst and empties the tree.
func (tr *tree) finish(dst []byte) {
	var acc []byte
	for level := 0; tr.count>>level > 0; level++ {
		if tr.count>>level&1 == 0 {
			continue
		}
		s := tr.levels[level][:len(dst)]
		if acc != nil {
			tr.red.Merge(s, acc)
		}
		acc = s
	}
	copy(dst, acc)
	tr.count = 0
}

// foldWalk is how a program folds boxes of one shape and strides.
type foldWalk struct {
	shape   []int
	strides [][]int // of the operands
	reduced []bool
	kept    loop
	red     loop
	all     loop // of runs: kept, then reduced axes
	outs    int  // elements of the kept axes
	rows    int  // of the reduced axes
	outer   cursor
	inner   cursor
	offs    []int
	at      []int
}

// walkFor returns the loops for a box, those of the last one if it was alike.
func (f *frame) walkFor(ops []operand, shape []int, reduced []bool) *foldWalk {
	w := &f.fold
	w.offs = w.offs[:0]
	for _, o := range ops {
		w.offs = append(w.offs, o.off)
	}
	if w.alike(ops, shape, reduced) {
		return w
	}
	strides := make([][]int, len(ops))
	for k, o := range ops {
		strides[k] = slices.Clone(o.strides)
	}
	*w = foldWalk{shape: slices.Clone(shape), strides: strides, reduced: slices.Clone(reduced), offs: w.offs,
		kept: pick(shape, strides, reduced, false), red: pick(shape, strides, reduced, true), at: make([]int, len(ops))}
	w.all, w.outs, w.rows = join(w.kept, w.red), size(w.kept.shape), size(w.red.shape)
	return w
}

func (w *foldWalk) alike(ops []operand, shape []int, reduced []bool) bool {
	if w.strides == nil || !slices.Equal(w.shape, shape) || !slices.Equal(w.reduced, reduced) {
		return false
	}
	for k := range ops {
		if !slices.Equal(w.strides[k], ops[k].strides) {
			return false
		}
	}
	return true
}

// fold computes the program for a box and folds registers along the reduced axes.
func (p *program) fold(t *task, ops []operand, shape []int, reduced []bool, fs []folding) {
	f := t.frame(p)
	w := f.walkFor(ops, shape, reduced)
	last := len(shape) - 1
	if last < 0 || reduced[last] {
		p.foldRuns(t, f.over(t, ops, w.all), w, fs)
		return
	}
	p.foldRows(t, f, ops, w, fs)
}

// pick returns the merged loop over the axes whose mask is want.
func pick(shape []int, strides [][]int, mask []bool, want bool) loop {
	var sh []int
	st := make([][]int, len(strides))
	for k, n := range shape {
		if mask[k] == want {
			sh = append(sh, n)
			for o := range strides {
				st[o] = append(st[o], strides[o][k])
			}
		}
	}
	return mergeAxes(sh, st)
}

func join(a, b loop) loop {
	j := loop{shape: append(append([]int{}, a.shape...), b.shape...)}
	for o := range a.strides {
		j.strides = append(j.strides, append(append([]int{}, a.strides[o]...), b.strides[o]...))
	}
	return j
}

// runPiece returns the elements that foldRuns takes at a time: a tile, or many
// where they lie side by side.
func (w *foldWalk) runPiece(p *program, fs []folding) int {
	if len(p.instrs) > 0 || len(w.red.shape) != 1 {
		return kernel.Tile
	}
	for _, f := range fs {
		if w.red.strides[f.reg][0] != 1 {
			return kernel.Tile
		}
	}
	return kernel.MaxRun
}

// foldRuns folds along the last axis: the elements of an output follow each
// other in the walk.
func (p *program) foldRuns(t *task, w *tiles, fw *foldWalk, fs []folding) {
	c := &fw.inner
	c.start(w.walk, fw.offs)
	outs, m := fw.outs, fw.rows
	if m <= kernel.Tile { // several outputs a piece
		for o := 0; o < outs; {
			g := min(kernel.Tile/m, outs-o)
			c.next(w, g*m)
			w.eval(g*m, place{})
			for _, f := range fs {
				v, item, s := w.value(f.reg, g*m), p.items[f.reg]*m, f.red.StateSize()
				for i := range g {
					f.red.Run(f.states[(o+i)*s:(o+i+1)*s], v[i*item:(i+1)*item], 0)
				}
			}
			o += g
		}
		return
	}
	trees := t.trees(fs, 1)
	piece := fw.runPiece(p, fs)
	leaf := fs[0].sink.leaf
	for o := range outs {
		for first := 0; first < m && !t.stage.stopped.Load(); first += piece {
			n := min(piece, m-first)
			c.next(w, n)
			if leaf != nil && n%kernel.Lanes == 0 {
				s := fs[0].red.StateSize()
				w.fold(leaf, trees[0].leaf[:s], n)
				trees[0].push(s)
				continue
			}
			w.eval(n, place{})
			for i, f := range fs {
				s := f.red.StateSize()
				f.red.Run(trees[i].leaf[:s], w.value(f.reg, n), first)
				trees[i].push(s)
			}
		}
		for i, f := range fs {
			s := f.red.StateSize()
			trees[i].finish(f.states[o*s : (o+1)*s])
		}
	}
}

// blockCols is the columns of a block: what foldRows computes of a register
// before it folds it, kernel.LeafRows rows of them.
const blockCols = kernel.Tile / 2

// rowsOf is where foldRows finds the rows of a register: in the memory of an
// operand, or in a block.
type rowsOf struct {
	operand int // -1: in the block
	block   []byte
}

// foldRows folds across the last axis: columns, kernel.LeafRows rows at a time.
// It goes down a strip of columns before it turns to the next, so that the
// strip's states stay in the cache.
func (p *program) foldRows(t *task, f *frame, ops []operand, fw *foldWalk, fs []folding) {
	last := len(fw.kept.shape) - 1
	cols, rows := fw.kept.shape[last], fw.rows
	from := make([]rowsOf, len(fs))
	strip, computed := kernel.Tile, false
	for i, x := range fs {
		from[i].operand = -1
		if x.reg < len(ops) && fw.matrix(x.reg) {
			from[i].operand = x.reg
			continue
		}
		computed, strip = true, blockCols
	}
	strip = min(strip, cols)
	mark := t.mark()
	defer t.release(mark)
	for i, x := range fs {
		if from[i].operand < 0 {
			from[i].block = t.take(min(kernel.LeafRows, rows) * strip * p.items[x.reg])
		}
	}
	trees := t.trees(fs, strip)
	w := f.over(t, ops, stripLoop(fw.kept))
	outer := loop{shape: append(slices.Clone(fw.kept.shape[:last]), 1), strides: fw.kept.strides}
	fw.outer.start(outer, fw.offs)
	for o := range size(outer.shape) {
		for c0 := 0; c0 < cols; c0 += strip {
			wd := min(strip, cols-c0)
			for k := range fw.at {
				fw.at[k] = fw.outer.offs[k] + c0*fw.kept.strides[k][last]
			}
			down := &fw.inner
			down.start(rowLoop(fw.red), fw.at)
			for r0 := 0; r0 < rows && !t.stage.stopped.Load(); r0 += kernel.LeafRows {
				n := min(kernel.LeafRows, rows-r0)
				if computed {
					p.computeRows(w, down, fs, from, n, wd)
				}
				for i, x := range fs {
					s := trees[i].leaf[:wd*x.red.StateSize()]
					if k := from[i].operand; k >= 0 {
						stride := max(fw.red.strides[k][0], wd) // a single row has any
						at := (fw.at[k] + r0*stride) * p.items[k]
						x.red.Rows(s, ops[k].buf[at:at+((n-1)*stride+wd)*p.items[k]], n, stride, r0)
					} else {
						x.red.Rows(s, from[i].block[:n*wd*p.items[x.reg]], n, wd, r0)
					}
					trees[i].push(len(s))
				}
			}
			for i, x := range fs {
				s := x.red.StateSize()
				trees[i].finish(x.states[(o*cols+c0)*s : (o*cols+c0+wd)*s])
			}
		}
		fw.outer.step()
	}
}

// matrix reports whether an operand's memory is rows of columns as they are folded.
func (w *foldWalk) matrix(k int) bool {
	last := len(w.kept.shape) - 1
	return len(w.red.shape) == 1 && w.kept.strides[k][last] == 1 &&
		(w.red.shape[0] == 1 || w.red.strides[k][0] >= w.kept.shape[last])
}

// computeRows computes the next n rows of a strip, and puts the registers that
// are folded into their blocks.
func (p *program) computeRows(w *tiles, down *cursor, fs []folding, from []rowsOf, n, wd int) {
	for r := range n {
		w.addRun(down.offs, wd)
		w.eval(wd, place{})
		for i, x := range fs {
			if from[i].operand < 0 {
				item := p.items[x.reg]
				copy(from[i].block[r*wd*item:(r+1)*wd*item], w.value(x.reg, wd))
			}
		}
		down.step()
	}
}

// stripLoop is the walk along the last axis of a loop.
func stripLoop(l loop) loop {
	last := len(l.shape) - 1
	s := loop{shape: l.shape[last:]}
	for _, st := range l.strides {
		s.strides = append(s.strides, st[last:])
	}
	return s
}

// rowLoop gives a loop a last axis of length 1: a cursor steps through all of it.
func rowLoop(l loop) loop {
	r := loop{shape: append(slices.Clone(l.shape), 1)}
	for _, s := range l.strides {
		r.strides = append(r.strides, append(slices.Clone(s), 0))
	}
	return r
}

// foldCost bounds the bytes fold takes beside the states of the outputs.
func foldCost(shape []int, reduced []bool, stateSize int) int {
	cols, rows := 1, 1
	if last := len(shape) - 1; last >= 0 && !reduced[last] {
		cols = keptSize(shape, reduced) // kept axes are one where the operands' strides join them
	}
	for k, n := range shape {
		if reduced[k] {
			rows *= n
		}
	}
	leaf, block := kernel.Tile, 0
	if cols > 1 {
		leaf, block = kernel.LeafRows, min(kernel.LeafRows, rows)*min(blockCols, cols)*16
	}
	levels := 2
	for n := (rows + leaf - 1) / leaf; n > 1; n = (n + 1) / 2 {
		levels++
	}
	return min(cols, kernel.Tile)*stateSize*levels + block
}

// keptSize returns the elements of the axes that are not reduced.
func keptSize(shape []int, reduced []bool) int {
	n := 1
	for k, l := range shape {
		if !reduced[k] {
			n *= l
		}
	}
	return n
}
