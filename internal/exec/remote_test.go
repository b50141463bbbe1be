package exec_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
)

// far is a remote array. Requests for chunks wait until together of them are under
// way, or 10 s: longer than a test that succeeds takes.
type far struct {
	*hidden
	together int32
	waiting  atomic.Int32
	all      chan struct{}
}

func newFar(t *testing.T, shape, chunk []int, together int) *far {
	f := &far{hidden: newHidden(t, shape, chunk), together: int32(together), all: make(chan struct{})}
	if together == 0 {
		close(f.all)
	}
	return f
}

func (f *far) IsRemote() bool { return true }

func (f *far) wait(ctx context.Context) {
	if f.waiting.Add(1) == f.together {
		close(f.all)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	select {
	case <-f.all:
	case <-ctx.Done():
	}
}

func (f *far) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	f.wait(ctx)
	return f.hidden.ReadChunk(ctx, coord, dst)
}

func (f *far) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	f.wait(ctx)
	return f.hidden.WriteChunk(ctx, coord, src)
}

// TestRemote: many chunks of a remote array are asked for at once, and written.
func TestRemote(t *testing.T) {
	src, dst := newFar(t, []int{400}, []int{10}, storage.InFlight), newFar(t, []int{400}, []int{10}, storage.InFlight)
	want := src.fill(t, nil)
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{x.To(dst)})
	require.NoError(t, err)
	for _, f := range []*far{src, dst} {
		select {
		case <-f.all:
		default:
			assert.Fail(t, "requests one after the other")
		}
	}
	assert.True(t, nd.ArrayEqual(want, dst.content(t)))
	assert.LessOrEqual(t, rep.Peak, rep.ProjectedPeak)

	local, err := chunkgrid.From[float64](src.hidden)
	require.NoError(t, err)
	for most, c := range map[int]struct {
		x    *chunkgrid.Array[float64]
		opts []chunkgrid.Option
	}{
		storage.InFlight: {x, nil},
		3:                {x, []chunkgrid.Option{chunkgrid.Workers(3)}},
		2:                {local, []chunkgrid.Option{chunkgrid.Workers(2)}},
	} {
		e, err := reduce.Sum(c.x).Explain(c.opts...)
		require.NoError(t, err)
		assert.Equal(t, most, e.Stages[0].Workers)
	}
}

// TestRemoteInMemory: no more chunks are asked for at once than Memory allows, and
// none twice for the sake of that.
func TestRemoteInMemory(t *testing.T) {
	src := newFar(t, []int{400, 1000}, []int{20, 100}, 0)
	want := src.fill(t, nil)
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	local, err := chunkgrid.From[float64](src.hidden)
	require.NoError(t, err)
	shifted := func(x *chunkgrid.Array[float64]) *chunkgrid.Array[float64] { // tasks share chunks
		return x.Slice(nd.Span(7, 400)).Rechunk(nd.Sizes(20, 100))
	}
	for _, beside := range []int{300 << 10, 1 << 20, 2 << 20, 16 << 20} {
		memory := x.NBytes() + beside
		opt := chunkgrid.Memory(memory)
		e, err := shifted(x).Explain(opt)
		require.NoError(t, err)
		near, err := shifted(local).Explain(opt)
		require.NoError(t, err)
		assert.LessOrEqual(t, e.Peak, memory)
		assert.Equal(t, len(near.Stages), len(e.Stages))
		for i, s := range near.Stages {
			assert.LessOrEqual(t, e.Stages[i].DecodesExpected, s.DecodesExpected)
			assert.GreaterOrEqual(t, e.Stages[i].Workers, s.Workers)
		}
		dst := newHidden(t, []int{393, 1000}, []int{20, 100})
		rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{shifted(x).To(dst)}, chunkgrid.Memory(beside))
		require.NoError(t, err)
		assert.LessOrEqual(t, rep.Peak, beside)
		assert.True(t, nd.ArrayEqual(nd.Must(want.Slice(nd.Span(7, 400))), dst.content(t)))
		assert.LessOrEqual(t, rep.Peak, rep.ProjectedPeak)
	}
}
