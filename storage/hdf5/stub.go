//go:build !cgo || nohdf5

package hdf5

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/storage"
)

// Available reports whether this build can open HDF5 files.
func Available() bool { return false }

// missing is the answer of every operation in this build.
func missing(op, path string) error {
	return &storage.Error{Op: op, Name: path, Err: fmt.Errorf("%w: HDF5 needs cgo and libhdf5; this program was built without: "+
		"install libhdf5-dev and build with CGO_ENABLED=1, without -tags nohdf5", storage.ErrUnsupported)}
}

func open(_ context.Context, path, _ string, _ map[string]string) (storage.Array, storage.Group, error) {
	return nil, nil, missing("open", path)
}

func openWritable(_ context.Context, path string, _ map[string]string) (storage.WritableGroup, error) {
	return nil, missing("open", path)
}

func create(_ context.Context, path string, _ map[string]string) (storage.WritableGroup, error) {
	return nil, missing("create", path)
}
