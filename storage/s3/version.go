package s3

import (
	"fmt"

	"github.com/minio/minio-go/v7"

	"github.com/ndgrid/ndgrid/storage"
)

// sameVersion fails where an answer about part of an object, or its size, is of
// another version than the first such answer.
func (s *Store) sameVersion(key string, now minio.ObjectInfo) error {
	if now.ETag == "" {
		return nil
	}
	if first, ok := s.versions.LoadOrStore(key, now.ETag); ok && first != now.ETag {
		return fmt.Errorf("%w another part of it was read: its ETag was %q, is %q", storage.ErrChanged, first, now.ETag)
	}
	return nil
}

// neverThere is the error about an object that isn't there: storage.ErrNotFound,
// which may stand for fill values, only where no part of it was read before.
func (s *Store) neverThere(key string) error {
	if _, ok := s.versions.Load(key); ok {
		return fmt.Errorf("%w another part of it was read: the object is no longer there", storage.ErrChanged)
	}
	return storage.ErrNotFound
}

// written forgets the versions of objects that this store changes itself.
func (s *Store) written(keys ...string) {
	for _, k := range keys {
		s.versions.Delete(k)
	}
}
