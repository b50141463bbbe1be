package zarr_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/storage"
)

// TestReadsNumcodecs reads what zarr-python writes with the codecs of numcodecs.
func TestReadsNumcodecs(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a.zarr")
	var want map[string][]byte
	require.NoError(t, json.Unmarshal(peer.Output(t, peer.Python(t, filepath.Join("testdata", "filters.py"), root)), &want))
	for name, data := range want {
		a, err := storage.OpenArray(t.Context(), filepath.Join(root, name), nil)
		require.NoError(t, err, name)
		assert.True(t, bytes.Equal(data, readAll(t, a)), name)
		require.NoError(t, a.Close())
	}
}
