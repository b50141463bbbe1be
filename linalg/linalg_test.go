package linalg_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
)

func count[T nd.Real](shape ...int) *nd.Array[T] {
	n := 1
	for _, l := range shape {
		n *= l
	}
	return nd.Must(nd.Must(nd.Arange(0, T(n), 1)).Reshape(shape...))
}

func TestToDense(t *testing.T) {
	a := count[float64](3, 4)
	m, err := linalg.ToDense(a)
	require.NoError(t, err)
	m.Set(1, 2, -1)
	assert.Equal(t, -1.0, a.At(1, 2), "memory is shared")

	part := nd.Must(a.Slice(nd.Every(2), nd.Span(1, 3))) // rows 0 and 2, columns 1 and 2
	m, err = linalg.ToDense(part)
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 2, 9, 10}, mat.DenseCopyOf(m).RawMatrix().Data)
	m.Set(1, 1, 7)
	assert.Equal(t, 7.0, a.At(2, 2))

	row, err := linalg.ToDense(nd.Must(a.Slice(nd.Every(-4), nd.All)))
	require.NoError(t, err)
	assert.Equal(t, 4, row.RawMatrix().Stride)
	column, err := linalg.ToDense(nd.Must(a.Slice(nd.All, nd.Span(3, 4))))
	require.NoError(t, err)
	assert.Equal(t, []float64{3, 7, 11}, mat.Col(nil, 0, column))
}

func TestToDenseErrors(t *testing.T) {
	a := count[float64](3, 4)
	transposed := nd.Must(a.Transpose())
	for _, c := range []struct {
		a    *nd.Array[float64]
		want string
	}{
		{transposed, "linalg.ToDense: shape [4 3] with strides [1 4] does not lie row after row in memory; Copy it first"},
		{nd.Must(a.Slice(nd.Every(-1))), "linalg.ToDense: shape [3 4] with strides [-4 1] does not lie row after row in memory; Copy it first"},
		{nd.Must(a.Slice(nd.All, nd.Every(2))), "linalg.ToDense: shape [3 2] with strides [4 2] does not lie row after row in memory; Copy it first"},
		{nd.Must(nd.Must(nd.Zeros[float64](4)).BroadcastTo(3, 4)), "linalg.ToDense: shape [3 4] with strides [0 1] does not lie row after row in memory; Copy it first"},
		{nd.Must(a.Reshape(12)), "linalg.ToDense: shape [12], want two axes that are not empty: wrong shape"},
		{nd.Must(nd.Zeros[float64](0, 4)), "linalg.ToDense: shape [0 4], want two axes that are not empty: wrong shape"},
	} {
		_, err := linalg.ToDense(c.a)
		assert.EqualError(t, err, c.want)
	}
	m, err := linalg.ToDense(transposed.Copy())
	require.NoError(t, err)
	assert.Equal(t, 4.0, m.At(0, 1))
}

func TestFromDense(t *testing.T) {
	m := mat.NewDense(3, 4, count[float64](3, 4).Data())
	part := m.Slice(1, 3, 1, 3).(*mat.Dense)
	a, err := linalg.FromDense(part)
	require.NoError(t, err)
	assert.Equal(t, []float64{5, 6, 9, 10}, a.Data())
	a.Set(50, 0, 0)
	assert.Equal(t, 50.0, m.At(1, 1), "memory is shared")
	empty, err := linalg.FromDense(new(mat.Dense))
	require.NoError(t, err)
	assert.Equal(t, []int{0, 0}, empty.Shape())
}

func TestComplex(t *testing.T) {
	a := nd.Must(nd.FromSlice([]complex128{1, 2i, 3, 4, 5i, 6}, 2, 3))
	m, err := linalg.ToCDense(nd.Must(a.Slice(nd.All, nd.From(1))))
	require.NoError(t, err)
	assert.Equal(t, 5i, m.At(1, 0))
	m.Set(1, 0, 8)
	back, err := linalg.FromCDense(m)
	require.NoError(t, err)
	assert.Equal(t, []complex128{2i, 3, 8, 6}, back.Data())
	assert.True(t, back.SharesMemory(a))
	_, err = linalg.ToCDense(nd.Must(a.Transpose()))
	assert.ErrorContains(t, err, "linalg.ToCDense: shape [3 2] with strides [1 3] does not lie row after row in memory; Copy it first")
	_, err = linalg.ToDense(nil)
	require.ErrorContains(t, err, "nil matrix")
	_, err = linalg.FromCDense(nil)
	require.ErrorContains(t, err, "nil matrix")
}
