package exec_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
)

// ahead is an array that notes what it is told to read ahead, and what it had
// been told when a chunk is read.
type ahead struct {
	storage.Array
	mu     sync.Mutex
	told   map[int]bool
	untold int
}

func (a *ahead) PrefetchChunk(_ context.Context, coord []int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told[coord[0]] = true
}

func (a *ahead) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	a.mu.Lock()
	if !a.told[coord[0]] {
		a.untold++
	}
	a.mu.Unlock()
	return a.Array.ReadChunk(ctx, coord, dst)
}

// TestPrefetch: a stage announces the chunks of coming tasks, all but those its
// workers begin with.
func TestPrefetch(t *testing.T) {
	grid, err := nd.NewGrid([]int{1000}, []int{10})
	require.NoError(t, err)
	m, err := mem.New(nd.Float64, []int{1000}, grid)
	require.NoError(t, err)
	src := &ahead{Array: m, told: map[int]bool{}}
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	v, err := reduce.Sum(x).Value(t.Context(), chunkgrid.Workers(3))
	require.NoError(t, err)
	assert.Zero(t, v)
	assert.Len(t, src.told, 97)
	assert.GreaterOrEqual(t, src.untold, 3)
	assert.Less(t, src.untold, 50)
}
