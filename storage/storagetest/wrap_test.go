package storagetest_test

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
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

func TestArrayWrappers(t *testing.T) {
	inner, err := mem.Create(storage.Spec{DType: nd.Int8, Shape: []int{2}})
	require.NoError(t, err)
	w := &storagetest.Writable{WritableArray: inner}
	require.NoError(t, w.WriteChunk(t.Context(), []int{0}, []byte{1, 2}))
	r := &storagetest.Array{Array: inner}
	_, ok := storage.Array(r).(storage.Viewer)
	assert.False(t, ok, "nobody reads around the counter")
	dst := make([]byte, 2)
	require.NoError(t, storage.ReadBox(t.Context(), r, nd.Box{Start: []int{0}, Shape: []int{2}}, dst))
	assert.Equal(t, []byte{1, 2}, dst)
	assert.Equal(t, 1, r.Reads.Of([]int{0}))
	assert.Equal(t, 1, w.Writes.Total())
	broken := errors.New("broken")
	r.Fail = func([]int) error { return broken }
	w.Fail = r.Fail
	_, err = r.ReadChunk(t.Context(), []int{0}, dst)
	assert.ErrorIs(t, err, broken)
	assert.ErrorIs(t, w.WriteChunk(t.Context(), []int{0}, dst), broken)
	r.Reads.Reset()
	assert.Zero(t, r.Reads.Total())
}

func TestStoreFails(t *testing.T) {
	broken := errors.New("broken")
	s := &storagetest.Store{Store: mem.NewStore(), Fail: func(string, string) error { return broken }}
	ctx := t.Context()
	_, err := s.Get(ctx, "k", nil)
	assert.ErrorIs(t, err, broken)
	_, err = s.GetRange(ctx, "k", 0, 1, nil)
	assert.ErrorIs(t, err, broken)
	_, err = s.Size(ctx, "k")
	assert.ErrorIs(t, err, broken)
	for _, err := range []error{s.Put(ctx, "k", nil), s.Delete(ctx, "k"), s.DeleteAll(ctx, ""), s.Rename(ctx, "k", "j")} {
		assert.ErrorIs(t, err, broken)
	}
	for _, err := range s.List(ctx, "") {
		assert.ErrorIs(t, err, broken)
	}
}

func Example() {
	ctx := context.Background()
	s := &storagetest.Store{Store: mem.NewStore()}
	for range 3 {
		if err := s.Put(ctx, "a/c/0", []byte("chunk")); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(s.Puts.Of("a/c/0"), s.Gets.Total())
	// Output: 3 0
}
