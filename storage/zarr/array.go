package zarr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// array is a stored array open for reading.
type array struct {
	place
	head    atomic.Pointer[header]
	closed  atomic.Bool
	scratch sync.Pool    // of *[]byte: stored bytes, and whole chunks that are cut
	indexes indexes      // of shards, which must not change while an array is open for reading where the store knows no versions
	mutable bool         // open for writing: shards may change, and indexes aren't kept
	same    atomic.Value // version of the metadata that were last found to be those of head
}

var (
	_ storage.ReadCoster   = (*array)(nil)
	_ storage.StoredSizer  = (*array)(nil)
	_ storage.ChunkLister  = (*array)(nil)
	_ storage.Prefetcher   = (*array)(nil)
	_ storage.ChunkLocator = (*array)(nil)
	_ storage.RegionReader = (*array)(nil)
	_ storage.Remote       = (*array)(nil)
)

func newArray(p place, h *header) *array {
	a := &array{place: p}
	a.head.Store(h)
	a.scratch.New = func() any { return new([]byte) }
	return a
}

// Meta describes the array.
func (a *array) Meta() *storage.Meta { return &a.head.Load().meta }

// Ref says where the array is.
func (a *array) Ref() storage.Ref {
	r := a.ref()
	if r.URL != "" {
		r.Fingerprint = storage.Fingerprint(a.Meta())
	}
	return r
}

// IsRemote reports whether the store is far away.
func (a *array) IsRemote() bool { return storage.IsRemote(a.store) }

// Close ends the use of the array; the store stays open.
func (a *array) Close() error {
	a.closed.Store(true)
	return nil
}

// check refuses calls about chunks that can't be answered, and returns the box
// of a chunk of a grid.
func (a *array) check(ctx context.Context, g nd.Grid, coord []int) (nd.Box, error) {
	switch {
	case a.closed.Load():
		return nd.Box{}, storage.ErrClosed
	case ctx.Err() != nil:
		return nd.Box{}, ctx.Err()
	case !g.Contains(coord):
		return nd.Box{}, fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, g.NumChunks())
	}
	return g.Box(coord), nil
}

func (a *array) failChunk(op string, coord []int, err error) error {
	return a.fail(fmt.Sprintf("%s chunk %v of", op, coord), err)
}

// ReadChunk decodes a chunk. A chunk that isn't cut goes from the stored bytes
// straight to dst, unless a codec in between needs a buffer.
func (a *array) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	h := a.head.Load()
	box, err := a.check(ctx, h.meta.ReadGrid, coord)
	if err == nil {
		err = h.fixed()
	}
	item := h.meta.DType.Size()
	if err == nil && len(dst) != box.Size()*item {
		err = fmt.Errorf("%w: buffer of %d bytes, the chunk has %d", nd.ErrShape, len(dst), box.Size()*item)
	}
	present := false
	if err == nil {
		err = a.atOnce(ctx, func(known *indexes) (loc location, err error) {
			if loc, present, err = a.locate(ctx, h, coord, known); present {
				present, err = a.readChunk(ctx, h, coord, loc, box, dst)
			}
			return loc, err
		})
	}
	if err != nil {
		return false, a.failChunk("read", coord, err)
	}
	return present, nil
}

// known returns the indexes of shards that need not be read again.
func (a *array) known() *indexes {
	if a.mutable {
		return new(indexes)
	}
	return &a.indexes
}

// fixed refuses chunks that can't be decoded, and those whose elements vary in
// length.
func (h *header) fixed() error {
	if h.chainErr == nil && h.meta.DType.Size() == 0 {
		return fmt.Errorf("%w: elements of %s vary in length, see storage.StringReader", storage.ErrUnsupported, h.meta.DType)
	}
	return h.chainErr
}

func (a *array) readChunk(ctx context.Context, h *header, coord []int, loc location, box nd.Box, dst []byte) (bool, error) {
	c, shape, err := h.coder(coord)
	if err != nil {
		return false, err
	}
	buf := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(buf)
	into := (*buf)[:0]
	direct := c.Identity() && slices.Equal(box.Shape, shape)
	if direct {
		into = dst[:0:len(dst)]
	}
	value, present, err := a.stored(ctx, loc, int64(c.MaxEncoded()), into)
	if err != nil || !present {
		return false, err
	}
	if !direct {
		*buf = value
	}
	if err := a.decodeChunk(h, c, shape, box, dst, value); err != nil {
		return false, fmt.Errorf("key %s: %w", loc.key, err)
	}
	return true, nil
}

// stored appends the bytes at a location to dst; false where there is no such
// value. More than limit can't be a chunk.
func (a *array) stored(ctx context.Context, loc location, limit int64, dst []byte) ([]byte, bool, error) {
	length := limit + 1
	if loc.length >= 0 {
		length = min(length, loc.length)
	}
	value, err := storage.GetRange(ctx, a.store, loc.key, loc.offset, length, dst)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, false, a.absent(ctx, loc.key)
	}
	if err != nil {
		return nil, false, err
	}
	switch n := int64(len(value) - len(dst)); {
	case n > limit:
		err = fmt.Errorf("key %s: %w: more than the %d bytes a chunk can have", loc.key, storage.ErrCorrupt, limit)
	case loc.length > n:
		err = fmt.Errorf("key %s: %w: the shard ends within a chunk of %d bytes at %d", loc.key, storage.ErrCorrupt, loc.length, loc.offset)
	}
	return value, true, err
}

// absent is the error about a value that isn't there, if that is one.
func (a *array) absent(ctx context.Context, key string) error {
	if err := a.unchanged(ctx); err != nil || !a.strict {
		return err
	}
	return fmt.Errorf("key %s: %w: the chunk was never written", key, storage.ErrNotFound)
}

// decodeChunk decodes the value of a chunk and cuts it to its box.
func (a *array) decodeChunk(h *header, c coder, shape []int, box nd.Box, dst, value []byte) error {
	if slices.Equal(box.Shape, shape) {
		return c.Decode(dst, value)
	}
	full := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(full)
	*full = slices.Grow((*full)[:0], c.Size())[:c.Size()]
	if err := c.Decode(*full, value); err != nil {
		return err
	}
	storage.CopyBox(dst, box, *full, nd.Box{Start: box.Start, Shape: shape}, box, h.meta.DType.Size())
	return nil
}

// PrefetchChunk hands what a chunk is stored as to the store, if that can read
// ahead.
func (a *array) PrefetchChunk(ctx context.Context, coord []int) {
	p, ok := a.store.(storage.RangePrefetcher)
	h := a.head.Load()
	if !ok {
		return
	}
	if _, err := a.check(ctx, h.meta.ReadGrid, coord); err != nil {
		return
	}
	if loc, present, err := a.locate(ctx, h, coord, a.known()); err == nil && present {
		p.Prefetch(ctx, loc.key, loc.offset, loc.length)
	}
}

// ReadCost is the memory of one ReadChunk call: stored bytes, codec buffers,
// and a whole chunk where chunks are cut at the edge.
func (a *array) ReadCost() int {
	h := a.head.Load()
	if h.chain == nil {
		return 0
	}
	_, cost := h.chain.Cost()
	if !h.chain.Identity() {
		cost += h.chain.MaxEncoded()
	}
	for _, s := range h.shards {
		cost += 16*s.count + s.index.MaxEncoded()
	}
	if h.cuts(h.chunk) {
		cost += h.chain.Size()
	}
	return cost
}

// cuts reports whether any chunk of a shape reaches beyond the array.
func (h *header) cuts(chunk []int) bool {
	for k, n := range h.meta.Shape {
		if h.edges.NDim() > 0 || n%chunk[k] != 0 {
			return true
		}
	}
	return false
}

// StoredSize returns the length of a chunk's value, or of its part of a shard.
func (a *array) StoredSize(ctx context.Context, coord []int) (int64, bool, error) {
	_, _, n, err := a.ChunkLocation(ctx, coord)
	if errors.Is(err, storage.ErrNotFound) {
		return 0, false, nil
	}
	return n, err == nil, err
}

// ChunkLocation returns the key of the value that holds a chunk, and which part
// of it does. A chunk that was never written is storage.ErrNotFound.
func (a *array) ChunkLocation(ctx context.Context, coord []int) (name string, offset, length int64, err error) {
	h := a.head.Load()
	var loc location
	if _, err = a.check(ctx, h.meta.ReadGrid, coord); err == nil {
		var present bool
		if loc, present, err = a.locate(ctx, h, coord, a.known()); err == nil && !present {
			err = storage.ErrNotFound
		}
	}
	if err == nil && loc.length < 0 {
		loc.length, err = storage.Size(ctx, a.store, loc.key)
	}
	if err != nil {
		return "", 0, 0, a.failChunk("locate", coord, err)
	}
	return loc.key, loc.offset, loc.length, nil
}
