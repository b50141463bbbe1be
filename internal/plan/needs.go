package plan

import (
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// Needs returns for every argument a box that holds what a box of n is made of,
// without elements where it is of nothing there. It may hold more: a reshape's
// has whole rows.
func (n *Node) Needs(box nd.Box) []nd.Box {
	needs := make([]nd.Box, len(n.Args))
	for i, a := range n.Args {
		needs[i] = n.needs(i, a, box)
	}
	return needs
}

func (n *Node) needs(i int, a *Node, box nd.Box) nd.Box {
	if op, ok := n.Leaf.(*BoxOp); ok {
		return op.Inputs(n, box)[i]
	}
	b := nd.WholeBox(slices.Clone(a.Shape)) // all of it
	part := func(k, lo, hi int) { b.Start[k], b.Shape[k] = lo, hi-lo }
	switch {
	case n.Op == OpView:
		for k, m := range ViewOf(n).Maps {
			if m.Out < 0 {
				part(k, m.Offset, m.Offset+1)
				continue
			}
			first, last := m.Offset+m.Stride*box.Start[m.Out], m.Offset+m.Stride*(box.Stop(m.Out)-1)
			part(k, min(first, last), max(first, last)+1)
		}
	case n.Op == OpTake:
		axis := n.Params["axis"].(int)
		b = box
		if index := n.Params["index"].([]int)[box.Start[axis]:box.Stop(axis)]; len(index) > 0 {
			lo, hi := slices.Min(index), slices.Max(index)+1
			b = box.ReplaceAxis(axis, lo, hi-lo)
		}
	case n.Op == OpConcat:
		axis, before := n.Params["axis"].(int), 0
		for _, other := range n.Args[:i] {
			before += other.Shape[axis]
		}
		lo, hi := max(box.Start[axis]-before, 0), min(box.Stop(axis)-before, a.Shape[axis])
		b = box.ReplaceAxis(axis, lo, max(hi-lo, 0))
	case n.Op == OpReshape:
		if a.NDim() > 0 && a.Size() > 0 {
			row := product(a.Shape[1:])
			first, last := 0, 0
			for k, l := range n.Shape {
				first, last = first*l+box.Start[k], last*l+box.Stop(k)-1
			}
			part(0, first/row, last/row+1)
		}
	case n.IsReduction():
		reduced, keepdims, out := n.Reduced(), n.Params["keepdims"].(bool), 0
		for k := range a.Shape {
			if !reduced[k] {
				part(k, box.Start[out], box.Stop(out))
			}
			if !reduced[k] || keepdims {
				out++
			}
		}
	default: // element by element
		return box
	}
	return b
}
