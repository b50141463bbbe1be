package chunkgrid

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// MapChunks returns f applied to every chunk of a; the result of a chunk must
// have its shape. f is called concurrently, may be called more than once for a
// chunk, and must not keep the chunk. Times that f returns have the unit of those
// in a.
func MapChunks[A, R nd.Elem](a *Array[A], f func(chunk *nd.Array[A]) (*nd.Array[R], error)) *Array[R] {
	n := a.plan()
	op := onChunks[A, R](n.Grid, f, func(box nd.Box) (nd.Box, []nd.Range) { return box, nil })
	return of[R](plan.Box(op, nil, n))
}

// onChunks returns the operation that makes every chunk of a grid of what f
// returns for a box of the argument: given says which, and which part of that is the
// chunk's own, if f may return as much as it was given.
func onChunks[A, R nd.Elem](grid nd.Grid, f func(*nd.Array[A]) (*nd.Array[R], error), given func(chunk nd.Box) (box nd.Box, own []nd.Range)) *plan.BoxOp {
	call := plan.Caller("chunkgrid.MapChunks")
	return &plan.BoxOp{
		WholeChunks: true,
		Infer: func(_ plan.Params, args []*plan.Node) (plan.Result, error) {
			return plan.Result{DType: inUnit(nd.DTypeOf[R](), args[0].DType), Shape: grid.Shape(), Dims: args[0].Dims, Grid: grid}, nil
		},
		Inputs: func(_ *plan.Node, box nd.Box) []nd.Box {
			in, _ := given(box)
			return []nd.Box{in}
		},
		Eval: func(n *plan.Node, box nd.Box, dst []byte, in [][]byte, _ []nd.Box) error {
			around, own := given(box)
			chunk, err := inMemory(n.Args[0].DType, nd.AsSlice[A](in[0])[:around.Size():around.Size()], around.Shape, nd.CStrides(around.Shape))
			if err != nil {
				return err
			}
			r, err := f(chunk)
			if err != nil {
				return call.Failed(fmt.Errorf("chunk %v: %w", box, err))
			}
			if own != nil && r != nil && slices.Equal(r.Shape(), around.Shape) {
				if r, err = r.Slice(own...); err != nil {
					return err
				}
			}
			if r == nil || !slices.Equal(r.Shape(), box.Shape) {
				with := ""
				if own != nil {
					with = fmt.Sprintf(" given with what is around it, %v", around.Shape)
				}
				return call.Failed(fmt.Errorf("chunk %v: the function returned shape %v for a chunk of shape %v%s: %w", box, shapeOf(r), box.Shape, with, nd.ErrShape))
			}
			if r.DType() == nd.DTypeOf[R]() { // of no unit, where there are some
				if r, err = r.WithDType(n.DType); err != nil {
					return err
				}
			}
			out, err := inMemory(n.DType, nd.AsSlice[R](dst)[:box.Size()], box.Shape, nd.CStrides(box.Shape))
			if err != nil {
				return err
			}
			return out.Assign(r)
		},
	}
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
