package zarr_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// TestNamesWithoutListing: where a store can't list, consolidated metadata say the same,
// at the root and for groups below.
func TestNamesWithoutListing(t *testing.T) {
	g := loadGolden(t)
	for _, values := range []map[string]string{g.V3, g.V2} {
		s := store(t, values)
		_, listed, err := zarr.OpenStore(t.Context(), s, "")
		require.NoError(t, err)
		_, root, err := zarr.OpenStore(t.Context(), storagetest.Plain{Inner: s}, "")
		require.NoError(t, err)
		for _, path := range []string{"", "codecs", "shapes"} {
			there, err := listed.Group(t.Context(), path)
			require.NoError(t, err)
			want, err := there.Names(t.Context())
			require.NoError(t, err)
			here, err := root.Group(t.Context(), path)
			require.NoError(t, err)
			got, err := here.Names(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, got, path)
		}
	}
	delete(g.V2, ".zmetadata")
	_, root, err := zarr.OpenStore(t.Context(), storagetest.Plain{Inner: store(t, g.V2)}, "")
	require.NoError(t, err)
	_, err = root.Names(t.Context())
	assert.ErrorIs(t, err, storage.ErrUnsupported)
	assert.ErrorContains(t, err, "not consolidated")
}

// TestNewBelowConsolidated: a hierarchy that appears below a group with consolidated
// metadata isn't missing in them.
func TestNewBelowConsolidated(t *testing.T) {
	var s mem.Store
	isHeld := func() bool {
		doc, err := s.Get(t.Context(), "zarr.json", nil)
		require.NoError(t, err)
		return strings.Contains(string(doc), "consolidated_metadata")
	}
	root, err := zarr.CreateStore(t.Context(), &s, "", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, root.Commit(t.Context()))
	assert.True(t, isHeld())
	g, err := zarr.CreateStore(t.Context(), &s, "a/b", nil)
	require.NoError(t, err)
	_, err = g.CreateGroup(t.Context(), "c")
	require.NoError(t, err)
	require.NoError(t, g.Commit(t.Context()))
	assert.False(t, isHeld())
}
