package zarr_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// document returns a metadata document of a store.
func document(t *testing.T, s storage.Store, key string) map[string]any {
	t.Helper()
	b, err := s.Get(t.Context(), key, nil)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(b, &doc))
	return doc
}

// parse returns what JSON text stands for.
func parse(t *testing.T, text string) (v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	return v
}

// create makes an array "x" in a new store.
func create(t *testing.T, spec storage.Spec, opts map[string]string) (*mem.Store, storage.WritableArray) {
	t.Helper()
	s := mem.NewStore()
	a, err := zarr.CreateArrayStore(t.Context(), s, "x", spec, opts)
	require.NoError(t, err)
	return s, a
}

func whole(shape []int) nd.Box { return nd.Box{Start: make([]int, len(shape)), Shape: shape} }

func TestRectilinear(t *testing.T) {
	ctx := t.Context()
	grid := nd.Must(nd.NewGridSizes([][]int{{3, 1, 1, 2}, {4, 1}}))
	s, w := create(t, storage.Spec{DType: nd.Int16, Shape: []int{7, 5}, Chunks: grid, Fill: []byte{9, 0}}, nil)
	want := make([]byte, 7*5*2)
	storagetest.Pattern(nd.Int16, want, 0)
	require.NoError(t, storage.WriteBox(ctx, w, whole([]int{7, 5}), want))
	require.NoError(t, w.Commit(ctx))
	assert.Equal(t, parse(t, `{"name": "rectilinear", "configuration": {"kind": "inline", "chunk_shapes": [[3, [1, 2], 2], [4, 1]]}}`),
		document(t, s, "x/zarr.json")["chunk_grid"])
	r, _, err := zarr.OpenStore(ctx, s, "x")
	require.NoError(t, err)
	assert.Equal(t, grid.String(), r.Meta().ReadGrid.String())
	assert.Equal(t, want, readAll(t, r))

	// Chunks keep their length where the axis ends within one, and what comes
	// behind the last is one more.
	resized, err := zarr.OpenWritableArrayStore(ctx, s, "x")
	require.NoError(t, err)
	require.NoError(t, resized.Resize(ctx, []int{6, 2}))
	require.NoError(t, resized.Resize(ctx, []int{10, 2}))
	assert.Equal(t, parse(t, `[[3, [1, 2], 2, 3], [4, 1]]`),
		document(t, s, "x/zarr.json")["chunk_grid"].(map[string]any)["configuration"].(map[string]any)["chunk_shapes"])
	got := nd.AsSlice[int16](readAll(t, resized))
	for i, v := range nd.AsSlice[int16](want)[:6*5] {
		if i%5 < 2 {
			require.Equal(t, v, got[i/5*2+i%5], "element %d", i)
		}
	}
	for _, v := range got[6*2:] {
		require.Equal(t, int16(9), v)
	}
	assert.Error(t, resized.WriteChunk(ctx, []int{5, 0}, nil))
}

// TestWhatZarrPythonWants: without these zarr-python 3.3 doesn't open an array ("Named
// configuration does not have a 'configuration' key", "Dimension 1 has no chunk edges").
func TestWhatZarrPythonWants(t *testing.T) {
	s, a := create(t, storage.Spec{DType: nd.Int16, Shape: []int{4}, Codecs: []string{"crc32", "adler32", "fletcher32", "jenkins_lookup3"}}, nil)
	require.NoError(t, a.Commit(t.Context()))
	for _, c := range document(t, s, "x/zarr.json")["codecs"].([]any)[1:] {
		assert.Equal(t, map[string]any{}, c.(map[string]any)["configuration"], "%v", c)
	}
	s, a = create(t, storage.Spec{DType: nd.Int16, Shape: []int{4, 0}, Chunks: nd.Must(nd.NewGridSizes([][]int{{1, 3}, {}}))}, nil)
	require.NoError(t, a.Commit(t.Context()))
	grid := document(t, s, "x/zarr.json")["chunk_grid"].(map[string]any)["configuration"]
	assert.Equal(t, parse(t, `[[1, 3], [1]]`), grid.(map[string]any)["chunk_shapes"])
}

func TestText(t *testing.T) {
	ctx := t.Context()
	elems := []string{"", "añ☃", "c", "\x00", "much longer than the others", "f", "g"}
	for _, opts := range []map[string]string{nil, {"zarr_format": "2"}} {
		for _, d := range []nd.DType{nd.Text, nd.Sized(nd.KindBytes, 0)} {
			spec := storage.Spec{DType: d, Shape: []int{7}, Chunks: nd.Must(nd.NewGrid([]int{7}, []int{3})), Fill: []byte("none")}
			s, a := create(t, spec, opts)
			w := a.(storage.StringWriter)
			require.NoError(t, w.WriteStrings(ctx, []int{0}, elems[:3]))
			require.NoError(t, w.WriteStrings(ctx, []int{2}, elems[6:]))
			require.NoError(t, w.WriteStrings(ctx, []int{1}, []string{"none", "none", "none"}))
			assert.ErrorIs(t, w.WriteStrings(ctx, []int{1}, elems[:2]), nd.ErrShape)
			if d == nd.Text {
				assert.ErrorContains(t, w.WriteStrings(ctx, []int{1}, []string{"a", "\xff", "b"}), "element 1 is no UTF-8")
			}
			require.NoError(t, w.Commit(ctx))
			r, _, err := zarr.OpenStore(ctx, s, "x")
			require.NoError(t, err)
			assert.Equal(t, d, r.Meta().DType)
			assert.Equal(t, "none", string(r.Meta().Fill))
			got, err := storage.ReadStrings(ctx, r, whole([]int{7}))
			require.NoError(t, err)
			assert.Equal(t, []string{"", "añ☃", "c", "none", "none", "none", "g"}, got)
			_, present, err := r.(storage.StringReader).ReadStrings(ctx, []int{1})
			require.NoError(t, err)
			assert.False(t, present, "a chunk of fill values isn't written")
			_, err = r.ReadChunk(ctx, []int{0}, nil)
			assert.ErrorContains(t, err, "vary in length")

			resized, err := zarr.OpenWritableArrayStore(ctx, s, "x")
			require.NoError(t, err)
			require.NoError(t, resized.Resize(ctx, []int{2}))
			require.NoError(t, resized.Resize(ctx, []int{4}))
			got, err = storage.ReadStrings(ctx, resized, whole([]int{4}))
			require.NoError(t, err)
			assert.Equal(t, []string{"", "añ☃", "none", "none"}, got)
		}
	}
}

// TestCodecParameters: what is asked for by name is what the documents say, in both
// versions.
func TestCodecParameters(t *testing.T) {
	ctx := t.Context()
	codecs := []string{"transpose(order=(1, 0))", "bytes(endian=big)", "shuffle(elementsize=2)", "blosc(cname=lz4,clevel=7,shuffle=bitshuffle,typesize=4)"}
	for version, want := range map[string]string{
		"3": `[{"name": "transpose", "configuration": {"order": [1, 0]}}, {"name": "bytes", "configuration": {"endian": "big"}},
			{"name": "numcodecs.shuffle", "configuration": {"elementsize": 2}},
			{"name": "blosc", "configuration": {"cname": "lz4", "clevel": 7, "shuffle": "bitshuffle", "typesize": 4, "blocksize": 0}}]`,
		"2": `{"id": "blosc", "cname": "lz4", "clevel": 7, "shuffle": 2, "blocksize": 0}`,
	} {
		s := mem.NewStore()
		g, err := zarr.CreateStore(ctx, s, "", map[string]string{"zarr_format": version})
		require.NoError(t, err)
		spec := storage.Spec{DType: nd.Float32, Shape: []int{4, 6}, Codecs: codecs}
		a, err := g.CreateArray(ctx, "a", spec)
		require.NoError(t, err)
		require.NoError(t, a.Commit(ctx))
		if version == "3" {
			assert.Equal(t, parse(t, `{"codecs":`+want+`}`).(map[string]any)["codecs"], document(t, s, "a/zarr.json")["codecs"])
			continue
		}
		assert.Equal(t, parse(t, want), document(t, s, "a/.zarray")["compressor"])
		spec.Codecs = []string{"blosc(typesize=2)"}
		_, err = g.CreateArray(ctx, "b", spec)
		assert.ErrorIs(t, err, storage.ErrUnsupported)
		assert.ErrorContains(t, err, "blosc with typesize 2 for float32")
	}
}

// TestVersion2 looks at the documents of version 2, which are those of
// zarr-python 2.
func TestVersion2(t *testing.T) {
	ctx := t.Context()
	s := mem.NewStore()
	g, err := zarr.CreateStore(ctx, s, "g", map[string]string{"zarr_format": "2", "consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"title": "old"}))
	a, err := g.CreateArray(ctx, "a", storage.Spec{DType: nd.Float32, Shape: []int{4, 6}, Chunks: nd.Must(nd.NewGrid([]int{4, 6}, []int{2, 3})),
		Order: "F", Dims: []string{"y", "x"}, Attrs: storage.Attrs{"units": "K"}, Codecs: []string{"bytes big", "shuffle", "blosc"}})
	require.NoError(t, err)
	require.NoError(t, a.WriteChunk(ctx, []int{0, 1}, make([]byte, 24)))
	require.NoError(t, a.Commit(ctx))
	require.NoError(t, g.Commit(ctx))
	assert.NotEmpty(t, get(t, s, "g/a/0.1"), "zeros are no fill values")
	zarray := parse(t, `{"zarr_format": 2, "shape": [4, 6], "chunks": [2, 3], "dtype": ">f4", "fill_value": null, "order": "F",
		"dimension_separator": ".", "filters": [{"id": "shuffle", "elementsize": 4}],
		"compressor": {"id": "blosc", "cname": "zstd", "clevel": 5, "shuffle": 1, "blocksize": 0}}`)
	assert.Equal(t, zarray, parse(t, string(get(t, s, "g/a/.zarray"))))
	zattrs := parse(t, `{"units": "K", "_ARRAY_DIMENSIONS": ["y", "x"]}`)
	assert.Equal(t, zattrs, parse(t, string(get(t, s, "g/a/.zattrs"))))
	assert.Equal(t, map[string]any{"zarr_consolidated_format": 1.0, "metadata": map[string]any{
		".zgroup": parse(t, `{"zarr_format": 2}`), ".zattrs": parse(t, `{"title": "old"}`), "a/.zarray": zarray, "a/.zattrs": zattrs,
	}}, parse(t, string(get(t, s, "g/.zmetadata"))))

	// A group that was there already gets arrays of its version, and its
	// consolidated metadata, which don't know of them, go.
	w, err := zarr.OpenWritableStore(ctx, s, "g")
	require.NoError(t, err)
	b, err := w.CreateArray(ctx, "sub/b", storage.Spec{DType: nd.Bool, Shape: []int{}, Options: map[string]string{"separator": "/"}})
	require.NoError(t, err)
	require.NoError(t, b.Commit(ctx))
	assert.Equal(t, "Zarr v2", b.Meta().Format)
	assert.Equal(t, parse(t, `{"zarr_format": 2}`), parse(t, string(get(t, s, "g/sub/.zgroup"))))
	_, err = s.Get(ctx, "g/.zmetadata", nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	for want, spec := range map[string]storage.Spec{
		"shards in version 2":    {DType: nd.Int8, Shape: []int{4}, Codecs: []string{"sharding (1)"}},
		"irregular chunks":       {DType: nd.Int8, Shape: []int{6}, Chunks: nd.Must(nd.NewGridSizes([][]int{{3, 1, 2}}))},
		"has orders C and F":     {DType: nd.Int8, Shape: []int{2, 3, 4}, Codecs: []string{"transpose (1, 0, 2)"}},
		"dtype str in version 2": {DType: nd.Sized(nd.KindUTF32, 0), Shape: []int{2}},
	} {
		_, err := w.CreateArray(ctx, "bad", spec)
		assert.ErrorContains(t, err, want)
		assert.ErrorIs(t, err, storage.ErrUnsupported)
	}
}

func get(t *testing.T, s storage.Store, key string) []byte {
	t.Helper()
	b, err := s.Get(t.Context(), key, nil)
	require.NoError(t, err)
	return b
}

// TestStructs reads elements with fields, of which version 2 gives every one
// its own byte order.
func TestStructs(t *testing.T) {
	ctx := t.Context()
	element := []byte{1, 0, 2, 0x3f, 0xc0, 0, 0, 'a', 'b', 7, 0, 0, 0, 8, 0, 0, 0}
	docs := map[string]string{
		"2/.zarray": `{"zarr_format": 2, "shape": [2], "chunks": [1], "order": "C", "compressor": null, "filters": null,
			"dtype": [["i", "|i1"], ["in", [["u", ">u2"], ["f", ">f4"]]], ["s", "|S2"], ["pair", "<u4", [2]]], "fill_value": "AQACP8AAAGFiBwAAAAgAAAA="}`,
		"3/zarr.json": `{"zarr_format": 3, "node_type": "array", "shape": [2], "chunk_key_encoding": "default",
			"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1]}}, "codecs": [{"name": "bytes", "configuration": {"endian": "big"}}],
			"data_type": {"name": "struct", "configuration": {"fields": [{"name": "i", "data_type": "int8"}, {"name": "in", "data_type":
				{"name": "struct", "configuration": {"fields": [{"name": "u", "data_type": "uint16"}, {"name": "f", "data_type": "float32"}]}}},
				{"name": "s", "data_type": {"name": "null_terminated_bytes", "configuration": {"length_bytes": 2}}}, {"name": "pair", "data_type": "r64"}]}},
			"fill_value": {"i": 1, "in": {"u": 2, "f": 1.5}, "s": "YWI=", "pair": [7, 0, 0, 0, 8, 0, 0, 0]}}`,
	}
	s := mem.NewStore()
	for key, doc := range docs {
		require.NoError(t, s.Put(ctx, key, []byte(doc)))
	}
	require.NoError(t, s.Put(ctx, "2/0", element))
	require.NoError(t, s.Put(ctx, "3/c/0", element))
	for _, version := range []string{"2", "3"} {
		a, _, err := zarr.OpenStore(ctx, s, version)
		require.NoError(t, err)
		d := a.Meta().DType
		assert.Equal(t, "struct{i int8, in struct{u uint16, f float32}, s bytes2, pair raw8}", d.String())
		b := readAll(t, a)
		assert.Equal(t, b[:17], b[17:], "the fill value is that element too")
		in := d.Fields()[1]
		assert.Equal(t, uint16(2), nd.AsSlice[uint16](append([]byte{}, b[in.Offset:in.Offset+2]...))[0])
		assert.Equal(t, float32(1.5), nd.AsSlice[float32](append([]byte{}, b[in.Offset+2:in.Offset+6]...))[0])
		w, err := zarr.OpenWritableArrayStore(ctx, s, version)
		require.NoError(t, err)
		require.NoError(t, w.Resize(ctx, []int{3}))
		clear(b[:8])
		require.NoError(t, w.WriteChunk(ctx, []int{2}, b[:17]))
		assert.Equal(t, b[:17], readAll(t, w)[34:])
	}
}

func TestBfloat16(t *testing.T) {
	ctx := t.Context()
	s := mem.NewStore()
	require.NoError(t, s.Put(ctx, "zarr.json", []byte(`{"zarr_format": 3, "node_type": "array", "shape": [4], "chunk_key_encoding": "default",
		"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}}, "codecs": [{"name": "bytes", "configuration": {"endian": "big"}}],
		"data_type": "bfloat16", "fill_value": "0x4049"}`)))
	require.NoError(t, s.Put(ctx, "c/0", []byte{0x3f, 0x80, 0xc0, 0x00}))
	w, err := zarr.OpenWritableArrayStore(ctx, s, "")
	require.NoError(t, err)
	assert.Equal(t, nd.AsBytes([]float32{1, -2, 3.140625, 3.140625}), readAll(t, w))
	require.NoError(t, w.WriteChunk(ctx, []int{1}, nd.AsBytes([]float32{0.5, 7})))
	assert.Equal(t, []byte{0x3f, 0, 0x40, 0xe0}, get(t, s, "c/1"))
	assert.ErrorContains(t, w.WriteChunk(ctx, []int{1}, nd.AsBytes([]float32{0.5, 0.1})), "element 1 is no bfloat16")
}

func TestMissingIsAnError(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "a.zarr")
	for _, codecs := range [][]string{nil, {"sharding (1)"}} {
		w, err := storage.CreateArray(ctx, path, storage.Spec{DType: nd.Int8, Shape: []int{4}, Chunks: nd.Must(nd.NewGrid([]int{4}, []int{2})), Codecs: codecs},
			map[string]string{"overwrite": "true"})
		require.NoError(t, err)
		require.NoError(t, w.WriteChunk(ctx, []int{1}, []byte{0, 1}))
		require.NoError(t, w.Commit(ctx))
		require.NoError(t, w.Close())
		a, err := storage.OpenArray(ctx, path, map[string]string{"missing": "error"})
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"missing": "error"}, a.Ref().Options)
		_, err = a.ReadChunk(ctx, []int{0}, make([]byte, a.Meta().ReadGrid.Box([]int{0}).Size()))
		assert.ErrorIs(t, err, storage.ErrNotFound)
		assert.ErrorContains(t, err, "key c/0")
		assert.ErrorIs(t, storage.ReadBox(ctx, a, whole([]int{4}), make([]byte, 4)), storage.ErrNotFound)
		part := make([]byte, 2)
		require.NoError(t, storage.ReadBox(ctx, a, nd.Box{Start: []int{2}, Shape: []int{2}}, part), "chunks of a shard may be missing")
		assert.Equal(t, []byte{0, 1}, part)
		require.NoError(t, a.Close())
		w, err = storage.OpenWritableArray(ctx, path, map[string]string{"missing": "error"})
		require.NoError(t, err)
		require.NoError(t, storage.WriteBox(ctx, w, nd.Box{Start: []int{1}, Shape: []int{2}}, []byte{7, 8}), "into a chunk that is missing")
		require.NoError(t, w.Commit(ctx))
		require.NoError(t, w.Close())
		a, err = storage.OpenArray(ctx, path)
		require.NoError(t, err)
		assert.Equal(t, []byte{0, 7, 8, 1}, readAll(t, a))
	}
}

// TestReadWhileOverwritten: an array that was open when its store was overwritten has the
// old chunks or errors, not the fill value.
func TestReadWhileOverwritten(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "out.zarr")
	save := func(v byte) {
		g, err := storage.Create(ctx, path, map[string]string{"overwrite": "true"})
		require.NoError(t, err)
		a, err := g.CreateArray(ctx, "a", storage.Spec{DType: nd.Uint8, Shape: []int{2}})
		require.NoError(t, err)
		require.NoError(t, a.WriteChunk(ctx, []int{0}, []byte{v, v}))
		require.NoError(t, errors.Join(a.Commit(ctx), g.Commit(ctx), a.Close(), g.Close()))
	}
	save(1)
	a, err := storage.OpenArray(ctx, path+"/a")
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 1}, readAll(t, a))
	save(2)
	_, err = a.ReadChunk(ctx, []int{0}, make([]byte, 2))
	assert.ErrorIs(t, err, storage.ErrChanged)
	a, err = storage.OpenArray(ctx, path+"/a")
	require.NoError(t, err)
	assert.Equal(t, []byte{2, 2}, readAll(t, a))
}

// TestResumeOther begins anew where what was begun is something else: other data, or
// another version, of which nothing may be left for readers to find.
func TestResumeOther(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "out.zarr")
	begin := func(opts map[string]string) (storage.WritableGroup, storage.WritableArray) {
		g, err := storage.Create(ctx, path, opts)
		require.NoError(t, err)
		a, err := g.CreateArray(ctx, "sub/a", storage.Spec{DType: nd.Int8, Shape: []int{4}, Chunks: nd.Must(nd.NewGrid([]int{4}, []int{2}))})
		require.NoError(t, err)
		return g, a
	}
	written := func(a storage.WritableArray) bool {
		there, err := a.(storage.Resumable).Written(ctx, []int{0})
		require.NoError(t, err)
		return there
	}
	for _, opts := range []map[string]string{{"resume": "one"}, {"resume": "another"}, {"resume": "another", "zarr_format": "2"}, {"resume": "another"}} {
		g, a := begin(opts)
		assert.False(t, written(a), "%v", opts)
		require.NoError(t, a.WriteChunk(ctx, []int{0}, []byte{1, 2}))
		require.NoError(t, errors.Join(a.Close(), g.Close()))
		g, a = begin(opts)
		assert.True(t, written(a), "%v", opts)
		require.NoError(t, errors.Join(a.Close(), g.Close()))
	}
	g, a := begin(map[string]string{"resume": "another"})
	require.NoError(t, errors.Join(a.Commit(ctx), g.Commit(ctx), a.Close(), g.Close()))
	var files []string
	require.NoError(t, filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			files = append(files, strings.TrimPrefix(filepath.ToSlash(name), filepath.ToSlash(path)))
		}
		return err
	}))
	assert.Equal(t, []string{"/sub/a/c/0", "/sub/a/zarr.json", "/sub/zarr.json", "/zarr.json"}, files)
}

// TestResume goes on with what was begun.
func TestResume(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "out.zarr")
	spec := storage.Spec{DType: nd.Int8, Shape: []int{4}, Chunks: nd.Must(nd.NewGrid([]int{4}, []int{2}))}
	opts := map[string]string{"resume": "true"}
	begin := func(names ...string) (storage.WritableGroup, []storage.WritableArray) {
		g, err := storage.Create(ctx, path, opts)
		require.NoError(t, err)
		var arrays []storage.WritableArray
		for _, name := range names {
			a, err := g.CreateArray(ctx, name, spec)
			require.NoError(t, err)
			arrays = append(arrays, a)
		}
		return g, arrays
	}
	written := func(a storage.Array) (all []bool) {
		for i := range 2 {
			there, err := a.(storage.Resumable).Written(ctx, []int{i})
			require.NoError(t, err)
			all = append(all, there)
		}
		return all
	}
	g, a := begin("a", "b", "old")
	for _, a := range a {
		require.NoError(t, a.WriteChunk(ctx, []int{1}, []byte{1, 2}))
		require.NoError(t, a.Close())
	}
	require.NoError(t, g.Close())
	assert.NoDirExists(t, path)

	g, a = begin("a")
	assert.Equal(t, []bool{false, true}, written(a[0]))
	require.NoError(t, a[0].WriteChunk(ctx, []int{0}, []byte{3, 4}))
	require.NoError(t, a[0].Commit(ctx))
	spec.DType = nd.Uint8
	b, err := g.CreateArray(ctx, "b", spec)
	require.NoError(t, err)
	assert.Equal(t, []bool{false, false}, written(b), "it has another dtype")
	require.NoError(t, b.Commit(ctx))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	r, err := storage.OpenGroup(ctx, path)
	require.NoError(t, err)
	names, err := r.Names(ctx)
	require.NoError(t, err)
	assert.Equal(t, []storage.Child{{Name: "a"}, {Name: "b"}}, names, "what this process hasn't created is gone")
	first, err := r.Array(ctx, "a")
	require.NoError(t, err)
	assert.Equal(t, []byte{3, 4, 1, 2}, readAll(t, first))
	_, err = storage.Create(ctx, path, opts)
	assert.ErrorIs(t, err, storage.ErrExists)
}

// TestTimesWithoutFill: zarr-python has NaT for times of v2 that were never written and
// have no fill value; a chunk of them is written all the same, as others have anything.
func TestTimesWithoutFill(t *testing.T) {
	ctx := t.Context()
	for _, dtype := range []string{"<M8[D]", ">m8[10us]"} {
		s := mem.NewStore()
		doc := `{"zarr_format": 2, "shape": [2], "chunks": [1], "dtype": "` + dtype + `", "compressor": null, "filters": null, "order": "C", "fill_value": null}`
		require.NoError(t, s.Put(ctx, ".zarray", []byte(doc)))
		a, err := zarr.OpenWritableArrayStore(ctx, s, "")
		require.NoError(t, err)
		nat := nd.AsBytes([]int64{math.MinInt64})
		assert.Equal(t, append(slices.Clone(nat), nat...), readAll(t, a), dtype)
		require.NoError(t, a.WriteChunk(ctx, []int{0}, nat))
		_, err = s.Get(ctx, "0", nil)
		assert.NoError(t, err, dtype)
	}
}
