package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// xarray and zarr-python read a file through its manifest as they, netCDF4 and
// h5py read the file; so does this command.
func TestVirtualize(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	python(t, "references.py", "write", "made.nc")
	assert.Empty(t, show(t, "virtualize", "made.nc", "-o", "made.json"))
	assert.Equal(t, "big flat lat sparse sub/deeper/x t time\n", python(t, "references.py", "check", "made.nc", "made.json"))
	assert.Regexp(t, `^(\S+: fill: \S+ / 0\n)*$`, different(t, "made.nc", "made.json"), "Zarr v2 has none where nothing is missing")
	assert.Contains(t, show(t, "made.nc"), "(time 10, lat 7, lon 11)  4×3×5")
	assert.Contains(t, show(t, "made.nc/t", "--stats"), "missing")

	file := basin(t)
	show(t, "virtualize", file, "-o", "basin.json")
	assert.Equal(t, "X Y Z basin\n", python(t, "references.py", "check", file, "basin.json"))
}

// The file may lie elsewhere for those who read the manifest.
func TestVirtualizeURL(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	out := show(t, "virtualize", filepath.Join(home, "../../storage/hdf5/testdata/dims.h5"), "--url", "dims<.h5")
	assert.Contains(t, out, `"dims<.h5"`)
	b, err := os.ReadFile(filepath.Join(home, "../../storage/hdf5/testdata/dims.h5"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("dims<.h5", b, 0o600))
	require.NoError(t, os.WriteFile("refs.json", []byte(out), 0o600))
	assert.NotContains(t, different(t, "dims<.h5", "refs.json"), "values")
}

func TestVirtualizeTrouble(t *testing.T) {
	demo(t)
	for path, want := range map[string]string{
		"demo.zarr":     "ndinfo: demo.zarr: not supported: the format is zarr; chunks of HDF5 can be referred to\n",
		"demo.zarr/air": "ndinfo: demo.zarr/air: an array; what becomes a store is a group\n",
	} {
		_, errs, status := ndinfo(t, "virtualize", path, "-o", "none.json")
		assert.Equal(t, want, errs)
		assert.Equal(t, 2, status)
	}
	needHDF5(t)
	file := filepath.Join(home, "../../storage/hdf5/testdata/layouts.h5")
	_, errs, status := ndinfo(t, "virtualize", file, "-o", "none.json")
	assert.Equal(t, "ndinfo: big: not supported: 1099511627776 chunks; there can be references to 1048576; up to 1.0 MiB would be copied\n", errs)
	assert.Equal(t, 2, status)
	assert.NoFileExists(t, "none.json")
}
