package reduce_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

var shares = []float64{0, 0.05, 0.1, 0.25, 1. / 3, 0.5, 0.7, 0.95, 1}

// quantiles has what testdata/quantile.py prints.
func quantiles(c nd.Chunks) map[string]chunkgrid.Any {
	v := make([]float64, 120)
	for i := range v {
		v[i] = float64(i*37%101-50) / 7
	}
	x := chunkgrid.FromND(nd.Must(nd.FromSlice(slices.Clone(v), 4, 5, 6)), c)
	w := append([]float64{}, v...)
	w[(1*5+2)*6+3] = math.NaN()
	h := chunkgrid.FromND(nd.Must(nd.FromSlice(w, 4, 5, 6)), c)
	nan := math.Float64frombits(0x7FF8000000000000) // NumPy's
	for i := range v {
		if at := i % 30; i%7 == 0 || i/30 == 1 && at >= 12 && at < 24 && at%6 > 0 || i/30 == 2 && at >= 6 && at < 12 {
			v[i] = nan
		}
	}
	g := chunkgrid.FromND(nd.Must(nd.FromSlice(v, 4, 5, 6)), c)
	all := map[string]chunkgrid.Any{}
	for name, o := range map[string][]reduce.Option{"0": {reduce.Axis(0)}, "1": {reduce.Axis(1)}, "-1": {reduce.Axis(-1)}, "None": nil} {
		for _, m := range []string{"linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "interpolated_inverted_cdf", "hazen", "weibull",
			"median_unbiased", "normal_unbiased"} {
			all[m+" "+name] = reduce.Quantile(x, shares, append(o, reduce.Method(m))...)
		}
		all["median "+name] = reduce.Median(x, o...)
		for _, m := range []string{"linear", "nearest"} {
			all["nanquantile "+m+" "+name] = reduce.NaNQuantile(g, shares, append(o, reduce.Method(m))...)
		}
		all["nanmedian "+name] = reduce.NaNMedian(g, o...)
		all["nan "+name] = reduce.Quantile(h, shares, o...)
		all["keepdims "+name] = reduce.Quantile(x, shares, append(o, reduce.KeepDims())...)
		all["float32 "+name] = ufunc.Cast[float64](reduce.Quantile(ufunc.Cast[float32](x), shares, o...))
	}
	return all
}

// TestQuantile compares every method, in several chunks, with NumPy.
func TestQuantile(t *testing.T) {
	comparePython(t, "quantile.py", []nd.Chunks{nd.Sizes(-1, -1, -1), nd.Sizes(2, 3, 4), nd.Sizes(1, 1, 1)}, quantiles, func(d nd.Dyn) string {
		return fmt.Sprintf("%s %x", strings.ReplaceAll(fmt.Sprint(d.Shape()), " ", ", "), d.Bytes())
	})
}

// TestQuantileEdges: one element, equal and infinite ones; names of dimensions.
func TestQuantileEdges(t *testing.T) {
	inf := math.Inf(1)
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{1, inf, inf, -inf}))).Named("time")
	got, err := reduce.Quantile(x, []float64{0, 0.3, 0.7, 1}, reduce.Dim("time")).Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []float64{-inf, -inf, inf, inf}, got.Data())
	v, err := reduce.Median(x.Slice(nd.To(1))).Value(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1.0, v)
	f := filled(func(n int) float32 { return float32(n) })
	assert.Equal(t, []string{"", "time", "lon"}, reduce.Quantile(f, shares, reduce.Dim("lat")).Dims())
	assert.Equal(t, []int{0, 3, 4}, reduce.Quantile(f, nil, reduce.Dim("lon")).Shape())
	assert.Equal(t, []int{3, 5}, reduce.Median(f, reduce.Dim("lat")).Shape())
}

func TestQuantileErrors(t *testing.T) {
	f := filled(func(n int) float64 { return float64(n) })
	for want, a := range map[string]chunkgrid.Any{
		"reduce.Quantile: quantile 1.5 is not from 0 to 1":          reduce.Quantile(f, []float64{0.5, 1.5}, reduce.Axis(0)),
		"reduce.Quantile: quantile -1e-300 is not from 0 to 1":      reduce.Quantile(f, []float64{0, -1e-300}),
		"reduce.Quantile: quantile +Inf is not from 0 to 1":         reduce.Quantile(f, []float64{math.Inf(1)}, reduce.Axis(2)),
		"reduce.Quantile: quantile NaN is not from 0 to 1":          reduce.Quantile(f, []float64{math.NaN()}),
		`reduce.Quantile: unknown method "cubic", there are linear`: reduce.Quantile(f, shares, reduce.Method("cubic")),
		"reduce.Quantile: axes [0 1], want one":                     reduce.Quantile(f, shares, reduce.Axis(0, 1)),
		`reduce.Median: no dimension "depth"`:                       reduce.Median(f, reduce.Dim("depth")),
		"reduce.Median: the option Method is for Quantile":          reduce.Median(f, reduce.Method("lower")),
		"reduce.Mean: the option Method is for Quantile":            reduce.Mean(f, reduce.Method("lower")),
		"reduce.Median: the option DDof is for variances":           reduce.Median(f, reduce.DDof(1)),
		"reduce.Quantile: shape [0]: nothing has no quantiles":      reduce.Quantile(f.Slice(nd.To(0)), shares),
		"axis 3 of an array with 3 axes":                            reduce.Quantile(f, shares, reduce.Axis(3)),
		"reduce.NaNQuantile: quantile 5 is not from 0 to 1":         reduce.NaNQuantile(f, []float64{5}),
		"reduce.NaNMedian: the option Method is for Quantile":       reduce.NaNMedian(f, reduce.Method("lower")),
	} {
		require.Error(t, a.Err(), want)
		assert.Contains(t, a.Err().Error(), want)
		assert.Regexp(t, `^quantile_test.go:\d+: `, a.Err().Error())
	}
}
