//go:build cgo && !nohdf5

package hdf5

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// seen is what a reader says of the variables of a file.
type seen map[string]variable

type variable struct {
	Dims []string
	Data []float32
}

// seenHere reads all arrays of a file by the names that Names gives them.
func seenHere(t *testing.T, file string) seen {
	t.Helper()
	_, root, err := open(t.Context(), file, "", nil)
	require.NoError(t, err)
	defer root.Close()
	all := seen{}
	var visit func(path string, g storage.Group)
	visit = func(path string, g storage.Group) {
		children, err := g.Names(t.Context())
		require.NoError(t, err)
		for _, c := range children {
			full := storage.JoinKey(path, c.Name)
			if c.IsGroup {
				sub, err := g.Group(t.Context(), c.Name)
				require.NoError(t, err)
				visit(full, sub)
				require.NoError(t, sub.Close())
				continue
			}
			a, err := root.Array(t.Context(), full)
			require.NoError(t, err)
			assert.Equal(t, full, a.Ref().Path)
			box := allOf(a.Meta().Shape)
			data := make([]byte, box.Size()*4)
			require.NoError(t, storage.ReadBox(t.Context(), a, box, data))
			all[full] = variable{append([]string{}, a.Meta().Dims...), nd.AsSlice[float32](data)}
			require.NoError(t, a.Close())
		}
	}
	visit("", root)
	return all
}

// seenByNetCDF reads all variables of a file with netCDF4-python.
func seenByNetCDF(t *testing.T, file string) seen {
	t.Helper()
	out, err := python(t, "", "-c", `
import json, sys, netCDF4
all = {}
def visit(path, g):
    for k, v in g.variables.items():
        all[path + k] = {"Dims": v.dimensions, "Data": v[...].ravel().tolist()}
    for k, sub in g.groups.items():
        visit(path + k + "/", sub)
with netCDF4.Dataset(sys.argv[1]) as f:
    visit("", f)
print(json.dumps(all))`, file).Output()
	require.NoError(t, err)
	var all seen
	require.NoError(t, json.Unmarshal(out, &all))
	return all
}

// TestNonCoordsWritten writes arrays with the names of dimensions whose
// coordinates they aren't, and lets netCDF4-python read them.
func TestNonCoordsWritten(t *testing.T) {
	arrays := []struct {
		name  string
		shape []int
		dims  []string
	}{
		{"x", []int{2, 3}, []string{"y", "x"}}, // among its own dimensions
		{"w", []int{2, 3}, []string{"y", "x"}},
		{"z", []int{4, 3}, []string{"z", "x"}}, // the first of its own
		{"t", []int{5}, []string{"t"}},
		{"p", []int{2}, []string{"y"}}, // the name of a dimension of q alone, of equal length
		{"q", []int{2}, []string{"p"}},
		{"r", nil, nil}, // a scalar
		{"s", []int{2}, []string{"r"}},
		{"g/x", []int{3, 4}, []string{"x", "z"}},
	}
	for _, base := range []string{"n.nc", "h.h5"} {
		file := filepath.Join(t.TempDir(), base)
		g, err := create(t.Context(), file, nil)
		require.NoError(t, err)
		want := seen{}
		for i, a := range arrays {
			n, err := nd.SizeOf(a.shape)
			require.NoError(t, err)
			data := make([]float32, n)
			for k := range data {
				data[k] = float32(100*i + k)
			}
			want[a.name] = variable{append([]string{}, a.dims...), data}
			put(t, g, a.name, storage.Spec{DType: nd.Float32, Shape: a.shape, Dims: a.dims}, nd.AsBytes(data))
		}
		require.NoError(t, g.Commit(t.Context()))
		require.NoError(t, g.Close())
		assert.Equal(t, want, seenHere(t, file))
		if base == "n.nc" {
			assert.Equal(t, want, seenByNetCDF(t, file))
		}
	}
}

// TestNonCoordsGrow makes an array longer along the dimension whose name it has.
func TestNonCoordsGrow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "n.nc")
	g, err := create(t.Context(), file, map[string]string{"unlimited": "x"})
	require.NoError(t, err)
	put(t, g, "x", storage.Spec{DType: nd.Float32, Shape: []int{2, 1}, Dims: []string{"y", "x"}}, nd.AsBytes([]float32{1, 2}))
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	g, err = openWritable(t.Context(), file, nil)
	require.NoError(t, err)
	_, err = g.CreateArray(t.Context(), "x", storage.Spec{DType: nd.Float32, Shape: []int{1}, Dims: []string{"x"}})
	assert.ErrorIs(t, err, storage.ErrExists)
	a, err := g.Array(t.Context(), "x")
	require.NoError(t, err)
	w := a.(*writableArray)
	require.NoError(t, w.Resize(t.Context(), []int{2, 2}))
	require.NoError(t, storage.WriteBox(t.Context(), w, nd.Box{Start: []int{0, 1}, Shape: []int{2, 1}}, nd.AsBytes([]float32{3, 4})))
	require.NoError(t, w.Commit(t.Context()))
	put(t, g, "more", storage.Spec{DType: nd.Float32, Shape: []int{2}, Dims: []string{"x"}}, nd.AsBytes([]float32{5, 6}))
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	want := seen{"x": {[]string{"y", "x"}, []float32{1, 3, 2, 4}}, "more": {[]string{"x"}, []float32{5, 6}}}
	assert.Equal(t, want, seenHere(t, file))
	assert.Equal(t, want, seenByNetCDF(t, file))
}

// TestNonCoordsRead reads what netCDF4-python wrote under such names, and
// coordinates of several axes.
func TestNonCoordsRead(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, python(t, dir, "-c", `
import netCDF4
with netCDF4.Dataset("n.nc", "w") as f:
    f.createDimension("len", 1)
    for g in f, f.createGroup("g"):
        g.createDimension("y", 2)
        g.createDimension("x", 3)
        g.createVariable("x", "f4", ("y", "x"))[:] = [[1, 2, 3], [4, 5, 6]]
        g.createVariable("w", "f4", ("x",))[:] = [7, 8, 9]
        g.createVariable("y", "f4", ())[...] = 10
        g.createDimension("region", 2)
        g.createVariable("region", "f4", ("region", "x"))[:] = [[11, 12, 13], [14, 15, 16]]
    g.createDimension("outer", 1)
    g.createVariable("outer", "f4", ("outer", "len"))[:] = [[1]]
`).Run())
	file := filepath.Join(dir, "n.nc")
	want := seen{"g/outer": {[]string{"outer", "len"}, []float32{1}}}
	for _, g := range []string{"", "g/"} {
		want[g+"x"] = variable{[]string{"y", "x"}, []float32{1, 2, 3, 4, 5, 6}}
		want[g+"w"] = variable{[]string{"x"}, []float32{7, 8, 9}}
		want[g+"y"] = variable{[]string{}, []float32{10}}
		want[g+"region"] = variable{[]string{"region", "x"}, []float32{11, 12, 13, 14, 15, 16}}
	}
	require.Equal(t, want, seenByNetCDF(t, file))
	assert.Equal(t, want, seenHere(t, file))
}

// TestDimensionLengths: a name stands for one length in a group of a NetCDF file.
func TestDimensionLengths(t *testing.T) {
	for name, wrong := range map[string]bool{"d.nc": true, "d.h5": false} {
		g, err := create(t.Context(), filepath.Join(t.TempDir(), name), map[string]string{"unlimited": "time"})
		require.NoError(t, err)
		spec := func(dims []string, shape ...int) storage.Spec {
			return storage.Spec{DType: nd.Float32, Shape: shape, Dims: dims}
		}
		for path, s := range map[string]storage.Spec{"a": spec([]string{"x", ""}, 3, 2), "g/b": spec([]string{"x"}, 4), "c": spec([]string{"time"}, 5), "d": spec([]string{"time"}, 6)} {
			_, err := g.CreateArray(t.Context(), path, s)
			require.NoError(t, err, path)
		}
		_, err = g.CreateArray(t.Context(), "e", spec([]string{"", "x"}, 3, 4))
		_, err2 := g.CreateArray(t.Context(), "f", spec([]string{"y", "y"}, 3, 4))
		if wrong {
			assert.ErrorIs(t, err, nd.ErrShape)
			assert.ErrorContains(t, err, `dimension "x" of length 4 has 3 in a; NetCDF has one length for a name`)
			assert.ErrorContains(t, err2, `dimension "y" of length 3 has 4 in f`)
		} else {
			assert.NoError(t, err)
			assert.NoError(t, err2)
		}
		require.NoError(t, g.Commit(t.Context()))
		require.NoError(t, g.Close())
	}
}
