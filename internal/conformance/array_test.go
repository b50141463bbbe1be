package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/nd"
)

// typed are the functions of arrays whose elements have one Go type.
type typed struct {
	leaf    func(in *input) chunkgrid.Any
	call    func(c call, args []chunkgrid.Any) chunkgrid.Any
	compute func(ctx context.Context, a chunkgrid.Any, opts ...chunkgrid.Option) (nd.Dyn, error)
	into    func(ctx context.Context, a chunkgrid.Any, opts ...chunkgrid.Option) (nd.Dyn, error)
	choose  func(ctx context.Context, c call, args []chunkgrid.Any, opts ...chunkgrid.Option) (chunkgrid.Any, error)
}

var typedOf = map[nd.Kind]typed{
	nd.KindBool: typedFor[bool](),
	nd.KindInt8: typedFor[int8](), nd.KindInt16: typedFor[int16](), nd.KindInt32: typedFor[int32](), nd.KindInt64: typedFor[int64](),
	nd.KindUint8: typedFor[uint8](), nd.KindUint16: typedFor[uint16](), nd.KindUint32: typedFor[uint32](), nd.KindUint64: typedFor[uint64](),
	nd.KindFloat16: typedFor[nd.Float16](), nd.KindFloat32: typedFor[float32](), nd.KindFloat64: typedFor[float64](),
	nd.KindComplex64: typedFor[complex64](), nd.KindComplex128: typedFor[complex128](),
	nd.KindDatetime: typedFor[nd.Datetime](), nd.KindTimedelta: typedFor[nd.Timedelta](),
}

func typedFor[T nd.Elem]() typed {
	return typed{leafOf[T], apply[T], func(ctx context.Context, a chunkgrid.Any, opts ...chunkgrid.Option) (nd.Dyn, error) {
		r, err := chunkgrid.As[T](a).Compute(ctx, opts...)
		if err != nil {
			return nil, err
		}
		return r, nil
	}, into[T], choose[T]}
}

// into computes an array into one of the caller's, and checks what the run held.
func into[T nd.Elem](ctx context.Context, a chunkgrid.Any, opts ...chunkgrid.Option) (nd.Dyn, error) {
	dst, err := nd.Must(nd.Zeros[T](a.Shape()...)).WithDType(a.DType())
	if err != nil {
		return nil, err
	}
	rep, err := chunkgrid.Run(ctx, []chunkgrid.Out{chunkgrid.As[T](a).Into(dst)}, opts...)
	if err == nil && rep.Peak > rep.ProjectedPeak {
		err = fmt.Errorf("held %d bytes, over the projected peak of %d", rep.Peak, rep.ProjectedPeak)
	}
	return dst, err
}

// leafOf returns an input as a lazy array, by the function a user would call.
func leafOf[T nd.Elem](in *input) chunkgrid.Any {
	switch {
	case in.Kind == "full" && len(in.data) > 0 && in.DType.Unit() == "":
		return chunkgrid.Full(nd.AsSlice[T](in.data)[0], in.Shape, nd.Lists(in.Chunks))
	case in.src != nil:
		return nd.Must(chunkgrid.FromAny(in.src))
	case in.dyn == nil:
		return chunkgrid.FromDyn(nd.Must(nd.DynFromBytes(in.DType, in.Shape, in.data)), nd.Lists(in.Chunks))
	}
	return chunkgrid.FromND(nd.Must(nd.As[T](in.dyn)), nd.Lists(in.Chunks))
}

// apply makes the array of a call whose result is of R, by the method a user would call.
func apply[R nd.Elem](c call, args []chunkgrid.Any) chunkgrid.Any {
	all := make([]*chunkgrid.Array[R], len(args))
	for i, a := range args {
		all[i] = chunkgrid.As[R](a)
	}
	a := all[0]
	switch c.Op {
	case opSlice:
		return a.SliceText(c.Params["text"].(string))
	case opReshape:
		if c.Params["order"] == "F" {
			return a.ReshapeF(c.ints("shape")...)
		}
		return a.Reshape(c.ints("shape")...)
	case opTranspose:
		return a.Transpose(c.ints("axes")...)
	case opSwapAxes:
		return a.SwapAxes(c.int("i"), c.int("j"))
	case opMoveAxis:
		return a.MoveAxis(c.int("i"), c.int("j"))
	case opSqueeze:
		return a.Squeeze(c.ints("axes")...)
	case opExpand:
		return a.ExpandDims(c.ints("axes")...)
	case opBroadcast:
		return a.BroadcastTo(c.ints("shape")...)
	case opConcat:
		return chunkgrid.Concatenate(c.int("axis"), all...)
	case opStack:
		return chunkgrid.Stack(c.int("axis"), all...)
	case opRepeat:
		return a.Repeat(c.int("axis"), c.int("n"))
	case opTake:
		return a.Take(c.int("axis"), c.ints("index"))
	case opRechunk:
		var sizes [][]int
		g := c.Params["grid"].(nd.Grid)
		for k := range g.NDim() {
			sizes = append(sizes, nil)
			for n := range g.Sizes(k) {
				sizes[k] = append(sizes[k], n)
			}
		}
		return a.Rechunk(nd.Lists(sizes))
	case opRoll:
		return a.Roll(c.int("axis"), c.int("n"))
	case opFlip:
		if len(c.ints("axes")) == 0 {
			return a
		}
		return a.Flip(c.ints("axes")...)
	case opTile:
		return a.Tile(c.int("axis"), c.int("n"))
	case opLined:
		return lined(c, all)
	case opPad:
		return chunkgrid.Pad(a, c.ints("depth"), boundary[R](c))
	case opOverlap:
		return chunkgrid.MapOverlap(a.Rechunk(nd.Lists(c.Params["chunks"].([][]int))), c.ints("depth"), boundary[R](c), turnedRound[R])
	case opHistogram, opBincount:
		return count(c, args)
	}
	if slices.Contains(alongs, c.Op) && c.Op != opWindow {
		return along(c, args)
	}
	return chunkgrid.Op[R](c.Op, c.Params, args...)
}

// lazy makes the lazy arrays of all calls of a case.
func (b *builder) lazy() []chunkgrid.Any {
	arrays := make([]chunkgrid.Any, len(b.calls))
	for i, c := range b.calls {
		kind := b.nodes[i].DType.Kind()
		if c.Op == opInput {
			in := b.inputs[c.Args[0]]
			arrays[i] = typedOf[kind].leaf(in)
			continue
		}
		args := make([]chunkgrid.Any, len(c.Args))
		for k, a := range c.Args {
			args[k] = arrays[a]
		}
		arrays[i] = typedOf[kind].call(c, args)
	}
	return arrays
}

// evaluate computes an array with random options and returns its elements.
func evaluate(ctx context.Context, r *rand.Rand, dir string, a chunkgrid.Any) (nd.Dyn, error) {
	order, kept := chunkgrid.Order([]nd.Order{nd.C, nd.F}[r.IntN(2)]), r.IntN(2) == 0
	return withOptions(r, dir, func(opts ...chunkgrid.Option) (nd.Dyn, error) {
		if kept {
			return typedOf[a.DType().Kind()].into(ctx, a, opts...)
		}
		return typedOf[a.DType().Kind()].compute(ctx, a, append(opts, order)...)
	})
}

// withOptions runs something with random options, until the memory does.
func withOptions[R any](r *rand.Rand, dir string, run func(opts ...chunkgrid.Option) (R, error)) (R, error) {
	memory := 1 << 30
	if r.IntN(3) > 0 {
		memory = 1 << (10 + r.IntN(12))
	}
	for {
		v, err := run(chunkgrid.Workers(1+r.IntN(7)), chunkgrid.Memory(memory), chunkgrid.Scratch(dir))
		if !errors.Is(err, exec.ErrMemory) {
			return v, err
		}
		memory += memory/4 + r.IntN(memory)
	}
}
