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
	words, err := g.Array(ctx, "texts/word")
	require.NoError(t, err)
	require.NoError(t, words.(storage.StringWriter).WriteStrings(ctx, []int{0}, []string{"one", "ß"}))
	require.NoError(t, g.Commit(ctx))
	d, err := nd.NewDyn(openArrayT(t, file, "nested").Meta().DType, []int{2})
	require.NoError(t, err)
	require.NoError(t, storage.ReadBox(ctx, openArrayT(t, file, "nested"), allOf([]int{2}), d.Bytes()))
	assert.Equal(t, "[((1., (2, -3)), 4) ((5., (6, -7)), 8)]", nd.Format(d, nd.FormatOptions{}))
	compareTexts(t, openArrayT(t, file, "texts/word"), []string{"one", "ß"}, nil)
	n, _ := contents(t, openArrayT(t, file, "texts/n"))
	assert.Equal(t, nd.AsBytes([]int32{1, 12}), n)
}

func TestCompoundErrors(t *testing.T) {
	for path, text := range map[string]string{
		"arrays":   `compounds.h5/arrays: field "v": not supported: elements of type array of float32`,
		"arrays/v": `compounds.h5/arrays/v: not supported: elements of type array of float32`,
		"texts":    `field "word": not supported: strings of any length in compounds are read alone`,
		"refs/r":   "not supported: elements of type reference",
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
