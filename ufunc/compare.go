package ufunc

import (
	"fmt"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Equal reports where a = b. NaN and NaT equal nothing, -0 equals +0. Times
// must have one unit; a single nd.Datetime or nd.Timedelta takes the array's.
func Equal[T bool | nd.Number | nd.Datetime | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("equal", nil, a, b)
}

// NotEqual reports where Equal doesn't.
func NotEqual[T bool | nd.Number | nd.Datetime | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("not_equal", nil, a, b)
}

// Less reports where a < b: nowhere beside NaN or NaT. For bools false < true.
// Times are as for Equal.
func Less[T nd.Ordered | nd.Datetime | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("less", nil, a, b)
}

// LessEqual reports where a <= b; see Less.
func LessEqual[T nd.Ordered | nd.Datetime | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("less_equal", nil, a, b)
}

// Greater reports where a > b; see Less.
func Greater[T nd.Ordered | nd.Datetime | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("greater", nil, a, b)
}

// GreaterEqual reports where a >= b; see Less.
func GreaterEqual[T nd.Ordered | nd.Datetime | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("greater_equal", nil, a, b)
}

// CloseOption changes what IsClose takes for close.
type CloseOption int

// EqualNaN takes NaN for close to NaN.
const EqualNaN CloseOption = 1

// IsClose reports where |a-b| <= atol + rtol*|b|, computed in float64; NumPy's
// tolerances are 1e-5 and 1e-8. Infinities are close to themselves only, NaN to
// nothing unless EqualNaN is given. Negative tolerances are an error.
func IsClose[T nd.Number, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B, rtol, atol float64, opts ...CloseOption) *chunkgrid.Array[bool] {
	if !(rtol >= 0 && atol >= 0) {
		return chunkgrid.Failed[bool]("isclose", fmt.Errorf("tolerances rtol %v and atol %v, want 0 or more", rtol, atol), a)
	}
	p := plan.Params{"rtol": rtol, "atol": atol}
	for _, o := range opts {
		p["equal_nan"] = o == EqualNaN
	}
	return binary[bool]("isclose", p, a, b)
}

// IsNaN reports where an element is NaN or NaT, or a complex number with NaN
// for a part.
func IsNaN[T nd.Number | nd.Datetime | nd.Timedelta](a *chunkgrid.Array[T]) *chunkgrid.Array[bool] {
	return unary[bool]("isnan", a)
}

// IsInf reports where an element, or a part of a complex one, is infinite.
func IsInf[T nd.Number | nd.Datetime | nd.Timedelta](a *chunkgrid.Array[T]) *chunkgrid.Array[bool] {
	return unary[bool]("isinf", a)
}

// IsFinite reports where an element, with both parts of a complex one, is
// neither infinite nor NaN or NaT.
func IsFinite[T nd.Number | nd.Datetime | nd.Timedelta](a *chunkgrid.Array[T]) *chunkgrid.Array[bool] {
	return unary[bool]("isfinite", a)
}
