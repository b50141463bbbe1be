package reduce_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

// TestWindow compares windows along each axis, of several chunks, with the reductions
// of slices, one after the other. Rows across the first axis are longer than a strip.
func TestWindow(t *testing.T) {
	shape := []int{40, 15, 20}
	v := make([]float64, 40*15*20)
	for i := range v {
		v[i] = float64(i*37%1009-500) / 8
	}
	x := nd.Must(nd.FromSlice(v, shape...))
	reductions := map[string]func(*chunkgrid.Array[float64], ...reduce.Option) *chunkgrid.Array[float64]{
		"sum": reduce.Sum[float64], "std": reduce.Std[float64], "nanmax": reduce.NaNMax[float64],
	}
	for axis, n := range []int{35, 7, 1} {
		for name, f := range reductions {
			ranges := []nd.Range{nd.Every(1), nd.Every(1), nd.Every(1)}
			var parts []*chunkgrid.Array[float64]
			for i := range shape[axis] - n + 1 {
				ranges[axis] = nd.Span(i, i+n)
				parts = append(parts, f(chunkgrid.FromND(x).Slice(ranges...), reduce.Axis(axis), reduce.KeepDims()))
			}
			for _, c := range []nd.Chunks{nd.Sizes(-1, -1, -1), nd.Sizes(9, 4, 20)} {
				got := f(chunkgrid.FromND(x, c).Named("time", "lat", "lon"), reduce.Axis(axis), reduce.Window(n))
				assert.Equal(t, []string{"time", "lat", "lon"}, got.Dims())
				assertClose(t, chunkgrid.Concatenate(axis, parts...), got, fmt.Sprintf("%s of windows along axis %d, chunks %v", name, axis, c))
			}
		}
	}
}

// TestWindowLong: windows of many leaves, along the last axis and across it, have the
// bits of any array with the same elements, whatever the chunks and workers, and the
// values that reducing each by itself has.
func TestWindowLong(t *testing.T) {
	reductions := map[string]func(*chunkgrid.Array[float64], ...reduce.Option) *chunkgrid.Array[float64]{
		"sum": reduce.Sum[float64], "mean": reduce.Mean[float64], "var": reduce.Var[float64], "min": reduce.Min[float64], "nanstd": reduce.NaNStd[float64],
	}
	for _, columns := range []int{1, 3, 40} {
		v := make([]float64, 2500*columns)
		for i := range v {
			v[i] = float64(i*7919%10007)/1000 + 1e5
		}
		x := nd.Must(nd.FromSlice(v, 2500, columns))
		for _, n := range []int{33, 64, 100, 1000, 2500} {
			for name, f := range reductions {
				whole, err := f(chunkgrid.FromND(x), reduce.Axis(0), reduce.Window(n)).Compute(t.Context(), chunkgrid.Workers(1))
				require.NoError(t, err)
				cut, err := f(chunkgrid.FromND(x, nd.Sizes(170, 7)), reduce.Axis(0), reduce.Window(n)).Compute(t.Context(), chunkgrid.Workers(3))
				require.NoError(t, err)
				require.Equal(t, whole.Data(), cut.Data(), "%s of %d", name, n)
				for _, i := range []int{0, 1, 77, 2500 - n} {
					if i > 2500-n {
						continue
					}
					part := chunkgrid.FromND(x).Slice(nd.Span(i, i+n), nd.Span(columns-1, columns))
					moved, err := f(part, reduce.Axis(0), reduce.Window(n)).Value(t.Context())
					require.NoError(t, err)
					require.Equal(t, whole.At(i, columns-1), moved, "%s of %d, window %d", name, n, i)
					direct, err := f(part).Value(t.Context())
					require.NoError(t, err)
					require.InEpsilon(t, direct, moved, 1e-11, "%s of %d, window %d", name, n, i)
				}
			}
		}
	}
}

// TestWindowPlaces: the places of extremes in windows of many leaves.
func TestWindowPlaces(t *testing.T) {
	v := make([]int32, 600)
	for i := range v {
		v[i] = int32(i * 7919 % 1009)
	}
	const n = 130
	got, err := reduce.ArgMax(chunkgrid.FromND(nd.Must(nd.FromSlice(v)), nd.Sizes(200)), reduce.Window(n), reduce.Axis(0)).Compute(t.Context())
	require.NoError(t, err)
	for i, at := range got.Data() {
		require.EqualValues(t, slices.Index(v[i:i+n], slices.Max(v[i:i+n])), at, i)
	}
}

// TestWindowEnds compares with xarray's rolling(t=4, center=True, min_periods=1) of
// [1, NaN, 2, 4, NaN, NaN, 8, 3]: mean and max.
func TestWindowEnds(t *testing.T) {
	nan := math.NaN()
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{1, nan, 2, 4, nan, nan, 8, 3})), nd.Sizes(3))
	padded := chunkgrid.Pad(x, []int{2}, chunkgrid.Filled(nan)).Slice(nd.To(-1))
	for want, a := range map[string]*chunkgrid.Array[float64]{
		"[1.     1.5    2.3333 3.     3.     6.     5.5    5.5   ] <nil>": reduce.NaNMean(padded, reduce.Window(4)),
		"[1. 2. 4. 4. 4. 8. 8. 8.] <nil>":                                 reduce.NaNMax(padded, reduce.Window(4)),
	} {
		r, err := a.Compute(t.Context())
		assert.Equal(t, want, fmt.Sprint(nd.Format(r, nd.FormatOptions{Precision: 4}), " ", err))
	}
}

// TestWindowReads: of chunks that windows share each is decoded once, within a budget
// that holds a few of them; and the view of a result reads what it is made of.
func TestWindowReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.zarr")
	stored := chunkgrid.Full(1.5, []int{64, 100, 100}, nd.Sizes(4, 100, 100))
	require.NoError(t, chunkgrid.Save(t.Context(), path, chunkgrid.Vars{"x": stored}))
	x, err := chunkgrid.Open[float64](t.Context(), filepath.Join(path, "x"))
	require.NoError(t, err)
	means := reduce.Mean(x, reduce.Axis(0), reduce.Window(6))
	for want, a := range map[int]*chunkgrid.Array[float64]{16: means, 3: means.Slice(nd.Span(9, 13))} {
		got := nd.Must(nd.Zeros[float64](a.Shape()...))
		report, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{a.Into(got)}, chunkgrid.Memory(12<<20))
		require.NoError(t, err)
		assert.Equal(t, want, report.ChunksDecoded)
		assert.LessOrEqual(t, report.Peak, report.ProjectedPeak)
		assert.Equal(t, 1.5, got.At(0, 99, 99))
	}
}

func TestWindowErrors(t *testing.T) {
	f := filled(func(n int) float64 { return float64(n) }) // (3, 4, 5)
	for want, a := range map[string]chunkgrid.Any{
		"reduce.Sum: a window of 6 along axis 2 of length 5":    reduce.Sum(f, reduce.Axis(-1), reduce.Window(6)),
		"reduce.Mean: a window of 0 along axis 0 of length 3":   reduce.Mean(f, reduce.Axis(0), reduce.Window(0)),
		"reduce.Max: a window of -1 along axis 0 of length 3":   reduce.Max(f, reduce.Axis(0), reduce.Window(-1)),
		"reduce.Sum: Window and 2 axes, want one":               reduce.Sum(f, reduce.Axis(0, 1), reduce.Window(2)),
		"reduce.Sum: Window and 0 axes, want one":               reduce.Sum(f, reduce.Window(2)),
		"reduce.Sum: the option Window is for reductions that":  reduce.Sum(f, reduce.Axis(0), reduce.Window(2), reduce.By([]int{0, 0, 0}, 1)),
		"reduce.Median: the option Window is for reductions th": reduce.Median(f, reduce.Axis(0), reduce.Window(2)),
		"reduce.CumSum: the option Window is for reductions th": reduce.CumSum(f, reduce.Axis(0), reduce.Window(2)),
	} {
		require.Error(t, a.Err(), want)
		assert.Contains(t, a.Err().Error(), want)
		assert.Regexp(t, `^window_test.go:\d+: `, a.Err().Error())
	}
	small := chunkgrid.FromND(nd.Must(nd.FromSlice([]int8{100, 27, 1})), nd.Sizes(1))
	_, err := reduce.Sum(small, reduce.Window(2)).Compute(t.Context())
	require.NoError(t, err)
	_, err = reduce.Sum(small, reduce.Window(3)).Compute(t.Context())
	require.ErrorContains(t, err, "128")
}
