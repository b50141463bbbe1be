// Package zip reads a storage.Store from a ZIP archive, as zarr-python's
// ZipStore writes them: key "a/b/c" is the entry of that name. Importing it
// registers the container "zip", so that "x.zarr.zip/a" opens an array in one.
//
// Entries are stored as they are, or deflated; archives may be larger than
// 4 GiB (zip64). A part of an entry that is stored as it is takes one read of
// that part, of a deflated one everything before it is inflated too. Of several
// entries of one name the last counts, as Python has it: that is how its
// ZipStore replaces values.
package zip

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/flate"

	"github.com/ndgrid/ndgrid/storage"
)

func init() {
	storage.RegisterContainer(&storage.Container{
		Name: "zip", Exts: []string{".zip"},
		Detect: func(head []byte) bool {
			// The second is an archive without entries.
			return strings.HasPrefix(string(head), "PK\x03\x04") || strings.HasPrefix(string(head), "PK\x05\x06")
		},
		Open: func(ctx context.Context, v storage.Value, _ map[string]string) (storage.Store, error) {
			return Open(ctx, v)
		},
	})
}

// Store is an archive. All methods are safe for concurrent use.
type Store struct {
	value   storage.Value
	size    int64 // of the archive
	entries map[string]*entry
	keys    []string // sorted
}

// entry is a file in the archive.
type entry struct {
	*zip.File
	start atomic.Int64 // of the content, 0 until it is known
}

// content returns where the content of the entry begins: behind a header of its
// own, whose length only that says.
func (e *entry) content() (int64, error) {
	if at := e.start.Load(); at > 0 {
		return at, nil
	}
	at, err := e.DataOffset()
	if err != nil {
		return 0, corrupt(err)
	}
	e.start.Store(at)
	return at, nil
}

var (
	_ storage.RangeReader = (*Store)(nil)
	_ storage.Lister      = (*Store)(nil)
	_ storage.Sizer       = (*Store)(nil)
	_ storage.Remote      = (*Store)(nil)
)

// Limits for archives that strangers wrote.
const (
	maxDirectory = 256 << 20 // bytes of the list of entries
	maxRatio     = 1100      // of inflated bytes to deflated ones, more than Deflate can do
)

// Open reads the list of entries of an archive that is a value of a store. A
// name that is no key of a store, such as "../x" or "/x", is ErrCorrupt.
func Open(ctx context.Context, v storage.Value) (*Store, error) {
	s := &Store{value: v, entries: map[string]*entry{}}
	if err := s.open(ctx); err != nil {
		return nil, &storage.Error{Op: "open", Name: v.URL, Err: err}
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	var err error
	if s.size, err = storage.Size(ctx, s.value.Store, s.value.Key); err != nil {
		return err
	}
	file := &reader{ctx: ctx, value: s.value, size: s.size, budget: maxDirectory}
	r, err := zip.NewReader(file, s.size)
	// Names that lead out of a folder are refused below, like all that are no keys.
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return corrupt(err)
	}
	for _, f := range r.File {
		if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 {
			continue // a folder
		}
		if err := storage.CheckKey(f.Name); err != nil {
			return fmt.Errorf("%w: entry %q: %w", storage.ErrCorrupt, f.Name, err)
		}
		s.entries[f.Name] = &entry{File: f}
	}
	// From here on it is read by what looks for the content of entries.
	*file = reader{ctx: context.WithoutCancel(ctx), value: s.value, size: s.size}
	s.keys = slices.Sorted(maps.Keys(s.entries))
	return nil
}

// corrupt says that what package zip complains about is the archive.
func corrupt(err error) error {
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	return err
}

// IsRemote reports whether the archive is far away.
func (s *Store) IsRemote() bool { return storage.IsRemote(s.value.Store) }

func (s *Store) fail(op, key string, err error) error {
	return &storage.Error{Op: op, Name: storage.JoinKey(s.value.URL, key), Err: err}
}

// entry finds and checks the entry of a key.
func (s *Store) entry(ctx context.Context, key string) (*entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := storage.CheckKey(key); err != nil {
		return nil, err
	}
	f := s.entries[key]
	switch {
	case f == nil:
		return nil, storage.ErrNotFound
	case f.Flags&1 != 0:
		return nil, fmt.Errorf("%w: the entry is encrypted", storage.ErrUnsupported)
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return nil, fmt.Errorf("%w: compression method %d of the entry; 0 (stored) and 8 (deflated) are read", storage.ErrUnsupported, f.Method)
	case f.CompressedSize64 > uint64(s.size),
		f.Method == zip.Store && f.UncompressedSize64 != f.CompressedSize64,
		f.Method == zip.Deflate && f.UncompressedSize64/maxRatio > f.CompressedSize64:
		return nil, fmt.Errorf("%w: an entry of %d bytes that are %d when stored", storage.ErrCorrupt, f.UncompressedSize64, f.CompressedSize64)
	}
	return f, nil
}

// Get appends an entry to dst, and compares its checksum.
func (s *Store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	return s.GetRange(ctx, key, 0, -1, dst)
}

// GetRange appends part of an entry to dst. The checksum is compared where the
// part is all of it.
func (s *Store) GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error) {
	f, err := s.entry(ctx, key)
	if err != nil {
		return dst, s.fail("get", key, err)
	}
	lo, hi := storage.Range(int64(f.UncompressedSize64), offset, length)
	n := len(dst)
	if f.Method == zip.Store {
		dst, err = s.stored(ctx, f, lo, hi, dst)
	} else {
		dst, err = s.inflate(ctx, f, lo, hi, dst)
	}
	whole := hi-lo == int64(f.UncompressedSize64)
	if err == nil && whole && crc32.ChecksumIEEE(dst[n:]) != f.CRC32 {
		err = fmt.Errorf("%w: the checksum of the entry is %08x, its content's is %08x", storage.ErrCorrupt, f.CRC32, crc32.ChecksumIEEE(dst[n:]))
	}
	if err != nil {
		return dst[:n], s.fail("get", key, err)
	}
	return dst, nil
}

// stored appends part of an entry that isn't compressed.
func (s *Store) stored(ctx context.Context, e *entry, lo, hi int64, dst []byte) ([]byte, error) {
	if lo == hi {
		return dst, nil
	}
	start, err := e.content()
	if err != nil {
		return dst, err
	}
	n := len(dst)
	dst, err = storage.GetRange(ctx, s.value.Store, s.value.Key, start+lo, hi-lo, dst)
	if got := int64(len(dst) - n); err == nil && got != hi-lo {
		err = fmt.Errorf("%w: the archive ends after %d of %d bytes", storage.ErrCorrupt, got, hi-lo)
	}
	return dst, err
}

// inflaters are idle readers: their windows are too big to be made every time.
var inflaters sync.Pool

// inflate appends part of a deflated entry.
func (s *Store) inflate(ctx context.Context, e *entry, lo, hi int64, dst []byte) ([]byte, error) {
	start, err := e.content()
	if err != nil {
		return dst, err
	}
	size, buffer := int64(e.CompressedSize64), int64(256<<10)
	if hi == int64(e.UncompressedSize64) {
		buffer = 16 << 20 // all of it will be read
	}
	file := &reader{ctx: ctx, value: s.value, size: s.size}
	in := bufio.NewReaderSize(io.NewSectionReader(file, start, size), int(min(size, buffer)))
	r, ok := inflaters.Get().(io.ReadCloser)
	if !ok {
		r = flate.NewReader(in)
	} else if err := r.(flate.Resetter).Reset(in, nil); err != nil {
		return dst, err
	}
	defer inflaters.Put(r)
	if _, err := io.CopyN(io.Discard, r, lo); err != nil {
		return dst, inflated(lo, err)
	}
	n := len(dst)
	if dst, err = storage.Append(dst, r, hi-lo); err != nil {
		return dst, inflated(hi, err)
	}
	if got := int64(len(dst) - n); got < hi-lo {
		return dst, inflated(lo+got, io.ErrUnexpectedEOF)
	}
	if hi == int64(e.UncompressedSize64) {
		var more [1]byte
		if n, err := io.ReadFull(r, more[:]); n > 0 || err != io.EOF {
			return dst, fmt.Errorf("%w: the entry doesn't end after %d bytes", storage.ErrCorrupt, hi)
		}
	}
	return dst, nil
}

// inflated explains an error of inflating.
func inflated(n int64, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF || errors.As(err, new(flate.CorruptInputError)) {
		return fmt.Errorf("%w: inflating up to byte %d: %w", storage.ErrCorrupt, n, err)
	}
	return err
}

// Size returns the length of an entry.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	f, err := s.entry(ctx, key)
	if err != nil {
		return 0, s.fail("size", key, err)
	}
	return int64(f.UncompressedSize64), nil
}

// List ranges over the entries directly below prefix.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return storage.ListKeys(ctx, s.keys, prefix, func(key string) int64 { return int64(s.entries[key].UncompressedSize64) })
}

// Put is refused: archives are only read.
func (s *Store) Put(_ context.Context, key string, _ []byte) error {
	return s.fail("put", key, storage.ErrReadOnly)
}

// Delete is refused: archives are only read.
func (s *Store) Delete(_ context.Context, key string) error {
	return s.fail("delete", key, storage.ErrReadOnly)
}
