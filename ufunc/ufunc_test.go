package ufunc_test

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/ufunc"
)

var (
	inf, nan = math.Inf(1), math.NaN()
	zero     = math.Copysign(0, -1)
)

// chunked is a 1-d array in chunks of 3.
func chunked[T nd.Elem](v ...T) *chunkgrid.Array[T] {
	return chunkgrid.FromND(nd.Must(nd.FromSlice(v)), nd.Sizes(3))
}

func days[T nd.Datetime | nd.Timedelta](dt nd.DType, v ...T) *chunkgrid.Array[T] {
	return chunkgrid.FromND(nd.Must(nd.Must(nd.FromSlice(v)).WithDType(dt)), nd.Sizes(3))
}

func cases() map[string]chunkgrid.Any {
	const nat = math.MinInt64
	f := chunked(-2.5, -1, zero, 0, 0.5, 1.5, 2, inf, nan)
	g := chunked(2, -3, 1, 2, -0.25, 4, 2, 3, 1)
	r := chunked(-2.25, -0.04, zero, 1.005, 2.675, 25, 1234.5678, 1e308, inf, nan)
	h := chunked(-1, -0.75, zero, 0, 0.25, 0.5, 1)
	i := chunked[int8](-128, -7, -1, 0, 1, 7, 127)
	j := chunked[int8](2, 2, 0, 3, 1, 3, 9)
	u := chunked[uint8](0, 1, 7, 200, 255)
	v := chunked[uint64](0, 1, 1<<63, 1<<63+1, math.MaxUint64)
	z := chunked(1+2i, -3.5+0.25i, 0, 0.5-1i)
	w := chunked(2-1i, 1i, 1+1i, -2)
	b := chunked(false, false, true, true)
	c := chunked(false, true, false, true)
	t := days[nd.Datetime](nd.Datetime64("D"), 0, 31, nat, 59)
	d := days[nd.Timedelta](nd.Timedelta64("D"), 1, -2, 3, nat)
	return map[string]chunkgrid.Any{
		"add": ufunc.Add(f, g), "add number": ufunc.Add(f, 2), "add int": ufunc.Add(i, j), "add complex": ufunc.Add(z, w),
		"add time": ufunc.Add(d, d),
		"sub":      ufunc.Sub(f, g), "sub left": ufunc.Sub(f.Scalar(1), f), "sub unsigned": ufunc.Sub(u, 7), "sub time": ufunc.Sub(d, nd.Timedelta(1)),
		"mul": ufunc.Mul(f, g), "mul int": ufunc.Mul(i, j), "mul complex": ufunc.Mul(z, w),
		"div": ufunc.Div(f, g), "div zero": ufunc.Div(f, 0), "div complex": ufunc.Div(z, w),
		"floor_divide": ufunc.FloorDivide(f, g), "floor_divide int": ufunc.FloorDivide(i, j),
		"remainder": ufunc.Remainder(f, g), "remainder int": ufunc.Remainder(i, j), "remainder zero": ufunc.Remainder(f, 0),
		"pow": ufunc.Pow(f, g), "pow int": ufunc.Pow(i, j), "pow complex": ufunc.Pow(z, w),
		"neg": ufunc.Neg(f), "neg int": ufunc.Neg(i), "neg unsigned": ufunc.Neg(u), "neg time": ufunc.Neg(d),
		"abs": ufunc.Abs(f), "abs int": ufunc.Abs(i), "abs time": ufunc.Abs(d),
		"sign": ufunc.Sign(f), "sign int": ufunc.Sign(i), "sign complex": ufunc.Sign(z),
		"square": ufunc.Square(f), "square int": ufunc.Square(i), "square complex": ufunc.Square(z),
		"floor": ufunc.Floor(f), "ceil": ufunc.Ceil(f), "trunc": ufunc.Trunc(f), "round": ufunc.Round(f), "round int": ufunc.Round(i),
		"round to 1": ufunc.RoundTo(r, 1), "round to 2": ufunc.RoundTo(r, 2), "round to 0": ufunc.RoundTo(r, 0), "round to tens": ufunc.RoundTo(r, -1),
		"round to float32": ufunc.RoundTo(ufunc.Cast[float32](r), 3),
		"minimum":          ufunc.Minimum(f, g), "maximum": ufunc.Maximum(f, g), "minimum bool": ufunc.Minimum(b, c), "maximum int": ufunc.Maximum(i, j),
		"fmin": ufunc.Fmin(f, g), "fmax": ufunc.Fmax(f, g),
		"clip": ufunc.Clip(f, -1, 1.5), "clip int": ufunc.Clip(i, j, 5), "clip crossed": ufunc.Clip(f, 2, 1),
		"equal": ufunc.Equal(f, g), "equal complex": ufunc.Equal(z, z), "equal bool": ufunc.Equal(b, c), "equal time": ufunc.Equal(t, t),
		"not_equal": ufunc.NotEqual(f, f), "less": ufunc.Less(f, g), "less bool": ufunc.Less(b, c), "less time": ufunc.Less(t, nd.Datetime(31)),
		"less_equal": ufunc.LessEqual(f, g), "greater": ufunc.Greater(f, g), "greater_equal": ufunc.GreaterEqual(i, j),
		"isclose":       ufunc.IsClose(f, ufunc.Mul(f, 1+1e-6), 1e-5, 1e-8),
		"isclose tight": ufunc.IsClose(f, ufunc.Mul(f, 1+1e-6), 1e-9, 0),
		"isclose nan":   ufunc.IsClose(f, f, 1e-5, 1e-8, ufunc.EqualNaN),
		"isnan":         ufunc.IsNaN(f), "isnan time": ufunc.IsNaN(t), "isinf": ufunc.IsInf(f), "isfinite": ufunc.IsFinite(f), "isnan int": ufunc.IsNaN(i),
		"logical_and": ufunc.LogicalAnd(b, c), "logical_or": ufunc.LogicalOr(i, j), "logical_xor": ufunc.LogicalXor(b, c), "logical_not": ufunc.LogicalNot(f),
		"bit_and": ufunc.BitAnd(i, j), "bit_or": ufunc.BitOr(i, j), "bit_xor": ufunc.BitXor(i, j), "bit_xor bool": ufunc.BitXor(b, c),
		"invert": ufunc.Invert(u), "invert bool": ufunc.Invert(b), "shift_left": ufunc.ShiftLeft(i, j), "shift_right": ufunc.ShiftRight(i, j),
		"sqrt": ufunc.Sqrt(f), "sqrt complex": ufunc.Sqrt(z), "cbrt": ufunc.Cbrt(f),
		"exp": ufunc.Exp(f), "exp complex": ufunc.Exp(z), "exp2": ufunc.Exp2(f), "expm1": ufunc.Expm1(f),
		"log": ufunc.Log(f), "log complex": ufunc.Log(w), "log2": ufunc.Log2(f), "log10": ufunc.Log10(f), "log1p": ufunc.Log1p(f),
		"sin": ufunc.Sin(f), "cos": ufunc.Cos(f), "tan": ufunc.Tan(f),
		"sin complex": ufunc.Sin(z), "cos complex": ufunc.Cos(z), "tan complex": ufunc.Tan(z),
		"sinh": ufunc.Sinh(f), "cosh": ufunc.Cosh(f), "tanh": ufunc.Tanh(f), "asin": ufunc.Asin(h), "acos": ufunc.Acos(h), "atan": ufunc.Atan(f),
		"asinh": ufunc.Asinh(f), "acosh": ufunc.Acosh(f), "atanh": ufunc.Atanh(h), "atan2": ufunc.Atan2(f, g), "hypot": ufunc.Hypot(f, g),
		"real": ufunc.Real[float64](z), "imag": ufunc.Imag[float64](z), "angle": ufunc.Angle[float64](z), "modulus": ufunc.Modulus[float64](z),
		"conj": ufunc.Conj(z), "where": ufunc.Where(ufunc.Greater(f, 0), f, g), "where bool": ufunc.Where(c, b, true),
		"cast": ufunc.Cast[int8](u), "cast float": ufunc.Cast[float32](i), "cast bool": ufunc.Cast[bool](f), "cast from bool": ufunc.Cast[int64](b),
		"cast complex": ufunc.Cast[complex64](i), "cast time": ufunc.Cast[int64](t), "cast half": ufunc.Cast[float32](ufunc.Cast[nd.Float16](f)),
		"digitize": ufunc.Digitize(f, []float64{-inf, -1, -1, 0, 0.5, 2}, false), "digitize right": ufunc.Digitize(f, []float64{-inf, -1, -1, 0, 0.5, 2}, true),
		"digitize int": ufunc.Digitize(i, []float64{-7, 0.5, 7}, false), "digitize one": ufunc.Digitize(f, []float64{0}, true),
		"isin": ufunc.IsIn(f, 2, nan, 0, -inf, 1.5), "isin none": ufunc.IsIn(f), "isin float32": ufunc.IsIn(ufunc.Cast[float32](f), -2.5, 0.5),
		"isin_integer": ufunc.IsIn(i, -128, 0, 7, 7, 3), "isin_integer none": ufunc.IsIn(i), "isin_integer unsigned": ufunc.IsIn(v, 0, math.MaxUint64, 1<<63),
		"interp": ufunc.Interp(f, []float64{-1, 0, 0, 0.5, 1.75, inf}, []float64{0.1, 3, -2, inf, inf, 7}), "interp one": ufunc.Interp(h, []float64{0.5}, []float64{3}),
		"interp float32": ufunc.Interp(ufunc.Cast[float32](f), []float64{-3, 4}, []float64{0, 1}),
		"since":          ufunc.Since(t, nd.Datetime(1)), "after": ufunc.After(t, d), "after one": ufunc.After(t, nd.Timedelta(7)),
	}
}

// TestGolden compares every function with NumPy, see testdata/golden.py.
func TestGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.txt")
	require.NoError(t, err)
	all := cases()
	for line := range strings.Lines(string(text)) {
		name, want, _ := strings.Cut(strings.TrimSpace(line), ": ")
		a := all[name]
		require.NotNil(t, a, name)
		delete(all, name)
		got, err := chunkgrid.ComputeDyn(t.Context(), a)
		require.NoError(t, err, name)
		assert.Equal(t, strings.Fields(want), strings.Fields(got.String()), name) // however it breaks lines
	}
	assert.Empty(t, all, "cases that golden.txt lacks")
}

// TestWhole: every operation of the table has a function here, and a case.
func TestWhole(t *testing.T) {
	seen := map[string]bool{"map": true, "map2": true}
	for name := range cases() {
		op, _, _ := strings.Cut(name, " ")
		seen[op] = true
	}
	for _, op := range kernel.Ufuncs() {
		assert.True(t, seen[op] || strings.Contains(op, "."), "no function for %s", op)
	}
}

func compute[T nd.Elem](t *testing.T, a *chunkgrid.Array[T]) []T {
	t.Helper()
	v, err := a.Compute(context.Background(), chunkgrid.Workers(2))
	require.NoError(t, err)
	return v.Data()
}

// TestEdges are values that are not NumPy's, or that NumPy leaves open.
func TestEdges(t *testing.T) {
	i, j := chunked[int8](-128, -7, 5, 2, -1, -1), chunked[int8](-1, 0, 0, -1, -3, -2)
	assert.Equal(t, []int8{-128, 0, 0, -2, 0, 0}, compute(t, ufunc.FloorDivide(i, j)))
	assert.Equal(t, []int8{0, 0, 0, 0, -1, -1}, compute(t, ufunc.Remainder(i, j)))
	assert.Equal(t, []int8{0, 1, 1, 0, -1, 1}, compute(t, ufunc.Pow(i, j)))
	assert.Equal(t, []int8{0, -7, 5, 0, 0, 0}, compute(t, ufunc.ShiftLeft(i, j)))
	assert.Equal(t, []int8{-1, -7, 5, 0, -1, -1}, compute(t, ufunc.ShiftRight(i, j)))

	x := chunked(nan, inf, -inf, 300, -1.5, 127.9)
	assert.Equal(t, []int8{-128, -128, -128, -128, -1, 127}, compute(t, ufunc.Cast[int8](x)))
	assert.Equal(t, []uint8{0, 0, 0, 0, 0, 127}, compute(t, ufunc.Cast[uint8](x)))
	assert.Equal(t, []int64{math.MinInt64, math.MinInt64, math.MinInt64, 300, -1, 127}, compute(t, ufunc.Cast[int64](x)))

	zeros := chunked(0, zero)
	assert.Equal(t, []bool{true, true}, signbits(compute(t, ufunc.Minimum(zeros, zeros.SliceText("::-1")))))
	assert.Equal(t, []bool{false, false}, signbits(compute(t, ufunc.Maximum(zeros, zeros.SliceText("::-1")))))
	assert.Equal(t, []bool{false, false}, signbits(compute(t, ufunc.Sign(zeros))))
	assert.Equal(t, []float64{0, 2, 2, -2}, compute(t, ufunc.Round(chunked(0.5, 1.5, 2.5, -2.5))))
}

func signbits(v []float64) []bool {
	s := make([]bool, len(v))
	for i, x := range v {
		s[i] = math.Signbit(x)
	}
	return s
}

func TestCastKeepsUnits(t *testing.T) {
	d := days[nd.Datetime](nd.Datetime64("ms"), 1, 2)
	assert.Equal(t, nd.Datetime64("ms"), ufunc.Cast[nd.Datetime](d).DType())
	assert.Equal(t, nd.Datetime64("ms"), ufunc.After(d, nd.Timedelta(1)).DType())
	assert.Equal(t, nd.Timedelta64("ms"), ufunc.Since(d, d).DType())
}

func TestBroadcast(t *testing.T) {
	x := chunkgrid.FromND(nd.Must(nd.FromInts([]int{0, 1, 2, 3, 4, 5}, 2, 3)), nd.Sizes(1, 2)).Named("y", "x")
	y := ufunc.Add(x, nd.Must(nd.FromInts([]int{10, 20}, 2, 1)))
	assert.Equal(t, []string{"y", "x"}, y.Dims())
	assert.Equal(t, []int64{10, 11, 12, 23, 24, 25}, compute(t, y))
	assert.Equal(t, []int{2, 2, 3}, ufunc.Where(ufunc.Greater(x, 2).ExpandDims(0), x, y.Reshape(2, 1, 3)).Shape())
}

// TestErrors: errors stay in the array and say where, what and why.
func TestErrors(t *testing.T) {
	x := chunkgrid.FromND(nd.Must(nd.Zeros[float32](3, 4)))
	y := chunkgrid.FromND(nd.Must(nd.Zeros[float32](5)))
	i := chunked[int16](1, 2)
	for _, c := range []struct {
		a    chunkgrid.Any
		want string
	}{
		{ufunc.Sub(x, y), "ufunc.Sub: shapes [3 4] and [5] do not broadcast"},
		{ufunc.Sqrt(ufunc.Sub(x, y)), "ufunc.Sub: shapes [3 4] and [5] do not broadcast"},
		{ufunc.Clip(x, 0, y), "ufunc.Clip: shapes [3 4], [] and [5] do not broadcast"},
		{ufunc.Mul(i, 2.5), "ufunc.Mul: int16 holds no 2.5; Cast the array or the number"},
		{ufunc.Clip(i, 0, 40000), "ufunc.Clip: int16 holds no 40000; Cast the array or the number"},
		{ufunc.Real[float32](chunked(1i)), "ufunc.Real: the result is float64, not float32"},
		{ufunc.Cast[float64](chunked(1i)), "cast: complex128 to float64 would lose the imaginary part; use real"},
		{ufunc.IsClose(x, x, -1, 0), "ufunc.IsClose: tolerances rtol -1 and atol 0, want 0 or more"},
		{ufunc.Since(days[nd.Datetime](nd.Datetime64("D"), 1), days[nd.Datetime](nd.Datetime64("s"), 1)), "no loop for datetime64[D] and datetime64[s]"},
		{ufunc.Add[float32](nil, x), "nil array"},
	} {
		require.Error(t, c.a.Err(), c.want)
		assert.Contains(t, c.a.Err().Error(), c.want)
		assert.Regexp(t, `^ufunc_test.go:\d+: `, c.a.Err().Error())
		_, err := chunkgrid.ComputeDyn(t.Context(), c.a)
		assert.Equal(t, c.a.Err(), err)
	}
	assert.ErrorIs(t, ufunc.Sub(x, y).Err(), nd.ErrShape)
	assert.ErrorIs(t, ufunc.Mul(i, 2.5).Err(), nd.ErrDType)
	assert.Equal(t, []int{3, 4}, ufunc.Sub(x, y).Shape())
}

// TestNumbersBeside: a number of another type has the value it had, or is refused.
func TestNumbersBeside(t *testing.T) {
	i, f, z := chunked[int64](1, 2), chunked[float32](1, 2), chunked[complex64](1, 2)
	assert.Equal(t, []float32{2.5, 3.5}, compute(t, ufunc.Add(f, nd.NewFloat16(1.5))))
	assert.Equal(t, []complex64{1.5 - 2i, 2.5 - 2i}, compute(t, ufunc.Add(z, 0.5-2i)))
	assert.True(t, math.IsNaN(real(compute(t, ufunc.Add(chunked(1i), nan))[0])))
	assert.True(t, math.IsInf(float64(compute(t, ufunc.Add(f, inf))[0]), 1))
	for _, a := range []chunkgrid.Any{ufunc.Add(i, nd.Timedelta(5)), ufunc.Add(i, nd.Datetime(5)), ufunc.Add(f, nd.Timedelta(5)), ufunc.Add(i, inf),
		ufunc.Add(i, true), ufunc.Add(f, 1<<24+1), ufunc.Add(f, 1e300), ufunc.Add(f, 1i), ufunc.Add(z, 1<<24+1), ufunc.Add(z, 1e300), ufunc.Add(z, 1e300i),
		ufunc.Add(chunked(1i), 1<<53+1), ufunc.Add(chunked(1.0), complex(nan, 1)), ufunc.Less(days[nd.Datetime](nd.Datetime64("D"), 1), nd.Timedelta(5))} {
		require.ErrorIs(t, a.Err(), nd.ErrDType)
		assert.ErrorContains(t, a.Err(), " holds no ")
	}
	assert.ErrorContains(t, ufunc.Add(i, nd.Timedelta(5)).Err(), "int64 holds no nd.Timedelta(5)")
	d := days[nd.Timedelta](nd.Timedelta64("D"), 1, 2)
	assert.Equal(t, []nd.Timedelta{3, 4}, compute(t, ufunc.Add(d, 2)))
	assert.Equal(t, []nd.Timedelta{6, 5}, compute(t, ufunc.Sub(d.Scalar(7), d)))
}
