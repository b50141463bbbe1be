package conformance

import (
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// More elements at the ends; chunks with what is around them, turned round
// along all axes, of which the chunks' own parts are taken; and the chunks of one
// or two arrays end to end, each backwards.
const (
	opPad     = "pad"
	opOverlap = "overlap"
	opLined   = "lined"
)

// What lies beyond the ends of an array.
var modes = []string{"none", "reflect", "periodic", "nearest", "constant"}

// padding adds the parameters of a random pad or overlap of a value; false where
// it has none.
func (b *builder) padding(c call, n *plan.Node) (call, bool) {
	r := b.r
	depth := make([]int, n.NDim())
	mode := modes[r.IntN(len(modes))]
	for k, l := range n.Shape {
		if r.IntN(2) == 0 {
			depth[k] = 1 + r.IntN(4)
		}
		if l == 0 && mode != "none" && mode != "constant" {
			depth[k] = 0
		}
	}
	c.Params["depth"], c.Params["mode"] = depth, mode
	if mode == "constant" {
		fill := []int{}
		for _, v := range elements(r, n.DType, 1, b.taste) {
			fill = append(fill, int(v))
		}
		c.Params["fill"] = fill
	}
	if c.Op == opOverlap {
		c.Params["chunks"] = cut(r, n.Shape)
		if gridOf(c.Params["chunks"].([][]int)).Len() > 100 { // the reference takes long
			return c, false
		}
	}
	return c, n.NDim() > 0 && b.accepts(c)
}

// fill returns the bytes of the element that a constant boundary has.
func (c call) fill() []byte {
	b := nd.MakeBytes(len(c.ints("fill")))
	for i, v := range c.ints("fill") {
		b[i] = byte(v)
	}
	return b
}

// beyond returns the place of n elements where element i is found, which may lie
// beyond the ends: walking there step by step.
func beyond(mode string, i, n int) int {
	at, step := 0, 1
	if i < 0 {
		at, step, i = n-1, -1, n-1-i
		if mode != "periodic" {
			at, i = 0, i-n+1
		}
		if mode == "reflect" {
			step, i = 1, i-1
		}
	}
	for ; i > 0; i-- {
		switch next := at + step; {
		case next >= 0 && next < n:
			at = next
		case mode == "reflect":
			step = -step
		case mode == "periodic":
			at = (next + n) % n
		}
	}
	return at
}

// pick is plan.Take by views: of stretches that rise or fall by one, end to end.
func pick(a *plan.Node, k int, index []int) *plan.Node {
	parts := []*plan.Node{}
	for len(index) > 0 {
		n, step := 1, 1
		if len(index) > 1 && index[1] < index[0] {
			step = -1
		}
		for n < len(index) && index[n] == index[0]+n*step {
			n++
		}
		v := plan.Identity(slices.Clone(a.Shape))
		v.Shape[k], v.Maps[k] = n, plan.AxisMap{Out: k, Offset: index[0], Stride: step}
		parts, index = append(parts, plan.NewView(a, v)), index[n:]
	}
	if len(parts) == 0 {
		return plan.Take(a, k, nil)
	}
	return plan.Concat(k, parts...)
}

// padNode is the plan of an array with more elements at the ends.
func (c call) padNode(a *plan.Node) *plan.Node {
	mode := c.Params["mode"].(string)
	for k, d := range c.ints("depth") {
		switch n := a.Shape[k]; {
		case mode == "none" || d == 0:
		case mode == "constant":
			shape := append([]int{}, a.Shape...)
			shape[k] = d
			more := plan.BroadcastTo(plan.Full(a.DType, c.fill(), nd.Grid{}), shape)
			a = plan.Concat(k, more, a, more)
		default:
			index := []int{}
			for i := -d; i < n+d; i++ {
				index = append(index, beyond(mode, i, n))
			}
			a = pick(a, k, index)
		}
	}
	return a
}

// overlapNode is the plan of an overlap: along every axis chunks and what is
// around them are turned round.
func (c call) overlapNode(a *plan.Node) *plan.Node {
	around := c.padNode(a)
	for k, sizes := range c.Params["chunks"].([][]int) {
		d, index, lo := c.ints("depth")[k], []int{}, 0
		for _, n := range sizes {
			first, last := lo, lo+n-1+2*d // of what is around the chunk
			if around.Shape[k] == a.Shape[k] {
				first, last = max(lo-d, 0), min(lo+n+d, a.Shape[k])-1
			}
			own := first + d
			if around.Shape[k] == a.Shape[k] {
				own = lo
			}
			for i := range n {
				index = append(index, first+last-own-i)
			}
			lo += n
		}
		around = pick(around, k, index)
	}
	return around
}

// boundary returns that of a call.
func boundary[T nd.Elem](c call) chunkgrid.Boundary {
	switch c.Params["mode"] {
	case "reflect":
		return chunkgrid.Reflect
	case "periodic":
		return chunkgrid.Periodic
	case "nearest":
		return chunkgrid.Nearest
	case "constant":
		return chunkgrid.Filled(nd.AsSlice[T](c.fill())[0])
	}
	return chunkgrid.NoBoundary
}

// turnedRound returns a chunk backwards along every axis.
func turnedRound[T nd.Elem](chunk *nd.Array[T]) (*nd.Array[T], error) {
	ranges := make([]nd.Range, chunk.NDim())
	for k := range ranges {
		ranges[k] = nd.Every(-1)
	}
	return chunk.Slice(ranges...)
}

// lined adds the parameters of chunks end to end, and another array or not.
func (b *builder) lined(c call, v int) (call, bool) {
	shape := b.nodes[v].Shape
	if b.r.IntN(2) == 0 {
		other, err := b.input(b.nodes[v].DType, b.partner(shape))
		if err != nil {
			return c, false
		}
		c.Args = append(c.Args, other)
	}
	c.Params["chunks"] = cut(b.r, shape)
	return c, gridOf(c.Params["chunks"].([][]int)).Len() <= 100 && b.accepts(c)
}

// linedNode is the plan of chunks end to end, each backwards.
func (c call) linedNode(args []*plan.Node) *plan.Node {
	var parts []*plan.Node
	for _, box := range gridOf(c.Params["chunks"].([][]int)).Boxes() {
		for _, a := range args {
			a = plan.BroadcastTo(a, args[0].Shape)
			for k := range box.Shape {
				a = part(a, k, box.Start[k], box.Stop(k))
			}
			parts = append(parts, plan.Slice(plan.Reshape(a, []int{-1}), []nd.Range{nd.Every(-1)}))
		}
	}
	if len(parts) == 0 {
		return plan.Reshape(args[0], []int{0})
	}
	return plan.Concat(0, parts...)
}

// lined calls the functions of chunks with a grid of their own.
func lined[T nd.Elem](c call, args []*chunkgrid.Array[T]) chunkgrid.Any {
	chunks := c.Params["chunks"].([][]int)
	sizes := []int{}
	for _, box := range gridOf(chunks).Boxes() {
		sizes = append(sizes, len(args)*box.Size())
	}
	backwards := func(arrays ...*nd.Array[T]) (*nd.Array[T], error) {
		var all []T
		for _, a := range arrays {
			v := slices.Collect(a.Values())
			slices.Reverse(v)
			all = append(all, v...)
		}
		return nd.FromSlice(all, len(all))
	}
	x, grid := args[0].Rechunk(nd.Lists(chunks)), gridOf([][]int{sizes})
	if len(args) == 1 {
		return chunkgrid.MapChunks(x, func(a *nd.Array[T]) (*nd.Array[T], error) { return backwards(a) }, grid)
	}
	y := args[1].BroadcastTo(x.Shape()...).Rechunk(nd.Lists(chunks))
	return chunkgrid.MapChunks2(x, y, func(a, b *nd.Array[T]) (*nd.Array[T], error) { return backwards(a, b) }, grid)
}
