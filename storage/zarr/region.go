package zarr

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Chunks of a shard that lie this near to each other are read together, what is
// between them too, up to so many bytes at once.
const (
	maxGap = 64 << 10
	maxRun = 16 << 20
)

// part is a chunk of a region: where it is stored, and its box.
type part struct {
	loc   location
	coord []int
	box   nd.Box
}

// ReadRegion reads a box. What it needs of a shard is the index and as few
// ranges as hold its chunks.
func (a *array) ReadRegion(ctx context.Context, box nd.Box, dst []byte) error {
	h := a.head.Load()
	err := h.fixed()
	if err == nil && a.closed.Load() {
		err = storage.ErrClosed
	}
	if err != nil {
		return a.fail("read", err)
	}
	for value := range h.meta.WriteGrid.Cover(box).Indices() {
		if err := ctx.Err(); err != nil {
			return a.failChunk("read", value, err)
		}
		inside := storage.Intersect(h.meta.WriteGrid.Box(value), box)
		err := a.atOnce(ctx, func(known *indexes) (location, error) {
			return a.readValue(ctx, h, inside, known, box, dst)
		})
		if err != nil {
			return a.failChunk("read", value, err)
		}
	}
	return nil
}

// readValue reads what a region has of one stored value, and returns where a chunk
// of it is.
func (a *array) readValue(ctx context.Context, h *header, inside nd.Box, known *indexes, box nd.Box, dst []byte) (loc location, err error) {
	var parts []part
	for coord := range h.meta.ReadGrid.Cover(inside).Indices() {
		p := part{coord: slices.Clone(coord), box: h.meta.ReadGrid.Box(coord)}
		var present bool
		if p.loc, present, err = a.locate(ctx, h, coord, known); err != nil {
			return p.loc, fmt.Errorf("chunk %v: %w", coord, err)
		}
		if len(parts) > 0 && p.loc.version != parts[0].loc.version {
			return parts[0].loc, nil // which isn't there any more
		}
		if loc = p.loc; present {
			parts = append(parts, p)
		} else {
			a.fillPart(h, box, dst, p.box)
		}
	}
	return loc, a.readParts(ctx, h, parts, box, dst)
}

// fillPart sets what a region has of a chunk to the fill value.
func (a *array) fillPart(h *header, box nd.Box, dst []byte, chunk nd.Box) {
	item := h.meta.DType.Size()
	region := storage.Intersect(box, chunk)
	blank := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(blank)
	n := region.Size() * item
	*blank = slices.Grow((*blank)[:0], n)[:n]
	storage.Fill(*blank, h.meta.Fill)
	storage.CopyBox(dst, box, *blank, region, region, item)
}

// readParts reads the chunks of one stored value.
func (a *array) readParts(ctx context.Context, h *header, parts []part, box nd.Box, dst []byte) error {
	slices.SortFunc(parts, func(p, q part) int { return cmp.Compare(p.loc.offset, q.loc.offset) })
	buf := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(buf)
	for len(parts) > 0 {
		if parts[0].loc.length < 0 {
			if err := a.readWhole(ctx, h, parts[0], box, dst); err != nil {
				return err
			}
			parts = parts[1:]
			continue
		}
		run := parts[0].loc
		n := 1
		for ; n < len(parts); n++ {
			next := parts[n].loc
			end := max(run.offset+run.length, next.offset+next.length)
			if next.offset-run.offset-run.length > maxGap || end-run.offset > maxRun {
				break
			}
			run.length = end - run.offset
		}
		value, present, err := a.stored(ctx, run, run.length, (*buf)[:0])
		if err == nil && !present {
			err = fmt.Errorf("key %s: %w: the shard went away while it was read", run.key, storage.ErrNotFound)
		}
		if err != nil {
			return err
		}
		*buf = value
		for _, p := range parts[:n] {
			from := p.loc.offset - run.offset
			if err := a.decodePart(h, p, value[from:from+p.loc.length], box, dst); err != nil {
				return fmt.Errorf("key %s: %w", run.key, err)
			}
		}
		parts = parts[n:]
	}
	return nil
}

// readWhole reads a chunk that is a value of its own.
func (a *array) readWhole(ctx context.Context, h *header, p part, box nd.Box, dst []byte) error {
	if slices.Equal(p.box.Shape, box.Shape) && slices.Equal(p.box.Start, box.Start) {
		present, err := a.readChunk(ctx, h, p.coord, p.loc, p.box, dst)
		if err == nil && !present {
			storage.Fill(dst, h.meta.Fill)
		}
		return err
	}
	item := h.meta.DType.Size()
	full := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(full)
	n := p.box.Size() * item
	*full = slices.Grow((*full)[:0], n)[:n]
	present, err := a.readChunk(ctx, h, p.coord, p.loc, p.box, *full)
	if err != nil {
		return err
	}
	if !present {
		storage.Fill(*full, h.meta.Fill)
	}
	storage.CopyBox(dst, box, *full, p.box, storage.Intersect(box, p.box), item)
	return nil
}

// decodePart decodes a chunk of a shard and copies what the region has of it.
func (a *array) decodePart(h *header, p part, value []byte, box nd.Box, dst []byte) error {
	full := a.scratch.Get().(*[]byte)
	defer a.scratch.Put(full)
	*full = slices.Grow((*full)[:0], h.chain.Size())[:h.chain.Size()]
	if err := h.chain.Decode(*full, value); err != nil {
		return err
	}
	storage.CopyBox(dst, box, *full, nd.Box{Start: p.box.Start, Shape: h.chunk}, storage.Intersect(box, p.box), h.meta.DType.Size())
	return nil
}
