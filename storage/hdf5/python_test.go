//go:build cgo && !nohdf5

package hdf5

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

// python returns a command for the interpreter that has h5py.
func python(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := peer.Python(t, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	return cmd
}

// TestPythonWrites makes the golden files anew with the h5py at hand.
func TestPythonWrites(t *testing.T) {
	script, err := filepath.Abs("testdata/make.py")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, python(t, dir, script).Run())
	compareGoldens(t, dir, "golden.json")
}

// pyArray is what testdata/check.py prints of an array.
type pyArray struct {
	DType         string
	Shape, Chunks []int
	Fill          any
	Filters       []any
	Data          string
	Attrs         map[string]any
}

// TestPythonReads writes arrays of all dtypes and lets Python read them.
func TestPythonReads(t *testing.T) {
	types := map[string]nd.DType{
		"|b1": nd.Bool, "|i1": nd.Int8, "<i2": nd.Int16, "<i4": nd.Int32, "<i8": nd.Int64, "|u1": nd.Uint8, "<u2": nd.Uint16, "<u4": nd.Uint32,
		"<u8": nd.Uint64, "<f2": nd.Half, "<f4": nd.Float32, "<f8": nd.Float64, "<c8": nd.Complex64, "<c16": nd.Complex128,
		"|S5": nd.Sized(nd.KindBytes, 5), "|V3": nd.Sized(nd.KindRaw, 3), "<M8[ms]": nd.Datetime64("ms"),
	}
	data := map[string][]byte{}
	pattern := func(name string, d nd.DType, n int) []byte {
		data[name] = make([]byte, n*d.Size())
		storagetest.Pattern(d, data[name], len(data))
		return data[name]
	}
	file := save(t, func(g storage.WritableGroup) {
		for name, d := range types {
			shape := []int{5, 7}
			put(t, g, "types/flat "+name, storage.Spec{DType: d, Shape: shape, Codecs: []string{}}, pattern("types/flat "+name, d, 35))
			chunks, err := nd.NewGrid(shape, []int{2, 3})
			require.NoError(t, err)
			put(t, g, "types/gzip "+name, storage.Spec{DType: d, Shape: shape, Chunks: chunks, Codecs: []string{"shuffle", "gzip 2", "fletcher32"}},
				pattern("types/gzip "+name, d, 35))
		}
		attrs := storage.Attrs{"units": "K", "valid": []float64{1, 2}, "flag": true, "n": 3, "names": []string{"a", "ß"}}
		put(t, g, "sst", storage.Spec{DType: nd.Float32, Shape: []int{2, 3, 4}, Dims: []string{"time", "lat", "lon"}, Attrs: attrs,
			Fill: nd.AsBytes([]float32{-1})}, pattern("sst", nd.Float32, 24))
		put(t, g, "lat", storage.Spec{DType: nd.Float64, Shape: []int{3}, Dims: []string{"lat"}, Codecs: []string{}}, pattern("lat", nd.Float64, 3))
		text, err := g.CreateArray(t.Context(), "text", storage.Spec{DType: nd.Text, Shape: []int{3}, Fill: []byte("nö"), Dims: []string{"word"}})
		require.NoError(t, err)
		require.NoError(t, text.(storage.StringWriter).WriteStrings(t.Context(), []int{0}, []string{"Größe", "", "x"}))
		data["text"] = []byte("Größe\x00\x00x\x00")
		put(t, g, "scalar", storage.Spec{DType: nd.Int64}, pattern("scalar", nd.Int64, 1))
		empty, err := g.CreateArray(t.Context(), "sparse", storage.Spec{DType: nd.Int16, Shape: []int{4}, Fill: nd.AsBytes([]int16{-5})})
		require.NoError(t, err)
		require.NoError(t, empty.Commit(t.Context()))
		data["sparse"] = nd.AsBytes([]int16{-5, -5, -5, -5})
	})
	script, err := filepath.Abs("testdata/check.py")
	require.NoError(t, err)
	out, err := python(t, "", script, file).Output()
	require.NoError(t, err)
	var raw map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out, &raw))
	seen := map[string]pyArray{}
	for name, want := range data {
		var a pyArray
		require.NoError(t, json.Unmarshal(raw[name], &a), name)
		assert.Equal(t, hex.EncodeToString(want), a.Data, name)
		seen[name] = a
	}
	for name := range types {
		assert.Equal(t, name, seen["types/flat "+name].DType)
		a := seen["types/gzip "+name]
		assert.Equal(t, name, a.DType)
		assert.Equal(t, []int{2, 3}, a.Chunks)
		assert.Equal(t, []any{"gzip", 2.0, true, true}, a.Filters)
	}
	assert.Equal(t, map[string]any{"units": "K", "valid": []any{1.0, 2.0}, "flag": true, "n": 3.0, "names": []any{"a", "ß"}}, seen["sst"].Attrs)
	assert.Equal(t, -1.0, seen["sst"].Fill)
	assert.Equal(t, -5.0, seen["sparse"].Fill)
	assert.Equal(t, "nö", seen["text"].Fill)
	var netcdf, xarray map[string][]string
	require.NoError(t, json.Unmarshal(raw["netcdf"], &netcdf))
	require.NoError(t, json.Unmarshal(raw["xarray"], &xarray))
	for _, got := range []map[string][]string{netcdf, xarray} {
		assert.Equal(t, []string{"time", "lat", "lon"}, got["sst"])
		assert.Equal(t, []string{"lat"}, got["lat"])
		assert.Equal(t, []string{"word"}, got["text"])
		assert.NotContains(t, got, "lon", "a dimension without coordinates is no variable")
	}
	assert.JSONEq(t, `["lat"]`, string(raw["coords"]))
}

// holds starts a Python that runs a script on a file and keeps it open until
// the test calls the function returned.
func holds(t *testing.T, script, file string) (end func()) {
	t.Helper()
	cmd := python(t, "", "-c", "import h5py, sys\n"+script+"\nprint('open', flush=True)\nsys.stdin.read()", file)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return func() {
		require.NoError(t, in.Close())
		_, err := io.Copy(io.Discard, out)
		require.NoError(t, err)
		require.NoError(t, cmd.Wait())
	}
}

// TestLocked opens a file that another process writes.
func TestLocked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "busy.h5")
	end := holds(t, "f = h5py.File(sys.argv[1], 'w')", file)
	_, _, err := open(t.Context(), file, "", nil)
	assert.ErrorIs(t, err, ErrLocked)
	_, err = openWritable(t.Context(), file, nil)
	assert.ErrorIs(t, err, ErrLocked)
	end()
	_, g, err := open(t.Context(), file, "", nil)
	require.NoError(t, err)
	require.NoError(t, g.Close())
}

// TestSWMR reads what a writer in single-writer/multiple-reader mode has flushed.
func TestSWMR(t *testing.T) {
	file := filepath.Join(t.TempDir(), "swmr.h5")
	end := holds(t, "f = h5py.File(sys.argv[1], 'w', libver=('v110', 'v110'))\n"+
		"d = f.create_dataset('x', data=[1, 2, 3], chunks=(2,), maxshape=(None,), dtype='i4')\n"+
		"f['flat'] = [7.5]\nf.swmr_mode = True\nd[1] = 5\nd.flush()", file)
	defer end()
	_, _, err := open(t.Context(), file, "x", nil)
	assert.ErrorIs(t, err, ErrLocked)
	for path, want := range map[string][]byte{"x": nd.AsBytes([]int32{1, 5, 3}), "flat": nd.AsBytes([]float64{7.5})} {
		a, _, err := open(t.Context(), file, path, map[string]string{"swmr": "true"})
		require.NoError(t, err)
		got := make([]byte, len(want))
		require.NoError(t, storage.ReadBox(t.Context(), a, allOf(a.Meta().Shape), got))
		assert.Equal(t, want, got)
		assert.Equal(t, "true", a.Ref().Options["swmr"])
		require.NoError(t, a.Close())
	}
}

// TestNamelessNumbers reads enums with numbers that have no name.
func TestNamelessNumbers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "e.h5")
	require.NoError(t, python(t, "", "-c", `
import sys, h5py, numpy as np
with h5py.File(sys.argv[1], "w") as f:
    for order in "<>":
        a = np.array([0, 1, 700], order + "i2").astype(h5py.enum_dtype({"A": 0, "B": 1}, order + "i2"))
        f[order] = a
        f.create_dataset(order + "z", data=a, chunks=(2,), compression="gzip")
        f.attrs[order] = a
`, file).Run())
	want := []int16{0, 1, 700}
	for _, name := range []string{"<", ">", "<z", ">z"} {
		a, _, err := open(t.Context(), file, name, nil)
		require.NoError(t, err)
		got := make([]byte, 6)
		require.NoError(t, storage.ReadBox(t.Context(), a, allOf([]int{3}), got))
		assert.Equal(t, want, nd.AsSlice[int16](got), name)
		require.NoError(t, a.Close())
	}
	_, g, err := open(t.Context(), file, "", nil)
	require.NoError(t, err)
	defer g.Close()
	assert.Equal(t, storage.Attrs{"<": want, ">": want}, g.Attrs())
}
