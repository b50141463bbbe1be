package cache

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// Store returns s with what it reads kept in the cache: values, and parts of
// values by offset and length. What is written or deleted through the result is
// read anew; a store that others change at the same time is not for caching.
func (c *Cache) Store(s storage.Store) storage.Store { return &store{s, c} }

// store has all optional interfaces, by the fallbacks where the store lacks them.
type store struct {
	storage.Store
	cache *Cache
}

// Get appends a value to dst.
func (s *store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	return s.GetRange(ctx, key, 0, -1, dst)
}

// GetRange appends part of a value to dst, which is cut from the value where
// the whole of that is kept.
func (s *store) GetRange(ctx context.Context, name string, offset, length int64, dst []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return dst, &storage.Error{Op: "get", Name: name, Err: err}
	}
	if whole, ok := s.cache.kept(key{s, name, 0, -1}); ok {
		lo, hi := storage.Range(int64(len(whole)), offset, length)
		return append(dst, whole[lo:hi]...), nil
	}
	value, _, err := s.cache.get(ctx, key{s, name, offset, length}, func() ([]byte, bool, error) {
		v, err := storage.GetRange(ctx, s.Store, name, offset, length, nil)
		return slices.Clip(v), true, err
	})
	if err != nil {
		return dst, err
	}
	return append(dst, value...), nil
}

// IsRemote reports whether the store is far away.
func (s *store) IsRemote() bool { return storage.IsRemote(s.Store) }

// kept returns a value that is kept.
func (c *Cache) kept(k key) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	if !ok {
		return nil, false
	}
	c.hits++
	c.recent.MoveToFront(e)
	return e.Value.(*entry).value, true
}

// changed forgets what is below a name, and the name itself.
func (s *store) changed(name string) {
	s.cache.forget(func(k key) bool {
		return k.owner == any(s) && (name == "" || k.name == name || strings.HasPrefix(k.name, name+"/"))
	})
}

// Put writes through.
func (s *store) Put(ctx context.Context, name string, value []byte) error {
	defer s.changed(name)
	return s.Store.Put(ctx, name, value)
}

// Delete writes through.
func (s *store) Delete(ctx context.Context, name string) error {
	defer s.changed(name)
	return s.Store.Delete(ctx, name)
}

// DeleteAll writes through.
func (s *store) DeleteAll(ctx context.Context, prefix string) error {
	defer s.changed(prefix)
	return storage.DeleteAll(ctx, s.Store, prefix)
}

// Rename writes through.
func (s *store) Rename(ctx context.Context, from, to string) error {
	defer s.changed(from)
	defer s.changed(to)
	return storage.Rename(ctx, s.Store, from, to)
}

// List asks the store.
func (s *store) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	return storage.List(ctx, s.Store, prefix)
}

// Size asks the store.
func (s *store) Size(ctx context.Context, name string) (int64, error) {
	return storage.Size(ctx, s.Store, name)
}
