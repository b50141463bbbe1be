package dir_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
)

func TestExchange(t *testing.T) {
	ctx := t.Context()
	s := create(t)
	require.NoError(t, s.Put(ctx, "a/x/1", []byte("first")))
	require.NoError(t, s.Put(ctx, "b/y", []byte("second")))
	err := s.Exchange(ctx, "a", "b")
	if errors.Is(err, syscall.EINVAL) {
		t.Skip("the file system can't")
	}
	require.NoError(t, err)
	for key, want := range map[string]string{"b/x/1": "first", "a/y": "second"} {
		v, err := s.Get(ctx, key, nil)
		require.NoError(t, err)
		assert.Equal(t, want, string(v))
	}
	assert.ErrorIs(t, s.Exchange(ctx, "a", "nothing"), storage.ErrNotFound)
	outside := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "y"), nil, 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(s.Path(), "out")))
	assert.Error(t, s.Exchange(ctx, "a/y", "out/y"), "it lies outside")
}
