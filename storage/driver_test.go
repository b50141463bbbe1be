package storage_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
)

func init() {
	storage.Register(&storage.Driver{
		Name: "terse", Detect: func(_ string, head []byte) bool { return bytes.HasPrefix(head, []byte("terse")) },
		Open: func(_ context.Context, _, inner string, _ map[string]string) (storage.Array, storage.Group, error) {
			if inner != "" {
				return nil, nil, storage.ErrNotFound
			}
			a, err := mem.New(nd.Int8, nil, nd.Grid{})
			return a, nil, err
		},
	})
}

// TestDriverErrors: what a driver says without saying of what has the path.
func TestDriverErrors(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "x.terse"), "terse")
	_, err := storage.OpenArray(t.Context(), file)
	require.NoError(t, err)
	_, err = storage.OpenArray(t.Context(), file+"/a")
	require.ErrorIs(t, err, storage.ErrNotFound)
	assert.EqualError(t, err, "open "+file+"/a: not found; the file is a single array")
}
