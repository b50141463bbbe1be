package storagetest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/ndgrid/ndgrid/storage"
)

// Calls counts calls by what they were made on. It is safe for concurrent use.
type Calls struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *Calls) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[name]++
}

// Of returns the calls on one key or coordinate, as fmt.Sprint writes it.
func (c *Calls) Of(what any) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[fmt.Sprint(what)]
}

// Total returns the number of all calls.
func (c *Calls) Total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	total := 0
	for _, n := range c.n {
		total += n
	}
	return total
}

// All returns the counts by key or coordinate.
func (c *Calls) All() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}

// Reset sets all counts to zero.
func (c *Calls) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.n)
}

// Store wraps a store: it counts calls by key, and Fail can make them fail.
// It is a RangeReader, Lister, Sizer, Renamer, PrefixDeleter and Versioner, by
// package storage's fallbacks where the store isn't, and has no other ability.
type Store struct {
	storage.Store
	// Gets counts Get and GetRange.
	Gets, Puts, Deletes Calls
	// Bytes counts what Get and GetRange have appended.
	Bytes atomic.Int64
	// Fail is asked before every call where it isn't nil: op is "get", "put",
	// "delete", "list", "size" or "rename"; an error is what the call returns.
	Fail func(op, key string) error
}

// Reset sets all counts to zero.
func (s *Store) Reset() {
	s.Gets.Reset()
	s.Puts.Reset()
	s.Deletes.Reset()
	s.Bytes.Store(0)
}

func (s *Store) fail(op, key string) error {
	if s.Fail == nil {
		return nil
	}
	return s.Fail(op, key)
}

// Get counts and forwards.
func (s *Store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	s.Gets.add(key)
	if err := s.fail("get", key); err != nil {
		return dst, err
	}
	v, err := s.Store.Get(ctx, key, dst)
	s.Bytes.Add(int64(len(v) - len(dst)))
	return v, err
}

// GetRange counts and forwards.
func (s *Store) GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error) {
	s.Gets.add(key)
	if err := s.fail("get", key); err != nil {
		return dst, err
	}
	v, err := storage.GetRange(ctx, s.Store, key, offset, length, dst)
	s.Bytes.Add(int64(len(v) - len(dst)))
	return v, err
}

// Version forwards.
func (s *Store) Version(ctx context.Context, key string) (any, error) {
	return storage.Version(ctx, s.Store, key)
}

// Put counts and forwards.
func (s *Store) Put(ctx context.Context, key string, value []byte) error {
	s.Puts.add(key)
	if err := s.fail("put", key); err != nil {
		return err
	}
	return s.Store.Put(ctx, key, value)
}

// Delete counts and forwards.
func (s *Store) Delete(ctx context.Context, key string) error {
	s.Deletes.add(key)
	if err := s.fail("delete", key); err != nil {
		return err
	}
	return s.Store.Delete(ctx, key)
}

// DeleteAll forwards; Fail sees it as "delete" of the prefix.
func (s *Store) DeleteAll(ctx context.Context, prefix string) error {
	if err := s.fail("delete", prefix); err != nil {
		return err
	}
	return storage.DeleteAll(ctx, s.Store, prefix)
}

// List forwards.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	if err := s.fail("list", prefix); err != nil {
		return func(yield func(storage.Entry, error) bool) { yield(storage.Entry{}, err) }
	}
	return storage.List(ctx, s.Store, prefix)
}

// Size forwards.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	if err := s.fail("size", key); err != nil {
		return 0, err
	}
	return storage.Size(ctx, s.Store, key)
}

// Rename forwards.
func (s *Store) Rename(ctx context.Context, from, to string) error {
	if err := s.fail("rename", from); err != nil {
		return err
	}
	return storage.Rename(ctx, s.Store, from, to)
}

// Plain hides everything a store can do beyond storage.Store.
type Plain struct{ Inner storage.Store }

// Get forwards.
func (s Plain) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	return s.Inner.Get(ctx, key, dst)
}

// Put forwards.
func (s Plain) Put(ctx context.Context, key string, value []byte) error {
	return s.Inner.Put(ctx, key, value)
}

// Delete forwards.
func (s Plain) Delete(ctx context.Context, key string) error { return s.Inner.Delete(ctx, key) }

// Array wraps an array: it counts calls of ReadChunk by coordinate ("[0 1]")
// and hides every way to read around it.
type Array struct {
	storage.Array
	Reads Calls
	// Fail is asked before every ReadChunk where it isn't nil.
	Fail func(coord []int) error
}

// ReadChunk counts and forwards.
func (a *Array) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	a.Reads.add(fmt.Sprint(coord))
	if a.Fail != nil {
		if err := a.Fail(coord); err != nil {
			return false, err
		}
	}
	return a.Array.ReadChunk(ctx, coord, dst)
}

// Writable wraps a writable array: it counts calls of WriteChunk by coordinate.
type Writable struct {
	storage.WritableArray
	Writes Calls
	// Fail is asked before every WriteChunk where it isn't nil.
	Fail func(coord []int) error
}

// WriteChunk counts and forwards.
func (a *Writable) WriteChunk(ctx context.Context, coord []int, src []byte) error {
	a.Writes.add(fmt.Sprint(coord))
	if a.Fail != nil {
		if err := a.Fail(coord); err != nil {
			return err
		}
	}
	return a.WritableArray.WriteChunk(ctx, coord, src)
}
