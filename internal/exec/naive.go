package exec

import (
	"context"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Naive computes a plan the obvious way: every node whole, element by element,
// one after the other. It is the reference that Program is tested against, to
// the last bit, and shares nothing with it but the loops of package kernel.
func Naive(ctx context.Context, n *plan.Node) ([]byte, error) {
	if err := plan.Check(n); err != nil {
		return nil, err
	}
	e := naive{ctx, map[*plan.Node][]byte{}}
	return e.eval(n)
}

type naive struct {
	ctx  context.Context
	done map[*plan.Node][]byte
}

func (e naive) eval(n *plan.Node) ([]byte, error) {
	if b, ok := e.done[n]; ok {
		return b, nil
	}
	args := make([][]byte, len(n.Args))
	for i, a := range n.Args {
		var err error
		if args[i], err = e.eval(a); err != nil {
			return nil, err
		}
	}
	dst := nd.MakeBytes(n.NBytes())
	err := e.node(n, dst, args)
	e.done[n] = dst
	return dst, err
}

func (e naive) node(n *plan.Node, dst []byte, args [][]byte) error {
	item := n.DType.Size()
	whole := nd.WholeBox(n.Shape)
	// each sets element i of the result, at index, to element from(index) of argument 0.
	each := func(from func(index []int) int) {
		i := 0
		for index := range whole.Indices() {
			copy(dst[i*item:(i+1)*item], args[0][from(index)*item:])
			i++
		}
	}
	switch n.Op {
	case plan.OpSource:
		return storage.ReadBox(e.ctx, n.Leaf.(storage.Array), whole, dst)
	case plan.OpND:
		copy(dst, n.Leaf.(nd.Dyn).Bytes())
	case plan.OpFull:
		storage.Fill(dst, []byte(n.Params["value"].(string)))
	case plan.OpArange:
		gen, err := arange(n)
		if err != nil {
			return err
		}
		gen(dst, whole)
	case plan.OpFunc:
		if whole.Size() > 0 {
			n.Leaf.(plan.Generator)(dst, whole)
		}
	case plan.OpRechunk, plan.OpReshape:
		copy(dst, args[0])
	case plan.OpView:
		v, strides := plan.ViewOf(n), cStrides(n.Args[0].Shape)
		each(func(index []int) int {
			at := 0
			for k, m := range v.Maps {
				i := m.Offset
				if m.Out >= 0 {
					i += m.Stride * index[m.Out]
				}
				at += i * strides[k]
			}
			return at
		})
	case plan.OpTake:
		axis, list, strides := n.Params["axis"].(int), n.Params["index"].([]int), cStrides(n.Args[0].Shape)
		each(func(index []int) int {
			at := 0
			for k, i := range index {
				if k == axis {
					i = list[i]
				}
				at += i * strides[k]
			}
			return at
		})
	case plan.OpConcat:
		naiveConcat(n, dst, args)
	default:
		return e.operation(n, dst, args)
	}
	return nil
}

func naiveConcat(n *plan.Node, dst []byte, args [][]byte) {
	axis, item, i := n.Params["axis"].(int), n.DType.Size(), 0
	for index := range nd.WholeBox(n.Shape).Indices() {
		p, at := 0, index[axis]
		for at >= n.Args[p].Shape[axis] {
			at -= n.Args[p].Shape[axis]
			p++
		}
		src := 0
		for k, s := range cStrides(n.Args[p].Shape) {
			if k == axis {
				src += at * s
			} else {
				src += index[k] * s
			}
		}
		copy(dst[i*item:(i+1)*item], args[p][src*item:])
		i++
	}
}

func (e naive) operation(n *plan.Node, dst []byte, args [][]byte) error {
	if u, ok := kernel.LookupUfunc(n.Op); ok {
		var dtypes []nd.DType
		for _, a := range n.Args {
			dtypes = append(dtypes, a.DType)
		}
		loop, item := u.Bind(n.Params, dtypes), n.DType.Size()
		for i := range n.Size() {
			one := make([][]byte, len(args))
			for k, b := range args {
				s := dtypes[k].Size()
				one[k] = b[i*s : (i+1)*s]
			}
			loop(dst[i*item:(i+1)*item], one)
		}
		return nil
	}
	if r, ok := kernel.LookupReduction(n.Op); ok {
		return e.reduce(n, r.Bind(n.Params, n.Args[0].DType), dst, args[0])
	}
	if op, ok := n.Leaf.(*plan.BoxOp); ok {
		return e.boxOp(n, op, dst, args)
	}
	return fmt.Errorf("unknown operation %q", n.Op)
}

func (e naive) boxOp(n *plan.Node, op *plan.BoxOp, dst []byte, args [][]byte) error {
	item := n.DType.Size()
	for _, box := range n.Grid.Boxes() {
		out := nd.MakeBytes(box.Size() * item)
		steps := [][]nd.Box{op.Inputs(n, box)}
		if op.Steps != nil {
			steps = nil
			for b := range op.Steps(n, box) {
				steps = append(steps, []nd.Box{b})
			}
		}
		for _, boxes := range steps {
			in := make([][]byte, len(boxes))
			for i, b := range boxes {
				a := n.Args[i]
				in[i] = nd.MakeBytes(b.Size() * a.DType.Size())
				whole := nd.WholeBox(a.Shape)
				storage.CopyBox(in[i], b, args[i], whole, b, a.DType.Size())
			}
			if err := op.Eval(n, box, out, in, boxes); err != nil {
				return err
			}
		}
		whole := nd.WholeBox(n.Shape)
		storage.CopyBox(dst, whole, out, box, box, item)
	}
	return nil
}

// reduce follows the definition in fold.go for each output element by itself.
func (e naive) reduce(n *plan.Node, red kernel.Reducer, dst, arg []byte) error {
	a := n.Args[0]
	reduced, strides := n.Reduced(), cStrides(a.Shape)
	var keptAxes, redAxes []int
	for k, r := range reduced {
		if r {
			redAxes = append(redAxes, k)
		} else {
			keptAxes = append(keptAxes, k)
		}
	}
	kept, redShape := pickInts(a.Shape, keptAxes), pickInts(a.Shape, redAxes)
	chunks := pickInts(a.Grid.NumChunks(), redAxes)
	item, i, by := n.DType.Size(), 0, groupingOf(n)
	// folded makes the state of the elements of a box of the reduced axes, in
	// sequence, for one output; places along the first are step apart.
	folded := func(part nd.Box, step int, out []int) []byte {
		var x []byte
		var places []int
		for in := range part.Indices() {
			in = slices.Clone(in)
			if len(in) > 0 {
				in[0] = part.Start[0] + (in[0]-part.Start[0])*step
			}
			at := 0
			for j, k := range keptAxes {
				at += out[j] * strides[k]
			}
			for j, k := range redAxes {
				at += in[j] * strides[k]
			}
			x = append(x, arg[at*a.DType.Size():(at+1)*a.DType.Size()]...)
			places = append(places, dot(in, cStrides(redShape)))
		}
		s := naiveChunk(red, x, a.DType.Size(), len(reduced) == 0 || reduced[len(reduced)-1])
		if p, ok := red.(kernel.Placer); ok {
			p.Place(s, func(i int) int { return places[i] })
		}
		return s
	}
	for out := range nd.WholeBox(append([]int{by.count()}, kept...)).Indices() {
		var states [][]byte
		for c := range nd.WholeBox(chunks).Indices() {
			part := nd.Box{}
			for j, k := range redAxes {
				lo, hi := a.Grid.Bounds(k, c[j])
				part.Start, part.Shape = append(part.Start, lo), append(part.Shape, hi-lo)
			}
			if by == nil {
				states = append(states, folded(part, 1, out[1:]))
				continue
			}
			var s []byte
			by.stretches(out[0], part.Start[0], part.Stop(0), func(first, step, n int) {
				more := folded(nd.Box{Start: []int{first}, Shape: []int{n}}, step, out[1:])
				if s == nil {
					s = more
				} else {
					red.Merge(s, more)
				}
			})
			if s == nil {
				s = nd.MakeBytes(red.StateSize())
				red.Init(s)
			}
			states = append(states, s)
		}
		s := nd.MakeBytes(red.StateSize())
		if len(states) == 0 {
			red.Init(s)
		} else {
			s = pairwise(red, states)
		}
		if err := red.Finish(dst[i*item:(i+1)*item], s); err != nil {
			return err
		}
		i++
	}
	by.blank(n, dst)
	return nil
}

func pickInts(s, at []int) []int {
	r := []int{}
	for _, k := range at {
		r = append(r, s[k])
	}
	return r
}

// naiveChunk folds one output's elements of one chunk.
func naiveChunk(red kernel.Reducer, x []byte, item int, runs bool) []byte {
	leaf := kernel.LeafRows
	if runs {
		leaf = kernel.Tile
	}
	x = append(nd.MakeBytes(len(x))[:0], x...) // aligned
	var states [][]byte
	for first := 0; first*item < len(x); first += leaf {
		s := nd.MakeBytes(red.StateSize())
		n := min(leaf, len(x)/item-first)
		part := append(nd.MakeBytes(n * item)[:0], x[first*item:(first+n)*item]...)
		if runs {
			red.Run(s, part, first)
		} else {
			red.Rows(s, part, n, 1, first)
		}
		states = append(states, s)
	}
	return pairwise(red, states)
}

// pairwise merges 0 with 1, 2 with 3 …, and so on with the results.
func pairwise(red kernel.Reducer, states [][]byte) []byte {
	for len(states) > 1 {
		var next [][]byte
		for i := 0; i < len(states); i += 2 {
			if i+1 < len(states) {
				red.Merge(states[i], states[i+1])
			}
			next = append(next, states[i])
		}
		states = next
	}
	return states[0]
}
