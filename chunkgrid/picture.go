package chunkgrid

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/internal/viz"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Picture options: arrows to the right by default, or down.
type Picture struct {
	TopDown bool
	Title   string
}

// DOT returns the expressions as a graph of operations in Graphviz's language.
func DOT(p Picture, arrays ...Any) string { return viz.DOT(graph(arrays), viz.Options(p)) }

// SVG returns the expressions as a picture of their operations, which needs no
// other program to be seen.
func SVG(p Picture, arrays ...Any) string { return viz.SVG(graph(arrays), viz.Options(p)) }

// graph has a box per operation, views and constants left out where they say nothing.
func graph(arrays []Any) viz.Graph {
	outs := plan.Intern(nodesOf(arrays))
	id := map[*plan.Node]string{}
	var g viz.Graph
	plan.Walk(outs, func(n *plan.Node) {
		if shown := passesThrough(n); shown != nil {
			id[n] = id[shown]
			return
		}
		id[n] = fmt.Sprintf("n%d", len(id))
		label, kind := labelOf(n)
		if slices.Contains(outs, n) && kind != "source" {
			kind = "output"
		}
		detail := []string{fmt.Sprintf("%v %v", n.DType, n.Shape)}
		if n.NDim() > 0 {
			detail = append(detail, fmt.Sprintf("%d chunks, %s", n.Grid.Len(), nd.FormatBytes(n.NBytes())))
		}
		g.Nodes = append(g.Nodes, viz.Node{ID: id[n], Label: label, Detail: detail, Kind: kind})
		for _, a := range n.Args {
			g.Edges = append(g.Edges, viz.Edge{From: id[a], To: id[n]})
		}
	})
	return g
}

// passesThrough returns the argument that stands for a node in a picture: that
// of a broadcast, or of a view that only gives names to axes.
func passesThrough(n *plan.Node) *plan.Node {
	if n.Op != plan.OpView {
		return nil
	}
	arg := n.Args[0]
	if plan.ViewOf(n).IsIdentity(arg.Shape) || n.Size() >= arg.Size() && slices.Contains(n.Free, true) {
		return arg
	}
	return nil
}

// labelOf returns the words and the kind of colour of a node.
func labelOf(n *plan.Node) (label, kind string) {
	switch n.Op {
	case plan.OpSource:
		ref := n.Leaf.(storage.Array).Ref()
		if ref.Path != "" {
			return ref.Path, "source"
		}
		return "stored array", "source"
	case plan.OpND, plan.OpArange, plan.OpFunc:
		return n.Op, "source"
	case plan.OpFull:
		d, err := nd.DynFromBytes(n.DType, nil, append(nd.MakeBytes(16)[:0], n.Params["value"].(string)...))
		if err != nil {
			return "constant", "source"
		}
		return d.String(), "source"
	case plan.OpView, plan.OpReshape, plan.OpTake, plan.OpConcat:
		return n.Op, "view"
	case plan.OpRechunk:
		return n.Op, "rechunk"
	}
	if n.IsReduction() {
		return fmt.Sprintf("%s over %s", n.Op, axesText(n)), "reduce"
	}
	return n.Op, "ufunc"
}

// axesText names the axes of a reduction.
func axesText(n *plan.Node) string {
	arg := n.Args[0]
	s := ""
	for i, a := range n.Params["axes"].([]int) {
		if i > 0 {
			s += ", "
		}
		if arg.Dims[a] != "" {
			s += arg.Dims[a]
		} else {
			s += fmt.Sprint(a)
		}
	}
	return s
}
