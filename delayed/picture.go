package delayed

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/viz"
)

// DOT returns the calls behind values as a graph in Graphviz's language. If there
// are more than chunkgrid.MaxBoxes, calls of a function whose arguments come from
// the same boxes are one box; if that leaves more, as of a long chain, all calls of
// a function are. The title says so.
func DOT(p chunkgrid.Picture, values ...Any) string { return viz.DOT(picture(p, values)) }

// SVG returns the calls behind values as a picture, which needs no other program
// to be seen; see DOT.
func SVG(p chunkgrid.Picture, values ...Any) string { return viz.SVG(picture(p, values)) }

func picture(p chunkgrid.Picture, values []Any) (viz.Graph, viz.Options) {
	o := viz.Options{TopDown: p.TopDown, Title: p.Title}
	outs := make([]*node, len(values))
	for i, v := range values {
		if v != nil {
			outs[i] = v.node()
		}
	}
	g, err := newGraph(outs)
	if err != nil {
		return viz.Graph{Nodes: []viz.Node{{ID: "error", Label: err.Error()}}}, o
	}
	var list []viz.Alike[*node]
	args := func(n *node) []*node { return n.args }
	if all := slices.Concat(constants(g.calls, outs), g.calls); len(all) <= chunkgrid.MaxBoxes {
		list = viz.Group(all, args, len(all), func(n *node, _ []int) any { return n })
	} else {
		list = viz.Group(g.calls, args, chunkgrid.MaxBoxes,
			func(n *node, args []int) any { return fmt.Sprint(n.call.name, args) },
			func(n *node, _ []int) any { return n.call.name })
		o.Title = strings.TrimSpace(fmt.Sprintf("%s (%d calls, drawn as %d boxes)", o.Title, len(g.calls), len(list)))
	}
	drawn := draw(list, outs)
	if p.Run == nil {
		return drawn, o
	}
	took := g.took(p.Run)
	if took == nil {
		o.Title = strings.TrimSpace(o.Title + " (what was run had other calls)")
		return drawn, o
	}
	heat := make([]float64, len(list))
	for i, b := range list {
		heat[i] = -1
		if b.First.call != nil {
			heat[i] = 0
			for _, n := range b.All {
				heat[i] += float64(took[n])
			}
			drawn.Nodes[i].Detail = append(drawn.Nodes[i].Detail, diag.FormatDuration(time.Duration(heat[i])))
		}
	}
	o.Scale = viz.Heated(drawn.Nodes, heat, "work", func(t float64) string { return diag.FormatDuration(time.Duration(t)) })
	return drawn, o
}

// took returns what each call took in the last run of this graph, nil if that was
// another one.
func (g *graph) took(run *diag.Profile) map[*node]time.Duration {
	if len(run.Stages) == 0 {
		return nil
	}
	s := run.Stages[len(run.Stages)-1]
	if s.Name != g.name() || len(s.Took) != len(g.calls) {
		return nil
	}
	took := make(map[*node]time.Duration, len(g.calls))
	for i, n := range g.calls {
		took[n] = s.Took[i]
	}
	return took
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

func draw(boxes []viz.Alike[*node], outs []*node) viz.Graph {
	var g viz.Graph
	for i, b := range boxes {
		n := viz.Node{ID: fmt.Sprintf("n%d", i), Kind: "task"}
		switch {
		case b.First.call == nil:
			n.Label, n.Kind = text(b.First.value), "source"
		case slices.Contains(outs, b.First):
			n.Label, n.Kind = b.First.call.name, "output"
		case b.First.call.list:
			n.Label, n.Kind = b.First.call.name, "view"
		default:
			n.Label = b.First.call.name
		}
		if len(b.All) > 1 {
			n.Detail = []string{fmt.Sprintf("%d calls", len(b.All))}
		}
		g.Nodes = append(g.Nodes, n)
		for _, a := range b.Args {
			g.Edges = append(g.Edges, viz.Edge{From: fmt.Sprintf("n%d", a), To: n.ID})
		}
	}
	return g
}
