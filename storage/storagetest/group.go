package storagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// MakeGroup creates an empty file or store. open opens it again after Commit;
// before that, or after Abort, it returns an error.
type MakeGroup func(t *testing.T) (g storage.WritableGroup, open func(t *testing.T) (storage.Group, error))

// TestGroup runs the contract of storage.Group and storage.WritableGroup.
func TestGroup(t *testing.T, create MakeGroup) {
	t.Run("Hierarchy", func(t *testing.T) { testHierarchy(t, create) })
	t.Run("Abort", func(t *testing.T) { testAbort(t, create) })
}

func addArray(t *testing.T, g storage.WritableGroup, name string, values []int32) {
	t.Helper()
	a, err := g.CreateArray(t.Context(), name, spec(t, nd.Int32, []int{len(values)}, []int{2}))
	require.NoError(t, err)
	require.NoError(t, storage.WriteBox(t.Context(), a, nd.WholeBox([]int{len(values)}), nd.AsBytes(values)))
	require.NoError(t, a.Commit(t.Context()))
	require.NoError(t, a.Close())
}

func testHierarchy(t *testing.T, create MakeGroup) {
	ctx := t.Context()
	g, open := create(t)
	_, err := open(t)
	require.Error(t, err, "nothing is visible before Commit")
	addArray(t, g, "b", []int32{1, 2, 3})
	sub, err := g.CreateGroup(ctx, "a")
	require.NoError(t, err)
	addArray(t, sub, "x", []int32{4, 5})
	require.NoError(t, sub.SetAttrs(ctx, storage.Attrs{"title": "sub"}))
	require.NoError(t, sub.Commit(ctx))
	require.NoError(t, sub.Close())
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"old": 1}))
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"title": "root", "list": []float64{1.5, 2}}))
	_, err = g.CreateArray(ctx, "b", spec(t, nd.Int32, []int{1}, []int{1}))
	assert.ErrorIs(t, err, storage.ErrExists)
	_, err = g.CreateGroup(ctx, "a")
	assert.ErrorIs(t, err, storage.ErrExists)
	for _, name := range []string{"", "..", "/", "a/../b"} {
		_, err = g.CreateGroup(ctx, name)
		assert.Error(t, err, "name %q", name)
	}
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())

	r, err := open(t)
	require.NoError(t, err)
	defer r.Close()
	names, err := r.Names(ctx)
	require.NoError(t, err)
	assert.Equal(t, []storage.Child{{Name: "a", IsGroup: true}, {Name: "b"}}, names)
	title, err := storage.Attr[string](r.Attrs(), "title")
	require.NoError(t, err)
	assert.Equal(t, "root", title)
	list, err := storage.Attr[[]float64](r.Attrs(), "list")
	require.NoError(t, err)
	assert.Equal(t, []float64{1.5, 2}, list)
	assert.NotContains(t, r.Attrs(), "old")
	for path, want := range map[string][]int32{"b": {1, 2, 3}, "a/x": {4, 5}} {
		a, err := r.Array(ctx, path)
		require.NoError(t, err)
		assert.Equal(t, want, nd.AsSlice[int32](readAll(t, a)))
		require.NoError(t, a.Close())
	}
	s, err := r.Group(ctx, "a")
	require.NoError(t, err)
	title, err = storage.Attr[string](s.Attrs(), "title")
	require.NoError(t, err)
	assert.Equal(t, "sub", title)
	require.NoError(t, s.Close())
	_, err = r.Array(ctx, "a")
	assert.ErrorIs(t, err, storage.ErrNotArray)
	_, err = r.Group(ctx, "b")
	assert.ErrorIs(t, err, storage.ErrNotGroup)
	for _, path := range []string{"nothing", "a/nothing", "b/x"} {
		_, err = r.Array(ctx, path)
		assert.ErrorIs(t, err, storage.ErrNotFound, path)
		_, err = r.Group(ctx, path)
		assert.ErrorIs(t, err, storage.ErrNotFound, path)
	}
}

func testAbort(t *testing.T, create MakeGroup) {
	g, open := create(t)
	addArray(t, g, "kept", []int32{1})
	a, err := g.CreateArray(t.Context(), "dropped", spec(t, nd.Int32, []int{1}, []int{1}))
	require.NoError(t, err)
	require.NoError(t, a.Abort())
	require.NoError(t, a.Close())
	names, err := g.Names(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []storage.Child{{Name: "kept"}}, names)
	require.NoError(t, g.Abort())
	require.NoError(t, g.Close())
	_, err = open(t)
	assert.Error(t, err, "nothing is left after Abort")
}
