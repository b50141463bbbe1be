package exec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// frame is what a worker keeps of a program from one task to the next, so that
// tasks of the same shape allocate nothing.
type frame struct {
	ops   []operand
	tiles tiles
	fold  foldWalk
}

// frame returns the worker's frame of a program.
func (t *task) frame(p *program) *frame {
	if p == t.stage.prog && t.w.main != nil {
		return t.w.main
	}
	if f := t.w.frames[p]; f != nil {
		return f
	}
	f := &frame{ops: make([]operand, len(p.leaves))}
	for k := range f.ops {
		f.ops[k].strides = make([]int, p.ndim)
	}
	w := &f.tiles
	w.p, w.vals, w.slots = p, make([][]byte, len(p.items)), make([][]byte, p.slots)
	w.args = make([][][]byte, len(p.instrs))
	for i, in := range p.instrs {
		w.args[i] = make([][]byte, len(in.args))
	}
	t.w.frames[p] = f
	return f
}

// fetch brings all leaves' elements of a box into memory. The operands last
// until the program is fetched again.
func (p *program) fetch(t *task, box nd.Box) ([]operand, error) {
	ops := t.frame(p).ops
	for k, l := range p.leaves {
		if err := l.fetch(t, box, &ops[k]); err != nil {
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

// tiles evaluates a program piece by piece: elements that follow each other in
// the walk's order, at most kernel.Tile, or at most longPiece where nothing has
// to lie in a tile buffer.
type tiles struct {
	p       *program
	walk    loop // over operands, and the destination last if there is one
	ops     []operand
	vals    [][]byte   // per register
	args    [][][]byte // per instruction
	part    [][]byte   // of them
	slots   [][]byte
	runs    []span
	numRuns int
}

// longPiece is the elements of a piece that is computed by one loop from
// memory to memory. Loops in assembly can't be interrupted: it takes some 50 µs, for
// functions up to 200.
const longPiece = 64 * kernel.Tile

// over makes the frame's tiles ready for a walk.
func (f *frame) over(t *task, ops []operand, walk loop) *tiles {
	w := &f.tiles
	t.tileBuffers(w.slots)
	w.ops, w.walk, w.numRuns = ops, walk, 0
	return w
}

// addRun appends a stretch of the walk to the piece; offs is copied.
func (w *tiles) addRun(offs []int, n int) {
	if w.numRuns == len(w.runs) {
		w.runs = append(w.runs, span{})
	}
	r := &w.runs[w.numRuns]
	r.offs = append(r.offs[:0], offs...)
	r.n = n
	w.numRuns++
}

// place is where the last instruction of a program writes: a tile buffer, or
// the result's memory, past the caches if it is large.
type place struct {
	dst    []byte // nil: a tile buffer
	stream bool
}

// eval computes the registers for the piece made of the runs added since the
// last time; n is their length.
func (w *tiles) eval(n int, to place) {
	last := len(w.p.instrs) - 1
	if to.dst == nil {
		w.compute(n, last+1)
		return
	}
	w.compute(n, last)
	w.arguments(last)
	w.write(last, to)
	w.vals[len(w.ops)+last] = to.dst
}

// compute loads the leaves and computes the first instructions, so many.
func (w *tiles) compute(n, instrs int) {
	for k := range w.ops {
		w.vals[k] = w.load(k, n)
	}
	for i := range instrs {
		in, r := &w.p.instrs[i], len(w.ops)+i
		dst := w.slots[in.slot][:n*w.p.items[r]]
		in.loop(dst, w.arguments(i))
		w.vals[r] = dst
	}
	w.numRuns = 0
}

// arguments returns those of instruction i, which have been computed.
func (w *tiles) arguments(i int) [][]byte {
	args := w.args[i]
	for a, r := range w.p.instrs[i].args {
		args[a] = w.vals[r]
	}
	return args
}

// fold computes the piece but for the last instruction, whose results go right into a
// state.
func (w *tiles) fold(leaf kernel.LeafOf, state []byte, n int) {
	last := len(w.p.instrs) - 1
	w.compute(n, last)
	leaf(state, w.arguments(last), n)
}

// write computes instruction i, the last, into memory.
func (w *tiles) write(i int, to place) {
	in := &w.p.instrs[i]
	switch {
	case !to.stream:
		in.loop(to.dst, w.args[i])
	case in.stream != nil:
		in.stream(to.dst, w.args[i])
	default:
		w.copyOut(in, to.dst, w.args[i], w.p.items[len(w.ops)+i])
	}
}

// streamPart is the elements that copyOut computes at a time: their lines fit
// the queue of a processor's stores.
const streamPart = kernel.Tile / 4

// copyOut computes into a tile buffer and copies that past the caches, a little
// at a time, so that one part is on its way while the next is computed.
func (w *tiles) copyOut(in *instr, dst []byte, args [][]byte, item int) {
	n := len(dst) / item
	w.part = append(w.part[:0], args...)
	for lo := 0; lo < n; lo += streamPart {
		hi := min(lo+streamPart, n)
		for a, arg := range args {
			if size := in.dtypes[a].Size(); len(arg) == n*size {
				w.part[a] = arg[lo*size : hi*size]
			}
		}
		tile := w.slots[in.slot][:(hi-lo)*item]
		in.loop(tile, w.part)
		kernel.CopyStream(dst[lo*item:hi*item], tile)
	}
}

// load returns the piece's elements of a leaf: in place where they lie side by
// side, one where all are the same, gathered otherwise.
func (w *tiles) load(k, n int) []byte {
	o, item := &w.ops[k], w.p.items[k]
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
	dst := w.slots[k][:n*item]
	at := 0
	for _, r := range runs {
		copyRun(dst, at, 1, o.buf, r.offs[k], stride, r.n, item)
		at += r.n
	}
	return dst
}

func sameStart(runs []span, k int) bool {
	for i := 1; i < len(runs); i++ {
		if runs[i].offs[k] != runs[0].offs[k] {
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
	dst := w.slots[r][:n*item] // only a leaf can be a single element
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

// start puts the cursor at the first element of a loop.
func (c *cursor) start(l loop, offs []int) {
	c.l, c.col = l, 0
	c.offs = append(c.offs[:0], offs...)
	if len(c.index) != len(l.shape)-1 {
		c.index = make([]int, len(l.shape)-1)
	}
	clear(c.index)
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
		c.step()
	}
}

// step moves the cursor by one along the axes before the last.
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

// store computes register r for a whole box into dst, past the caches if
// stream says so.
func (p *program) store(t *task, ops []operand, shape []int, r int, dst operand, stream bool) {
	if size(shape) == 0 {
		return
	}
	if r < len(p.leaves) {
		copyStrided(dst, ops[r], shape, p.items[r], stream)
		return
	}
	strides := make([][]int, 0, len(ops)+1)
	offs := make([]int, 0, len(ops)+1)
	for _, o := range append(slices.Clone(ops), dst) {
		strides, offs = append(strides, o.strides), append(offs, o.off)
	}
	l := mergeAxes(shape, strides)
	w := t.frame(p).over(t, ops, l)
	if stream && w.rowsTogether() {
		w.storeRows(t, dst, offs)
		return
	}
	var c cursor
	c.start(l, offs)
	last, d, item := len(l.shape)-1, len(ops), p.items[r]
	row := l.shape[last]
	piece := w.pieceSize(stream)
	for left := size(shape); left > 0 && !t.stage.stopped.Load(); {
		n := min(piece, left)
		if row > kernel.Tile { // pieces end with rows
			n = min(n, row-c.col)
		}
		left -= n
		c.next(w, n)
		runs := w.runs[:w.numRuns]
		to := place{stream: stream}
		if l.strides[d][last] == 1 && follows(runs, d) && r == len(p.items)-1 {
			at := runs[0].offs[d]
			to.dst = dst.buf[at*item : (at+n)*item]
		}
		w.eval(n, to)
		if to.dst != nil {
			continue
		}
		v, at := w.value(r, n), 0
		for _, x := range runs {
			copyRun(dst.buf, x.offs[d], l.strides[d][last], v, at, 1, x.n, item)
			at += x.n
		}
	}
	if stream {
		kernel.Fence()
	}
}

// pieceSize returns the elements of a piece of the walk: whole rows as far as
// they fit into a tile, or equal parts of one.
func (w *tiles) pieceSize(stream bool) int {
	row := w.walk.shape[len(w.walk.shape)-1]
	switch {
	case row <= kernel.Tile:
		return kernel.Tile / row * row
	case len(w.p.instrs) == 1 && w.inPlace() && (!stream || w.p.instrs[0].stream != nil):
		return longPiece
	}
	pieces := (row-1)/kernel.Tile + 1
	return min(((row-1)/pieces+8)&^7, kernel.Tile) // whole cache lines
}

// inPlace reports whether no operand, nor the destination, has to be gathered
// along the last axis.
func (w *tiles) inPlace() bool {
	last := len(w.walk.shape) - 1
	for k, s := range w.walk.strides {
		if s[last] != 1 && (s[last] != 0 || k == len(w.ops)) {
			return false
		}
	}
	return true
}
