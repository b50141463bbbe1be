// Package dir keeps the values of a storage.Store as files below a directory,
// as Zarr's file system store does: key "a/b/c" is file a/b/c. Importing it
// registers the scheme "file".
package dir

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ndgrid/ndgrid/storage"
)

// Store is a directory of the file system. A value is written to a temporary
// file beside its place, named "__….partial", and renamed, so readers see all
// of it or nothing, and a crash leaves at most that file behind; List hides
// names that begin with "__" or end in ".partial". Symbolic links are followed
// as long as they stay inside the directory; List leaves out those that lead
// nowhere, outside, or back to a directory on the way to them. All methods are safe for
// concurrent use.
//
// A Store holds an open handle on its directory, which is released when the
// Store is no longer reachable. A directory that was moved or replaced meanwhile is
// still read, but what is missing in it is storage.ErrChanged. On Windows, where
// such a directory could not be moved or replaced, a Store knows its path only. Keys
// that Windows has no file names for ("aux", "a:b", "a.") are not found there, and
// ErrUnsupported to Put; one that differs from a file's name in the case of letters
// only is ErrExists.
type Store struct {
	root *root
	info fs.FileInfo // of the directory
	path string
	sync bool
}

var (
	_ storage.RangeReader    = (*Store)(nil)
	_ storage.Lister         = (*Store)(nil)
	_ storage.LeftoverLister = (*Store)(nil)
	_ storage.Sizer          = (*Store)(nil)
	_ storage.Versioner      = (*Store)(nil)
	_ storage.Renamer        = (*Store)(nil)
	_ storage.PrefixDeleter  = (*Store)(nil)
)

func init() {
	storage.RegisterScheme("file", func(_ context.Context, root string) (storage.Store, error) {
		return Open(strings.TrimPrefix(root, "file://"))
	})
}

// Option changes how a Store works.
type Option func(*Store)

// Sync makes Put wait until a value has reached the disk, which costs a few
// milliseconds each: what was put then outlives a loss of power, not only the
// end of the process.
func Sync() Option { return func(s *Store) { s.sync = true } }

// Open returns the store of an existing directory.
func Open(path string, opts ...Option) (*Store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: path, Err: err}
	}
	root, err := openRoot(abs)
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: path, Err: explain(err)}
	}
	info, err := root.Stat(".")
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: path, Err: explain(err)}
	}
	s := &Store{root: root, info: info, path: abs}
	for _, o := range opts {
		o(s)
	}
	return s, nil
}

// Create returns the store of a directory, which it makes where it is missing.
func Create(path string, opts ...Option) (*Store, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, &storage.Error{Op: "create", Name: path, Err: explain(err)}
	}
	return Open(path, opts...)
}

// Path returns the absolute path of the directory.
func (s *Store) Path() string { return s.path }

func (s *Store) fail(op, key string, err error) error {
	err = explain(err)
	if errors.Is(err, storage.ErrNotFound) && s.replaced() {
		err = fmt.Errorf("%w it was opened: %s is another directory now, or none", storage.ErrChanged, s.path)
	}
	return &storage.Error{Op: op, Name: filepath.Join(s.path, filepath.FromSlash(key)), Err: err}
}

// replaced reports whether the directory is no longer where it was opened. What is
// missing in it then may have been deleted with all the rest, and is no value that was
// never written.
func (s *Store) replaced() bool {
	now, err := os.Stat(s.path)
	return err != nil || !os.SameFile(s.info, now)
}

// explain turns what the operating system says into an error of this library:
// it strips the path, which is named already.
func explain(err error) error {
	var pe *fs.PathError
	var le *os.LinkError
	if errors.As(err, &pe) {
		err = pe.Err
	} else if errors.As(err, &le) {
		err = le.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return storage.ErrNotFound
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", storage.ErrReadOnly, err)
	}
	return err
}

// check is what every method begins with, but for those that write to key.
func check(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return checkKey(key, storage.ErrNotFound)
}

// checkKey fails for a key that can't be the path of a file. On Windows the error is
// noFile for names that no file has, and those that would lead to another one: "a."
// and "a " are "a" there, and "a:b" is a part of it.
func checkKey(key string, noFile error) error {
	if err := storage.CheckKey(key); err != nil || runtime.GOOS != "windows" {
		return err
	}
	for name := range strings.SplitSeq(key, "/") {
		if strings.ContainsAny(name, `<>:"|?*`) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) ||
			strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") || !filepath.IsLocal(name) {
			return fmt.Errorf("%w: Windows has no files named %q", noFile, name)
		}
	}
	return nil
}

// Get appends the content of a file to dst.
func (s *Store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	return s.GetRange(ctx, key, 0, -1, dst)
}

// GetRange appends part of the content of a file to dst.
func (s *Store) GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error) {
	if err := check(ctx, key); err != nil {
		return dst, s.fail("get", key, err)
	}
	dst, err := s.read(key, offset, length, dst)
	if err != nil {
		return dst, s.fail("get", key, err)
	}
	return dst, nil
}

// readRoot appends part of a file to dst, on any system.
func (s *Store) readRoot(key string, offset, length int64, dst []byte) ([]byte, error) {
	f, err := s.root.Open(key)
	if err != nil {
		return dst, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return dst, err
	}
	if !info.Mode().IsRegular() {
		return dst, errNotFile
	}
	n := len(dst)
	dst, lo := room(dst, info.Size(), offset, length)
	if _, err := f.ReadAt(dst[n:], lo); err != nil && len(dst) > n {
		if err == io.EOF {
			err = errShrank
		}
		return dst[:n], err
	}
	return dst, nil
}

var (
	errNotFile = fmt.Errorf("%w: it is not a file", storage.ErrNotFound)
	errShrank  = fmt.Errorf("%w: the file shrank while it was read", storage.ErrCorrupt)
)

// room lengthens dst by the bytes that a range of a file of that size has, the
// first of them at lo.
func room(dst []byte, size, offset, length int64) (longer []byte, lo int64) {
	lo, hi := storage.Range(size, offset, length)
	n := len(dst) + int(hi-lo)
	return slices.Grow(dst, int(hi-lo))[:n], lo
}

// Version tells a file from those that were there before, and from what it was
// before it was written to in place: by when that was, as exactly as the file
// system knows, to the nanosecond where a Store wrote it.
func (s *Store) Version(ctx context.Context, key string) (any, error) {
	err := check(ctx, key)
	var v any
	if err == nil {
		v, err = s.version(key)
	}
	if err != nil {
		return nil, s.fail("version", key, err)
	}
	return v, nil
}

// Put writes a file. Directories that are missing are made.
func (s *Store) Put(ctx context.Context, key string, value []byte) error {
	if err := errors.Join(ctx.Err(), checkKey(key, storage.ErrUnsupported)); err != nil {
		return s.fail("put", key, err)
	}
	tmp := path.Join(path.Dir(key), "__"+random()+".partial")
	f, err := s.create(tmp)
	if err != nil {
		return s.fail("put", key, err)
	}
	_, err = f.Write(value)
	if err == nil && s.sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		// The system's own times are those of its last tick, some milliseconds ago, which two
		// versions of a value can share.
		now := time.Now()
		err = s.root.Chtimes(tmp, now, now)
	}
	if err == nil {
		err = s.root.Rename(tmp, key)
	}
	if err == nil && s.sync {
		err = s.syncDir(path.Dir(key))
	}
	if err != nil {
		// The error that led here is the one to tell.
		_ = s.root.Remove(tmp)
		return s.fail("put", key, err)
	}
	return nil
}

// create opens a new file, making its directory only after it was found missing.
func (s *Store) create(name string) (*os.File, error) {
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := s.root.OpenFile(name, flags, 0o666)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := s.root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return nil, err
	}
	for at := path.Dir(name); s.sync && at != "."; at = path.Dir(at) { // the names of what was made
		if err := s.syncDir(path.Dir(at)); err != nil {
			return nil, err
		}
	}
	return s.root.OpenFile(name, flags, 0o666)
}

// syncDir makes the names in a directory durable; where a system can't, the
// files themselves are all there is to be had.
func (s *Store) syncDir(name string) error {
	d, err := s.root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// Delete removes a file.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := check(ctx, key)
	if err == nil {
		var info fs.FileInfo
		if info, err = s.root.Lstat(key); err == nil && !info.IsDir() {
			err = s.root.Remove(key)
		}
	}
	if err != nil && !errors.Is(explain(err), storage.ErrNotFound) {
		return s.fail("delete", key, err)
	}
	return nil
}

// DeleteAll removes a directory with everything in it; "" removes what the
// store's own directory holds. It gets a name that List hides first: who reads meanwhile,
// or after the process was killed, finds no array that lacks chunks.
func (s *Store) DeleteAll(ctx context.Context, prefix string) error {
	if prefix != "" {
		err := check(ctx, prefix)
		if err == nil {
			gone := path.Join(path.Dir(prefix), "__"+random()+".partial")
			if storage.Hidden(path.Base(prefix)) || s.root.Rename(prefix, gone) != nil {
				gone = prefix
			}
			err = s.root.RemoveAll(gone)
		}
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return s.fail("delete", prefix, err)
		}
		return nil
	}
	entries, err := s.readDir("")
	if err != nil {
		return s.fail("delete", prefix, err)
	}
	for _, e := range entries {
		if err := s.DeleteAll(ctx, e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// Rename moves a directory, or a file, to a place where there is none.
func (s *Store) Rename(ctx context.Context, from, to string) error {
	if err := errors.Join(check(ctx, from), checkKey(to, storage.ErrUnsupported)); err != nil {
		return s.fail("rename", from, err)
	}
	if _, err := s.root.Lstat(to); err == nil {
		return s.fail("rename", from, fmt.Errorf("%w: %s", storage.ErrExists, to))
	}
	if dir := path.Dir(to); dir != "." {
		if err := s.root.MkdirAll(dir, 0o777); err != nil {
			return s.fail("rename", from, err)
		}
	}
	if err := s.root.Rename(from, to); err != nil {
		return s.fail("rename", from, err)
	}
	if s.sync {
		if err := s.syncDir(path.Dir(to)); err != nil {
			return s.fail("rename", from, err)
		}
	}
	return nil
}

// Size returns the length of a file.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	if err := check(ctx, key); err != nil {
		return 0, s.fail("size", key, err)
	}
	info, err := s.root.Stat(key)
	if err == nil && !info.Mode().IsRegular() {
		err = storage.ErrNotFound
	}
	if err != nil {
		return 0, s.fail("size", key, err)
	}
	return info.Size(), nil
}

// List ranges over a directory; one that doesn't exist is empty.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return s.list(ctx, prefix, false)
}

// Leftovers ranges over what List hides in a directory: values that were being
// written, or nodes that were being created, when their program ended, or that
// still are.
func (s *Store) Leftovers(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return s.list(ctx, prefix, true)
}

func (s *Store) list(ctx context.Context, prefix string, leftovers bool) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		var entries []fs.DirEntry
		var err error
		if prefix != "" {
			err = checkKey(prefix, storage.ErrNotFound)
		}
		if err == nil {
			entries, err = s.readDir(prefix)
		}
		if err != nil {
			if err = s.fail("list", prefix, err); !errors.Is(err, storage.ErrNotFound) {
				yield(storage.Entry{}, err)
			}
			return
		}
		for _, e := range entries {
			if err := ctx.Err(); err != nil {
				yield(storage.Entry{}, s.fail("list", prefix, err))
				return
			}
			if storage.Hidden(e.Name()) != leftovers {
				continue
			}
			entry := storage.Entry{Name: e.Name(), Dir: e.IsDir(), Size: -1}
			if e.Type()&fs.ModeSymlink != 0 {
				info, err := s.root.Stat(path.Join(prefix, e.Name()))
				if err != nil || info.IsDir() && s.isAbove(info, prefix) {
					continue
				}
				entry.Dir = info.IsDir()
			}
			if entry.Dir {
				entry.Size = 0
			}
			if !yield(entry, nil) {
				return
			}
		}
	}
}

// isAbove reports whether a directory is the one at prefix, or one of those that
// hold it.
func (s *Store) isAbove(dir fs.FileInfo, prefix string) bool {
	for at := path.Join(".", prefix); ; at = path.Dir(at) {
		if info, err := s.root.Stat(at); err == nil && os.SameFile(info, dir) {
			return true
		}
		if at == "." {
			return false
		}
	}
}

// readDir returns the entries of a directory, sorted by name.
func (s *Store) readDir(prefix string) ([]fs.DirEntry, error) {
	d, err := s.root.Open(path.Join(".", prefix))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// random returns a name nobody else uses.
func random() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}
