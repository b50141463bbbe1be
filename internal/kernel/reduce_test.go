package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
)

// reducer binds a reduction of T, or fails.
func reducer[T nd.Elem](t require.TestingT, name string, p Params) Reducer {
	r, ok := LookupReduction(name)
	require.True(t, ok, name)
	_, err := r.Result(p, nd.DTypeOf[T]())
	require.NoError(t, err)
	return r.Bind(p, nd.DTypeOf[T]())
}

// newStates makes the states of no elements.
func newStates(red Reducer, n int) []byte {
	s := nd.AsBytes(make([]float64, n*red.StateSize()/8))
	red.Init(s)
	return s
}

// finish returns the results of states.
func finish[R nd.Elem](red Reducer, states []byte) ([]R, error) {
	dst := make([]R, len(states)/red.StateSize())
	return dst, red.Finish(nd.AsBytes(dst), states)
}

// reduce folds x in leaves of the given sizes, the last as often as needed, and
// merges them from left to right.
func reduce[R, T nd.Elem](t require.TestingT, name string, p Params, x []T, sizes ...int) (R, error) {
	red := reducer[T](t, name, p)
	all, leaf := newStates(red, 1), newStates(red, 1)
	for first, i := 0, 0; first < len(x); i++ {
		n := min(sizes[min(i, len(sizes)-1)], len(x)-first)
		red.Run(leaf, nd.AsBytes(x[first:first+n]), first)
		red.Merge(all, leaf)
		first += n
	}
	out, err := finish[R](red, all)
	return out[0], err
}

// reduceColumns is reduce of each column of a matrix, by Rows.
func reduceColumns[R, T nd.Elem](t require.TestingT, name string, p Params, x []T, cols, step int) []R {
	red := reducer[T](t, name, p)
	all, leaf := newStates(red, cols), newStates(red, cols)
	for r := 0; r < len(x)/cols; r += step {
		n := min(step, len(x)/cols-r)
		red.Rows(leaf, nd.AsBytes(x[r*cols:(r+n)*cols]), n, cols, r)
		red.Merge(all, leaf)
	}
	out, err := finish[R](red, all)
	require.NoError(t, err)
	return out
}

// sumDefinition is the order in which a leaf is added.
func sumDefinition(x []float64) float64 {
	var l [16]float64
	for i, v := range x {
		l[i%16] += v
	}
	for _, half := range []int{8, 4, 2, 1} {
		for i := range half {
			l[i] += l[i+half]
		}
	}
	return l[0]
}

func normal(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64() * math.Exp(10*rng.NormFloat64())
	}
	return x
}

// testLens are all short lengths and some of the long.
func testLens() (lens []int) {
	for n := 1; n <= Tile; n += 1 + n/50*7 {
		lens = append(lens, n)
	}
	return append(lens, Tile-1, Tile)
}

func TestSumIsItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range testLens() {
		x := normal(rng, n)
		want := sumDefinition(x)
		for _, name := range []string{"sum", "nansum"} {
			got, err := reduce[float64](t, name, nil, x, Tile)
			require.NoError(t, err)
			require.Equal(t, want, got, "%s of %d", name, n)
		}
		mean, _ := reduce[float64](t, "mean", nil, x, Tile)
		require.Equal(t, want/float64(n), mean)

		squares := make([]float64, n)
		for i, v := range x {
			squares[i] = float64((v - mean) * (v - mean))
		}
		variance, _ := reduce[float64](t, "var", nil, x, Tile)
		require.Equal(t, sumDefinition(squares)/float64(n), variance)
		std, _ := reduce[float64](t, "nanstd", nil, x, Tile)
		require.Equal(t, math.Sqrt(variance), std)

		narrow, z := make([]float32, n), make([]complex128, n)
		for i, v := range x {
			narrow[i], z[i] = float32(v), complex(v, -v)
			x[i] = float64(narrow[i])
		}
		s32, _ := reduce[float32](t, "sum", nil, narrow, Tile)
		require.Equal(t, float32(sumDefinition(x)), s32)
		sz, _ := reduce[complex128](t, "sum", nil, z, Tile)
		require.Equal(t, complex(want, -want), sz)
	}
}

func TestSumIsClose(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	x := normal(rng, 100_000)
	exact, size := new(big.Float).SetPrec(2000), 0.0
	for _, v := range x {
		exact.Add(exact, big.NewFloat(v))
		size += math.Abs(v)
	}
	want, _ := exact.Float64()
	got, _ := reduce[float64](t, "sum", nil, x, Tile)
	assert.InDelta(t, want, got, size*1e-14)
}

// TestColumnsAreColumns compares Rows with folding each column from the top.
func TestColumnsAreColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, cols := range []int{1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 31, 32, 100, 1024} {
		rows := min(LeafRows, Tile/cols)
		for _, nans := range []bool{false, true} {
			x := normal(rng, rows*cols)
			if nans {
				for range len(x)/3 + 1 {
					x[rng.IntN(len(x))] = math.NaN()
				}
			}
			checkColumns(t, x, rows, cols)
		}
	}
}

func checkColumns(t *testing.T, x []float64, rows, cols int) {
	sums := reduceColumns[float64](t, "sum", nil, x, cols, rows)
	means := reduceColumns[float64](t, "nanmean", nil, x, cols, rows)
	stds := reduceColumns[float64](t, "nanvar", Params{"ddof": 1.0}, x, cols, rows)
	counts := reduceColumns[int64](t, "count_nonzero", nil, x, cols, rows)
	mins := reduceColumns[float64](t, "nanmin", nil, x, cols, rows)
	maxs := reduceColumns[float64](t, "max", nil, x, cols, rows)
	args := reduceColumns[int64](t, "argmin", nil, x, cols, rows)
	for c := range cols {
		var column []float64
		sum, nansum, n, low := 0.0, 0.0, 0.0, math.NaN()
		for r := range rows {
			v := x[r*cols+c]
			column = append(column, v)
			sum += v
			if v == v {
				nansum += v
				n++
				low = fmin(low, v)
			}
		}
		m2 := 0.0
		for _, v := range column {
			if v == v {
				m2 += float64((v - nansum/n) * (v - nansum/n))
			}
		}
		same := func(want, got float64, what string) {
			require.True(t, near(want, got, 0), "%s of column %d of %d: %v, want %v", what, c, cols, got, want)
		}
		same(sum, sums[c], "sum")
		same(nansum/n, means[c], "nanmean")
		same(m2/max(n-1, 0), stds[c], "nanvar")
		same(low, mins[c], "nanmin")
		high, _ := reduce[float64](t, "max", nil, column, 1)
		same(high, maxs[c], "max")
		arg, _ := reduce[int64](t, "argmin", nil, column, Tile)
		require.Equal(t, arg, args[c])
		require.Equal(t, int64(rows), counts[c])
	}
}

// TestMergeAnyShape cuts a sequence in leaves at random: what is exact does not
// depend on the cuts, moments nearly not.
func TestMergeAnyShape(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1, 2.5, math.NaN(), math.Inf(1), math.Inf(-1), -7, 100})
		x := rapid.SliceOfN(value, 1, 200).Draw(rt, "x")
		sizes := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 10).Draw(rt, "sizes")
		for _, name := range []string{"min", "max", "nanmin", "nanmax"} {
			want, _ := reduce[float64](rt, name, nil, x, Tile)
			got, _ := reduce[float64](rt, name, nil, x, sizes...)
			require.True(rt, near(want, got, 0), "%s: %v and %v", name, want, got)
		}
		for _, name := range []string{"argmin", "argmax", "count_nonzero"} {
			want, _ := reduce[int64](rt, name, nil, x, Tile)
			got, _ := reduce[int64](rt, name, nil, x, sizes...)
			require.Equal(rt, want, got, name)
		}
		for _, name := range []string{"any", "all"} {
			want, _ := reduce[bool](rt, name, nil, x, Tile)
			got, _ := reduce[bool](rt, name, nil, x, sizes...)
			require.Equal(rt, want, got, name)
		}
		for i, v := range x {
			if math.IsInf(v, 0) {
				x[i] = math.NaN()
			}
		}
		for _, name := range []string{"nansum", "nanmean", "nanvar", "nanstd"} {
			want, _ := reduce[float64](rt, name, Params{"ddof": 1}, x, Tile)
			got, _ := reduce[float64](rt, name, Params{"ddof": 1}, x, sizes...)
			require.True(rt, near(want, got, 1e-12) || math.Abs(want-got) < 1e-11, "%s: %v and %v", name, want, got)
		}
	})
}

func TestArgIsTheFirst(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x        []float64
		min, max int64
	}{
		{[]float64{1, 3, 3, 1}, 0, 1},
		{[]float64{2, nan, 5, nan}, 1, 1},
		{[]float64{0, math.Copysign(0, -1), 0}, 0, 0},
		{[]float64{math.Inf(1), math.Inf(1)}, 0, 0},
		{[]float64{nan}, 0, 0},
	} {
		for size := 1; size <= 4; size++ {
			low, _ := reduce[int64](t, "argmin", nil, c.x, size)
			high, _ := reduce[int64](t, "argmax", nil, c.x, size)
			assert.Equal(t, c.min, low, "%v", c.x)
			assert.Equal(t, c.max, high, "%v", c.x)
		}
	}
}

// TestPlace merges chunks in an order that is not that of their places.
func TestPlace(t *testing.T) {
	red := reducer[int32](t, "argmax", nil)
	a, b := newStates(red, 2), newStates(red, 2)
	red.Rows(a, nd.AsBytes([]int32{5, 1, 7, 1}), 2, 2, 0) // places 0 and 1 of the chunk
	red.Rows(b, nd.AsBytes([]int32{7, 1, 7, 9}), 2, 2, 0)
	red.(Placer).Place(a, func(p int) int { return 2*p + 1 })
	red.(Placer).Place(b, func(p int) int { return 2 * p })
	red.Merge(a, b)
	got, err := finish[int64](red, a)
	require.NoError(t, err)
	assert.Equal(t, []int64{0, 2}, got)

	none := newStates(red, 1)
	red.(Placer).Place(none, func(int) int { panic("no place") })
	red.Merge(none, a[:red.StateSize()])
	got, _ = finish[int64](red, none)
	assert.Equal(t, []int64{0}, got)
}

func TestExtremesOfZeros(t *testing.T) {
	zeros := []float64{0, math.Copysign(0, -1)}
	for _, x := range [][]float64{zeros, {zeros[1], zeros[0]}} {
		for size := 1; size <= 2; size++ {
			low, _ := reduce[float64](t, "min", nil, x, size)
			high, _ := reduce[float64](t, "max", nil, x, size)
			assert.True(t, math.Signbit(low))
			assert.False(t, math.Signbit(high))
		}
	}
}

func TestNoElements(t *testing.T) {
	for name, want := range map[string]float64{
		"sum": 0, "prod": 1, "mean": math.NaN(), "var": math.NaN(), "std": math.NaN(), "nansum": 0, "nanmean": math.NaN(), "nanstd": math.NaN(),
	} {
		red := reducer[float64](t, name, nil)
		got, err := finish[float64](red, newStates(red, 1))
		require.NoError(t, err)
		assert.True(t, near(want, got[0], 0), "%s: %v", name, got)
		if name != "nansum" && name[0] != 'n' {
			red := reducer[complex64](t, name, nil)
			_, err := finish[complex128](red, newStates(red, 1))
			assert.NoError(t, err)
		}
	}
	for name, want := range map[string]bool{"any": false, "all": true} {
		red := reducer[int8](t, name, nil)
		got, _ := finish[bool](red, newStates(red, 1))
		assert.Equal(t, want, got[0], name)
	}
	for name, r := range reductions {
		assert.Equal(t, nonEmpty[name], r.NonEmpty)
	}
}

func TestMinOfAllDtypes(t *testing.T) {
	testExtremes[int8](t)
	testExtremes[int64](t)
	testExtremes[uint8](t)
	testExtremes[uint64](t)
	testExtremes[float32](t)
}

func testExtremes[T nd.Real](t *testing.T) {
	lowest, highest := limits[T]()
	low, _ := reduce[T](t, "min", nil, []T{highest}, 1)
	high, _ := reduce[T](t, "max", nil, []T{lowest}, 1)
	assert.Equal(t, highest, low)
	assert.Equal(t, lowest, high)
	assert.Less(t, lowest, highest)
	assert.True(t, lowest-1 > lowest || lowest-1 == lowest, "%T", lowest)
}

func TestIntegersAreExact(t *testing.T) {
	testIntegers[int8](t)
	testIntegers[int16](t)
	testIntegers[int32](t)
	testIntegers[int64](t)
	testIntegers[uint8](t)
	testIntegers[uint16](t)
	testIntegers[uint32](t)
	testIntegers[uint64](t)
}

func testIntegers[T nd.Integer](t *testing.T) {
	lowest, highest := limits[T]()
	rapid.Check(t, func(rt *rapid.T) {
		any := rapid.Custom(func(rt *rapid.T) T { return T(rapid.Int64().Draw(rt, "v")) })
		value := rapid.OneOf(any, rapid.SampledFrom([]T{lowest, highest, 0, 1, 2, 3, highest / 3, T(0) - 1}), rapid.SampledFrom([]T{1, 2, T(0) - 1}))
		x := rapid.SliceOfN(value, 1, 100).Draw(rt, "x")
		cols := rapid.IntRange(1, 9).Draw(rt, "cols")
		size := rapid.IntRange(1, 40).Draw(rt, "size")
		sum, prod := new(big.Int), big.NewInt(1)
		for _, v := range x {
			sum.Add(sum, bigOf(v))
			prod.Mul(prod, bigOf(v))
		}
		for name, want := range map[string]*big.Int{"sum": sum, "prod": prod} {
			got, err := reduce[T](rt, name, nil, x, size)
			if want.Cmp(bigOf(lowest)) >= 0 && want.Cmp(bigOf(highest)) <= 0 {
				require.NoError(rt, err)
				require.Equal(rt, want.String(), bigOf(got).String(), name)
				continue
			}
			require.ErrorContains(rt, err, fmt.Sprintf("which %s does not hold; Cast to ", nd.DTypeOf[T]()))
			if name == "sum" || want.BitLen() <= 64 {
				require.ErrorContains(rt, err, name+" is "+want.String()+",")
			}
		}
		// Columns fold like the sequence of their elements.
		if rows := len(x) / cols; rows > 0 {
			x = x[:rows*cols]
			red, one := reducer[T](rt, "sum", nil), newStates(reducer[T](rt, "sum", nil), 1)
			states, all := newStates(red, cols), newStates(red, 1)
			for r := 0; r < rows; r += LeafRows {
				n := min(LeafRows, rows-r)
				red.Rows(states, nd.AsBytes(x[r*cols:(r+n)*cols]), n, cols, r)
				for c := range cols {
					red.Merge(all, states[c*red.StateSize():][:red.StateSize()])
				}
			}
			red.Run(one, nd.AsBytes(x), 0)
			require.Equal(rt, one, all)
		}
	})
}

func bigOf[T nd.Integer](v T) *big.Int {
	if v < 0 {
		return big.NewInt(int64(v))
	}
	return new(big.Int).SetUint64(uint64(v))
}

func TestReductionErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		p     Params
		dtype nd.DType
		want  string
	}{
		{"sum", nil, nd.Bool, "sum: no loop for bool; use count_nonzero, or Cast first"},
		{"mean", nil, nd.Int8, "mean: no loop for int8; Cast first"},
		{"max", nil, nd.Complex64, "max: no loop for complex64; Cast first"},
		{"nansum", nil, nd.Int8, "nansum: no loop for int8, which has no NaN; use sum"},
		{"nanmean", nil, nd.Int8, "nanmean: no loop for int8; Cast first"},
		{"std", nil, nd.Half, "std: no loop for float16; Cast first"},
		{"var", Params{"ddof": "1"}, nd.Float64, "var: parameter ddof is 1, want a float64"},
		{"min", nil, nd.Datetime64("s"), "min: no loop for datetime64[s]; Cast first"},
	} {
		r, _ := LookupReduction(c.name)
		_, err := r.Result(c.p, c.dtype)
		assert.EqualError(t, err, c.want)
	}
	_, err := reduce[int8](t, "sum", nil, []int8{100, 100, 100}, 2)
	assert.EqualError(t, err, "sum is 300, which int8 does not hold; Cast to int64 first")
	_, err = reduce[int64](t, "sum", nil, []int64{math.MaxInt64, 1}, 2)
	assert.EqualError(t, err, "sum is 9223372036854775808, which int64 does not hold; Cast to float64 first")
	_, err = reduce[int32](t, "prod", nil, []int32{-1 << 31, 1 << 30, 8}, 2)
	assert.EqualError(t, err, "prod is -2^64 or beyond, which int32 does not hold; Cast to float64 first")
	zero, err := reduce[int32](t, "prod", nil, []int32{-1 << 31, 1 << 30, 8, 0, 3}, 2)
	assert.NoError(t, err)
	assert.Zero(t, zero)
}

func TestComplexMoments(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	x := make([]complex128, 600)
	for i := range x {
		x[i] = complex(rng.NormFloat64()+3, rng.NormFloat64()-100)
	}
	for _, name := range []string{"var", "std"} {
		want, _ := reduce[float64](t, name, nil, x, Tile)
		got, _ := reduce[float64](t, name, nil, x, 7, 100, 3)
		assert.InEpsilon(t, want, got, 1e-13)
		columns := reduceColumns[float64](t, name, nil, x, 1, LeafRows)
		assert.InEpsilon(t, want, columns[0], 1e-13)
	}
	mean, _ := reduce[complex128](t, "mean", nil, x, 50)
	columns := reduceColumns[complex128](t, "mean", nil, x, 1, LeafRows)
	assert.InDelta(t, real(mean), real(columns[0]), 1e-13)
	assert.InDelta(t, imag(mean), imag(columns[0]), 1e-12)
}

// TestRowsOfAll compares Rows with Run for what TestColumnsAreColumns leaves
// out: a column by itself, whose elements are in one lane each.
func TestRowsOfAll(t *testing.T) {
	halves := []nd.Float16{0, 0x8000, 0x3c00, 0, 1, 2}
	assert.Equal(t, []int64{1, 2}, reduceColumns[int64](t, "count_nonzero", nil, []nd.Float16{0, 1, 0x8000, 2, 3, 0}, 2, 2))
	assert.Equal(t, []bool{true, true}, reduceColumns[bool](t, "any", nil, halves, 2, 2))
	assert.Equal(t, []bool{false, false}, reduceColumns[bool](t, "all", nil, halves, 2, 1))
	all, _ := reduce[bool](t, "all", nil, []nd.Float16{1, 0x8000}, 2)
	assert.False(t, all)

	x := []float64{1, 2, math.NaN(), 4, 5, 6}
	assert.Equal(t, []float64{6, 12}, reduceColumns[float64](t, "nansum", nil, x, 2, 2))
	assert.Equal(t, []float32{3, 8}, reduceColumns[float32](t, "prod", nil, []float32{1, 2, 3, 4}, 2, 2))
	assert.Equal(t, []complex64{-5 + 10i, 1}, reduceColumns[complex64](t, "prod", nil, []complex64{1 + 2i, 1i, 3 + 4i, -1i}, 2, 2))
	assert.Equal(t, []complex64{4 + 6i, 0}, reduceColumns[complex64](t, "sum", nil, []complex64{1 + 2i, 1i, 3 + 4i, -1i}, 2, 1))
	assert.Equal(t, []int16{-12, 0}, reduceColumns[int16](t, "prod", nil, []int16{3, 4, -4, 0}, 2, 2))
	assert.Equal(t, []bool{false, true}, reduceColumns[bool](t, "min", nil, []bool{true, true, false, true}, 2, 2))
	assert.Equal(t, []int64{1, 0}, reduceColumns[int64](t, "argmin", nil, []bool{true, true, false, true}, 2, 2))
}
