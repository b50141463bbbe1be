package zarr_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

const valuesDoc = `{"zarr_format": 3, "node_type": "array", "shape": [4], "data_type": "float32", "fill_value": 0,
	"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4]}}, "chunk_key_encoding": {"name": "default"}, "codecs": [%s, "bytes"]}`

// openValues opens an array of four float32, stored as bytes.
func openValues(t *testing.T, codecs string) (storage.Array, error) {
	t.Helper()
	s := mem.NewStore()
	require.NoError(t, s.Put(t.Context(), "zarr.json", fmt.Appendf(nil, valuesDoc, codecs)))
	require.NoError(t, s.Put(t.Context(), "c/0", []byte{0, 1, 100, 255}))
	a, _, err := zarr.OpenStore(t.Context(), s, "")
	return a, err
}

// TestReadsCastValues reads the specification's example of scale and offset,
// with a value for what is missing.
func TestReadsCastValues(t *testing.T) {
	a, err := openValues(t, `{"name": "scale_offset", "configuration": {"offset": 10, "scale": 0.1}},
		{"name": "cast_value", "configuration": {"data_type": "uint8", "out_of_range": "wrap",
			"scalar_map": {"encode": [["NaN", 255]], "decode": [[255, "NaN"]]}}}`)
	require.NoError(t, err)
	assert.Equal(t, []string{"scale_offset 0.1", "cast_value uint8"}, a.Meta().Codecs)
	got := nd.AsSlice[float32](readAll(t, a))
	assert.True(t, math.IsNaN(float64(got[3])))
	assert.Equal(t, []float32{10, 20, 1010}, got[:3])
}

func TestCastValueErrors(t *testing.T) {
	for want, codecs := range map[string]string{
		`unknown parameter "decode"`:   `{"name": "cast_value", "configuration": {"data_type": "uint8", "decode": []}}`,
		`rounding "up"`:                `{"name": "cast_value", "configuration": {"data_type": "uint8", "rounding": "up"}}`,
		`out_of_range "saturate"`:      `{"name": "cast_value", "configuration": {"data_type": "uint8", "out_of_range": "saturate"}}`,
		`data type "float8"`:           `{"name": "cast_value", "configuration": {"data_type": "float8"}}`,
		`unknown parameter "speed"`:    `{"name": "cast_value", "configuration": {"data_type": "uint8", "speed": 1}}`,
		"scalar_map [1]":               `{"name": "cast_value", "configuration": {"data_type": "uint8", "scalar_map": {"decode": [[1]]}}}`,
		"scalar_map [300,1]":           `{"name": "cast_value", "configuration": {"data_type": "uint8", "scalar_map": {"decode": [[300, 1]]}}}`,
		`"both" in scalar_map`:         `{"name": "cast_value", "configuration": {"data_type": "uint8", "scalar_map": {"both": []}}}`,
		"casting float32 to complex64": `{"name": "cast_value", "configuration": {"data_type": "complex64"}}`,
		"scale 0":                      `{"name": "scale_offset", "configuration": {"scale": 0}}`,
		"not a number":                 `{"name": "scale_offset", "configuration": {"offset": "far"}}`,
	} {
		a, err := openValues(t, codecs)
		if err == nil {
			err = storage.ReadBox(t.Context(), a, nd.Box{Start: []int{0}, Shape: []int{4}}, make([]byte, 16))
		}
		assert.ErrorContains(t, err, want)
	}
}
