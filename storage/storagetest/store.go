// Package storagetest holds the contracts of package storage as tests that
// implementations of stores, arrays and groups run on themselves, and wrappers
// that count calls or make them fail.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
)

// TestStore runs the contract of storage.Store and its optional interfaces.
// open returns an empty store.
func TestStore(t *testing.T, open func(t *testing.T) storage.Store) {
	for name, test := range map[string]func(*testing.T, storage.Store){
		"PutGet": testPutGet, "Absent": testAbsent, "Keys": testKeys, "Range": testRange, "List": testList,
		"Cancelled": testCancelled, "Atomic": testAtomic, "Rename": testRename, "DeleteAll": testDeleteAll,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, s storage.Store, key, value string) {
	t.Helper()
	require.NoError(t, s.Put(t.Context(), key, []byte(value)))
}

func get(t *testing.T, s storage.Store, key string) string {
	t.Helper()
	v, err := s.Get(t.Context(), key, nil)
	require.NoError(t, err)
	return string(v)
}

func testPutGet(t *testing.T, s storage.Store) {
	put(t, s, "a/b/c", "one")
	put(t, s, "a/b/d", "")
	put(t, s, "top", "x")
	assert.Equal(t, "one", get(t, s, "a/b/c"))
	assert.Empty(t, get(t, s, "a/b/d"))
	put(t, s, "a/b/c", "a longer value")
	put(t, s, "a/b/c", "two")
	assert.Equal(t, "two", get(t, s, "a/b/c"))
	v, err := s.Get(t.Context(), "a/b/c", []byte("dst "))
	require.NoError(t, err)
	assert.Equal(t, "dst two", string(v), "Get appends")
	value := []byte("mine")
	require.NoError(t, s.Put(t.Context(), "k", value))
	copy(value, "yours")
	assert.Equal(t, "mine", get(t, s, "k"), "the store keeps no reference to the value")
	v, err = s.Get(t.Context(), "k", nil)
	require.NoError(t, err)
	copy(v, "hers")
	assert.Equal(t, "mine", get(t, s, "k"), "nor does it hand out its own")
	n, err := storage.Size(t.Context(), s, "a/b/c")
	require.NoError(t, err)
	assert.EqualValues(t, 3, n)
	require.NoError(t, s.Delete(t.Context(), "a/b/c"))
	_, err = s.Get(t.Context(), "a/b/c", nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
}

func testAbsent(t *testing.T, s storage.Store) {
	put(t, s, "dir/key", "x")
	for _, key := range []string{"nothing", "no/such/dir", "dir", "dir/key/below"} {
		_, err := s.Get(t.Context(), key, nil)
		assert.ErrorIs(t, err, storage.ErrNotFound, key)
		assert.ErrorContains(t, err, key, "the error names the key")
		_, err = storage.GetRange(t.Context(), s, key, 0, 1, nil)
		assert.ErrorIs(t, err, storage.ErrNotFound, key)
		_, err = storage.Size(t.Context(), s, key)
		assert.ErrorIs(t, err, storage.ErrNotFound, key)
		assert.NoError(t, s.Delete(t.Context(), key), "deleting what is absent is no error: "+key)
	}
	assert.Equal(t, "x", get(t, s, "dir/key"))
}

func testKeys(t *testing.T, s storage.Store) {
	for _, key := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\x00b"} {
		assert.Error(t, s.Put(t.Context(), key, []byte("x")), "put %q", key)
		_, err := s.Get(t.Context(), key, nil)
		assert.Error(t, err, "get %q", key)
	}
	for _, key := range []string{"c", ".zarray", "a/.hidden", "sp ace", "ünï/日本", "0.0", "Case", "..."} {
		put(t, s, key, key)
		assert.Equal(t, key, get(t, s, key))
	}
}

func testRange(t *testing.T, s storage.Store) {
	put(t, s, "k", "0123456789")
	for _, c := range []struct {
		offset, length int64
		want           string
	}{
		{0, 3, "012"}, {7, 3, "789"}, {7, 99, "789"}, {0, -1, "0123456789"}, {4, -1, "456789"}, {-3, -1, "789"},
		{-3, 2, "78"}, {-99, 2, "01"}, {10, 1, ""}, {99, 1, ""}, {3, 0, ""},
	} {
		v, err := storage.GetRange(t.Context(), s, "k", c.offset, c.length, []byte("+"))
		require.NoError(t, err)
		assert.Equal(t, "+"+c.want, string(v), "offset %d length %d", c.offset, c.length)
	}
}

func testList(t *testing.T, s storage.Store) {
	if _, ok := s.(storage.Lister); !ok {
		t.Log("the store doesn't list its keys")
		return
	}
	for _, key := range []string{"b", "a/x", "a/y/z", "a/y/zz", "c/0/1", "__tmp/x", "a/__x.partial"} {
		put(t, s, key, "12")
	}
	list := func(prefix string) (names []string) {
		for e, err := range storage.List(t.Context(), s, prefix) {
			require.NoError(t, err)
			name := e.Name
			if e.Dir {
				name += "/"
			} else if e.Size != -1 {
				assert.EqualValues(t, 2, e.Size, name)
			}
			names = append(names, name)
		}
		return names
	}
	assert.Equal(t, []string{"a/", "b", "c/"}, list(""), "names that begin with __ are hidden")
	assert.Equal(t, []string{"x", "y/"}, list("a"))
	assert.Equal(t, []string{"z", "zz"}, list("a/y"))
	assert.Empty(t, list("nothing"))
	assert.Empty(t, list("b"), "nothing lies below a value")
	for range storage.List(t.Context(), s, "") {
		break // must not go on
	}
}

func testCancelled(t *testing.T, s storage.Store) {
	put(t, s, "k", "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Get(ctx, "k", nil)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorIs(t, s.Put(ctx, "k", []byte("y")), context.Canceled)
	assert.ErrorIs(t, s.Delete(ctx, "k"), context.Canceled)
	assert.Equal(t, "x", get(t, s, "k"))
}

// testAtomic has readers and writers of one key at once: whoever reads sees
// some value whole.
func testAtomic(t *testing.T, s storage.Store) {
	value := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 1000+i) }
	require.NoError(t, s.Put(t.Context(), "d/k", value(0)))
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for w := range 4 {
		wg.Go(func() {
			for i := range 8 {
				errs <- s.Put(t.Context(), "d/k", value(8*w+i))
				errs <- s.Put(t.Context(), fmt.Sprintf("d/%d/%d", w, i), value(i))
			}
		})
		wg.Go(func() {
			for range 16 {
				v, err := s.Get(t.Context(), "d/k", nil)
				if err != nil || len(v) < 1000 || !bytes.Equal(v, value(len(v)-1000)) {
					t.Errorf("a torn value of %d bytes, error %v", len(v), err)
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
}

func testRename(t *testing.T, s storage.Store) {
	if _, ok := s.(storage.Lister); !ok {
		return
	}
	put(t, s, "from/a", "1")
	put(t, s, "from/b/c", "2")
	put(t, s, "fromage", "3")
	require.NoError(t, storage.Rename(t.Context(), s, "from", "to/here"))
	assert.Equal(t, "1", get(t, s, "to/here/a"))
	assert.Equal(t, "2", get(t, s, "to/here/b/c"))
	assert.Equal(t, "3", get(t, s, "fromage"))
	_, err := s.Get(t.Context(), "from/a", nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	if r, ok := s.(storage.Renamer); ok {
		put(t, s, "other/a", "4")
		assert.ErrorIs(t, r.Rename(t.Context(), "other", "to/here"), storage.ErrExists)
		assert.ErrorIs(t, r.Rename(t.Context(), "nothing", "new"), storage.ErrNotFound)
	}
}

func testDeleteAll(t *testing.T, s storage.Store) {
	if _, ok := s.(storage.Lister); !ok {
		return
	}
	for _, key := range []string{"a/x", "a/y/z", "ab"} {
		put(t, s, key, "1")
	}
	require.NoError(t, storage.DeleteAll(t.Context(), s, "a"))
	require.NoError(t, storage.DeleteAll(t.Context(), s, "nothing"))
	_, err := s.Get(t.Context(), "a/y/z", nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	assert.Equal(t, "1", get(t, s, "ab"))
	require.NoError(t, storage.DeleteAll(t.Context(), s, ""))
	_, err = s.Get(t.Context(), "ab", nil)
	assert.True(t, errors.Is(err, storage.ErrNotFound))
}
