package chunkgrid_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// greatest returns the greatest element of a chunk, in an array of some shape.
func greatest(shape ...int) func(*nd.Array[int64]) (*nd.Array[int64], error) {
	return func(c *nd.Array[int64]) (*nd.Array[int64], error) {
		return nd.FromSlice([]int64{slices.Max(c.Copy().Data())}, shape...)
	}
}

// TestMapChunksGrid: chunks of other shapes, with an axis less and one more, are
// made of those at the same places, of which each stored one is decoded once.
func TestMapChunksGrid(t *testing.T) {
	x, counted := stored(t, long(), 3, 2, 4) // (4, 5, 6)
	x = x.Named("t", "y", "x")
	n := x.NumChunks()
	require.Equal(t, []int{2, 3, 2}, n)
	want := []int64{}
	for _, box := range x.Grid().Boxes() {
		ranges := []nd.Range{}
		for k := range 3 {
			ranges = append(ranges, nd.Span(box.Start[k], box.Stop(k)))
		}
		peak, err := reduce.Max(chunkgrid.FromND(long()).Slice(ranges...)).Value(t.Context())
		require.NoError(t, err)
		want = append(want, peak)
	}
	for _, c := range []struct {
		grid  nd.Grid
		shape []int
		dims  []string
	}{
		{nd.Must(nd.NewGrid(n, []int{1, 1, 1})), []int{1, 1, 1}, []string{"t", "y", "x"}},
		{nd.Must(nd.NewGrid([]int{2, 6}, []int{1, 1})), []int{1, 1}, []string{"", ""}},
		{nd.Must(nd.NewGrid([]int{12}, []int{1})), []int{1}, []string{""}},
		{nd.Must(nd.NewGrid([]int{2, 3, 1, 2}, []int{1, 1, 1, 1})), []int{1, 1, 1, 1}, []string{"", "", "", ""}},
	} {
		counted.Reads.Reset()
		peaks := chunkgrid.MapChunks(x, greatest(c.shape...), c.grid)
		assert.Equal(t, c.dims, peaks.Dims())
		got, err := peaks.Compute(t.Context(), chunkgrid.Workers(3))
		require.NoError(t, err)
		assert.Equal(t, c.grid.Shape(), got.Shape())
		assert.Equal(t, want, got.Data())
		assert.Equal(t, 12, counted.Reads.Total())
	}
	last, err := chunkgrid.MapChunks(x, greatest(1), nd.Must(nd.NewGrid([]int{12}, []int{1}))).Slice(nd.At(-1)).Value(t.Context())
	require.NoError(t, err)
	assert.Equal(t, want[11], last)
	assert.Equal(t, 13, counted.Reads.Total())

	// Chunks that get longer, uneven ones, in little memory.
	lengths := [][]int{{6, 2}}
	twice := chunkgrid.MapChunks(chunkgrid.FromND(nd.Must(nd.FromSlice([]int64{3, 1, 2, 5})), nd.Sizes(3)), func(c *nd.Array[int64]) (*nd.Array[float64], error) {
		r := []float64{}
		for _, v := range c.Data() {
			r = append(r, float64(v), float64(v)/2)
		}
		return nd.FromSlice(r)
	}, nd.Must(nd.NewGridSizes(lengths)))
	got, err := twice.Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []float64{3, 1.5, 1, 0.5, 2, 1, 5, 2.5}, got.Data())

	empty := chunkgrid.MapChunks(chunkgrid.Full(int64(1), []int{0, 5}, nd.Sizes(2, 2)), greatest(1), nd.Must(nd.NewGrid([]int{0}, []int{1})))
	none, err := empty.Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{0}, none.Shape())
}

// TestMapChunks2: arrays that broadcast and are cut in different ways, with dask's
// values: da.map_blocks(lambda a, b: a - b.max(), x, y) of x (4, 6) in chunks (2, 3).
func TestMapChunks2(t *testing.T) {
	v := make([]float64, 24)
	for i := range v {
		v[i] = float64(i)
	}
	x := chunkgrid.FromND(nd.Must(nd.FromSlice(v, 4, 6)), nd.Sizes(2, 3)).Named("y", "x")
	y := chunkgrid.FromND(nd.Must(nd.FromSlice([]float32{1, 9, 2, 4, 3, 5})), nd.Sizes(4))
	less := func(a *nd.Array[float64], b *nd.Array[float32]) (*nd.Array[float64], error) {
		if !slices.Equal(a.Shape(), b.Shape()) {
			return nil, fmt.Errorf("given shapes %v and %v", a.Shape(), b.Shape())
		}
		peak := float64(slices.Max(b.Copy().Data()))
		return nd.Map(a, func(v float64) float64 { return v - peak }), nil
	}
	d := chunkgrid.MapChunks2(x, y, less)
	assert.Equal(t, []string{"y", "x"}, d.Dims())
	got, err := d.Compute(t.Context(), chunkgrid.Workers(3))
	require.NoError(t, err)
	peaks := chunkgrid.FromND(nd.Must(nd.FromSlice([]float64{9, 9, 9, 5, 5, 5})))
	want, err := ufunc.Sub(x, peaks).Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, want.Data(), got.Data())

	grid := nd.Must(nd.NewGrid([]int{4}, []int{1}))
	dots, err := chunkgrid.MapChunks2(x, y, func(a *nd.Array[float64], b *nd.Array[float32]) (*nd.Array[float64], error) {
		sum := 0.0
		for i, v := range a.Copy().Data() {
			sum += v * float64(b.Copy().Data()[i])
		}
		return nd.FromSlice([]float64{sum})
	}, grid).Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []float64{98, 170, 386, 458}, dots.Data())
}

func TestMapChunksErrors(t *testing.T) {
	x := chunkgrid.FromND(long(), nd.Sizes(2, 5, 3))
	y := chunkgrid.Full(1.0, []int{4}, nd.Auto)
	two := func(*nd.Array[int64], *nd.Array[float64]) (*nd.Array[int64], error) { return nil, nil }
	for want, a := range map[string]chunkgrid.Any{
		"chunkgrid.MapChunks: a result of 3 chunks for 4":                                                                        chunkgrid.MapChunks(x, greatest(1), nd.Must(nd.NewGrid([]int{3}, []int{1}))),
		"chunkgrid.MapChunks2: shapes [4 5 6] and [4] do not broadcast":                                                          chunkgrid.MapChunks2(x, y, two),
		"chunkgrid.MapChunks2: a result of 1 chunks for 4":                                                                       chunkgrid.MapChunks2(x, y.Slice(nd.At(0)), two, nd.Must(nd.NewGrid([]int{3}, []int{3}))),
		"chunkgrid.MapChunks: chunk [0:1]: the function returned shape [2 1] for a chunk of shape [1]; other shapes take a grid": chunkgrid.MapChunks(x, func(*nd.Array[int64]) (*nd.Array[int64], error) { return nd.Zeros[int64](2, 1) }, nd.Must(nd.NewGrid([]int{4}, []int{1}))),
	} {
		_, err := chunkgrid.ComputeDyn(t.Context(), a, chunkgrid.Workers(1))
		require.ErrorContains(t, err, want)
		assert.Regexp(t, `^mapchunks_test.go:\d+: `, err.Error())
	}
}
