// Package mem keeps arrays, and the values of a storage.Store, in memory.
package mem

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"weak"

	"github.com/ndgrid/ndgrid/storage"
)

// Store is a storage.Store in memory. The zero Store is empty and ready for use.
type Store struct {
	mu     sync.RWMutex
	values map[string][]byte
}

var (
	_ storage.RangeReader = (*Store)(nil)
	_ storage.Lister      = (*Store)(nil)
	_ storage.Sizer       = (*Store)(nil)
	_ storage.Versioner   = (*Store)(nil)
	_ storage.Renamer     = (*Store)(nil)

	_ storage.PrefixDeleter = (*Store)(nil)
)

// NewStore returns an empty store.
func NewStore() *Store { return &Store{} }

func (s *Store) get(ctx context.Context, op, key string) ([]byte, error) {
	err := check(ctx, key)
	if err == nil {
		s.mu.RLock()
		v, ok := s.values[key]
		s.mu.RUnlock()
		if ok {
			return v, nil
		}
		err = storage.ErrNotFound
	}
	return nil, &storage.Error{Op: op, Name: key, Err: err}
}

func check(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return storage.CheckKey(key)
}

// Get appends the value of key to dst.
func (s *Store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	v, err := s.get(ctx, "get", key)
	return append(dst, v...), err
}

// GetRange appends part of the value of key to dst.
func (s *Store) GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error) {
	v, err := s.get(ctx, "get", key)
	lo, hi := storage.Range(int64(len(v)), offset, length)
	return append(dst, v[lo:hi]...), err
}

// Size returns the length of the value of key.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	v, err := s.get(ctx, "size", key)
	return int64(len(v)), err
}

// Version tells a value from those that were there before.
func (s *Store) Version(ctx context.Context, key string) (any, error) {
	v, err := s.get(ctx, "version", key)
	switch {
	case err != nil:
		return nil, err
	case len(v) == 0:
		return 0, nil
	}
	return weak.Make(&v[0]), nil // another one even where memory is used again
}

// Put sets the value of key to a copy of value.
func (s *Store) Put(ctx context.Context, key string, value []byte) error {
	if err := check(ctx, key); err != nil {
		return &storage.Error{Op: "put", Name: key, Err: err}
	}
	v := bytes.Clone(value)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values == nil {
		s.values = map[string][]byte{}
	}
	s.values[key] = v
	return nil
}

// Delete removes key.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := check(ctx, key); err != nil {
		return &storage.Error{Op: "delete", Name: key, Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.values, key)
	return nil
}

// DeleteAll removes the keys below prefix; "" empties the store.
func (s *Store) DeleteAll(ctx context.Context, prefix string) error {
	if err := ctx.Err(); err != nil {
		return &storage.Error{Op: "delete", Name: prefix, Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.values, func(k string, _ []byte) bool {
		return prefix == "" || k == prefix || strings.HasPrefix(k, prefix+"/")
	})
	return nil
}

// Rename moves the keys below a prefix.
func (s *Store) Rename(ctx context.Context, from, to string) error {
	err := check(ctx, from)
	if err == nil {
		err = storage.CheckKey(to)
	}
	if err != nil {
		return &storage.Error{Op: "rename", Name: from, Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var moved []string
	for k := range s.values {
		switch {
		case k == to || strings.HasPrefix(k, to+"/"):
			return &storage.Error{Op: "rename", Name: from, Err: fmt.Errorf("%w: %s", storage.ErrExists, to)}
		case k == from || strings.HasPrefix(k, from+"/"):
			moved = append(moved, k)
		}
	}
	if moved == nil {
		return &storage.Error{Op: "rename", Name: from, Err: storage.ErrNotFound}
	}
	for _, k := range moved {
		s.values[to+strings.TrimPrefix(k, from)] = s.values[k]
		delete(s.values, k)
	}
	return nil
}

// List ranges over the entries directly below prefix. Names that begin with
// "__" or end in ".partial" are hidden, as package dir does.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	s.mu.RLock()
	values := maps.Clone(s.values)
	s.mu.RUnlock()
	return storage.ListKeys(ctx, slices.Sorted(maps.Keys(values)), prefix, func(key string) int64 { return int64(len(values[key])) })
}
