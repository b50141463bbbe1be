// Package reduce has the reductions along axes: sums, means, extremes, counts.
//
// All are lazy, and they are over all axes unless Axis or Dim says which:
//
//	reduce.Mean(sst, reduce.Dim("time"), reduce.KeepDims())
//
// The elements are read once, chunk by chunk; a chain of element-wise functions
// below is computed on the way. Floats are accumulated in float64, complex
// numbers in complex128, integers exactly, and the result has the dtype of the
// elements unless the function says otherwise. The bits of a result depend on
// the expression and its chunk grid alone, not on the number of workers, the
// memory or the machine.
//
// Beside them are functions that go along one axis: differences, running totals
// and the greatest elements in order.
package reduce

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Option says along which axes to reduce and how.
type Option func(*options)

type options struct {
	axes     []int
	dims     []string
	some     bool // axes and dims count, even if there are none
	keepdims bool
	ddof     *float64
	method   string
	by       *groups
	window   *int // elements
	edge     int  // order of Gradient at the ends, 0 for none
}

// Axis reduces along these axes; negative ones count from the last. Given more
// than once, or beside Dim, all of them. Without any axis at all, as from an
// empty list, nothing is reduced: each element is a result of its own.
func Axis(axes ...int) Option {
	return func(o *options) { o.axes, o.some = append(o.axes, axes...), true }
}

// Dim reduces along the axes of these names. Otherwise it is like Axis.
func Dim(names ...string) Option {
	return func(o *options) { o.dims, o.some = append(o.dims, names...), true }
}

// KeepDims keeps the reduced axes with length 1, so that the result broadcasts
// against the argument.
func KeepDims() Option { return func(o *options) { o.keepdims = true } }

// DDof divides by n - ddof instead of the number of elements n, for variances
// and standard deviations: 1 gives the estimate from a sample. Where n - ddof
// is 0 or less the result is NaN or +Inf.
func DDof(ddof float64) Option { return func(o *options) { o.ddof = &ddof } }

var (
	errDDof   = errors.New("the option DDof is for variances and standard deviations")
	errMethod = errors.New("the option Method is for Quantile")
	errEdge   = errors.New("the option EdgeOrder is for Gradient")
	errBy     = errors.New("the option By is for reductions that merge chunks")
	errWindow = errors.New("the option Window is for reductions that merge chunks, and not beside By")
)

// reduction makes the array of a reduction that has no other parameters.
func reduction[R, T nd.Elem](name string, a *chunkgrid.Array[T], opts []Option) *chunkgrid.Array[R] {
	o := collect(opts)
	if o.ddof != nil {
		return chunkgrid.Failed[R](name, errDDof, a)
	}
	return reduced[R](name, a, o, plan.Params{})
}

// moment makes the array of a variance or standard deviation.
func moment[T nd.Elem](name string, a *chunkgrid.Array[T], opts []Option) *chunkgrid.Array[T] {
	o, p := collect(opts), plan.Params{}
	if o.ddof != nil {
		p["ddof"] = *o.ddof
	}
	return reduced[T](name, a, o, p)
}

func collect(opts []Option) options {
	var o options
	for _, set := range opts {
		if set != nil {
			set(&o)
		}
	}
	return o
}

func reduced[R, T nd.Elem](name string, a *chunkgrid.Array[T], o options, p plan.Params) *chunkgrid.Array[R] {
	p["keepdims"] = o.keepdims
	if o.method != "" {
		return chunkgrid.Failed[R](name, errMethod, a)
	}
	if o.edge != 0 {
		return chunkgrid.Failed[R](name, errEdge, a)
	}
	var axes []int
	if o.some {
		var err error
		if axes, err = o.resolve(a.Dims()); err != nil {
			return chunkgrid.Failed[R](name, err, a)
		}
		p["axes"] = axes
	}
	switch {
	case a.Err() != nil:
	case o.by != nil && o.window != nil:
		return chunkgrid.Failed[R](name, errWindow, a)
	case o.by != nil:
		return grouped[R](name, a, axes, o.by, p)
	case o.window != nil:
		return windowed[R](name, a, axes, *o.window, p)
	}
	return chunkgrid.Op[R](name, p, a)
}

// resolve returns the axes that Axis and Dim name, for an array with those dims.
func (o options) resolve(dims []string) ([]int, error) {
	axes := append([]int{}, o.axes...)
	for _, d := range o.dims {
		k, err := axisOf(dims, d)
		if err != nil {
			return nil, err
		}
		axes = append(axes, k)
	}
	return axes, nil
}

// axisOf returns the axis of that name.
func axisOf(dims []string, name string) (int, error) {
	k := slices.Index(dims, name)
	switch {
	case !slices.ContainsFunc(dims, func(d string) bool { return d != "" }):
		return 0, fmt.Errorf("no dimension %q, the %d axes of the array have no names; Named gives them: %w", name, len(dims), nd.ErrAxis)
	case k < 0 || name == "":
		return 0, fmt.Errorf("no dimension %q, the array has (%s): %w", name, strings.Join(dims, ", "), nd.ErrAxis)
	case slices.Contains(dims[k+1:], name):
		return 0, fmt.Errorf("more than one dimension %q in (%s); use Axis: %w", name, strings.Join(dims, ", "), nd.ErrAxis)
	}
	return k, nil
}
