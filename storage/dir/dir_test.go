package dir_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

func create(t *testing.T, opts ...dir.Option) *dir.Store {
	s, err := dir.Create(filepath.Join(t.TempDir(), "new", "store"), opts...)
	require.NoError(t, err)
	return s
}

func TestStore(t *testing.T) {
	storagetest.TestStore(t, func(t *testing.T) storage.Store { return create(t) })
}

func TestStoreSync(t *testing.T) {
	s := create(t, dir.Sync())
	require.NoError(t, s.Put(t.Context(), "a/b", []byte("x")))
	require.NoError(t, s.Rename(t.Context(), "a", "c/d"))
	v, err := s.Get(t.Context(), "c/d/b", nil)
	require.NoError(t, err)
	assert.Equal(t, "x", string(v))
}

func TestOpen(t *testing.T) {
	_, err := dir.Open(filepath.Join(t.TempDir(), "missing"))
	assert.ErrorIs(t, err, storage.ErrNotFound)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = dir.Open(file)
	assert.Error(t, err)
	_, err = dir.Create(filepath.Join(file, "below"))
	assert.Error(t, err)
	s := create(t)
	assert.True(t, filepath.IsAbs(s.Path()))
}

// Nothing but the value is left behind, also where a Put fails.
func TestLeftovers(t *testing.T) {
	s := create(t)
	require.NoError(t, s.Put(t.Context(), "a/k", []byte("x")))
	require.NoError(t, s.Put(t.Context(), "a/dir/x", []byte("x")))
	assert.Error(t, s.Put(t.Context(), "a/dir", []byte("x")), "a directory is in the way")
	assert.Error(t, s.Put(t.Context(), "a/k/x", []byte("x")), "a file is in the way")
	entries, err := os.ReadDir(filepath.Join(s.Path(), "a"))
	require.NoError(t, err)
	require.Len(t, entries, 2)
	for _, left := range []string{"__tmp-x", "k.1234.partial"} {
		require.NoError(t, os.WriteFile(filepath.Join(s.Path(), "a", left), nil, 0o600))
	}
	var names []string
	for e, err := range s.List(t.Context(), "a") {
		require.NoError(t, err)
		names = append(names, e.Name)
	}
	assert.Equal(t, []string{"dir", "k"}, names)
}

func TestSymlinks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("symbolic links need a privilege on Windows")
		return
	}
	s := create(t)
	outside := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(s.Path(), "out")))
	require.NoError(t, s.Put(t.Context(), "real/k", []byte("y")))
	require.NoError(t, os.Symlink("real", filepath.Join(s.Path(), "in")))
	v, err := s.Get(t.Context(), "in/k", nil)
	require.NoError(t, err)
	assert.Equal(t, "y", string(v))
	_, err = s.Get(t.Context(), "out/secret", nil)
	assert.Error(t, err)
	assert.Error(t, s.Put(t.Context(), "out/new", []byte("z")))
	assert.NoFileExists(t, filepath.Join(outside, "new"))
}

func TestReadOnly(t *testing.T) {
	if os.Geteuid() <= 0 {
		t.Log("permissions don't bind this user")
		return
	}
	s := create(t)
	require.NoError(t, s.Put(t.Context(), "k", []byte("x")))
	require.NoError(t, os.Chmod(s.Path(), 0o500))
	defer os.Chmod(s.Path(), 0o700)
	err := s.Put(t.Context(), "new", []byte("x"))
	assert.ErrorIs(t, err, storage.ErrReadOnly)
	var e *storage.Error
	require.True(t, errors.As(err, &e))
	assert.Equal(t, filepath.Join(s.Path(), "new"), e.Name)
}

func TestListLeftovers(t *testing.T) {
	path := t.TempDir()
	s, err := dir.Open(path)
	require.NoError(t, err)
	for _, key := range []string{"a/c/0", "a/__beef.partial", "a/zarr.json.0.partial", "a/__tmp-b-1/zarr.json"} {
		require.NoError(t, s.Put(t.Context(), key, []byte("x")))
	}
	var names []string
	for e, err := range s.Leftovers(t.Context(), "a") {
		require.NoError(t, err)
		names = append(names, e.Name)
	}
	assert.Equal(t, []string{"__beef.partial", "__tmp-b-1", "zarr.json.0.partial"}, names)
}

// TestNames has names that aren't those of files on every system: there they are
// files, or errors, and never another name's file.
func TestNames(t *testing.T) {
	s := create(t)
	require.NoError(t, s.Put(t.Context(), "a", []byte("a")))
	for _, key := range []string{"aux", "d/NUL", "com1", "...", "a.", "a ", "a:b", "a::$DATA", "a?", "*", "<", "a>/b", "a|b", `a"`, "a\x01", "d./k"} {
		put := s.Put(t.Context(), key, []byte("x"))
		v, get := s.Get(t.Context(), key, nil)
		if runtime.GOOS != "windows" {
			require.NoError(t, errors.Join(put, get), key)
			assert.Equal(t, "x", string(v))
			continue
		}
		for _, err := range []error{put, s.Rename(t.Context(), "a", key)} {
			assert.ErrorIs(t, err, storage.ErrUnsupported, key)
		}
		assert.ErrorIs(t, get, storage.ErrNotFound, key)
		assert.NoError(t, errors.Join(s.Delete(t.Context(), key), s.DeleteAll(t.Context(), key)), key)
		for e := range s.List(t.Context(), key) {
			t.Errorf("%q holds %v", key, e)
		}
	}
	v, err := s.Get(t.Context(), "a", nil)
	require.NoError(t, err)
	assert.Equal(t, "a", string(v))
}

// TestCase has keys that differ in the case of letters: they are two, or the later
// is an error.
func TestCase(t *testing.T) {
	s := create(t)
	require.NoError(t, s.Put(t.Context(), "T/c/0", []byte("x")))
	if _, err := s.Get(t.Context(), "t/c/0", nil); err == nil && runtime.GOOS != "windows" {
		t.Log("the later replaces the earlier in this file system")
		return
	}
	for _, key := range []string{"t/c/0", "t/c/1", "t/new/0", "T/C/0"} {
		err := s.Put(t.Context(), key, []byte("y"))
		if runtime.GOOS == "windows" {
			assert.ErrorIs(t, err, storage.ErrExists, key)
		} else {
			assert.NoError(t, err, key)
		}
	}
	require.NoError(t, s.Put(t.Context(), "T/c/1", []byte("z")))
	for key, want := range map[string]string{"T/c/0": "x", "T/c/1": "z"} {
		v, err := s.Get(t.Context(), key, nil)
		require.NoError(t, err)
		assert.Equal(t, want, string(v))
	}
}

// TestMoved moves and deletes directories that are other stores, and files being
// read and written there.
func TestMoved(t *testing.T) {
	s := create(t)
	require.NoError(t, s.Put(t.Context(), "a/b/k", []byte("0")))
	for _, path := range []string{"a", "a/b"} {
		inner, err := dir.Open(filepath.Join(s.Path(), path))
		require.NoError(t, err)
		defer runtime.KeepAlive(inner)
	}
	var stop atomic.Bool
	var reader sync.WaitGroup
	defer reader.Wait()
	defer stop.Store(true)
	reader.Go(func() {
		for !stop.Load() {
			v, err := s.Get(t.Context(), "a/b/k", nil)
			if err == nil && len(v) != 1 || err != nil && !errors.Is(err, storage.ErrNotFound) {
				t.Errorf("%q, %v", v, err)
				return
			}
		}
	})
	for i := range 30 {
		require.NoError(t, s.Put(t.Context(), "new/b/k", []byte{byte(i)}))
		require.NoError(t, s.Put(t.Context(), "a/b/k", []byte{byte(i)}))
		require.NoError(t, s.Rename(t.Context(), "a", "__old"))
		require.NoError(t, s.Rename(t.Context(), "new", "a"))
		require.NoError(t, s.DeleteAll(t.Context(), "__old"))
	}
}
