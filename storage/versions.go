package storage

import (
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
)

// Versions are those of values of which parts were read: for stores of values that
// others may change, so that all parts of one are of one version. They are known
// by what a server says of them, an ETag and a time of the last change. The zero
// value knows none; each takes a hundred bytes or so. All methods are safe for
// concurrent use.
type Versions struct{ first sync.Map } // version by key

// version is hashes of what a server says; 0 where it says nothing.
type version struct{ etag, modified uint64 }

var versionSeed = maphash.MakeSeed()

func versionOf(etag, modified string) version {
	hash := func(s string) uint64 {
		if s == "" {
			return 0
		}
		return maphash.String(versionSeed, s)
	}
	// One server may call the same version strong and weak, by what it sends it through.
	return version{hash(strings.TrimPrefix(etag, "W/")), hash(modified)}
}

// differs reports whether the server says that two versions aren't the same.
func (v version) differs(w version) bool {
	if v.etag != 0 && w.etag != 0 {
		return v.etag != w.etag
	}
	return v.modified != 0 && w.modified != 0 && v.modified != w.modified
}

// Same is ErrChanged where an answer about part of a value, or its length, is of
// another version than the first such answer. What the server doesn't say is "".
func (v *Versions) Same(key, etag, modified string) error {
	now := versionOf(etag, modified)
	if now == (version{}) {
		return nil
	}
	if first, ok := v.first.LoadOrStore(key, now); ok && first.(version).differs(now) {
		return fmt.Errorf("%w another part of it was read: the server now has ETag %q, Last-Modified %q", ErrChanged, etag, modified)
	}
	return nil
}

// Absent is the error about a value that isn't there: ErrNotFound, which may stand
// for fill values, only where no part of it was read before.
func (v *Versions) Absent(key string) error {
	if _, ok := v.first.Load(key); ok {
		return fmt.Errorf("%w another part of it was read: the server no longer has it", ErrChanged)
	}
	return ErrNotFound
}

// Forget is for values that the store changes itself.
func (v *Versions) Forget(keys ...string) {
	for _, k := range keys {
		v.first.Delete(k)
	}
}
