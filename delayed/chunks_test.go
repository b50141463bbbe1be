package delayed_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

func ExampleChunks() {
	x := chunkgrid.Arange(0.0, 100, 1, nd.Sizes(25))
	chunks, err := delayed.Chunks(x)
	if err != nil {
		fmt.Println(err)
		return
	}
	first := delayed.Func1(func(chunk *nd.Array[float64]) float64 { return chunk.At(0) })
	var firsts []delayed.Value[float64]
	for _, c := range chunks {
		firsts = append(firsts, first(c))
	}
	fmt.Println(delayed.List(firsts...).Compute(context.Background()))
	// Output: [0 25 50 75] <nil>
}

func ExampleFromChunks() {
	rows := delayed.Try1(func(_ context.Context, row int) (*nd.Array[float64], error) {
		return nd.Full(float64(row), 1, 3)
	})
	grid, err := nd.NewGrid([]int{4, 3}, []int{1, 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	var chunks []delayed.Value[*nd.Array[float64]]
	for row := range 4 {
		chunks = append(chunks, rows(delayed.Of(row)))
	}
	x, err := delayed.FromChunks(grid, chunks...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reduce.Sum(x, reduce.Axis(0)).Compute(context.Background()))
	// Output: [6. 6. 6.] <nil>
}

// An array taken apart and put together is the same, cut evenly or not, and with
// chunks that lie in memory in another order.
func TestChunksAndBack(t *testing.T) {
	same := delayed.Func1(func(c *nd.Array[int64]) *nd.Array[int64] { return c })
	turn := delayed.Func1(func(c *nd.Array[int64]) *nd.Array[int64] { return c.T() })
	for _, sizes := range []nd.Chunks{nd.Sizes(2, 3), nd.Sizes(5, 7), nd.Sizes(1, 1), nd.Sizes(4, 2)} {
		x := chunkgrid.Arange[int64](0, 35, 1, nd.Auto).Reshape(5, 7).Rechunk(sizes)
		want, err := x.Compute(t.Context())
		require.NoError(t, err)
		turned, err := delayed.Chunks(x.T())
		require.NoError(t, err)
		chunks, err := delayed.Chunks(x)
		require.NoError(t, err)
		for i, c := range chunks {
			chunks[i] = same(c)
		}
		back, err := delayed.FromChunks(x.Grid(), chunks...)
		require.NoError(t, err)
		for _, workers := range []int{1, 4} {
			got, err := back.Compute(t.Context(), chunkgrid.Workers(workers))
			require.NoError(t, err)
			assert.Equal(t, want.Data(), got.Data())
		}
		for i, c := range turned {
			turned[i] = turn(turn(c))
		}
		back, err = delayed.FromChunks(x.T().Grid(), turned...)
		require.NoError(t, err)
		got, err := back.T().Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want.Data(), got.Data())
	}
}

func TestChunkErrors(t *testing.T) {
	x := chunkgrid.Arange(0.0, 6, 1, nd.Sizes(4))
	_, err := delayed.Chunks(ufunc.Add(x, chunkgrid.Arange(0.0, 5, 1, nd.Auto)))
	require.ErrorContains(t, err, "do not broadcast")

	of := func(n int) delayed.Value[*nd.Array[float64]] { return delayed.Of(nd.Must(nd.Zeros[float64](n))) }
	_, err = delayed.FromChunks(x.Grid(), of(4))
	require.ErrorContains(t, err, "1 values for a grid of 2 chunks")
	require.ErrorIs(t, err, nd.ErrShape)

	wrong := errors.New("wrong")
	fail := delayed.Try1(func(context.Context, int) (*nd.Array[float64], error) { return nil, wrong })
	for _, c := range []struct {
		last delayed.Value[*nd.Array[float64]]
		want string
	}{
		{of(4), "chunk [1]: the delayed result is float64 [4], of the grid's chunk float64 [2]"},
		{delayed.Of[*nd.Array[float64]](nil), "chunk [1]: the delayed result is a nil array"},
		{delayed.Value[*nd.Array[float64]]{}, "zero Value"},
		{fail(delayed.Of(7)), "(7): wrong"},
	} {
		a, err := delayed.FromChunks(x.Grid(), of(4), c.last)
		require.NoError(t, err)
		_, err = a.Compute(t.Context())
		require.ErrorContains(t, err, c.want)
	}
	a, err := delayed.FromChunks(x.Grid(), of(4), fail(delayed.Of(7)))
	require.NoError(t, err)
	_, err = a.Compute(t.Context())
	require.ErrorIs(t, err, wrong)
	_, err = a.Slice(nd.To(4)).Compute(t.Context())
	require.NoError(t, err, "a chunk that isn't read isn't computed")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Compute(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// What every chunk needs whole is computed once in a run, not for every chunk.
func TestChunksShare(t *testing.T) {
	var calls atomic.Int64
	x := chunkgrid.FromFunc("", []int{8, 3}, nd.Sizes(2, -1), func(dst []float64, box nd.Box) {
		calls.Add(int64(len(dst)))
		for i := range dst {
			dst[i] = float64(box.Start[0]*3 + i)
		}
	})
	labels := []int{0, 1, 0, 1, 0, 1, 0, 1}
	groups := reduce.Mean(x, reduce.Axis(0), reduce.By(labels, 2))
	for name, c := range map[string]struct {
		a    *chunkgrid.Array[float64]
		each int // how often every element of x is computed
	}{
		"nothing is shared":   {ufunc.Add(x, 1), 1},
		"a mean":              {ufunc.Sub(x, reduce.Mean(x)), 2},
		"means of columns":    {ufunc.Div(ufunc.Sub(x, reduce.Mean(x, reduce.Axis(0))), reduce.Max(x, reduce.Axis(0), reduce.KeepDims())), 3},
		"groups":              {ufunc.Sub(x, groups.Take(0, labels)), 2},
		"one reduced further": {ufunc.Sub(x, reduce.Sum(ufunc.Sub(x, reduce.Mean(x)))), 3},
		"by rows":             {ufunc.Sub(x, reduce.Mean(x, reduce.Axis(1), reduce.KeepDims())), 2}, // in a chunk's own run
	} {
		want, err := c.a.Compute(t.Context())
		require.NoError(t, err, name)
		chunks, err := delayed.Chunks(c.a)
		require.NoError(t, err, name)
		calls.Store(0)
		list, err := delayed.List(chunks...).Compute(t.Context())
		require.NoError(t, err, name)
		assert.Equal(t, int64(c.each*x.Size()), calls.Load(), name)
		var got []float64
		for _, chunk := range list {
			got = append(got, chunk.Data()...)
		}
		assert.Equal(t, want.Data(), got, name)
	}
	fails := errors.New("fails")
	bad := chunkgrid.MapChunks(x, func(*nd.Array[float64]) (*nd.Array[float64], error) { return nil, fails })
	chunks, err := delayed.Chunks(ufunc.Sub(x, reduce.Mean(bad)))
	require.NoError(t, err)
	_, err = chunks[1].Compute(t.Context())
	require.ErrorIs(t, err, fails)
}
