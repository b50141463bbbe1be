//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"iter"
	"math"

	"github.com/ndgrid/ndgrid/storage"
)

var _ storage.ChunkLister = (*array)(nil)

// StoredChunks lists the chunks that are in the file. Those of data that are contiguous
// can't be listed: all are there, or none; nor can those of a file open for writing.
func (a *array) StoredChunks(ctx context.Context) iter.Seq2[[]int, error] {
	return func(yield func([]int, error) bool) {
		n, at, err := a.listing()
		if err != nil {
			yield(nil, a.fail("list", err))
			return
		}
		g := a.Meta().ReadGrid
		for i := range n {
			coord, err := at(i)
			if err == nil {
				err = ctx.Err()
			}
			switch {
			case err != nil:
				yield(nil, a.fail("list", err))
				return
			case g.Contains(coord) && !yield(coord, nil):
				return
			}
		}
	}
}

// listing returns how many chunks are in the file, and a function for the coordinates
// of each.
func (a *array) listing() (n int, at func(i int) ([]int, error), err error) {
	if a.f.w != nil {
		return 0, nil, fmt.Errorf("%w: the file is open for writing", storage.ErrUnsupported)
	}
	if x, ok := a.places(); ok {
		g := a.Meta().ReadGrid
		return len(x), func(i int) ([]int, error) { return g.Coord(x[i].number), a.usable() }, nil
	}
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return 0, nil, err
	}
	if a.chunk == nil {
		present := true
		if a.lazy {
			present, _, err = a.chunkSize(nil)
		}
		if present && err == nil {
			err = fmt.Errorf("%w: the data are contiguous", storage.ErrUnsupported)
		}
		return 0, nil, err
	}
	var count C.hsize_t
	if err := check(C.nd_chunk_count(a.id, &count, &stack)); err != nil {
		return 0, nil, err
	}
	return int(min(count, math.MaxInt)), a.storedByLibrary, nil
}

// storedByLibrary asks the library for the coordinates of the i-th chunk in the file.
func (a *array) storedByLibrary(i int) ([]int, error) {
	lib.Lock()
	defer lib.Unlock()
	if err := a.usable(); err != nil {
		return nil, err
	}
	var offset sizes
	if err := check(C.nd_chunk_at(a.id, C.hsize_t(i), &offset[0], &stack)); err != nil {
		return nil, err
	}
	coord := make([]int, len(a.Meta().Shape))
	for k := range coord[:len(coord)-a.inner] {
		coord[k] = int(min(offset[k]/C.hsize_t(a.chunk[k]), math.MaxInt))
	}
	return coord, nil
}
