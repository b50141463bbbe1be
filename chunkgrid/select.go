package chunkgrid

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Compress returns the indices along an axis at which the 1-d mask is true, as
// NumPy's compress. How many those are only the mask's values tell: it is
// computed once now, chunk by chunk, to count them, and again with the result,
// which is an ordinary lazy array. What is left of a chunk is a chunk, so where
// little is left Rechunk helps.
func (a *Array[T]) Compress(ctx context.Context, axis int, mask *Array[bool], opts ...Option) (*Array[T], error) {
	if err := plan.Check(a.plan(), mask.plan()); err != nil {
		return nil, err
	}
	k, err := nd.NormAxis("compress", axis, a.NDim())
	if err != nil {
		return nil, err
	}
	if n := a.Shape()[k]; mask.NDim() != 1 || mask.Size() != n {
		return nil, fmt.Errorf("compress: a mask of shape %v for axis %d of shape %v, want [%d]: %w", mask.Shape(), k, a.Shape(), n, nd.ErrShape)
	}
	return compress(ctx, a, k, mask, opts)
}

// Extract returns the elements at which a mask of the same shape is true, along
// one axis and in C order, as NumPy's x[mask] and extract; see Compress. An
// array whose chunks aren't runs in this order is rechunked.
func (a *Array[T]) Extract(ctx context.Context, mask *Array[bool], opts ...Option) (*Array[T], error) {
	if err := plan.Check(a.plan(), mask.plan()); err != nil {
		return nil, err
	}
	if !slices.Equal(mask.Shape(), a.Shape()) {
		return nil, fmt.Errorf("extract: a mask of shape %v for an array of shape %v: %w", mask.Shape(), a.Shape(), nd.ErrShape)
	}
	return compress(ctx, a.Flatten(), 0, of[bool](plan.Rechunk(mask.plan(), a.Grid())).Flatten(), opts)
}

// Nonzero returns the indices of the elements that are true (everything but
// zero, NaN too), an array for every axis, in C order, as NumPy's nonzero; see
// Compress.
func (a *Array[T]) Nonzero(ctx context.Context, opts ...Option) ([]*Array[int64], error) {
	if err := a.Err(); err != nil {
		return nil, err
	}
	if a.NDim() == 0 {
		return nil, fmt.Errorf("nonzero: an array without axes has no indices: %w", nd.ErrShape)
	}
	flat := a.Flatten()
	mask := Op[bool]("logical_or", nil, flat, flat) // points in time have no cast to bool
	if err := mask.Err(); err != nil {
		return nil, err
	}
	at, err := compress(ctx, of[int64](indices(mask.Grid())), 0, mask, opts)
	if err != nil {
		return nil, err
	}
	index := make([]*Array[int64], a.NDim())
	for k, stride := range nd.CStrides(a.Shape()) {
		n := plan.Ufunc("floor_divide", nil, at.plan(), Constant(int64(max(stride, 1))).plan())
		index[k] = of[int64](plan.Ufunc("remainder", nil, n, Constant(int64(max(a.Shape()[k], 1))).plan()))
	}
	return index, nil
}

// compress counts the mask's true elements and keeps those along axis k of a,
// which is as long.
func compress[T nd.Elem](ctx context.Context, a *Array[T], k int, mask *Array[bool], opts []Option) (*Array[T], error) {
	if a.Shape()[k] == 0 {
		return a, a.Err()
	}
	sizes := a.Grid().MaxChunk()
	grid, err := nd.NewGrid([]int{a.Shape()[k]}, sizes[k:k+1])
	if err != nil {
		return nil, err
	}
	whole, err := a.Grid().ReplaceAxis(k, grid)
	if err != nil {
		return nil, err
	}
	counts := make([]int, grid.NumChunks()[0])
	m := plan.Rechunk(mask.plan(), grid)
	out := Out{out: exec.Out{Node: m, Each: func(box nd.Box, buf []byte) error {
		counts[grid.ChunkOf(0, box.Start[0])] += box.Size() - bytes.Count(buf[:box.Size()], []byte{0})
		return nil
	}}}
	if _, err := execute(ctx, []Out{out}, configure(opts)); err != nil {
		return nil, err
	}
	r := of[T](plan.Compress(plan.Rechunk(a.plan(), whole), m, k, counts))
	return r, r.Err()
}
