// Package storagetest holds the contracts of package storage as tests that
// implementations of stores, arrays and groups run on themselves, and wrappers
// that count calls or make them fail.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
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
		"Version": testVersion,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// TestReadOnly runs the part of the contract that a store which is only read
// has to keep. open returns a store that holds these values.
func TestReadOnly(t *testing.T, open func(t *testing.T, values map[string]string) storage.Store) {
	t.Run("Values", func(t *testing.T) {
		values := map[string]string{"a/b/c": "one", "a/b/d": "", "top": "x", "q?r": "no file name everywhere", "c": strings.Repeat("0123456789", 20_000)}
		for _, key := range readable {
			values[key+"/k"] = key
		}
		s := open(t, values)
		for key, want := range values {
			assert.Equal(t, want, get(t, s, key), key)
			n, err := storage.Size(t.Context(), s, key)
			require.NoError(t, err)
			assert.EqualValues(t, len(want), n, key)
		}
		v, err := s.Get(t.Context(), "a/b/c", []byte("dst "))
		require.NoError(t, err)
		assert.Equal(t, "dst one", string(v), "Get appends")
		v, err = s.Get(t.Context(), "a/b/c", nil)
		require.NoError(t, err)
		copy(v, "hers")
		assert.Equal(t, "one", get(t, s, "a/b/c"), "the store hands out no memory of its own")
		for _, key := range refused {
			_, err := s.Get(t.Context(), key, nil)
			assert.Error(t, err, "get %q", key)
		}
	})
	t.Run("Absent", func(t *testing.T) {
		s := open(t, map[string]string{"dir/key": "x"})
		for _, key := range absent {
			testNotFound(t, s, key)
		}
	})
	t.Run("Range", func(t *testing.T) { testRanges(t, open(t, map[string]string{"k": "0123456789"})) })
	t.Run("List", func(t *testing.T) { testLists(t, open(t, listed)) })
	t.Run("ReadOnly", func(t *testing.T) {
		s := open(t, map[string]string{"k": "x"})
		for _, err := range []error{s.Put(t.Context(), "k", []byte("y")), s.Put(t.Context(), "new", nil), s.Delete(t.Context(), "k")} {
			assert.ErrorIs(t, err, storage.ErrReadOnly)
		}
		assert.Equal(t, "x", get(t, s, "k"))
	})
	t.Run("Cancelled", func(t *testing.T) {
		s := open(t, map[string]string{"k": "x"})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Get(ctx, "k", nil)
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("Concurrent", func(t *testing.T) {
		s := open(t, map[string]string{"a": "one", "b": "two"})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 8 {
					a, aerr := s.Get(t.Context(), "a", nil)
					b, berr := storage.GetRange(t.Context(), s, "b", 1, 2, nil)
					if aerr != nil || berr != nil || string(a) != "one" || string(b) != "wo" {
						t.Errorf("%q %v, %q %v", a, aerr, b, berr)
					}
				}
			})
		}
		wg.Wait()
	})
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
	for _, key := range absent {
		testNotFound(t, s, key)
		assert.NoError(t, s.Delete(t.Context(), key), "deleting what is absent is no error: "+key)
	}
	assert.Equal(t, "x", get(t, s, "dir/key"))
}

// absent are keys beside the only one, "dir/key".
var absent = []string{"nothing", "no/such/dir", "dir", "dir/key/below"}

func testNotFound(t *testing.T, s storage.Store, key string) {
	t.Helper()
	_, err := s.Get(t.Context(), key, nil)
	assert.ErrorIs(t, err, storage.ErrNotFound, key)
	assert.Contains(t, filepath.ToSlash(fmt.Sprint(err)), key, "the error names the key")
	for _, r := range [][2]int64{{0, 1}, {0, 0}, {-1, -1}} {
		_, err = storage.GetRange(t.Context(), s, key, r[0], r[1], nil)
		assert.ErrorIs(t, err, storage.ErrNotFound, key)
	}
	_, err = storage.Size(t.Context(), s, key)
	assert.ErrorIs(t, err, storage.ErrNotFound, key)
}

// refused are no keys, readable are odd ones.
var (
	refused  = []string{"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\x00b"}
	readable = []string{"c", ".zarray", "a/.hidden", "sp ace", "ünï/日本", "0.0", "Case", "..a", "50%", "a+b&c#d;e=f"}
)

func testKeys(t *testing.T, s storage.Store) {
	for _, key := range refused {
		assert.Error(t, s.Put(t.Context(), key, []byte("x")), "put %q", key)
		_, err := s.Get(t.Context(), key, nil)
		assert.Error(t, err, "get %q", key)
	}
	for _, key := range readable {
		put(t, s, key, key)
		assert.Equal(t, key, get(t, s, key))
	}
}

func testRange(t *testing.T, s storage.Store) {
	put(t, s, "k", "0123456789")
	testRanges(t, s)
}

// testRanges reads parts of the ten digits below "k".
func testRanges(t *testing.T, s storage.Store) {
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
	for key, value := range listed {
		put(t, s, key, value)
	}
	testLists(t, s)
}

var listed = map[string]string{"b": "12", "a/x": "12", "a/y/z": "12", "a/y/zz": "12", "a-b": "12", "c/0/1": "12", "__tmp/x": "12", "a/__x.partial": "12"}

// testLists lists a store that holds what is listed.
func testLists(t *testing.T, s storage.Store) {
	if _, ok := s.(storage.Lister); !ok {
		t.Log("the store doesn't list its keys")
		return
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
	assert.Equal(t, []string{"a/", "a-b", "b", "c/"}, list(""), "names that begin with __ are hidden")
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

// testVersion: where a store knows versions, a value that replaces another has
// a version of its own, even if both are equally long.
func testVersion(t *testing.T, s storage.Store) {
	version := func(key string) any {
		t.Helper()
		v, err := storage.Version(t.Context(), s, key)
		require.NoError(t, err)
		return v
	}
	absent := func() {
		t.Helper()
		_, err := storage.Version(t.Context(), s, "a/k")
		assert.ErrorIs(t, err, storage.ErrNotFound)
	}
	if _, ok := s.(storage.Versioner); !ok {
		return
	}
	absent()
	var last any
	for i := range 20 {
		require.NoError(t, s.Put(t.Context(), "a/k", []byte{byte(i), 1}))
		v := version("a/k")
		assert.NotNil(t, v)
		assert.NotEqual(t, last, v)
		assert.Equal(t, v, version("a/k"))
		last = v
	}
	require.NoError(t, s.Put(t.Context(), "empty", nil))
	assert.NotNil(t, version("empty"))
	require.NoError(t, s.Delete(t.Context(), "a/k"))
	absent()
}
