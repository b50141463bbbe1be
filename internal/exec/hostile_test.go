package exec_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
)

// TestGoexitInsideATask: a function that ends its goroutine, as a test's FailNow
// does, ends the run with an error.
func TestGoexitInsideATask(t *testing.T) {
	for _, bad := range []int{0, 57, 99} {
		x := chunkgrid.FromFunc("", []int{100}, nd.Sizes(1), func(dst []float64, box nd.Box) {
			if box.Start[0] == bad {
				runtime.Goexit()
			}
		})
		_, err := reduce.Sum(x).Compute(t.Context(), chunkgrid.Workers(3))
		require.ErrorContains(t, err, "ended its goroutine")
	}
}

// panicking is an array that panics once others wait for the chunk.
type panicking struct{ storage.Array }

func (p panicking) ReadChunk(context.Context, []int, []byte) (bool, error) {
	time.Sleep(time.Millisecond)
	panic("no chunk")
}

// TestPanicOfAnArray: where one worker reads a chunk for others, they don't wait
// for it for ever when the array panics.
func TestPanicOfAnArray(t *testing.T) {
	x, err := chunkgrid.From[float64](panicking{newHidden(t, []int{100}, []int{50})})
	require.NoError(t, err)
	_, err = chunkgrid.Run(t.Context(), []chunkgrid.Out{x.To(newHidden(t, []int{100}, []int{3}))}, chunkgrid.Workers(3))
	require.ErrorContains(t, err, "no chunk")
}
