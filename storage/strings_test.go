package storage_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

var errBroken = errors.New("broken")

// farNames is text that is far away, of which one chunk can't be read.
type farNames struct {
	storage.Array
	broken int
}

func (f *farNames) IsRemote() bool { return true }

func (f *farNames) ReadStrings(ctx context.Context, coord []int) ([]string, bool, error) {
	if coord[1] == f.broken {
		return nil, false, errBroken
	}
	var elems []string
	for index := range f.Meta().ReadGrid.Box(coord).Indices() {
		elems = append(elems, fmt.Sprint(index))
	}
	return elems, true, ctx.Err()
}

// Chunks that are read together go where they belong, and one that fails ends it.
func TestReadStringsOfFar(t *testing.T) {
	shape := []int{7, 300}
	spec := storage.Spec{DType: nd.Text, Shape: shape, Chunks: nd.Must(nd.NewGrid(shape, []int{2, 3}))}
	a, err := zarr.CreateArrayStore(t.Context(), mem.NewStore(), "x", spec, nil)
	require.NoError(t, err)
	far := &farNames{Array: a, broken: -1}
	box := nd.Box{Start: []int{1, 2}, Shape: []int{5, 290}}
	got, err := storage.ReadStrings(t.Context(), far, box)
	require.NoError(t, err)
	var want []string
	for index := range box.Indices() {
		want = append(want, fmt.Sprint(index))
	}
	assert.Equal(t, want, got)
	far.broken = 50
	_, err = storage.ReadStrings(t.Context(), far, box)
	assert.Equal(t, errBroken, err)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = storage.ReadStrings(cancelled, far, box)
	assert.Equal(t, context.Canceled, err)
}
