// Package zarr reads Zarr versions 3 and 2 and writes version 3, over any
// storage.Store. Importing it registers the driver "zarr" for directories, and
// for reading what stores of other kinds hold: archives, hosts.
//
// Every chunk is a value of the store; metadata are JSON documents beside them
// (https://zarr-specs.readthedocs.io). Options of the driver: "overwrite"
// ("true": Create replaces what is there, at Commit), "sync" ("true": what is
// written outlives a loss of power, see dir.Sync) and "consolidated" ("true":
// the metadata of all nodes are written into that of the group that Create
// makes as well, at Commit, where some readers look for them first).
package zarr

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
)

const driverName = "zarr"

func init() {
	storage.Register(&storage.Driver{
		Name: driverName, Exts: []string{".zarr"},
		Detect: detect, Open: open, OpenIn: openIn, OpenWritable: openWritable, Create: create, CreateArray: createArray,
	})
}

// detect reports whether path is a directory with metadata in it.
func detect(path string, head []byte) bool {
	if head != nil {
		return false
	}
	for _, doc := range []string{"zarr.json", ".zarray", ".zgroup"} {
		if info, err := os.Stat(filepath.Join(path, doc)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// OpenStore opens the array or the group at path ("" is the root) of a store.
func OpenStore(ctx context.Context, s storage.Store, path string) (storage.Array, storage.Group, error) {
	return openAt(ctx, place{store: s, key: path, path: path})
}

func openAt(ctx context.Context, p place) (storage.Array, storage.Group, error) {
	n, err := p.find(ctx)
	if err != nil {
		return nil, nil, err
	}
	if n.array != nil {
		return newArray(p, n.array), nil, nil
	}
	return nil, &group{p, n.attrs}, nil
}

func openIn(ctx context.Context, s storage.Store, r storage.Ref, opts map[string]string) (storage.Array, storage.Group, error) {
	if err := checkOptions(opts); err != nil {
		return nil, nil, &storage.Error{Op: "open", Name: r.URL, Err: err}
	}
	return openAt(ctx, place{store: s, key: r.Path, url: r.URL, path: r.Path, opts: r.Options})
}

func open(ctx context.Context, path, inner string, opts map[string]string) (storage.Array, storage.Group, error) {
	p, err := openDir(path, opts)
	if err != nil {
		return nil, nil, err
	}
	return openAt(ctx, p.child(inner))
}

// openDir returns the place of the root of a store in a directory.
func openDir(path string, opts map[string]string) (place, error) {
	if err := checkOptions(opts); err != nil {
		return place{}, &storage.Error{Op: "open", Name: path, Err: err}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return place{}, &storage.Error{Op: "open", Name: path, Err: err}
	}
	s, err := dir.Open(abs, dirOptions(opts)...)
	return place{store: s, url: abs}, err
}

func dirOptions(opts map[string]string) []dir.Option {
	if opts["sync"] == "true" {
		return []dir.Option{dir.Sync}
	}
	return nil
}

func checkOptions(opts map[string]string) error {
	for k, v := range opts {
		if k != "overwrite" && k != "sync" && k != "consolidated" {
			return fmt.Errorf("%w: option %q; there are overwrite, sync and consolidated", storage.ErrUnsupported, k)
		}
		if v != "true" && v != "false" && v != "" {
			return fmt.Errorf("%w: option %s=%q; it is true or false", storage.ErrUnsupported, k, v)
		}
	}
	return nil
}

// createDir returns the place of a store that is to be created: it lies in the
// store of the directory around it, so that it can be renamed there.
func createDir(path string, opts map[string]string) (place, error) {
	if err := checkOptions(opts); err != nil {
		return place{}, &storage.Error{Op: "create", Name: path, Err: err}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return place{}, &storage.Error{Op: "create", Name: path, Err: err}
	}
	s, err := dir.Create(filepath.Dir(abs), dirOptions(opts)...)
	if err != nil {
		return place{}, err
	}
	// Never replace a file, or a directory that isn't a store.
	if info, err := os.Stat(abs); err == nil && !info.IsDir() {
		err := fmt.Errorf("%w: and it is a file, so it is left alone", storage.ErrExists)
		return place{}, &storage.Error{Op: "create", Name: path, Err: err}
	}
	if entries, err := os.ReadDir(abs); err == nil && len(entries) > 0 && !detect(abs, nil) {
		err := fmt.Errorf("%w: and it is no Zarr store, so it is left alone", storage.ErrExists)
		return place{}, &storage.Error{Op: "create", Name: path, Err: err}
	}
	return place{store: s, key: filepath.Base(abs), url: abs}, nil
}
