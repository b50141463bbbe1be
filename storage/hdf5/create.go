//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"gonum.org/v1/hdf5"

	"github.com/ndgrid/ndgrid/storage"
)

// writer is what a file open for writing has more. lib guards it.
type writer struct {
	temp      string // where a new file lies until Commit; "" for changes in place
	overwrite bool
	unlimited []string // names or numbers of axes that new arrays can be longer along
	dims      []dimJob
	resized   []string // paths of arrays
	done      bool
}

// writableGroup is a group of a file open for writing.
type writableGroup struct{ *group }

// create starts a new file under a temporary name beside the real one, which
// Commit gives it. An existing file is never opened for that: the library
// would cut it to nothing before it finds out that it is in use.
func create(ctx context.Context, path string, opts map[string]string) (storage.WritableGroup, error) {
	g, err := createRoot(ctx, path, opts)
	if err != nil {
		return nil, &storage.Error{Op: "create", Name: path, Err: err}
	}
	return g, nil
}

func createRoot(ctx context.Context, path string, opts map[string]string) (*writableGroup, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	w := &writer{overwrite: opts["overwrite"] == "true", unlimited: listed(opts["unlimited"])}
	if err := w.vacant(abs); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Dir(abs)); errors.Is(err, fs.ErrNotExist) { // the library says it in five lines
		return nil, fmt.Errorf("%w: there is no folder %s", storage.ErrNotFound, filepath.Dir(abs))
	}
	w.temp = filepath.Join(filepath.Dir(abs), "."+filepath.Base(abs)+"."+rand.Text()[:10]+".tmp")
	lib.Lock()
	defer lib.Unlock()
	h, err := createFile(w.temp)
	if errors.Is(err, fs.ErrPermission) { // of which the library writes four lines, too
		return nil, fmt.Errorf("%w in folder %s", fs.ErrPermission, filepath.Dir(abs))
	}
	if err != nil {
		return nil, err
	}
	f, err := newFile(abs, h, nil, w)
	if err != nil {
		return nil, errors.Join(err, os.Remove(w.temp))
	}
	root, err := f.root()
	if err != nil {
		return nil, errors.Join(err, f.close(), os.Remove(w.temp))
	}
	return &writableGroup{root}, nil
}

// vacant returns ErrExists where something lies at the path that may not be
// replaced.
func (w *writer) vacant(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !w.overwrite || info.IsDir():
		return storage.ErrExists
	}
	return nil
}

func openWritable(ctx context.Context, path string, opts map[string]string) (storage.WritableGroup, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	abs, err := prepare(path)
	if err != nil {
		return nil, err
	}
	lib.Lock()
	defer lib.Unlock()
	h, err := openFile(abs, hdf5.F_ACC_RDWR)
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: path, Err: err}
	}
	f, err := newFile(abs, h, nil, &writer{unlimited: listed(opts["unlimited"])})
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: path, Err: err}
	}
	root, err := f.root()
	if err != nil {
		return nil, errors.Join(&storage.Error{Op: "open", Name: path, Err: err}, f.close())
	}
	return &writableGroup{root}, nil
}

// isRoot reports whether the group is the one Create or OpenWritable gave.
func (g *writableGroup) isRoot() bool { return g.path == "" }

// parent opens the group in which name is to be created, with all groups on
// the way, and returns the last part of the name. lib is held.
func (g *writableGroup) parent(name string) (*group, string, error) {
	list := parts(name)
	if len(list) == 0 || slices.Contains(list, ".") || slices.Contains(list, "..") || strings.ContainsRune(name, 0) {
		return nil, "", fmt.Errorf("%q is no name for something in a file", name)
	}
	at := g.group
	for _, p := range list[:len(list)-1] {
		next, err := at.ensureGroup(p)
		if at != g.group {
			err = errors.Join(err, at.release())
		}
		if err != nil {
			return nil, "", err
		}
		at = next
	}
	return at, list[len(list)-1], nil
}

// ensureGroup opens a child group, or creates it. lib is held.
func (g *group) ensureGroup(name string) (*group, error) {
	o, err := lookup(g.id, name)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return g.makeGroup(name)
	case err != nil:
		return nil, err
	case !o.isGroup:
		return nil, fmt.Errorf("%w: %s is an array", storage.ErrNotGroup, storage.JoinKey(g.path, name))
	}
	return g.openGroup(o)
}

// checkName refuses names that NetCDF and h5py can't read.
func checkName(name string) error {
	if !utf8.ValidString(name) {
		return fmt.Errorf("%w: the name %q isn't UTF-8", storage.ErrUnsupported, name)
	}
	return nil
}

// makeGroup creates a child group. lib is held.
func (g *group) makeGroup(name string) (*group, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	id := withName(name, func(c *C.char) C.hid_t { return C.nd_create_group(g.id, c, &stack) })
	if id < 0 {
		return nil, libErr()
	}
	if err := closeID(id); err != nil {
		return nil, err
	}
	o, err := lookup(g.id, name)
	if err != nil {
		return nil, err
	}
	return g.openGroup(o)
}

// CreateGroup creates a group, and those on the way to it.
func (g *writableGroup) CreateGroup(ctx context.Context, name string) (storage.WritableGroup, error) {
	lib.Lock()
	defer lib.Unlock()
	err := ctx.Err()
	if err == nil {
		err = g.usable()
	}
	var sub *group
	if err == nil {
		sub, err = g.createGroup(name)
	}
	if err != nil {
		return nil, g.fail("create group "+name+" in", err)
	}
	return &writableGroup{sub}, nil
}

func (g *writableGroup) createGroup(name string) (*group, error) {
	at, last, err := g.parent(name)
	if err != nil {
		return nil, err
	}
	if at != g.group {
		defer at.drop()
	}
	if _, err := lookup(at.id, last); err == nil {
		return nil, storage.ErrExists
	}
	return at.makeGroup(last)
}

// SetAttrs makes the attributes of the group the given ones.
func (g *writableGroup) SetAttrs(ctx context.Context, attrs storage.Attrs) error {
	lib.Lock()
	defer lib.Unlock()
	err := ctx.Err()
	if err == nil {
		err = g.usable()
	}
	if err == nil {
		err = replaceAttrs(g.id, attrs)
	}
	var now storage.Attrs
	if err == nil {
		now, err = readAttrs(g.id)
	}
	if err == nil {
		g.attrs.Store(&now)
	}
	return g.fail("set attributes of", err)
}

// Commit of the root names the dimensions, writes everything out, closes the
// file with all that is open in it, and puts a new file in its place. Commit
// of any other group does nothing; the root's is theirs.
func (g *writableGroup) Commit(ctx context.Context) error {
	lib.Lock()
	defer lib.Unlock()
	err := ctx.Err()
	if err == nil {
		err = g.usable()
	}
	if err == nil && g.isRoot() {
		err = g.commit()
	}
	return g.fail("commit", err)
}

func (g *writableGroup) commit() error {
	f, w := g.f, g.f.w
	for _, p := range w.resized { // first: new arrays have the new lengths
		if err := g.followShape(p); err != nil {
			return err
		}
	}
	if err := g.nameDims(w.dims); err != nil {
		return err
	}
	if err := check(C.nd_flush(f.id, &stack)); err != nil {
		return err
	}
	w.done = true
	if err := f.close(); err != nil {
		return errors.Join(err, w.discard())
	}
	if w.temp == "" {
		return syncFile(f.path)
	}
	err := syncFile(w.temp)
	if err == nil {
		err = w.vacant(f.path)
	}
	if err == nil {
		err = os.Rename(w.temp, f.path)
	}
	if err != nil {
		return errors.Join(err, w.discard())
	}
	return syncDir(filepath.Dir(f.path))
}

// discard removes the temporary file.
func (w *writer) discard() error {
	if w.temp == "" {
		return nil
	}
	return os.Remove(w.temp)
}

// Abort of the root closes the file with all that is open in it and removes
// it if it is new; what was written to an existing one stays. Abort of another
// group does nothing.
func (g *writableGroup) Abort() error {
	lib.Lock()
	defer lib.Unlock()
	return g.fail("abort", g.abort())
}

func (g *writableGroup) abort() error {
	w := g.f.w
	if !g.isRoot() || w.done {
		return nil
	}
	w.done = true
	return errors.Join(g.f.close(), w.discard())
}

// Close of the root without Commit is Abort.
func (g *writableGroup) Close() error {
	lib.Lock()
	defer lib.Unlock()
	if g.isRoot() {
		return g.fail("close", g.abort())
	}
	return g.fail("close", g.release())
}

// syncFile makes the contents of a file durable.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir makes a rename durable, where directories can be synced.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, d.Close())
}
