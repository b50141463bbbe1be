package hdf5

import (
	"bytes"
	"os"

	"github.com/ndgrid/ndgrid/storage"
)

// name of the driver.
const name = "hdf5"

// driver is the one driver of the package. Options: "swmr" = "true" opens a
// file that a writer in SWMR mode has open; "overwrite" = "true" lets Create
// replace a file; "unlimited" = "time" lets the axes of that name grow in all
// arrays that are created, see CreateArray. The root of a file is a group, so
// there is no CreateArray.
var driver = &storage.Driver{
	Name:         name,
	Exts:         []string{".h5", ".hdf5", ".he5", ".nc", ".nc4"},
	Detect:       detect,
	Open:         open,
	OpenWritable: openWritable,
	Create:       create,
}

var signature = []byte("\x89HDF\r\n\x1a\n")

// detect looks for the signature at offset 0, and behind a user block at 512,
// 1024, 2048 and so on (file format specification II.A).
func detect(path string, head []byte) bool {
	if bytes.HasPrefix(head, signature) {
		return true
	}
	if head == nil {
		return false
	}
	found, err := signed(path)
	return err == nil && found
}

// signed reports whether the file has the signature of HDF5.
func signed(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	var buf [8]byte
	for at := int64(0); at+int64(len(buf)) <= info.Size(); at = max(512, 2*at) {
		if _, err := f.ReadAt(buf[:], at); err != nil {
			return false, err
		}
		if bytes.Equal(buf[:], signature) {
			return true, nil
		}
	}
	return false, nil
}
