package chunkgrid_test

import (
	"context"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// textSource is stored text that counts who reads it at the same time. All but the
// first wait for company.
type textSource struct {
	storage.Array
	company int

	mu           sync.Mutex
	change       *sync.Cond
	reads        int
	inside, most int
}

func (s *textSource) ReadStrings(ctx context.Context, coord []int) ([]string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	s.inside++
	s.most = max(s.most, s.inside)
	s.change.Broadcast()
	for s.reads > 1 && s.most < s.company && ctx.Err() == nil {
		s.change.Wait()
	}
	s.inside--
	return slices.Repeat([]string{strings.Repeat("x", 1<<10)}, 64), true, ctx.Err()
}

// TestTextRoom: as many chunks of text are read at a time as there is memory for;
// one here takes about 260 KiB.
func TestTextRoom(t *testing.T) {
	grid := nd.Must(nd.NewGrid([]int{64 * 9}, []int{64}))
	spec := storage.Spec{DType: nd.Text, Shape: []int{64 * 9}, Chunks: grid}
	array := func() storage.WritableArray {
		a, err := zarr.CreateArrayStore(t.Context(), mem.NewStore(), "x", spec, nil)
		require.NoError(t, err)
		return a
	}
	run := func(memory, company int, out func(chunkgrid.Any) chunkgrid.Out) (*textSource, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		src := &textSource{Array: array(), company: company}
		src.change = sync.NewCond(&src.mu)
		defer context.AfterFunc(ctx, src.change.Broadcast)()
		x, err := chunkgrid.FromAny(src)
		require.NoError(t, err)
		_, err = chunkgrid.Run(ctx, []chunkgrid.Out{out(x)}, chunkgrid.Workers(4), chunkgrid.Memory(memory))
		return src, err
	}
	for name, c := range map[string]struct {
		share int // of memory that is for text
		out   func(chunkgrid.Any) chunkgrid.Out
	}{
		"stored": {1, func(x chunkgrid.Any) chunkgrid.Out { return chunkgrid.To(x, array()) }},
		"mapped": {4, func(x chunkgrid.Any) chunkgrid.Out {
			length := chunkgrid.MapText(x, func(s string) int64 { return int64(len(s)) })
			return length.Into(nd.Must(nd.Zeros[int64](64 * 9)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			src, err := run(c.share*500<<10, 1, c.out)
			require.NoError(t, err)
			assert.Equal(t, 1, src.most)
			assert.Equal(t, 9, src.reads)
			src, err = run(c.share*600<<10, 2, c.out)
			require.NoError(t, err)
			assert.Equal(t, 2, src.most)
			_, err = run(c.share*200<<10, 1, c.out)
			require.ErrorIs(t, err, exec.ErrMemory)
			assert.ErrorContains(t, err, "the texts of chunk [0:64] take 260 KiB, and there are 200 KiB for them")
		})
	}
}

// longTexts is stored text, one of 1 MiB in every chunk, that notes how large the heap
// is when it is read.
type longTexts struct {
	storage.Array
	most uint64
}

func (s *longTexts) ReadStrings(context.Context, []int) ([]string, bool, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s.most = max(s.most, m.HeapAlloc)
	return []string{strings.Repeat("x", 1<<20)}, true, nil
}

// TestTextGarbage: what is left of texts that are stored is collected in time, also
// where the collector itself would let more of it lie.
func TestTextGarbage(t *testing.T) {
	spec := storage.Spec{DType: nd.Text, Shape: []int{64}, Chunks: nd.Must(nd.NewGrid([]int{64}, []int{1}))}
	array := func() storage.WritableArray {
		a, err := zarr.CreateArrayStore(t.Context(), mem.NewStore(), "x", spec, nil)
		require.NoError(t, err)
		return a
	}
	src := &longTexts{Array: array()}
	x, err := chunkgrid.FromAny(src)
	require.NoError(t, err)
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = chunkgrid.Run(t.Context(), []chunkgrid.Out{chunkgrid.To(x, array())}, chunkgrid.Workers(1), chunkgrid.Memory(32<<20))
	require.NoError(t, err)
	assert.Less(t, src.most-before.HeapAlloc, uint64(48<<20), "of 64 MiB of texts")
}

// farTexts is text that is far away.
type farTexts struct{ *textSource }

func (farTexts) IsRemote() bool { return true }

// TestRemoteText: many chunks of text that is far away are asked for at once, also
// where the first shows how long texts are.
func TestRemoteText(t *testing.T) {
	const n = storage.InFlight
	spec := storage.Spec{DType: nd.Text, Shape: []int{64 * (n + 1)}, Chunks: nd.Must(nd.NewGrid([]int{64 * (n + 1)}, []int{64}))}
	array := func() storage.WritableArray {
		a, err := zarr.CreateArrayStore(t.Context(), mem.NewStore(), "x", spec, nil)
		require.NoError(t, err)
		return a
	}
	for name, do := range map[string]func(ctx context.Context, x chunkgrid.Any) error{
		"read": func(ctx context.Context, x chunkgrid.Any) error {
			_, err := chunkgrid.Texts(ctx, x)
			return err
		},
		"stored": func(ctx context.Context, x chunkgrid.Any) error {
			_, err := chunkgrid.Run(ctx, []chunkgrid.Out{chunkgrid.To(x, array())}, chunkgrid.Memory(64<<20))
			return err
		},
		"mapped": func(ctx context.Context, x chunkgrid.Any) error {
			_, err := chunkgrid.MapText(x, func(s string) int64 { return int64(len(s)) }).Compute(ctx, chunkgrid.Memory(64<<20))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			src := &textSource{Array: array(), company: n}
			src.change = sync.NewCond(&src.mu)
			defer context.AfterFunc(ctx, src.change.Broadcast)()
			x, err := chunkgrid.FromAny(farTexts{src})
			require.NoError(t, err)
			require.NoError(t, do(ctx, x))
			assert.Equal(t, n, src.most)
			assert.Equal(t, n+1, src.reads)
		})
	}
}
