//go:build cgo && !nohdf5

package hdf5

import (
	"encoding/json"
	"os"
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
