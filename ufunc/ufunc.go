// Package ufunc has the functions of elements: arithmetic, comparisons,
// mathematics, bits, and yours (Map, Register).
//
// All are lazy: they return at once, and Compute, Run or Save work them out.
// A chain of them and a reduction at its end are one pass over the data. The
// second operand is an array, a small nd array, or a Go number, and operands of
// different shapes broadcast as in NumPy. For a number on the left write
// Sub(a.Scalar(1), a).
//
// The result has the dtype of the operands unless the function says otherwise.
// There is no implicit promotion: operands of two dtypes don't compile, and a
// number that the dtype can't hold (2.5 in an int16) is an error in the result,
// as are shapes that don't broadcast. Cast is fused and costs next to nothing.
//
// Values at the edges are the same on every machine; where they are not
// NumPy's, docs/differences.md lists them.
package ufunc

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// unary makes the array of an operation on one operand.
func unary[R, T nd.Elem](name string, a *chunkgrid.Array[T]) *chunkgrid.Array[R] {
	return chunkgrid.Op[R](name, nil, a)
}

// binary makes the array of an operation on two operands of one dtype.
func binary[R, T nd.Elem, B chunkgrid.Operand[T]](name string, p plan.Params, a *chunkgrid.Array[T], b B) *chunkgrid.Array[R] {
	return chunkgrid.Op[R](name, p, a, chunkgrid.OperandOf[T](a, b))
}
