package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strings"
)

// Renamer is a Store that can move everything below a prefix at once.
type Renamer interface {
	// Rename moves the keys below from (and from itself) below to, where
	// nothing may lie.
	Rename(ctx context.Context, from, to string) error
}

// LeftoverLister is a Store whose List hides what writes leave behind when they
// are cut short.
type LeftoverLister interface {
	// Leftovers is List for what List hides.
	Leftovers(ctx context.Context, prefix string) iter.Seq2[Entry, error]
}

// GetRange appends part of the value of key to dst, see RangeReader. A store
// that can't do it reads the whole value.
func GetRange(ctx context.Context, s Store, key string, offset, length int64, dst []byte) ([]byte, error) {
	if ctx == nil {
		return dst, &Error{"get", key, ErrContext}
	}
	if r, ok := s.(RangeReader); ok {
		return r.GetRange(ctx, key, offset, length, dst)
	}
	v, err := s.Get(ctx, key, nil)
	if err != nil {
		return dst, err
	}
	lo, hi := Range(int64(len(v)), offset, length)
	return append(dst, v[lo:hi]...), nil
}

// Version returns the version of the value of key, see Versioner: nil where the
// store knows none.
func Version(ctx context.Context, s Store, key string) (any, error) {
	if v, ok := s.(Versioner); ok {
		return v.Version(ctx, key)
	}
	return nil, nil
}

// IsRemote reports whether a store is far away, see Remote.
func IsRemote(s Store) bool {
	r, ok := s.(Remote)
	return ok && r.IsRemote()
}

// IsRemoteArray reports whether an array is far away, see Remote.
func IsRemoteArray(a Array) bool {
	r, ok := As[Remote](a)
	return ok && r.IsRemote()
}

// Range turns an offset and a length as in RangeReader into the half-open
// range of bytes they mean in a value of the given size.
func Range(size, offset, length int64) (lo, hi int64) {
	lo = offset
	if lo < 0 {
		lo = max(0, size+lo)
	}
	lo = min(lo, size)
	if length < 0 || length > size-lo {
		return lo, size
	}
	return lo, lo + length
}

// Append appends up to n bytes of r to dst, fewer where r ends before. It takes
// memory as bytes come, whatever n promises: for stores that read from strangers.
func Append(dst []byte, r io.Reader, n int64) ([]byte, error) {
	const first = 64 << 10
	for end := int64(len(dst)) + n; int64(len(dst)) < end; {
		if len(dst) == cap(dst) {
			dst = slices.Grow(dst, int(min(end-int64(len(dst)), max(first, int64(len(dst))))))
		}
		m, err := r.Read(dst[len(dst):min(int64(cap(dst)), end)])
		dst = dst[:len(dst)+m]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// List ranges over the entries directly below prefix, see Lister. A store that
// can't list gives ErrUnsupported.
func List(ctx context.Context, s Store, prefix string) iter.Seq2[Entry, error] {
	if l, ok := s.(Lister); ok {
		return l.List(ctx, prefix)
	}
	return func(yield func(Entry, error) bool) {
		yield(Entry{}, &Error{"list", prefix, fmt.Errorf("%w: the store can't list its keys", ErrUnsupported)})
	}
}

// ListKeys lists sorted keys as Lister does, for stores that know them all:
// size returns the length of the value of one. Names that begin with "__" or
// end in ".partial" belong to what is being written, and are hidden.
func ListKeys(ctx context.Context, keys []string, prefix string, size func(key string) int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		below := prefix
		if below != "" {
			below += "/"
		}
		var entries []Entry
		i, _ := slices.BinarySearch(keys, below)
		for i < len(keys) && strings.HasPrefix(keys[i], below) {
			name, _, dir := strings.Cut(keys[i][len(below):], "/")
			e := Entry{Name: name, Dir: dir}
			if dir {
				// "0" is the byte after "/": what follows the keys below the directory.
				n, _ := slices.BinarySearch(keys[i:], below+name+"0")
				i += n
			} else {
				e.Size = size(keys[i])
				i++
			}
			if !Hidden(name) {
				entries = append(entries, e)
			}
		}
		slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
		for i, e := range entries {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, &Error{"list", prefix, err})
				return
			}
			// A key that is also a prefix of others is a directory.
			if i+1 < len(entries) && entries[i+1].Name == e.Name {
				continue
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Hidden reports whether the last part of a key is one that no List shows:
// it begins with "__" or ends in ".partial", as what is being written does.
func Hidden(name string) bool {
	return strings.HasPrefix(name, "__") || strings.HasSuffix(name, ".partial")
}

// Size returns the length of a value, see Sizer. A store that doesn't know it
// reads the value.
func Size(ctx context.Context, s Store, key string) (int64, error) {
	if ctx == nil {
		return 0, &Error{"size", key, ErrContext}
	}
	if z, ok := s.(Sizer); ok {
		return z.Size(ctx, key)
	}
	v, err := s.Get(ctx, key, nil)
	return int64(len(v)), err
}

// Rename moves everything below prefix from to prefix to, see Renamer. A store
// that can't do it at once copies values one by one, see CopyOrder, then deletes
// the old ones.
func Rename(ctx context.Context, s Store, from, to string) error {
	if r, ok := s.(Renamer); ok {
		return r.Rename(ctx, from, to)
	}
	keys, err := keysBelow(ctx, s, from)
	if err != nil {
		return err
	}
	for i, key := range keys {
		v, err := s.Get(ctx, key, nil)
		if err == nil {
			err = s.Put(ctx, to+strings.TrimPrefix(key, from), v)
		}
		for ; err != nil && i >= 0; i-- { // nothing may lie there, as before
			err = errors.Join(err, s.Delete(context.WithoutCancel(ctx), to+strings.TrimPrefix(keys[i], from)))
		}
		if err != nil {
			return err
		}
	}
	return DeleteAll(ctx, s, from)
}

// DeleteAll deletes every key below prefix, in the reverse of CopyOrder; "" empties
// the store.
func DeleteAll(ctx context.Context, s Store, prefix string) error {
	if d, ok := s.(PrefixDeleter); ok {
		return d.DeleteAll(ctx, prefix)
	}
	keys, err := keysBelow(ctx, s, prefix)
	if err != nil {
		return err
	}
	for _, key := range slices.Backward(keys) {
		if err := s.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// keysBelow returns all keys below prefix, in CopyOrder.
func keysBelow(ctx context.Context, s Store, prefix string) (keys []string, err error) {
	for e, err := range List(ctx, s, prefix) {
		if err != nil {
			return nil, err
		}
		key := JoinKey(prefix, e.Name)
		if !e.Dir {
			keys = append(keys, key)
			continue
		}
		below, err := keysBelow(ctx, s, key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, below...)
	}
	CopyOrder(keys)
	return keys, nil
}

// CopyOrder sorts keys so that who copies them one by one, and is interrupted,
// leaves nothing that looks whole: deeper ones first, and beside others the
// documents of Zarr that make them an array last. Arrays that lack chunks can be read,
// and have the fill value there.
func CopyOrder(keys []string) {
	rank := func(key string) int {
		switch path.Base(key) {
		case "zarr.json", ".zarray", ".zgroup":
			return 1
		}
		return 0
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(strings.Count(b, "/")-strings.Count(a, "/"), rank(a)-rank(b), strings.Compare(a, b))
	})
}

// DeleteLeftovers deletes what writes that were cut short have left below prefix,
// in a store that knows it. Nobody may be writing there.
func DeleteLeftovers(ctx context.Context, s Store, prefix string) error {
	l, ok := s.(LeftoverLister)
	if !ok {
		return nil
	}
	for e, err := range l.Leftovers(ctx, prefix) {
		key := JoinKey(prefix, e.Name)
		switch {
		case err != nil:
		case e.Dir:
			err = DeleteAll(ctx, s, key)
		default:
			err = s.Delete(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	for e, err := range List(ctx, s, prefix) {
		if err == nil && e.Dir {
			err = DeleteLeftovers(ctx, s, JoinKey(prefix, e.Name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// PrefixDeleter is a Store that can delete everything below a prefix at once,
// also what its List hides.
type PrefixDeleter interface {
	DeleteAll(ctx context.Context, prefix string) error
}

// JoinKey joins two parts of a key, either of which may be "".
func JoinKey(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "/" + b
}

// CheckKey returns an error unless key is one a Store takes: parts separated
// by single slashes, none of them empty, "." or "..", without NUL bytes or
// backslashes.
func CheckKey(key string) error {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "\x00\\") {
			return fmt.Errorf("invalid key %q: part %q", key, part)
		}
	}
	return nil
}
