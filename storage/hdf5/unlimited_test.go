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

// saveUnlimited creates a file whose axes "time" can grow.
func saveUnlimited(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "u.nc")
	g, err := create(t.Context(), file, map[string]string{"unlimited": "time, absent"})
	require.NoError(t, err)
	put(t, g, "v", storage.Spec{DType: nd.Float64, Shape: []int{2, 3}, Dims: []string{"time", "x"}}, floats(6))
	put(t, g, "time", storage.Spec{DType: nd.Float64, Shape: []int{2}, Dims: []string{"time"}, Codecs: []string{}}, floats(2))
	put(t, g, "still", storage.Spec{DType: nd.Float64, Shape: []int{3}, Dims: []string{"x"}, Options: map[string]string{"chunks": "100"}}, floats(3))
	put(t, g, "numbered", storage.Spec{DType: nd.Float64, Shape: []int{3, 2}, Options: map[string]string{"chunks": "3,5"}, MaxShape: []int{3, storage.Unlimited}}, floats(6))
	put(t, g, "limited", storage.Spec{DType: nd.Float64, Shape: []int{3, 2}, Codecs: []string{}, MaxShape: []int{5, 2}}, floats(6))
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	return file
}

// TestUnlimited makes arrays longer: along the axes that were asked for, and no
// other.
func TestUnlimited(t *testing.T) {
	file := saveUnlimited(t)
	g, err := openWritable(t.Context(), file, nil)
	require.NoError(t, err)
	defer g.Close()
	for _, c := range []struct {
		name  string
		shape []int
		want  string // contained in the error; "": there is none
	}{
		{"v", []int{5, 3}, ""},
		{"v", []int{5, 4}, "axis 1 was created for a length of at most 3"},
		{"v", []int{1, 2}, ""},
		{"v", []int{1, 3}, ""},
		{"time", []int{5}, ""},
		{"still", []int{4}, "axis 0 was created for a length of at most 3"},
		{"numbered", []int{3, 9}, ""},
		{"numbered", []int{4, 9}, "axis 0 was created for a length of at most 3"},
		{"limited", []int{5, 2}, ""},
		{"limited", []int{6, 2}, "axis 0 was created for a length of at most 5"},
	} {
		a, err := g.Array(t.Context(), c.name)
		require.NoError(t, err)
		err = a.(storage.WritableArray).Resize(t.Context(), c.shape)
		if c.want == "" {
			assert.NoError(t, err, "%s %v", c.name, c.shape)
		} else {
			assert.ErrorIs(t, err, storage.ErrUnsupported)
			assert.ErrorContains(t, err, c.want)
		}
		require.NoError(t, a.Close())
	}
	require.NoError(t, g.Commit(t.Context()))
}

// TestShrink makes arrays shorter with filters that are ours: zstd, with which
// the library then encodes what is left of chunks, and lzf, with which it can't.
// What is cut off is the fill value when the array grows again.
func TestShrink(t *testing.T) {
	b, err := os.ReadFile("testdata/filters.h5")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "f.h5")
	require.NoError(t, os.WriteFile(file, b, 0o600))
	shape := []int{30, 50}
	want := make([]byte, 30*50*4)
	require.NoError(t, storage.ReadBox(t.Context(), openArrayT(t, "testdata/filters.h5", "lzf"), allOf(shape), want))
	edit := func(do func(g storage.WritableGroup)) {
		g, err := openWritable(t.Context(), file, nil)
		require.NoError(t, err)
		do(g)
		require.NoError(t, g.Commit(t.Context()))
		require.NoError(t, g.Close())
	}
	edit(func(g storage.WritableGroup) {
		put(t, g, "ours", storage.Spec{DType: nd.Int32, Shape: shape, Codecs: []string{"shuffle", "zstd 3"}, Options: map[string]string{"chunks": "16,16"}}, want)
	})
	for i := range 30 * 50 {
		if i >= 20*50 || i%50 >= 35 {
			clear(want[4*i : 4*i+4])
		}
	}
	for _, name := range []string{"ours", "lzf"} {
		for _, to := range [][]int{{20, 35}, shape} {
			edit(func(g storage.WritableGroup) {
				a, err := g.Array(t.Context(), name)
				require.NoError(t, err)
				w := a.(*writableArray)
				if name == "lzf" && to[0] == 20 {
					w.mandatory = true
					assert.ErrorContains(t, w.Resize(t.Context(), to), "chunks can't be cut: the library decodes lzf, but can't encode it")
					w.mandatory = false
				}
				require.NoError(t, w.Resize(t.Context(), to))
			})
		}
	}
	for _, name := range []string{"ours", "lzf"} {
		got := make([]byte, len(want))
		require.NoError(t, storage.ReadBox(t.Context(), openArrayT(t, file, name), allOf(shape), got))
		assert.Equal(t, nd.AsSlice[int32](want), nd.AsSlice[int32](got), name)
	}
}

// TestPythonSeesUnlimited asks h5py and netCDF4 which axes can grow.
func TestPythonSeesUnlimited(t *testing.T) {
	out, err := python(t, filepath.Dir(saveUnlimited(t)), "-c", `
import json, h5py, netCDF4
with h5py.File("u.nc") as f:
    most = {k: d.maxshape for k, d in f.items()}
with netCDF4.Dataset("u.nc") as f:
    dims = {k: d.isunlimited() for k, d in f.dimensions.items() if k in ("time", "x")}
print(json.dumps([most, dims]))`).Output()
	require.NoError(t, err)
	var got []map[string]any
	require.NoError(t, json.Unmarshal(out, &got))
	assert.Equal(t, []map[string]any{
		{"v": []any{nil, 3.0}, "time": []any{nil}, "still": []any{3.0}, "numbered": []any{3.0, nil}, "limited": []any{5.0, 2.0}, "x": []any{3.0}},
		{"time": true, "x": false},
	}, got)
}
