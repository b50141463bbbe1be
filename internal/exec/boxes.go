package exec

import (
	"slices"
	"sort"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// concatLeaf is several programs over one domain, side by side along an axis.
type concatLeaf struct {
	axis  int // of the domain; -1: the view shows a single part
	item  int
	parts []part // by where they begin
}

type part struct {
	prog   *program
	within nd.Box
}

func (l *concatLeaf) cost(shape []int) int {
	c := 0
	for _, p := range l.parts {
		c = max(c, p.prog.cost(shape))
	}
	// Parts are done one after the other, but the buffers that one leaves may not be
	// in the order of the next one's.
	return size(shape)*l.item + c*min(len(l.parts), 2)
}

func (l *concatLeaf) fetch(t *task, box nd.Box, o *operand) error {
	var buf []byte
	dense := cStrides(box.Shape)
	for _, p := range l.parts[l.first(box):] {
		sub := box
		at := 0
		if l.axis >= 0 {
			lo := max(box.Start[l.axis], p.within.Start[l.axis])
			hi := min(box.Stop(l.axis), p.within.Stop(l.axis))
			if lo >= hi {
				break
			}
			sub = box.ReplaceAxis(l.axis, lo, hi-lo)
			at = (lo - box.Start[l.axis]) * dense[l.axis]
		}
		out := p.prog.outs[0]
		asItIs := sub.Size() == box.Size() && out < len(p.prog.leaves)
		if buf == nil && !asItIs {
			buf = t.take(box.Size() * l.item)
		}
		mark := t.mark()
		ops, err := p.prog.fetch(t, sub)
		if err != nil {
			return err
		}
		if asItIs {
			*o = ops[out]
			o.strides = slices.Clone(o.strides)
			return nil
		}
		p.prog.store(t, ops, sub.Shape, out, operand{buf, at, dense}, false)
		t.release(mark)
	}
	*o = operand{buf, 0, dense}
	return nil
}

// first returns the number of the part that a box begins in.
func (l *concatLeaf) first(box nd.Box) int {
	if l.axis < 0 {
		return 0
	}
	return sort.Search(len(l.parts)-1, func(i int) bool { return l.parts[i].within.Stop(l.axis) > box.Start[l.axis] })
}

// dense computes a box of a program's only result into dst.
func (p *program) dense(t *task, box nd.Box, dst []byte) error {
	ops, err := p.fetch(t, box)
	if err != nil {
		return err
	}
	p.store(t, ops, box.Shape, p.outs[0], operand{dst, 0, cStrides(box.Shape)}, false)
	return nil
}

// reshaper computes boxes of a reshaped array from boxes of its argument.
type reshaper struct {
	node   *plan.Node
	sub    *program
	groups []plan.Group
}

func newReshaper(n *plan.Node, sub *program) *reshaper {
	return &reshaper{n, sub, plan.Groups(n.Args[0].Shape, n.Shape)}
}

func (r *reshaper) boxCost(shape []int) int {
	c := r.sub.cost(r.node.Args[0].Grid.MaxChunk())
	return c + size(shape)*r.node.DType.Size()
}

// stretch is a box of a group's source axes whose elements lie one after the
// other, from at, in the group's part of the result box.
type stretch struct {
	start, shape []int
	at           int
}

func (r *reshaper) box(t *task, box nd.Box, dst []byte) error {
	from := r.node.Args[0].Shape
	lists := make([][]stretch, len(r.groups))
	lens := make([]int, len(r.groups)) // elements of every group in the box
	counts := nd.Box{Start: make([]int, len(r.groups)), Shape: make([]int, len(r.groups))}
	for g, gr := range r.groups {
		sub := nd.Box{Start: box.Start[gr.Out[0]:gr.Out[1]], Shape: box.Shape[gr.Out[0]:gr.Out[1]]}
		lists[g] = stretches(sub, r.node.Shape[gr.Out[0]:gr.Out[1]], from[gr.In[0]:gr.In[1]])
		lens[g] = size(sub.Shape)
		counts.Shape[g] = len(lists[g])
	}
	item := r.node.DType.Size()
	for pick := range counts.Indices() {
		var in nd.Box
		at := make([]int, len(pick))
		n := make([]int, len(pick))
		for g, i := range pick {
			s := lists[g][i]
			in.Start, in.Shape = append(in.Start, s.start...), append(in.Shape, s.shape...)
			at[g], n[g] = s.at, size(s.shape)
		}
		if counts.Size() == 1 {
			return r.sub.dense(t, in, dst)
		}
		mark := t.mark()
		buf := t.take(in.Size() * item)
		if err := r.sub.dense(t, in, buf); err != nil {
			return err
		}
		strides := cStrides(lens)
		copyStrided(operand{dst, dot(at, strides), strides}, operand{buf, 0, cStrides(n)}, n, item, false)
		t.release(mark)
	}
	return nil
}

// stretches cuts the box of a group's result axes (lengths to) into boxes of
// its source axes (lengths from).
func stretches(box nd.Box, to, from []int) []stretch {
	var list []stretch
	strides := cStrides(to)
	// The box is made of flat runs: whole trailing axes, times one cut axis.
	run, k := 1, len(to)-1
	for ; k >= 0; k-- {
		run *= box.Shape[k]
		if box.Shape[k] != to[k] {
			break
		}
	}
	outer := nd.Box{Start: slices.Clone(box.Start), Shape: slices.Clone(box.Shape)}
	for j := max(k, 0); j < len(to); j++ {
		outer.Shape[j] = 1
	}
	at := 0
	flatEnd := -1
	for i := range outer.Indices() {
		lo := dot(i, strides)
		if n := len(list); lo == flatEnd && n > 0 { // one run goes on: boxes may join
			list[n-1].shape = append(list[n-1].shape, run)
		} else {
			list = append(list, stretch{start: []int{lo}, shape: []int{run}, at: at})
		}
		flatEnd = lo + run
		at += run
	}
	var boxes []stretch
	for _, s := range list {
		n := 0
		for _, r := range s.shape {
			n += r
		}
		boxes = append(boxes, flatBoxes(s.start[0], n, s.at, from)...)
	}
	return boxes
}

// flatBoxes cuts the flat range of n elements from lo (C order) of an array
// into boxes.
func flatBoxes(lo, n, at int, shape []int) []stretch {
	if len(shape) == 0 {
		return []stretch{{[]int{}, []int{}, at}}
	}
	if len(shape) == 1 {
		return []stretch{{[]int{lo}, []int{n}, at}}
	}
	inner := size(shape[1:])
	var list []stretch
	add := func(i, from, m int) {
		for _, s := range flatBoxes(from, m, at, shape[1:]) {
			list = append(list, stretch{append([]int{i}, s.start...), append([]int{1}, s.shape...), s.at})
		}
		at += m
		n -= m
		lo += m
	}
	if r := lo % inner; r != 0 {
		add(lo/inner, r, min(n, inner-r))
	}
	if rows := n / inner; rows > 0 {
		s := stretch{append([]int{lo / inner}, make([]int, len(shape)-1)...), append([]int{rows}, shape[1:]...), at}
		list = append(list, s)
		at += rows * inner
		n -= rows * inner
		lo += rows * inner
	}
	if n > 0 {
		add(lo/inner, 0, n)
	}
	return list
}

// taker computes boxes of an array made of listed indices along an axis.
type taker struct {
	node *plan.Node
	sub  *program
}

func (k *taker) boxCost(shape []int) int {
	return k.sub.cost(shape) + size(shape)*k.node.DType.Size()
}

func (k *taker) box(t *task, box nd.Box, dst []byte) error {
	axis, item := k.node.Params["axis"].(int), k.node.DType.Size()
	index := k.node.Params["index"].([]int)[box.Start[axis]:box.Stop(axis)]
	dense := cStrides(box.Shape)
	for i := 0; i < len(index); {
		n := 1 // indices that follow each other
		for i+n < len(index) && index[i+n] == index[i]+n {
			n++
		}
		in := box.ReplaceAxis(axis, index[i], n)
		mark := t.mark()
		buf := t.take(in.Size() * item)
		if err := k.sub.dense(t, in, buf); err != nil {
			return err
		}
		copyStrided(operand{dst, i * dense[axis], dense}, operand{buf, 0, cStrides(in.Shape)}, in.Shape, item, false)
		t.release(mark)
		i += n
	}
	return nil
}

// boxOp computes boxes of a plan.BoxOp.
type boxOp struct {
	node *plan.Node
	op   *plan.BoxOp
	subs []*program
}

func (o *boxOp) boxCost(shape []int) int {
	if o.op.WholeChunks {
		shape = o.node.Grid.MaxChunk()
	}
	c := size(shape) * o.node.DType.Size()
	if o.op.Scratch != nil {
		c = plus(c, o.op.Scratch(o.node))
	}
	for i, in := range o.op.LargestInputs(o.node, shape) {
		c = plus(c, size(in)*o.node.Args[i].DType.Size(), o.subs[i].cost(in))
	}
	return c
}

func (o *boxOp) box(t *task, box nd.Box, dst []byte) error {
	if !o.op.WholeChunks {
		return o.eval(t, box, dst)
	}
	return o.region(t, region{box.Start, slices.Repeat([]int{1}, box.NDim()), box.Shape}, dst)
}

// region computes whole chunks, each once, for indices that may have gaps.
func (o *boxOp) region(t *task, r region, dst []byte) error {
	grid, item, bounds := o.node.Grid, o.node.DType.Size(), r.bounds()
	for coord := range grid.Cover(bounds).Indices() {
		chunk := grid.Box(coord)
		if r.ahead() && equalBox(chunk, bounds) {
			return o.eval(t, chunk, dst)
		}
		d, s := operand{dst, 0, cStrides(r.n)}, operand{nil, 0, cStrides(chunk.Shape)}
		shape := make([]int, len(r.n))
		for k := range shape {
			lo, hi := inside(r.start[k], r.step[k], r.n[k], chunk.Start[k], chunk.Stop(k))
			shape[k] = hi - lo
			d.off += lo * d.strides[k]
			s.off += (r.start[k] + lo*r.step[k] - chunk.Start[k]) * s.strides[k]
			s.strides[k] *= r.step[k]
		}
		if size(shape) == 0 {
			continue // it lies in a gap
		}
		mark := t.mark()
		s.buf = t.take(chunk.Size() * item)
		if err := o.eval(t, chunk, s.buf); err != nil {
			return err
		}
		copyStrided(d, s, shape, item, false)
		t.release(mark)
	}
	return nil
}

// stepwise reports whether a node is computed from one chunk after the other.
func stepwise(n *plan.Node) bool {
	op, ok := n.Leaf.(*plan.BoxOp)
	return ok && op.Steps != nil
}

func (o *boxOp) eval(t *task, box nd.Box, dst []byte) error {
	if o.op.Steps == nil {
		return o.step(t, box, dst, o.op.Inputs(o.node, box))
	}
	for b := range o.op.Steps(o.node, box) {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		mark := t.mark()
		if err := o.step(t, box, dst, []nd.Box{b}); err != nil {
			return err
		}
		t.release(mark)
	}
	return nil
}

// step computes what boxes of the arguments say of a box.
func (o *boxOp) step(t *task, box nd.Box, dst []byte, boxes []nd.Box) error {
	in := make([][]byte, len(boxes))
	for i, b := range boxes {
		in[i] = t.take(b.Size() * o.node.Args[i].DType.Size())
		if err := o.subs[i].dense(t, b, in[i]); err != nil {
			return err
		}
	}
	return o.op.Eval(o.node, box, dst, in, boxes)
}
