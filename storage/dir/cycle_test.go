package dir_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/dir"
)

// TestLinkCycles has links that lead to themselves, each other, and to
// directories on the way to them: whoever walks the store gets to an end.
func TestLinkCycles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("symbolic links need a privilege on Windows")
		return
	}
	s := create(t)
	require.NoError(t, s.Put(t.Context(), "a/b/k", []byte("x")))
	require.NoError(t, s.Put(t.Context(), "z/k", []byte("y")))
	for name, target := range map[string]string{
		"self": "self", "there": "back", "back": "there", "nowhere": "gone", "outside": t.TempDir(),
		"a/top": "..", "a/b/own": ".", "a/b/parent": "../../a", "a/sibling": "../z",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(s.Path(), filepath.FromSlash(name))))
	}
	assert.Equal(t, []string{"a/b/k", "a/sibling/k", "z/k"}, walk(t, s, "", 0))
	for _, key := range []string{"self", "there", "self/k", "nowhere", "outside/k"} {
		_, err := s.Get(t.Context(), key, nil)
		assert.ErrorContains(t, err, filepath.Join(s.Path(), filepath.FromSlash(key)))
	}
	v, err := s.Get(t.Context(), "a/b/parent/b/k", nil)
	require.NoError(t, err, "what is asked for by name is found")
	assert.Equal(t, "x", string(v))
}

func walk(t *testing.T, s *dir.Store, prefix string, depth int) (keys []string) {
	require.Less(t, depth, 20)
	for e, err := range s.List(t.Context(), prefix) {
		require.NoError(t, err)
		if key := storage.JoinKey(prefix, e.Name); e.Dir {
			keys = append(keys, walk(t, s, key, depth+1)...)
		} else {
			keys = append(keys, key)
		}
	}
	return keys
}
