//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"gonum.org/v1/hdf5"

	"github.com/ndgrid/ndgrid/storage"
)

// Flags of H5Fopen that gonum has no name for.
const accSWMRRead = 0x40

// file is an open file, shared by all groups and arrays opened from it; the
// last of them closes it. lib guards everything that changes.
type file struct {
	path    string // absolute
	options map[string]string
	h       *hdf5.File
	id      C.hid_t
	format  string
	number  C.uint64_t  // the library's, of the file
	raw     *os.File    // the same file, for reading data in place; nil where that cannot be done
	opened  os.FileInfo // of raw: what it was when the library opened it
	handles map[*handle]bool
	scales  map[C.uint64_t]string // names of dimension scales by reference
	w       *writer               // nil: read-only
}

// handle is an open object of a file.
type handle struct {
	f      *file
	path   string // inside the file, "" is the root
	id     C.hid_t
	mem    C.hid_t // of arrays: the type to read with
	closed atomic.Bool
}

// fail adds operation and name to an error.
func (h *handle) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	return &storage.Error{Op: op, Name: storage.JoinKey(h.f.path, h.path), Err: err}
}

// usable returns ErrClosed after Close, and after Commit or Abort of the file.
// It still holds during a call of the library only if lib is held.
func (h *handle) usable() error {
	if h.closed.Load() {
		return storage.ErrClosed
	}
	return nil
}

// release closes the object, and its file if it was the last. lib is held.
func (h *handle) release() error {
	if h.closed.Swap(true) {
		return nil
	}
	delete(h.f.handles, h)
	err := closeID(h.id)
	if h.mem > 0 {
		err = errors.Join(err, closeID(h.mem))
	}
	if len(h.f.handles) == 0 && h.f.w == nil {
		err = errors.Join(err, h.f.close())
	}
	return err
}

// drop releases an object that was opened only for a moment, and to which
// nothing was written. lib is held.
func (h *handle) drop() { _ = h.release() }

// close closes the file and everything still open in it. lib is held.
func (f *file) close() error {
	var err error
	for h := range f.handles {
		delete(f.handles, h)
		h.closed.Store(true)
		err = errors.Join(err, closeID(h.id))
		if h.mem > 0 {
			err = errors.Join(err, closeID(h.mem))
		}
	}
	if f.raw != nil {
		err = errors.Join(err, f.raw.Close())
	}
	return errors.Join(err, throughGonum(f.h.Close))
}

// checkFormat says in plain words why a file is not HDF5, which the library
// does not.
func checkFormat(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: there is no such file", storage.ErrNotFound)
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%w: a directory, not an HDF5 file", storage.ErrFormat)
	case info.Size() == 0:
		return fmt.Errorf("%w: the file is empty", storage.ErrFormat)
	}
	found, err := signed(path)
	if err == nil && !found {
		err = fmt.Errorf("%w: not an HDF5 file: it starts with %s", storage.ErrFormat, start(path))
	}
	return err
}

// start quotes the first bytes of a file.
func start(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 16))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%q", head)
}

// newFile wraps a file that was just opened or created. lib is held.
func newFile(path string, h *hdf5.File, options map[string]string, w *writer) (*file, error) {
	f := &file{path: path, options: options, h: h, id: C.hid_t(h.ID()), w: w, format: "HDF5",
		handles: map[*handle]bool{}, scales: map[C.uint64_t]string{}}
	var netcdf C.int
	if err := check(C.nd_file_netcdf(f.id, &netcdf, &stack)); err != nil {
		return nil, errors.Join(err, f.close())
	}
	var root C.uint64_t
	if err := check(C.nd_object(f.id, &f.number, &root, &stack)); err != nil {
		return nil, errors.Join(err, f.close())
	}
	if netcdf != 0 {
		f.format = "NetCDF-4 (HDF5)"
	}
	return f, nil
}

// openReadOnly opens a file for reading and, where addresses in it are plain
// offsets and no writer is at work, a second time beside the library. lib is
// held.
func openReadOnly(path string, options map[string]string) (*file, error) {
	flags := hdf5.F_ACC_RDONLY
	before, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	swmr := options["swmr"] == "true"
	if swmr {
		flags |= accSWMRRead
	}
	h, err := openFile(path, flags)
	if err != nil {
		return nil, err
	}
	f, err := newFile(path, h, options, nil)
	if err != nil {
		return nil, err
	}
	var plain C.int
	err = check(C.nd_file_plain(f.id, &plain, &stack))
	if err == nil && plain != 0 && !swmr {
		f.opened = before
		if f.raw, err = os.Open(path); err == nil {
			err = f.unchanged()
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// unchanged is storage.ErrChanged where the file was written to, or replaced before it
// was opened a second time, by somebody who doesn't mind the library's locks: metadata
// that the library has and data that are in the file then are of different files.
func (f *file) unchanged() error {
	if f.raw == nil {
		return nil
	}
	now, err := f.raw.Stat()
	switch {
	case errors.Is(err, os.ErrClosed):
		return storage.ErrClosed
	case err != nil:
		return err
	case !os.SameFile(f.opened, now) || f.opened.Size() != now.Size() || !f.opened.ModTime().Equal(now.ModTime()):
		return fmt.Errorf("%w it was opened: %d bytes of %v were written to, and are %d of %v", storage.ErrChanged,
			f.opened.Size(), f.opened.ModTime(), now.Size(), now.ModTime())
	}
	return nil
}

// prepare makes a path absolute and checks what lies there.
func prepare(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		err = checkFormat(abs)
	}
	if err != nil {
		return "", &storage.Error{Op: "open", Name: path, Err: err}
	}
	return abs, nil
}
