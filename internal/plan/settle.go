package plan

import (
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// Common returns the results below n, of reductions and box operations, of which
// chunk after chunk of n needs all elements: a mean that all are compared with.
// What these are made of is not looked at. Two of the first chunk, the last and one
// between stand for all.
func (n *Node) Common() []*Node {
	if n.Err != nil || n.Grid.Len() < 2 {
		return nil
	}
	var order []*Node // arguments first
	Walk([]*Node{n}, func(m *Node) { order = append(order, m) })
	last := n.Grid.Len() - 1
	whole := map[*Node]int{} // by how many chunks all is needed
	for _, chunk := range slices.Compact([]int{0, last / 2, last}) {
		needs := map[*Node]nd.Box{n: n.Grid.Box(n.Grid.Coord(chunk))}
		for _, m := range slices.Backward(order) {
			box, needed := needs[m]
			op, isBox := m.Leaf.(*BoxOp)
			switch {
			case !needed || box.Size() == 0:
			case (isBox || m.IsReduction()) && box.Size() == m.Size():
				whole[m]++
			case isBox && !op.followed(m, box):
			default:
				for i, need := range m.Needs(box) {
					needs[m.Args[i]] = hull(needs[m.Args[i]], need)
				}
			}
		}
	}
	return slices.DeleteFunc(order, func(m *Node) bool { return whole[m] < 2 })
}

// followed reports whether Inputs knows what a box is made of that need not be one
// of those that are computed.
func (op *BoxOp) followed(n *Node, box nd.Box) bool {
	if op.Stage != nil || op.Steps != nil {
		return false
	}
	cover := n.Grid.Cover(box)
	return !op.WholeChunks || cover.Size() == 1 && n.Grid.Box(cover.Start).Size() == box.Size()
}

// hull returns the least box that holds both; one without elements counts for nothing.
func hull(a, b nd.Box) nd.Box {
	if a.Shape == nil || a.Size() == 0 {
		return b
	} else if b.Size() == 0 {
		return a
	}
	h := nd.Box{Start: make([]int, len(a.Start)), Shape: make([]int, len(a.Start))}
	for k := range h.Start {
		h.Start[k] = min(a.Start[k], b.Start[k])
		h.Shape[k] = max(a.Stop(k), b.Stop(k)) - h.Start[k]
	}
	return h
}

// Settled returns n with the values of some results in their place.
func (n *Node) Settled(values map[*Node]nd.Dyn) *Node {
	settled := map[*Node]*Node{}
	Walk([]*Node{n}, func(m *Node) {
		s := *m
		if v, ok := values[m]; ok {
			s = *ND(v, m.Grid)
			s.Dims, s.Free = m.Dims, m.Free
		} else {
			s.Args = make([]*Node, len(m.Args))
			for i, a := range m.Args {
				s.Args[i] = settled[a]
			}
		}
		settled[m] = &s
	})
	return settled[n]
}
