package zarr

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ndgrid/ndgrid/storage"
)

// location is where the bytes of a chunk are: a part of a value, to the end
// of which they reach where length is -1.
type location struct {
	key            string
	offset, length int64
	version        any // of a shard that was looked into, where the store knows versions
}

// locate finds a chunk; false where it was never written.
func (a *array) locate(ctx context.Context, h *header, coord []int, known *indexes) (location, bool, error) {
	if len(h.shards) == 0 {
		return location{key: h.keys.key(a.key, coord), length: -1}, true, nil
	}
	at, shard := make([]int, len(coord)), make([]int, len(coord))
	for k, c := range coord {
		at[k] = c * h.chunk[k]
		shard[k] = at[k] / h.stored[k]
		at[k] %= h.stored[k]
	}
	loc := location{key: h.keys.key(a.key, shard), length: -1}
	var ok bool
	if loc.version, ok = known.version(loc.key); !ok {
		version, err := storage.Version(ctx, a.store, loc.key)
		if errors.Is(err, storage.ErrNotFound) {
			return loc, false, a.absent(ctx, loc.key)
		}
		if err != nil {
			return loc, false, err
		}
		loc.version = version
	}
	for _, s := range h.shards {
		index, err := a.shardIndex(ctx, s, loc, known)
		if err == nil && index == nil {
			err = a.absent(ctx, loc.key)
		}
		if err != nil || index == nil {
			return loc, false, err
		}
		entry := 0
		for k, p := range at {
			entry = entry*s.per[k] + p/s.chunk[k]
			at[k] = p % s.chunk[k]
		}
		offset, length, ok, err := s.entry(index, entry, loc.length)
		if err != nil {
			err = fmt.Errorf("key %s: %w", loc.key, err)
		}
		if err != nil || !ok {
			return loc, false, err
		}
		loc.offset, loc.length = loc.offset+offset, length
	}
	return loc, true, nil
}

// atOnce reads chunks of one stored value. read returns where one of them is; if
// it is in a shard that was replaced since its index was read, atOnce does it
// again: an index of one version and chunks of another are wrong numbers.
func (a *array) atOnce(ctx context.Context, read func(known *indexes) (location, error)) error {
	const tries = 10
	for range tries {
		known := a.known()
		loc, err := read(known)
		if errors.Is(err, storage.ErrCorrupt) {
			if changed := a.unchanged(ctx); changed != nil {
				return changed
			}
		}
		if loc.version == nil {
			return err
		}
		if now, verr := storage.Version(ctx, a.store, loc.key); verr == nil && now == loc.version {
			return err
		}
		known.forget(loc.key)
	}
	return fmt.Errorf("%w its index was read, each of %d times: a shard that others write to", storage.ErrChanged, tries)
}

// indexes keeps the indexes of shards by where the shards are.
type indexes struct {
	mu       sync.Mutex
	by       map[location][]uint64
	versions map[string]any // of values, by key, whose indexes are kept
	total    int            // entries
}

// version returns that of a value of which there is an index.
func (x *indexes) version(key string) (any, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	v, ok := x.versions[key]
	return v, ok
}

// forget makes the indexes of a value unknown.
func (x *indexes) forget(key string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.versions, key)
}

// get returns the index of a shard, if it is there.
func (x *indexes) get(loc location) ([]uint64, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	index, ok := x.by[loc]
	return index, ok
}

// put keeps an index; nil stands for a shard that isn't there.
func (x *indexes) put(loc location, index []uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := 1 + len(index)/2
	if x.by == nil || x.total+n > maxIndex {
		x.by, x.versions, x.total = map[location][]uint64{}, map[string]any{}, 0
	}
	x.by[loc], x.versions[loc.key] = index, loc.version
	x.total += n
}

// shardIndex returns the index of a shard, nil where there is no such shard.
func (a *array) shardIndex(ctx context.Context, s *sharding, loc location, known *indexes) ([]uint64, error) {
	if index, ok := known.get(loc); ok {
		return index, nil
	}
	size := int64(s.index.MaxEncoded())
	from := loc
	from.length = size
	if s.atEnd {
		if from.offset = -size; loc.length >= 0 {
			from.offset = loc.offset + loc.length - size
		}
	}
	if loc.length >= 0 && loc.length < size {
		return nil, fmt.Errorf("key %s: %w: %d bytes are too few for the index of a shard, which takes %d", loc.key, storage.ErrCorrupt, loc.length, size)
	}
	b, err := storage.GetRange(ctx, a.store, loc.key, from.offset, from.length, nil)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case int64(len(b)) != size:
		return nil, fmt.Errorf("key %s: %w: %d bytes are too few for the index of a shard, which takes %d", loc.key, storage.ErrCorrupt, len(b), size)
	}
	index, err := s.decodeIndex(b)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", loc.key, err)
	}
	known.put(loc, index)
	return index, nil
}
