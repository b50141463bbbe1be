//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// goldenText is what h5py reads, see testdata/strings.py.
type goldenText struct {
	Shape, Chunks []int
	Missing       [][]int
	Texts         [][]byte
}

func textGoldens(t *testing.T) map[string]map[string]goldenText {
	t.Helper()
	b, err := os.ReadFile("testdata/strings.json")
	require.NoError(t, err)
	var all map[string]map[string]goldenText
	require.NoError(t, json.Unmarshal(b, &all))
	return all
}

// TestTexts reads strings of all kinds that h5py and netCDF4 have written.
func TestTexts(t *testing.T) {
	for file, arrays := range textGoldens(t) {
		for path, want := range arrays {
			t.Run(file+"/"+path, func(t *testing.T) {
				a := openArrayT(t, filepath.Join("testdata", file), path)
				m := a.Meta()
				require.Equal(t, want.Shape, append([]int{}, m.Shape...))
				var texts []string
				for _, b := range want.Texts {
					texts = append(texts, string(b))
				}
				if m.DType != nd.Text {
					compareFixed(t, a, texts)
					return
				}
				if want.Chunks != nil {
					chunk, ok := m.ReadGrid.Regular()
					require.True(t, ok)
					assert.Equal(t, want.Chunks, chunk)
				}
				compareTexts(t, a, texts, want.Missing)
			})
		}
	}
}

// compareFixed compares strings of fixed length, which are bytes padded with NUL.
func compareFixed(t *testing.T, a storage.Array, want []string) {
	m := a.Meta()
	require.Equal(t, nd.KindBytes, m.DType.Kind())
	data, _ := contents(t, a)
	for i, s := range want {
		b := data[i*m.DType.Size():][:m.DType.Size()]
		assert.Equal(t, s, string(bytes.TrimRight(b, "\x00")), "element %d", i)
		assert.NotContains(t, strings.TrimRight(string(b), "\x00"), "\x00", "element %d", i)
	}
}

// compareTexts reads an array whole, chunk by chunk and by boxes.
func compareTexts(t *testing.T, a storage.Array, want []string, missing [][]int) {
	ctx, m := t.Context(), a.Meta()
	whole := allOf(m.Shape)
	got, err := storage.ReadStrings(ctx, a, whole)
	require.NoError(t, err)
	require.Equal(t, append([]string{}, want...), got)
	absent := [][]int{}
	for coord, box := range m.ReadGrid.Boxes() {
		elems, present, err := a.(storage.StringReader).ReadStrings(ctx, coord)
		require.NoError(t, err)
		_, stored, err := a.(storage.StoredSizer).StoredSize(ctx, coord)
		require.NoError(t, err)
		assert.Equal(t, present, stored)
		if !present {
			absent = append(absent, coord)
		} else {
			assert.Len(t, elems, box.Size())
			compareLibrary(t, a, coord, box, elems)
		}
	}
	assert.Equal(t, append([][]int{}, missing...), absent)
	for _, cut := range []int{1, 2} {
		box := nd.Box{Start: make([]int, len(m.Shape)), Shape: make([]int, len(m.Shape))}
		for k, n := range m.Shape {
			box.Start[k], box.Shape[k] = min(cut-1, n), max(0, n-cut)
		}
		part := make([]string, box.Size())
		storage.CopyStrings(part, box, want, whole, box)
		got, err := storage.ReadStrings(ctx, a, box)
		require.NoError(t, err)
		assert.Equal(t, part, got, "box %v", box)
	}
	_, err = a.ReadChunk(ctx, make([]int, len(m.Shape)), nil)
	assert.ErrorIs(t, err, storage.ErrUnsupported)
	_, _, err = a.(storage.StringReader).ReadStrings(ctx, append(make([]int, len(m.Shape)), 1))
	assert.ErrorIs(t, err, nd.ErrIndex)
}

// compareLibrary reads a chunk again as the library does.
func compareLibrary(t *testing.T, a storage.Array, coord []int, box nd.Box, elems []string) {
	own, ok := a.(*textArray)
	if !ok || slices.ContainsFunc(a.Meta().Codecs, func(c string) bool { return c == "lzf" }) {
		return // read by the library anyway, or not at all
	}
	got, err := own.textByLibrary(coord, box)
	require.NoError(t, err)
	assert.Equal(t, elems, got)
}

// TestDamagedTexts reads texts whose lengths are changed in the file.
func TestDamagedTexts(t *testing.T) {
	b, err := os.ReadFile("testdata/strings.h5")
	require.NoError(t, err)
	at := openArrayT(t, "testdata/strings.h5", "ascii").(*textArray).base
	copy(b[at:], "\xff\xff\xff\x7f")
	file := filepath.Join(t.TempDir(), "f.h5")
	require.NoError(t, os.WriteFile(file, b, 0o600))
	_, _, err = openArrayT(t, file, "ascii").(storage.StringReader).ReadStrings(t.Context(), []int{0})
	require.ErrorIs(t, err, storage.ErrCorrupt)
	assert.ErrorContains(t, err, "f.h5/ascii: element 0: corrupt: text of 2147483647 bytes in object")
}

// TestWriteTexts writes strings and reads them back, before and after Commit.
func TestWriteTexts(t *testing.T) {
	ctx := t.Context()
	words := []string{"", "a", "Größe", strings.Repeat("long ", 2000), "e", "f"}
	put := func(g storage.WritableGroup, name string, s storage.Spec) storage.WritableArray {
		a, err := g.CreateArray(ctx, name, s)
		require.NoError(t, err)
		for coord, box := range a.Meta().WriteGrid.Boxes() {
			elems := make([]string, box.Size())
			storage.CopyStrings(elems, box, words, allOf(s.Shape), box)
			require.NoError(t, a.(storage.StringWriter).WriteStrings(ctx, coord, elems))
		}
		return a
	}
	chunks, err := nd.NewGrid([]int{2, 3}, []int{2, 2})
	require.NoError(t, err)
	fill := []byte("nö")
	file := save(t, func(g storage.WritableGroup) {
		put(g, "flat", storage.Spec{DType: nd.Text, Shape: []int{6}, Codecs: []string{}})
		put(g, "gzip", storage.Spec{DType: nd.Text, Shape: []int{2, 3}, Chunks: chunks, Codecs: []string{"shuffle", "gzip 4"}})
		put(g, "zstd", storage.Spec{DType: nd.Text, Shape: []int{6}, Codecs: []string{"shuffle", "zstd 3"}})
		put(g, "scalar", storage.Spec{DType: nd.Text})
		a := put(g, "chunks", storage.Spec{DType: nd.Text, Shape: []int{2, 3}, Chunks: chunks, Fill: fill, Dims: []string{"y", "x"},
			MaxShape: []int{storage.Unlimited, 3}})
		compareTexts(t, a, words, nil)
		require.NoError(t, a.DeleteChunk(ctx, []int{0, 1}))
		require.NoError(t, a.Resize(ctx, []int{3, 3}))
		err := a.(storage.StringWriter).WriteStrings(ctx, []int{0, 1}, []string{"a\x00b", ""})
		assert.ErrorContains(t, err, "NUL")
		assert.ErrorIs(t, a.(storage.StringWriter).WriteStrings(ctx, []int{0, 1}, []string{"a"}), nd.ErrShape)
		_, err = g.CreateArray(ctx, "no", storage.Spec{DType: nd.Text, Shape: []int{3}, Fill: []byte("a\x00")})
		assert.ErrorIs(t, err, storage.ErrUnsupported)
	})
	compareTexts(t, openArrayT(t, file, "flat"), words, nil)
	compareTexts(t, openArrayT(t, file, "gzip"), words, nil)
	compareTexts(t, openArrayT(t, file, "zstd"), words, nil)
	compareTexts(t, openArrayT(t, file, "scalar"), []string{""}, nil)
	a := openArrayT(t, file, "chunks")
	assert.Equal(t, fill, a.Meta().Fill)
	compareTexts(t, a, []string{"", "a", "nö", words[3], "e", "nö", "nö", "nö", "nö"}, [][]int{{1, 0}, {1, 1}})
}
