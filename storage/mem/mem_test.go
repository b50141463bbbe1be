package mem_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

func TestStore(t *testing.T) {
	storagetest.TestStore(t, func(*testing.T) storage.Store { return mem.NewStore() })
}

// The wrappers keep the contract too, and so do the fallbacks.
func TestWrappedStore(t *testing.T) {
	storagetest.TestStore(t, func(*testing.T) storage.Store { return &storagetest.Store{Store: mem.NewStore()} })
	storagetest.TestStore(t, func(*testing.T) storage.Store { return storagetest.Plain{Inner: mem.NewStore()} })
	type lister struct {
		storagetest.Plain
		storage.Lister
	}
	storagetest.TestStore(t, func(*testing.T) storage.Store {
		s := mem.NewStore()
		return lister{storagetest.Plain{Inner: s}, s}
	})
}

func TestArray(t *testing.T) {
	storagetest.TestArray(t, func(t *testing.T, s storage.Spec) (storage.WritableArray, func(*testing.T) storage.Array) {
		a, err := mem.Create(s)
		require.NoError(t, err)
		return a, func(*testing.T) storage.Array { return a }
	})
}

func TestIrregular(t *testing.T) {
	g, err := nd.NewGridSizes([][]int{{1, 3, 2}})
	require.NoError(t, err)
	a, err := mem.New(nd.Int8, []int{6}, g)
	require.NoError(t, err)
	require.NoError(t, storage.WriteBox(t.Context(), a, nd.Box{Start: []int{2}, Shape: []int{3}}, []byte{7, 8, 9}))
	assert.Equal(t, []byte{0, 0, 7, 8, 9, 0}, a.View())
	present, err := a.ReadChunk(t.Context(), []int{0}, make([]byte, 1))
	require.NoError(t, err)
	assert.False(t, present)
	assert.ErrorIs(t, a.Resize(t.Context(), []int{9}), storage.ErrUnsupported)
}

func TestCreateErrors(t *testing.T) {
	g, err := nd.NewGrid([]int{4}, []int{2})
	require.NoError(t, err)
	for _, s := range []storage.Spec{
		{Shape: []int{4}, Chunks: g},
		{DType: nd.Int8, Shape: []int{5}, Chunks: g},
		{DType: nd.Int8, Shape: []int{4}, Chunks: g, Fill: []byte{1, 2}},
		{DType: nd.Int8, Shape: []int{4}, Chunks: g, Dims: []string{"a", "b"}},
		{DType: nd.Int8, Shape: []int{1 << 61}},
		{DType: nd.Int8, Shape: []int{-1}},
	} {
		_, err := mem.Create(s)
		assert.Error(t, err, "%+v", s)
	}
}

func ExampleNew() {
	grid, err := nd.NewGrid([]int{2, 3}, []int{1, 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := mem.New(nd.Float32, []int{2, 3}, grid)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := a.WriteChunk(context.Background(), []int{1, 0}, nd.AsBytes([]float32{1, 2, 3})); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(nd.AsSlice[float32](a.View()))
	// Output: [0 0 0 1 2 3]
}
