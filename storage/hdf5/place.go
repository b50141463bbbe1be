//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// StoredSize returns the bytes a chunk takes in the file: those of its elements
// where the array has no chunks.
func (a *array) StoredSize(ctx context.Context, coord []int) (int64, bool, error) {
	g := a.Meta().ReadGrid
	if err := ctx.Err(); err != nil {
		return 0, false, a.chunkErr("size of chunk", coord, err)
	}
	if !g.Contains(coord) {
		return 0, false, a.chunkErr("size of chunk", coord, fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, g.NumChunks()))
	}
	if x, ok := a.places(); ok {
		p, present := x.find(g.Index(coord))
		return int64(p.size), present, a.chunkErr("size of chunk", coord, a.usable())
	}
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return 0, false, a.chunkErr("size of chunk", coord, err)
	}
	present, size, err := a.chunkSize(coord)
	if err != nil || !present {
		return 0, false, a.chunkErr("size of chunk", coord, err)
	}
	if a.chunk == nil {
		size = int64(g.Box(coord).Size() * a.elem)
	}
	return size, true, nil
}

// ChunkLocation says where in the file the stored bytes of a chunk are. What was
// never written is ErrNotFound; files with a
// user block or open for writing, data that are not in one piece, not in this
// file or read by the library alone, and chunks that went through only some of
// the filters, are ErrUnsupported.
func (a *array) ChunkLocation(ctx context.Context, coord []int) (name string, offset, length int64, err error) {
	g := a.Meta().ReadGrid
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case !g.Contains(coord):
		err = fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, g.NumChunks())
	case a.raw == nil || a.chunk == nil && !a.direct || a.chunk != nil && a.pipe == nil:
		err = fmt.Errorf("%w: the data are not at a known place in one file, or stored in a way that only the library reads", storage.ErrUnsupported)
	default:
		offset, length, err = a.locate(coord)
	}
	if err != nil {
		return "", 0, 0, a.chunkErr("locate chunk", coord, err)
	}
	return a.f.path, offset, length, nil
}

// ChunkShape returns the shape of stored chunks, nil for data that are
// contiguous, compact or elsewhere.
func (a *array) ChunkShape() []int { return slices.Clone(a.chunk) }

func (a *array) locate(coord []int) (offset, length int64, err error) {
	if err := a.usable(); err != nil {
		return 0, 0, err
	}
	if a.chunk == nil { // bands are whole rows, one after the other
		box, row := a.Meta().ReadGrid.Box(coord), a.elem
		at := a.base
		for k := len(coord) - 1; k >= 0; k-- {
			at += int64(box.Start[k]) * int64(row)
			row *= a.Meta().Shape[k]
		}
		if a.base < 0 {
			return 0, 0, storage.ErrNotFound
		}
		return at, int64(box.Size() * a.elem), nil
	}
	p, err := a.location(coord)
	if p.skipped != 0 {
		err = fmt.Errorf("%w: filters of the array were skipped (mask %#x)", storage.ErrUnsupported, p.skipped)
	}
	return p.at, int64(p.size), err
}

// location returns where a chunk is: ErrNotFound where it is nowhere.
func (a *array) location(coord []int) (location, error) {
	if x, ok := a.places(); ok {
		if p, ok := x.find(a.Meta().ReadGrid.Index(coord)); ok {
			return p, nil
		}
		return location{}, storage.ErrNotFound
	}
	return a.locationByLibrary(coord)
}

// locationByLibrary asks the library where a chunk is.
func (a *array) locationByLibrary(coord []int) (location, error) {
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return location{}, err
	}
	var addr C.uint64_t
	var size C.hsize_t
	var skipped C.uint32_t
	if err := check(C.nd_chunk_place(a.id, &a.corner(coord)[0], &addr, &size, &skipped, &stack)); err != nil {
		return location{}, err
	}
	if size == 0 || addr > math.MaxInt64 {
		return location{}, storage.ErrNotFound
	}
	return location{at: int64(addr), size: uint32(size), skipped: uint32(skipped)}, nil
}
