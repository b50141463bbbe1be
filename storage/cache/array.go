package cache

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Array returns a with its decoded chunks kept in the cache, also that a chunk
// was never written. The array must not change meanwhile. Strings of any length
// aren't kept: an array of them is returned as it is.
func (c *Cache) Array(a storage.Array) storage.Array {
	if a.Meta().DType.Size() == 0 {
		return a
	}
	return &array{a, c}
}

type array struct {
	storage.Array
	cache *Cache
}

var _ storage.ReadCoster = (*array)(nil)

// ReadChunk copies a chunk that is kept to dst, or decodes it.
func (a *array) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	if !a.Meta().ReadGrid.Contains(coord) {
		return a.Array.ReadChunk(ctx, coord, dst) // which says what is wrong
	}
	value, present, err := a.cache.get(ctx, key{owner: a, name: fmt.Sprint(coord)}, func() ([]byte, bool, error) {
		value := make([]byte, a.chunkBytes(coord))
		present, err := a.Array.ReadChunk(ctx, coord, value)
		if !present {
			value = nil
		}
		return value, present, err
	})
	switch {
	case err != nil || !present:
		return false, err
	case len(dst) != len(value):
		return false, &storage.Error{Op: fmt.Sprintf("read chunk %v of", coord), Name: "array", Err: fmt.Errorf("%w: buffer of %d bytes, the chunk has %d", nd.ErrShape, len(dst), len(value))}
	}
	copy(dst, value)
	return true, nil
}

func (a *array) chunkBytes(coord []int) int {
	m := a.Meta()
	return m.ReadGrid.Box(coord).Size() * m.DType.Size()
}

// ReadCost adds the chunk that is kept beside dst to what the array needs.
func (a *array) ReadCost() int {
	first := 0
	if g := a.Meta().ReadGrid; g.Contains(make([]int, g.NDim())) {
		first = a.chunkBytes(make([]int, g.NDim()))
	}
	if r, ok := a.Array.(storage.ReadCoster); ok {
		return first + r.ReadCost()
	}
	return 3 * first
}

// IsRemote reports whether the array is far away.
func (a *array) IsRemote() bool { return storage.IsRemoteArray(a.Array) }

// PrefetchChunk asks the array to read ahead, unless the chunk is kept.
func (a *array) PrefetchChunk(ctx context.Context, coord []int) {
	p, ok := a.Array.(storage.Prefetcher)
	if !ok {
		return
	}
	a.cache.mu.Lock()
	_, kept := a.cache.entries[key{owner: a, name: fmt.Sprint(coord)}]
	a.cache.mu.Unlock()
	if !kept {
		p.PrefetchChunk(ctx, coord)
	}
}
