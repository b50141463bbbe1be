package exec

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// builder makes the program of a stage, or of an operation inside one, from
// the nodes below it, down to what lies in memory or in a store. Views are
// carried down to the leaves on the way.
type builder struct {
	c      *compiler
	domain nd.Grid
	within nd.Box // the part of the domain in which the program is computed
	// chunked: boxes are chunks of the domain, not just any.
	chunked bool
	prog    *program
	memo    map[seen]int
	stage   *stage // collects sources and needs
	// axes maps the program's axes to those of the stage's domain; nil where
	// there is no such map.
	axes bool
}

// seen is a node seen through a view.
type seen struct {
	node *plan.Node
	view string // its key
}

func (c *compiler) newBuilder(st *stage, domain nd.Grid, chunked, axes bool) *builder {
	shape := domain.Shape()
	return &builder{c: c, domain: domain, within: nd.WholeBox(shape), chunked: chunked,
		prog: &program{ndim: len(shape)}, memo: map[seen]int{}, stage: st, axes: axes}
}

// instrBase numbers instructions apart from leaves until the program is
// complete and all leaves are known.
const instrBase = 1 << 20

// reg returns the register that holds node n seen through v.
func (b *builder) reg(n *plan.Node, v plan.View) (int, error) {
	if n.Op == plan.OpView {
		return b.reg(n.Args[0], v.Of(plan.ViewOf(n)))
	}
	key := seen{n, v.Key()}
	if r, ok := b.memo[key]; ok {
		return r, nil
	}
	r, err := b.make(n, v)
	if err == nil {
		b.memo[key] = r
	}
	return r, err
}

func (b *builder) make(n *plan.Node, v plan.View) (int, error) {
	switch n.Op {
	case plan.OpSource:
		b.reads(n, v)
		return b.source(n.Leaf.(storage.Array), v)
	case plan.OpND:
		d := n.Leaf.(nd.Dyn)
		buf := d.Bytes()
		b.reads(n, v)
		return b.leaf(memLeaf{func() ([]byte, error) { return buf, nil }, cStrides(n.Shape), v}, n.DType), nil
	case plan.OpFull:
		return b.leaf(constLeaf{[]byte(n.Params["value"].(string))}, n.DType), nil
	case plan.OpArange:
		gen, err := arange(n)
		return b.leaf(boxLeaf{generated{gen}, v, n.DType.Size()}, n.DType), err
	case plan.OpFunc:
		return b.leaf(boxLeaf{generated{n.Leaf.(plan.Generator)}, v, n.DType.Size()}, n.DType), nil
	case plan.OpRechunk:
		if b.c.streams(n) {
			return b.reg(n.Args[0], v)
		}
		tmp, err := b.c.rechunked(n)
		if err != nil {
			return 0, err
		}
		return b.temp(tmp, v)
	case plan.OpConcat:
		return b.concat(n, v)
	case plan.OpReshape:
		return b.boxed(n, v, true, func(subs []*program) boxer { return newReshaper(n, subs[0]) })
	case plan.OpTake:
		return b.boxed(n, v, false, func(subs []*program) boxer { return &taker{n, subs[0]} })
	}
	if u, ok := kernel.LookupUfunc(n.Op); ok {
		return b.ufunc(u, n, v)
	}
	if _, ok := kernel.LookupReduction(n.Op); ok {
		node, rest := b.restrict(n, v)
		tmp, err := b.c.reduced(node)
		if err != nil {
			return 0, err
		}
		return b.temp(tmp, rest)
	}
	if op, ok := n.Leaf.(*plan.BoxOp); ok {
		grid, staged := op.StageOf(n)
		if !staged {
			return b.boxOp(n, op, v)
		}
		tmp, err := b.c.staged(n, op, grid)
		if err != nil {
			return 0, err
		}
		return b.temp(tmp, v)
	}
	return 0, fmt.Errorf("unknown operation %q", n.Op)
}

func (b *builder) leaf(l leaf, dt nd.DType) int {
	b.prog.leaves = append(b.prog.leaves, l)
	b.prog.leafItems = append(b.prog.leafItems, dt.Size())
	return len(b.prog.leaves) - 1
}

func (b *builder) ufunc(u *kernel.Ufunc, n *plan.Node, v plan.View) (int, error) {
	in := instr{name: n.Op}
	for _, a := range n.Args {
		r, err := b.reg(a, v)
		if err != nil {
			return 0, err
		}
		in.args = append(in.args, r)
		in.dtypes = append(in.dtypes, a.DType)
	}
	in.loop = u.Bind(n.Params, in.dtypes)
	b.prog.instrs = append(b.prog.instrs, in)
	b.prog.instrItems = append(b.prog.instrItems, n.DType.Size())
	return instrBase + len(b.prog.instrs) - 1, nil
}

// source adds a stored array as a leaf.
func (b *builder) source(a storage.Array, v plan.View) (int, error) {
	m := a.Meta()
	if m.DType.Size() == 0 || !m.DType.Valid() {
		return 0, fmt.Errorf("elements of %v can't be computed; functions of text can, see chunkgrid.MapText", m.DType)
	}
	if mem, ok := a.(storage.Viewer); ok {
		return b.leaf(memLeaf{func() ([]byte, error) { return mem.View(), nil }, cStrides(m.Shape), v}, m.DType), nil
	}
	l := newArrayLeaf(a, v, b.domain, b.within)
	l.whole = l.whole && b.chunked
	b.stage.uses(a, v, l.whole, b)
	return b.leaf(l, m.DType), nil
}

// temp adds the result of an earlier stage as a leaf.
func (b *builder) temp(t *temp, v plan.View) (int, error) {
	if t.stage.level >= b.stage.level {
		b.stage.level = t.stage.level + 1
	}
	b.stage.needs = append(b.stage.needs, t.stage)
	if t.scratch != nil {
		return b.source(t.scratch, v)
	}
	return b.leaf(memLeaf{t.memory, cStrides(t.node.Shape), v}, t.node.DType), nil
}

// restrict narrows a reduction to the kept indices that the view shows of it:
// what nobody asked for is not computed. The cuts along the reduced axes, and
// with them the bits of the result, stay.
func (b *builder) restrict(n *plan.Node, v plan.View) (*plan.Node, plan.View) {
	arg := n.Args[0]
	reduced, keepdims := n.Reduced(), n.Params["keepdims"].(bool)
	r := regionOf(v, b.within)
	in := plan.Identity(arg.Shape)
	in.Shape = append([]int{}, arg.Shape...)
	rest := plan.View{Shape: v.Shape, Maps: append([]plan.AxisMap{}, v.Maps...)}
	narrowed, k := false, 0
	for a := range arg.Shape {
		if reduced[a] {
			if keepdims {
				k++
			}
			continue
		}
		lo, step, cnt := r.start[k], r.step[k], r.n[k]
		if cnt > 0 && cnt < n.Shape[k] {
			narrowed = true
			in.Maps[a] = plan.AxisMap{Out: a, Offset: lo, Stride: step}
			in.Shape[a] = cnt
			m := v.Maps[k]
			if m.Out < 0 {
				rest.Maps[k].Offset = 0
			} else {
				rest.Maps[k] = plan.AxisMap{Out: m.Out, Offset: -b.within.Start[m.Out], Stride: 1}
			}
		}
		k++
	}
	if !narrowed {
		return n, v
	}
	p := plan.Params{}
	for key, val := range n.Params {
		if key != "axes" && key != "keepdims" {
			p[key] = val
		}
	}
	return b.c.nodes.Merge(plan.Reduce(n.Op, p, plan.NewView(arg, in), n.Params["axes"].([]int), keepdims)), rest
}

// boxOp adds an operation of boxes.
func (b *builder) boxOp(n *plan.Node, op *plan.BoxOp, v plan.View) (int, error) {
	return b.boxed(n, v, stepwise(n) || chunkwise(n, op), func(subs []*program) boxer { return &boxOp{n, op, subs} })
}

// chunkwise reports whether chunks of the result are made of chunks of the
// arguments, not of less or more: whether the first and the last one are.
func chunkwise(n *plan.Node, op *plan.BoxOp) bool {
	if n.Grid.Len() == 0 {
		return true
	}
	for _, i := range []int{0, n.Grid.Len() - 1} {
		for k, in := range op.Inputs(n, n.Grid.Box(n.Grid.Coord(i))) {
			g := n.Args[k].Grid
			if cover := g.Cover(in); size(cover.Shape) != 1 || !equalBox(g.Box(cover.Start), in) {
				return false
			}
		}
	}
	return true
}

// boxed adds an operation that is computed box by box from programs of its
// arguments, each in its own index space; chunkwise says that a chunk is made of
// chunks.
func (b *builder) boxed(n *plan.Node, v plan.View, chunkwise bool, make func([]*program) boxer) (int, error) {
	aligned := b.chunked && chunkwise && v.IsIdentity(n.Shape) && (b.domain.Equal(n.Grid) || stepwise(n))
	var subs []*program
	for _, a := range n.Args {
		s := b.c.newBuilder(b.stage, a.Grid, aligned, false)
		r, err := s.reg(a, plan.Identity(a.Shape))
		if err != nil {
			return 0, err
		}
		s.prog.complete([]int{r})
		subs = append(subs, s.prog)
	}
	return b.leaf(boxLeaf{make(subs), v, n.DType.Size()}, n.DType), nil
}

// concat adds arrays laid end to end. Every part gets a program over the same
// domain, computed only where the view shows that part.
func (b *builder) concat(n *plan.Node, v plan.View) (int, error) {
	axis := n.Params["axis"].(int)
	m := v.Maps[axis]
	l := &concatLeaf{axis: m.Out, item: n.DType.Size()}
	at := 0
	for _, a := range n.Args {
		lo, hi := at, at+a.Shape[axis]
		at = hi
		within := b.within
		if m.Out < 0 {
			if m.Offset < lo || m.Offset >= hi {
				continue
			}
		} else {
			s := b.within.Start[m.Out]
			i, j := inside(m.Offset+m.Stride*s, m.Stride, b.within.Shape[m.Out], lo, hi)
			if i == j {
				continue
			}
			within = within.ReplaceAxis(m.Out, s+i, j-i)
		}
		pv := plan.View{Shape: v.Shape, Maps: append([]plan.AxisMap{}, v.Maps...)}
		pv.Maps[axis].Offset -= lo
		s := &builder{c: b.c, domain: b.domain, within: within, chunked: b.chunked, prog: &program{ndim: b.prog.ndim},
			memo: map[seen]int{}, stage: b.stage, axes: b.axes}
		r, err := s.reg(a, pv)
		if err != nil {
			return 0, err
		}
		s.prog.complete([]int{r})
		l.parts = append(l.parts, part{s.prog, within})
	}
	if l.axis >= 0 { // a backward view shows the last part first
		slices.SortFunc(l.parts, func(p, q part) int { return cmp.Compare(p.within.Start[l.axis], q.within.Start[l.axis]) })
	}
	return b.leaf(l, n.DType), nil
}
