package delayed

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/viz"
)

// DOT returns the calls behind values as a graph in Graphviz's language. If there
// are more than chunkgrid.MaxBoxes, calls of a function whose arguments come from
// calls of the same functions are one box, and the title says so.
func DOT(p chunkgrid.Picture, values ...Any) string { return viz.DOT(picture(p, values)) }

// SVG returns the calls behind values as a picture, which needs no other program
// to be seen; see DOT.
func SVG(p chunkgrid.Picture, values ...Any) string { return viz.SVG(picture(p, values)) }

func picture(p chunkgrid.Picture, values []Any) (viz.Graph, viz.Options) {
	o := viz.Options{TopDown: p.TopDown, Title: p.Title}
	outs := make([]*node, len(values))
	for i, v := range values {
		outs[i] = v.node()
	}
	g, err := newGraph(outs)
	if err != nil {
		return viz.Graph{Nodes: []viz.Node{{ID: "error", Label: err.Error()}}}, o
	}
	if all := slices.Concat(constants(g.calls, outs), g.calls); len(all) <= chunkgrid.MaxBoxes {
		return draw(boxes(all, func(n *node, _ []int) any { return n }), outs), o
	}
	alike := boxes(g.calls, func(n *node, args []int) any { return fmt.Sprint(n.call.name, args) })
	o.Title = strings.TrimSpace(fmt.Sprintf("%s (%d calls, drawn as %d boxes)", o.Title, len(g.calls), len(alike)))
	return draw(alike, outs), o
}

// box stands for a call, for several that are alike, or for a constant.
type box struct {
	*node
	count int
	args  []int // the boxes its arguments come from
}

// constants are the arguments that are there, in the order of the graph.
func constants(calls, outs []*node) (list []*node) {
	seen := map[*node]bool{}
	add := func(nodes []*node) {
		for _, n := range nodes {
			if n.call == nil && !seen[n] {
				seen[n] = true
				list = append(list, n)
			}
		}
	}
	for _, n := range calls {
		add(n.args)
	}
	add(outs)
	return list
}

// boxes puts nodes whose keys are equal into one box; arguments that are not among
// the nodes before are left out.
func boxes(nodes []*node, key func(n *node, args []int) any) (list []box) {
	place := make(map[*node]int, len(nodes))
	same := map[any]int{}
	for _, n := range nodes {
		var args []int
		for _, a := range n.args {
			if i, ok := place[a]; ok && !slices.Contains(args, i) {
				args = append(args, i)
			}
		}
		k := key(n, args)
		i, ok := same[k]
		if !ok {
			i = len(list)
			same[k] = i
			list = append(list, box{node: n, args: args})
		}
		list[i].count++
		place[n] = i
	}
	return list
}

func draw(boxes []box, outs []*node) viz.Graph {
	var g viz.Graph
	for i, b := range boxes {
		n := viz.Node{ID: fmt.Sprintf("n%d", i), Kind: "task"}
		switch {
		case b.call == nil:
			n.Label, n.Kind = text(b.value), "source"
		case slices.Contains(outs, b.node):
			n.Label, n.Kind = b.call.name, "output"
		case b.call.list:
			n.Label, n.Kind = b.call.name, "view"
		default:
			n.Label = b.call.name
		}
		if b.count > 1 {
			n.Detail = []string{fmt.Sprintf("%d calls", b.count)}
		}
		g.Nodes = append(g.Nodes, n)
		for _, a := range b.args {
			g.Edges = append(g.Edges, viz.Edge{From: fmt.Sprintf("n%d", a), To: n.ID})
		}
	}
	return g
}
