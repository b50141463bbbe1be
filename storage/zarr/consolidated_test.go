package zarr_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
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

// consolidatedNodes are the paths of the nodes that the consolidated metadata of a v3
// group have.
func consolidatedNodes(t *testing.T, s storage.Store, key string) []string {
	all, _ := document(t, s, key)["consolidated_metadata"].(map[string]any)
	nodes, _ := all["metadata"].(map[string]any)
	return slices.Sorted(maps.Keys(nodes))
}

// TestNewBelowConsolidated: a hierarchy that appears below a group with consolidated
// metadata isn't missing in them.
func TestNewBelowConsolidated(t *testing.T) {
	var s mem.Store
	ctx := t.Context()
	root, err := zarr.CreateStore(ctx, &s, "", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, root.Commit(ctx))
	g, err := zarr.CreateStore(ctx, &s, "a/b", nil)
	require.NoError(t, err)
	_, err = g.CreateGroup(ctx, "c")
	require.NoError(t, err)
	require.NoError(t, g.Commit(ctx))
	assert.Empty(t, consolidatedNodes(t, &s, "zarr.json"), "a is no group that they could have")

	s = mem.Store{}
	root, err = zarr.CreateStore(ctx, &s, "", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, root.Commit(ctx))
	g, err = zarr.CreateStore(ctx, &s, "b", nil)
	require.NoError(t, err)
	_, err = g.CreateGroup(ctx, "c")
	require.NoError(t, err)
	require.NoError(t, g.Commit(ctx))
	assert.Equal(t, []string{"b", "b/c"}, consolidatedNodes(t, &s, "zarr.json"))
}

// TestConsolidatedWithin: a group that was consolidated by itself, as xarray does with
// groups, is so again when an array was added to it through the root.
func TestConsolidatedWithin(t *testing.T) {
	var s mem.Store
	ctx := t.Context()
	root, err := zarr.CreateStore(ctx, &s, "", nil)
	require.NoError(t, err)
	require.NoError(t, root.Commit(ctx))
	g, err := zarr.CreateStore(ctx, &s, "g", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, g.Commit(ctx))
	root, err = zarr.OpenWritableStore(ctx, &s, "")
	require.NoError(t, err)
	within, err := root.Group(ctx, "g")
	require.NoError(t, err)
	w := within.(storage.WritableGroup)
	a, err := w.CreateArray(ctx, "h/x", storage.Spec{DType: nd.Int8, Shape: []int{2}})
	require.NoError(t, err)
	assert.Empty(t, consolidatedNodes(t, &s, "g/zarr.json"), "the group h is new")
	require.NoError(t, a.Commit(ctx))
	require.NoError(t, w.Commit(ctx))
	require.NoError(t, root.Commit(ctx))
	assert.Equal(t, []string{"h", "h/x"}, consolidatedNodes(t, &s, "g/zarr.json"))
	assert.Empty(t, consolidatedNodes(t, &s, "zarr.json"))
}
