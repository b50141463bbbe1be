package dir

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/ndgrid/ndgrid/storage"
)

// TestRead compares the two ways of reading a file.
func TestRead(t *testing.T) {
	s, err := Open(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, s.Put(t.Context(), "a/k", []byte("0123456789")))
	require.NoError(t, os.Symlink("a", filepath.Join(s.Path(), "in")))
	require.NoError(t, os.Symlink(os.TempDir(), filepath.Join(s.Path(), "out")))
	require.NoError(t, os.Symlink("a/k/..", filepath.Join(s.Path(), "odd")))
	for _, key := range []string{"a/k", "in/k", "a", "a/k/x", "missing", "out/x", "odd"} {
		for _, r := range [][2]int64{{0, -1}, {0, 4}, {3, 4}, {3, 40}, {-4, 2}, {-40, -1}, {20, 1}, {5, 0}} {
			want, wantErr := s.readRoot(key, r[0], r[1], []byte("xy"))
			got, gotErr := s.read(key, r[0], r[1], []byte("xy"))
			assert.Equal(t, string(want), string(got), "%s %v", key, r)
			if wantErr == nil {
				assert.NoError(t, gotErr, "%s %v", key, r)
			} else {
				assert.Equal(t, explain(wantErr), explain(gotErr), "%s %v", key, r)
			}
		}
	}
}

// A named pipe is no value, and nobody waits for its other end.
func TestPipe(t *testing.T) {
	s, err := Open(t.TempDir())
	require.NoError(t, err)
	if err := unix.Mkfifo(filepath.Join(s.Path(), "pipe"), 0o666); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := s.Get(t.Context(), "pipe", nil)
		failed <- err
	}()
	select {
	case err := <-failed:
		assert.ErrorIs(t, err, storage.ErrNotFound)
	case <-time.After(10 * time.Second):
		t.Fatal("Get waits")
	}
}
