package zarr_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
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

// TestShardReplaced: whoever has an array open for reading sees what others write to
// it, also where that moves the chunks of a shard, and between two requests.
func TestShardReplaced(t *testing.T) {
	ctx := t.Context()
	folder, err := dir.Open(t.TempDir())
	require.NoError(t, err)
	for name, plain := range map[string]storage.Store{"dir": folder, "mem": mem.NewStore()} {
		grid, err := nd.NewGrid([]int{8}, []int{8})
		require.NoError(t, err)
		a, err := zarr.CreateArrayStore(ctx, plain, "a", storage.Spec{DType: nd.Int64, Shape: []int{8}, Chunks: grid, Codecs: []string{"sharding (2)"}},
			map[string]string{"overwrite": "true"})
		require.NoError(t, err)
		require.NoError(t, a.Commit(ctx))
		s := &storagetest.Store{Store: plain}
		r, _, err := zarr.OpenStore(ctx, s, "a")
		require.NoError(t, err)
		write := func(from, n int) {
			w, err := zarr.OpenWritableArrayStore(ctx, plain, "a")
			require.NoError(t, err)
			values := []int64{0, 1, 2, 3, 4, 5, 6, 7}[from : from+n]
			require.NoError(t, storage.WriteBox(ctx, w, nd.Box{Start: []int{from}, Shape: []int{n}}, nd.AsBytes(values)))
			require.NoError(t, w.Commit(ctx))
		}
		read := func(n int) []int64 {
			got := make([]int64, n)
			require.NoError(t, storage.ReadBox(ctx, r, nd.Box{Start: []int{8 - n}, Shape: []int{n}}, nd.AsBytes(got)))
			return got
		}
		chunk := func() []int64 {
			got := make([]int64, 2)
			_, err := r.ReadChunk(ctx, []int{3}, nd.AsBytes(got))
			require.NoError(t, err)
			return got
		}
		write(6, 2)
		assert.Equal(t, []int64{6, 7}, read(2), name)
		write(4, 2) // before it
		assert.Equal(t, []int64{6, 7}, chunk(), name)
		assert.Equal(t, []int64{4, 5, 6, 7}, read(4), name)
		for i, read := range []func() []int64{chunk, func() []int64 { return read(2) }} {
			gets := 0
			s.Fail = func(op, _ string) error {
				if gets++; op == "get" && gets == 1 {
					write(2-2*i, 2)
				}
				return nil
			}
			assert.Equal(t, []int64{6, 7}, read(), name)
			s.Fail = nil
		}
	}
}

// TestShardReplacedWhileRead: what is read of a shard that others write all the time
// was in it at some time, each chunk in its place.
func TestShardReplacedWhileRead(t *testing.T) {
	ctx := t.Context()
	s, err := dir.Open(t.TempDir())
	require.NoError(t, err)
	const chunks, each = 16, 4
	grid, err := nd.NewGrid([]int{chunks * each}, []int{chunks * each})
	require.NoError(t, err)
	w, err := zarr.CreateArrayStore(ctx, s, "a", storage.Spec{DType: nd.Int64, Shape: grid.Shape(), Chunks: grid, Codecs: []string{"sharding (4)"}}, nil)
	require.NoError(t, err)
	require.NoError(t, w.Commit(ctx))
	r, _, err := zarr.OpenStore(ctx, s, "a")
	require.NoError(t, err)
	w, err = zarr.OpenWritableArrayStore(ctx, s, "a")
	require.NoError(t, err)
	var done atomic.Bool
	var readers sync.WaitGroup
	for reader := range 2 {
		readers.Go(func() {
			for !done.Load() {
				got, present := make([]int64, chunks*each), true
				var err error
				if reader == 0 {
					err = storage.ReadBox(ctx, r, grid.Box([]int{0}), nd.AsBytes(got))
				} else {
					present, err = r.ReadChunk(ctx, []int{chunks - 1}, nd.AsBytes(got[(chunks-1)*each:]))
				}
				if err != nil || !present {
					assert.True(t, err == nil || errors.Is(err, storage.ErrChanged), "%v", err)
					continue
				}
				for i, v := range got {
					if v != 0 && (v%100 != int64(1+i/each) || v != got[i/each*each]) {
						assert.Fail(t, "chunks of several versions", "%d", got)
						return
					}
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 100 {
		values := make([]int64, chunks*each) // missing chunks move the others
		for c := range chunks {
			for i := range each * random.IntN(2) {
				values[c*each+i] = int64(100*n + c + 1)
			}
		}
		if n%20 == 0 {
			clear(values) // the shard goes away
		}
		require.NoError(t, w.WriteChunk(ctx, []int{0}, nd.AsBytes(values)))
	}
	done.Store(true)
	readers.Wait()
	require.NoError(t, w.Commit(ctx))
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
	assert.Equal(t, map[string]int{"codecs/sharding/c/0/0": 2, "codecs/sharding/c/0/1": 2, "codecs/sharding/c/1/0": 2, "codecs/sharding/c/1/1": 2},
		s.Gets.All(), "each index is read once, and the chunks of a shard together")
	s.Gets.Reset()
	for _, coord := range [][]int{{0, 1}, {1, 0}, {1, 1}} {
		_, err := a.ReadChunk(ctx, coord, make([]byte, a.Meta().ReadGrid.Box(coord).Size()*a.Meta().DType.Size()))
		require.NoError(t, err)
	}
	assert.Equal(t, map[string]int{"codecs/sharding/c/0/0": 2}, s.Gets.All(), "indexes are kept, and a chunk that isn't there isn't read")
	n, present, err := a.(storage.StoredSizer).StoredSize(ctx, []int{1, 1})
	require.NoError(t, err)
	assert.True(t, present && n > 0)
	_, present, err = a.(storage.StoredSizer).StoredSize(ctx, []int{0, 0})
	require.NoError(t, err)
	assert.False(t, present)

	for want, value := range map[string][]byte{
		"":                        shard("abcd", 2, 2, 0, 2),
		"too few for the index":   shard("abcd", 1),
		"ends within a chunk":     shard("ab", 33, 2, none, none),
		"there should be 2":       shard("abcd", 0, 1, none, none),
		"said to have 3 bytes, 2": shard("abcd", 0, 3, none, none),
		"is said to be at 18446":  shard("abcd", none, 2, none, none),
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

// TestShardIndexTransposed: the index is an array of the shard's grid and two, not
// of pairs.
func TestShardIndexTransposed(t *testing.T) {
	ctx, values := t.Context(), mem.NewStore()
	doc := parse(t, `{"zarr_format":3,"node_type":"array","shape":[2,2],"data_type":"uint8","chunk_grid":{"name":"regular","configuration":{"chunk_shape":[2,2]}},
		"chunk_key_encoding":"default","fill_value":0,"codecs":[{"name":"sharding_indexed","configuration":{"chunk_shape":[1,1],"codecs":["bytes"],
		"index_codecs":[{"name":"transpose","configuration":{"order":[2,1,0]}},{"name":"bytes","configuration":{"endian":"little"}}]}}]}`)
	b, err := json.Marshal(doc)
	require.NoError(t, err)
	require.NoError(t, values.Put(ctx, "x/zarr.json", b))
	require.NoError(t, values.Put(ctx, "x/c/0/0", shard("acbd", 0, 1, 2, 3, 1, 1, 1, 1))) // offsets, then lengths, by columns
	a, _, err := zarr.OpenStore(ctx, values, "x")
	require.NoError(t, err)
	assert.Equal(t, "abcd", string(readAll(t, a)))
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
}

// TestShardsWritten looks at the bytes of shards, and changes them.
func TestShardsWritten(t *testing.T) {
	const none = 1<<64 - 1
	ctx := t.Context()
	for at, want := range map[string][]byte{"end": shard("cd", none, none, 0, 2), "start": append(shard("", none, none, 36, 2), 0, 0, 0, 0, 'c', 'd')} {
		s := mem.NewStore()
		spec := storage.Spec{DType: nd.Uint8, Shape: []int{7}, Codecs: []string{"sharding (2)"}, Options: map[string]string{"chunks": "4", "index": at}}
		a, err := zarr.CreateArrayStore(ctx, s, "x", spec, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"sharding (2)"}, a.Meta().Codecs)
		require.NoError(t, a.WriteChunk(ctx, []int{0}, []byte{0, 0, 'c', 'd'}))
		require.NoError(t, a.WriteChunk(ctx, []int{1}, []byte{0, 0, 0}))
		require.NoError(t, a.Commit(ctx))
		got, err := s.Get(ctx, "x/c/0", nil)
		require.NoError(t, err)
		sum := crc32.Checksum(want[:32], crc32.MakeTable(crc32.Castagnoli))
		if at == "end" {
			sum = crc32.Checksum(want[2:34], crc32.MakeTable(crc32.Castagnoli))
			want = binary.LittleEndian.AppendUint32(want, sum)
		} else {
			binary.LittleEndian.PutUint32(want[32:], sum)
		}
		assert.Equal(t, want, got, at)
		_, err = s.Get(ctx, "x/c/1", nil)
		assert.ErrorIs(t, err, storage.ErrNotFound, "a shard of fill values only")

		w, err := zarr.OpenWritableArrayStore(ctx, s, "x")
		require.NoError(t, err)
		r, _, err := zarr.OpenStore(ctx, s, "x")
		require.NoError(t, err)
		require.NoError(t, storage.WriteBox(ctx, w, nd.Box{Start: []int{1}, Shape: []int{5}}, []byte("bCDEF")))
		assert.Equal(t, "\x00bCDEF\x00", string(readAll(t, r)))
		require.NoError(t, w.Resize(ctx, []int{3}))
		require.NoError(t, w.Resize(ctx, []int{9}))
		assert.Equal(t, "\x00bC\x00\x00\x00\x00\x00\x00", string(readAll(t, w)))
		require.NoError(t, w.DeleteChunk(ctx, []int{0}))
		assert.Equal(t, make([]byte, 9), readAll(t, w))
		assert.Positive(t, w.(storage.ReadCoster).ReadCost())
		assert.Positive(t, w.(storage.WriteCoster).WriteCost())
	}
}
