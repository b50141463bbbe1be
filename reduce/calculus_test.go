package reduce_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// calculus has what testdata/calculus.py prints, of chunks of so many rows and columns.
func calculus(rows, columns int) map[string]chunkgrid.Any {
	v := make([]float64, 7*300)
	at, sum := make([]float64, 300), 0.0
	for i := range v {
		v[i] = float64(i*37%1009-500)/7 + 1e6
	}
	for i := range at {
		sum += float64(i%5) + 0.5
		at[i] = sum
	}
	x := chunkgrid.FromND(nd.Must(nd.FromSlice(v, 7, 300)), nd.Sizes(rows, columns))
	c := ufunc.Sub(x, 1e6).SliceText(":, :40").Reshape(7, 5, 8)
	narrow := ufunc.Cast[float32](c)
	all := map[string]chunkgrid.Any{
		"cov": reduce.Cov(x), "cov 0": reduce.Cov(x, reduce.DDof(0)), "cov columns": reduce.Cov(x.SliceText(":, :60"), reduce.Axis(0)),
		"cov float32": reduce.Cov(narrow.Slice(nd.At(0))),
		"corrcoef":    reduce.CorrCoef(x), "corrcoef columns": reduce.CorrCoef(x.Named("t", "p"), reduce.Dim("t")).SliceText(":50, :50"),
		"gradient short": reduce.Gradient(c.SliceText(":, :2"), []float64{2}, reduce.Axis(1)), "gradient float32": reduce.Gradient(narrow, []float64{0.5}),
	}
	cosines := make([]float64, 40)
	for i := range cosines {
		cosines[i] = math.Cos(float64(i))
	}
	all["correlate 0"] = reduce.Correlate(c, []float64{0.5, -2, 3}, reduce.Axis(0))
	all["correlate 2"] = reduce.Correlate(c, []float64{0.25, 1.25, 2.25, 3.25, 4.25, 5.25, 6.25, 7.25})
	all["correlate float32"] = reduce.Correlate(narrow, []float64{1, 1, 0.5})
	all["correlate long"] = reduce.Correlate(x, cosines).Slice(nd.At(0))
	for axis, n := range c.Shape() {
		for edge := 1; edge <= 2; edge++ {
			o := []reduce.Option{reduce.Axis(axis - 3), reduce.EdgeOrder(edge)}
			all[fmt.Sprintf("gradient %d %d", axis, edge)] = reduce.Gradient(c, []float64{0.3}, o...)
			all[fmt.Sprintf("gradient places %d %d", axis, edge)] = reduce.Gradient(c, at[:n], o...)
		}
		all[fmt.Sprintf("trapezoid %d", axis)] = reduce.Trapezoid(c, []float64{0.3}, reduce.Axis(axis))
		all[fmt.Sprintf("trapezoid places %d", axis)] = reduce.Trapezoid(c, at[:n], reduce.Axis(axis))
	}
	return all
}

// TestCalculus compares with NumPy.
func TestCalculus(t *testing.T) {
	lines := pythonLines(t, "calculus.py")
	for _, c := range [][2]int{{7, 300}, {3, 50}, {1, 7}} {
		all := calculus(c[0], c[1])
		for name, text := range lines {
			require.NotNil(t, all[name], name)
			got, err := chunkgrid.ComputeDyn(t.Context(), all[name], chunkgrid.Memory(16<<20))
			require.NoError(t, err, name)
			shape, values, _ := strings.Cut(text, "] ")
			assert.Equal(t, shape+"]", strings.ReplaceAll(fmt.Sprint(got.Shape()), " ", ", "), name)
			want := floats(t, values)
			greatest, within := 0.0, 1e-12
			if got.DType() == nd.Float32 {
				within = 1e-6
			}
			for _, v := range want {
				greatest = max(greatest, math.Abs(v))
			}
			for i, v := range floatsOf(got) {
				require.InDelta(t, want[i], v, within*greatest, "%s: element %d", name, i)
			}
			delete(all, name)
		}
		assert.Empty(t, all, "cases that calculus.py lacks")
	}
}

func floats(t *testing.T, text string) (v []float64) {
	t.Helper()
	for _, field := range strings.Fields(text) {
		var x float64
		_, err := fmt.Sscan(field, &x)
		require.NoError(t, err)
		v = append(v, x)
	}
	return v
}

func floatsOf(d nd.Dyn) (v []float64) {
	if a, ok := d.(*nd.Array[float32]); ok {
		for _, x := range a.Data() {
			v = append(v, float64(x))
		}
		return v
	}
	return d.(*nd.Array[float64]).Data()
}

// TestCovReads: more observations than fit, in chunks that are decoded twice, within
// the budget; the result is symmetric to the bit, and NaN stays with its variable.
func TestCovReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.zarr")
	x := chunkgrid.FromFunc("", []int{5, 200_000}, nd.Sizes(5, 10_000), func(dst []float64, box nd.Box) {
		for i := range dst {
			r, c := i/box.Shape[1], box.Start[1]+i%box.Shape[1]
			if dst[i] = float64((c*(r+3)*7919)%1013) - float64(r*500); r == 3 && c == 77 {
				dst[i] = math.NaN()
			}
		}
	})
	require.NoError(t, chunkgrid.Save(t.Context(), path, chunkgrid.Vars{"x": x}))
	stored, err := chunkgrid.Open[float64](t.Context(), path+"/x")
	require.NoError(t, err)
	got := nd.Must(nd.Zeros[float64](5, 5))
	report, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{reduce.Cov(stored).Into(got)}, chunkgrid.Memory(6<<20))
	require.NoError(t, err)
	assert.Equal(t, 40, report.ChunksDecoded)
	assert.LessOrEqual(t, report.Peak, report.ProjectedPeak)
	for i := range 5 {
		for j := range 5 {
			if i == 3 || j == 3 {
				assert.True(t, math.IsNaN(got.At(i, j)))
			} else {
				assert.Equal(t, got.At(i, j), got.At(j, i))
			}
		}
	}
	v, err := reduce.Var(stored.Slice(nd.At(2)), reduce.DDof(1)).Value(t.Context())
	require.NoError(t, err)
	assert.InEpsilon(t, v, got.At(2, 2), 1e-13)
}

func TestCalculusErrors(t *testing.T) {
	a := cut3(nd.Auto, func(n int) float64 { return float64(n) }) // (3, 4, 5)
	for text, x := range map[string]chunkgrid.Any{
		"Cov: shape [3 4 5], want two axes":                                         reduce.Cov(a),
		"CorrCoef: the option KeepDims":                                             reduce.CorrCoef(a.Slice(nd.At(0)), reduce.KeepDims()),
		"Gradient: 2 coordinates along axis 2 of length 5, want as many, or 1":      reduce.Gradient(a, []float64{1, 2}),
		"Gradient: order 3 at the ends, want 1 or 2":                                reduce.Gradient(a, []float64{1}, reduce.EdgeOrder(3)),
		"Gradient: axis 0 has length 1, want 2 or more for order 1 at its ends":     reduce.Gradient(a.Slice(nd.To(1)), []float64{1}, reduce.Axis(0)),
		"Gradient: axis 0 has length 2, want 3 or more for order 2 at its ends":     reduce.Gradient(a.Slice(nd.To(2)), []float64{1}, reduce.Axis(0), reduce.EdgeOrder(2)),
		"Trapezoid: the option EdgeOrder is for Gradient":                           reduce.Trapezoid(a, []float64{1}, reduce.EdgeOrder(1)),
		"Mean: the option EdgeOrder is for Gradient":                                reduce.Mean(a, reduce.EdgeOrder(1)),
		"Quantile: the option EdgeOrder is for Gradient":                            reduce.Quantile(a, nil, reduce.EdgeOrder(1)),
		"Correlate: 0 weights along axis 2 of length 5":                             reduce.Correlate(a, nil),
		"Correlate: 4 weights along axis 0 of length 3":                             reduce.Correlate(a, make([]float64, 4), reduce.Axis(0)),
		"Trapezoid: axes [0 1], want one":                                           reduce.Trapezoid(a, []float64{1}, reduce.Axis(0, 1)),
		"Trapezoid: 0 coordinates along axis 1 of length 4, want as many, or 1 for": reduce.Trapezoid(a, nil, reduce.Axis(1)),
	} {
		require.ErrorContains(t, x.Err(), text)
		assert.Regexp(t, `^calculus_test.go:\d+: `, x.Err().Error())
	}
}

// TestTrapezoidLong: an axis may be far longer than memory; where its elements are
// equally far apart no list of weights is made.
func TestTrapezoidLong(t *testing.T) {
	rows := chunkgrid.Full(1.5, []int{3, 1 << 40}, nd.Auto)
	e, err := reduce.Trapezoid(rows, []float64{0.5}).Explain(chunkgrid.Workers(1), chunkgrid.Memory(64<<20))
	require.NoError(t, err)
	require.NoError(t, e.Err)
	for n, want := range map[int]float64{0: 0, 1: 0, 2: 0.75, 3: 1.5, 1000: 999 * 0.75, 2_000_000: 1_999_999 * 0.75} {
		got, err := reduce.Trapezoid(chunkgrid.Full(1.5, []int{n}, nd.Sizes(n/3+1)), []float64{0.5}).Value(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, got, n)
	}
	for _, v := range []float64{math.Inf(1), math.NaN()} { // as NumPy
		got, err := reduce.Trapezoid(chunkgrid.Full(v, []int{2, 1}, nd.Auto), []float64{3}).Compute(t.Context())
		require.NoError(t, err)
		assert.True(t, nd.ArrayEqual(nd.Must(nd.Zeros[float64](2)), got), got)
	}
}
