package reduce_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	_ "github.com/ndgrid/ndgrid/storage/zarr"
	"github.com/ndgrid/ndgrid/ufunc"
)

// cut3 is a (3, 4, 5) array of the function's values.
func cut3[T nd.Elem](c nd.Chunks, f func(n int) T) *chunkgrid.Array[T] {
	v := make([]T, 60)
	for n := range v {
		v[n] = f(n)
	}
	return chunkgrid.FromND(nd.Must(nd.FromSlice(v, 3, 4, 5)), c).Named("time", "lat", "lon")
}

// alongs has what testdata/along.py writes.
func alongs(c nd.Chunks) map[string]chunkgrid.Any {
	real := func(n int) float64 {
		switch n {
		case (1*4+2)*5 + 3:
			return math.NaN()
		case (2*4+0)*5 + 1:
			return math.Inf(1)
		}
		return float64(n*37%23-11) / 7
	}
	all := map[string]chunkgrid.Any{}
	reals(all, "int8", cut3(c, func(n int) int8 { return int8(n*7%11 - 5) }))
	reals(all, "uint16", cut3(c, func(n int) uint16 { return uint16(n * 7 % 11) }))
	f := cut3(c, real)
	reals(all, "float32", ufunc.Cast[float32](f))
	reals(all, "float64", f)
	numbers(all, "complex128", cut3(c, func(n int) complex128 { return complex(real(n), real((2-n/20)*20+n%20)) }))
	b := cut3(c, func(n int) bool { return n%7%2 == 0 })
	diffs(all, "bool", b)
	tops(all, "bool", b)
	days := make([]nd.Timedelta, 60)
	for n := range days {
		days[n] = nd.Timedelta(n * n % 41)
	}
	dyn := nd.Must(nd.DynFromBytes(nd.Timedelta64("D"), []int{3, 4, 5}, nd.AsBytes(days)))
	diffs(all, "timedelta64", chunkgrid.As[nd.Timedelta](chunkgrid.FromDyn(dyn, c)))
	return all
}

func diffs[T bool | nd.Number | nd.Timedelta](all map[string]chunkgrid.Any, dtype string, a *chunkgrid.Array[T]) {
	for axis := range 3 {
		for times := range 6 {
			all[fmt.Sprintf("diff %s %d %d", dtype, axis, times)] = reduce.Diff(a, times, reduce.Axis(axis-3))
		}
	}
	all[fmt.Sprintf("diff %s last", dtype)] = reduce.Diff(a, 1)
}

func tops[T nd.Ordered](all map[string]chunkgrid.Any, dtype string, a *chunkgrid.Array[T]) {
	for axis, n := range a.Shape() {
		for _, k := range []int{-n, -2, 1, n - 1} {
			all[fmt.Sprintf("topk %s %d %d", dtype, axis, k)] = reduce.TopK(a, k, reduce.Axis(axis))
			all[fmt.Sprintf("argtopk %s %d %d", dtype, axis, k)] = reduce.ArgTopK(a, k, reduce.Axis(axis))
		}
	}
}

func reals[T nd.Real](all map[string]chunkgrid.Any, dtype string, a *chunkgrid.Array[T]) {
	numbers(all, dtype, a)
	tops(all, dtype, a)
}

func numbers[T nd.Number](all map[string]chunkgrid.Any, dtype string, a *chunkgrid.Array[T]) {
	diffs(all, dtype, a)
	factors := a
	if a.DType().IsInteger() { // others do not fit
		factors = chunkgrid.Op[T]("remainder", nil, a, chunkgrid.Constant(T(3)))
	}
	for _, axis := range []string{"0", "1", "2", "None"} {
		var opts []reduce.Option
		if k, err := strconv.Atoi(axis); err == nil {
			opts = []reduce.Option{reduce.Axis(k)}
		}
		all[fmt.Sprintf("cumsum %s %s", dtype, axis)] = reduce.CumSum(a, opts...)
		if !a.DType().IsComplex() {
			all[fmt.Sprintf("cumprod %s %s", dtype, axis)] = reduce.CumProd(factors, opts...)
		}
	}
}

// oneNaN returns the elements' bytes with every NaN as the same one.
func oneNaN(dt nd.DType, b []byte) []byte {
	b = append(nd.MakeBytes(len(b))[:0], b...)
	switch dt {
	case nd.Float32:
		for i, v := range nd.AsSlice[float32](b) {
			if v != v {
				nd.AsSlice[float32](b)[i] = float32(math.NaN())
			}
		}
	case nd.Float64, nd.Complex128:
		for i, v := range nd.AsSlice[float64](b) {
			if v != v {
				nd.AsSlice[float64](b)[i] = math.NaN()
			}
		}
	}
	return b
}

// TestAlong compares what works along an axis with NumPy, to the bit, whatever
// the chunks, the workers and the memory.
func TestAlong(t *testing.T) {
	text, err := os.ReadFile("testdata/along.txt")
	require.NoError(t, err)
	for i, c := range []nd.Chunks{nd.Sizes(-1, -1, -1), nd.Sizes(2, 3, 2), nd.Sizes(1, 1, 1)} {
		all := alongs(c)
		for line := range strings.Lines(string(text)) {
			name, want, _ := strings.Cut(strings.TrimSpace(line), ": ")
			require.NotNil(t, all[name], name)
			got, err := chunkgrid.ComputeDyn(t.Context(), all[name], chunkgrid.Workers(1+i), chunkgrid.Memory(1<<20))
			require.NoError(t, err, name)
			delete(all, name)
			head, bits, _ := strings.Cut(want, ";")
			shape := strings.ReplaceAll(fmt.Sprint(got.Shape()), " ", ", ")
			require.Equal(t, head, fmt.Sprintf("%v %s", got.DType(), shape), name)
			raw, err := hex.DecodeString(strings.TrimSpace(bits))
			require.NoError(t, err)
			require.Equal(t, oneNaN(got.DType(), raw), oneNaN(got.DType(), got.Bytes()), name)
		}
		assert.Empty(t, all, "cases that along.txt lacks")
	}
}

// TestAlongErrors: what can't be is an error when built, which says what.
func TestAlongErrors(t *testing.T) {
	a := cut3(nd.Auto, func(n int) float64 { return float64(n) })
	long := chunkgrid.FromND(nd.Must(nd.Zeros[int8](100)))
	for text, x := range map[string]chunkgrid.Any{
		"axis 3 of an array with 3 axes":                                         reduce.Diff(a, 1, reduce.Axis(3)),
		"axis -4 of an array with 3 axes":                                        reduce.CumSum(a, reduce.Axis(-4)),
		"CumProd: axes [1 2], want one":                                          reduce.CumProd(a, reduce.Axis(1, 2)),
		"CumSum: the option KeepDims":                                            reduce.CumSum(a, reduce.KeepDims()),
		"TopK: 0 elements along axis 2 of length 5, want 1 to 5 of the greatest": reduce.TopK(a, 0),
		"TopK: 4 elements along axis 0 of length 3":                              reduce.TopK(a, 4, reduce.Axis(0)),
		"ArgTopK: -5 elements along axis 1 of length 4, want 1 to 4 of the greatest or -1 to -4 of the least": reduce.ArgTopK(a, -5, reduce.Dim("lat")),
		"reduce.ArgTopK: axis 5 of an array with 3 axes":                                                      reduce.ArgTopK(a, 1, reduce.Axis(5)),
		"TopK: the option By":                        reduce.TopK(a, 1, reduce.By([]int{0, 0, 0}, 1)),
		"axis -1 of an array with 0 axes":            reduce.Diff(a.Slice(nd.At(0), nd.At(0), nd.At(0)), 1),
		`no dimension "depth"`:                       reduce.Diff(a, 1, reduce.Dim("depth")),
		"Diff: axes [0 1], want one":                 reduce.Diff(a, 1, reduce.Axis(0, 1)),
		"Diff: -1 differences, want 0 or more":       reduce.Diff(a, -1),
		"Diff: 65 differences, want 64 at most":      reduce.Diff(long, 65),
		"the option KeepDims is for reductions":      reduce.Diff(a, 1, reduce.KeepDims()),
		"the option DDof is for variances":           reduce.Diff(a, 1, reduce.DDof(1)),
		"the option Method is for Quantile":          reduce.Diff(a, 1, reduce.Method("linear")),
		"the option By is for reductions that merge": reduce.Diff(a, 1, reduce.By([]int{0, 0, 0}, 1)),
	} {
		require.ErrorContains(t, x.Err(), text)
		assert.Equal(t, 1, strings.Count(x.Err().Error(), "\n")+1, text)
	}
	require.NoError(t, reduce.Diff(long, 1000).Err())
}

// TestScanOverflow: a total that the dtype does not hold is an error, which
// names it.
func TestScanOverflow(t *testing.T) {
	for _, c := range []nd.Chunks{nd.Auto, nd.Sizes(1)} {
		for want, a := range map[string]*chunkgrid.Array[int8]{
			"cumsum is 128, which int8 does not hold; Cast to int64":   reduce.CumSum(chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{100, 27, 1})), c)),
			"cumsum is -129, which int8 does not hold; Cast to int64":  reduce.CumSum(chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{-100, -28, -1})), c)),
			"cumprod is -130, which int8 does not hold; Cast to int64": reduce.CumProd(chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{-13, 10, 0})), c)),
			"cumprod is 128, which int8 does not hold; Cast to int64":  reduce.CumProd(chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{-128, -1, 0})), c)),
		} {
			_, err := a.Compute(t.Context())
			require.ErrorContains(t, err, want)
		}
		big := chunkgrid.FromND(nd.Must(nd.FromSlice([]uint64{math.MaxUint64, 1})), c)
		_, err := reduce.CumSum(big).Compute(t.Context())
		require.ErrorContains(t, err, "cumsum is 18446744073709551616, which uint64 does not hold; Cast to float64")
		_, err = reduce.CumProd(big.Slice(nd.Every(-1))).Compute(t.Context())
		require.NoError(t, err)
	}
}

// TestScanMemory: many chunks along the axis of a wide array stay within the
// promise, with the totals in a scratch file.
func TestScanMemory(t *testing.T) {
	const rows, columns, budget = 400, 8000, 24 << 20
	value := func(i, j int) float64 { return float64(i*j%7) / 7 }
	x := chunkgrid.FromFunc("", []int{rows, columns}, nd.Sizes(1, 2000), func(dst []float64, box nd.Box) {
		for i := range dst {
			dst[i] = value(box.Start[0]+i/box.Shape[1], box.Start[1]+i%box.Shape[1])
		}
	})
	got := nd.Must(nd.Zeros[float64](rows, columns))
	report, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{reduce.CumSum(x, reduce.Axis(0)).Into(got)}, chunkgrid.Workers(2), chunkgrid.Memory(budget))
	require.NoError(t, err)
	assert.LessOrEqual(t, report.Peak, report.ProjectedPeak)
	assert.LessOrEqual(t, report.ProjectedPeak, budget)
	for j := range columns {
		want := 0.0
		for i := range rows {
			if want += value(i, j); got.At(i, j) != want {
				require.Equal(t, want, got.At(i, j), "row %d, column %d", i, j)
			}
		}
	}
}

// TestTopKMany compares rows of many chunks, with many equal elements, NaN and
// zeros of both signs, with a stable sort. Chunks shorter than k are joined
// first, and what is left of long ones again.
func TestTopKMany(t *testing.T) {
	const rows, n = 3, 5000
	v := make([]float64, rows*n)
	for i := range v {
		v[i] = float64(i*i%613 - 300)
		switch {
		case v[i] == 0 && i%2 == 1:
			v[i] = math.Copysign(0, -1)
		case i%1009 == 5:
			v[i] = math.NaN()
		}
	}
	sorted := func(row, k int, less func(a, b float64) bool) []int {
		at := make([]int, n)
		for i := range at {
			at[i] = i
		}
		sort.SliceStable(at, func(i, j int) bool {
			a, b := v[row*n+at[i]], v[row*n+at[j]]
			if k > 0 {
				a, b = b, a
			}
			return less(a, b)
		})
		return at[:max(k, -k)]
	}
	above := func(a, b float64) bool { return a < b || a == a && b != b } // NaN is above all
	below := func(a, b float64) bool {
		return above(a, b) || a == 0 && b == 0 && math.Signbit(a) && !math.Signbit(b)
	}
	none, err := reduce.TopK(chunkgrid.FromND(nd.Must(nd.Zeros[float32](0, n)), nd.Sizes(1, 10)), 20).Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{0, 20}, none.Shape())
	for _, k := range []int{1, 3, -3, 700, -2000, n} {
		for _, length := range []int{7, 900, n} {
			x := chunkgrid.FromND(nd.Must(nd.FromSlice(v, rows, n)), nd.Sizes(2, length))
			top, err := reduce.TopK(x, k).Compute(t.Context(), chunkgrid.Workers(3))
			require.NoError(t, err)
			places, err := reduce.ArgTopK(x, k).Compute(t.Context(), chunkgrid.Workers(3))
			require.NoError(t, err)
			for r := range rows {
				for i, at := range sorted(r, k, below) {
					require.Equal(t, fmt.Sprint(v[r*n+at]), fmt.Sprint(top.At(r, i)), "element %d of %d, chunks of %d", i, k, length)
				}
				for i, at := range sorted(r, k, above) {
					require.EqualValues(t, at, places.At(r, i), "place %d of %d, chunks of %d", i, k, length)
				}
			}
		}
	}
}

// TestAlongReads counts how often stored chunks are decoded: the values and their
// places come of one pass, running totals of two, without the last chunk in one.
func TestAlongReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.zarr")
	stored := cut3(nd.Sizes(1, -1, -1), func(n int) float64 { return float64(n) })
	require.NoError(t, chunkgrid.Save(t.Context(), path, chunkgrid.Vars{"x": stored}))
	x, err := chunkgrid.Open[float64](t.Context(), filepath.Join(path, "x"))
	require.NoError(t, err)
	places := reduce.ArgTopK(x, 2, reduce.Axis(0))
	report, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{places.Into(nd.Must(nd.Zeros[int64](places.Shape()...)))})
	require.NoError(t, err)
	assert.Equal(t, 3, report.ChunksDecoded)
	sums := reduce.CumSum(x, reduce.Axis(0))
	report, err = chunkgrid.Run(t.Context(), []chunkgrid.Out{sums.Into(nd.Must(nd.Zeros[float64](sums.Shape()...)))})
	require.NoError(t, err)
	assert.Equal(t, 5, report.ChunksDecoded)
}
