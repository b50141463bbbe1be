// Package chunkgrid is the lazy array: an expression on arrays that are cut
// into a grid of chunks. Building one costs nothing and does no I/O; Compute,
// Run and Save work it out chunk by chunk, in parallel, within a promised
// number of bytes.
//
// Functions of elements are in package ufunc, reductions in package reduce.
package chunkgrid

import (
	"fmt"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Array is a lazy array with elements of type T: a handle on an immutable
// plan, safe for concurrent use. What can't be built is an Array too, with the
// first error in it (Err); computing it returns that error.
type Array[T nd.Elem] struct {
	n *plan.Node
}

// Any is a lazy array of any dtype: an *Array[T], or an array of a stored
// dtype that has no Go type. As narrows it.
type Any interface {
	// Err returns the first error made while building the array.
	Err() error
	// DType returns the dtype of the elements.
	DType() nd.DType
	// Shape returns the lengths of the axes; do not change it.
	Shape() []int
	// Dims returns the names of the axes, "" where one has none.
	Dims() []string
	// Grid returns how the array is cut into chunks.
	Grid() nd.Grid
	// NDim, Size and NBytes return the number of axes, elements and bytes.
	NDim() int
	Size() int
	NBytes() int
	// View returns the part that the ranges name.
	View(r ...nd.Range) Any
	// String describes the array; it doesn't compute it.
	String() string

	plan() *plan.Node
}

// opaque is an array whose elements have no Go type.
type opaque struct {
	Array[uint8]
}

func (o *opaque) View(r ...nd.Range) Any { return wrap(plan.Slice(o.plan(), r)) }

var errNil = fmt.Errorf("nil array")

func (a *Array[T]) plan() *plan.Node {
	if a == nil || a.n == nil {
		return plan.Fail("chunkgrid", errNil)
	}
	return a.n
}

// nodesOf returns the plans of arrays; a nil one is an error, as a nil *Array is.
func nodesOf(arrays []Any) []*plan.Node {
	nodes := make([]*plan.Node, len(arrays))
	for i, a := range arrays {
		if a == nil {
			a = (*Array[bool])(nil)
		}
		nodes[i] = a.plan()
	}
	return nodes
}

func of[T nd.Elem](n *plan.Node) *Array[T] { return &Array[T]{n} }

// wrap returns the typed array of a node.
func wrap(n *plan.Node) Any {
	switch n.DType.Kind() {
	case nd.KindBool:
		return of[bool](n)
	case nd.KindInt8:
		return of[int8](n)
	case nd.KindInt16:
		return of[int16](n)
	case nd.KindInt32:
		return of[int32](n)
	case nd.KindInt64:
		return of[int64](n)
	case nd.KindUint8:
		return of[uint8](n)
	case nd.KindUint16:
		return of[uint16](n)
	case nd.KindUint32:
		return of[uint32](n)
	case nd.KindUint64:
		return of[uint64](n)
	case nd.KindFloat16:
		return of[nd.Float16](n)
	case nd.KindFloat32:
		return of[float32](n)
	case nd.KindFloat64:
		return of[float64](n)
	case nd.KindComplex64:
		return of[complex64](n)
	case nd.KindComplex128:
		return of[complex128](n)
	case nd.KindDatetime:
		return of[nd.Datetime](n)
	case nd.KindTimedelta:
		return of[nd.Timedelta](n)
	}
	return &opaque{Array[uint8]{n}}
}

// As returns a as an array of T; where its dtype is another one the result
// carries an error that names both and the Cast to write.
func As[T nd.Elem](a Any) *Array[T] {
	n := nodesOf([]Any{a})[0]
	want := nd.DTypeOf[T]()
	if n.Err == nil && n.DType.Kind() != want.Kind() {
		return of[T](plan.Fail("chunkgrid.As", fmt.Errorf("the array is %v, not %v; write ufunc.Cast[%v](a): %w", n.DType, want, want, nd.ErrDType), n))
	}
	return of[T](n)
}

// Op makes the array of a named operation: the one way in which packages ufunc,
// reduce and linalg make theirs. A result that is not of R is an error.
func Op[R nd.Elem](name string, p plan.Params, args ...Any) *Array[R] {
	nodes := nodesOf(args)
	n := plan.Op(name, p, nodes...)
	want := nd.DTypeOf[R]()
	if n.Err == nil && n.DType.Kind() != want.Kind() {
		return of[R](plan.Fail(name, fmt.Errorf("the result is %v, not %v: %w", n.DType, want, nd.ErrDType), nodes...))
	}
	return of[R](n)
}

// Failed returns an array that carries err, the place of the caller outside
// the library and the name of the function it called; an error already in args
// comes first. It is for packages that build on this one.
func Failed[R nd.Elem](name string, err error, args ...Any) *Array[R] {
	return of[R](plan.Fail(name, err, nodesOf(args)...))
}

// Err returns the first error made while building the array, with the place in
// the program where it was made.
func (a *Array[T]) Err() error { return a.plan().Err }

// DType returns the dtype of the elements.
func (a *Array[T]) DType() nd.DType {
	if n := a.plan(); n.DType.Valid() {
		return n.DType
	}
	return nd.DTypeOf[T]()
}

// Shape returns the lengths of the axes; do not change it.
func (a *Array[T]) Shape() []int { return a.plan().Shape }

// Dims returns the names of the axes, "" where one has none.
func (a *Array[T]) Dims() []string { return a.plan().Dims }

// Grid returns how the array is cut into chunks.
func (a *Array[T]) Grid() nd.Grid { return a.plan().Grid }

// Chunks returns the lengths of the chunks along every axis, as dask's chunks.
// Beyond a million chunks along an axis use Grid.
func (a *Array[T]) Chunks() [][]int {
	g := a.plan().Grid
	c := make([][]int, g.NDim())
	for k := range c {
		for n := range g.Sizes(k) {
			c[k] = append(c[k], n)
		}
	}
	return c
}

// NumChunks returns the number of chunks along each axis.
func (a *Array[T]) NumChunks() []int { return a.plan().Grid.NumChunks() }

// NDim returns the number of axes.
func (a *Array[T]) NDim() int { return a.plan().NDim() }

// Size returns the number of elements.
func (a *Array[T]) Size() int { return a.plan().Size() }

// NBytes returns the bytes of all elements.
func (a *Array[T]) NBytes() int { return a.plan().NBytes() }

// String describes the array without computing it:
//
//	float32 (time 1200, lat 181, lon 360)  chunks (100, 181, 360), 12 chunks, 298 MiB, not computed
func (a *Array[T]) String() string { return a.plan().String() }
