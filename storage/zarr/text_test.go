package zarr_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// TestTextLayouts writes boxes of text in every way there is to lay it out, and
// compares with a list of them. internal/interop has other libraries read it.
func TestTextLayouts(t *testing.T) {
	ctx, shape := t.Context(), []int{7, 5, 4}
	for name, change := range map[string]func(*storage.Spec){
		"order F":          func(s *storage.Spec) { s.Order = "F" },
		"transpose":        func(s *storage.Spec) { s.Codecs = []string{"transpose (1, 2, 0)", "zstd 1"} },
		"shards":           func(s *storage.Spec) { s.Codecs = []string{"sharding (2, 1, 2)", "crc32c"} },
		"shards F":         func(s *storage.Spec) { s.Codecs, s.Order = []string{"sharding (2, 1, 2)"}, "F" },
		"shards of shards": func(s *storage.Spec) { s.Codecs = []string{"sharding (2, 2, 4)", "sharding (1, 2, 2)", "gzip 1"} },
		"index at start": func(s *storage.Spec) {
			s.Codecs, s.Options["index"] = []string{"sharding (4, 2, 1)"}, "start"
		},
	} {
		t.Run(name, func(t *testing.T) {
			spec := storage.Spec{DType: nd.Text, Shape: shape, Fill: []byte("—"), Options: map[string]string{"chunks": "4,2,4"}}
			change(&spec)
			store, a := create(t, spec, nil)
			checkTexts(t, a, rand.New(rand.NewPCG(1, 2)))
			require.NoError(t, a.Commit(ctx))
			// The same between other codecs, which we don't write of ourselves.
			doc := document(t, store, "x/zarr.json")
			doc["codecs"] = append(append([]any{parse(t, `{"name": "transpose", "configuration": {"order": [0, 2, 1]}}`)},
				doc["codecs"].([]any)...), "crc32c")
			doc["chunk_grid"] = parse(t, `{"name": "regular", "configuration": {"chunk_shape": [4, 4, 2]}}`)
			store = mem.NewStore()
			b, err := json.Marshal(doc)
			require.NoError(t, err)
			require.NoError(t, store.Put(ctx, "x/zarr.json", b))
			wrapped, err := zarr.OpenWritableArrayStore(ctx, store, "x")
			require.NoError(t, err)
			checkTexts(t, wrapped, rand.New(rand.NewPCG(3, 4)))
		})
	}
}

func checkTexts(t *testing.T, a storage.WritableArray, r *rand.Rand) {
	ctx, all := t.Context(), whole(a.Meta().Shape)
	want := slices.Repeat([]string{"—"}, all.Size())
	box := func() nd.Box {
		b := nd.Box{Start: make([]int, 3), Shape: make([]int, 3)}
		for k, n := range all.Shape {
			b.Start[k] = r.IntN(n)
			b.Shape[k] = 1 + r.IntN(n-b.Start[k])
		}
		return b
	}
	for i := range 10 {
		b := box()
		texts := make([]string, b.Size())
		for j := range texts {
			texts[j] = strings.Repeat("—", r.IntN(3)) + fmt.Sprint(i, " ", j)[:r.IntN(3)]
		}
		require.NoError(t, storage.WriteStrings(ctx, a, b, texts))
		storage.CopyStrings(want, all, texts, b, b)
		b = box()
		part := make([]string, b.Size())
		storage.CopyStrings(part, b, want, all, b)
		got, err := storage.ReadStrings(ctx, a, b)
		require.NoError(t, err)
		require.Equal(t, part, got)
	}
	got, err := storage.ReadStrings(ctx, a, all)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// TestTextOrder: what a chunk is stored as, in order F and in a shard.
func TestTextOrder(t *testing.T) {
	ctx, elems := t.Context(), []string{"a", "b", "c", "d", "e", "f"}
	spec := storage.Spec{DType: nd.Text, Shape: []int{2, 3}, Order: "F", Codecs: []string{}}
	for version, key := range map[string]string{"2": "x/0.0", "3": "x/c/0/0"} {
		s, a := create(t, spec, map[string]string{"zarr_format": version})
		require.NoError(t, storage.WriteStrings(ctx, a, whole([]int{2, 3}), elems))
		require.NoError(t, a.Commit(ctx))
		value, err := s.Get(ctx, key, nil)
		require.NoError(t, err)
		got, err := codec.DecodeStrings(value, 6)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "d", "b", "e", "c", "f"}, got)
	}
	spec = storage.Spec{DType: nd.Text, Shape: []int{2}, Codecs: []string{"sharding (1)"}}
	s, a := create(t, spec, nil)
	require.NoError(t, storage.WriteStrings(ctx, a, whole([]int{2}), []string{"", "xy"}))
	require.NoError(t, a.Commit(ctx))
	value, err := s.Get(ctx, "x/c/0", nil)
	require.NoError(t, err)
	assert.Equal(t, "\x01\x00\x00\x00\x02\x00\x00\x00xy"+strings.Repeat("\xff", 16)+"\x00\x00\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x00\x00\x00\x00\x00", string(value[:len(value)-4]))
}
