package exec_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestNoAllocationsPerTile: a hundred thousand tiles take as many allocations
// as a thousand. One row of an array is broadcast to all, so that they are cheap.
func TestNoAllocationsPerTile(t *testing.T) {
	row, err := nd.Zeros[float64](1024)
	require.NoError(t, err)
	dst, err := nd.Zeros[float64](1024)
	require.NoError(t, err)
	rows := func(n int) *chunkgrid.Array[float64] {
		x := chunkgrid.FromND(row).BroadcastTo(n, 1024)
		return ufunc.Sqrt(ufunc.Add(ufunc.Exp(x), ufunc.Mul(x, x)))
	}
	for name, expr := range map[string]func(n int) *chunkgrid.Array[float64]{
		"runs": func(n int) *chunkgrid.Array[float64] { return reduce.Sum(rows(n)).BroadcastTo(1024) },
		"rows": func(n int) *chunkgrid.Array[float64] { return reduce.Std(rows(n), reduce.Axis(0)) },
		"outputs": func(n int) *chunkgrid.Array[float64] {
			return reduce.Max(reduce.Max(rows(n), reduce.Axis(1))).BroadcastTo(1024)
		},
	} {
		count := func(n int) int {
			a := expr(n)
			require.NoError(t, a.Err())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{a.Into(dst)}, chunkgrid.Workers(2))
			require.NoError(t, err)
			runtime.ReadMemStats(&after)
			return int(after.Mallocs - before.Mallocs)
		}
		few, many := count(1_000), count(100_000)
		assert.Less(t, many, few+2000, "%s: %d allocations for 10^3 tiles, %d for 10^5", name, few, many)
	}
}

// TestNoAllocationsPerTinyChunk: nor do chunks of one element allocate.
func TestNoAllocationsPerTinyChunk(t *testing.T) {
	x, err := nd.Zeros[float64](1_000_000)
	require.NoError(t, err)
	sum := reduce.Sum(ufunc.Add(chunkgrid.FromND(x, nd.Sizes(1)), 1.0))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	v, err := sum.Value(t.Context(), chunkgrid.Workers(2))
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	assert.Equal(t, 1e6, v)
	assert.Less(t, after.Mallocs-before.Mallocs, uint64(20_000))
}
