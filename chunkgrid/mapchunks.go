package chunkgrid

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// MapChunks returns f applied to every chunk of a. f is called concurrently, may be
// called more than once for a chunk, and must not keep the chunk. Times that f
// returns have the unit of those in a.
//
// The result of a chunk has its shape, unless there is a grid that says how the
// result is cut: into as many chunks as a, of any shape and number of axes. Each of
// them is what f returns for the one at the same place, in C order:
//
//	// the greatest element of every chunk of a 2-d array
//	grid, err := nd.NewGrid(a.NumChunks(), []int{1, 1})
//	peaks := chunkgrid.MapChunks(a, func(c *nd.Array[float64]) (*nd.Array[float64], error) { … }, grid)
func MapChunks[A, R nd.Elem](a *Array[A], f func(chunk *nd.Array[A]) (*nd.Array[R], error), grid ...nd.Grid) *Array[R] {
	return mapChunks("chunkgrid.MapChunks", apply1(f), grid, a.plan())
}

// MapChunks2 returns f applied to the chunks of two arrays, which broadcast and are
// cut alike as operands of package ufunc are; see MapChunks. Times that f returns have
// the unit of those in a.
func MapChunks2[A, B, R nd.Elem](a *Array[A], b *Array[B], f func(a *nd.Array[A], b *nd.Array[B]) (*nd.Array[R], error), grid ...nd.Grid) *Array[R] {
	return mapChunks("chunkgrid.MapChunks2", func(c given) (*nd.Array[R], error) {
		x, err := chunkOf[A](c, 0)
		if err != nil {
			return nil, err
		}
		y, err := chunkOf[B](c, 1)
		if err != nil {
			return nil, err
		}
		return f(x, y)
	}, grid, a.plan(), b.plan())
}

// given is what the chunk of a result is made of: boxes of a node's arguments.
type given struct {
	n     *plan.Node
	in    [][]byte
	boxes []nd.Box
}

// chunkOf returns the box of an argument as an array.
func chunkOf[A nd.Elem](g given, i int) (*nd.Array[A], error) {
	shape := g.boxes[i].Shape
	n := g.boxes[i].Size()
	return inMemory(g.n.Args[i].DType, nd.AsSlice[A](g.in[i])[:n:n], shape, nd.CStrides(shape))
}

// apply1 makes a function of what is given of one of a chunk.
func apply1[A, R nd.Elem](f func(*nd.Array[A]) (*nd.Array[R], error)) func(given) (*nd.Array[R], error) {
	return func(g given) (*nd.Array[R], error) {
		chunk, err := chunkOf[A](g, 0)
		if err != nil {
			return nil, err
		}
		return f(chunk)
	}
}

// mapChunks makes the array of a function of chunks of arguments, which meet.
func mapChunks[R nd.Elem](name string, f func(given) (*nd.Array[R], error), grids []nd.Grid, args ...*plan.Node) *Array[R] {
	met := plan.Meet(args...)
	if met.Err != nil {
		return of[R](met)
	}
	cut := onChunks[R]{grid: met.Grid, dims: met.Dims, f: f, inputs: func(box nd.Box) []nd.Box { return slices.Repeat([]nd.Box{box}, len(args)) }}
	if len(grids) > 0 {
		from, to := met.Grid, grids[0]
		if from.Len() != to.Len() {
			return of[R](plan.Fail(name, fmt.Errorf("a result of %d chunks for %d: %w", to.Len(), from.Len(), nd.ErrShape), met.Args...))
		}
		if cut.grid = to; to.NDim() != from.NDim() {
			cut.dims = nil
		}
		cut.largest = from.MaxChunk()
		cut.inputs = func(box nd.Box) []nd.Box {
			if box.Size() == 0 {
				return slices.Repeat([]nd.Box{{Start: make([]int, from.NDim()), Shape: make([]int, from.NDim())}}, len(args))
			}
			return slices.Repeat([]nd.Box{from.Box(from.Coord(to.Index(to.Cover(box).Start)))}, len(args))
		}
	}
	return of[R](plan.Box(cut.op(), nil, met.Args...))
}

// onChunks makes every chunk of a grid of what f returns for boxes of arguments.
type onChunks[R nd.Elem] struct {
	grid    nd.Grid
	dims    []string
	f       func(given) (*nd.Array[R], error)
	inputs  func(chunk nd.Box) []nd.Box
	largest []int // shape of inputs; nil where it is that of the first chunk's
	// own, unless it is nil, is the part of an input that is the chunk's own: f may
	// return as much as it was given.
	own func(chunk nd.Box) []nd.Range
}

// op returns the operation of a plan.
func (c onChunks[R]) op() *plan.BoxOp {
	call := plan.Caller("chunkgrid.MapChunks")
	op := &plan.BoxOp{
		WholeChunks: true,
		Infer: func(_ plan.Params, args []*plan.Node) (plan.Result, error) {
			return plan.Result{DType: inUnit(nd.DTypeOf[R](), args[0].DType), Shape: c.grid.Shape(), Dims: c.dims, Grid: c.grid}, nil
		},
		Inputs: func(_ *plan.Node, box nd.Box) []nd.Box { return c.inputs(box) },
		Eval: func(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
			r, err := c.f(given{n, in, boxes})
			if err != nil {
				return call.Failed(fmt.Errorf("chunk %v: %w", box, err))
			}
			if r, err = c.fitting(n, box, boxes[0].Shape, r); err != nil {
				return call.Failed(err)
			}
			out, err := inMemory(n.DType, nd.AsSlice[R](dst)[:box.Size()], box.Shape, nd.CStrides(box.Shape))
			if err != nil {
				return err
			}
			return out.Assign(r)
		},
	}
	if c.largest != nil {
		op.Largest = func(n *plan.Node, _ []int) [][]int { return slices.Repeat([][]int{c.largest}, len(n.Args)) }
	}
	return op
}

// fitting returns what f returned for a chunk, given that shape, as the chunk: the
// part that is its own, and in its unit.
func (c onChunks[R]) fitting(n *plan.Node, chunk nd.Box, around []int, r *nd.Array[R]) (*nd.Array[R], error) {
	with := "; other shapes take a grid that says so"
	if c.own != nil {
		with = fmt.Sprintf(" given with what is around it, %v", around)
		if r != nil && slices.Equal(r.Shape(), around) {
			var err error
			if r, err = r.Slice(c.own(chunk)...); err != nil {
				return nil, err
			}
		}
	}
	if r == nil || !slices.Equal(r.Shape(), chunk.Shape) {
		return nil, fmt.Errorf("chunk %v: the function returned shape %v for a chunk of shape %v%s: %w", chunk, shapeOf(r), chunk.Shape, with, nd.ErrShape)
	}
	if r.DType() == nd.DTypeOf[R]() { // of no unit, where there are some
		return r.WithDType(n.DType)
	}
	return r, nil
}

// inUnit returns dt, or if both are of times dt in the unit of another one.
func inUnit(dt, of nd.DType) nd.DType {
	switch {
	case of.Unit() == "":
	case dt.Kind() == nd.KindDatetime:
		return nd.Datetime64(of.Unit())
	case dt.Kind() == nd.KindTimedelta:
		return nd.Timedelta64(of.Unit())
	}
	return dt
}

func shapeOf[T nd.Elem](a *nd.Array[T]) []int {
	if a == nil {
		return nil
	}
	return a.Shape()
}
