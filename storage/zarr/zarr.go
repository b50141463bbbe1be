// Package zarr reads and writes Zarr, versions 3 and 2, over any storage.Store.
// Importing it registers the driver "zarr" for directories, and for reading what
// stores of other kinds hold: archives, hosts.
//
// Every chunk, or every shard of many chunks, is a value of the store; metadata
// are JSON documents beside them (https://zarr-specs.readthedocs.io). Options of
// the driver:
//
//   - "zarr_format" of what Create makes, "3" or "2".
//   - "overwrite": "true" has Create replace what is there, at Commit.
//   - "resume": "true", or any text that says what is written, has Create go on with
//     what an earlier Create with the same text has begun and not committed; with
//     another text it begins anew. Arrays of the same description keep their chunks.
//     Abort leaves them, too. Where another process is at it, that is an error.
//   - "sync": "true" has what is written outlive a loss of power, see dir.Sync.
//   - "consolidated": "true" writes the metadata of all nodes into that of the
//     group that Create makes as well, at Commit, where some readers look for
//     them first. A group that has them when something below it is changed loses
//     them first, so that nobody reads what no longer holds, and gets them anew
//     with Resize, SetAttrs, Commit and Abort. What a process that was killed has
//     left without is so until the next of these in v3, and in v2 until somebody
//     consolidates it.
//   - "missing": "error" makes reading a chunk that was never written an error,
//     storage.ErrNotFound, instead of the fill value. Chunks, or shards, that
//     hold nothing but the fill value are never written; they are errors too. Chunks
//     that a shard lacks are the fill value, and so is, as ever, what is missing of an
//     array that is open for writing.
//
// Values are written whole under another name and renamed, so a reader sees an
// old chunk or a new one, and a process that is killed leaves no half of one.
// Goroutines may write any parts of an array at the same time, through any number
// of handles. So may processes on one machine, parts that have no elements in
// common, where the system has locks on directories (not Windows); elsewhere,
// processes must write whole chunks, or whole shards. Nobody but one process may
// resize an array, or change consolidated metadata.
//
// An array that is replaced, deleted or made shorter while it is open for reading is
// storage.ErrChanged where a chunk is missing or can't be decoded, of stores that are
// storage.Versioners (directories, memory). Chunks of the new array that have the
// length and the codecs of the old one can't be told from those: they are read as the
// metadata say that were read at opening. An array that gets longer is none of that.
package zarr

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
)

const driverName = "zarr"

func init() {
	storage.Register(&storage.Driver{
		Name: driverName, Exts: []string{".zarr"},
		Detect: detect, Open: open, OpenIn: openIn, OpenWritable: openWritable, OpenWritableArray: openWritableArray,
		Create: create, CreateArray: createArray,
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
	return nil, &group{p, n}, nil
}

func openIn(ctx context.Context, s storage.Store, r storage.Ref, opts map[string]string) (storage.Array, storage.Group, error) {
	if err := checkOptions(opts); err != nil {
		return nil, nil, &storage.Error{Op: "open", Name: r.URL, Err: err}
	}
	return openAt(ctx, place{store: s, key: r.Path, url: r.URL, path: r.Path, opts: r.Options, strict: opts["missing"] == "error"})
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
	p := place{store: s, url: abs}
	if opts["missing"] == "error" {
		p.strict, p.opts = true, map[string]string{"missing": "error"}
	}
	return p, err
}

func dirOptions(opts map[string]string) []dir.Option {
	if opts["sync"] == "true" {
		return []dir.Option{dir.Sync()}
	}
	return nil
}

// options are the options of the driver and their values; the first is what
// "" stands for.
var options = map[string][]string{
	"zarr_format": {"3", "2"}, "overwrite": {"false", "true"}, "resume": {"false"}, "sync": {"false", "true"},
	"consolidated": {"false", "true"}, "missing": {"fill", "error"},
}

func checkOptions(opts map[string]string) error {
	for k, v := range opts {
		values, ok := options[k]
		if !ok {
			return fmt.Errorf("%w: option %q; there are %s", storage.ErrUnsupported, k, strings.Join(slices.Sorted(maps.Keys(options)), ", "))
		}
		if v != "" && k != "resume" && !slices.Contains(values, v) {
			return fmt.Errorf("%w: option %s=%q; it is %s", storage.ErrUnsupported, k, v, strings.Join(values, " or "))
		}
	}
	return nil
}

// resumes reports whether options ask to go on with what was begun.
func resumes(opts map[string]string) bool {
	return opts["resume"] != "" && opts["resume"] != "false"
}

// version is the version of the format that options ask for.
func version(opts map[string]string) int {
	if opts["zarr_format"] == "2" {
		return 2
	}
	return 3
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
