package conformance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// builder makes a random case: inputs, and calls on them.
type builder struct {
	ctx    context.Context
	r      *rand.Rand
	dir    string // for files; "" keeps them in memory
	limit  int    // elements of an array
	taste  taste
	inputs []*input
	calls  []call
	nodes  []*plan.Node // of the calls
}

// input adds a random array and returns its number among the calls.
func (b *builder) input(dt nd.DType, shape []int) (int, error) {
	return b.add(&input{DType: dt, Shape: shape})
}

// add fills in an input and adds it.
func (b *builder) add(in *input) (int, error) {
	if err := in.make(b.ctx, b.r, b.taste, b.dir); err != nil {
		return 0, err
	}
	b.inputs = append(b.inputs, in)
	b.calls = append(b.calls, call{Op: opInput, Args: []int{len(b.inputs) - 1}})
	b.nodes = append(b.nodes, in.node())
	return len(b.nodes) - 1, nil
}

// arange adds a sequence of numbers and returns its number.
func (b *builder) arange(dt nd.DType) (int, error) {
	r := b.r
	n := r.IntN(50)
	return b.call(call{Op: opArange, Params: plan.Params{"dtype": dt, "n": n, "grid": gridOf(cut(r, []int{n})),
		"start": r.NormFloat64(), "step": r.NormFloat64(), "istart": r.IntN(9), "istep": r.IntN(9) - 4}})
}

// call adds a call and returns its number.
func (b *builder) call(c call) (int, error) {
	args := make([]*plan.Node, len(c.Args))
	for i, k := range c.Args {
		args[i] = b.nodes[k]
	}
	n := c.node(args)
	if n.Err != nil {
		return 0, fmt.Errorf("%v: %w", c, n.Err)
	}
	b.calls = append(b.calls, c)
	b.nodes = append(b.nodes, n)
	return len(b.nodes) - 1, nil
}

// move adds a random movement of value v.
func (b *builder) move(v int) (int, error) {
	for {
		op := movements[b.r.IntN(len(movements))]
		if b.r.IntN(6) == 0 {
			op = opRechunk // the only one that may need a place of its own
		}
		if c, ok := b.movement(op, v); ok {
			return b.call(c)
		}
	}
}

// movement returns a random movement of value v, or false where its shape has none.
func (b *builder) movement(op string, v int) (call, bool) {
	n, r := b.nodes[v], b.r
	ndim, shape := n.NDim(), n.Shape
	c := call{Op: op, Args: []int{v}, Params: plan.Params{}}
	switch op {
	case opSlice:
		c.Params["text"] = b.ranges(shape)
	case opReshape:
		c.Params["shape"], c.Params["order"] = b.reshaped(shape), []string{"C", "F"}[r.IntN(2)]
	case opTranspose:
		axes := r.Perm(ndim)
		for i := range axes {
			axes[i] -= r.IntN(2) * ndim
		}
		c.Params["axes"] = axes
	case opSwapAxes, opMoveAxis:
		if ndim == 0 {
			return c, false
		}
		c.Params["i"], c.Params["j"] = r.IntN(ndim), r.IntN(ndim)
	case opSqueeze:
		axes := []int{}
		for k, l := range shape {
			if l == 1 && r.IntN(3) > 0 {
				axes = append(axes, k)
			}
		}
		c.Params["axes"] = axes
	case opExpand:
		if ndim > 4 {
			return c, false
		}
		axes := r.Perm(ndim + 1)[:1]
		c.Params["axes"] = axes
	case opBroadcast:
		return b.broadcast(c, shape)
	case opConcat, opStack:
		return b.joined(c, v)
	case opRepeat:
		if ndim == 0 {
			return c, false
		}
		c.Params["axis"], c.Params["n"] = r.IntN(ndim), r.IntN(4)
		return c, n.Size() <= b.limit
	case opTake:
		if ndim == 0 {
			return c, false
		}
		k := r.IntN(ndim)
		index := make([]int, r.IntN(8))
		if shape[k] == 0 {
			index = index[:0]
		}
		for i := range index {
			index[i] = r.IntN(2*shape[k]) - shape[k]
		}
		c.Params["axis"], c.Params["index"] = k, index
	case opRoll, opTile:
		if ndim == 0 {
			return c, false
		}
		k := r.IntN(ndim)
		c.Params["axis"], c.Params["n"] = k, r.IntN(2*shape[k]+3)-shape[k]-1
		if op == opTile {
			c.Params["n"] = r.IntN(4)
		}
		return c, n.Size() <= b.limit
	case opFlip:
		axes := r.Perm(ndim)[:r.IntN(ndim+1)]
		for i := range axes {
			axes[i] -= r.IntN(2) * ndim
		}
		c.Params["axes"] = axes
	case opLined:
		return b.lined(c, v)
	case opPad, opOverlap:
		return b.padding(c, n)
	case opTopK, opArgTopK:
		c.Params["k"] = []int{-3, -1, 1, 2, 5}[r.IntN(5)]
		return c, b.accepts(c)
	case opRechunk:
		c.Params["grid"] = gridOf(cut(r, shape))
	}
	return c, true
}

// ranges returns the text of a random basic index.
func (b *builder) ranges(shape []int) string {
	r := b.r
	var items []string
	ndim := len(shape)
	dots := r.IntN(3*len(shape) + 1) // where the rest is left to an ellipsis
	for k, l := range shape {
		if ndim < 5 && r.IntN(10) == 0 {
			items, ndim = append(items, "None"), ndim+1
		}
		if k == dots {
			items = append(items, "...")
			break
		}
		switch r.IntN(8) {
		case 0:
			items = append(items, ":")
		case 1:
			if l > 0 {
				items, ndim = append(items, fmt.Sprint(r.IntN(2*l)-l)), ndim-1
				break
			}
			fallthrough
		default:
			items = append(items, b.bounds(l))
		}
	}
	return strings.Join(items, ", ")
}

// bounds returns the text of a slice, often beyond the axis, rarely empty.
func (b *builder) bounds(l int) string {
	r := b.r
	step := []int{1, 1, 1, 2, 3, -1, -1, -2, -3}[r.IntN(9)]
	lo, hi := r.IntN(l/2+2), l/2+r.IntN(l/2+2)
	if r.IntN(12) == 0 {
		lo, hi = r.IntN(2*l+4)-l-2, r.IntN(2*l+4)-l-2
	}
	if step < 0 {
		lo, hi = hi, lo-1
	}
	start, stop := fmt.Sprint(lo), fmt.Sprint(hi)
	if r.IntN(3) == 0 {
		start = ""
	}
	if r.IntN(3) == 0 || step < 0 && hi < 0 {
		stop = ""
	}
	if step == 1 && r.IntN(2) == 0 {
		return start + ":" + stop
	}
	return fmt.Sprintf("%s:%s:%d", start, stop, step)
}

// reshaped returns another shape for as many elements.
func (b *builder) reshaped(shape []int) []int {
	r := b.r
	n := nd.Box{Shape: shape}.Size()
	if n == 0 {
		to := append([]int{}, shape...)
		r.Shuffle(len(to), func(i, j int) { to[i], to[j] = to[j], to[i] })
		return append(to, 1)[:min(len(to)+1, 5)]
	}
	to := []int{}
	for left, most := n, 1+r.IntN(5); len(to) < most; {
		if len(to) == most-1 {
			to = append(to, left)
			break
		}
		divisors := []int{}
		for d := 1; d <= left; d++ {
			if left%d == 0 {
				divisors = append(divisors, d)
			}
		}
		d := divisors[r.IntN(len(divisors))]
		to, left = append(to, d), left/d
	}
	r.Shuffle(len(to), func(i, j int) { to[i], to[j] = to[j], to[i] })
	if n == 1 && r.IntN(3) == 0 {
		return []int{}
	}
	if r.IntN(2) == 0 {
		to[r.IntN(len(to))] = -1
	}
	return to
}

func (b *builder) broadcast(c call, shape []int) (call, bool) {
	to := append([]int{}, shape...)
	for k, l := range to {
		if l == 1 && b.r.IntN(2) == 0 {
			to[k] = b.r.IntN(5)
		}
	}
	for len(to) < 5 && b.r.IntN(2) == 0 {
		to = slices.Insert(to, 0, 1+b.r.IntN(3))
	}
	c.Params["shape"] = to
	return c, nd.Box{Shape: to}.Size() <= 2*b.limit
}

// joined joins v with values of its dtype and of a fitting shape, itself at least.
func (b *builder) joined(c call, v int) (call, bool) {
	n := b.nodes[v]
	ndim := n.NDim()
	if c.Op == opConcat && ndim == 0 || c.Op == opStack && ndim > 4 || n.Size() > b.limit {
		return c, false
	}
	axis := 0
	if c.Op == opConcat {
		axis = b.r.IntN(ndim)
	} else {
		axis = b.r.IntN(ndim + 1)
	}
	var fit []int
	for i, o := range b.nodes {
		if o.DType != n.DType || o.NDim() != ndim || o.Size() > b.limit {
			continue
		}
		same := true
		for k := range o.Shape {
			same = same && (o.Shape[k] == n.Shape[k] || c.Op == opConcat && k == axis)
		}
		if same {
			fit = append(fit, i)
		}
	}
	for range b.r.IntN(3) {
		c.Args = append(c.Args, fit[b.r.IntN(len(fit))])
	}
	b.r.Shuffle(len(c.Args), func(i, j int) { c.Args[i], c.Args[j] = c.Args[j], c.Args[i] })
	c.Params["axis"] = axis
	return c, true
}

// partner returns a shape that broadcasts against shape, often the very same.
func (b *builder) partner(shape []int) []int {
	p := slices.Clone(shape)
	switch b.r.IntN(5) {
	case 0:
		return []int{}
	case 1:
		return p[b.r.IntN(len(p)+1):]
	case 2:
		for k := range p {
			if b.r.IntN(2) == 0 {
				p[k] = 1
			}
		}
	}
	return p
}

// ufunc returns a call of an element-wise operation.
func (b *builder) ufunc(name string, args []int, to nd.DType) call {
	c := call{Op: name, Args: args}
	switch name {
	case "cast":
		c.Params = plan.Params{"to": to}
	case "digitize":
		c.Params = plan.Params{"edges": b.edges(), "right": b.r.IntN(2) == 0}
	case "interp":
		x := b.edges()
		c.Params = plan.Params{"x": x, "y": b.finite(len(x))}
	case "isin":
		c.Params = plan.Params{"set": b.edges()}
	case "isin_integer":
		set := make([]int, b.r.IntN(9))
		for i, v := range nd.AsSlice[int64](elements(b.r, nd.Int64, len(set), b.taste)) {
			set[i] = int(v)
		}
		slices.Sort(set)
		c.Params = plan.Params{"set": set}
	case "isclose":
		c.Params = plan.Params{}
		if b.r.IntN(2) == 0 {
			c.Params["rtol"] = []float64{0, 1e-12, 0.5}[b.r.IntN(3)]
		}
		if b.r.IntN(2) == 0 {
			c.Params["atol"] = []float64{0, 1e-3, 1}[b.r.IntN(3)]
		}
		if b.r.IntN(2) == 0 {
			c.Params["equal_nan"] = b.r.IntN(2) == 0
		}
	}
	return c
}

// reduction returns a call of a reduction of value v over random axes, or false
// where it has no value.
func (b *builder) reduction(name string, v int) (call, bool) {
	n, r := b.nodes[v], b.r
	c := call{Op: name, Args: []int{v}, Params: plan.Params{"keepdims": r.IntN(2) == 0}}
	if n.NDim() > 0 && r.IntN(4) == 0 {
		l, count := labels(r, n.Shape[0])
		plan.Grouped(c.Params, l, count)
	} else if r.IntN(4) > 0 {
		axes := r.Perm(n.NDim())[:r.IntN(n.NDim()+1)]
		for i := range axes {
			axes[i] -= r.IntN(2) * n.NDim()
		}
		c.Params["axes"] = axes
	}
	if strings.HasSuffix(name, "var") || strings.HasSuffix(name, "std") {
		c.Params["ddof"] = []float64{0, 1, 1, 2.5}[r.IntN(4)]
	}
	return c, b.accepts(c)
}

// labels draws groups for n places: in turn, in stretches, or anyhow.
func labels(r *rand.Rand, n int) (labels []int, count int) {
	labels, count = make([]int, n), 1+r.IntN(5)
	every, kind := 1+r.IntN(7), r.IntN(3)
	for i := range labels {
		labels[i] = []int{i % count, i / every % count, r.IntN(count)}[kind]
	}
	return labels, count
}

// accepts reports whether the call has a result that is not too large.
func (b *builder) accepts(c call) bool {
	args := make([]*plan.Node, len(c.Args))
	for i, k := range c.Args {
		args[i] = b.nodes[k]
	}
	n := c.node(args)
	return n.Err == nil && n.Size() <= 2*b.limit && n.NDim() <= 6
}
