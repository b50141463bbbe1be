package reduce

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// maxDiff bounds how often Diff differences: its plan grows with the square.
const maxDiff = 64

// Diff returns the differences of neighbours along an axis, n times over, as
// NumPy's diff: the last axis unless Axis or Dim names one. The axis gets n
// shorter, and empty at most. Integers wrap; of bools it is whether neighbours
// differ. Of points in time, take ufunc.Since of two slices. A negative n, and
// one over 64 that leaves anything, is an error.
func Diff[T bool | nd.Number | nd.Timedelta](a *chunkgrid.Array[T], n int, opts ...Option) *chunkgrid.Array[T] {
	const name = "diff"
	k, ok, err := oneAxis(name, a, opts)
	if err == nil && !ok {
		k, err = nd.NormAxis(name, -1, a.NDim())
	}
	if err != nil || a.Err() != nil {
		return chunkgrid.Failed[T](name, err, a)
	}
	length := a.Shape()[k]
	from := func(a *chunkgrid.Array[T], r nd.Range) *chunkgrid.Array[T] {
		ranges := slices.Repeat([]nd.Range{nd.From(0)}, a.NDim())
		ranges[k] = r
		return a.Slice(ranges...)
	}
	switch {
	case n < 0:
		return chunkgrid.Failed[T](name, fmt.Errorf("%d differences, want 0 or more: %w", n, nd.ErrShape), a)
	case n >= length && n > 0:
		return from(a, nd.To(0))
	case n > maxDiff:
		return chunkgrid.Failed[T](name, fmt.Errorf("%d differences, want %d at most: %w", n, maxDiff, nd.ErrShape), a)
	}
	op := "sub"
	if a.DType() == nd.Bool {
		op = "bit_xor"
	}
	for range n {
		a = chunkgrid.Op[T](op, nil, from(a, nd.From(1)), from(a, nd.To(-1)))
	}
	return a
}

var errKeepDims = errors.New("the option KeepDims is for reductions, which remove axes")

// oneAxis returns the axis that options name, if they name one. Options other
// than Axis and Dim, and several axes, are errors.
func oneAxis(name string, a chunkgrid.Any, opts []Option) (k int, ok bool, err error) {
	o := collect(opts)
	switch {
	case a.Err() != nil:
		return 0, false, nil
	case o.ddof != nil:
		return 0, false, errDDof
	case o.by != nil:
		return 0, false, errBy
	case o.window != nil:
		return 0, false, errWindow
	case o.method != "":
		return 0, false, errMethod
	case o.edge != 0:
		return 0, false, errEdge
	case o.keepdims:
		return 0, false, errKeepDims
	case !o.some:
		return 0, false, nil
	}
	axes, err := o.resolve(a.Dims())
	if err == nil && len(axes) != 1 {
		err = fmt.Errorf("axes %v, want one: %w", axes, nd.ErrAxis)
	}
	if err == nil {
		k, err = nd.NormAxis(name, axes[0], a.NDim())
	}
	return k, true, err
}
