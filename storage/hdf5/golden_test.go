//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// golden is what h5py reads from an array, see testdata/make.py.
type golden struct {
	DType, Order  string
	Shape, Chunks []int
	Data          []byte
	Missing       [][]int
	Codecs, Dims  []string
}

func goldens(t *testing.T, path string) map[string]map[string]golden {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var all map[string]map[string]golden
	require.NoError(t, json.Unmarshal(text, &all))
	for _, file := range all {
		for path, g := range file {
			z, err := zlib.NewReader(bytes.NewReader(g.Data))
			require.NoError(t, err)
			g.Data, err = io.ReadAll(z)
			require.NoError(t, err)
			file[path] = g
		}
	}
	return all
}

func openArrayT(t *testing.T, file, path string) storage.Array {
	t.Helper()
	a, g, err := open(t.Context(), file, path, nil)
	require.NoError(t, err)
	require.Nil(t, g)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	return a
}

func openGroupT(t *testing.T, file, path string) storage.Group {
	t.Helper()
	a, g, err := open(t.Context(), file, path, nil)
	require.NoError(t, err)
	require.Nil(t, a)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

func allOf(shape []int) nd.Box { return nd.Box{Start: make([]int, len(shape)), Shape: shape} }

// contents reads all of an array chunk by chunk, and notes the missing ones.
func contents(t *testing.T, a storage.Array) (data []byte, missing [][]int) {
	t.Helper()
	m := a.Meta()
	elem := m.DType.Size()
	whole := allOf(m.Shape)
	data = make([]byte, whole.Size()*elem)
	for coord, box := range m.ReadGrid.Boxes() {
		buf := make([]byte, box.Size()*elem)
		present, err := a.ReadChunk(t.Context(), coord, buf)
		require.NoError(t, err)
		size, stored, err := a.(storage.StoredSizer).StoredSize(t.Context(), coord)
		require.NoError(t, err)
		assert.Equal(t, present, stored)
		assert.Equal(t, present, size > 0)
		locate(t, a, coord, present, size)
		if !present {
			missing = append(missing, coord)
			storage.Fill(buf, m.Fill)
		}
		storage.CopyBox(data, whole, buf, box, box, elem)
	}
	return data, missing
}

// locate compares the place of a chunk with what is stored of it.
func locate(t *testing.T, a storage.Array, coord []int, present bool, size int64) {
	name, at, n, err := a.(storage.ChunkLocator).ChunkLocation(t.Context(), coord)
	switch {
	case errors.Is(err, storage.ErrUnsupported):
	case !present:
		assert.ErrorIs(t, err, storage.ErrNotFound)
	default:
		require.NoError(t, err)
		assert.Equal(t, size, n)
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.LessOrEqual(t, at+n, info.Size())
	}
}

func TestGoldens(t *testing.T) { compareGoldens(t, "testdata", "golden.json") }

// TestPlugins reads chunks that the filters' own plugins have written.
func TestPlugins(t *testing.T) { compareGoldens(t, "testdata", "plugins.json") }

func compareGoldens(t *testing.T, dir, list string) {
	for file, arrays := range goldens(t, filepath.Join(dir, list)) {
		for path, want := range arrays {
			t.Run(file+"/"+path, func(t *testing.T) {
				a := openArrayT(t, filepath.Join(dir, file), path)
				m := a.Meta()
				require.Equal(t, want.DType, m.DType.String())
				require.Equal(t, append([]int{}, want.Shape...), append([]int{}, m.Shape...))
				assert.Equal(t, want.Codecs, m.Codecs)
				assert.Equal(t, want.Dims, m.Dims)
				assert.Positive(t, a.(storage.ReadCoster).ReadCost())
				if want.Order == "big" {
					assert.Equal(t, "big", m.ByteOrder)
				}
				if want.Chunks != nil {
					grid, err := nd.NewGrid(m.Shape, want.Chunks)
					require.NoError(t, err)
					assert.True(t, grid.Equal(m.ReadGrid), "grid %v", m.ReadGrid)
				}
				got, missing := contents(t, a)
				assert.Equal(t, want.Data, got)
				if path != "virtual" {
					assert.Equal(t, append([][]int{}, want.Missing...), append([][]int{}, missing...))
				}
				readBoxes(t, a, want.Data)
			})
		}
	}
}

// readBoxes compares a few boxes with the same parts of the whole.
func readBoxes(t *testing.T, a storage.Array, all []byte) {
	m := a.Meta()
	for _, cut := range []int{1, 2} {
		box := nd.Box{Start: make([]int, len(m.Shape)), Shape: slices.Clone(m.Shape)}
		for k, n := range m.Shape {
			box.Start[k] = min(cut-1, n)
			box.Shape[k] = max(0, n-cut)
		}
		elem := m.DType.Size()
		want, got := make([]byte, box.Size()*elem), make([]byte, box.Size()*elem)
		storage.CopyBox(want, box, all, allOf(m.Shape), box, elem)
		require.NoError(t, storage.ReadBox(t.Context(), a, box, got))
		assert.Equal(t, want, got, "box %v", box)
	}
}

func TestUnreadableTypes(t *testing.T) {
	for path, text := range map[string]string{
		"lists": "list of int32",
		"refs":  "reference",
	} {
		a := openArrayT(t, "testdata/types.h5", path)
		m := a.Meta()
		assert.Len(t, m.Shape, 1, path)
		assert.False(t, m.DType.Computable(), path)
		assert.Equal(t, text, a.(Typed).StoredType())
		_, err := a.ReadChunk(t.Context(), []int{0}, make([]byte, 100))
		require.ErrorIs(t, err, storage.ErrUnsupported, path)
		assert.ErrorContains(t, err, text)
		assert.ErrorContains(t, err, "types.h5/"+path)
	}
	assert.Equal(t, "string", openArrayT(t, "testdata/types.h5", "strings").Meta().DType.String())
	assert.Equal(t, "enum of int16", openArrayT(t, "testdata/types.h5", "enum").(Typed).StoredType())
}

func TestUnknownFilters(t *testing.T) {
	for path, text := range map[string]string{
		"filters.h5/zfp": "filter 32013 (zfp)", "filters.h5/own": "filter 300", "plugins.h5/blosc2": "filter 32026 (blosc2)",
	} {
		file, inner := filepath.Split(path)
		a := openArrayT(t, filepath.Join("testdata", file), inner)
		assert.Equal(t, []string{text}, a.Meta().Codecs)
		box := a.Meta().ReadGrid.Box([]int{0, 0})
		_, err := a.ReadChunk(t.Context(), []int{0, 0}, make([]byte, box.Size()*a.Meta().DType.Size()))
		require.ErrorIs(t, err, storage.ErrCodec)
		assert.ErrorContains(t, err, text)
	}
}

func TestSpaces(t *testing.T) {
	null := openArrayT(t, "testdata/layouts.h5", "null").Meta()
	assert.Equal(t, []int{0}, null.Shape)
	assert.Equal(t, nd.Float32, null.DType)
	assert.Equal(t, 0, null.ReadGrid.Len())
	scalar := openArrayT(t, "testdata/layouts.h5", "scalar").Meta()
	assert.Empty(t, scalar.Shape)
	assert.Equal(t, 1, scalar.ReadGrid.Len())
	for path, fill := range map[string][]byte{"sparse": {0xf9, 0xff}, "never": {9, 0}, "compact": nil, "unset": {4, 0, 0, 0, 0, 0, 0, 0}} {
		assert.Equal(t, fill, openArrayT(t, "testdata/layouts.h5", path).Meta().Fill, path)
	}

	unset := openArrayT(t, "testdata/layouts.h5", "unset") // contiguous and never written
	data, missing := contents(t, unset)
	assert.Equal(t, [][]int{{0, 0}}, missing)
	assert.Equal(t, slices.Repeat([]int64{4}, 12), nd.AsSlice[int64](data))
	got := make([]int64, 2)
	require.NoError(t, unset.(storage.BoxReader).ReadBox(t.Context(), nd.Box{Start: []int{1, 1}, Shape: []int{1, 2}}, nd.AsBytes(got)))
	assert.Equal(t, []int64{4, 4}, got)

	big := openArrayT(t, "testdata/layouts.h5", "big") // 2^60 elements, none stored
	assert.Equal(t, []int{1 << 30, 1 << 10}, big.Meta().ReadGrid.NumChunks())
	present, err := big.ReadChunk(t.Context(), []int{1<<30 - 1, 1<<10 - 1}, make([]byte, 1<<20))
	require.NoError(t, err)
	assert.False(t, present)
}

func TestGroups(t *testing.T) {
	ctx := t.Context()
	g := openGroupT(t, "testdata/groups.h5", "")
	assert.Equal(t, storage.Attrs{"title": "groups"}, g.Attrs())
	names, err := g.Names(ctx)
	require.NoError(t, err)
	assert.Equal(t, []storage.Child{{Name: "a", IsGroup: true}, {Name: "outside"}, {Name: "soft", IsGroup: true}, {Name: "softx"}, {Name: "äöü"}}, names)

	var paths []string
	var walk func(g storage.Group, at string)
	walk = func(g storage.Group, at string) { // ends, though the groups are circular
		names, err := g.Names(ctx)
		require.NoError(t, err)
		for _, c := range names {
			p := storage.JoinKey(at, c.Name)
			paths = append(paths, p)
			if c.IsGroup {
				sub, err := g.Group(ctx, c.Name)
				require.NoError(t, err)
				walk(sub, p)
				require.NoError(t, sub.Close())
			}
		}
	}
	walk(g, "")
	assert.Equal(t, []string{"a", "a/b", "a/b/x", "outside", "soft", "soft/x", "softx", "äöü"}, paths)

	for _, p := range []string{"a/b/x", "softx", "a/up/a/b/self/self/x", "/soft//x/"} {
		a, err := g.Array(ctx, p)
		require.NoError(t, err, p)
		assert.Equal(t, []int{3}, a.Meta().Shape)
		require.NoError(t, a.Close())
	}
	sub, err := g.Group(ctx, "soft")
	require.NoError(t, err)
	assert.Equal(t, storage.Attrs{"n": int16(4)}, sub.Attrs())
	assert.Equal(t, "soft", sub.Ref().Path)
	require.NoError(t, sub.Close())
	for _, p := range []string{"dangling", "round1", "gone", "type", ".", "a/..", "nothing", "a/b/x/y", "a\x00"} {
		_, err := g.Array(ctx, p)
		assert.ErrorIs(t, err, storage.ErrNotFound, p)
	}
	_, err = g.Array(ctx, "a/b")
	assert.ErrorIs(t, err, storage.ErrNotArray)
	_, err = g.Group(ctx, "a/b/x")
	assert.ErrorIs(t, err, storage.ErrNotGroup)
}

func TestAttributes(t *testing.T) {
	got := openGroupT(t, "testdata/attrs.h5", "").Attrs()
	want := storage.Attrs{
		"one_i1": int8(3), "one_i2": int16(3), "one_i4": int32(3), "one_i8": int64(3),
		"one_u1": uint8(3), "one_u2": uint16(3), "one_u4": uint32(3), "one_u8": uint64(3),
		"one_f2": float32(3), "one_f4": float32(3), "one_f8": 3.0, "one_c8": complex64(3), "one_c16": complex(3, 0),
		"list_i1": []int8{1, 2}, "list_i2": []int16{1, 2}, "list_i4": []int32{1, 2}, "list_i8": []int64{1, 2},
		"list_u1": []uint8{1, 2}, "list_u2": []uint16{1, 2}, "list_u4": []uint32{1, 2}, "list_u8": []uint64{1, 2},
		"list_f2": []float32{1, 2}, "list_f4": []float32{1, 2}, "list_f8": []float64{1, 2},
		"list_c8": []complex64{1, 2}, "list_c16": []complex128{1, 2},
		"big": []int32{1, 2}, "flag": true, "flags": []bool{true, false}, "matrix": []int16{0, 1, 2, 3, 4, 5},
		"utf8": "Größe", "fixed": "ascii", "fixed_list": []string{"ab", "cde"}, "list": []string{"ein", "zwei", "drei vier"},
		"none": []float32{}, "nothing": "", "zero": []int32{}, "long": string(bytes.Repeat([]byte("x"), 3000)),
	}
	assert.Equal(t, want, got) // ref, compound, vlenlist are left out
}

func TestNetCDF(t *testing.T) {
	assert.Equal(t, "NetCDF-4 (HDF5)", openArrayT(t, "testdata/dims.h5", "plain").Meta().Format)
	assert.Equal(t, "HDF5", openArrayT(t, "testdata/types.h5", "bool").Meta().Format)

	const file = "../../../shared/data/basin_mask.nc"
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the example file is not here: %v", err)
	}
	a := openArrayT(t, file, "basin")
	m := a.Meta()
	assert.Equal(t, "NetCDF-4 (HDF5)", m.Format)
	assert.Equal(t, nd.Int8, m.DType)
	assert.Equal(t, []int{33, 180, 360}, m.Shape)
	assert.Equal(t, []string{"Z", "Y", "X"}, m.Dims)
	assert.Equal(t, []string{"shuffle", "gzip 5"}, m.Codecs)
	assert.Equal(t, []byte{0x81}, m.Fill)
	missing, err := storage.Attr[int](m.Attrs, "missing_value")
	require.NoError(t, err)
	assert.Equal(t, -100, missing)
	assert.Len(t, m.Attrs["CLIST"], 868)
	data, absent := contents(t, a)
	assert.Empty(t, absent)
	sum, least, most := 0, 0, 0
	for _, v := range nd.AsSlice[int8](data) {
		sum, least, most = sum+int(v), min(least, int(v)), max(most, int(v))
	}
	assert.Equal(t, []int{-100, 58}, []int{least, most})
	assert.InDelta(t, -42.61696, float64(sum)/float64(len(data)), 1e-5)
	for _, dim := range m.Dims {
		assert.Equal(t, []string{dim}, openArrayT(t, file, dim).Meta().Dims)
	}
}
