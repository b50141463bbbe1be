package delayed

import (
	"context"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Chunks returns the chunks of an array as delayed values, in C order of its
// grid. Each is computed by itself, with one worker. What every chunk needs
// whole, a mean over all of them say, is computed once in a Compute, before
// them and with all processors, see chunkgrid.Array.Settle; what only some of
// them share is computed for every one.
func Chunks[T nd.Elem](a *chunkgrid.Array[T]) ([]Value[*nd.Array[T]], error) {
	if err := a.Err(); err != nil {
		return nil, err
	}
	settled := Value[*chunkgrid.Array[T]]{&node{call: &function{name: "settle", do: func(ctx context.Context, _ []any) (any, error) {
		return a.Settle(ctx)
	}}}}
	chunk := call2[*chunkgrid.Array[T], nd.Box, *nd.Array[T]](&function{name: "chunk", do: func(ctx context.Context, in []any) (any, error) {
		a, box := as[*chunkgrid.Array[T]](in[0]), as[nd.Box](in[1])
		ranges := make([]nd.Range, box.NDim())
		for k := range ranges {
			ranges[k] = nd.Span(box.Start[k], box.Stop(k))
		}
		return a.Slice(ranges...).Compute(ctx, chunkgrid.Workers(1))
	}})
	values := make([]Value[*nd.Array[T]], 0, a.Grid().Len())
	for _, box := range a.Grid().Boxes() {
		values = append(values, chunk(settled, Of(box)))
	}
	return values, nil
}

// FromChunks returns an array whose chunks are the results of delayed values, in
// C order of the grid. A chunk is computed when it is read, with one worker, and
// anew whenever it is: what several chunks share is computed for every one. The
// results must have the shapes of the grid's chunks.
func FromChunks[T nd.Elem](grid nd.Grid, chunks ...Value[*nd.Array[T]]) (*chunkgrid.Array[T], error) {
	if len(chunks) != grid.Len() {
		return nil, fmt.Errorf("delayed.FromChunks: %d values for a grid of %d chunks: %w", len(chunks), grid.Len(), nd.ErrShape)
	}
	meta := &storage.Meta{DType: nd.DTypeOf[T](), Shape: grid.Shape(), ReadGrid: grid, WriteGrid: grid, Format: "delayed", Order: "C"}
	return chunkgrid.From[T](&results[T]{meta, slices.Clone(chunks)})
}

// results are delayed values as a stored array, which reads a chunk by computing it.
type results[T nd.Elem] struct {
	meta   *storage.Meta
	chunks []Value[*nd.Array[T]]
}

func (r *results[T]) Meta() *storage.Meta { return r.meta }

// Ref is zero: functions of this process are in no other.
func (r *results[T]) Ref() storage.Ref { return storage.Ref{} }

func (r *results[T]) Close() error { return nil }

// ReadChunk computes a chunk.
func (r *results[T]) ReadChunk(ctx context.Context, coord []int, dst []byte) (present bool, err error) {
	grid := r.meta.ReadGrid
	if !grid.Contains(coord) {
		return false, fmt.Errorf("no chunk %v in a grid of %v", coord, grid.NumChunks())
	}
	box := grid.Box(coord)
	if want := box.Size() * r.meta.DType.Size(); len(dst) != want {
		return false, fmt.Errorf("chunk %v: room for %d bytes, it has %d", coord, len(dst), want)
	}
	chunk, err := r.chunks[grid.Index(coord)].Compute(ctx, chunkgrid.Workers(1))
	if err != nil {
		return false, fmt.Errorf("chunk %v: %w", coord, err)
	}
	if chunk == nil {
		return false, fmt.Errorf("chunk %v: the delayed result is a nil array", coord)
	}
	if !slices.Equal(chunk.Shape(), box.Shape) || chunk.DType() != r.meta.DType {
		return false, fmt.Errorf("chunk %v: the delayed result is %v %v, of the grid's chunk %v %v: %w",
			coord, chunk.DType(), chunk.Shape(), r.meta.DType, box.Shape, nd.ErrShape)
	}
	copy(dst, chunk.Bytes())
	return true, nil
}
