package ufunc

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Cast returns the elements as To; an array that is of To already is returned
// as it is. Integers wrap. Floats lose their fraction, and out of range or NaN
// they give the integer's minimum, which is 0 for unsigned ones. To bool
// everything but zero is true, from bool come 0 and 1. Halves go through
// float32; a number is rounded to half precision once.
//
// Complex numbers become complex or bool only: see Real and Modulus. Times
// become int64 counts of their unit; int64 becomes a time of the unit
// "generic". What can't be cast, text and structs, is an error in the result.
func Cast[To nd.Elem](a chunkgrid.Any) *chunkgrid.Array[To] {
	to := nd.DTypeOf[To]()
	if a == nil || a.DType().Kind() == to.Kind() {
		return chunkgrid.As[To](a)
	}
	return chunkgrid.Op[To]("cast", plan.Params{"to": to}, a)
}

// Where returns a where cond is true, else b. cond broadcasts like the others,
// and any dtype will do: it moves bits, so that NaN stay the NaN they are. For
// a number as the first choice write Where(cond, b.Scalar(0), b).
func Where[T nd.Elem, B chunkgrid.Operand[T]](cond *chunkgrid.Array[bool], a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return chunkgrid.Op[T]("where", nil, cond, a, chunkgrid.OperandOf[T](a, b))
}

// Real returns the real parts. F is float32 for complex64 and float64 for
// complex128, Real[float32](z); another one is an error in the result.
func Real[F nd.Float, C nd.Complex](z *chunkgrid.Array[C]) *chunkgrid.Array[F] {
	return unary[F]("real", z)
}

// Imag returns the imaginary parts; F is as for Real.
func Imag[F nd.Float, C nd.Complex](z *chunkgrid.Array[C]) *chunkgrid.Array[F] {
	return unary[F]("imag", z)
}

// Angle returns the arguments in radians, Atan2 of the imaginary and the real
// part; F is as for Real.
func Angle[F nd.Float, C nd.Complex](z *chunkgrid.Array[C]) *chunkgrid.Array[F] {
	return unary[F]("angle", z)
}

// Modulus returns the absolute values, Hypot of the parts; F is as for Real.
func Modulus[F nd.Float, C nd.Complex](z *chunkgrid.Array[C]) *chunkgrid.Array[F] {
	return unary[F]("modulus", z)
}

// Conj returns the complex conjugates.
func Conj[C nd.Complex](z *chunkgrid.Array[C]) *chunkgrid.Array[C] {
	return unary[C]("conj", z)
}
