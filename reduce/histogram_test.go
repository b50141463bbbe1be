package reduce_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// histograms has what testdata/histogram.py prints.
func histograms(c nd.Chunks) map[string]chunkgrid.Any {
	n := 200_000
	x, nan, w := make([]float64, n), make([]float64, n), make([]float64, n)
	k := make([]int64, n)
	for i := range x {
		x[i], w[i], k[i] = float64(i*7919%100_003)/1000, float64(i%17)/8, int64(i%251)
		nan[i] = x[i]
		if i%7 < 3 {
			nan[i] = []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[i%7]
		}
	}
	array := func(v []float64) *chunkgrid.Array[float64] {
		return chunkgrid.FromND(nd.Must(nd.FromSlice(v, 20, 50, 200)), c)
	}
	a, h, weights := array(x), array(nan), array(w)
	ints := chunkgrid.FromND(nd.Must(nd.FromSlice(k, 20, 50, 200)), c)
	all := map[string]chunkgrid.Any{}
	for _, b := range []struct {
		bins   int
		lo, hi float64
	}{{1000, 0, 100}, {777, 0.1, 77.7}, {3, -1e-300, 1e300}, {10, 50, 50.1}, {64, -3, 120}} {
		e := nd.Must(nd.Linspace(b.lo, b.hi, b.bins+1)).Data()
		all[fmt.Sprint("uniform ", b.bins)] = reduce.Histogram(a, e)
		all[fmt.Sprint("weights ", b.bins)] = reduce.WeightedHistogram(a, weights, e)
		all[fmt.Sprint("nan ", b.bins)] = reduce.Histogram(h, e)
		all[fmt.Sprint("int32 ", b.bins)] = reduce.Histogram(ufunc.Cast[int32](a), e)
	}
	edges := []float64{0, 1, 1, 5, 20.5, 99}
	all["edges"] = reduce.Histogram(a, edges)
	all["infinite edges"] = reduce.Histogram(h, []float64{math.Inf(-1), 3, 7, math.Inf(1)})
	all["edges weights"] = reduce.WeightedHistogram(a, weights, edges)
	all["edges float32"] = reduce.Histogram(ufunc.Cast[float32](a), edges)
	all["bincount"] = reduce.Bincount(ints, 300)
	all["bincount uint8"] = reduce.Bincount(ufunc.Cast[uint8](ints), 251)
	all["bincount weights"] = reduce.WeightedBincount(ints, weights, 251)
	return all
}

// TestHistogram compares with NumPy, in several chunks.
func TestHistogram(t *testing.T) {
	comparePython(t, "histogram.py", []nd.Chunks{nd.Sizes(-1, -1, -1), nd.Sizes(7, 50, 63)}, histograms, func(d nd.Dyn) string {
		var text []string
		for i := range d.Size() {
			if counts, ok := d.(*nd.Array[int64]); ok {
				text = append(text, fmt.Sprint(counts.Data()[i]))
			} else if v := d.(*nd.Array[float64]).Data()[i]; v == math.Trunc(v) {
				text = append(text, fmt.Sprintf("%.1f", v)) // as Python writes floats
			} else {
				text = append(text, fmt.Sprint(v))
			}
		}
		return strings.Join(text, " ")
	})
}

// TestHistogramEdges: nothing at all, one element, no bins; names of dimensions.
func TestHistogramEdges(t *testing.T) {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{1, 2, 2, 3, 0.5, 4})))
	for want, a := range map[string]*chunkgrid.Array[int64]{
		"[1 3]":   reduce.Histogram(x, []float64{1, 2, 3}),
		"[0 0]":   reduce.Histogram(x.Slice(nd.To(0)), []float64{1, 2, 3}),
		"[0 1]":   reduce.Histogram(x.Slice(nd.At(1)), []float64{1, 2, 3}),
		"[0 2 0]": reduce.Histogram(x, []float64{2, 2, 2.5, 2.75}),
		"[2 0]":   reduce.Bincount(ufunc.Cast[int8](x.Slice(nd.At(4)).Reshape(1)).Repeat(0, 2), 2),
		"[]":      reduce.Bincount(ufunc.Cast[int8](x.Slice(nd.To(0))), 0),
	} {
		got, err := a.Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, fmt.Sprint(got.Data()))
		assert.Equal(t, []string{"bin"}, a.Dims())
	}
}

func TestHistogramErrors(t *testing.T) {
	f := filled(func(n int) float64 { return float64(n) })
	i := filled(func(n int) int32 { return int32(n) - 1 })
	for want, a := range map[string]chunkgrid.Any{
		"reduce.Histogram: 1 edges, want 2 or more":                                        reduce.Histogram(f, []float64{1}),
		"reduce.Histogram: edge 2 is 1 in [2 1]":                                           reduce.Histogram(f, []float64{0, 2, 1}),
		"reduce.Histogram: edge 1 is NaN in [0 NaN]":                                       reduce.Histogram(f, []float64{0, math.NaN()}),
		"reduce.WeightedHistogram: weights of float64 and shape [2 4 5] for shape [3 4 5]": reduce.WeightedHistogram(f, f.Slice(nd.To(2)), []float64{0, 1}),
		"reduce.Bincount: -1 bins, want 0 or more":                                         reduce.Bincount(i, -1),
		"reduce.WeightedBincount: weights of float64 and shape [20] for shape [3 4 5]":     reduce.WeightedBincount(i, f.Flatten().Slice(nd.To(20)), 1),
	} {
		require.Error(t, a.Err(), want)
		assert.Contains(t, a.Err().Error(), want)
		assert.Regexp(t, `^histogram_test.go:\d+: `, a.Err().Error())
	}
	_, err := reduce.Bincount(i, 100).Compute(t.Context())
	require.ErrorIs(t, err, nd.ErrIndex)
	assert.ErrorContains(t, err, "element 0 of the chunk at [0 0 0] is -1, want 0 to 99")
	assert.ErrorContains(t, reduce.WeightedBincount(chunkgrid.Constant(int64(1)), nil, 2).Err(), "nil array")
}

// TestHistogramMemory: a chunk of bytes isn't copied as floats, or integers, of eight bytes.
func TestHistogramMemory(t *testing.T) {
	x := chunkgrid.FromFunc("", []int{4 << 20}, nd.Sizes(1<<20), func(dst []uint8, _ nd.Box) { clear(dst) })
	for name, a := range map[string]*chunkgrid.Array[int64]{"histogram": reduce.Histogram(x, []float64{0, 1}), "bincount": reduce.Bincount(x, 2)} {
		e, err := a.Explain(chunkgrid.Workers(1))
		require.NoError(t, err)
		assert.Less(t, e.Peak, 3<<20, name)
		counts, err := a.Compute(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 4<<20, counts.At(0), name)
	}
}
