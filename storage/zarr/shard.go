package zarr

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// sharding is codec sharding_indexed of v3: a stored value, a shard, holds many
// chunks, and an index that says where each of them is. The chunks of a shard
// are what is read, shards what would be written.
type sharding struct {
	per   []int // chunks in a shard along each axis
	count int   // of all of them
	index *codec.Chain
	atEnd bool // the index lies behind the chunks, not before them
}

// maxIndex is the most chunks a shard may have, and the most entries of
// indexes an array keeps: 16 bytes each.
const maxIndex = 1 << 20

// setSharding reads the configuration of sharding_indexed, which must be the
// only codec of the array; the codecs in it become those of the array.
func (h *header) setSharding(config object) error {
	inner, err := lengths(config["chunk_shape"], 1)
	if err != nil {
		return fmt.Errorf("sharding_indexed: chunk_shape: %w", err)
	}
	if len(inner) != len(h.chunk) {
		return fmt.Errorf("%w: sharding_indexed: chunk_shape %v in shards of %v", storage.ErrCorrupt, inner, h.chunk)
	}
	s := &sharding{per: make([]int, len(inner)), count: 1, atEnd: true}
	for k, n := range inner {
		s.per[k] = h.chunk[k] / n
		if h.chunk[k]%n != 0 || s.per[k] > maxIndex/s.count {
			return fmt.Errorf("%w: sharding_indexed: chunk_shape %v in shards of %v", storage.ErrCorrupt, inner, h.chunk)
		}
		s.count *= s.per[k]
	}
	switch config["index_location"] {
	case nil, "end":
	case "start":
		s.atEnd = false
	default:
		return fmt.Errorf("%w: sharding_indexed: index_location %s", storage.ErrCorrupt, brief(config["index_location"]))
	}
	configs, err := parseConfigs(config["index_codecs"])
	if err != nil {
		return fmt.Errorf("sharding_indexed: index: %w", err)
	}
	if s.index, err = codec.New(nd.Uint64, []int{s.count, 2}, configs); err != nil {
		return fmt.Errorf("%w: sharding_indexed: index: %w", storage.ErrCorrupt, err)
	}
	if !s.index.Fixed() {
		return fmt.Errorf("%w: sharding_indexed: the size of the index isn't fixed", storage.ErrCorrupt)
	}
	if configs, err = parseConfigs(config["codecs"]); err != nil {
		return fmt.Errorf("sharding_indexed: %w", err)
	}
	grid, err := nd.NewGrid(h.meta.Shape, inner)
	if err != nil {
		return err
	}
	h.shard, h.chunk, h.meta.ReadGrid = s, inner, grid
	h.setCodecs(configs)
	h.meta.Codecs = append([]string{"sharding " + grid.String()}, h.meta.Codecs...)
	return nil
}

// location is where the bytes of a chunk are: a part of a value, to the end
// of which they reach where length is -1.
type location struct {
	key            string
	offset, length int64
}

// locate finds a chunk; false where it was never written.
func (a *array) locate(ctx context.Context, h *header, coord []int) (location, bool, error) {
	s := h.shard
	if s == nil {
		return location{h.keys.key(a.key, coord), 0, -1}, true, nil
	}
	shard := make([]int, len(coord))
	entry := 0
	for k, c := range coord {
		shard[k] = c / s.per[k]
		entry = entry*s.per[k] + c%s.per[k]
	}
	loc := location{key: h.keys.key(a.key, shard)}
	index, err := a.shardIndex(ctx, s, loc.key)
	if err != nil || index == nil {
		return loc, false, err
	}
	offset, length := index[2*entry], index[2*entry+1]
	if offset == math.MaxUint64 && length == math.MaxUint64 {
		return loc, false, nil
	}
	if offset > math.MaxInt64 || length > math.MaxInt64 {
		return loc, false, fmt.Errorf("key %s: %w: chunk %d of the shard is at %d, %d bytes", loc.key, storage.ErrCorrupt, entry, offset, length)
	}
	loc.offset, loc.length = int64(offset), int64(length)
	return loc, true, nil
}

// indexes keeps the indexes of shards by key: shards must not change while an
// array is open.
type indexes struct {
	mu    sync.Mutex
	byKey map[string][]uint64
	total int // entries
}

// shardIndex returns the index of a shard, nil where there is no such shard.
func (a *array) shardIndex(ctx context.Context, s *sharding, key string) ([]uint64, error) {
	a.indexes.mu.Lock()
	index, ok := a.indexes.byKey[key]
	a.indexes.mu.Unlock()
	if ok {
		return index, nil
	}
	size := int64(s.index.MaxEncoded())
	offset := int64(0)
	if s.atEnd {
		offset = -size
	}
	b, err := storage.GetRange(ctx, a.store, key, offset, size, nil)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case int64(len(b)) != size:
		return nil, fmt.Errorf("key %s: %w: %d bytes are too few for the index of a shard", key, storage.ErrCorrupt, len(b))
	}
	index = make([]uint64, 2*s.count)
	if err := s.index.Decode(nd.AsBytes(index), b); err != nil {
		return nil, fmt.Errorf("key %s: index: %w", key, err)
	}
	a.indexes.mu.Lock()
	defer a.indexes.mu.Unlock()
	if a.indexes.byKey == nil || a.indexes.total+s.count > maxIndex {
		a.indexes.byKey, a.indexes.total = map[string][]uint64{}, 0
	}
	a.indexes.byKey[key] = index
	a.indexes.total = s.count * len(a.indexes.byKey)
	return index, nil
}

// checkWritable refuses to write into shards.
func (h *header) checkWritable() error {
	if h.shard != nil {
		return fmt.Errorf("%w: arrays in shards are only read", storage.ErrReadOnly)
	}
	return h.chainErr
}
