package cache_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/cache"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

func TestStoreContract(t *testing.T) {
	for _, size := range []int64{0, 1000, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			storagetest.TestStore(t, func(*testing.T) storage.Store { return cache.New(size).Store(mem.NewStore()) })
		})
	}
}

func TestArrayContract(t *testing.T) {
	storagetest.TestArray(t, func(t *testing.T, s storage.Spec) (storage.WritableArray, func(*testing.T) storage.Array) {
		a, err := mem.Create(s)
		require.NoError(t, err)
		return a, func(*testing.T) storage.Array { return cache.New(1 << 20).Array(a) }
	})
}

// texts is an array of strings.
type texts struct{ storage.StringReader }

func (texts) Meta() *storage.Meta { return &storage.Meta{DType: nd.Text} }

func TestStrings(t *testing.T) {
	_, ok := cache.New(1 << 20).Array(texts{}).(storage.StringReader)
	assert.True(t, ok, "strings are read as before")
}

// The least recently used goes first, and no more is kept than fits.
func TestBound(t *testing.T) {
	inner := &storagetest.Store{Store: mem.NewStore()}
	c := cache.New(3000)
	s := c.Store(inner)
	for _, k := range "abcd" {
		require.NoError(t, s.Put(t.Context(), string(k), []byte(strings.Repeat(string(k), 700))))
	}
	require.NoError(t, s.Put(t.Context(), "huge", make([]byte, 4000)))
	for _, k := range []string{"a", "b", "c", "a", "huge", "d", "a", "c", "b", "huge"} {
		v, err := s.Get(t.Context(), k, nil)
		require.NoError(t, err)
		assert.True(t, k == "huge" || string(v) == strings.Repeat(k, 700))
		assert.LessOrEqual(t, c.Stats().Bytes, int64(3000))
	}
	assert.Equal(t, map[string]int{"a": 1, "b": 2, "c": 1, "d": 1, "huge": 2}, inner.Gets.All())
	assert.Equal(t, cache.Stats{Hits: 3, Misses: 7, Entries: 3, Bytes: 3 * 901}, c.Stats())
	inner.Gets.Reset()
	v, err := storage.GetRange(t.Context(), s, "b", -3, 2, nil)
	require.NoError(t, err)
	assert.Equal(t, "bb", string(v))
	assert.Zero(t, inner.Gets.Total(), "parts are cut from what is kept whole")
}

// Many who want the same chunk at once have it decoded once.
func TestOnce(t *testing.T) {
	inner, err := mem.Create(storage.Spec{DType: nd.Int8, Shape: []int{4}})
	require.NoError(t, err)
	require.NoError(t, inner.WriteChunk(t.Context(), []int{0}, []byte{1, 2, 3, 4}))
	started, goOn := make(chan struct{}), make(chan struct{})
	counted := &storagetest.Array{Array: inner, Fail: func([]int) error {
		close(started)
		<-goOn
		return nil
	}}
	a := cache.New(1 << 20).Array(counted)
	var wg sync.WaitGroup
	read := func() {
		dst := make([]byte, 4)
		present, err := a.ReadChunk(t.Context(), []int{0}, dst)
		assert.NoError(t, err)
		assert.True(t, present)
		assert.Equal(t, []byte{1, 2, 3, 4}, dst)
		dst[0] = 9 // nobody else's
	}
	wg.Go(read)
	<-started
	for range 8 {
		wg.Go(read)
	}
	close(goOn)
	wg.Wait()
	assert.Equal(t, 1, counted.Reads.Total())
}

// Errors aren't kept, and who is called off takes nobody along.
func TestErrors(t *testing.T) {
	inner := &storagetest.Store{Store: mem.NewStore()}
	require.NoError(t, inner.Put(t.Context(), "k", []byte("x")))
	broken := errors.New("broken")
	started, goOn := make(chan struct{}, 2), make(chan error)
	inner.Fail = func(string, string) error {
		started <- struct{}{}
		return <-goOn
	}
	s := cache.New(1 << 20).Store(inner)
	results := make(chan error)
	get := func(ctx context.Context) {
		_, err := s.Get(ctx, "k", nil)
		results <- err
	}
	go get(t.Context())
	<-started
	goOn <- broken
	assert.ErrorIs(t, <-results, broken)
	ctx, cancel := context.WithCancel(t.Context())
	go get(ctx)
	<-started
	go get(t.Context())
	cancel()
	goOn <- ctx.Err()
	assert.ErrorIs(t, <-results, context.Canceled)
	<-started
	goOn <- nil
	assert.NoError(t, <-results, "it has read by itself")
	assert.Equal(t, 3, inner.Gets.Total())
}

// A value that is changed while it is being read isn't kept as it was.
func TestChange(t *testing.T) {
	inner := &storagetest.Store{Store: mem.NewStore()}
	s := cache.New(1 << 20).Store(inner)
	require.NoError(t, s.Put(t.Context(), "k", []byte("old")))
	inner.Fail = func(op, _ string) error {
		if op == "get" {
			inner.Fail = nil
			return s.Put(t.Context(), "k", []byte("new"))
		}
		return nil
	}
	for range 2 {
		v, err := s.Get(t.Context(), "k", nil)
		require.NoError(t, err)
		assert.Equal(t, "new", string(v))
	}
	assert.Equal(t, 2, inner.Gets.Total())
}

func Example() {
	ctx := context.Background()
	slow := &storagetest.Store{Store: mem.NewStore()}
	c := cache.New(64 << 20)
	s := c.Store(slow)
	if err := s.Put(ctx, "a/c/0", []byte("chunk")); err != nil {
		fmt.Println(err)
	}
	for range 3 {
		if _, err := s.Get(ctx, "a/c/0", nil); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(slow.Gets.Total(), c.Stats().Hits)
	// Output: 1 2
}
