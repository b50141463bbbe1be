package http

import (
	"fmt"
	"hash/maphash"
	"net/http"

	"github.com/ndgrid/ndgrid/storage"
)

// version tells a value from what it was before: hashes of the ETag and the time
// of the last change that a server names; 0 where it names none.
type version struct{ etag, modified uint64 }

var seed = maphash.MakeSeed()

func versionOf(r *http.Response) version {
	hash := func(s string) uint64 {
		if s == "" {
			return 0
		}
		return maphash.String(seed, s)
	}
	return version{hash(r.Header.Get("ETag")), hash(r.Header.Get("Last-Modified"))}
}

// differs reports whether the server says that two versions aren't the same.
func (v version) differs(w version) bool {
	if v.etag != 0 && w.etag != 0 {
		return v.etag != w.etag
	}
	return v.modified != 0 && w.modified != 0 && v.modified != w.modified
}

// sameVersion fails where an answer about part of a value, or its length, is of
// another version than the first such answer.
func (s *Store) sameVersion(key string, r *http.Response) error {
	now := versionOf(r)
	if now == (version{}) {
		return nil
	}
	if first, ok := s.versions.LoadOrStore(key, now); ok && first.(version).differs(now) {
		return fmt.Errorf("%w another part of it was read: the server now has ETag %q, Last-Modified %q", storage.ErrChanged,
			r.Header.Get("ETag"), r.Header.Get("Last-Modified"))
	}
	return nil
}

// neverThere is the error about a value that isn't there: storage.ErrNotFound,
// which may stand for fill values, only where no part of it was read before.
func (s *Store) neverThere(key string) error {
	if _, ok := s.versions.Load(key); ok {
		return fmt.Errorf("%w another part of it was read: the server no longer has it", storage.ErrChanged)
	}
	return storage.ErrNotFound
}
