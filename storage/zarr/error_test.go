package zarr_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// good3 is a v3 document that opens; tests change one member.
var good3 = map[string]any{
	"zarr_format": 3, "node_type": "array", "shape": []int{4}, "data_type": "int16",
	"chunk_grid":         map[string]any{"name": "regular", "configuration": map[string]any{"chunk_shape": []int{2}}},
	"chunk_key_encoding": "default", "fill_value": 0,
	"codecs": []any{map[string]any{"name": "bytes", "configuration": map[string]any{"endian": "little"}}},
}

var good2 = map[string]any{
	"zarr_format": 2, "shape": []int{4}, "chunks": []int{2}, "dtype": "<i2", "compressor": nil, "fill_value": 0, "order": "C", "filters": nil,
}

// open opens an array whose metadata are good with one member changed.
func open(t *testing.T, name string, good map[string]any, member string, value any) (storage.Array, error) {
	t.Helper()
	doc := maps.Clone(good)
	if doc[member] = value; value == "absent" {
		delete(doc, member)
	}
	b, err := json.Marshal(doc)
	require.NoError(t, err)
	return openText(t, name, string(b))
}

func openText(t *testing.T, name, doc string) (storage.Array, error) {
	t.Helper()
	s := mem.NewStore()
	require.NoError(t, s.Put(t.Context(), "some/array/"+name, []byte(doc)))
	a, _, err := zarr.OpenStore(t.Context(), s, "some/array")
	return a, err
}

// edges is a rectilinear grid.
func edges(axes ...any) map[string]any {
	return named("rectilinear", map[string]any{"kind": "inline", "chunk_shapes": axes})
}

func named(name string, config map[string]any) map[string]any {
	return map[string]any{"name": name, "configuration": config}
}

func TestMetadataErrors(t *testing.T) {
	_, err := open(t, "zarr.json", good3, "attributes", map[string]any{})
	require.NoError(t, err)
	_, err = open(t, ".zarray", good2, "filters", []any{})
	require.NoError(t, err)
	big := json.Number("1" + strings.Repeat("0", 30))
	for _, c := range []struct {
		doc    map[string]any
		member string
		value  any
		class  error
		want   string
	}{
		{good3, "zarr_format", 4, storage.ErrUnsupported, "zarr_format 4"},
		{good3, "node_type", "table", storage.ErrCorrupt, `"table"`},
		{good3, "shape", "absent", storage.ErrCorrupt, "lack shape"},
		{good3, "shape", []any{big}, storage.ErrCorrupt, "1000000000000000000000000000000"},
		{good3, "shape", []any{-1}, storage.ErrCorrupt, "-1"},
		{good3, "shape", []any{1.5}, storage.ErrCorrupt, "1.5"},
		{good3, "shape", make([]int, 65), storage.ErrUnsupported, "65 axes"},
		{good3, "shape", []int{1 << 62}, storage.ErrCorrupt, "2^62"},
		{good3, "shape", []int{4, 4}, storage.ErrCorrupt, "chunk shape"},
		{good3, "data_type", "int3", storage.ErrUnsupported, `"int3"`},
		{good3, "data_type", named("struct", nil), storage.ErrCorrupt, "fields null"},
		{good3, "data_type", "r12", storage.ErrCorrupt, "r12"},
		{good3, "data_type", named("numpy.datetime64", map[string]any{"unit": "fortnight"}), storage.ErrUnsupported, "fortnight"},
		{good3, "data_type", named("numpy.datetime64", map[string]any{"unit": "s", "scale_factor": 0}), storage.ErrCorrupt, "scale_factor"},
		{good3, "data_type", named("fixed_length_utf32", map[string]any{"length_bytes": 6}), storage.ErrUnsupported, "length_bytes 6"},
		{good3, "chunk_grid", named("rectilinear", nil), storage.ErrCorrupt, "chunk_shapes null"},
		{good3, "chunk_grid", edges([]any{2, 1}), storage.ErrCorrupt, "3 long together, the axis 4"},
		{good3, "chunk_grid", edges([]any{0, 4}), storage.ErrCorrupt, "length 0"},
		{good3, "chunk_grid", edges([]any{[]any{2}}), storage.ErrCorrupt, "how often"},
		{good3, "chunk_grid", edges([]any{[]any{1 << 40, 1 << 40}}), storage.ErrCorrupt, "chunks of length"},
		{good3, "chunk_grid", edges(4, 4), storage.ErrCorrupt, "for 1 axes"},
		{good3, "chunk_grid", named("rectilinear", map[string]any{"kind": "file", "chunk_shapes": []any{4}}), storage.ErrUnsupported, "kind"},
		{good3, "chunk_grid", named("hexagonal", nil), storage.ErrUnsupported, `"hexagonal"`},
		{good3, "chunk_grid", named("regular", map[string]any{"chunk_shape": []int{0}}), storage.ErrCorrupt, "length 0"},
		{good3, "chunk_grid", 7, storage.ErrCorrupt, "chunk_grid"},
		{good3, "chunk_grid", map[string]any{"name": "regular", "must_understand": false}, storage.ErrCorrupt, "chunk_grid: corrupt: must_understand"},
		{good3, "chunk_key_encoding", map[string]any{"name": "v2", "must_understand": false}, storage.ErrCorrupt, "must_understand"},
		{good3, "chunk_key_encoding", "fancy", storage.ErrUnsupported, `"fancy"`},
		{good3, "chunk_key_encoding", named("default", map[string]any{"separator": "-"}), storage.ErrCorrupt, `"-"`},
		{good3, "fill_value", 70000, storage.ErrCorrupt, "fill_value 70000 of int16"},
		{good3, "fill_value", 1.5, storage.ErrCorrupt, "1.5"},
		{good3, "fill_value", "absent", storage.ErrCorrupt, "lack fill_value"},
		{good3, "codecs", []any{}, storage.ErrCorrupt, "codecs"},
		{good3, "codecs", []any{map[string]any{}}, storage.ErrCorrupt, "codec 0"},
		{good3, "attributes", []any{1}, storage.ErrCorrupt, "attributes"},
		{good3, "dimension_names", []any{"a", "b"}, storage.ErrCorrupt, "dimension_names"},
		{good3, "storage_transformers", []any{"x"}, storage.ErrUnsupported, "storage_transformers"},
		{good3, "novelty", map[string]any{"must_understand": true}, storage.ErrUnsupported, `"novelty"`},
		{good2, "zarr_format", 3, storage.ErrUnsupported, "zarr_format 3"},
		{good2, "dtype", "<i3", storage.ErrUnsupported, "<i3"},
		{good2, "dtype", "|i2", storage.ErrUnsupported, "|i2"},
		{good2, "dtype", "|O", storage.ErrUnsupported, "|O"},
		{good2, "dtype", []any{[]any{"a"}}, storage.ErrCorrupt, "field"},
		{good2, "dtype", []any{[]any{"a", "<i2"}, []any{"a", "<i2"}}, storage.ErrCorrupt, "name of its own"},
		{good2, "dtype", []any{[]any{"a", "<i2", []int{1 << 40}}}, storage.ErrCorrupt, "shape"},
		{good2, "order", "Z", storage.ErrCorrupt, `"Z"`},
		{good2, "chunks", []int{2, 2}, storage.ErrCorrupt, "chunk shape"},
		{good2, "dimension_separator", "x", storage.ErrCorrupt, "separator"},
		{good2, "filters", 3, storage.ErrCorrupt, "filters"},
		{good2, "compressor", map[string]any{"level": 3}, storage.ErrCorrupt, "id"},
		{good2, "fill_value", "x", storage.ErrCorrupt, "fill_value"},
	} {
		name := "zarr.json"
		if c.doc["node_type"] == nil {
			name = ".zarray"
		}
		_, err := open(t, name, c.doc, c.member, c.value)
		about := fmt.Sprintf("%s %s %v", name, c.member, c.value)
		assert.ErrorIs(t, err, c.class, about)
		assert.ErrorContains(t, err, c.want, about)
		assert.ErrorContains(t, err, "open some/array: "+name+": ", about)
	}
}

// TestOddDocuments: what JSON and the specification leave open.
func TestOddDocuments(t *testing.T) {
	a, err := openText(t, "zarr.json", "\uFEFF"+`{"zarr_format":3.0,"node_type":"array","shape":[4.0],"data_type":{"name":"int16"},"chunk_grid":{"name":"regular",
		"configuration":{"chunk_shape":[2e0]}},"chunk_key_encoding":"default","fill_value":7,"codecs":[{"name":"bytes","configuration":{"endian":"little"}},
		{"name":"zstd","configuration":{"level":3.0}},{"name":"new","must_understand":false},"crc32c"],"storage_transformers":[],"dimension_names":[null]}`)
	require.NoError(t, err)
	assert.Equal(t, []int16{7, 7, 7, 7}, nd.AsSlice[int16](readAll(t, a)))
	assert.Equal(t, []int{2}, a.Meta().ReadGrid.NumChunks())
	a, err = openText(t, ".zarray", `{"zarr_format":2,"shape":[0,3],"chunks":[0,3],"dtype":"<i2","compressor":null,"fill_value":0,"order":"C","filters":null}`)
	require.NoError(t, err)
	assert.Empty(t, readAll(t, a))
}

func TestBadDocuments(t *testing.T) {
	for doc, want := range map[string]string{
		"": "not a JSON object", "[]": "not a JSON object", "null": "null", `{"a": 1} x`: "follows", `{"zarr_format": 3`: "not a JSON object",
		strings.Repeat("[", 1000): "nested more than", `{"a": "\u`: "not a JSON object", "\x00": "not a JSON object",
		"{" + strings.Repeat(" ", 17<<20) + "}": "more than",
	} {
		_, err := openText(t, "zarr.json", doc)
		assert.ErrorIs(t, err, storage.ErrCorrupt)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "some/array: zarr.json")
	}
}

func TestMustUnderstand(t *testing.T) {
	_, err := open(t, "zarr.json", good3, "novelty", map[string]any{"must_understand": false, "x": 1})
	assert.NoError(t, err)
	bytes := good3["codecs"].([]any)[0]
	a, err := open(t, "zarr.json", good3, "codecs", []any{bytes, map[string]any{"name": "fancy", "must_understand": false}})
	require.NoError(t, err)
	_, err = a.ReadChunk(t.Context(), []int{0}, make([]byte, 4))
	assert.NoError(t, err)
	a, err = open(t, "zarr.json", good3, "codecs", []any{bytes, named("fancy", nil)})
	require.NoError(t, err, "metadata can be looked at")
	assert.Equal(t, []string{"fancy"}, a.Meta().Codecs)
	_, err = a.ReadChunk(t.Context(), []int{0}, make([]byte, 4))
	assert.ErrorIs(t, err, storage.ErrCodec)
	assert.EqualError(t, err, `read chunk [0] of some/array: unknown codec "fancy"`)
	a, err = open(t, ".zarray", good2, "compressor", map[string]any{"id": "pcodec", "level": 8})
	require.NoError(t, err)
	_, err = a.ReadChunk(t.Context(), []int{0}, make([]byte, 4))
	assert.ErrorContains(t, err, `unknown codec "pcodec"`)
	a, err = open(t, ".zarray", good2, "filters", []any{map[string]any{"id": "crc32c", "location": "start"}})
	require.NoError(t, err)
	_, err = a.ReadChunk(t.Context(), []int{0}, make([]byte, 4))
	assert.NoError(t, err, "the checksum is where numcodecs puts it, of a chunk that is missing")
}

// sample creates an int32 array of 5×7 in chunks of 2×3 in a store.
func sample(t *testing.T, s storage.Store, path string, codecs ...string) storage.WritableArray {
	t.Helper()
	grid, err := nd.NewGrid([]int{5, 7}, []int{2, 3})
	require.NoError(t, err)
	a, err := zarr.CreateArrayStore(t.Context(), s, path, storage.Spec{DType: nd.Int32, Shape: []int{5, 7}, Chunks: grid, Codecs: codecs}, nil)
	require.NoError(t, err)
	data := make([]int32, 35)
	for i := range data {
		data[i] = int32(i + 1)
	}
	require.NoError(t, storage.WriteBox(t.Context(), a, nd.Box{Start: []int{0, 0}, Shape: []int{5, 7}}, nd.AsBytes(data)))
	return a
}

func TestCorruptChunks(t *testing.T) {
	ctx := t.Context()
	for _, codecs := range [][]string{{"bytes little"}, {"zstd 3"}, {"gzip 5"}, {"crc32c"}, {"bytes big"}, {"zstd 3", "crc32c"}, {"blosc zstd"}} {
		s := mem.NewStore()
		a := sample(t, s, "x", codecs...)
		require.NoError(t, a.Commit(ctx))
		r, _, err := zarr.OpenStore(ctx, s, "x")
		require.NoError(t, err)
		good, err := s.Get(ctx, "x/c/0/1", nil)
		require.NoError(t, err)
		for _, bad := range [][]byte{nil, good[:len(good)-1], append(good[:len(good):len(good)], 0), make([]byte, 1<<20)} {
			require.NoError(t, s.Put(ctx, "x/c/0/1", bad))
			_, err := r.ReadChunk(ctx, []int{0, 1}, make([]byte, 24))
			if err == nil && len(bad) == len(good)+1 && codecs[0] == "blosc zstd" {
				continue // a frame knows its length
			}
			assert.ErrorIs(t, err, storage.ErrCorrupt, "%v: %d bytes instead of %d", codecs, len(bad), len(good))
			assert.ErrorContains(t, err, "read chunk [0 1] of x: key x/c/0/1: ")
		}
	}
}

func TestFillOnlyChunks(t *testing.T) {
	ctx := t.Context()
	s := &storagetest.Store{Store: mem.NewStore()}
	nan := math.Float64frombits(0x7ff8000000000001) // Go's
	grid, err := nd.NewGrid([]int{4}, []int{2})
	require.NoError(t, err)
	a, err := zarr.CreateArrayStore(ctx, s, "x", storage.Spec{DType: nd.Float64, Shape: []int{4}, Chunks: grid, Fill: nd.AsBytes([]float64{nan})}, nil)
	require.NoError(t, err)
	fill := nd.AsSlice[float64](a.Meta().Fill)[0]
	assert.Equal(t, uint64(0x7ff8000000000000), math.Float64bits(fill), "the NaN everybody can write")
	require.NoError(t, a.WriteChunk(ctx, []int{0}, nd.AsBytes([]float64{1, 2})))
	require.NoError(t, a.WriteChunk(ctx, []int{0}, nd.AsBytes([]float64{fill, fill})))
	require.NoError(t, a.WriteChunk(ctx, []int{1}, nd.AsBytes([]float64{0, 0})))
	require.NoError(t, a.Commit(ctx))
	r, _, err := zarr.OpenStore(ctx, s, "x")
	require.NoError(t, err)
	z := r.(storage.StoredSizer)
	_, present, err := z.StoredSize(ctx, []int{0})
	require.NoError(t, err)
	assert.False(t, present, "nothing but the fill value is deleted")
	n, present, err := z.StoredSize(ctx, []int{1})
	require.NoError(t, err)
	assert.True(t, present && n > 0, "zeros are not NaN")
	s.Gets.Reset()
	present, err = r.ReadChunk(ctx, []int{0}, make([]byte, 16))
	require.NoError(t, err)
	assert.False(t, present)
	present, err = r.ReadChunk(ctx, []int{1}, make([]byte, 16))
	require.NoError(t, err)
	assert.True(t, present)
	assert.Equal(t, map[string]int{"x/c/0": 1, "x/c/1": 1, "x/zarr.json": 1}, s.Gets.All(), "one get per chunk, and once of the metadata")
	name, _, length, err := r.(storage.ChunkLocator).ChunkLocation(ctx, []int{1})
	require.NoError(t, err)
	assert.Equal(t, "x/c/1", name)
	assert.Equal(t, n, length)
}

// A disk that is full, or fails otherwise, is an error that says so; what was
// there stays.
func TestFaultyStore(t *testing.T) {
	ctx := t.Context()
	s := &storagetest.Store{Store: mem.NewStore()}
	require.NoError(t, sample(t, s, "x").Commit(ctx))
	full := &storage.Error{Op: "put", Name: "x", Err: syscall.ENOSPC}
	s.Fail = func(op, key string) error {
		if op == "put" {
			return full
		}
		return nil
	}
	_, g, err := zarr.OpenStore(ctx, s, "")
	require.NoError(t, err, "the root is an implicit group")
	require.NotNil(t, g)
	_, err = zarr.CreateArrayStore(ctx, s, "y", storage.Spec{DType: nd.Int8, Shape: []int{1}}, nil)
	assert.ErrorIs(t, err, syscall.ENOSPC)
	s.Fail = nil
	a := sample(t, s, "y")
	s.Fail = func(op, key string) error {
		return map[string]error{"put": full, "get": errors.New("broken cable")}[op]
	}
	err = a.WriteChunk(ctx, []int{0, 0}, make([]byte, 23))
	assert.ErrorIs(t, err, nd.ErrShape)
	src := make([]byte, 24)
	src[0] = 1
	err = a.WriteChunk(ctx, []int{0, 0}, src)
	assert.ErrorIs(t, err, syscall.ENOSPC)
	assert.ErrorContains(t, err, "write chunk [0 0] of y")
	_, err = a.ReadChunk(ctx, []int{0, 0}, src)
	assert.ErrorContains(t, err, "broken cable")
	s.Fail = func(op, key string) error {
		if op == "rename" {
			return full
		}
		return nil
	}
	assert.ErrorIs(t, a.Commit(ctx), syscall.ENOSPC)
	s.Fail = nil
	require.NoError(t, a.Commit(ctx), "a commit that failed can be tried again")
	assert.ErrorIs(t, a.Commit(ctx), storage.ErrClosed)
	require.NoError(t, a.Close())
	_, err = a.ReadChunk(ctx, []int{0, 0}, src)
	assert.ErrorIs(t, err, storage.ErrClosed)
}

func TestOverwrite(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "x.zarr")
	yes := map[string]string{"overwrite": "true"}
	make := func(d nd.DType, opts map[string]string) (storage.WritableArray, error) {
		return storage.CreateArray(ctx, path, storage.Spec{DType: d, Shape: []int{3}}, opts)
	}
	dtype := func() nd.DType {
		a, err := storage.OpenArray(ctx, path)
		require.NoError(t, err)
		return a.Meta().DType
	}
	a, err := make(nd.Int8, nil)
	require.NoError(t, err)
	require.NoError(t, a.Commit(ctx))
	_, err = make(nd.Int16, nil)
	assert.ErrorIs(t, err, storage.ErrExists)
	b, err := make(nd.Int16, yes)
	require.NoError(t, err)
	assert.Equal(t, nd.Int8, dtype(), "the old array stays until Commit")
	require.NoError(t, b.Abort())
	assert.Equal(t, nd.Int8, dtype())
	b, err = make(nd.Int32, yes)
	require.NoError(t, err)
	require.NoError(t, b.Commit(ctx))
	assert.Equal(t, nd.Int32, dtype())
	b, err = make(nd.Int64, yes)
	require.NoError(t, err)
	require.NoError(t, b.Close())
	assert.Equal(t, nd.Int32, dtype(), "closed without Commit is aborted")
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing is left behind")

	// What is no store is never replaced.
	other := filepath.Join(filepath.Dir(path), "precious")
	require.NoError(t, os.MkdirAll(other, 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(other, "thesis"), nil, 0o600))
	for _, p := range []string{other, filepath.Join(other, "thesis")} {
		_, err = storage.Create(ctx, p, yes)
		assert.ErrorIs(t, err, storage.ErrExists)
	}
	_, err = storage.Create(ctx, path, map[string]string{"compress": "true"})
	assert.ErrorContains(t, err, `"compress"`)
}

func TestCreateErrors(t *testing.T) {
	grid, err := nd.NewGridSizes([][]int{{3, 1, 2}})
	require.NoError(t, err)
	for want, s := range map[string]storage.Spec{
		"names the shape":        {DType: nd.Int8, Shape: []int{6}, Codecs: []string{"sharding x"}},
		"a whole number":         {DType: nd.Int8, Shape: []int{6}, Options: map[string]string{"chunks": "6"}, Codecs: []string{"sharding (4)"}},
		`index="middle"`:         {DType: nd.Int8, Shape: []int{6}, Codecs: []string{"sharding (3)"}, Options: map[string]string{"index": "middle"}},
		"rectilinear chunk grid": {DType: nd.Int8, Shape: []int{6}, Chunks: grid, Codecs: []string{"sharding (1)"}},
		"chunks of shape [6]":    {DType: nd.Int8, Shape: []int{7}, Chunks: grid},
		"dtype invalid":          {Shape: []int{7}},
		"dimension names":        {DType: nd.Int8, Shape: []int{7}, Dims: []string{"a", "b"}},
		`unknown codec "lzw"`:    {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"lzw"}},
		"zstd or lz4 inside":     {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"blosc zlib"}},
		"in new arrays":          {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"bitround 3", "zstd"}},
		"shuffle 2; there are":   {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"blosc(cname=lz4, shuffle=2)"}},
		"no parameters":          {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"delta(astype=i2)"}},
		"with a location":        {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"crc32c(location=start)"}},
		`parameter "end"`:        {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"bytes(end=big)"}},
		`parameter "lvl"`:        {DType: nd.Int8, Shape: []int{6}, Codecs: []string{"sharding (3)", "zstd(lvl=5)"}},
		"delta of float64":       {DType: nd.Float64, Shape: []int{7}, Codecs: []string{"delta", "zstd"}},
		"level 99":               {DType: nd.Int8, Shape: []int{7}, Codecs: []string{"zstd 99"}},
		`order "A"`:              {DType: nd.Int8, Shape: []int{7}, Order: "A"},
		"fill value of 2 bytes":  {DType: nd.Int8, Shape: []int{7}, Fill: []byte{1, 2}},
		`option "frobnicate"`:    {DType: nd.Int8, Shape: []int{7}, Options: map[string]string{"frobnicate": "1"}},
		`option chunks="x"`:      {DType: nd.Int8, Shape: []int{7}, Options: map[string]string{"chunks": "x"}},
		"an attribute can't be":  {DType: nd.Int8, Shape: []int{7}, Attrs: storage.Attrs{"f": func() {}}},
		"datetime64[fortnights]": {DType: nd.Datetime64("fortnights"), Shape: []int{7}},
		"negative length":        {DType: nd.Int8, Shape: []int{-7}},
	} {
		_, err := zarr.CreateArrayStore(t.Context(), mem.NewStore(), "x", s, nil)
		assert.ErrorContains(t, err, want)
	}
	g, err := zarr.CreateStore(t.Context(), mem.NewStore(), "", nil)
	require.NoError(t, err)
	for _, name := range []string{"", ".", "...", "__x", "zarr.json", "a//b", "/a", "a/", `a\b`} {
		_, err := g.CreateArray(t.Context(), name, storage.Spec{DType: nd.Int8, Shape: []int{1}})
		assert.Error(t, err, "name %q", name)
	}
	a, err := g.CreateArray(t.Context(), "a", storage.Spec{DType: nd.Int8, Shape: []int{1}})
	require.NoError(t, err)
	assert.ErrorContains(t, g.Commit(t.Context()), "neither committed nor aborted: 1")
	require.NoError(t, a.Commit(t.Context()))
	_, err = g.CreateArray(t.Context(), "a/below", storage.Spec{DType: nd.Int8, Shape: []int{1}})
	assert.ErrorIs(t, err, storage.ErrNotGroup)
	require.NoError(t, g.Commit(t.Context()))
}

// Metadata that were consolidated before something changed would hide it.
func TestConsolidated(t *testing.T) {
	ctx := t.Context()
	s := store(t, loadGolden(t).V3)
	has := func() bool {
		b, err := s.Get(ctx, "zarr.json", nil)
		require.NoError(t, err)
		return strings.Contains(string(b), `"inline"`)
	}
	require.True(t, has())
	kept, err := s.Get(ctx, "zarr.json", nil)
	require.NoError(t, err)
	g, err := zarr.OpenWritableStore(ctx, s, "")
	require.NoError(t, err)
	a, err := g.CreateArray(ctx, "shapes/new", storage.Spec{DType: nd.Int8, Shape: []int{2}})
	require.NoError(t, err)
	assert.True(t, has())
	require.NoError(t, a.Commit(ctx))
	assert.False(t, has())
	_, again, err := zarr.OpenStore(ctx, s, "")
	require.NoError(t, err)
	assert.Equal(t, "golden", again.Attrs()["title"], "attributes stay")
	assert.True(t, math.IsNaN(again.Attrs()["nan"].(float64)), "even those JSON lacks")
	_, err = again.Array(ctx, "shapes/new")
	assert.NoError(t, err)
	require.NoError(t, s.Put(ctx, "zarr.json", kept))
	sub, err := g.Group(ctx, "shapes")
	require.NoError(t, err)
	require.NoError(t, sub.(storage.WritableGroup).SetAttrs(ctx, storage.Attrs{"new": 1}))
	assert.False(t, has())

	made := mem.NewStore()
	g, err = zarr.CreateStore(ctx, made, "top", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	a, err = g.CreateArray(ctx, "g/x", storage.Spec{DType: nd.Int8, Shape: []int{2}})
	require.NoError(t, err)
	require.NoError(t, a.Commit(ctx))
	require.NoError(t, g.Commit(ctx))
	b, err := made.Get(ctx, "top/zarr.json", nil)
	require.NoError(t, err)
	var doc struct {
		Consolidated struct{ Metadata map[string]any } `json:"consolidated_metadata"`
	}
	require.NoError(t, json.Unmarshal(b, &doc))
	assert.ElementsMatch(t, []string{"g", "g/x"}, slices.Collect(maps.Keys(doc.Consolidated.Metadata)))
}

// An array with an axis that is still empty keeps the chunk shape it grows into.
func TestGrow(t *testing.T) {
	ctx := t.Context()
	s := mem.NewStore()
	a, err := zarr.CreateArrayStore(ctx, s, "x", storage.Spec{DType: nd.Int8, Shape: []int{0, 4}, Options: map[string]string{"chunks": "3,2"}}, nil)
	require.NoError(t, err)
	require.NoError(t, a.Resize(ctx, []int{7, 4}))
	assert.Equal(t, "(3, 2)", a.Meta().ReadGrid.String())
	require.NoError(t, storage.WriteBox(ctx, a, nd.Box{Start: []int{6, 0}, Shape: []int{1, 4}}, []byte{1, 2, 3, 4}))
	require.NoError(t, a.Commit(ctx))
	r, _, err := zarr.OpenStore(ctx, s, "x")
	require.NoError(t, err)
	assert.Equal(t, []int{7, 4}, r.Meta().Shape)
	assert.Equal(t, []byte{1, 2, 3, 4}, readAll(t, r)[24:])
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	_, _, err = zarr.OpenStore(ctx, s, "x")
	assert.ErrorIs(t, err, context.Canceled)
}
