package linalg_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

func compute[T nd.Elem](t require.TestingT, a *chunkgrid.Array[T], opts ...chunkgrid.Option) *nd.Array[T] {
	v, err := a.Compute(context.Background(), opts...)
	require.NoError(t, err)
	return v
}

// TestMatMul compares with gonum's own product, whatever the chunks.
func TestMatMul(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		length := func(name string) int { return rapid.IntRange(1, 70).Draw(r, name) }
		m, n, k := length("m"), length("n"), rapid.IntRange(1, 300).Draw(r, "k")
		matrix := func(name string, rows, cols int) (*nd.Array[float64], *chunkgrid.Array[float64]) {
			a := nd.Must(nd.Zeros[float64](rows, cols))
			seed := rapid.IntRange(1, 1000).Draw(r, name)
			for i := range a.Data() {
				a.Data()[i] = float64((i*seed)%17) - 8
			}
			return a, chunkgrid.FromND(a, nd.Sizes(rapid.IntRange(1, rows).Draw(r, name+" rows"), rapid.IntRange(1, cols).Draw(r, name+" cols")))
		}
		a, x := matrix("a", m, k)
		b, y := matrix("b", k, n)
		var want mat.Dense
		want.Mul(nd.Must(linalg.ToDense(a)), nd.Must(linalg.ToDense(b)))
		c := linalg.MatMul(x, y)
		require.NoError(r, c.Err())
		require.Equal(r, []int{x.Chunks()[0][0], y.Chunks()[1][0]}, []int{c.Chunks()[0][0], c.Chunks()[1][0]})
		require.Equal(r, want.RawMatrix().Data, compute(r, c).Data()) // whole numbers: exact in any order
		single := linalg.MatMul(ufunc.Cast[float32](x), ufunc.Cast[float32](y))
		require.Equal(r, want.RawMatrix().Data, compute(r, ufunc.Cast[float64](single)).Data())
	})
}

// TestDeterminism: the bits don't depend on workers, memory, or the part asked for.
func TestDeterminism(t *testing.T) {
	fill := func(dst []float64, box nd.Box) {
		for i := range dst {
			at := box.Start[0] + i/box.Shape[1]
			dst[i] = math.Sin(float64(1000*at + box.Start[1] + i%box.Shape[1]))
		}
	}
	a := chunkgrid.FromFunc("", []int{150, 333}, nd.Sizes(100, 50), fill)
	b := chunkgrid.FromFunc("", []int{333, 130}, nd.Sizes(77, 99), fill)
	c := linalg.MatMul(a, b)
	whole := compute(t, c, chunkgrid.Workers(1))
	assert.Equal(t, whole.Data(), compute(t, c, chunkgrid.Workers(2), chunkgrid.Memory(4<<20)).Data())
	part := []nd.Range{nd.Span(3, 140).By(5), nd.Span(70, 110)}
	assert.Equal(t, nd.Must(whole.Slice(part...)).Data(), compute(t, c.Slice(part...)).Data())
	assert.InDelta(t, compute(t, reduce.Sum(ufunc.Mul(a.Slice(nd.At(7)), b.Slice(nd.All, nd.At(11))))).At(), whole.At(7, 11), 1e-12)
}

// TestTall: the product of a tall matrix and another is computed chunk by chunk of
// what they share, on all workers and in less memory than a panel takes.
func TestTall(t *testing.T) {
	const k = 400_000
	fill := func(dst []float64, box nd.Box) {
		for i := range dst {
			dst[i] = float64((box.Start[0]+i/box.Shape[1])*7%13 - 3*(box.Start[1]+i%box.Shape[1]))
		}
	}
	a := chunkgrid.FromFunc("", []int{k, 6}, nd.Sizes(10_000, 6), fill)
	y := chunkgrid.FromFunc("", []int{k, 1}, nd.Sizes(33_333, 1), fill)
	got, moments := nd.Must(nd.Zeros[float64](6, 6)), nd.Must(nd.Zeros[float64](6))
	report, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{linalg.MatMul(a.T(), a).Into(got), linalg.Dot(a.T(), y.Squeeze(1)).Into(moments)}, chunkgrid.Memory(8<<20))
	require.NoError(t, err)
	assert.LessOrEqual(t, report.Peak, report.ProjectedPeak)
	for i := range 6 {
		for j := range 6 { // whole numbers: exact in any order
			sum := 0.0
			for r := range k {
				sum += float64((r*7%13 - 3*i) * (r*7%13 - 3*j))
			}
			require.Equal(t, sum, got.At(i, j))
			if j == 0 {
				require.Equal(t, sum, moments.At(i))
			}
		}
	}
	product := compute(t, linalg.MatMul(ufunc.Cast[float32](a.T()), ufunc.Cast[float32](a)))
	assert.InEpsilon(t, got.At(3, 4), product.At(3, 4), 1e-6)
}

func TestMatMulBatches(t *testing.T) {
	a := chunkgrid.FromND(count[float64](2, 3, 4), nd.Sizes(1, 2, 3)).Named("year", "row", "")
	b := chunkgrid.FromND(count[float64](5, 1, 4, 2), nd.Sizes(2, 1, 3, 1)).Named("member", "", "", "column")
	c := linalg.MatMul(a, b)
	require.NoError(t, c.Err())
	assert.Equal(t, []int{5, 2, 3, 2}, c.Shape())
	assert.Equal(t, []string{"member", "year", "row", "column"}, c.Dims())
	assert.Equal(t, [][]int{{2, 2, 1}, {1, 1}, {2, 1}, {1, 1}}, c.Chunks())
	got := compute(t, c)
	for i := range 5 {
		for j := range 2 {
			one := linalg.Dot(a.Slice(nd.At(j)), b.Slice(nd.At(i), nd.At(0)))
			assert.Equal(t, compute(t, one).Data(), nd.Must(got.Slice(nd.At(i), nd.At(j))).Data())
		}
	}
}

func TestDot(t *testing.T) {
	m := chunkgrid.FromND(count[float32](2, 3), nd.Sizes(1, 2)).Named("row", "column")
	v := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{1, 10, 100})), nd.Sizes(2)).Named("column")
	w := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{1, -1})))
	for _, c := range []struct {
		a     *chunkgrid.Array[float32]
		shape []int
		dims  []string
		want  []float32
	}{
		{linalg.Dot(v, v), []int{}, []string{}, []float32{10101}},
		{linalg.Dot(m, v), []int{2}, []string{"row"}, []float32{210, 543}},
		{linalg.Dot(w, m), []int{3}, []string{"column"}, []float32{-3, -3, -3}},
		{linalg.Dot(m, m.T()), []int{2, 2}, []string{"row", "row"}, []float32{5, 14, 14, 50}},
	} {
		require.NoError(t, c.a.Err())
		assert.Equal(t, c.shape, append([]int{}, c.a.Shape()...))
		assert.Equal(t, c.dims, append([]string{}, c.a.Dims()...))
		assert.Equal(t, c.want, compute(t, c.a).Data())
	}
}

// TestMatMulEdges: empty sums are 0, and a zero doesn't hide NaN.
func TestMatMulEdges(t *testing.T) {
	zeros := func(shape ...int) *chunkgrid.Array[float64] {
		return chunkgrid.FromND(nd.Must(nd.Zeros[float64](shape...)))
	}
	assert.Equal(t, []float64{0, 0, 0, 0, 0, 0}, compute(t, linalg.MatMul(zeros(2, 0), zeros(0, 3))).Data())
	assert.Equal(t, []int{0, 3}, compute(t, linalg.MatMul(zeros(0, 4), zeros(4, 3))).Shape())
	nan := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{math.NaN(), 1, math.Inf(1), 2}, 2, 2)))
	got := compute(t, linalg.MatMul(zeros(1, 2), nan))
	assert.True(t, math.IsNaN(got.At(0, 0)))
	assert.Equal(t, 0.0, got.At(0, 1))
}

func TestMatMulErrors(t *testing.T) {
	array := func(shape ...int) *chunkgrid.Array[float64] {
		return chunkgrid.FromND(nd.Must(nd.Zeros[float64](shape...)))
	}
	for _, c := range []struct {
		a    *chunkgrid.Array[float64]
		want string
	}{
		{linalg.MatMul(array(3, 4), array(5, 6)), "linalg.MatMul: shapes [3 4] and [5 6]: rows of length 4 and columns of length 5"},
		{linalg.MatMul(array(4), array(4, 6)), "linalg.MatMul: shapes [4] and [4 6], want 2 axes or more each; vectors are for Dot"},
		{linalg.MatMul(array(2, 3, 4), array(3, 4, 5)), "linalg.MatMul: the leading axes of shapes [2 3 4] and [3 4 5] do not broadcast"},
		{linalg.Dot(array(3), array(4)), "linalg.Dot: shapes [3] and [4]: rows of length 3 and columns of length 4"},
		{linalg.Dot(array(3, 3, 3), array(3)), "linalg.Dot: shapes [3 3 3] and [3], want 1 or 2 axes each"},
		{linalg.Dot(ufunc.Sub(array(3), array(4)), array(3)), "ufunc.Sub: shapes [3] and [4] do not broadcast"},
	} {
		require.Error(t, c.a.Err(), c.want)
		assert.Regexp(t, `^matmul_test.go:\d+: `, c.a.Err().Error())
		assert.Contains(t, c.a.Err().Error(), c.want)
		assert.ErrorIs(t, c.a.Err(), nd.ErrShape)
	}
}

// TestMatMulTravels: a plan with a product runs in another process, and one
// that was tampered with is refused.
func TestMatMulTravels(t *testing.T) {
	c := linalg.Dot(chunkgrid.FromND(count[float64](2, 2)), chunkgrid.FromND(count[float64](2, 2)))
	p, err := chunkgrid.Marshal(c)
	require.NoError(t, err)
	back, err := chunkgrid.Unmarshal(t.Context(), p)
	require.NoError(t, err)
	assert.Equal(t, []float64{2, 3, 6, 11}, compute(t, chunkgrid.As[float64](back[0])).Data())

	vector, ints := chunkgrid.FromND(count[float64](2)), chunkgrid.FromND(count[int32](2, 2))
	assert.ErrorContains(t, chunkgrid.Op[float64]("matmul", nil, vector, vector).Err(), "shapes [2] and [2], want (…, m, k) and (…, k, n)")
	assert.ErrorContains(t, chunkgrid.Op[int32]("matmul", nil, ints, ints).Err(), "int32 and int32, want two of float32 or float64")
	assert.ErrorContains(t, chunkgrid.Op[float64]("matmul", nil, vector).Err(), "1 arguments, want 2")
}
