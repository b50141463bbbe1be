//go:build cgo && !nohdf5

package hdf5

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestConcurrentRegions writes an array in parts that meet within chunks, each
// through a handle of its own, at the same time.
func TestConcurrentRegions(t *testing.T) {
	ctx := t.Context()
	shape := []int{30, 50}
	want := make([]int64, 30*50)
	for i := range want {
		want[i] = int64(i + 1)
	}
	chunks, err := nd.NewGrid(shape, []int{10, 20})
	require.NoError(t, err)
	parts, err := nd.NewGrid(shape, []int{8, 9})
	require.NoError(t, err)
	for name, codecs := range map[string][]string{"default": nil, "raw": {}, "zstd": {"shuffle", "zstd 1", "fletcher32"}} {
		file := filepath.Join(t.TempDir(), "f.h5")
		g, err := create(ctx, file, nil)
		require.NoError(t, err)
		a, err := g.CreateArray(ctx, "g/a", storage.Spec{DType: nd.Int64, Shape: shape, Chunks: chunks, Codecs: codecs})
		require.NoError(t, err)
		require.NoError(t, a.Commit(ctx))
		require.NoError(t, a.Close())
		var wg sync.WaitGroup
		for _, box := range parts.Boxes() {
			wg.Go(func() {
				a, err := g.Array(ctx, "g/a")
				if !assert.NoError(t, err) {
					return
				}
				src := make([]byte, box.Size()*8)
				storage.CopyBox(src, box, nd.AsBytes(want), allOf(shape), box, 8)
				w, ok := a.(storage.WritableArray)
				assert.True(t, ok)
				assert.NoError(t, storage.WriteBox(ctx, w, box, src))
				assert.NoError(t, w.Commit(ctx))
				assert.NoError(t, w.Close())
			})
		}
		wg.Wait()
		require.NoError(t, g.Commit(ctx))
		require.NoError(t, g.Close())
		data, _ := contents(t, openArrayT(t, file, "g/a"))
		assert.Equal(t, want, nd.AsSlice[int64](data), name)
	}
}
