package hdf5

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ndgrid/ndgrid/storage"
)

func TestLibraryError(t *testing.T) {
	for text, want := range map[string]error{
		"H5Fopen: unable to open file: unable to lock file, errno = 11":    ErrLocked,
		"H5Fopen: unable to open file: file is already open for read-only": ErrReading,
		"H5Fopen: unable to open file: truncated file: eof = 96":           storage.ErrCorrupt,
		"H5Dread: can't read data: required filter 'x' is not":             storage.ErrCodec,
		"H5Gcreate2: unable to create group: name already exists":          storage.ErrExists,
		"H5Fcreate: errno = 13, error message = 'Permission denied'":       syscall.EACCES,
		"H5Dread: something new":                                           nil,
	} {
		err := &LibraryError{text}
		assert.Equal(t, want, err.Unwrap(), text)
		assert.Contains(t, fmt.Sprint(err), "libhdf5: "+text)
	}
}
