package exec

import (
	"math"
	"slices"
	"sort"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// The definition of a grouped reduction's result. It is along axis 0. In a chunk
// of the argument's grid, a group has the places along axis 0 that have its
// label. They are cut into stretches: as many places, from the first on, as are
// equally far from one another. Each stretch is folded as fold.go says of a
// chunk, and the states are merged in order; then the chunks as there.

// grouping are the places of each group along axis 0, ascending.
type grouping [][]int

// groupingOf returns the groups of a reduction, nil if it has none.
func groupingOf(n *plan.Node) grouping {
	labels, count, ok := plan.GroupsOf(n)
	if !ok {
		return nil
	}
	g := make(grouping, count)
	for at, label := range labels {
		g[label] = append(g[label], at)
	}
	return g
}

// blank sets the results of empty groups that have no value to NaN; plan refuses
// them of a dtype without NaN. dst has the results of all groups, one after the other.
func (g grouping) blank(n *plan.Node, dst []byte) {
	if len(g) == 0 {
		return
	}
	if r, _ := kernel.LookupReduction(n.Op); !r.NonEmpty {
		return
	}
	nan := nd.AsBytes([]float64{math.NaN()})
	if n.DType == nd.Float32 {
		nan = nd.AsBytes([]float32{float32(math.NaN())})
	}
	size := len(dst) / len(g)
	for group, places := range g {
		if len(places) == 0 {
			storage.Fill(dst[size*group:size*(group+1)], nan)
		}
	}
}

// count is the number of states in the place of one.
func (g grouping) count() int {
	if g == nil {
		return 1
	}
	return len(g)
}

// stretches calls f with first, step and n of a group's stretches from lo to hi-1.
func (g grouping) stretches(group, lo, hi int, f func(first, step, n int)) {
	places := g[group]
	for places = places[sort.SearchInts(places, lo):]; len(places) > 0 && places[0] < hi; {
		n, step := 1, 1
		if len(places) > 1 && places[1] < hi {
			step = places[1] - places[0]
		}
		for n < len(places) && places[n] < hi && places[n]-places[n-1] == step {
			n++
		}
		f(places[0], step, n)
		places = places[n:]
	}
}

// foldGroups is fold for every group of a box. The states of a folding are those
// of its groups, one after the other.
func (p *program) foldGroups(t *task, g grouping, ops []operand, box nd.Box, reduced []bool, fs []folding) {
	mark := t.mark()
	defer t.release(mark)
	outs := keptSize(box.Shape, reduced)
	one := slices.Clone(fs) // the states of a stretch
	more := make([][]byte, len(fs))
	for i, f := range fs {
		more[i] = t.take(outs * f.red.StateSize())
	}
	shape := slices.Clone(box.Shape)
	part := make([]operand, len(ops))
	for k, o := range ops {
		part[k] = operand{o.buf, o.off, slices.Clone(o.strides)}
	}
	for group := range g {
		empty := true
		g.stretches(group, box.Start[0], box.Stop(0), func(first, step, n int) {
			shape[0] = n
			for k, o := range ops {
				part[k].off, part[k].strides[0] = o.off+(first-box.Start[0])*o.strides[0], step*o.strides[0]
			}
			for i, f := range fs {
				one[i].states = more[i]
				if empty {
					one[i].states = f.of(group, outs)
				}
			}
			p.fold(t, part, shape, reduced, one)
			if !empty {
				for i, f := range fs {
					f.red.Merge(f.of(group, outs), more[i])
				}
			}
			empty = false
		})
		if empty {
			for _, f := range fs {
				f.red.Init(f.of(group, outs))
			}
		}
	}
}

// of returns the states of a group, of so many outputs.
func (f folding) of(group, outs int) []byte {
	s := outs * f.red.StateSize()
	return f.states[group*s : (group+1)*s]
}
