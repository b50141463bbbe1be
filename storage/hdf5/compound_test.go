//go:build cgo && !nohdf5

package hdf5

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

const compounds = "testdata/compounds.h5"

// TestCompounds reads compounds whole and field by field, see
// testdata/compounds.py.
func TestCompounds(t *testing.T) {
	b, err := os.ReadFile("testdata/compounds.json")
	require.NoError(t, err)
	var all map[string]struct {
		DType string
		Shape []int
		Data  []byte
		Text  string // as NumPy prints it
		Texts []string
	}
	require.NoError(t, json.Unmarshal(b, &all))
	require.Contains(t, all, "nested/at/p/y")
	for path, want := range all {
		t.Run(path, func(t *testing.T) {
			a := openArrayT(t, compounds, path)
			m := a.Meta()
			require.Equal(t, want.DType, m.DType.String())
			require.Equal(t, want.Shape, append([]int{}, m.Shape...))
			assert.Equal(t, path, a.Ref().Path)
			if want.DType == "string" {
				compareTexts(t, a, want.Texts, nil)
				return
			}
			got, _ := contents(t, a)
			assert.Equal(t, want.Data, got)
			readBoxes(t, a, want.Data)
			d, err := nd.DynFromBytes(m.DType, m.Shape, got)
			require.NoError(t, err)
			assert.Equal(t, want.Text, nd.Format(d, nd.FormatOptions{}))
		})
	}
}

// TestCompoundPaths says which compounds are decoded here, in parallel.
func TestCompoundPaths(t *testing.T) {
	for path, own := range map[string]bool{"plain": true, "gzip": true, "aligned": false, "swapped": false, "kinds": true, "plain/x": false} {
		a := openArrayT(t, compounds, path)
		_, _, _, err := a.(storage.ChunkLocator).ChunkLocation(t.Context(), make([]int, len(a.Meta().Shape)))
		assert.Equal(t, own, err == nil, "%s: %v", path, err)
	}
	m := openArrayT(t, compounds, "sparse").Meta()
	assert.Len(t, m.Fill, 12)
	assert.Equal(t, nd.AsBytes([]float64{0.5}), openArrayT(t, compounds, "sparse/x").Meta().Fill)
}

// TestWriteField changes one field of compounds that are there.
func TestWriteField(t *testing.T) {
	ctx := t.Context()
	b, err := os.ReadFile(compounds)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "f.h5")
	require.NoError(t, os.WriteFile(file, b, 0o600))
	g, err := openWritable(ctx, file, nil)
	require.NoError(t, err)
	x, err := g.Array(ctx, "nested/at/p/y")
	require.NoError(t, err)
	require.NoError(t, x.(storage.WritableArray).WriteChunk(ctx, []int{0}, nd.AsBytes([]int16{-3, -7})))
	arrays := map[string][]byte{"arrays/v": nd.AsBytes([]float32{1, 2, 3, 4, 5, 6}), "cubesz": make([]byte, 120), "cubes": make([]byte, 120)}
	for path, data := range arrays {
		a, err := g.Array(ctx, path)
		require.NoError(t, err)
		shape := a.Meta().Shape
		require.NoError(t, storage.WriteBox(ctx, a.(storage.WritableArray), allOf(shape), data))
		assert.ErrorIs(t, a.(storage.WritableArray).Resize(ctx, make([]int, len(shape))), storage.ErrUnsupported)
	}
	words, err := g.Array(ctx, "texts/word")
	require.NoError(t, err)
	require.NoError(t, words.(storage.StringWriter).WriteStrings(ctx, []int{0}, []string{"one", "ß"}))
	require.NoError(t, g.Commit(ctx))
	d, err := nd.NewDyn(openArrayT(t, file, "nested").Meta().DType, []int{2})
	require.NoError(t, err)
	require.NoError(t, storage.ReadBox(ctx, openArrayT(t, file, "nested"), allOf([]int{2}), d.Bytes()))
	assert.Equal(t, "[((1., (2, -3)), 4) ((5., (6, -7)), 8)]", nd.Format(d, nd.FormatOptions{}))
	for path, want := range arrays {
		got, _ := contents(t, openArrayT(t, file, path))
		assert.Equal(t, want, got, path)
	}
	compareTexts(t, openArrayT(t, file, "texts/word"), []string{"one", "ß"}, nil)
	n, _ := contents(t, openArrayT(t, file, "texts/n"))
	assert.Equal(t, nd.AsBytes([]int32{1, 12}), n)
}

// createStructs writes arrays of nested structs, stored in two ways.
func createStructs(t *testing.T) (file string, data []byte) {
	t.Helper()
	at := nd.Must(nd.Struct([]nd.Field{{Name: "x", DType: nd.Float32}, {Name: "ok", DType: nd.Bool, Offset: 4}}, 5))
	d := nd.Must(nd.Struct([]nd.Field{{Name: "id", DType: nd.Int16}, {Name: "at", DType: at, Offset: 2},
		{Name: "z", DType: nd.Complex128, Offset: 7}, {Name: "code", DType: nd.Sized(nd.KindBytes, 3), Offset: 23}}, 26))
	for i := range 6 {
		data = append(data, nd.AsBytes([]int16{int16(-i)})...)
		data = append(data, nd.AsBytes([]float32{float32(i) / 2})...)
		data = append(data, byte(i%2))
		data = append(data, nd.AsBytes([]complex128{complex(float64(i), -1)})...)
		data = append(data, "ab"+string(rune('a'+i))...)
	}
	fill := data[26:52]
	file = save(t, func(g storage.WritableGroup) {
		put(t, g, "flat", storage.Spec{DType: d, Shape: []int{2, 3}, Codecs: []string{}}, data)
		put(t, g, "gzip", storage.Spec{DType: d, Shape: []int{2, 3}, Chunks: nd.Must(nd.NewGrid([]int{2, 3}, []int{2, 2})), Fill: fill}, data)
		unwritten, err := g.CreateArray(t.Context(), "unwritten", storage.Spec{DType: d, Shape: []int{1}, Fill: fill})
		require.NoError(t, err)
		require.NoError(t, unwritten.Commit(t.Context()))
		for text, fields := range map[string][]nd.Field{
			`field "b": not supported: a gap`:      {{Name: "a", DType: nd.Int8}, {Name: "b", DType: nd.Int8, Offset: 2}},
			"a gap behind the last field":          {{Name: "a", DType: nd.Int8}, {Name: "b", DType: nd.Int8, Offset: 1}},
			"HDF5 has no type for":                 {{Name: "a", DType: nd.Sized(nd.KindUTF32, 12)}},
			`field "a\x00b": not supported: a NUL`: {{Name: "a\x00b", DType: nd.Int8}},
		} {
			_, err := g.CreateArray(t.Context(), "bad", storage.Spec{DType: nd.Must(nd.Struct(fields, 12)), Shape: []int{1}})
			assert.ErrorIs(t, err, storage.ErrUnsupported)
			assert.ErrorContains(t, err, text)
		}
	})
	return file, data
}

// TestCreateStructs reads what it creates, whole and a field.
func TestCreateStructs(t *testing.T) {
	file, data := createStructs(t)
	for _, name := range []string{"flat", "gzip"} {
		got, _ := contents(t, openArrayT(t, file, name))
		assert.Equal(t, data, got, name)
		x, _ := contents(t, openArrayT(t, file, name+"/at/x"))
		assert.Equal(t, nd.AsBytes([]float32{0, .5, 1, 1.5, 2, 2.5}), x, name)
	}
	assert.Equal(t, data[26:52], openArrayT(t, file, "unwritten").Meta().Fill)
}

// TestPythonReadsStructs: h5py sees NumPy's structured dtype.
func TestPythonReadsStructs(t *testing.T) {
	file, _ := createStructs(t)
	out, err := python(t, filepath.Dir(file), "-c", `
import sys, h5py, numpy as np
want = np.dtype([("id", "i2"), ("at", [("x", "f4"), ("ok", "?")]), ("z", "c16"), ("code", "S3")])
with h5py.File(sys.argv[1]) as f:
    for d in f["flat"], f["gzip"]:
        assert d.dtype == want, d.dtype
        v = np.array([(-i, (i / 2, i % 2), i - 1j, b"ab" + bytes([97 + i])) for i in range(6)], want).reshape(2, 3)
        assert (d[()] == v).all(), d[()]
    assert f["unwritten"][0] == v[0, 1] == f["gzip"].fillvalue
    print(f["gzip"].chunks, f["gzip"].compression)`, file).Output()
	require.NoError(t, err)
	assert.Equal(t, "(2, 2) gzip\n", string(out))
}

func TestCompoundErrors(t *testing.T) {
	for path, text := range map[string]string{
		"arrays": `compounds.h5/arrays: field "v": not supported: elements of type array of float32`,
		"many/a": `compounds.h5/many/a: field "s": not supported: elements of type array of string of 3 bytes`,
		"texts":  `field "word": not supported: strings of any length in compounds are read alone`,
		"refs/r": "not supported: elements of type reference",
	} {
		a := openArrayT(t, compounds, path)
		_, err := a.ReadChunk(t.Context(), make([]int, len(a.Meta().Shape)), nil)
		require.ErrorIs(t, err, storage.ErrUnsupported, path)
		assert.ErrorContains(t, err, text)
		assert.False(t, a.Meta().DType.Valid())
	}
	assert.Equal(t, "compound{v array of float32, k int16}", openArrayT(t, compounds, "arrays").(Typed).StoredType())
	for path, text := range map[string]string{
		"plain/y":     `compounds.h5/plain/y: not found: there is no field "y", but n, x`,
		"plain/x/y":   `not found: there is no "y" in an array without fields`,
		"nested/id/x": `there is no "x" in an array without fields`,
		"nested/at/q": `there is no field "q", but t, p`,
	} {
		_, _, err := open(t.Context(), compounds, path, nil)
		require.ErrorIs(t, err, storage.ErrNotFound, path)
		assert.ErrorContains(t, err, text)
	}
}
