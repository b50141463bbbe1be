// Package linalg has products of chunked matrices, and joins arrays and gonum:
// in-memory matrices as gonum's without copying.
package linalg

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/cblas128"
	"gonum.org/v1/gonum/mat"

	"github.com/ndgrid/ndgrid/nd"
)

// ToDense returns a 2-d array as a gonum matrix over the same memory: changes
// show on both sides. The elements of a row must be neighbours and rows must
// follow each other, gaps between them do no harm; for another layout Copy the
// array first. gonum has no matrices with an axis of length 0.
func ToDense(a *nd.Array[float64]) (*mat.Dense, error) {
	l, err := rowLayout(a)
	if err != nil {
		return nil, fmt.Errorf("linalg.ToDense: %w", err)
	}
	m := new(mat.Dense)
	m.SetRawMatrix(blas64.General{Rows: l.rows, Cols: l.cols, Stride: l.stride, Data: l.data})
	return m, nil
}

// FromDense returns a gonum matrix as an array over the same memory.
func FromDense(m *mat.Dense) (*nd.Array[float64], error) {
	if m == nil {
		return nil, fmt.Errorf("linalg.FromDense: %w", errNil)
	}
	r := m.RawMatrix()
	return nd.FromStrided(r.Data, []int{r.Rows, r.Cols}, []int{r.Stride, 1}, 0)
}

// ToCDense is ToDense for complex matrices.
func ToCDense(a *nd.Array[complex128]) (*mat.CDense, error) {
	l, err := rowLayout(a)
	if err != nil {
		return nil, fmt.Errorf("linalg.ToCDense: %w", err)
	}
	m := new(mat.CDense)
	m.SetRawCMatrix(cblas128.General{Rows: l.rows, Cols: l.cols, Stride: l.stride, Data: l.data})
	return m, nil
}

// FromCDense returns a complex gonum matrix as an array over the same memory.
func FromCDense(m *mat.CDense) (*nd.Array[complex128], error) {
	if m == nil {
		return nil, fmt.Errorf("linalg.FromCDense: %w", errNil)
	}
	r := m.RawCMatrix()
	return nd.FromStrided(r.Data, []int{r.Rows, r.Cols}, []int{r.Stride, 1}, 0)
}

var errNil = errors.New("nil matrix")

// layout is a matrix as BLAS sees it: row i starts at data[i*stride].
type layout[T nd.Elem] struct {
	rows, cols, stride int
	data               []T
}

// rowLayout finds the layout of an array that has one.
func rowLayout[T nd.Elem](a *nd.Array[T]) (l layout[T], err error) {
	if a == nil {
		return l, errNil
	}
	shape, strides := a.Shape(), a.Strides()
	if len(shape) != 2 || shape[0] == 0 || shape[1] == 0 {
		return l, fmt.Errorf("shape %v, want two axes that are not empty: %w", shape, nd.ErrShape)
	}
	l = layout[T]{rows: shape[0], cols: shape[1], stride: strides[0]}
	if l.rows == 1 {
		l.stride = l.cols // where a second row would be means nothing
	}
	if (l.cols > 1 && strides[1] != 1) || l.stride < l.cols {
		return l, fmt.Errorf("shape %v with strides %v does not lie row after row in memory; Copy it first", shape, strides)
	}
	data, at := a.Memory()
	l.data = data[at : at+(l.rows-1)*l.stride+l.cols]
	return l, nil
}
