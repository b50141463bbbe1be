//go:build cgo && !nohdf5

package hdf5

import (
	"context"
	"fmt"
	"iter"

	"github.com/ndgrid/ndgrid/storage"
)

var _ storage.ChunkLister = (*array)(nil)

// StoredChunks lists the chunks that are in the file. That can't be done of contiguous
// data, all of which are there or none, of a file open for writing, nor of indexes that
// only the library reads: it goes through those of some kinds as far as the array
// reaches, not as far as chunks are stored.
func (a *array) StoredChunks(ctx context.Context) iter.Seq2[[]int, error] {
	return func(yield func([]int, error) bool) {
		x, err := a.listing()
		if err != nil {
			yield(nil, a.fail("list", err))
			return
		}
		g := a.Meta().ReadGrid
		for _, p := range x {
			if err := ctx.Err(); err != nil {
				yield(nil, a.fail("list", err))
				return
			}
			if !yield(g.Coord(p.number), nil) {
				return
			}
		}
	}
}

func (a *array) listing() (index, error) {
	if a.f.w != nil {
		return nil, fmt.Errorf("%w: the file is open for writing", storage.ErrUnsupported)
	}
	if x, ok := a.places(); ok {
		return x, a.usable()
	}
	if a.lazy {
		lib.Lock()
		defer lib.Unlock()
		if err := a.usable(); err != nil {
			return nil, err
		}
		if present, _, err := a.chunkSize(nil); err != nil || !present {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: no index of stored chunks", storage.ErrUnsupported)
}
