package exec

import (
	"github.com/ndgrid/ndgrid/internal/kernel"
)

// The definition of a reduction's result. For one output element the elements
// to be reduced form a sequence: C order of the reduced axes. It is cut at the
// chunks of the argument's grid; a chunk's part is cut into leaves:
//
//   - where the last axis is reduced, every kernel.Tile elements (Reducer.Run);
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
	red    kernel.Reducer
	levels [][]byte // levels[i]: 2^i leaves merged, where bit i of count is set
	count  int
}

// push adds the next state; buf is kept or not: the caller copies into next().
func (tr *tree) push(s []byte) {
	level := 0
	for n := tr.count; n&1 == 1; n >>= 1 {
		merged := tr.levels[level][:len(s)]
		tr.red.Merge(merged, s)
		s = merged
		level++
	}
	tr.count++
	for len(tr.levels) <= level {
		tr.levels = append(tr.levels, nil)
	}
	if len(tr.levels[level]) < len(s) {
		tr.levels[level] = make([]byte, len(s))
	}
	copy(tr.levels[level], s)
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

// fold computes the program for a box and folds registers along the reduced axes.
func (p *program) fold(t *task, ops []operand, shape []int, reduced []bool, fs []folding) {
	strides, offs := make([][]int, len(ops)), make([]int, len(ops))
	for k, o := range ops {
		strides[k], offs[k] = o.strides, o.off
	}
	last := len(shape) - 1
	if last < 0 || reduced[last] {
		p.foldRuns(t, ops, offs, pick(shape, strides, reduced, false), pick(shape, strides, reduced, true), fs)
		return
	}
	p.foldRows(t, ops, offs, pick(shape, strides, reduced, false), pick(shape, strides, reduced, true), fs)
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

// foldRuns folds along the last axis: the elements of an output follow each
// other in the walk.
func (p *program) foldRuns(t *task, ops []operand, offs []int, kept, red loop, fs []folding) {
	w := newTiles(t, p, ops, join(kept, red))
	c := newCursor(w.walk, offs)
	outs, m := size(kept.shape), size(red.shape)
	if m <= kernel.Tile { // several outputs a piece
		for o := 0; o < outs; {
			g := min(kernel.Tile/m, outs-o)
			c.next(w, g*m)
			w.eval(g*m, nil)
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
	trees, leaf := t.trees(fs, 1)
	for o := range outs {
		for first := 0; first < m; first += kernel.Tile {
			n := min(kernel.Tile, m-first)
			c.next(w, n)
			w.eval(n, nil)
			for i, f := range fs {
				s := leaf[i][:f.red.StateSize()]
				f.red.Run(s, w.value(f.reg, n), first)
				trees[i].push(s)
			}
		}
		for i, f := range fs {
			s := f.red.StateSize()
			trees[i].finish(f.states[o*s : (o+1)*s])
		}
	}
}

// foldRows folds across the last axis: columns, kernel.LeafRows rows at a time.
func (p *program) foldRows(t *task, ops []operand, offs []int, kept, red loop, fs []folding) {
	last := len(kept.shape) - 1
	cols := kept.shape[last]
	outer := loop{shape: kept.shape[:last]}
	walk := loop{shape: []int{cols}}
	for o := range ops {
		outer.strides = append(outer.strides, kept.strides[o][:last])
		walk.strides = append(walk.strides, kept.strides[o][last:])
	}
	w := newTiles(t, p, ops, walk)
	trees, leaf := t.trees(fs, cols)
	rows := size(red.shape)
	at := make([]int, len(offs))
	// Rows of outputs come one after the other; each is walked row by row.
	oc := newCursor(join(outer, loop{shape: []int{1}, strides: ones(len(ops))}), offs)
	for o := range size(outer.shape) {
		rc := newCursor(join(red, loop{shape: []int{1}, strides: ones(len(ops))}), oc.offs)
		for r0 := 0; r0 < rows; r0 += kernel.LeafRows {
			n := min(kernel.LeafRows, rows-r0)
			rowOffs := t.rowOffsets(n, len(offs))
			for r := range n {
				copy(rowOffs[r], rc.offs)
				rc.step()
			}
			strip := kernel.Tile / n
			for c0 := 0; c0 < cols; c0 += strip {
				wd := min(strip, cols-c0)
				for r := range n {
					for k := range at {
						at[k] = rowOffs[r][k] + c0*walk.strides[k][0]
					}
					w.addRun(at, wd)
				}
				w.eval(n*wd, nil)
				for i, f := range fs {
					s := f.red.StateSize()
					f.red.Rows(leaf[i][c0*s:(c0+wd)*s], w.value(f.reg, n*wd), n, r0)
				}
			}
			for i, f := range fs {
				trees[i].push(leaf[i][:cols*f.red.StateSize()])
			}
		}
		for i, f := range fs {
			s := f.red.StateSize() * cols
			trees[i].finish(f.states[o*s : (o+1)*s])
		}
		oc.step()
	}
}

func ones(n int) [][]int {
	s := make([][]int, n)
	for i := range s {
		s[i] = []int{0}
	}
	return s
}

// step moves a cursor whose last axis has length 1 to the next element.
func (c *cursor) step() {
	for k := len(c.l.shape) - 2; k >= 0; k-- {
		c.index[k]++
		for o := range c.offs {
			c.offs[o] += c.l.strides[o][k]
		}
		if c.index[k] < c.l.shape[k] {
			return
		}
		for o := range c.offs {
			c.offs[o] -= c.index[k] * c.l.strides[o][k]
		}
		c.index[k] = 0
	}
}

// foldCost bounds the bytes fold takes beside the states of the outputs.
func foldCost(shape []int, reduced []bool, stateSize int) int {
	last := len(shape) - 1
	outs, leaf := 1, kernel.Tile
	for k := last; k >= 0 && !reduced[k]; k-- { // columns: kept axes at the end
		outs, leaf = outs*shape[k], kernel.LeafRows
	}
	rows := 1
	for k, n := range shape {
		if reduced[k] {
			rows *= n
		}
	}
	levels := 2
	for n := (rows + leaf - 1) / leaf; n > 1; n = (n + 1) / 2 {
		levels++
	}
	return outs * stateSize * levels
}

// keptOf returns the lengths of the axes that are not reduced.
func keptOf(shape []int, reduced []bool) []int {
	kept := []int{}
	for k, n := range shape {
		if !reduced[k] {
			kept = append(kept, n)
		}
	}
	return kept
}
