package plan

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Generator fills dst, C order, with the elements of box of an array that is
// computed from its indices. It is safe for concurrent use and gives an
// element the same value whatever the box.
type Generator func(dst []byte, box nd.Box)

// Source returns a stored array.
func Source(a storage.Array) *Node {
	if IsNil(a) {
		return Fail(OpSource, errNil)
	}
	if !reflect.ValueOf(a).Comparable() {
		return Fail(OpSource, fmt.Errorf("an array of type %T, which can't be compared with itself; use a pointer", a))
	}
	m := a.Meta()
	if !slices.Equal(m.ReadGrid.Shape(), m.Shape) {
		return Fail(OpSource, fmt.Errorf("an array of type %T whose ReadGrid is of shape %v, its Shape %v: %w", a, m.ReadGrid.Shape(), m.Shape, nd.ErrChunks))
	}
	n := &Node{Op: OpSource, Leaf: a, DType: m.DType, Shape: m.Shape, Dims: m.Dims, Grid: m.ReadGrid}
	n.Weight = nd.Box{Shape: m.Shape}.Size() * max(m.DType.Size(), 1)
	return n.finish()
}

// ND returns an array in memory, cut into chunks by grid.
func ND(d nd.Dyn, grid nd.Grid) *Node {
	return (&Node{Op: OpND, Leaf: d, Params: Params{"grid": grid}, DType: d.DType(), Shape: d.Shape(), Grid: grid}).finish()
}

// Full returns an array whose elements all are value, the bytes of one element.
func Full(dt nd.DType, value []byte, grid nd.Grid) *Node {
	n := &Node{Op: OpFull, Params: Params{"value": string(value), "dtype": dt, "grid": grid},
		DType: dt, Shape: grid.Shape(), Grid: grid}
	if len(value) != dt.Size() {
		return Fail(OpFull, fmt.Errorf("value of %d bytes for %v: %w", len(value), dt, nd.ErrDType))
	}
	n.Free = slices.Repeat([]bool{true}, len(n.Shape))
	return n.finish()
}

// Arange returns the 1-d array start, start+step, … computed in dt: element i
// is start + i*step, as NumPy's arange.
func Arange(dt nd.DType, start, step float64, istart, istep int, grid nd.Grid) *Node {
	if grid.NDim() != 1 || !(dt.IsInteger() || dt == nd.Float32 || dt == nd.Float64) {
		return Fail(OpArange, fmt.Errorf("%v with %d axes: it is for integers and floats along one axis: %w", dt, grid.NDim(), nd.ErrDType))
	}
	return (&Node{Op: OpArange, Params: Params{"dtype": dt, "start": start, "step": step, "istart": istart, "istep": istep, "grid": grid},
		DType: dt, Shape: grid.Shape(), Grid: grid}).finish()
}

// Func returns an array computed from its indices by the generator registered
// as name, or by gen where name is "": such a plan runs in this process only.
func Func(name string, gen Generator, dt nd.DType, grid nd.Grid) *Node {
	if name != "" {
		if gen == nil {
			g, ok := generators.Load(name)
			if !ok {
				return Fail(OpFunc, fmt.Errorf("no generator %q is registered in this program", name))
			}
			gen = g.(Generator)
		} else {
			generators.Store(name, gen)
		}
	}
	return (&Node{Op: OpFunc, Leaf: gen, Params: Params{"name": name, "dtype": dt, "grid": grid},
		DType: dt, Shape: grid.Shape(), Grid: grid}).finish()
}

// Ufunc returns the element-wise operation of that name on arguments that
// broadcast against each other.
func Ufunc(name string, p Params, args ...*Node) *Node {
	if err := Check(args...); err != nil {
		return Fail(name, err, args...)
	}
	u, ok := kernel.LookupUfunc(name)
	if !ok {
		return Fail(name, fmt.Errorf("unknown operation %q", name), args...)
	}
	if len(args) != u.NArgs {
		return Fail(name, fmt.Errorf("%d arguments, it takes %d", len(args), u.NArgs), args...)
	}
	dtypes := make([]nd.DType, len(args))
	for i, a := range args {
		dtypes[i] = a.DType
	}
	dt, err := u.Result(p, dtypes)
	if err != nil {
		return Fail(name, err, args...)
	}
	return (&Node{Op: name, Params: p, DType: dt}).meet(args)
}

// Meet returns a node that has arguments of a function of several arrays: those
// given, broadcast to one shape and cut by one grid, which are the node's.
func Meet(args ...*Node) *Node {
	const name = "map_chunks"
	if err := Check(args...); err != nil {
		return Fail(name, err, args...)
	}
	return (&Node{Op: name, DType: args[0].DType}).meet(args)
}

// meet fills in the arguments of a node, broadcast to one shape and cut by one grid,
// and what follows from them.
func (n *Node) meet(args []*Node) *Node {
	shapes := make([][]int, len(args))
	for i, a := range args {
		shapes[i] = a.Shape
	}
	shape, err := nd.BroadcastShapes(shapes...)
	if err != nil {
		return Fail(n.Op, fmt.Errorf("shapes %s do not broadcast: %w", shapesText(shapes), nd.ErrShape), args...)
	}
	args = slices.Clone(args)
	for i, a := range args {
		if args[i] = BroadcastTo(a, shape); args[i].Err != nil {
			return args[i]
		}
	}
	n.Shape, n.Dims, n.Free = shape, make([]string, len(shape)), make([]bool, len(shape))
	if n.Grid, err = commonGrid(n, args); err != nil {
		return Fail(n.Op, err, args...)
	}
	for i, a := range args {
		n.Weight = max(n.Weight, a.Weight)
		if args[i] = align(a, n.Grid); args[i].Err != nil {
			return args[i]
		}
	}
	n.Args = args
	return n.finish()
}

func shapesText(shapes [][]int) string {
	s := ""
	for i, sh := range shapes {
		switch {
		case i > 0 && i == len(shapes)-1:
			s += " and "
		case i > 0:
			s += ", "
		}
		s += fmt.Sprint(sh)
	}
	return s
}

// commonGrid takes every axis from the heaviest argument to which it is not
// free, and sets the node's dimension names and free axes on the way.
func commonGrid(n *Node, args []*Node) (nd.Grid, error) {
	axes := make([]nd.Grid, len(n.Shape))
	for j := range axes {
		var best *Node
		n.Free[j] = true
		for _, a := range args {
			if n.Dims[j] == "" {
				n.Dims[j] = a.Dims[j]
			}
			if a.Free[j] {
				continue
			}
			n.Free[j] = false
			if best == nil || a.Weight > best.Weight {
				best = a
			}
		}
		if best != nil {
			axes[j] = best.Grid.Axis(j)
		} else if g, ok := sameAxis(args, j); ok {
			axes[j] = g
		}
	}
	return freeAxes(axes, n.Shape, n.DType.Size())
}

// sameAxis returns the grid of an axis that is free in every argument but cut
// alike in those that are not broadcast to it: a plain constant array keeps
// the chunks it was given.
func sameAxis(args []*Node, j int) (nd.Grid, bool) {
	for _, a := range args[1:] {
		if !a.Grid.EqualAxis(j, args[0].Grid, j) {
			return nd.Grid{}, false
		}
	}
	return args[0].Grid.Axis(j), true
}

// align returns a cut like grid; along free axes any cut will do.
func align(a *Node, grid nd.Grid) *Node {
	for j := range a.Shape {
		if !a.Free[j] && !a.Grid.EqualAxis(j, grid, j) {
			return Rechunk(a, grid)
		}
	}
	return a
}

// Rechunk returns arg cut by another grid of the same shape.
func Rechunk(arg *Node, grid nd.Grid) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpRechunk, err, arg)
	}
	if !slices.Equal(grid.Shape(), arg.Shape) {
		return Fail(OpRechunk, fmt.Errorf("chunks of a grid of shape %v for an array of shape %v: %w", grid.Shape(), arg.Shape, nd.ErrShape), arg)
	}
	if arg.Grid.Equal(grid) {
		return arg
	}
	if arg.Op == OpRechunk {
		return Rechunk(arg.Args[0], grid)
	}
	n := *arg
	n.Op, n.Params, n.Args, n.Leaf, n.Grid = OpRechunk, Params{"grid": grid}, []*Node{arg}, nil, grid
	return n.finish()
}

// Reduce returns the reduction of that name over axes; nil means all of them.
func Reduce(name string, p Params, arg *Node, axes []int, keepdims bool) *Node {
	if err := Check(arg); err != nil {
		return Fail(name, err, arg)
	}
	r, ok := kernel.LookupReduction(name)
	if !ok {
		return Fail(name, fmt.Errorf("unknown reduction %q", name), arg)
	}
	dt, err := r.Result(p, arg.DType)
	if err != nil {
		return Fail(name, err, arg)
	}
	norm, err := nd.NormAxes(name, axes, arg.NDim())
	if err != nil {
		return Fail(name, err, arg)
	}
	if axes == nil {
		for k := range arg.Shape {
			norm = append(norm, k)
		}
	}
	slices.Sort(norm)
	for _, k := range norm {
		if r.NonEmpty && arg.Shape[k] == 0 {
			return Fail(name, fmt.Errorf("axis %d of shape %v is empty; %s of nothing has no value: %w", k, arg.Shape, name, nd.ErrShape), arg)
		}
	}
	params := Params{"axes": norm, "keepdims": keepdims}
	for k, v := range p {
		params[k] = v
	}
	n := &Node{Op: name, Params: params, Args: []*Node{arg}, DType: dt, Shape: []int{}}
	length := 1 // of an axis that is kept
	labels, count, groups := GroupsOf(n)
	if groups {
		if err := checkGroups(n, r.NonEmpty, labels, count); err != nil {
			return Fail(name, err, arg)
		}
		length = count
	}
	var grids []nd.Grid
	for k := range arg.Shape {
		g, reduced := arg.Grid.Axis(k), slices.Contains(norm, k)
		if reduced {
			if !keepdims {
				continue
			}
			if g, err = nd.NewGrid([]int{length}, []int{max(length, 1)}); err != nil {
				return Fail(name, err, arg)
			}
		}
		grids = append(grids, g)
		n.Shape = append(n.Shape, g.Shape()[0])
		n.Dims = append(n.Dims, arg.Dims[k])
		n.Free = append(n.Free, arg.Free[k] || reduced)
	}
	if groups {
		n.Dims[0], n.Free[0] = "group", false
	}
	if n.Grid, err = nd.JoinGrids(grids...); err != nil {
		return Fail(name, err, arg)
	}
	return n.finish()
}

// Concat returns the arguments laid end to end along an axis.
func Concat(axis int, args ...*Node) *Node {
	if len(args) == 0 {
		return Fail(OpConcat, fmt.Errorf("no arrays to join: %w", nd.ErrShape))
	}
	if err := Check(args...); err != nil {
		return Fail(OpConcat, err, args...)
	}
	first := args[0]
	k, err := nd.NormAxis("concat", axis, first.NDim())
	if err != nil {
		return Fail(OpConcat, err, args...)
	}
	n := &Node{Op: OpConcat, Params: Params{"axis": k}, Args: args, DType: first.DType, Shape: slices.Clone(first.Shape),
		Dims: slices.Clone(first.Dims), Free: make([]bool, first.NDim())}
	heavy := first
	parts := make([]nd.Grid, len(args))
	n.Shape[k] = 0
	for i, a := range args {
		if a.DType != first.DType {
			return Fail(OpConcat, fmt.Errorf("array %d is %v, the first is %v; Cast one of them: %w", i, a.DType, first.DType, nd.ErrDType), args...)
		}
		for j := range first.Shape {
			if a.NDim() != first.NDim() || (j != k && a.Shape[j] != first.Shape[j]) {
				return Fail(OpConcat, fmt.Errorf("shapes %v and %v differ along other axes than %d: %w", first.Shape, a.Shape, k, nd.ErrShape), args...)
			}
			n.Dims[j] = cmp.Or(n.Dims[j], a.Dims[j])
		}
		if a.Weight > heavy.Weight {
			heavy = a
		}
		n.Shape[k] += a.Shape[k]
		n.Weight += a.Weight
		parts[i] = a.Grid.Axis(k)
	}
	if _, err := nd.SizeOf(n.Shape); err != nil {
		return Fail(OpConcat, err, args...)
	}
	if n.Grid, err = heavy.Grid.ReplaceAxis(k, nd.ConcatGrids(parts...)); err != nil {
		return Fail(OpConcat, err, args...)
	}
	n.Args = make([]*Node, len(args))
	for i, a := range args {
		g, err := heavy.Grid.ReplaceAxis(k, parts[i])
		if err != nil {
			return Fail(OpConcat, err, args...)
		}
		n.Args[i] = align(a, g)
	}
	return n.finish()
}

// Take returns the elements of arg at the listed indices along an axis;
// negative ones count from the end.
func Take(arg *Node, axis int, index []int) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpTake, err, arg)
	}
	k, err := nd.NormAxis("take", axis, arg.NDim())
	if err != nil {
		return Fail(OpTake, err, arg)
	}
	index = slices.Clone(index)
	for i, v := range index {
		if v < 0 {
			index[i] += arg.Shape[k]
		}
		if index[i] < 0 || index[i] >= arg.Shape[k] {
			return Fail(OpTake, fmt.Errorf("index %d of axis %d, which has length %d: %w", v, k, arg.Shape[k], nd.ErrIndex), arg)
		}
	}
	n := *arg
	n.Op, n.Params, n.Args, n.Leaf = OpTake, Params{"axis": k, "index": index}, []*Node{arg}, nil
	n.Shape = slices.Clone(arg.Shape)
	n.Shape[k] = len(index)
	n.Weight = min(arg.Weight, max(n.Size()*n.DType.Size(), 1))
	n.Free = slices.Clone(arg.Free)
	n.Free[k] = false
	taken, err := nd.NewGrid([]int{len(index)}, []int{max(arg.Grid.MaxChunk()[k], 1)})
	if err != nil {
		return Fail(OpTake, err, arg)
	}
	if n.Grid, err = arg.Grid.ReplaceAxis(k, taken); err != nil {
		return Fail(OpTake, err, arg)
	}
	return n.finish()
}
