package plan

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// Grouped adds to the parameters of a reduction along axis 0, which is kept, that
// every one of count groups is reduced by itself; labels has the group of each
// place along the axis. The result has as many places there.
func Grouped(p Params, labels []int, count int) {
	p["axes"], p["keepdims"] = []int{0}, true
	p["labels"], p["groups"] = slices.Clone(labels), count
}

// GroupsOf returns what Grouped has said of a reduction.
func GroupsOf(n *Node) (labels []int, count int, ok bool) {
	count, ok = n.Params["groups"].(int)
	labels, _ = n.Params["labels"].([]int)
	return labels, count, ok
}

// maxGroups bounds the groups: each takes memory before a budget is known.
const maxGroups = 1 << 24

// checkGroups checks the groups of a reduction. Where it needs elements, an empty
// group is NaN, and an error of a dtype that has none.
func checkGroups(n *Node, nonEmpty bool, labels []int, count int) error {
	arg := n.Args[0]
	axes, keepdims := n.Params["axes"].([]int), n.Params["keepdims"].(bool)
	switch {
	case !slices.Equal(axes, []int{0}) || !keepdims:
		return fmt.Errorf("groups along the axes %v, want the first, kept: %w", axes, nd.ErrAxis)
	case n.Op == "argmin" || n.Op == "argmax":
		return fmt.Errorf("there is no %s by groups", n.Op)
	case count < 0 || count > maxGroups:
		return fmt.Errorf("%d groups, want 0 to %d: %w", count, maxGroups, nd.ErrShape)
	case len(labels) != arg.Shape[0]:
		return fmt.Errorf("%d labels for an axis of length %d: %w", len(labels), arg.Shape[0], nd.ErrShape)
	}
	sizes := make([]int, max(count, 0))
	for i, l := range labels {
		if l < 0 || l >= count {
			return fmt.Errorf("label %d at place %d, for %d groups: %w", l, i, count, nd.ErrIndex)
		}
		sizes[l]++
	}
	if g := slices.Index(sizes, 0); nonEmpty && g >= 0 && n.DType != nd.Float32 && n.DType != nd.Float64 {
		return fmt.Errorf("group %d of %d is empty; %s of nothing has no value: %w", g, count, n.Op, nd.ErrShape)
	}
	return nil
}
