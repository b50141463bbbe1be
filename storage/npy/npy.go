// Package npy reads and writes NumPy's .npy files: one array, uncompressed, in
// C or Fortran order. Importing it makes storage.Open and storage.CreateArray
// know them; Read and Write go from file to memory and back in one call.
//
// Format: numpy.lib.format (NEP 1), versions 1.0, 2.0 and 3.0, either byte
// order. All computable dtypes and fixed-size text and raw bytes are read and
// written; structs and pickled objects are storage.ErrUnsupported.
package npy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func init() {
	storage.Register(&storage.Driver{
		Name:        "npy",
		Exts:        []string{".npy"},
		Detect:      func(_ string, head []byte) bool { return strings.HasPrefix(string(head), magic) },
		Open:        openDriver,
		CreateArray: createDriver,
	})
}

func openDriver(_ context.Context, path, inner string, opts map[string]string) (storage.Array, storage.Group, error) {
	if inner != "" {
		return nil, nil, &storage.Error{Op: "open", Name: path, Err: fmt.Errorf("%w: %s", storage.ErrNotFound, inner)}
	}
	for name := range opts {
		return nil, nil, &storage.Error{Op: "open", Name: path, Err: fmt.Errorf("%w: option %q; npy has none", storage.ErrUnsupported, name)}
	}
	a, err := open(path)
	if err != nil {
		return nil, nil, &storage.Error{Op: "open", Name: path, Err: err}
	}
	return a, nil, nil
}

func open(path string) (*array, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	h, err := readHeader(f)
	if err == nil {
		err = checkSize(f, h)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return newArray(f, path, h, rowGrid(h)), nil
}

// openFile opens a file for reading. On Windows package os does that in one way
// that lets nobody replace or delete the file meanwhile, and in one that does.
func openFile(path string) (*os.File, error) {
	if runtime.GOOS != "windows" {
		return os.Open(path)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Open(filepath.Base(path))
}

// rename gives a file another name in its directory, also where a file of that
// name is open: on Windows os.Rename can't.
func rename(from, to string) error {
	dir, err := os.OpenRoot(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Rename(filepath.Base(from), filepath.Base(to))
}

// checkSize refuses a file that is too short for its shape before anybody
// allocates memory for it. A longer one is fine: numpy.save appends.
func checkSize(f *os.File, h *header) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	n, err := h.bytes()
	if err != nil {
		return err
	}
	if have := info.Size() - h.offset; have < n {
		return fmt.Errorf("%w: shape %v of %s takes %d bytes, the file has %d", storage.ErrCorrupt, h.shape, h.dtype, n, have)
	}
	return nil
}

// Read reads the array of a file into memory, in C order whatever the file's.
func Read(path string) (nd.Dyn, error) {
	a, err := open(path)
	if err != nil {
		return nil, &storage.Error{Op: "read", Name: path, Err: err}
	}
	d, err := nd.NewDyn(a.h.dtype, a.h.shape)
	if err == nil {
		err = a.readBox(context.Background(), nd.WholeBox(a.h.shape), d.Bytes())
	}
	if err = errors.Join(err, a.Close()); err != nil {
		return nil, &storage.Error{Op: "read", Name: path, Err: err}
	}
	return d, nil
}

// Write writes an array as a file in C order, byte for byte as numpy.save does.
// An existing file is replaced when all is written, not before.
func Write(path string, a nd.Dyn) error {
	whole, err := nd.NewGrid(a.Shape(), wholeChunk(a.NDim()))
	if err != nil {
		return &storage.Error{Op: "write", Name: path, Err: err}
	}
	w, err := create(path, storage.Spec{DType: a.DType(), Shape: a.Shape(), Chunks: whole}, true)
	if err != nil {
		return &storage.Error{Op: "write", Name: path, Err: err}
	}
	ctx := context.Background()
	if a.Size() > 0 {
		err = w.WriteChunk(ctx, make([]int, a.NDim()), a.Bytes())
	}
	if err == nil {
		err = w.Commit(ctx)
	}
	return errors.Join(err, w.Close())
}

// wholeChunk is the chunk shape that cuts nothing: -1 along every axis.
func wholeChunk(ndim int) []int {
	c := make([]int, ndim)
	for k := range c {
		c[k] = -1
	}
	return c
}
