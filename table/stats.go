package table

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// errOverflow is about sums of integers that their dtype can't hold.
var errOverflow = errors.New("the sum doesn't fit the column's dtype; use float64")

// integer is what columns of integers hold.
type integer interface{ int64 | uint64 }

// number is what columns of numbers hold.
type number interface{ integer | float64 }

// Sum returns a table of one row: the sums of the columns that are numbers (int64,
// uint64 and float64), without missing values. Sums of chunks add up to that of the whole:
//
//	total, err := stream.Reduce(stream.Map(chunks, (*table.Table).Sum), (*table.Table).Add)
func (t *Table) Sum() (*Table, error) {
	return t.reduce(sumOf[float64], sumExact[int64], sumExact[uint64])
}

func sumExact[T integer](v []T) (Column, error) {
	var t total[T]
	for _, x := range v {
		t.add(x)
	}
	if t.wraps != 0 {
		return nil, errOverflow
	}
	return columnOf([]T{t.sum})
}

// Mean returns a table of one row: the means of the columns that are numbers, without
// missing values; NaN where there are none.
func (t *Table) Mean() (*Table, error) {
	return t.reduce(meanOf[float64],
		func(v []int64) (Column, error) { return columnOf([]float64{meanOf(v)}) },
		func(v []uint64) (Column, error) { return columnOf([]float64{meanOf(v)}) })
}

func meanOf[T number](v []T) float64 { return sumOf(v) / float64(len(v)) }

// Min returns a table of one row: the least values of the columns that are numbers,
// without missing values. An int64 column without rows is an error, as one of float64
// it is NaN.
func (t *Table) Min() (*Table, error) {
	return t.extreme(slices.Min[[]float64], slices.Min[[]int64], slices.Min[[]uint64])
}

// Max returns a table of one row: the greatest values, see Min.
func (t *Table) Max() (*Table, error) {
	return t.extreme(slices.Max[[]float64], slices.Max[[]int64], slices.Max[[]uint64])
}

func (t *Table) extreme(floats func([]float64) float64, ints func([]int64) int64, uints func([]uint64) uint64) (*Table, error) {
	return t.reduce(func(v []float64) float64 {
		if len(v) == 0 {
			return math.NaN()
		}
		return floats(v)
	}, extremeExact(ints), extremeExact(uints))
}

func extremeExact[T integer](f func([]T) T) func([]T) (Column, error) {
	return func(v []T) (Column, error) {
		if len(v) == 0 {
			return nil, fmt.Errorf("%w: no rows", nd.ErrShape)
		}
		return columnOf([]T{f(v)})
	}
}

// reduce makes one row of the columns that are numbers. Floats are given without NaN.
func (t *Table) reduce(floats func([]float64) float64, ints func([]int64) (Column, error), uints func([]uint64) (Column, error)) (*Table, error) {
	r := &Table{rows: 1}
	for i, c := range t.columns {
		var v Column
		var err error
		switch c := c.(type) {
		case *nd.Array[float64]:
			v, err = columnOf([]float64{floats(withoutNaN(c.Data()))})
		case *nd.Array[int64]:
			v, err = ints(c.Data())
		case *nd.Array[uint64]:
			v, err = uints(c.Data())
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", t.names[i], err)
		}
		r.names, r.columns = append(r.names, t.names[i]), append(r.columns, v)
	}
	return r, nil
}

func withoutNaN(v []float64) []float64 {
	if !slices.ContainsFunc(v, math.IsNaN) {
		return v
	}
	return slices.DeleteFunc(slices.Clone(v), math.IsNaN)
}

// sumOf adds numbers as float64, in pairs: the error grows with the logarithm of
// their number only.
func sumOf[T number](v []T) float64 {
	if len(v) > 128 {
		half := len(v) / 2
		return sumOf(v[:half]) + sumOf(v[half:])
	}
	var sum float64
	for _, x := range v {
		sum += float64(x)
	}
	return sum
}

// total is a sum of numbers. Of integers it is sum + wraps·2^64, exact in any order.
type total[T number] struct {
	sum   T
	wraps int64
}

func (t *total[T]) add(v T) {
	sum := t.sum + v
	if isInteger := T(1)/2 == 0; isInteger && (sum >= t.sum) != (v >= 0) {
		if v >= 0 {
			t.wraps++
		} else {
			t.wraps--
		}
	}
	t.sum = sum
}

// float returns the sum, rounded once.
func (t total[T]) float() float64 {
	if t.wraps == 0 {
		return float64(t.sum)
	}
	rest, wraps := new(big.Int).SetUint64(uint64(t.sum)), t.wraps
	if t.sum < 0 { // as unsigned 2^64 more
		wraps--
	}
	sum, _ := rest.Add(rest, new(big.Int).Lsh(big.NewInt(wraps), 64)).Float64()
	return sum
}

// Add adds the values of two tables of as many rows, column by column of the same
// name; both have the same columns, all of them numbers.
func (t *Table) Add(u *Table) (*Table, error) {
	r := &Table{rows: t.rows}
	if t.rows != u.rows || len(t.names) != len(u.names) {
		return nil, fmt.Errorf("table.Add: %w: %d rows of %s and %d rows of %s", nd.ErrShape, t.rows, quoted(t.names), u.rows, quoted(u.names))
	}
	for i, name := range t.names {
		other, err := u.Column(name)
		if err == nil {
			other, err = add(t.columns[i], other)
		}
		if err != nil {
			return nil, fmt.Errorf("table.Add: column %q: %w", name, err)
		}
		r.names, r.columns = append(r.names, name), append(r.columns, other)
	}
	return r, nil
}

func add(a, b Column) (Column, error) {
	if x, y, ok := both[float64](a, b); ok {
		sum := make([]float64, len(x))
		for i := range sum {
			sum[i] = x[i] + y[i]
		}
		return columnOf(sum)
	}
	if x, y, ok := both[int64](a, b); ok {
		return addAll(x, y)
	}
	if x, y, ok := both[uint64](a, b); ok {
		return addAll(x, y)
	}
	return nil, fmt.Errorf("%w: %v and %v", nd.ErrDType, a.DType(), b.DType())
}

func addAll[T integer](x, y []T) (Column, error) {
	sum := make([]T, len(x))
	for i := range sum {
		t := total[T]{sum: x[i]}
		if t.add(y[i]); t.wraps != 0 {
			return nil, errOverflow
		}
		sum[i] = t.sum
	}
	return columnOf(sum)
}

// both returns the values of two columns if they are arrays of T.
func both[T nd.Elem](a, b Column) (x, y []T, ok bool) {
	v, ok1 := a.(*nd.Array[T])
	w, ok2 := b.(*nd.Array[T])
	if !ok1 || !ok2 {
		return nil, nil, false
	}
	return v.Data(), w.Data(), true
}
