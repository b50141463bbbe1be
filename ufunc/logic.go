package ufunc

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// LogicalAnd reports where both elements are true. Everything but zero is true,
// NaN and NaT too.
func LogicalAnd[T nd.Elem, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("logical_and", nil, a, b)
}

// LogicalOr reports where an element or the other is true; see LogicalAnd.
func LogicalOr[T nd.Elem, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("logical_or", nil, a, b)
}

// LogicalXor reports where exactly one of two elements is true; see LogicalAnd.
func LogicalXor[T nd.Elem, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[bool] {
	return binary[bool]("logical_xor", nil, a, b)
}

// LogicalNot reports where an element is zero or false; see LogicalAnd.
func LogicalNot[T nd.Elem](a *chunkgrid.Array[T]) *chunkgrid.Array[bool] {
	return unary[bool]("logical_not", a)
}

// BitAnd returns the bits that are set in both elements; for bools LogicalAnd.
func BitAnd[T bool | nd.Integer, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("bit_and", nil, a, b)
}

// BitOr returns the bits that are set in either element; for bools LogicalOr.
func BitOr[T bool | nd.Integer, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("bit_or", nil, a, b)
}

// BitXor returns the bits that are set in one element only; for bools LogicalXor.
func BitXor[T bool | nd.Integer, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("bit_xor", nil, a, b)
}

// Invert returns the elements with all bits changed; for bools LogicalNot.
func Invert[T bool | nd.Integer](a *chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return unary[T]("invert", a)
}

// ShiftLeft returns a with its bits moved up by b. Where b is the width of T or
// more, or negative, all bits leave: the result is 0.
func ShiftLeft[T nd.Integer, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("shift_left", nil, a, b)
}

// ShiftRight returns a with its bits moved down by b, filled up with the sign.
// Where b is the width of T or more, or negative, all bits leave: the result is
// 0, or -1 for negative numbers.
func ShiftRight[T nd.Integer, B chunkgrid.Operand[T]](a *chunkgrid.Array[T], b B) *chunkgrid.Array[T] {
	return binary[T]("shift_right", nil, a, b)
}
