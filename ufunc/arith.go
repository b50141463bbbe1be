package ufunc

import (
	"math"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// Add returns a + b. Integers wrap. Timedeltas must have one unit; NaT stays NaT.
func Add[T nd.Number | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("add", nil, a, b)
}

// Sub returns a - b. Integers wrap, so an unsigned 1 - 2 is the greatest
// number. Timedeltas must have one unit; NaT stays NaT. For two datetimes see
// Since.
func Sub[T nd.Number | nd.Timedelta, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("sub", nil, a, b)
}

// Mul returns a * b. Integers wrap.
func Mul[T nd.Number, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("mul", nil, a, b)
}

// Div returns a / b of floats and complex numbers; x/0 is an infinity, 0/0 is
// NaN. Integers have FloorDivide; for a quotient with a fraction Cast them.
func Div[T nd.Inexact, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("div", nil, a, b)
}

// FloorDivide returns a / b rounded towards minus infinity: -7 by 2 is -4.
// Integers by zero give 0, and the least integer by -1 wraps to itself; floats
// by zero give an infinity or NaN.
func FloorDivide[T nd.Real, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("floor_divide", nil, a, b)
}

// Remainder returns a - b*floor(a/b), which has the sign of b: -7 by 2 is 1, 7
// by -2 is -1. Integers by zero give 0, floats NaN.
func Remainder[T nd.Real, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("remainder", nil, a, b)
}

// Pow returns a to the power b; x**0 is 1 for every x. Integers wrap, and with a
// negative exponent the result is rounded towards zero: 0 unless the base is 1
// or -1. Of floats a negative base with an exponent that is not whole gives NaN.
func Pow[T nd.Number, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("pow", nil, a, b)
}

// Neg returns -a. The least signed integer is its own negative, and unsigned
// integers wrap.
func Neg[T nd.Number | nd.Timedelta](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("neg", a)
}

// Abs returns the absolute value; that of the least signed integer is itself.
// Complex numbers have Modulus.
func Abs[T nd.Real | nd.Timedelta](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("abs", a)
}

// Sign returns -1, 0 or 1, and NaN for NaN. A zero of either sign gives +0. For
// complex numbers it is z/|z|, and 0 for 0.
func Sign[T nd.Number](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("sign", a)
}

// Square returns a * a. Integers wrap.
func Square[T nd.Number](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("square", a)
}

// Floor returns the greatest whole number not above each element. Integers stay
// as they are, and so do NaN and infinities.
func Floor[T nd.Real](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("floor", a)
}

// Ceil returns the least whole number not below each element; see Floor.
func Ceil[T nd.Real](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("ceil", a)
}

// Trunc returns the elements without their fraction; see Floor.
func Trunc[T nd.Real](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("trunc", a)
}

// Round returns the nearest whole numbers, and of two that are equally near the
// even one: 0.5 gives 0, 1.5 and 2.5 give 2. See Floor.
func Round[T nd.Real](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("round", a)
}

// RoundTo returns the elements rounded to a number of decimals, or to tens (-1),
// hundreds (-2) …. As in NumPy that is Round(a*10^decimals) / 10^decimals: 1.005
// lies below its decimal text and gives 1 for two decimals, and where the
// product overflows the result is an infinity.
func RoundTo[T nd.Float](a *chunkgrid.Array[T], decimals int) *chunkgrid.Array[T] {
	if decimals < 0 {
		tens := chunkgrid.Constant(T(math.Pow10(-decimals)))
		return Mul(Round(Div(a, tens)), tens)
	}
	parts := chunkgrid.Constant(T(math.Pow10(decimals)))
	return Div(Round(Mul(a, parts)), parts)
}

// Minimum returns the lesser of two elements: NaN where one is NaN, and -0 is
// below +0. See Fmin.
func Minimum[T nd.Ordered, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("minimum", nil, a, b)
}

// Maximum returns the greater of two elements: NaN where one is NaN, and +0 is
// above -0. See Fmax.
func Maximum[T nd.Ordered, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("maximum", nil, a, b)
}

// Fmin returns the lesser of two elements, and where one is NaN the other.
func Fmin[T nd.Float, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("fmin", nil, a, b)
}

// Fmax returns the greater of two elements, and where one is NaN the other.
func Fmax[T nd.Float, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("fmax", nil, a, b)
}

// Clip returns the elements limited to lo … hi: Minimum(Maximum(a, lo), hi),
// which is hi where lo is above it, and NaN where any of the three is NaN.
func Clip[T nd.Real, L, H chunkgrid.Operand[T]](a *chunkgrid.Array[T], lo L, hi H) *chunkgrid.Array[T] {
	return chunkgrid.Op[T]("clip", nil, a, chunkgrid.OperandOf[T](a, lo), chunkgrid.OperandOf[T](a, hi))
}
