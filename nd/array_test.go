package nd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

func arange(shape ...int) *nd.Array[int64] {
	n := nd.Must(nd.SizeOf(shape))
	return nd.Must(nd.Must(nd.Arange(0, int64(n), 1)).Reshape(shape...))
}

func TestConstructors(t *testing.T) {
	z := nd.Must(nd.Zeros[float32](2, 3))
	assert.Equal(t, []int{2, 3}, z.Shape())
	assert.Equal(t, []int{3, 1}, z.Strides())
	assert.Equal(t, 24, z.NBytes())
	assert.Equal(t, nd.Float32, z.DType())
	assert.Equal(t, 1, nd.Must(nd.Zeros[bool]()).Size())
	assert.Equal(t, []int8{7, 7}, nd.Must(nd.Full(int8(7), 2)).Data())
	assert.Equal(t, 2.5, nd.Scalar(2.5).At())
	ints := nd.Must(nd.FromInts([]int{1, 2, 3, 4}, 2, 2))
	assert.Equal(t, []int64{1, 2, 3, 4}, ints.Data())
	assert.Equal(t, []int{1, 3, 2, 4}, nd.Ints(ints.T()))

	data := []float64{1, 2, 3, 4, 5, 6}
	a := nd.Must(nd.FromSlice(data, 2, 3))
	a.Set(9, -1, -1)
	assert.Equal(t, 9.0, data[5], "memory is shared")
	s := nd.Must(nd.FromStrided(data, []int{2, 2}, []int{-3, 2}, 3))
	assert.Equal(t, []float64{4, 9, 1, 3}, s.Data())
	assert.Equal(t, []int{2, 2}, nd.Must(nd.FromStrided([]bool{true}, []int{2, 2}, []int{0, 0}, 0)).Shape())
	assert.Empty(t, nd.Must(nd.FromStrided([]bool{}, []int{0, 1 << 60}, []int{5, 5}, 0)).Data())
	mem, offset := s.Memory()
	assert.Equal(t, 3, offset)
	assert.Same(t, &data[0], &mem[0])
}

func TestConstructorErrors(t *testing.T) {
	for i, c := range []struct {
		class error
		call  func() (nd.Dyn, error)
	}{
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.Zeros[bool](3, -1) }},
		{nd.ErrOverflow, func() (nd.Dyn, error) { return nd.Zeros[bool](1<<40, 1<<40) }},
		{nd.ErrOverflow, func() (nd.Dyn, error) { return nd.Full(1i, 1<<45) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.FromSlice([]int8{1, 2, 3}, 2, 2) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.FromInts([]int{1}, -1) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.Arange[int32](0, 10, 0) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.Arange(0, 10, math.NaN()) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.Arange(0, math.Inf(1), 1) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.Arange[float64](0, 1, 0) }},
		{nd.ErrOverflow, func() (nd.Dyn, error) { return nd.Arange[int64](math.MinInt64, math.MaxInt64, 1) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.Linspace(0.0, 1, -1) }},
		{nd.ErrIndex, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{3}, []int{3}, 0) }},
		{nd.ErrIndex, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{3}, []int{-1}, 1) }},
		{nd.ErrIndex, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{3}, []int{math.MinInt}, 1) }},
		{nd.ErrIndex, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{3}, []int{math.MaxInt}, 1) }},
		{nd.ErrIndex, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{1}, []int{1}, 5) }},
		{nd.ErrIndex, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{1}, []int{1}, -1) }},
		{nd.ErrShape, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{1}, []int{1, 1}, 0) }},
		{nd.ErrOverflow, func() (nd.Dyn, error) { return nd.FromStrided(make([]bool, 5), []int{1 << 50}, []int{0}, 0) }},
	} {
		_, err := c.call()
		assert.ErrorIs(t, err, c.class, "case %d", i)
	}
	assert.Equal(t, int8(-128), nd.Must(nd.Arange[int8](-128, 127, 100)).At(0))
	assert.Equal(t, []int8{-128, -28, 72}, nd.Must(nd.Arange[int8](-128, 127, 100)).Data())
	assert.Equal(t, 1, nd.Must(nd.Arange[uint64](math.MaxUint64-1, math.MaxUint64, 1)).Size())
}

func TestMust(t *testing.T) {
	assert.Panics(t, func() { nd.Must(nd.Zeros[bool](-1)) })
}

func TestAtPanics(t *testing.T) {
	a := arange(2, 3)
	assert.EqualValues(t, 5, a.At(-1, -1))
	assert.PanicsWithValue(t, "nd: index 3 out of range along axis 1 of shape [2 3]", func() { a.At(0, 3) })
	assert.PanicsWithValue(t, "nd: index -3 out of range along axis 0 of shape [2 3]", func() { a.Set(1, -3, 0) })
	assert.PanicsWithValue(t, "nd: 1 indices for an array of shape [2 3]", func() { a.At(0) })
	assert.Zero(t, testing.AllocsPerRun(10, func() { a.Set(a.At(1, 1), 0, 0) }))
}

func TestViewErrors(t *testing.T) {
	a := arange(2, 3, 1)
	for i, c := range []struct {
		class error
		call  func() (*nd.Array[int64], error)
	}{
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.Reshape(4) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.Reshape(-1, 4) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.Reshape(-1, -1) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.Reshape(-2, -3) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.Reshape(0, -1) }},
		{nd.ErrOverflow, func() (*nd.Array[int64], error) { return a.ReshapeF(1<<40, 1<<40) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.Transpose(0, 1) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.Transpose(0, 1, -2) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.Transpose(0, 1, 3) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.SwapAxes(3, 0) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.SwapAxes(0, -4) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.MoveAxis(3, 0) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.MoveAxis(0, 3) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.Squeeze(0) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.Squeeze(3) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.ExpandDims(0, 0) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.BroadcastTo(2, 4, 1) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return a.BroadcastTo(3, 1) }},
		{nd.ErrOverflow, func() (*nd.Array[int64], error) { return a.BroadcastTo(1<<50, 2, 3, 1) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return a.Take(3, nil) }},
		{nd.ErrIndex, func() (*nd.Array[int64], error) { return a.Take(1, []int{3}) }},
		{nd.ErrSyntax, func() (*nd.Array[int64], error) { return a.SliceText("x") }},
		{nd.ErrIndex, func() (*nd.Array[int64], error) { return a.SliceText("9") }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return nd.Concatenate[int64](0) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return nd.Concatenate(3, a) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return nd.Concatenate(0, a, a.T()) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return nd.Concatenate(0, nd.Scalar[int64](1)) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return nd.Stack[int64](0) }},
		{nd.ErrShape, func() (*nd.Array[int64], error) { return nd.Stack(0, a, a.T()) }},
		{nd.ErrAxis, func() (*nd.Array[int64], error) { return nd.Stack(4, a) }},
		{nd.ErrDType, func() (*nd.Array[int64], error) { return a.WithDType(nd.Float64) }},
	} {
		_, err := c.call()
		assert.ErrorIs(t, err, c.class, "case %d", i)
		if err != nil {
			assert.Regexp(t, `^nd\.[A-Z]\w+: `, err.Error())
		}
	}
	_, err := a.View(nd.At(5))
	assert.ErrorIs(t, err, nd.ErrIndex)
}

func TestBroadcastShapes(t *testing.T) {
	got, err := nd.BroadcastShapes([]int{3, 1}, []int{4}, []int{})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 4}, got)
	got, err = nd.BroadcastShapes()
	require.NoError(t, err)
	assert.Empty(t, got)
	got, err = nd.BroadcastShapes([]int{0}, []int{2, 1})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 0}, got)
	_, err = nd.BroadcastShapes([]int{1}, []int{3, 4}, []int{5})
	assert.EqualError(t, err, "nd.BroadcastShapes: shapes [3 4] and [5] do not broadcast")
	assert.ErrorIs(t, err, nd.ErrShape)
}

func TestConcatenateStack(t *testing.T) {
	a, b := arange(2, 3), arange(2, 1)
	c := nd.Must(nd.Concatenate(-1, a, b.T().T(), nd.Must(a.Slice(nd.All, nd.Step(2, 0, -1)))))
	assert.Equal(t, "[[0 1 2 0 2 1]\n [3 4 5 1 5 4]]", c.String())
	s := nd.Must(nd.Stack(-1, a, a))
	assert.Equal(t, []int{2, 3, 2}, s.Shape())
	assert.EqualValues(t, 5, s.At(1, 2, 0))
	assert.Equal(t, []int64{1, 2}, nd.Must(nd.Stack(0, nd.Scalar[int64](1), nd.Scalar[int64](2))).Data())

	days := nd.Must(nd.Must(nd.Zeros[nd.Datetime](1)).WithDType(nd.Datetime64("D")))
	hours := nd.Must(days.WithDType(nd.Datetime64("h")))
	_, err := nd.Concatenate(0, days, hours)
	assert.ErrorIs(t, err, nd.ErrDType)
	assert.ErrorIs(t, days.Assign(hours), nd.ErrDType)
	_, err = days.WithDType(nd.Datetime64("fortnight"))
	assert.ErrorIs(t, err, nd.ErrDType)
}

func TestCopies(t *testing.T) {
	a := arange(2, 3)
	f := a.CopyF()
	assert.Equal(t, []int{1, 2}, f.Strides())
	assert.True(t, nd.ArrayEqual(a, f))
	assert.False(t, f.IsContiguous())
	for _, c := range []*nd.Array[int64]{a.Copy(), f, a.Flatten(), a.FlattenF(), nd.Must(a.Take(0, []int{0}))} {
		assert.False(t, a.SharesMemory(c))
	}
	assert.Equal(t, []int64{0, 3, 1, 4, 2, 5}, a.FlattenF().Data())
	assert.True(t, a.SharesMemory(a.T()))

	big := arange(70, 3, 90) // more than is copied in one piece
	for index, v := range big.T().Copy().All() {
		require.Equal(t, big.At(index[2], index[1], index[0]), v)
	}
	assert.Equal(t, "C", nd.C.String())
	assert.Equal(t, "F", nd.F.String())
}

func TestAssign(t *testing.T) {
	a := arange(3, 4)
	require.NoError(t, a.Assign(nd.Must(a.Slice(nd.Every(-1)))), "overlapping")
	assert.Equal(t, "[[ 8  9 10 11]\n [ 4  5  6  7]\n [ 0  1  2  3]]", a.String())
	require.NoError(t, nd.Must(a.Slice(nd.At(1))).Assign(nd.Scalar[int64](-1)))
	require.NoError(t, nd.Must(a.SliceText("2:, ::2")).Assign(nd.Must(nd.FromInts([]int{7, 8}))))
	assert.Equal(t, "[[ 8  9 10 11]\n [-1 -1 -1 -1]\n [ 7  1  8  3]]", a.String())
	require.NoError(t, a.Assign(nd.Must(a.SliceText(":, :1"))), "overlapping and broadcast")
	assert.Equal(t, "[[ 8  8  8  8]\n [-1 -1 -1 -1]\n [ 7  7  7  7]]", a.String())
	assert.ErrorIs(t, a.Assign(arange(3)), nd.ErrShape)
	assert.ErrorIs(t, nd.Scalar[int64](1).Assign(arange(3)), nd.ErrShape)
}

func TestIterate(t *testing.T) {
	a := nd.Must(arange(2, 3, 2).Transpose(2, 0, 1))
	n := 0
	for index, v := range a.All() {
		assert.Equal(t, a.At(index...), v)
		n++
	}
	assert.Equal(t, a.Size(), n)
	for range nd.Scalar(1i).All() {
		n++
	}
	for range a.All() {
		break
	}
	assert.Equal(t, 13, n)
	for range nd.Must(nd.Zeros[bool](3, 0)).Values() {
		t.Fatal("there are no elements")
	}
	m := nd.Map(a, func(v int64) float32 { return float32(v) / 2 })
	assert.Equal(t, a.Shape(), m.Shape())
	assert.Equal(t, float32(5.5), m.At(-1, -1, -1))
}

func TestEqualAndClose(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	f := func(v ...float64) *nd.Array[float64] { return nd.Must(nd.FromSlice(v)) }
	assert.True(t, nd.ArrayEqual(f(1, 0), f(1, math.Copysign(0, -1))))
	assert.False(t, nd.ArrayEqual(f(nan), f(nan)))
	assert.False(t, nd.ArrayEqual(f(1, 2), f(1, 2, 3)))
	assert.False(t, nd.ArrayEqual(f(1, 2), nd.Must(f(1, 2).Reshape(1, 2))))
	half := func(v float32) *nd.Array[nd.Float16] { return nd.Scalar(nd.NewFloat16(v)) }
	assert.True(t, nd.ArrayEqual(half(0), half(float32(math.Copysign(0, -1)))))
	assert.False(t, nd.ArrayEqual(half(float32(nan)), half(float32(nan))))
	assert.False(t, nd.ArrayEqual(nd.Scalar(nd.Datetime(math.MinInt64)), nd.Scalar(nd.Datetime(math.MinInt64))))
	assert.False(t, nd.ArrayEqual(nd.Scalar(nd.Timedelta(math.MinInt64)), nd.Scalar(nd.Timedelta(math.MinInt64))))
	assert.True(t, nd.ArrayEqual(nd.Scalar(nd.Timedelta(3)), nd.Scalar(nd.Timedelta(3))))

	for _, c := range []struct {
		a, b       *nd.Array[float64]
		rtol, atol float64
		equalNaN   bool
		want       bool
	}{
		{f(1, 2), f(1.001, 2.001), 1e-3, 0, false, true},
		{f(999), f(1000), 1e-3, 0, false, true}, // rtol is relative to b
		{f(1000), f(999), 1e-3, 0, false, false},
		{f(1), f(1.1), 0, 0.2, false, true},
		{f(1, 1), f(1), 0, 0, false, true},
		{f(1, 1), f(1, 1, 1), 0, 9, false, false},
		{f(nan), f(nan), 0, 0, true, true},
		{f(nan), f(nan), 0, 0, false, false},
		{f(nan), f(1), inf, inf, true, false},
		{f(inf), f(inf), 0, 0, false, true},
		{f(inf), f(-inf), 1, 1, false, false},
		{f(1), f(inf), 1, 0, false, false},
		{f(inf), f(1), 1, 0, false, false},
	} {
		assert.Equal(t, c.want, nd.AllClose(c.a, c.b, c.rtol, c.atol, c.equalNaN), "%v %v", c.a, c.b)
	}
	assert.True(t, nd.AllClose(nd.Scalar[complex64](1+1i), nd.Scalar[complex64](1+1.0001i), 1e-3, 0, false))
	assert.False(t, nd.AllClose(nd.Scalar(1+1i), nd.Scalar(1+2i), 1e-3, 0, false))
	assert.True(t, nd.AllClose(nd.Scalar[float32](1), nd.Scalar[float32](1), 0, 0, false))
}
