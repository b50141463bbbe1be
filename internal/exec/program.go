package exec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// program computes elements of one or several arrays over a common domain:
// leaves, then instructions over registers. Register i is leaf i, or the result
// of instruction i-len(leaves). A register holds one tile.
type program struct {
	ndim   int
	leaves []leaf
	instrs []instr
	// bytes per element of leaves and of instructions' results
	leafItems, instrItems []int

	// Set by complete:
	items []int // bytes per element of every register
	outs  []int // registers that are the program's results
	slots int   // tile buffers it takes
}

type instr struct {
	name string
	loop kernel.Loop
	args []int // registers
	slot int   // tile buffer of the result
}

// leafSlot is the tile buffer into which elements of leaf k are gathered where
// they don't lie side by side.
func (p *program) leafSlot(k int) int { return k }

// complete numbers the registers, now that all leaves are known, and gives them
// tile buffers. outs are the results.
func (p *program) complete(outs []int) {
	number := func(r int) int {
		if r >= instrBase {
			return r - instrBase + len(p.leaves)
		}
		return r
	}
	p.items = append(append([]int{}, p.leafItems...), p.instrItems...)
	for i := range p.instrs {
		for k, r := range p.instrs[i].args {
			p.instrs[i].args[k] = number(r)
		}
	}
	for _, r := range outs {
		p.outs = append(p.outs, number(r))
	}
	p.assign(p.outs)
}

// assign gives every instruction a tile buffer, reusing those whose value is
// not needed any more; outs stay to the end.
func (p *program) assign(outs []int) {
	last := make([]int, len(p.items))
	for i, in := range p.instrs {
		for _, a := range in.args {
			last[a] = i
		}
	}
	for _, o := range outs {
		last[o] = len(p.instrs)
	}
	p.slots = len(p.leaves)
	var free []int
	for i := range p.instrs {
		in := &p.instrs[i]
		// What dies here is free already: a loop may write over an argument, if
		// their elements are of one size.
		var later []int
		for k, a := range in.args {
			r := a - len(p.leaves)
			switch {
			case r < 0 || last[a] != i || slices.Contains(in.args[:k], a):
			case p.items[a] == p.instrItems[i]:
				free = append(free, p.instrs[r].slot)
			default:
				later = append(later, p.instrs[r].slot)
			}
		}
		if n := len(free); n > 0 {
			in.slot, free = free[n-1], free[:n-1]
		} else {
			in.slot = p.slots
			p.slots++
		}
		free = append(free, later...)
	}
}

// cost returns the bytes a task takes to fetch the leaves for a box of that shape.
func (p *program) cost(shape []int) int {
	c := 0
	for _, l := range p.leaves {
		c += l.cost(shape)
	}
	return c
}

// fetch brings all leaves' elements of a box into memory.
func (p *program) fetch(t *task, box nd.Box) ([]operand, error) {
	ops := make([]operand, len(p.leaves))
	for k, l := range p.leaves {
		var err error
		if ops[k], err = l.fetch(t, box); err != nil {
			return nil, err
		}
	}
	return ops, nil
}

// span is a stretch of elements side by side along the last axis of a walk.
type span struct {
	offs []int // per operand, of the first element
	n    int
}

// tiles evaluates a program piece by piece: at most kernel.Tile elements that
// follow each other in the walk's order.
type tiles struct {
	p       *program
	t       *task
	walk    loop // over operands, and the destination last if there is one
	ops     []operand
	vals    [][]byte // per register
	slots   [][]byte
	runs    []span
	numRuns int
}

func newTiles(t *task, p *program, ops []operand, walk loop) *tiles {
	w := &tiles{p: p, t: t, walk: walk, ops: ops, vals: make([][]byte, len(p.items))}
	w.slots = t.tileBuffers(p.slots)
	return w
}

// addRun appends a stretch of the walk to the piece; offs is copied.
func (w *tiles) addRun(offs []int, n int) {
	if w.numRuns == len(w.runs) {
		w.runs = append(w.runs, span{offs: make([]int, len(offs))})
	}
	r := &w.runs[w.numRuns]
	copy(r.offs, offs)
	r.n = n
	w.numRuns++
}

// eval computes the registers for the piece made of the runs added since the
// last time; n is their length. Where direct is not nil the last instruction
// writes there.
func (w *tiles) eval(n int, direct []byte) {
	for k, o := range w.ops {
		w.vals[k] = w.load(k, o, n)
	}
	nl := len(w.p.leaves)
	for i := range w.p.instrs {
		in := &w.p.instrs[i]
		var args [4][]byte
		for a, r := range in.args {
			args[a] = w.vals[r]
		}
		dst := w.slots[in.slot][:n*w.p.items[nl+i]]
		if direct != nil && i == len(w.p.instrs)-1 {
			dst = direct
		}
		in.loop(dst, args[:len(in.args)])
		w.vals[nl+i] = dst
	}
	w.numRuns = 0
}

// load returns the piece's elements of a leaf: in place where they lie side by
// side, one where all are the same, gathered otherwise.
func (w *tiles) load(k int, o operand, n int) []byte {
	item := w.p.items[k]
	last := len(w.walk.shape) - 1
	stride := w.walk.strides[k][last]
	first := w.runs[0].offs[k]
	runs := w.runs[:w.numRuns]
	switch {
	case stride == 0 && sameStart(runs, k):
		return o.buf[first*item : (first+1)*item]
	case stride == 1 && follows(runs, k):
		return o.buf[first*item : (first+n)*item]
	}
	dst := w.slots[w.p.leafSlot(k)][:n*item]
	at := 0
	for _, r := range runs {
		copyRun(dst, at, 1, o.buf, r.offs[k], stride, r.n, item)
		at += r.n
	}
	return dst
}

func sameStart(runs []span, k int) bool {
	for _, r := range runs[1:] {
		if r.offs[k] != runs[0].offs[k] {
			return false
		}
	}
	return true
}

func follows(runs []span, k int) bool {
	for i := 1; i < len(runs); i++ {
		if runs[i].offs[k] != runs[i-1].offs[k]+runs[i-1].n {
			return false
		}
	}
	return true
}

// value returns register r of the last piece as n elements.
func (w *tiles) value(r, n int) []byte {
	v, item := w.vals[r], w.p.items[r]
	if len(v) == n*item {
		return v
	}
	dst := w.slots[w.p.leafSlot(r)][:n*item] // only a leaf can be a single element
	storage.Fill(dst, v)
	return dst
}

// cursor walks the elements of a loop in C order.
type cursor struct {
	l     loop
	index []int // of the current run, all axes but the last
	col   int   // along the last axis
	offs  []int // per operand, of the current element
}

func newCursor(l loop, offs []int) *cursor {
	return &cursor{l: l, index: make([]int, len(l.shape)-1), offs: slices.Clone(offs)}
}

// next adds the next n elements to the piece.
func (c *cursor) next(w *tiles, n int) {
	last := len(c.l.shape) - 1
	for n > 0 {
		m := min(n, c.l.shape[last]-c.col)
		w.addRun(c.offs, m)
		n -= m
		c.col += m
		for o := range c.offs {
			c.offs[o] += m * c.l.strides[o][last]
		}
		if c.col < c.l.shape[last] {
			continue
		}
		for o := range c.offs {
			c.offs[o] -= c.col * c.l.strides[o][last]
		}
		c.col = 0
		for k := last - 1; k >= 0; k-- {
			c.index[k]++
			for o := range c.offs {
				c.offs[o] += c.l.strides[o][k]
			}
			if c.index[k] < c.l.shape[k] {
				break
			}
			for o := range c.offs {
				c.offs[o] -= c.index[k] * c.l.strides[o][k]
			}
			c.index[k] = 0
		}
	}
}

// store computes register r for a whole box into dst.
func (p *program) store(t *task, ops []operand, shape []int, r int, dst operand) {
	if size(shape) == 0 {
		return
	}
	if r < len(p.leaves) {
		copyStrided(dst, ops[r], shape, p.items[r])
		return
	}
	strides := make([][]int, 0, len(ops)+1)
	offs := make([]int, 0, len(ops)+1)
	for _, o := range append(slices.Clone(ops), dst) {
		strides, offs = append(strides, o.strides), append(offs, o.off)
	}
	l := mergeAxes(shape, strides)
	w := newTiles(t, p, ops, l)
	c := newCursor(l, offs)
	last, d, item := len(l.shape)-1, len(ops), p.items[r]
	piece := pieceSize(l.shape[last])
	for left := size(shape); left > 0; {
		n := min(piece, left)
		if row := l.shape[last]; row > kernel.Tile { // pieces end with rows
			n = min(n, row-c.col)
		}
		left -= n
		c.next(w, n)
		runs := w.runs[:w.numRuns]
		var direct []byte
		if l.strides[d][last] == 1 && follows(runs, d) && r == len(p.items)-1 {
			at := runs[0].offs[d]
			direct = dst.buf[at*item : (at+n)*item]
		}
		w.eval(n, direct)
		if direct != nil {
			continue
		}
		v, at := w.value(r, n), 0
		for _, x := range runs {
			copyRun(dst.buf, x.offs[d], l.strides[d][last], v, at, 1, x.n, item)
			at += x.n
		}
	}
}

// pieceSize returns the elements of a piece for rows of n elements: whole rows
// as far as they fit into a tile.
func pieceSize(n int) int {
	if n >= kernel.Tile {
		return kernel.Tile
	}
	return kernel.Tile / n * n
}
