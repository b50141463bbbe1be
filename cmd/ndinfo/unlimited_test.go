package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Dimensions that are unlimited in a NetCDF-4 file are so in a copy of it, those
// with a limit keep it, and chunks that are longer than the array is so far stay
// as they are; not where Zarr comes between, which has no dimensions of that kind.
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
	limited, err := storage.CreateArray(t.Context(), "l.h5/v", storage.Spec{DType: nd.Int8, Shape: []int{3}, MaxShape: []int{5}}, nil)
	require.NoError(t, err)
	require.NoError(t, limited.Commit(t.Context()))
	require.NoError(t, limited.Close())
	show(t, "convert", "l.h5", "m.h5")
	for url, want := range map[string][]int{"m.h5/v": {5}, "b.nc/back": {3, storage.Unlimited}, "d.h5/air": {storage.Unlimited, 3}, "a.zarr/air": nil, "e.nc/air": nil} {
		a, err := storage.OpenArray(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, want, a.Meta().MaxShape, url)
		require.NoError(t, a.Close())
	}
}

// The screen of an array says which of its axes can get longer, as ncdump and h5dump do.
func TestShowUnlimited(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	python(t, "unlimited.py", "make", "a.nc")
	assert.Contains(t, show(t, "a.nc/air"), "grows    time without limit\n")
	assert.NotContains(t, show(t, "a.nc/fixed"), "grows")
	limited, err := storage.CreateArray(t.Context(), "l.h5/v", storage.Spec{DType: nd.Int8, Shape: []int{3}, MaxShape: []int{5}}, nil)
	require.NoError(t, err)
	require.NoError(t, limited.Commit(t.Context()))
	require.NoError(t, limited.Close())
	assert.Contains(t, show(t, "l.h5/v"), "grows    axis 0 to 5\n")
}
