package ufunc

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// The functions below are computed in float64 or complex128 and rounded to the
// dtype. NaN gives NaN, and so does what lies outside a real function's domain.

// Sqrt returns the square root: NaN for negative floats, -0 for -0; of complex
// numbers the one whose real part is not negative.
func Sqrt[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("sqrt", a)
}

// Cbrt returns the cube root, which has the sign of the element.
func Cbrt[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("cbrt", a)
}

// Exp returns e to the power a.
func Exp[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("exp", a)
}

// Exp2 returns 2 to the power a.
func Exp2[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("exp2", a)
}

// Expm1 returns e to the power a, minus 1, accurate near 0.
func Expm1[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("expm1", a)
}

// Log returns the natural logarithm: -Inf for 0, NaN for negative floats; of
// complex numbers the one with an imaginary part in [-π, π].
func Log[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("log", a)
}

// Log2 returns the logarithm to base 2, exact for powers of two: -Inf for 0,
// NaN for negative elements.
func Log2[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("log2", a)
}

// Log10 returns the logarithm to base 10, exact for powers of ten: -Inf for 0,
// NaN for negative elements.
func Log10[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("log10", a)
}

// Log1p returns the natural logarithm of 1 + a, accurate near 0: -Inf for -1,
// NaN below.
func Log1p[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("log1p", a)
}

// Sin returns the sine of a in radians; NaN for infinite floats.
func Sin[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("sin", a)
}

// Cos returns the cosine of a in radians; NaN for infinite floats.
func Cos[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("cos", a)
}

// Tan returns the tangent of a in radians; NaN for infinite floats.
func Tan[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("tan", a)
}

// Sinh returns the hyperbolic sine.
func Sinh[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("sinh", a)
}

// Cosh returns the hyperbolic cosine.
func Cosh[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("cosh", a)
}

// Tanh returns the hyperbolic tangent.
func Tanh[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("tanh", a)
}

// Asin returns the angle in [-π/2, π/2] whose sine is a; NaN for floats outside
// [-1, 1].
func Asin[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("asin", a)
}

// Acos returns the angle in [0, π] whose cosine is a; NaN for floats outside
// [-1, 1].
func Acos[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("acos", a)
}

// Atan returns the angle in [-π/2, π/2] whose tangent is a.
func Atan[T nd.Inexact](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("atan", a)
}

// Asinh returns the inverse of Sinh.
func Asinh[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("asinh", a)
}

// Acosh returns the inverse of Cosh that is not negative; NaN below 1.
func Acosh[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("acosh", a)
}

// Atanh returns the inverse of Tanh: an infinity for ±1, NaN beyond.
func Atanh[T nd.Float](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("atanh", a)
}

// Atan2 returns the angle in [-π, π] of the point (x, y) from the x axis. It
// takes y first, as everywhere; the signs of zeros count.
func Atan2[T nd.Float, B chunkgrid.Operand[T]](y *chunkgrid.Array[T], x B) *chunkgrid.Array[T] {
	return binary[T]("atan2", nil, y, x)
}

// Hypot returns sqrt(a*a + b*b) without overflow on the way; infinite where
// either is, even beside NaN.
func Hypot[T nd.Float, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("hypot", nil, a, b)
}
