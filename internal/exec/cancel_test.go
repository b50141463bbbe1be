package exec_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestCancelInsideATask: a run that is cancelled ends in the middle of its
// tasks, however large their chunks are.
func TestCancelInsideATask(t *testing.T) {
	row, err := nd.Zeros[float64](1024)
	require.NoError(t, err)
	const rows, limit = 1 << 20, 1 << 20
	for name, axes := range map[string]reduce.Option{"runs": reduce.Axis(0, 1), "rows": reduce.Axis(0)} {
		ctx, cancel := context.WithCancel(t.Context())
		var calls atomic.Int64
		x := chunkgrid.FromND(row).BroadcastTo(rows, 1024).Rechunk(nd.Sizes(rows, 1024))
		slow := ufunc.Map(x, func(v float64) float64 {
			if calls.Add(1) == limit {
				cancel()
			}
			return v
		})
		_, err = reduce.Sum(slow, axes).Compute(ctx, chunkgrid.Workers(2))
		require.ErrorIs(t, err, context.Canceled, name)
		assert.Less(t, calls.Load(), int64(100*limit), "%s: elements computed, of %d", name, rows*1024)
		cancel()
	}
}
