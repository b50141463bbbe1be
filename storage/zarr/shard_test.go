package zarr_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// shardDoc describes uint8 elements in chunks of 2, shards of 4, without
// checksums.
func shardDoc(config map[string]any) map[string]any {
	full := map[string]any{"chunk_shape": []int{2}, "codecs": []any{"bytes"}, "index_codecs": []any{named("bytes", map[string]any{"endian": "little"})}}
	for k, v := range config {
		full[k] = v
	}
	return map[string]any{
		"zarr_format": 3, "node_type": "array", "shape": []int{7}, "data_type": "uint8",
		"chunk_grid":         named("regular", map[string]any{"chunk_shape": []int{4}}),
		"chunk_key_encoding": "default", "fill_value": 0, "codecs": []any{named("sharding_indexed", full)},
	}
}

// shard lays out chunks of a shard, and where the index says they are.
func shard(chunks string, index ...uint64) []byte {
	b := []byte(chunks)
	for _, v := range index {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

func TestShards(t *testing.T) {
	const none = 1<<64 - 1
	ctx := t.Context()
	a, err := open(t, "zarr.json", shardDoc(nil), "attributes", nil)
	require.NoError(t, err)
	assert.Equal(t, "(2)", a.Meta().ReadGrid.String())
	assert.Equal(t, "(4)", a.Meta().WriteGrid.String())
	assert.Equal(t, []string{"sharding (2)"}, a.Meta().Codecs)

	g := loadGolden(t)
	s := &storagetest.Store{Store: store(t, g.V3)}
	_, root, err := zarr.OpenStore(ctx, s, "")
	require.NoError(t, err)
	a, err = root.Array(ctx, "codecs/sharding")
	require.NoError(t, err)
	s.Gets.Reset()
	readAll(t, a)
	assert.Equal(t, map[string]int{"codecs/sharding/c/0/0": 1 + 2, "codecs/sharding/c/0/1": 1 + 1, "codecs/sharding/c/1/0": 1 + 4, "codecs/sharding/c/1/1": 1 + 2},
		s.Gets.All(), "each index is read once, each chunk that is there once")
	n, present, err := a.(storage.StoredSizer).StoredSize(ctx, []int{1, 1})
	require.NoError(t, err)
	assert.True(t, present && n > 0)
	_, present, err = a.(storage.StoredSizer).StoredSize(ctx, []int{0, 0})
	require.NoError(t, err)
	assert.False(t, present)

	for want, value := range map[string][]byte{
		"":                                 shard("abcd", 2, 2, 0, 2),
		"too few for the index":            shard("abcd", 1),
		"ends within a chunk":              shard("ab", 33, 2, none, none),
		"there should be 2":                shard("abcd", 0, 1, none, none),
		"more than the 2 bytes":            shard("abcd", 0, 3, none, none),
		"chunk 0 of the shard is at 18446": shard("abcd", none, 2, none, none),
	} {
		values := mem.NewStore()
		doc, err := json.Marshal(shardDoc(nil))
		require.NoError(t, err)
		require.NoError(t, values.Put(ctx, "x/zarr.json", doc))
		require.NoError(t, values.Put(ctx, "x/c/0", value))
		a, _, err := zarr.OpenStore(ctx, values, "x")
		require.NoError(t, err)
		dst := make([]byte, 2)
		_, err = a.ReadChunk(ctx, []int{0}, dst)
		if want == "" {
			require.NoError(t, err)
			assert.Equal(t, "cd", string(dst), "the index says where, not the order")
			continue
		}
		assert.ErrorIs(t, err, storage.ErrCorrupt, want)
		assert.ErrorContains(t, err, want)
	}
}

func TestShardErrors(t *testing.T) {
	for want, config := range map[string]map[string]any{
		"chunk_shape [3] in shards of [4]":   {"chunk_shape": []int{3}},
		"chunk_shape [1 1] in shards of [4]": {"chunk_shape": []int{1, 1}},
		`index_location "middle"`:            {"index_location": "middle"},
		"index: corrupt: codecs":             {"index_codecs": []any{}},
		"isn't fixed":                        {"index_codecs": []any{named("bytes", map[string]any{"endian": "little"}), named("gzip", map[string]any{"level": 1})}},
		"sharding_indexed: corrupt: codecs":  {"codecs": "none"},
	} {
		_, err := open(t, "zarr.json", shardDoc(config), "attributes", nil)
		assert.ErrorIs(t, err, storage.ErrCorrupt)
		assert.ErrorContains(t, err, want)
	}
	s := mem.NewStore()
	doc, err := json.Marshal(shardDoc(nil))
	require.NoError(t, err)
	require.NoError(t, s.Put(t.Context(), "x/zarr.json", doc))
	g, err := zarr.OpenWritableStore(t.Context(), s, "")
	require.NoError(t, err)
	r, err := g.Array(t.Context(), "x")
	require.NoError(t, err)
	w, ok := r.(storage.WritableArray)
	require.True(t, ok)
	assert.ErrorIs(t, w.WriteChunk(t.Context(), []int{0}, make([]byte, 4)), storage.ErrReadOnly)
	assert.ErrorIs(t, w.DeleteChunk(t.Context(), []int{0}), storage.ErrReadOnly)
	assert.ErrorIs(t, w.Resize(t.Context(), []int{9}), storage.ErrReadOnly)
	assert.ErrorContains(t, w.Resize(t.Context(), []int{9}), "only read")
	assert.Positive(t, r.(storage.ReadCoster).ReadCost(), fmt.Sprint(r.Meta().Shape))
}
