package zarr_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// TestArrayChanged changes an array while it is open for reading: what is missing or
// can't be decoded then is no fill value, and no damage.
func TestArrayChanged(t *testing.T) {
	ctx := t.Context()
	shape := []int{4, 6}
	regular := nd.Must(nd.NewGrid(shape, []int{2, 3}))
	ragged := nd.Must(nd.NewGridSizes([][]int{{1, 3}, {2, 1, 3}}))
	resize := func(to ...int) func(storage.Store, storage.WritableArray) error {
		return func(_ storage.Store, a storage.WritableArray) error { return a.Resize(ctx, to) }
	}
	another := func(spec storage.Spec, version string) func(storage.Store, storage.WritableArray) error {
		return func(s storage.Store, _ storage.WritableArray) error {
			a, err := zarr.CreateArrayStore(ctx, s, "a", spec, map[string]string{"overwrite": "true", "zarr_format": version})
			require.NoError(t, err)
			defer a.Close()
			all := slices.Repeat([]byte{7}, nd.WholeBox(spec.Shape).Size()*spec.DType.Size())
			require.NoError(t, storage.WriteBox(ctx, a, whole(spec.Shape), all))
			return a.Commit(ctx)
		}
	}
	for name, c := range map[string]struct {
		grid    nd.Grid
		change  func(storage.Store, storage.WritableArray) error
		changed bool
	}{
		"nothing":         {regular, func(storage.Store, storage.WritableArray) error { return nil }, false},
		"longer":          {regular, resize(9, 6), false},
		"longer, ragged":  {ragged, resize(9, 7), false},
		"shorter":         {regular, resize(4, 2), true},
		"shorter, ragged": {ragged, resize(1, 6), true},
		"deleted":         {regular, func(s storage.Store, _ storage.WritableArray) error { return storage.DeleteAll(ctx, s, "a") }, true},
		"other elements":  {regular, another(storage.Spec{DType: nd.Int32, Shape: shape, Chunks: regular, Codecs: []string{}}, "3"), true},
		"other chunks":    {regular, another(storage.Spec{DType: nd.Int16, Shape: shape, Chunks: ragged, Codecs: []string{}}, "3"), true},
		"compressed":      {regular, another(storage.Spec{DType: nd.Int16, Shape: shape, Chunks: regular}, "3"), true},
		"other version":   {regular, another(storage.Spec{DType: nd.Int16, Shape: shape, Chunks: regular}, "2"), true},
	} {
		for _, version := range []string{"2", "3"} {
			if version == "2" && c.grid.Equal(ragged) {
				continue
			}
			for _, written := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " v", version, " ", written), func(t *testing.T) {
					s, err := dir.Create(t.TempDir())
					require.NoError(t, err)
					w, err := zarr.CreateArrayStore(ctx, s, "a", storage.Spec{DType: nd.Int16, Shape: shape, Chunks: c.grid, Fill: []byte{9, 0}, Codecs: []string{}},
						map[string]string{"zarr_format": version})
					require.NoError(t, err)
					if written {
						require.NoError(t, storage.WriteBox(ctx, w, whole(shape), rising(48)))
					}
					require.NoError(t, w.Commit(ctx))
					r, _, err := zarr.OpenStore(ctx, s, "a")
					require.NoError(t, err)
					before := readAll(t, r)
					w, err = zarr.OpenWritableArrayStore(ctx, s, "a")
					require.NoError(t, err)
					require.NoError(t, c.change(s, w))
					for range 2 {
						buf := make([]byte, len(before))
						err = storage.ReadBox(ctx, r, whole(shape), buf)
						if c.changed {
							assert.ErrorIs(t, err, storage.ErrChanged)
							continue
						}
						require.NoError(t, err)
						assert.Equal(t, before, buf)
					}
				})
			}
		}
	}
}

// rising are the bytes 1, 2, … n.
func rising(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i + 1)
	}
	return b
}

// BenchmarkMissing reads a chunk that was never written.
func BenchmarkMissing(b *testing.B) {
	s, err := dir.Create(b.TempDir())
	require.NoError(b, err)
	a, err := zarr.CreateArrayStore(b.Context(), s, "g/a", storage.Spec{DType: nd.Int16, Shape: []int{100}}, nil)
	require.NoError(b, err)
	require.NoError(b, a.Commit(context.Background()))
	r, _, err := zarr.OpenStore(b.Context(), s, "g/a")
	require.NoError(b, err)
	buf := make([]byte, 200)
	for b.Loop() {
		_, err := r.ReadChunk(b.Context(), []int{0}, buf)
		require.NoError(b, err)
	}
}
