//go:build cgo && !nohdf5

package hdf5

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

// put creates an array and fills it.
func put(t *testing.T, g storage.WritableGroup, name string, s storage.Spec, data []byte) storage.WritableArray {
	t.Helper()
	a, err := g.CreateArray(t.Context(), name, s)
	require.NoError(t, err)
	require.NoError(t, storage.WriteBox(t.Context(), a, allOf(s.Shape), data))
	return a
}

// save creates a file with what fill puts in it.
func save(t *testing.T, fill func(g storage.WritableGroup)) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.h5")
	g, err := create(t.Context(), file, nil)
	require.NoError(t, err)
	fill(g)
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	return file
}

func floats(n int) []byte {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i) / 4
	}
	return nd.AsBytes(v)
}

func TestWriteDims(t *testing.T) {
	file := save(t, func(g storage.WritableGroup) {
		put(t, g, "v", storage.Spec{DType: nd.Float64, Shape: []int{4, 3, 2}, Dims: []string{"time", "lat", ""}}, floats(24))
		put(t, g, "lat", storage.Spec{DType: nd.Float64, Shape: []int{3}, Dims: []string{"lat"}, Codecs: []string{}}, floats(3))
		put(t, g, "other", storage.Spec{DType: nd.Float64, Shape: []int{4, 5}, Dims: []string{"time", "lat"}}, floats(20))
		put(t, g, "sub/v", storage.Spec{DType: nd.Float64, Shape: []int{3, 6}, Dims: []string{"lat", "lon"}}, floats(18))
		put(t, g, "twice", storage.Spec{DType: nd.Float64, Shape: []int{3, 3}, Dims: []string{"lat", "twice"}}, floats(9))
	})
	g := openGroupT(t, file, "")
	names, err := g.Names(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []storage.Child{{Name: "lat"}, {Name: "other"}, {Name: "sub", IsGroup: true}, {Name: "twice"}, {Name: "v"}}, names)
	for path, dims := range map[string][]string{
		"v": {"time", "lat", ""}, "lat": {"lat"}, "other": {"time", "lat"}, "sub/v": {"lat", "lon"}, "time": {"time"}, "twice": {"lat", "twice"},
	} {
		m := openArrayT(t, file, path).Meta()
		assert.Equal(t, dims, m.Dims, path)
		assert.Equal(t, "NetCDF-4 (HDF5)", m.Format)
	}
}

func TestReplace(t *testing.T) {
	ctx := t.Context()
	file := save(t, func(g storage.WritableGroup) {
		put(t, g, "x", storage.Spec{DType: nd.Float64, Shape: []int{3}}, floats(3))
	})
	old, err := os.ReadFile(file)
	require.NoError(t, err)
	_, err = create(ctx, file, nil)
	require.ErrorIs(t, err, storage.ErrExists)
	for _, end := range []func(g storage.WritableGroup) error{storage.WritableGroup.Abort, storage.WritableGroup.Close} {
		g, err := create(ctx, file, map[string]string{"overwrite": "true"})
		require.NoError(t, err)
		put(t, g, "y", storage.Spec{DType: nd.Float64, Shape: []int{3}}, floats(3))
		require.NoError(t, end(g))
		require.NoError(t, g.Close())
		now, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, old, now)
	}
	g, err := create(ctx, file, map[string]string{"overwrite": "true"})
	require.NoError(t, err)
	a := put(t, g, "y", storage.Spec{DType: nd.Float64, Shape: []int{3}}, floats(3))
	sub, err := g.CreateGroup(ctx, "sub")
	require.NoError(t, err)
	require.NoError(t, g.Commit(ctx)) // with an array and a group still open
	assert.ErrorIs(t, a.WriteChunk(ctx, []int{0}, floats(3)), storage.ErrClosed)
	assert.ErrorIs(t, sub.SetAttrs(ctx, nil), storage.ErrClosed)
	assert.ErrorIs(t, g.Commit(ctx), storage.ErrClosed)
	_, err = g.CreateArray(ctx, "z", storage.Spec{DType: nd.Int8})
	assert.ErrorIs(t, err, storage.ErrClosed)
	require.NoError(t, a.Close())
	require.NoError(t, g.Close())
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file is left")
	assert.Equal(t, []int{3}, openArrayT(t, file, "y").Meta().Shape)
	_, _, err = open(ctx, file, "x", nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)

	other := filepath.Join(t.TempDir(), "late.h5") // somebody else is faster
	g, err = create(ctx, other, nil)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(other, []byte("precious"), 0o600))
	require.ErrorIs(t, g.Commit(ctx), storage.ErrExists)
	require.NoError(t, g.Close())
	kept, err := os.ReadFile(other)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(kept))
	_, err = create(ctx, filepath.Join(t.TempDir(), "no/such/dir.h5"), nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	assert.ErrorContains(t, err, "there is no folder")
}

func TestAppend(t *testing.T) {
	ctx := t.Context()
	file := save(t, func(g storage.WritableGroup) {
		require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"title": "old"}))
		put(t, g, "log", storage.Spec{DType: nd.Float64, Shape: []int{3, 2}, Dims: []string{"step", "x"}, Options: map[string]string{"chunks": "4,2"}, MaxShape: []int{storage.Unlimited, 2}}, floats(6))
		put(t, g, "fixed", storage.Spec{DType: nd.Float64, Shape: []int{2}, Codecs: []string{}}, floats(2))
	})
	g, err := openWritable(ctx, file, nil)
	require.NoError(t, err)
	got, err := g.Array(ctx, "log")
	require.NoError(t, err)
	log, ok := got.(storage.WritableArray)
	require.True(t, ok)
	assert.Equal(t, file, log.Ref().URL)
	before := log.Ref().Fingerprint
	require.NoError(t, log.Resize(ctx, []int{9, 2}))
	assert.NotEqual(t, before, log.Ref().Fingerprint)
	assert.Equal(t, []int{3, 1}, log.Meta().WriteGrid.NumChunks())
	require.NoError(t, storage.WriteBox(ctx, log, nd.Box{Start: []int{3, 0}, Shape: []int{6, 2}}, floats(12)))
	require.NoError(t, log.Commit(ctx))
	assert.ErrorIs(t, log.Resize(ctx, []int{10, 2}), storage.ErrClosed)
	require.NoError(t, log.Close())
	fixed, err := g.Array(ctx, "fixed")
	require.NoError(t, err)
	assert.ErrorIs(t, fixed.(storage.WritableArray).Resize(ctx, []int{3}), storage.ErrUnsupported)
	require.NoError(t, fixed.(storage.WritableArray).WriteChunk(ctx, []int{0}, nd.AsBytes([]float64{7, 8})))
	put(t, g, "more", storage.Spec{DType: nd.Int8, Shape: []int{9}, Dims: []string{"step"}}, make([]byte, 9))
	_, err = g.CreateArray(ctx, "more", storage.Spec{DType: nd.Int8})
	assert.ErrorIs(t, err, storage.ErrExists)
	put(t, g, "more", storage.Spec{DType: nd.Int8, Shape: []int{9}, Dims: []string{"step"}, Options: map[string]string{"overwrite": "true"}}, make([]byte, 9))
	_, err = g.CreateArray(ctx, "x", storage.Spec{DType: nd.Int8, Shape: []int{2}, Options: map[string]string{"overwrite": "true"}})
	require.ErrorIs(t, err, storage.ErrExists)
	assert.ErrorContains(t, err, "x is a dimension")
	sub, err := g.CreateGroup(ctx, "deep/er")
	require.NoError(t, err)
	require.NoError(t, sub.SetAttrs(ctx, storage.Attrs{"a": 1}))
	again, err := g.Group(ctx, "deep/er")
	require.NoError(t, err)
	assert.Equal(t, storage.Attrs{"a": int64(1)}, again.Attrs())
	require.NoError(t, again.(storage.WritableGroup).SetAttrs(ctx, storage.Attrs{"b": "x"}))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())

	data, _ := contents(t, openArrayT(t, file, "log"))
	assert.Equal(t, append(floats(6), floats(12)...), data)
	assert.Equal(t, []string{"step", "x"}, openArrayT(t, file, "log").Meta().Dims)
	assert.Equal(t, []string{"step"}, openArrayT(t, file, "more").Meta().Dims)
	assert.Equal(t, []int{9}, openArrayT(t, file, "step").Meta().Shape, "the dimension has grown with the array")
	data, _ = contents(t, openArrayT(t, file, "fixed"))
	assert.Equal(t, []float64{7, 8}, nd.AsSlice[float64](data))
	assert.Equal(t, storage.Attrs{"title": "old"}, openGroupT(t, file, "").Attrs())
	assert.Equal(t, storage.Attrs{"b": "x"}, openGroupT(t, file, "deep/er").Attrs())
}

// TestRemovedScale opens an array whose dimension scale was replaced.
func TestRemovedScale(t *testing.T) {
	file := save(t, func(g storage.WritableGroup) {
		put(t, g, "x", storage.Spec{DType: nd.Float64, Shape: []int{3}, Dims: []string{"x"}}, floats(3))
		put(t, g, "v", storage.Spec{DType: nd.Float64, Shape: []int{3}, Dims: []string{"x"}, MaxShape: []int{storage.Unlimited}}, floats(3))
	})
	g, err := openWritable(t.Context(), file, nil)
	require.NoError(t, err)
	put(t, g, "between", storage.Spec{DType: nd.Float64, Shape: []int{3}}, floats(3))
	put(t, g, "x", storage.Spec{DType: nd.Float64, Shape: []int{3}, Options: map[string]string{"overwrite": "true"}}, floats(3))
	v, err := g.Array(t.Context(), "v")
	require.NoError(t, err)
	require.NoError(t, v.(storage.WritableArray).Resize(t.Context(), []int{4}))
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	assert.Equal(t, []int{4}, openArrayT(t, file, "v").Meta().Shape)
}

// TestNothingStaysOpen opens everything in a file, with and without success; an
// object left open would keep the file open for reading only.
func TestNothingStaysOpen(t *testing.T) {
	for _, name := range []string{"types.h5", "dims.h5", "groups.h5", "attrs.h5", "corrupt.h5", "filters.h5"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(file, data, 0o600))
		_, g, err := open(t.Context(), file, "", nil)
		require.NoError(t, err)
		names, err := g.Names(t.Context())
		require.NoError(t, err)
		for _, c := range names {
			a, err := g.Array(t.Context(), c.Name)
			if err == nil && a.Meta().DType.Size() > 0 {
				_, err = a.ReadChunk(t.Context(), a.Meta().ReadGrid.Coord(0), make([]byte, 10000))
				assert.Error(t, err)
			}
			if a != nil {
				require.NoError(t, a.Close())
			}
			sub, err := g.Group(t.Context(), c.Name)
			if err == nil {
				require.NoError(t, sub.Close())
			}
		}
		require.NoError(t, g.Close())
		w, err := openWritable(t.Context(), file, nil)
		require.NoError(t, err, name)
		require.NoError(t, w.Close())
	}
}

func TestWriteAttrs(t *testing.T) {
	attrs := storage.Attrs{
		"bool": true, "bools": []bool{true, false}, "int": 5, "ints": []int{1, -2}, "uint": uint(7), "i8": int8(-1), "u64": []uint64{1 << 63},
		"f32": float32(1.5), "f64s": []float64{1, 2}, "c": complex(1, 2), "text": "Größe\nzwei", "": "left out", "empty": "", "texts": []string{"a", ""},
		"none": []float64{}, "half": nd.Float16(0x3c00), "any": []any{1.5, 2.5}, "mixed": []any{1.5, "x"}, "json": map[string]any{"a": []any{1.0}}, "null": nil,
		"CLASS": "DIMENSION_SCALE", "NAME": "forged",
	}
	file := filepath.Join(t.TempDir(), "a.h5")
	g, err := create(t.Context(), file, nil)
	require.NoError(t, err)
	assert.ErrorIs(t, g.SetAttrs(t.Context(), attrs), storage.ErrUnsupported)
	delete(attrs, "")
	for _, bad := range []any{"a\x00b", struct{}{}, []struct{}{{}}, [][]int{{1}}} {
		assert.ErrorIs(t, g.SetAttrs(t.Context(), storage.Attrs{"bad": bad}), storage.ErrUnsupported)
	}
	require.NoError(t, g.SetAttrs(t.Context(), attrs))
	put(t, g, "x", storage.Spec{DType: nd.Int8, Shape: []int{2}, Attrs: attrs, Dims: []string{"x"}}, []byte{1, 2})
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	want := storage.Attrs{
		"bool": true, "bools": []bool{true, false}, "int": int64(5), "ints": []int64{1, -2}, "uint": uint64(7), "i8": int8(-1), "u64": []uint64{1 << 63},
		"f32": float32(1.5), "f64s": []float64{1, 2}, "c": complex(1, 2), "text": "Größe\nzwei", "empty": "", "texts": []string{"a", ""},
		"none": []float64{}, "half": float32(1), "any": []float64{1.5, 2.5}, "mixed": `[1.5,"x"]`, "json": `{"a":[1]}`, "null": "null",
	}
	assert.Equal(t, want, openGroupT(t, file, "").Attrs())
	want["CLASS"], want["NAME"] = "DIMENSION_SCALE", "x"
	assert.Equal(t, want, openArrayT(t, file, "x").Meta().Attrs)
}

func TestSpecErrors(t *testing.T) {
	g, err := create(t.Context(), filepath.Join(t.TempDir(), "a.h5"), nil)
	require.NoError(t, err)
	defer g.Close()
	irregular, err := nd.NewGridSizes([][]int{{1, 3, 2}})
	require.NoError(t, err)
	for _, c := range []struct {
		s   storage.Spec
		err error
	}{
		{storage.Spec{DType: nd.Sized(nd.KindBytes, 0), Shape: []int{1}}, storage.ErrUnsupported},
		{storage.Spec{Shape: []int{1}}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Sized(nd.KindUTF32, 8), Shape: []int{1}}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Int8, Shape: make([]int, 33)}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Order: "F"}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Int8, Shape: []int{6}, Chunks: irregular}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Int8, Shape: []int{7}, Chunks: irregular}, nd.ErrChunks},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Dims: []string{"a", "b"}}, nd.ErrShape},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Fill: []byte{1, 2}}, nd.ErrDType},
		{storage.Spec{DType: nd.Int64, Shape: []int{1 << 61}}, nd.ErrOverflow},
		{storage.Spec{DType: nd.Int64, Shape: []int{-1}}, nd.ErrShape},
		{storage.Spec{DType: nd.Int64, Shape: []int{1 << 40}, Options: map[string]string{"chunks": "1000000000"}}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Options: map[string]string{"chunks": "a"}}, nd.ErrChunks},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Options: map[string]string{"chunks": "1,2"}}, nd.ErrChunks},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Options: map[string]string{"speed": "2"}}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, MaxShape: []int{2, 3}}, nd.ErrShape},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, MaxShape: []int{1}}, nd.ErrShape},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Codecs: []string{"szip"}}, storage.ErrCodec},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Codecs: []string{"crc32c"}}, storage.ErrCodec},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Codecs: []string{"gzip 10"}}, nil},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Codecs: []string{"gzip fast"}}, nil},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Codecs: []string{"shuffle 4"}}, nil},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Codecs: []string{"zstd(level=5, checksum=true)"}}, storage.ErrUnsupported},
		{storage.Spec{DType: nd.Int8, Shape: []int{2}, Attrs: storage.Attrs{"a": struct{}{}}}, storage.ErrUnsupported},
	} {
		_, err := g.CreateArray(t.Context(), "x", c.s)
		require.Error(t, err, "%+v", c.s)
		if c.err != nil {
			assert.ErrorIs(t, err, c.err, "%+v", c.s)
		}
	}
	names, err := g.Names(t.Context())
	require.NoError(t, err)
	assert.Empty(t, names)
	put(t, g, "x", storage.Spec{DType: nd.Int8, Shape: []int{1}}, []byte{1})
	_, err = g.CreateArray(t.Context(), "x/y", storage.Spec{DType: nd.Int8})
	assert.ErrorIs(t, err, storage.ErrNotGroup)
}

// TestRoundTrip writes arrays of random dtype, shape, chunks and codecs, and
// reads all of them and a part back.
func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	types := []nd.DType{nd.Bool, nd.Int8, nd.Int16, nd.Int32, nd.Int64, nd.Uint8, nd.Uint16, nd.Uint32, nd.Uint64, nd.Half, nd.Float32, nd.Float64,
		nd.Complex64, nd.Complex128, nd.Sized(nd.KindBytes, 5), nd.Sized(nd.KindRaw, 3), nd.Datetime64("ms"), nd.Timedelta64("D")}
	codecs := [][]string{nil, {}, {"shuffle", "gzip 1"}, {"gzip 9", "fletcher32"}, {"fletcher32"}, {"shuffle"}, {"zstd 1"}, {"shuffle", "filter 32015 (zstd)"}}
	number := 0
	rapid.Check(t, func(r *rapid.T) {
		number++
		shape := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 4).Draw(r, "shape")
		chunk := make([]int, len(shape))
		for i := range chunk {
			chunk[i] = rapid.IntRange(1, 10).Draw(r, "chunk")
		}
		s := storage.Spec{DType: rapid.SampledFrom(types).Draw(r, "dtype"), Shape: shape, Codecs: rapid.SampledFrom(codecs).Draw(r, "codecs")}
		grid, err := nd.NewGrid(shape, chunk)
		require.NoError(r, err)
		if rapid.Bool().Draw(r, "own chunks") {
			s.Chunks = grid
		}
		elem := s.DType.Size()
		if rapid.Bool().Draw(r, "fill") {
			s.Fill = make([]byte, elem)
			storagetest.Pattern(s.DType, s.Fill, 3)
		}
		g, err := create(t.Context(), filepath.Join(dir, "r.h5"), map[string]string{"overwrite": "true"})
		require.NoError(r, err)
		defer g.Close()
		a, err := g.CreateArray(t.Context(), "x", s)
		require.NoError(r, err)
		want := make([]byte, allOf(shape).Size()*elem)
		storage.Fill(want, s.Fill)
		for coord, box := range a.Meta().WriteGrid.Boxes() {
			if rapid.IntRange(0, 3).Draw(r, "skip") == 0 {
				continue
			}
			buf := make([]byte, box.Size()*elem)
			storagetest.Pattern(s.DType, buf, rapid.IntRange(0, 9).Draw(r, "seed"))
			require.NoError(r, a.WriteChunk(t.Context(), coord, buf))
			storage.CopyBox(want, allOf(shape), buf, box, box, elem)
		}
		require.NoError(r, g.Commit(t.Context()))
		b, _, err := open(t.Context(), filepath.Join(dir, "r.h5"), "x", nil)
		require.NoError(r, err)
		defer b.Close()
		require.Equal(r, s.DType, b.Meta().DType)
		require.Equal(r, s.Fill, b.Meta().Fill)
		got := make([]byte, len(want))
		require.NoError(r, storage.ReadBox(t.Context(), b, allOf(shape), got))
		require.Equal(r, want, got)
	})
	require.Positive(t, number)
}

// TestNetCDFChanges has netCDF4-python add to a file, which it does only where groups
// keep the order of what is in them.
func TestNetCDFChanges(t *testing.T) {
	file := save(t, func(g storage.WritableGroup) {
		put(t, g, "a/b/v", storage.Spec{DType: nd.Float64, Shape: []int{3}, Dims: []string{"x"}}, floats(3))
	})
	require.NoError(t, python(t, "", "-c", `
import sys, netCDF4
with netCDF4.Dataset(sys.argv[1], "a") as f:
    g = f["a/b"]
    g.title = "more"
    g["v"][1:] = [7, 8]
    g.createVariable("w", "f8", ("x",))[...] = [4, 5, 6]
    f.createGroup("new")
`, file).Run())
	for name, want := range map[string][]float64{"v": {0, 7, 8}, "w": {4, 5, 6}} {
		a, _, err := open(t.Context(), file, "a/b/"+name, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"x"}, a.Meta().Dims)
		got := make([]byte, 24)
		require.NoError(t, storage.ReadBox(t.Context(), a, allOf([]int{3}), got))
		assert.Equal(t, want, nd.AsSlice[float64](got))
		require.NoError(t, a.Close())
	}
}

// TestLargeAttributes writes attributes of more than 64 KiB.
func TestLargeAttributes(t *testing.T) {
	large := make([]float64, 20_000)
	for i := range large {
		large[i] = float64(i)
	}
	attrs := storage.Attrs{"large": large, "small": "s"}
	file := save(t, func(g storage.WritableGroup) {
		require.NoError(t, g.SetAttrs(t.Context(), attrs))
		sub, err := g.CreateGroup(t.Context(), "g")
		require.NoError(t, err)
		require.NoError(t, sub.SetAttrs(t.Context(), attrs))
		put(t, g, "g/v", storage.Spec{DType: nd.Float64, Shape: []int{3}, Attrs: attrs}, floats(3))
	})
	a, _, err := open(t.Context(), file, "g/v", nil)
	require.NoError(t, err)
	defer a.Close()
	assert.Equal(t, attrs, a.Meta().Attrs)
	for _, path := range []string{"", "g"} {
		_, g, err := open(t.Context(), file, path, nil)
		require.NoError(t, err)
		assert.Equal(t, attrs, g.Attrs())
		require.NoError(t, g.Close())
	}
	require.NoError(t, python(t, "", "-c", `
import sys, h5py, netCDF4, numpy as np
with h5py.File(sys.argv[1]) as f:
    for o in [f, f["g"], f["g/v"]]:
        np.testing.assert_array_equal(o.attrs["large"], np.arange(20000.))
with netCDF4.Dataset(sys.argv[1]) as f:
    for o in [f, f["g"], f["g/v"]]:
        np.testing.assert_array_equal(o.getncattr("large"), np.arange(20000.))
`, file).Run())
}

// Nested attributes are JSON, which has no NaN: they have its text.
func TestNestedAttrs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.h5")
	g, err := create(t.Context(), file, nil)
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(t.Context(), storage.Attrs{"nested": map[string]any{"a": []any{math.NaN(), math.Inf(-1), 1.5, nil}, "b": math.Inf(1)}}))
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	_, r, err := open(t.Context(), file, "", nil)
	require.NoError(t, err)
	defer r.Close()
	assert.Equal(t, storage.Attrs{"nested": `{"a":["NaN","-Infinity",1.5,null],"b":"Infinity"}`}, r.Attrs())
}
