package ufunc

import (
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Digitize returns the bin of each element, as NumPy's digitize: how many edges are
// not above it, or if right is true how many are below it. So bin i is from
// edges[i-1], which belongs to it, up to edges[i], or with right the other way
// round; 0 is what lies before all edges, len(edges) what lies behind them, and
// NaN. Edges ascend; the first and the last may be infinite. Elements are compared as
// float64.
//
// It is NumPy's searchsorted too, of side "right", or with right of side "left".
func Digitize[T nd.Real](a *chunkgrid.Array[T], edges []float64, right bool) *chunkgrid.Array[int64] {
	return chunkgrid.Op[int64]("digitize", plan.Params{"edges": slices.Clone(edges), "right": right}, Cast[float64](a))
}

// IsIn reports whether each element is one of some values. NaN is never one.
func IsIn[T nd.Real](a *chunkgrid.Array[T], values ...T) *chunkgrid.Array[bool] {
	if a.DType().IsInteger() {
		set := make([]int, len(values))
		for i, v := range values {
			set[i] = int(int64(v)) // the same bits as the cast of an element
		}
		slices.Sort(set)
		return chunkgrid.Op[bool]("isin_integer", plan.Params{"set": slices.Compact(set)}, Cast[int64](a))
	}
	set := make([]float64, 0, len(values))
	for _, v := range values {
		if v == v {
			set = append(set, float64(v))
		}
	}
	slices.Sort(set)
	return chunkgrid.Op[bool]("isin", plan.Params{"set": slices.Compact(set)}, Cast[float64](a))
}

// Interp returns the values of a piecewise linear curve at the elements, as NumPy's
// interp: it goes through the points (x[i], y[i]), of which the x ascend, and has
// the value of the first point before it and that of the last one behind it. NaN
// gives NaN. It is computed in float64.
//
// Arrays that are given along an axis, at other places than wanted, are for Take and
// weights.
func Interp[T nd.Float](a *chunkgrid.Array[T], x, y []float64) *chunkgrid.Array[T] {
	return Cast[T](chunkgrid.Op[float64]("interp", plan.Params{"x": slices.Clone(x), "y": slices.Clone(y)}, Cast[float64](a)))
}
