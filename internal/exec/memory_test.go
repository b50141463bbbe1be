package exec_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestSmallChunksInMemory: chunks that are smaller than a cache line, kept for
// later tasks, count as the cache lines they take.
func TestSmallChunksInMemory(t *testing.T) {
	src := newHidden(t, []int{40, 100}, []int{2, 1})
	want := src.fill(t, func([]int) bool { return false })
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	dst := newHidden(t, []int{40, 100}, []int{3, 100})
	rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{x.To(dst)}, chunkgrid.Workers(1))
	require.NoError(t, err)
	assert.True(t, nd.ArrayEqual(want, dst.content(t)))
	assert.LessOrEqual(t, rep.Peak, rep.ProjectedPeak)
}

// TestManyPartsInMemory: a chunk made of rows of many large chunks holds one of
// them at a time.
func TestManyPartsInMemory(t *testing.T) {
	src := newHidden(t, []int{400, 100}, []int{20, 100})
	want := src.fill(t, func([]int) bool { return false })
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	var rows []*chunkgrid.Array[float64]
	for r := 5; r < 400; r += 20 {
		rows = append(rows, x.Slice(nd.Span(r, r+1)))
	}
	dst := newHidden(t, []int{20, 100}, []int{20, 100})
	rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{chunkgrid.Concatenate(0, rows...).To(dst)}, chunkgrid.Workers(1))
	require.NoError(t, err)
	assert.True(t, nd.ArrayEqual(nd.Must(want.Slice(nd.Span(5, 400).By(20))), dst.content(t)))
	assert.LessOrEqual(t, rep.Peak, rep.ProjectedPeak)
}

// TestUnevenChunksInMemory: where a chunk of the result is made of one of the
// argument, the largest counts, not the first.
func TestUnevenChunksInMemory(t *testing.T) {
	x := chunkgrid.FromFunc("", []int{30000}, nd.Lists([][]int{{1, 9999, 20000}}), func(dst []int64, box nd.Box) {
		for i := range dst {
			dst[i] = int64(box.Start[0] + i)
		}
	})
	count, top := nd.Must(nd.Zeros[int64](40000)), nd.Must(nd.Zeros[int64](2))
	for _, out := range []chunkgrid.Out{reduce.Bincount(x, 40000).Into(count), reduce.TopK(x, 2).Into(top)} {
		rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{out}, chunkgrid.Workers(2))
		require.NoError(t, err)
		assert.LessOrEqual(t, rep.Peak, rep.ProjectedPeak)
	}
	assert.Equal(t, int64(1), count.At(29999))
	assert.Equal(t, []int64{29999, 29998}, top.Data())
}

// TestJoinedColumnsInMemory: kept axes on both sides of a reduced one can be one
// in memory, and their columns are folded together then.
func TestJoinedColumnsInMemory(t *testing.T) {
	x := chunkgrid.FromND(nd.Must(nd.Zeros[float64](50, 20, 40))).Transpose(0, 2, 1)
	std := nd.Must(nd.Zeros[float64](50, 20))
	rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{reduce.Std(ufunc.Neg(x), reduce.Axis(1)).Into(std)}, chunkgrid.Workers(1))
	require.NoError(t, err)
	assert.LessOrEqual(t, rep.Peak, rep.ProjectedPeak)
}
