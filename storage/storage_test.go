package storage_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	_ "github.com/ndgrid/ndgrid/storage/zarr"
)

func write(t *testing.T, path, content string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestSplitPath(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	file := write(t, filepath.Join(root, "data", "f.nc"), "x")
	write(t, filepath.Join(root, "data", "s.zarr", "zarr.json"), "{}")
	write(t, filepath.Join(root, "data", "s.zarr", "a", "zarr.json"), "{}")
	write(t, filepath.Join(root, "data", "old", ".zgroup"), "{}")
	for _, c := range []struct{ url, path, inner string }{
		{"data/f.nc", "data/f.nc", ""},
		{"data/f.nc/g/sst", "data/f.nc", "g/sst"},
		{"data/f.nc//g/./sst/", "data/f.nc", "g/sst"},
		{"data/s.zarr", "data/s.zarr", ""},
		{"data/s.zarr/a", "data/s.zarr", "a"},
		{"data/s.zarr/nothing/here", "data/s.zarr", "nothing/here"},
		{"data/old/x", "data/old", "x"},
		{"data", "data", ""},
		{"data/../data/f.nc", "data/f.nc", ""},
	} {
		name := filepath.Join(root, c.url)
		for _, url := range []string{name, "file://" + name, "file:///" + strings.TrimPrefix(filepath.ToSlash(name), "/")} {
			path, inner, err := storage.SplitPath(url)
			require.NoError(t, err, url)
			assert.Equal(t, filepath.Join(root, c.path), path, url)
			assert.Equal(t, c.inner, inner, url)
		}
	}
	t.Chdir(root)
	path, inner, err := storage.SplitPath("data/f.nc/x")
	require.NoError(t, err)
	assert.Equal(t, file, path)
	assert.Equal(t, "x", inner)
	_, _, err = storage.SplitPath("data/none.nc/x")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	assert.EqualError(t, err, fmt.Sprintf("open data/none.nc/x: not found: there is no \"none.nc\" in %s", filepath.Join(root, "data")))
	_, _, err = storage.SplitPath("")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	for url, want := range map[string][2]string{
		"s3://bucket":                     {"s3://bucket", ""},
		"s3://bucket/x.zarr/a":            {"s3://bucket", "x.zarr/a"},
		"http://host:80//x/./y/../a%20b/": {"http://host:80", "x/a b"},
		"http://host/d/x.box/zarr.json":   {"http://host/d/x.box", "zarr.json"},
		"http://host/d/x.box/y.box":       {"http://host/d/x.box", "y.box"},
		"https://host/../../etc/passwd":   {"https://host", "etc/passwd"},
		"http://host/x.zarr/a/zarr.json":  {"http://host", "x.zarr/a/zarr.json"},
	} {
		path, inner, err := storage.SplitPath(url)
		require.NoError(t, err, url)
		assert.Equal(t, want, [2]string{path, inner}, url)
	}
	for _, url := range []string{"http:///x", "http://u:secret@host/x", "http://host/x?sig=1", "http://host/x#y", "http://ho st/x", "://x"} {
		_, _, err = storage.SplitPath(url)
		assert.ErrorIs(t, err, storage.ErrUnsupported, url)
		assert.NotContains(t, err.Error(), "secret")
	}
}

// box is a container of one value: what follows "box:".
type box struct {
	storage.Store
	value string
}

func (b box) Get(_ context.Context, key string, dst []byte) ([]byte, error) {
	if key != "zarr.json" {
		return dst, &storage.Error{Op: "get", Name: key, Err: storage.ErrNotFound}
	}
	return append(dst, b.value...), nil
}

func init() {
	storage.RegisterContainer(&storage.Container{
		Name: "box", Exts: []string{".box"}, Options: []string{"colour"},
		Detect: func(head []byte) bool { return strings.HasPrefix(string(head), "box:") },
		Open: func(ctx context.Context, v storage.Value, opts map[string]string) (storage.Store, error) {
			if c := opts["colour"]; c == "red" {
				return nil, &storage.Error{Op: "open", Name: v.URL, Err: errors.New("no red boxes")}
			}
			b, err := v.Store.Get(ctx, v.Key, nil)
			return box{mem.NewStore(), strings.TrimPrefix(string(b), "box:")}, err
		},
	})
	storage.RegisterScheme("cloud", func(context.Context, string) (storage.Store, error) {
		s := mem.NewStore()
		doc := `{"zarr_format":3,"node_type":"group","attributes":{"where":"cloud"}}`
		return s, errors.Join(s.Put(context.Background(), "d/zarr.json", []byte(doc)), s.Put(context.Background(), "d/x.box", []byte("box:"+doc)))
	})
}

// TestStores opens what lies in containers and behind URLs.
func TestStores(t *testing.T) {
	ctx := t.Context()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	array := `{"zarr_format":3,"node_type":"array","shape":[],"data_type":"uint8","chunk_grid":{"name":"regular","configuration":{"chunk_shape":[]}},
		"chunk_key_encoding":{"name":"default"},"fill_value":7,"codecs":["bytes"]}`
	file := write(t, filepath.Join(root, "elsewhere", "data.bin"), "box:"+array)
	link := file
	if runtime.GOOS != "windows" { // where links need a privilege
		link = filepath.Join(root, "link")
		require.NoError(t, os.Symlink(file, link))
	}
	for _, path := range []string{file, link} {
		a, err := storage.OpenArray(ctx, path, map[string]string{"colour": "blue"})
		require.NoError(t, err)
		again, err := storage.OpenRef(ctx, a.Ref())
		require.NoError(t, err)
		assert.Equal(t, a.Meta().Fill, again.Meta().Fill)
		assert.Equal(t, a.Ref(), again.Ref())
		assert.Equal(t, map[string]string{"colour": "blue"}, a.Ref().Options)
	}
	_, err = storage.OpenArray(ctx, file, map[string]string{"colour": "red"})
	assert.ErrorContains(t, err, "no red boxes")
	_, err = storage.OpenArray(ctx, file, map[string]string{"size": "9"})
	assert.ErrorContains(t, err, `option "size"`)
	_, err = storage.OpenArray(ctx, file+"/nothing")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	assert.ErrorContains(t, err, file+"/nothing")

	_, err = storage.OpenGroup(ctx, "cloud://any/d/x.box", map[string]string{"size": "9"})
	assert.ErrorContains(t, err, `option "size"`)
	for _, url := range []string{"cloud://any/d", "cloud://any/d/x.box"} {
		g, err := storage.OpenGroup(ctx, url)
		require.NoError(t, err, url)
		assert.Equal(t, storage.Attrs{"where": "cloud"}, g.Attrs())
	}
	s, key, err := storage.OpenStore(ctx, "cloud://any/d/zarr.json", nil)
	require.NoError(t, err)
	_, err = s.Get(ctx, key, nil)
	assert.NoError(t, err)
	s, key, err = storage.OpenStore(ctx, filepath.Dir(file), nil)
	require.NoError(t, err)
	v, err := s.Get(ctx, storage.JoinKey(key, "data.bin"), nil)
	require.NoError(t, err)
	assert.Equal(t, "box:"+array, string(v))

	_, _, err = storage.Open(ctx, "s3://bucket/x.zarr", nil)
	assert.ErrorContains(t, err, `add: import _ "github.com/ndgrid/ndgrid/storage/s3"`)
	_, _, err = storage.Open(ctx, "gopher://host/x.zarr", nil)
	assert.ErrorContains(t, err, `scheme "gopher"; this program knows [`)
	for _, url := range []string{"cloud://any/new.zarr", filepath.Join(root, "new.box"), filepath.Join(root, "new.box", "a")} {
		_, err = storage.Create(ctx, url, nil)
		assert.ErrorContains(t, err, "only read", url)
		_, err = storage.CreateArray(ctx, url, storage.Spec{DType: nd.Int8}, nil)
		assert.ErrorContains(t, err, "only read", url)
	}
	for _, url := range []string{"cloud://any/d", file, link, file + "/a"} {
		_, err = storage.OpenWritable(ctx, url, nil)
		assert.ErrorContains(t, err, "only read", url)
	}
	assert.Panics(t, func() { storage.RegisterContainer(&storage.Container{Name: "box"}) })
	assert.Panics(t, func() { storage.RegisterScheme("cloud", nil) })
}

func TestDetect(t *testing.T) {
	root := t.TempDir()
	for _, c := range []struct{ name, content, want string }{
		{"a.nc", "CDF\x01rest", "nccopy -k nc4"},
		{"a.grib", "GRIB....", "grib_to_netcdf"},
		{"a.tif", "II*\x00....", "gdal_translate"},
		{"a.hdf", "\x0e\x03\x13\x01", "h4toh5"},
		{"a.zip", "PK\x03\x04", `import _ "github.com/ndgrid/ndgrid/storage/std"`},
		{"a.gz", "\x1f\x8b\x08", "gunzip"},
		{"b.nc", "\x89HDF\r\n\x1a\n", `import _ "github.com/ndgrid/ndgrid/storage/hdf5"`},
		{"user.h5", strings.Repeat("\x00", 1024) + "\x89HDF\r\n\x1a\n", "storage/hdf5"},
		{"a.npy", "\x93NUMPY\x01\x00", `import _ "github.com/ndgrid/ndgrid/storage/std"`},
		{"text.h5", "year,value\n1,2\n", `no HDF5 file, it starts with "year,value\n1,2\n"`},
		{"empty.nc", "", "no HDF5 file, it is empty"},
		{"what.bin", "????", `unknown format: the file starts with "????"`},
	} {
		_, _, err := storage.Open(t.Context(), write(t, filepath.Join(root, c.name), c.content), nil)
		assert.ErrorContains(t, err, c.want, c.name)
		assert.ErrorContains(t, err, c.name)
	}
	_, _, err := storage.Open(t.Context(), root, nil)
	assert.ErrorIs(t, err, storage.ErrFormat)
	assert.ErrorContains(t, err, "the directory holds no zarr.json, .zarray or .zgroup, but a.grib, ")
	assert.Contains(t, storage.Drivers(), "zarr")
	_, err = storage.OpenRef(t.Context(), storage.Ref{Driver: "hdf5", URL: "/x.nc"})
	assert.ErrorContains(t, err, "storage/hdf5")
	_, err = storage.Create(t.Context(), filepath.Join(root, "new.nc"), nil)
	assert.ErrorContains(t, err, "storage/hdf5")
	assert.Panics(t, func() { storage.Register(&storage.Driver{Name: "zarr"}) })
}

// TestInside creates arrays and groups inside stores that exist, or don't yet.
func TestInside(t *testing.T) {
	ctx := t.Context()
	root := t.TempDir()
	spec := storage.Spec{DType: nd.Int8, Shape: []int{2}}
	array := func(path string, opts map[string]string, values ...byte) error {
		a, err := storage.CreateArray(ctx, filepath.Join(root, path), spec, opts)
		if err != nil {
			return err
		}
		defer a.Close()
		require.NoError(t, storage.WriteBox(ctx, a, nd.Box{Start: []int{0}, Shape: []int{2}}, values))
		return a.Commit(ctx)
	}
	read := func(path string) []byte {
		a, err := storage.OpenArray(ctx, filepath.Join(root, path))
		require.NoError(t, err)
		defer a.Close()
		buf := make([]byte, 2)
		require.NoError(t, storage.ReadBox(ctx, a, nd.Box{Start: []int{0}, Shape: []int{2}}, buf))
		return buf
	}
	require.NoError(t, array("new.zarr/a/b", nil, 1, 2), "neither store nor group exist")
	require.NoError(t, array("new.zarr/c", nil, 3, 4), "the store exists")
	assert.ErrorIs(t, array("new.zarr/c", nil, 5, 6), storage.ErrExists)
	assert.Equal(t, []byte{3, 4}, read("new.zarr/c"))
	require.NoError(t, array("new.zarr/c", map[string]string{"overwrite": "true"}, 5, 6))
	assert.Equal(t, []byte{5, 6}, read("new.zarr/c"))
	assert.Equal(t, []byte{1, 2}, read("new.zarr/a/b"))
	require.NoError(t, array("plain", nil, 7, 8), "no extension is Zarr")
	assert.Equal(t, []byte{7, 8}, read("plain"))
	assert.ErrorIs(t, array("plain", nil, 7, 8), storage.ErrExists)

	g, err := storage.Create(ctx, filepath.Join(root, "new.zarr/a/sub"), nil)
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"k": 1}))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	w, err := storage.OpenWritable(ctx, filepath.Join(root, "new.zarr/a/sub"), nil)
	require.NoError(t, err)
	assert.Contains(t, w.Attrs(), "k")
	require.NoError(t, w.Abort())
	require.NoError(t, w.Close())
	_, err = storage.OpenGroup(ctx, filepath.Join(root, "new.zarr/c"))
	assert.ErrorIs(t, err, storage.ErrNotGroup)
	_, err = storage.OpenArray(ctx, filepath.Join(root, "new.zarr/a"))
	assert.ErrorIs(t, err, storage.ErrNotArray)
	assert.ErrorContains(t, err, "group of b, sub")
}

func TestOpenRef(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "a.zarr")
	make := func(d nd.DType) storage.Ref {
		a, err := storage.CreateArray(ctx, path, storage.Spec{DType: d, Shape: []int{2}}, map[string]string{"overwrite": "true"})
		require.NoError(t, err)
		require.NoError(t, a.Commit(ctx))
		return a.Ref()
	}
	ref := make(nd.Int8)
	a, err := storage.OpenRef(ctx, ref)
	require.NoError(t, err)
	assert.Equal(t, ref, a.Ref())
	make(nd.Int16)
	_, err = storage.OpenRef(ctx, ref)
	assert.ErrorIs(t, err, storage.ErrChanged)
}

// TestBoxes compares WriteBox and ReadBox with a plain array of elements.
func TestBoxes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(0, 7), 0, 4).Draw(r, "shape")
		chunk := make([]int, len(shape))
		for k := range chunk {
			chunk[k] = rapid.IntRange(1, 4).Draw(r, "chunk")
		}
		grid, err := nd.NewGrid(shape, chunk)
		require.NoError(r, err)
		inner, err := mem.Create(storage.Spec{DType: nd.Int32, Shape: shape, Chunks: grid, Fill: nd.AsBytes([]int32{-1})})
		require.NoError(r, err)
		a := &storagetest.Writable{WritableArray: inner} // hides ReadBox
		whole := nd.WholeBox(shape)
		model := make([]int32, whole.Size())
		for i := range model {
			model[i] = -1
		}
		for range rapid.IntRange(1, 4).Draw(r, "writes") {
			box := drawBox(r, shape)
			src := make([]int32, box.Size())
			for i := range src {
				src[i] = rapid.Int32().Draw(r, "v")
			}
			require.NoError(r, storage.WriteBox(t.Context(), a, box, nd.AsBytes(src)))
			for i, v := range src {
				model[flat(shape, box, i)] = v
			}
		}
		box := drawBox(r, shape)
		got := make([]int32, box.Size())
		require.NoError(r, storage.ReadBox(t.Context(), a, box, nd.AsBytes(got)))
		for i, v := range got {
			require.Equal(r, model[flat(shape, box, i)], v, "element %d of %v", i, box)
		}
	})
}

func drawBox(r *rapid.T, shape []int) nd.Box {
	b := nd.Box{Start: make([]int, len(shape)), Shape: make([]int, len(shape))}
	for k, n := range shape {
		b.Start[k] = rapid.IntRange(0, n).Draw(r, "start")
		b.Shape[k] = rapid.IntRange(0, n-b.Start[k]).Draw(r, "length")
	}
	return b
}

// flat returns where element i of a box lies in an array of shape.
func flat(shape []int, box nd.Box, i int) int {
	pos, stride := 0, 1
	for k := len(shape) - 1; k >= 0; k-- {
		pos += (box.Start[k] + i%box.Shape[k]) * stride
		i /= box.Shape[k]
		stride *= shape[k]
	}
	return pos
}

// Two handles on one stored array must not lose each other's writes.
func TestWriteBoxTwoHandles(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "s.zarr")
	a, err := storage.CreateArray(ctx, path+"/a", storage.Spec{DType: nd.Int8, Shape: []int{64}}, nil)
	require.NoError(t, err)
	require.NoError(t, a.Commit(ctx))
	require.NoError(t, a.Close())
	w, err := storage.OpenWritable(ctx, path, nil)
	require.NoError(t, err)
	defer w.Close()
	var wg sync.WaitGroup
	for i := range 2 {
		r, err := w.Array(ctx, "a")
		require.NoError(t, err)
		h, ok := r.(storage.WritableArray)
		require.True(t, ok)
		wg.Go(func() {
			for j := range 32 {
				box := nd.Box{Start: []int{2*j + i}, Shape: []int{1}}
				assert.NoError(t, storage.WriteBox(ctx, h, box, []byte{byte(2*j + i + 1)}))
			}
			assert.NoError(t, h.Commit(ctx))
		})
	}
	wg.Wait()
	r, err := storage.OpenArray(ctx, path+"/a")
	require.NoError(t, err)
	got := make([]byte, 64)
	require.NoError(t, storage.ReadBox(ctx, r, nd.Box{Start: []int{0}, Shape: []int{64}}, got))
	for i, v := range got {
		assert.EqualValues(t, i+1, v)
	}
}

func TestFill(t *testing.T) {
	b := make([]byte, 10)
	storage.Fill(b, []byte{1, 2, 3})
	assert.Equal(t, []byte{1, 2, 3, 1, 2, 3, 1, 2, 3, 1}, b)
	assert.True(t, storage.IsFill(b[:9], []byte{1, 2, 3}))
	assert.False(t, storage.IsFill(b, nil))
	b[8] = 4
	assert.False(t, storage.IsFill(b[:9], []byte{1, 2, 3}))
	storage.Fill(b, nil)
	assert.True(t, storage.IsFill(b, nil))
	assert.True(t, storage.IsFill(nil, nil))
	assert.True(t, storage.IsFill(nil, []byte{1}))
	b[9] = 1
	assert.False(t, storage.IsFill(b, nil))
}

func TestAttr(t *testing.T) {
	a := storage.Attrs{"i": int64(5), "u8": uint8(200), "f": 2.5, "whole": 3.0, "s": "K", "b": true, "one": []float32{1.5},
		"many": []int16{1, 2, 3}, "big": uint64(math.MaxUint64), "any": []any{int64(1), 2.5}, "nan": "NaN", "c": complex(1, 2), "null": nil,
		"nested": map[string]any{}, "300": int64(300), "negative": int64(-1), "tenth": 0.1}
	get := func(v any, err error) any { require.NoError(t, err); return v }
	assert.Equal(t, 5, get(storage.Attr[int](a, "i")))
	assert.Equal(t, float64(5), get(storage.Attr[float64](a, "i")))
	assert.Equal(t, int16(200), get(storage.Attr[int16](a, "u8")))
	assert.Equal(t, uint8(3), get(storage.Attr[uint8](a, "whole")))
	assert.Equal(t, float32(1.5), get(storage.Attr[float32](a, "one")))
	assert.Equal(t, []float64{1, 2, 3}, get(storage.Attr[[]float64](a, "many")))
	assert.Equal(t, []float64{1, 2.5}, get(storage.Attr[[]float64](a, "any")))
	assert.Equal(t, []string{"K"}, get(storage.Attr[[]string](a, "s")))
	assert.Equal(t, uint64(math.MaxUint64), get(storage.Attr[uint64](a, "big")))
	assert.Equal(t, complex64(complex(1, 2)), get(storage.Attr[complex64](a, "c")))
	assert.Equal(t, complex(2.5, 0), get(storage.Attr[complex128](a, "f")))
	assert.True(t, math.IsNaN(get(storage.Attr[float64](a, "nan")).(float64)))
	assert.Equal(t, true, get(storage.Attr[bool](a, "b")))
	for name, err := range map[string]error{
		"f":   second(storage.Attr[int](a, "f")),
		"u8":  second(storage.Attr[int8](a, "u8")),
		"big": second(storage.Attr[int64](a, "big")),
		"300": second(storage.Attr[uint8](a, "300")), "negative": second(storage.Attr[uint64](a, "negative")), "tenth": second(storage.Attr[float32](a, "tenth")),
		"s": second(storage.Attr[float64](a, "s")), "many": second(storage.Attr[int](a, "many")),
		"i": second(storage.Attr[string](a, "i")), "c": second(storage.Attr[float64](a, "c")),
		"null": second(storage.Attr[string](a, "null")), "nested": second(storage.Attr[string](a, "nested")), "b": second(storage.Attr[int](a, "b")),
	} {
		assert.ErrorContains(t, err, "attribute "+name, name)
	}
	assert.ErrorContains(t, second(storage.Attr[float64](a, "big")), "attribute big", "not exactly")
	_, err := storage.Attr[int](a, "missing")
	assert.ErrorIs(t, err, storage.ErrNotFound)
}

func second[T any](_ T, err error) error { return err }

func TestFingerprint(t *testing.T) {
	grid := func(chunk int) nd.Grid {
		g, err := nd.NewGrid([]int{10}, []int{chunk})
		require.NoError(t, err)
		return g
	}
	irregular, err := nd.NewGridSizes([][]int{{3, 4, 3}})
	require.NoError(t, err)
	base := storage.Meta{DType: nd.Int16, Shape: []int{10}, ReadGrid: grid(3), Codecs: []string{"zstd 3"}, ByteOrder: "little", Order: "C"}
	seen := map[string]bool{storage.Fingerprint(&base): true}
	for i, change := range []func(*storage.Meta){
		func(m *storage.Meta) { m.DType = nd.Uint16 }, func(m *storage.Meta) { m.ReadGrid = grid(4) },
		func(m *storage.Meta) { m.ReadGrid = irregular }, func(m *storage.Meta) { m.Codecs = nil },
		func(m *storage.Meta) { m.Fill = []byte{1, 0} }, func(m *storage.Meta) { m.Order = "F" },
	} {
		m := base
		change(&m)
		f := storage.Fingerprint(&m)
		assert.False(t, seen[f], "change %d", i)
		seen[f] = true
	}
	zero := base
	zero.Fill = []byte{0, 0}
	zero.Attrs = storage.Attrs{"units": "K"}
	assert.True(t, seen[storage.Fingerprint(&zero)], "neither a zero written out nor attributes matter")
}

func TestUnreadable(t *testing.T) {
	if os.Geteuid() <= 0 || runtime.GOOS == "windows" {
		t.Log("permissions don't bind this user")
		return
	}
	file := write(t, filepath.Join(t.TempDir(), "x.npy"), "x")
	require.NoError(t, os.Chmod(file, 0))
	_, _, err := storage.Open(t.Context(), file, nil)
	assert.ErrorIs(t, err, os.ErrPermission)
}

func TestInternalAttr(t *testing.T) {
	assert.True(t, storage.InternalAttr("DIMENSION_LIST"))
	assert.False(t, storage.InternalAttr("units"))
}

// TestCopyOrder: of what is copied in that order, or deleted in the reverse, no part of
// it, at any moment, is an array that lacks chunks.
func TestCopyOrder(t *testing.T) {
	keys := []string{".zgroup", ".zattrs", "a/.zarray", "a/.zattrs", "a/0.0", "b/0.0", "b/c/0", "b/c.0", "b/zarr.json", "zarr.json"}
	storage.CopyOrder(keys)
	for _, pair := range [][2]string{
		{"a/0.0", "a/.zarray"}, {"a/.zattrs", "a/.zarray"}, {"b/0.0", "b/zarr.json"}, {"b/c.0", "b/zarr.json"}, {"b/c/0", "b/zarr.json"},
		{"b/zarr.json", "zarr.json"}, {"a/.zarray", ".zgroup"}, {".zattrs", ".zgroup"},
	} {
		assert.Less(t, slices.Index(keys, pair[0]), slices.Index(keys, pair[1]), "%v", pair)
	}
}
