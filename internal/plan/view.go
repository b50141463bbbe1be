package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
)

// AxisMap says where along one axis of a source an index of the view lies:
// at Offset + Stride*(index along the view's axis Out), or at Offset always
// where Out is -1.
type AxisMap struct {
	Out, Offset, Stride int
}

// View maps the indices of an array of the given shape to those of a source:
// one map per axis of the source. An axis of the view that no map names is
// broadcast. Slices, steps, transposes, new and dropped axes and broadcasting
// are all views, and views of views compose.
type View struct {
	Shape []int
	Maps  []AxisMap
}

// Identity returns the view that shows a source of that shape as it is.
func Identity(shape []int) View {
	v := View{shape, make([]AxisMap, len(shape))}
	for i := range shape {
		v.Maps[i] = AxisMap{i, 0, 1}
	}
	return v
}

// Of composes: v looks at w, which looks at a source; the result looks at it directly.
func (v View) Of(w View) View {
	r := View{v.Shape, make([]AxisMap, len(w.Maps))}
	for a, m := range w.Maps {
		if m.Out < 0 {
			r.Maps[a] = m
			continue
		}
		o := v.Maps[m.Out]
		r.Maps[a] = AxisMap{o.Out, m.Offset + m.Stride*o.Offset, m.Stride * o.Stride}
		if o.Out < 0 {
			r.Maps[a].Stride = 0
		}
	}
	return r
}

// IsIdentity reports whether the view shows a source of that shape unchanged.
func (v View) IsIdentity(shape []int) bool {
	if !slices.Equal(v.Shape, shape) || len(v.Maps) != len(shape) {
		return false
	}
	for i, m := range v.Maps {
		if m != (AxisMap{i, 0, 1}) {
			return false
		}
	}
	return true
}

// Key is a text that equal views share.
func (v View) Key() string {
	b := make([]byte, 0, 8*(len(v.Shape)+3*len(v.Maps)))
	number := func(n int) { b = append(strconv.AppendInt(b, int64(n), 36), ' ') }
	for _, n := range v.Shape {
		number(n)
	}
	for _, m := range v.Maps {
		b = append(b, '|')
		number(m.Out)
		number(m.Offset)
		number(m.Stride)
	}
	return string(b)
}

func (v View) params() Params {
	p := Params{"shape": v.Shape}
	var out, off, stride []int
	for _, m := range v.Maps {
		out, off, stride = append(out, m.Out), append(off, m.Offset), append(stride, m.Stride)
	}
	p["out"], p["offset"], p["stride"] = out, off, stride
	return p
}

// ViewOf returns the view a node of operation OpView holds.
func ViewOf(n *Node) View {
	v := View{Shape: n.Shape}
	out, off, stride := n.Params["out"].([]int), n.Params["offset"].([]int), n.Params["stride"].([]int)
	for i := range out {
		v.Maps = append(v.Maps, AxisMap{out[i], off[i], stride[i]})
	}
	return v
}

// NewView returns arg seen through v.
func NewView(arg *Node, v View) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpView, err, arg)
	}
	if v.IsIdentity(arg.Shape) {
		return arg
	}
	if err := v.check(arg.Shape); err != nil {
		return Fail(OpView, err, arg)
	}
	if _, renamed := arg.Params["dims"]; arg.Op == OpView && !renamed {
		return NewView(arg.Args[0], v.Of(ViewOf(arg)))
	}
	n := &Node{Op: OpView, Params: v.params(), Args: []*Node{arg}, DType: arg.DType, Shape: slices.Clone(v.Shape),
		Dims: make([]string, len(v.Shape)), Free: make([]bool, len(v.Shape))}
	axes := make([]nd.Grid, len(v.Shape))
	for j := range v.Shape {
		n.Free[j] = true
	}
	for k, m := range v.Maps {
		if m.Out >= 0 {
			axes[m.Out] = arg.Grid.ViewAxis(k, m.Offset, m.Stride, v.Shape[m.Out])
			n.Dims[m.Out] = arg.Dims[k]
			n.Free[m.Out] = arg.Free[k]
		}
	}
	grid, err := freeAxes(axes, v.Shape, n.DType.Size())
	if err != nil {
		return Fail(OpView, err, arg)
	}
	n.Grid = grid
	n.Weight = arg.Weight
	if a := arg.Size(); a > 0 {
		n.Weight = min(arg.Weight, max(n.NBytes(), 1))
	}
	return n.finish()
}

// check refuses a view that leaves its source; plans read from elsewhere pass here too.
func (v View) check(shape []int) error {
	if len(v.Maps) != len(shape) {
		return fmt.Errorf("view has %d axis maps, the array %d axes: %w", len(v.Maps), len(shape), nd.ErrAxis)
	}
	size, err := nd.SizeOf(v.Shape)
	if err != nil {
		return err
	}
	for k, m := range v.Maps {
		if m.Out >= len(v.Shape) {
			return fmt.Errorf("view names axis %d of %d: %w", m.Out, len(v.Shape), nd.ErrAxis)
		}
		lo, hi := m.Offset, m.Offset
		if m.Out >= 0 {
			if m.Stride == 0 {
				return fmt.Errorf("view has a step of 0 along axis %d: %w", k, nd.ErrIndex)
			}
			hi += m.Stride * (v.Shape[m.Out] - 1)
		}
		if size > 0 && (min(lo, hi) < 0 || max(lo, hi) >= shape[k]) {
			return fmt.Errorf("view reaches index %d of axis %d, which has length %d: %w", max(lo, hi), k, shape[k], nd.ErrIndex)
		}
	}
	return nil
}

// freeChunk is the size in bytes to which chunks of broadcast axes are cut.
const freeChunk = 16 << 20

// freeAxes joins axis grids; those that are still the zero Grid belong to
// broadcast axes, which are cut so that a chunk stays below freeChunk bytes.
func freeAxes(axes []nd.Grid, shape []int, itemsize int) (nd.Grid, error) {
	room := freeChunk / max(itemsize, 1)
	for _, g := range axes {
		if g.NDim() == 1 {
			room /= max(g.MaxChunk()[0], 1)
		}
	}
	for j := len(axes) - 1; j >= 0; j-- {
		if axes[j].NDim() == 1 {
			continue
		}
		c := max(min(room, shape[j]), 1)
		g, err := nd.NewGrid(shape[j:j+1], []int{c})
		if err != nil {
			return nd.Grid{}, err
		}
		axes[j] = g
		room /= c
	}
	return nd.JoinGrids(axes...)
}

// Slice returns the part of arg that the ranges name.
func Slice(arg *Node, ranges []nd.Range) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpView, err, arg)
	}
	axes, err := nd.ResolveRanges(arg.Shape, ranges)
	if err != nil {
		return Fail(OpView, err, arg)
	}
	v := View{Maps: make([]AxisMap, arg.NDim())}
	for _, a := range axes {
		switch {
		case a.Drop:
			v.Maps[a.Axis] = AxisMap{-1, a.Start, 0}
			continue
		case a.Axis >= 0:
			v.Maps[a.Axis] = AxisMap{len(v.Shape), a.Start, a.Step}
		}
		v.Shape = append(v.Shape, a.N)
	}
	return NewView(arg, v)
}

// Transpose returns arg with its axes in the given order; nil reverses them.
func Transpose(arg *Node, axes []int) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpView, err, arg)
	}
	ndim := arg.NDim()
	if axes == nil {
		for k := ndim - 1; k >= 0; k-- {
			axes = append(axes, k)
		}
	}
	if len(axes) != ndim {
		return Fail(OpView, fmt.Errorf("axes %v do not name each of the %d axes of shape %v once: %w", axes, ndim, arg.Shape, nd.ErrAxis), arg)
	}
	order, err := nd.NormAxes("transpose", axes, ndim)
	if err != nil {
		return Fail(OpView, err, arg)
	}
	v := View{Shape: make([]int, ndim), Maps: make([]AxisMap, ndim)}
	for j, k := range order {
		v.Shape[j] = arg.Shape[k]
		v.Maps[k] = AxisMap{j, 0, 1}
	}
	return NewView(arg, v)
}

// BroadcastTo returns arg repeated along axes of length 1 and new leading axes.
func BroadcastTo(arg *Node, shape []int) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpView, err, arg)
	}
	lead := len(shape) - arg.NDim()
	v := View{Shape: slices.Clone(shape), Maps: make([]AxisMap, arg.NDim())}
	for k, l := range arg.Shape {
		switch {
		case lead < 0 || (l != 1 && l != shape[lead+k]):
			return Fail(OpView, fmt.Errorf("shape %v does not broadcast to %v: %w", arg.Shape, shape, nd.ErrShape), arg)
		case l == shape[lead+k]:
			v.Maps[k] = AxisMap{lead + k, 0, 1}
		default:
			v.Maps[k] = AxisMap{-1, 0, 0}
		}
	}
	return NewView(arg, v)
}

// ExpandDims returns arg with axes of length 1 at the given places of the result.
func ExpandDims(arg *Node, axes []int) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpView, err, arg)
	}
	ndim := arg.NDim() + len(axes)
	fresh, err := nd.NormAxes("expand_dims", axes, ndim)
	if err != nil {
		return Fail(OpView, err, arg)
	}
	v := View{Shape: make([]int, ndim)}
	for j := range ndim {
		v.Shape[j] = 1
		if !slices.Contains(fresh, j) {
			v.Shape[j] = arg.Shape[len(v.Maps)]
			v.Maps = append(v.Maps, AxisMap{j, 0, 1})
		}
	}
	return NewView(arg, v)
}

// Squeeze returns arg without the given axes, which must have length 1; nil
// means all of that length.
func Squeeze(arg *Node, axes []int) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpView, err, arg)
	}
	drop, err := nd.NormAxes("squeeze", axes, arg.NDim())
	if err != nil {
		return Fail(OpView, err, arg)
	}
	v := View{Maps: make([]AxisMap, arg.NDim())}
	for k, l := range arg.Shape {
		named := slices.Contains(drop, k)
		if named && l != 1 {
			return Fail(OpView, fmt.Errorf("axis %d of shape %v has length %d, only axes of length 1 can go: %w", k, arg.Shape, l, nd.ErrShape), arg)
		}
		if named || axes == nil && l == 1 {
			v.Maps[k] = AxisMap{-1, 0, 0}
			continue
		}
		v.Maps[k] = AxisMap{len(v.Shape), 0, 1}
		v.Shape = append(v.Shape, arg.Shape[k])
	}
	return NewView(arg, v)
}

// Rename returns arg with other names for its axes, as a view of the whole.
func Rename(arg *Node, dims []string) *Node {
	if err := Check(arg); err != nil {
		return Fail("rename", err, arg)
	}
	if len(dims) != arg.NDim() {
		return Fail("rename", fmt.Errorf("%d names for the %d axes of shape %v: %w", len(dims), arg.NDim(), arg.Shape, nd.ErrAxis), arg)
	}
	if slices.Equal(dims, arg.Dims) {
		return arg
	}
	n := *arg
	n.Op, n.Args, n.Leaf = OpView, []*Node{arg}, nil
	n.Params = Identity(arg.Shape).params()
	n.Params["dims"] = strings.Join(dims, "\x00")
	n.Dims = slices.Clone(dims)
	return n.finish()
}
