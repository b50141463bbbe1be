// Package kerchunk reads a storage.Store from a reference manifest, as Python's
// kerchunk and VirtualiZarr write them and fsspec reads them: a JSON document
// that says, for every key of a Zarr hierarchy, what its value is or which part
// of which file holds it. HDF5 files become Zarr arrays that way without a copy.
// Importing it registers the container "kerchunk", so that "refs.json/a" opens
// an array.
//
// Version 1 of the format is read (and version 0, the references alone), with
// templates that stand for text; "gen", references made by formulas, is refused.
//
// A manifest says what is read, so one from a stranger could name any file. It
// may name what lies in its own folder or below, by relative or absolute paths;
// for everything else, other folders and hosts, there is the option Outside, or
// "outside" ("true") where a manifest is opened by URL or path.
package kerchunk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

func init() {
	storage.RegisterContainer(&storage.Container{
		Name: "kerchunk", Exts: []string{".json"}, Options: []string{"outside"}, Detect: detect,
		Open: func(ctx context.Context, v storage.Value, opts map[string]string) (storage.Store, error) {
			switch opts["outside"] {
			case "true":
				return Open(ctx, v, Outside())
			case "", "false":
				return Open(ctx, v)
			}
			return nil, &storage.Error{Op: "open", Name: v.URL, Err: fmt.Errorf("%w: option outside=%q; it is true or false", storage.ErrUnsupported, opts["outside"])}
		},
	})
}

var names = regexp.MustCompile(`"(refs|[^"]*zarr\.json|[^"]*\.z(group|array|attrs|metadata))"`)

// detect tells a manifest from other JSON by names it begins with.
func detect(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{")) && names.Match(head)
}

// Store is a manifest. All methods are safe for concurrent use.
type Store struct {
	value   storage.Value
	refs    map[string]ref
	keys    []string // sorted
	targets targets
	remote  bool
}

var (
	_ storage.RangeReader = (*Store)(nil)
	_ storage.Lister      = (*Store)(nil)
	_ storage.Sizer       = (*Store)(nil)
	_ storage.Remote      = (*Store)(nil)
)

// ref is the value of a key, or where it lies.
type ref struct {
	inline         []byte
	target         string // "": the value is inline
	offset, length int64  // of the part; the length is -1 for all of the target
}

// Option changes how a manifest is opened.
type Option func(*Store)

// Outside allows a manifest to name files anywhere, and other hosts.
func Outside() Option { return func(s *Store) { s.targets.outside = true } }

// maxManifest is the most bytes a manifest may have.
const maxManifest = 512 << 20

// Open reads a manifest. What it refers to is not looked at until it is read.
func Open(ctx context.Context, v storage.Value, opts ...Option) (*Store, error) {
	s := &Store{value: v, targets: targets{manifest: v, known: map[string]storage.Value{}, stores: map[string]storage.Store{}}}
	for _, o := range opts {
		o(s)
	}
	b, err := storage.GetRange(ctx, v.Store, v.Key, 0, maxManifest+1, nil)
	if err == nil && len(b) > maxManifest {
		err = fmt.Errorf("%w: a manifest of more than %d bytes", storage.ErrUnsupported, maxManifest)
	}
	if err == nil {
		s.refs, err = parse(b)
	}
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: v.URL, Err: err}
	}
	s.keys = slices.Sorted(maps.Keys(s.refs))
	s.remote = storage.IsRemote(v.Store)
	for _, r := range s.refs {
		s.remote = s.remote || strings.Contains(r.target, "://") && !strings.HasPrefix(r.target, "file://")
	}
	return s, nil
}

func (s *Store) fail(op, key string, err error) error {
	return &storage.Error{Op: op, Name: storage.JoinKey(s.value.URL, key), Err: err}
}

// IsRemote reports whether the manifest is far away, or anything it refers to.
func (s *Store) IsRemote() bool { return s.remote }

func (s *Store) ref(ctx context.Context, key string) (ref, error) {
	if err := ctx.Err(); err != nil {
		return ref{}, err
	}
	if err := storage.CheckKey(key); err != nil {
		return ref{}, err
	}
	r, ok := s.refs[key]
	if !ok {
		return ref{}, storage.ErrNotFound
	}
	return r, nil
}

// Get appends the value of a key to dst.
func (s *Store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	return s.GetRange(ctx, key, 0, -1, dst)
}

// GetRange appends part of a value to dst. A target that doesn't exist, or ends
// before the part does, is an error: not ErrNotFound, which would mean that
// the value was never written.
func (s *Store) GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error) {
	r, err := s.ref(ctx, key)
	n := len(dst)
	switch {
	case err != nil:
	case r.target == "":
		lo, hi := storage.Range(int64(len(r.inline)), offset, length)
		dst = append(dst, r.inline[lo:hi]...)
	default:
		dst, err = s.read(ctx, r, offset, length, dst)
	}
	if err != nil {
		return dst[:n], s.fail("get", key, err)
	}
	return dst, nil
}

// read appends part of what lies in a target.
func (s *Store) read(ctx context.Context, r ref, offset, length int64, dst []byte) ([]byte, error) {
	v, err := s.targets.find(ctx, r.target)
	if err != nil {
		return dst, err
	}
	n, want := len(dst), int64(-1)
	if r.length >= 0 {
		lo, hi := storage.Range(r.length, offset, length)
		offset, length, want = r.offset+lo, hi-lo, hi-lo
	}
	dst, err = storage.GetRange(ctx, v.Store, v.Key, offset, length, dst)
	if got := int64(len(dst) - n); err == nil && want >= 0 && got != want {
		err = fmt.Errorf("%w: it has %d of the %d bytes at %d", storage.ErrCorrupt, got, want, offset)
	}
	return dst, missing(r.target, err)
}

// missing names the target in an error, and keeps its absence from being taken
// for that of the key.
func missing(target string, err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("%w: target %s: %v", storage.ErrCorrupt, target, err)
	}
	if err != nil {
		return fmt.Errorf("target %s: %w", target, err)
	}
	return nil
}

// Size returns the length of a value.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	r, err := s.ref(ctx, key)
	size := r.size()
	if err == nil && size < 0 {
		var v storage.Value
		if v, err = s.targets.find(ctx, r.target); err == nil {
			size, err = storage.Size(ctx, v.Store, v.Key)
			err = missing(r.target, err)
		}
	}
	if err != nil {
		return 0, s.fail("size", key, err)
	}
	return size, nil
}

func (r ref) size() int64 {
	if r.target == "" {
		return int64(len(r.inline))
	}
	return r.length
}

// List ranges over the entries directly below prefix.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return storage.ListKeys(ctx, s.keys, prefix, func(key string) int64 { return s.refs[key].size() })
}

// Put is refused: manifests are only read.
func (s *Store) Put(_ context.Context, key string, _ []byte) error {
	return s.fail("put", key, storage.ErrReadOnly)
}

// Delete is refused: manifests are only read.
func (s *Store) Delete(_ context.Context, key string) error {
	return s.fail("delete", key, storage.ErrReadOnly)
}
