//go:build !cgo || nohdf5

package hdf5

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ndgrid/ndgrid/storage"
)

func TestStub(t *testing.T) {
	assert.False(t, Available())
	assert.Contains(t, storage.Drivers(), "hdf5")
	file := filepath.Join("testdata", "types.h5")
	_, _, err := storage.Open(t.Context(), file, nil)
	says := func(err error) {
		assert.ErrorIs(t, err, storage.ErrUnsupported)
		assert.ErrorContains(t, err, "HDF5 needs cgo and libhdf5; this program was built without: "+
			"install libhdf5-dev and build with CGO_ENABLED=1, without -tags nohdf5")
	}
	says(err)
	_, err = storage.OpenWritable(t.Context(), file, nil)
	says(err)
	_, err = storage.Create(t.Context(), filepath.Join(t.TempDir(), "new.nc"), nil)
	says(err)
}
