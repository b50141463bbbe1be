//go:build cgo && !nohdf5

package hdf5

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestManyChunks lists and reads 90,000 chunks. The library asks for the place
// of one by going through all, which would take minutes here: sizes and bytes
// are asked for by other means.
func TestManyChunks(t *testing.T) {
	shape := []int{300, 300}
	grid, err := nd.NewGrid(shape, []int{1, 1})
	require.NoError(t, err)
	want := make([]int32, 90_000)
	for i := range want {
		want[i] = int32(i)
	}
	file := save(t, func(g storage.WritableGroup) {
		put(t, g, "x", storage.Spec{DType: nd.Int32, Shape: shape, Chunks: grid, Codecs: []string{}}, nd.AsBytes(want))
	})
	a := openArrayT(t, file, "x")
	assert.False(t, a.(*array).placed, "their places are not asked for")
	bytes := int64(0)
	for coord := range a.Meta().ReadGrid.Boxes() {
		n, present, err := a.(storage.StoredSizer).StoredSize(t.Context(), coord)
		require.NoError(t, err)
		require.True(t, present)
		bytes += n
	}
	assert.Equal(t, int64(4*90_000), bytes)
	got := make([]int32, len(want))
	require.NoError(t, storage.ReadBox(t.Context(), a, allOf(shape), nd.AsBytes(got)))
	assert.True(t, slices.Equal(want, got))
}
