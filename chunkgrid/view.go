package chunkgrid

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Slice returns the part that the ranges name, as NumPy's basic indexing:
// nd.At(3), nd.Span(0, 10), nd.Every(-1), nd.Ellipsis, nd.NewAxis.
func (a *Array[T]) Slice(r ...nd.Range) *Array[T] { return of[T](plan.Slice(a.plan(), r)) }

// SliceText is Slice with the ranges as text: a.SliceText("0::2, ::-1").
func (a *Array[T]) SliceText(text string) *Array[T] {
	r, err := nd.ParseRange(text)
	if err != nil {
		return of[T](plan.Fail("slice", err, a.plan()))
	}
	return a.Slice(r...)
}

// View is Slice for arrays of any dtype.
func (a *Array[T]) View(r ...nd.Range) Any { return a.Slice(r...) }

// Reshape returns the elements, in C order, in another shape; one length may be
// -1. Groups of axes that fall on chunk edges keep their chunks, others are
// rechunked.
func (a *Array[T]) Reshape(shape ...int) *Array[T] { return of[T](plan.Reshape(a.plan(), shape)) }

// ReshapeF is Reshape with elements read and placed in Fortran order.
func (a *Array[T]) ReshapeF(shape ...int) *Array[T] { return of[T](plan.ReshapeF(a.plan(), shape)) }

// Flatten returns the elements along one axis, in C order.
func (a *Array[T]) Flatten() *Array[T] { return a.Reshape(-1) }

// FlattenF returns the elements along one axis, in Fortran order.
func (a *Array[T]) FlattenF() *Array[T] { return a.ReshapeF(-1) }

// Transpose returns the array with its axes in the given order; without any, reversed.
func (a *Array[T]) Transpose(axes ...int) *Array[T] { return of[T](plan.Transpose(a.plan(), axes)) }

// T returns the array with its axes reversed.
func (a *Array[T]) T() *Array[T] { return a.Transpose() }

// SwapAxes returns the array with two axes exchanged.
func (a *Array[T]) SwapAxes(i, j int) *Array[T] {
	axes, err := permutation(a.NDim(), func(p []int, n int) ([]int, error) {
		i, err := nd.NormAxis("swapaxes", i, n)
		if err != nil {
			return nil, err
		}
		j, err := nd.NormAxis("swapaxes", j, n)
		if err != nil {
			return nil, err
		}
		p[i], p[j] = p[j], p[i]
		return p, nil
	})
	return a.permuted(axes, err)
}

// MoveAxis returns the array with one axis moved to another place.
func (a *Array[T]) MoveAxis(from, to int) *Array[T] {
	axes, err := permutation(a.NDim(), func(p []int, n int) ([]int, error) {
		from, err := nd.NormAxis("moveaxis", from, n)
		if err != nil {
			return nil, err
		}
		to, err := nd.NormAxis("moveaxis", to, n)
		if err != nil {
			return nil, err
		}
		return slices.Insert(slices.Delete(p, from, from+1), to, from), nil
	})
	return a.permuted(axes, err)
}

func permutation(ndim int, change func(p []int, n int) ([]int, error)) ([]int, error) {
	p := make([]int, ndim)
	for i := range p {
		p[i] = i
	}
	return change(p, ndim)
}

func (a *Array[T]) permuted(axes []int, err error) *Array[T] {
	if err != nil {
		return of[T](plan.Fail("transpose", err, a.plan()))
	}
	return a.Transpose(axes...)
}

// Squeeze returns the array without the given axes, which must have length 1;
// without any, all of that length.
func (a *Array[T]) Squeeze(axes ...int) *Array[T] { return of[T](plan.Squeeze(a.plan(), axes)) }

// ExpandDims returns the array with axes of length 1 at these places of the result.
func (a *Array[T]) ExpandDims(axes ...int) *Array[T] { return of[T](plan.ExpandDims(a.plan(), axes)) }

// BroadcastTo returns the array repeated along axes of length 1 and new leading axes.
func (a *Array[T]) BroadcastTo(shape ...int) *Array[T] {
	return of[T](plan.BroadcastTo(a.plan(), shape))
}

// Take returns the elements at the listed indices along an axis; negative ones
// count from the end, and an index may occur more than once.
func (a *Array[T]) Take(axis int, index []int) *Array[T] {
	return of[T](plan.Take(a.plan(), axis, index))
}

// Repeat returns every index of an axis n times in a row.
func (a *Array[T]) Repeat(axis, n int) *Array[T] {
	k, err := nd.NormAxis("repeat", axis, a.NDim())
	if err == nil && n < 0 {
		err = fmt.Errorf("%d times: %w", n, nd.ErrShape)
	}
	if err != nil || a.Err() != nil {
		return of[T](plan.Fail("repeat", err, a.plan()))
	}
	shape := slices.Clone(a.Shape())
	repeated := slices.Insert(slices.Clone(shape), k+1, n)
	shape[k] *= n
	r := a.ExpandDims(k + 1).BroadcastTo(repeated...).Reshape(shape...)
	return r.Named(a.Dims()...)
}

// maxTiles is how often Tile lays an array end to end: each time is an argument of
// the plan.
const maxTiles = 1 << 20

// Tile returns the array laid end to end n times along an axis, at most 2^20 times.
func (a *Array[T]) Tile(axis, n int) *Array[T] {
	k, err := nd.NormAxis("tile", axis, a.NDim())
	if err == nil && n < 0 {
		err = fmt.Errorf("%d times: %w", n, nd.ErrShape)
	}
	if err == nil && n > maxTiles {
		err = fmt.Errorf("%d times, at most %d are possible: %w", n, maxTiles, nd.ErrOverflow)
	}
	if err != nil || a.Err() != nil {
		return of[T](plan.Fail("tile", err, a.plan()))
	}
	if n == 0 {
		return a.Repeat(k, 0)
	}
	return Concatenate(k, slices.Repeat([]*Array[T]{a}, n)...)
}

// Flip returns the array backwards along the given axes; without any, along all.
func (a *Array[T]) Flip(axes ...int) *Array[T] {
	axes, err := nd.NormAxes("flip", axes, a.NDim())
	if err != nil {
		return of[T](plan.Fail("flip", err, a.plan()))
	}
	ranges := slices.Repeat([]nd.Range{nd.All}, a.NDim())
	for k := range ranges {
		if len(axes) == 0 || slices.Contains(axes, k) {
			ranges[k] = nd.Every(-1)
		}
	}
	return a.Slice(ranges...)
}

// Roll returns the array moved by n places along an axis, back where n is negative;
// what leaves it at one end comes in at the other. Chunks move with their elements.
func (a *Array[T]) Roll(axis, n int) *Array[T] {
	k, err := nd.NormAxis("roll", axis, a.NDim())
	if err != nil || a.Err() != nil {
		return of[T](plan.Fail("roll", err, a.plan()))
	}
	length := a.Shape()[k]
	if length == 0 || n%length == 0 {
		return a
	}
	part := func(r nd.Range) *Array[T] {
		ranges := slices.Repeat([]nd.Range{nd.All}, a.NDim())
		ranges[k] = r
		return a.Slice(ranges...)
	}
	at := length - mod(n, length)
	return Concatenate(k, part(nd.From(at)), part(nd.To(at)))
}

// Rechunk returns the array cut in another way: nd.Sizes(100, -1), nd.Auto,
// nd.MaxBytes(64<<20), nd.ParseChunks("-1, auto").
func (a *Array[T]) Rechunk(c nd.Chunks) *Array[T] {
	n := a.plan()
	if n.Err != nil {
		return of[T](n)
	}
	g, err := c.Grid(n.Shape, n.DType.Size())
	if err != nil {
		return of[T](plan.Fail("rechunk", err, n))
	}
	return of[T](plan.Rechunk(n, g))
}

// Named returns the array with other names for its axes; "" removes one.
func (a *Array[T]) Named(dims ...string) *Array[T] { return of[T](plan.Rename(a.plan(), dims)) }

// Named is the method of that name for arrays of any dtype.
func Named(a Any, dims ...string) Any { return wrap(plan.Rename(nodesOf([]Any{a})[0], dims)) }

// Scalar returns v as an array that broadcasts against a, a time in its unit: for
// a constant on the left, ufunc.Sub(a.Scalar(1), a).
func (a *Array[T]) Scalar(v T) *Array[T] {
	if a.Err() != nil {
		return of[T](a.plan())
	}
	return constant(v, a.DType())
}

// Concatenate returns arrays laid end to end along an axis.
func Concatenate[T nd.Elem](axis int, arrays ...*Array[T]) *Array[T] {
	return of[T](plan.Concat(axis, nodes(arrays)...))
}

// Stack returns arrays of one shape laid along a new axis.
func Stack[T nd.Elem](axis int, arrays ...*Array[T]) *Array[T] {
	ns := nodes(arrays)
	for i, n := range ns {
		ns[i] = plan.ExpandDims(n, []int{axis})
	}
	return of[T](plan.Concat(axis, ns...))
}

func nodes[T nd.Elem](arrays []*Array[T]) []*plan.Node {
	ns := make([]*plan.Node, len(arrays))
	for i, a := range arrays {
		ns[i] = a.plan()
	}
	return ns
}
