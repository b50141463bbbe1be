package exec_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
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
