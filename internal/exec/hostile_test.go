package exec_test

import (
	"context"
	"fmt"
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

// failing is an array some chunks of which can't be read; the first of them takes
// longest to say so.
type failing struct{ storage.Array }

func (f failing) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	switch coord[0] {
	case 3:
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return false, ctx.Err()
		}
		fallthrough
	case 4, 5, 7:
		return false, fmt.Errorf("no chunk %d", coord[0])
	}
	return f.Array.ReadChunk(ctx, coord, dst)
}

// TestFirstError: of several errors a run returns that of the first chunk, however
// many workers there are.
func TestFirstError(t *testing.T) {
	x, err := chunkgrid.From[float64](failing{newHidden(t, []int{100}, []int{5})})
	require.NoError(t, err)
	for workers := 1; workers < 9; workers++ {
		_, err = reduce.Sum(x).Compute(t.Context(), chunkgrid.Workers(workers))
		require.ErrorContains(t, err, "no chunk 3")
	}
}
