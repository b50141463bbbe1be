package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
)

// Dimensions that are unlimited in a NetCDF-4 file are so in a copy of it, and
// chunks that are longer than the array is so far stay as they are; not where Zarr
// comes between, which has no dimensions of that kind.
func TestConvertUnlimited(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	python(t, "unlimited.py", "make", "a.nc")
	show(t, "convert", "a.nc", "b.nc")
	show(t, "convert", "a.nc", "c.h5", "--codecs", "none")
	python(t, "unlimited.py", "compare", "a.nc", "b.nc", "c.h5")
	show(t, "convert", "b.nc/air", "d.h5/air")
	show(t, "convert", "a.nc", "a.zarr")
	show(t, "convert", "a.zarr", "e.nc")
	for url, want := range map[string][]bool{"b.nc/back": {false, true}, "d.h5/air": {true, false}, "a.zarr/air": nil, "e.nc/air": nil} {
		a, err := storage.OpenArray(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, want, a.Meta().Unlimited, url)
		require.NoError(t, a.Close())
	}
}
