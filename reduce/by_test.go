package reduce_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestBy compares groups along each axis, of several chunks and numbers of
// workers, with the reduction of the elements of each group taken out.
func TestBy(t *testing.T) {
	shape := []int{37, 6, 20}
	v := make([]float64, 37*6*20)
	for i := range v {
		v[i] = float64(i*37%1009-500) / 8
	}
	x := nd.Must(nd.FromSlice(v, shape...))
	reductions := map[string]func(*chunkgrid.Array[float64], ...reduce.Option) *chunkgrid.Array[float64]{
		"sum": reduce.Sum[float64], "mean": reduce.Mean[float64], "min": reduce.Min[float64], "std": reduce.Std[float64], "nanmax": reduce.NaNMax[float64],
	}
	chunks := []nd.Chunks{nd.Sizes(10, 3, 20), nd.Sizes(-1, -1, -1), nd.Sizes(1, 6, 7)}
	if testing.Short() {
		chunks = chunks[:1]
	}
	for axis, length := range shape {
		for kind, label := range map[string]func(i int) int{
			"in turn": func(i int) int { return i % 5 }, "in stretches": func(i int) int { return i * 5 / length }, "anyhow": func(i int) int { return i * i % 7 % 5 },
		} {
			labels, places := make([]int, length), make([][]int, 5)
			for i := range labels {
				labels[i] = label(i)
				places[label(i)] = append(places[label(i)], i)
			}
			for name, f := range reductions {
				for _, c := range chunks {
					a := chunkgrid.FromND(x, c).Named("time", "lat", "lon")
					noValue := name == "min" || name == "nanmax"
					var groups []*chunkgrid.Array[float64]
					for _, p := range places {
						if noValue && len(p) == 0 {
							none := slices.Clone(shape)
							none[axis] = 1
							groups = append(groups, chunkgrid.Full(math.NaN(), none, nd.Auto))
							continue
						}
						groups = append(groups, f(chunkgrid.FromND(x).Take(axis, p), reduce.Axis(axis), reduce.KeepDims()))
					}
					want := chunkgrid.Concatenate(axis, groups...)
					got := f(a, reduce.Axis(axis), reduce.By(labels, 5))
					dims := []string{"time", "lat", "lon"}
					dims[axis] = "group"
					assert.Equal(t, dims, got.Dims())
					assertClose(t, want, got, fmt.Sprintf("%s of groups %s along axis %d, chunks %v", name, kind, axis, c))
				}
			}
		}
	}
}

// assertClose compares two arrays; the second has the same bits for any workers.
func assertClose(t *testing.T, want, got *chunkgrid.Array[float64], msg string) {
	t.Helper()
	w, err := want.Compute(t.Context())
	require.NoError(t, err, msg)
	g, err := got.Compute(t.Context(), chunkgrid.Workers(1))
	require.NoError(t, err, msg)
	require.Equal(t, w.Shape(), g.Shape(), msg)
	for i, v := range w.Data() {
		require.InDelta(t, v, g.Data()[i], 1e-12*max(1, math.Abs(v)), msg)
	}
	again, err := got.Compute(t.Context(), chunkgrid.Workers(3), chunkgrid.Memory(8<<20))
	require.NoError(t, err, msg)
	require.Equal(t, g.Bytes(), again.Bytes(), msg)
}

// TestByLargeGroups rechunks an array whose groups would not fit.
func TestByLargeGroups(t *testing.T) {
	x := chunkgrid.Full(2.0, []int{40, 30, 5000}, nd.Sizes(4, -1, -1))
	labels := make([]int, 40)
	for i := range labels {
		labels[i] = i % 20
	}
	got, err := reduce.Sum(x, reduce.Axis(0), reduce.By(labels, 20)).Compute(t.Context(), chunkgrid.Memory(64<<20))
	require.NoError(t, err)
	assert.Equal(t, []int{20, 30, 5000}, got.Shape())
	for _, v := range got.Data() {
		require.Equal(t, 4.0, v)
	}
}

func TestByErrors(t *testing.T) {
	f := filled(func(n int) float64 { return float64(n) }) // (3, 4, 5)
	whole := filled(func(n int) int16 { return int16(n) })
	by := func(n int, labels ...int) reduce.Option { return reduce.By(labels, n) }
	for want, a := range map[string]chunkgrid.Any{
		"reduce.Sum: label 2 at place 1, for 2 groups":                     reduce.Sum(f, reduce.Axis(0), by(2, 0, 2, 1)),
		"reduce.Sum: label -1 at place 2, for 2 groups":                    reduce.Sum(f, reduce.Axis(0), by(2, 0, 1, -1)),
		"reduce.Sum: 16777217 groups, want 0 to 16777216":                  reduce.Sum(f, reduce.Axis(0), by(1<<24+1, 0, 1, 2)),
		"reduce.Sum: -1 groups, want 0 to 16777216":                        reduce.Sum(f, reduce.Axis(0), by(-1, 0, 1, 2)),
		"reduce.Max: 9223372036854775807 groups, want 0 to 16777216":       reduce.Max(f, reduce.Axis(0), by(math.MaxInt, 0, 1, 2)),
		"reduce.Sum: label -9223372036854775808 at place 0, for 2 groups":  reduce.Sum(f, reduce.Axis(0), by(2, math.MinInt, 0, 1)),
		"reduce.Mean: 0 labels for an axis of length 3":                    reduce.Mean(f, reduce.Axis(0), by(2)),
		"reduce.Sum: 2 labels for an axis of length 3":                     reduce.Sum(f, reduce.Axis(0), by(2, 0, 1)),
		"reduce.Min: group 1 of 3 is empty; min of nothing has no value":   reduce.Min(whole, reduce.Axis(0), by(3, 0, 0, 2)),
		"reduce.Sum: By and 2 axes, want one":                              reduce.Sum(f, reduce.Axis(0, 1), by(1, 0, 0, 0)),
		"reduce.Sum: By and 0 axes":                                        reduce.Sum(f, by(1, 0, 0, 0)),
		"reduce.ArgMax: there is no argmax by groups":                      reduce.ArgMax(f, reduce.Axis(0), by(1, 0, 0, 0)),
		"reduce.Median: the option By is for reductions that merge chunks": reduce.Median(f, reduce.Axis(0), by(1, 0, 0, 0)),
	} {
		require.Error(t, a.Err(), want)
		assert.Contains(t, a.Err().Error(), want)
		assert.Regexp(t, `^by_test.go:\d+: `, a.Err().Error())
	}
}

// TestByEmpty: a group without elements, in the middle and along the last axis.
func TestByEmpty(t *testing.T) {
	f := filled(func(n int) float64 { return float64(n) }) // (3, 4, 5)
	nan := math.NaN()
	for name, c := range map[string]struct {
		got  *chunkgrid.Array[float64]
		want []float64
	}{
		"sum":    {reduce.Sum(f, reduce.Axis(0), reduce.By([]int{2, 2, 0}, 3)), []float64{40, 0, 20}},
		"mean":   {reduce.Mean(f, reduce.Axis(0), reduce.By([]int{2, 2, 0}, 3)), []float64{40, nan, 10}},
		"min":    {reduce.Min(f, reduce.Axis(0), reduce.By([]int{2, 2, 0}, 3)), []float64{40, nan, 0}},
		"nanmax": {reduce.NaNMax(f, reduce.Axis(0), reduce.By([]int{2, 2, 0}, 3)), []float64{40, nan, 20}},
		"max":    {reduce.Max(f, reduce.Axis(2), reduce.By([]int{0, 0, 0, 0, 2}, 3)).MoveAxis(2, 0), []float64{3, nan, 4}},
		"float32": {ufunc.Cast[float64](reduce.Max(ufunc.Cast[float32](f), reduce.Axis(0), reduce.By([]int{2, 2, 0}, 3))),
			[]float64{40, nan, 20}},
	} {
		got, err := c.got.Compute(t.Context())
		require.NoError(t, err, name)
		for g, want := range c.want {
			assert.Equal(t, fmt.Sprint(want), fmt.Sprint(got.At(g, 0, 0)), "%s of group %d", name, g)
		}
	}
}
