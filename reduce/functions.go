package reduce

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Sum returns the sum, 0 of no elements. A sum of integers is exact; one that T
// does not hold is an error when computed, which names the value and the Cast.
// Bools have CountNonzero.
func Sum[T nd.Number](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("sum", a, opts)
}

// Prod returns the product, 1 of no elements. A product of integers that T does
// not hold is an error when computed.
func Prod[T nd.Number](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("prod", a, opts)
}

// Min returns the least element: NaN if there is one, and -0 is below +0. Of
// bools it is All. An empty axis is an error.
func Min[T nd.Ordered](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("min", a, opts)
}

// Max returns the greatest element: NaN if there is one, and +0 is above -0. Of
// bools it is Any. An empty axis is an error.
func Max[T nd.Ordered](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("max", a, opts)
}

// Mean returns the arithmetic mean, NaN of no elements. Integers and bools are
// Cast first, which costs nothing.
func Mean[T nd.Inexact](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("mean", a, opts)
}

// Var returns the variance: the mean of the squared deviations from the mean,
// stable and in one pass; see DDof. NaN of no elements. That of complex numbers
// is Var of their real plus Var of their imaginary parts.
func Var[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return moment("var", a, opts)
}

// Std returns the standard deviation, the square root of Var.
func Std[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return moment("std", a, opts)
}

// Any reports whether an element is true, false of no elements. Everything but
// zero is true, NaN too.
func Any[T nd.Elem](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[bool] {
	return reduction[bool]("any", a, opts)
}

// All reports whether all elements are true, true of no elements; see Any.
func All[T nd.Elem](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[bool] {
	return reduction[bool]("all", a, opts)
}

// CountNonzero returns the number of elements that are true; see Any.
func CountNonzero[T nd.Elem](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[int64] {
	return reduction[int64]("count_nonzero", a, opts)
}

// ArgMin returns the index of the least element: the first of several, of the
// first NaN if there is one, and zeros of both signs are equal. Along several
// axes it is the index in C order over these axes, along all of them that of
// the flattened array. An empty axis is an error.
func ArgMin[T nd.Ordered](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[int64] {
	return reduction[int64]("argmin", zeroOrOne(a), opts)
}

// ArgMax returns the index of the greatest element; see ArgMin.
func ArgMax[T nd.Ordered](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[int64] {
	return reduction[int64]("argmax", zeroOrOne(a), opts)
}

// NaNSum returns the sum of the elements that are not NaN, 0 if there are none.
func NaNSum[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("nansum", a, opts)
}

// NaNMean returns the mean of the elements that are not NaN, NaN if there are none.
func NaNMean[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("nanmean", a, opts)
}

// NaNMin returns the least element that is not NaN, NaN if there are none. An
// empty axis is an error.
func NaNMin[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("nanmin", a, opts)
}

// NaNMax returns the greatest element that is not NaN, NaN if there are none.
// An empty axis is an error.
func NaNMax[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return reduction[T]("nanmax", a, opts)
}

// NaNVar returns the variance of the elements that are not NaN, NaN if there
// are none; see Var.
func NaNVar[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return moment("nanvar", a, opts)
}

// NaNStd returns the square root of NaNVar.
func NaNStd[T nd.Float](a *chunkgrid.Array[T], opts ...Option) *chunkgrid.Array[T] {
	return moment("nanstd", a, opts)
}

// zeroOrOne returns bools whose bytes can be compared: those in files may have any
// byte but 0 for true.
func zeroOrOne[T nd.Elem](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	if a.DType() != nd.Bool {
		return a
	}
	return chunkgrid.Op[T]("cast", plan.Params{"to": nd.Bool}, a)
}
