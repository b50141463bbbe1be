package chunkgrid

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/internal/viz"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Picture says how a graph is drawn.
type Picture struct {
	TopDown bool   // arrows down; otherwise to the right
	Title   string // above
	// Chunks draws every chunk of every operation, if these are no more than
	// MaxBoxes; otherwise the operations are drawn, and the title says so.
	Chunks bool
}

// MaxBoxes is how many boxes a picture has at most where it would have one for
// every chunk, or for every call of a delayed function.
const MaxBoxes = 400

// DOT returns the expressions as a graph of operations in Graphviz's language.
func DOT(p Picture, arrays ...Any) string { return viz.DOT(picture(p, arrays)) }

// SVG returns the expressions as a picture of their operations, which needs no
// other program to be seen.
func SVG(p Picture, arrays ...Any) string { return viz.SVG(picture(p, arrays)) }

func picture(p Picture, arrays []Any) (viz.Graph, viz.Options) {
	o := viz.Options{TopDown: p.TopDown, Title: p.Title}
	outs := plan.Intern(nodesOf(arrays))
	var shown []*plan.Node
	chunks := 0
	plan.Walk(outs, func(n *plan.Node) {
		if passesThrough(n) == nil {
			shown = append(shown, n)
			chunks = min(chunks+n.Grid.Len(), 1<<40)
		}
	})
	if p.Chunks && chunks <= MaxBoxes {
		return chunkGraph(shown, outs), o
	}
	if p.Chunks {
		o.Title = strings.TrimSpace(fmt.Sprintf("%s (%d chunks, drawn as operations)", o.Title, chunks))
	}
	return graph(shown, outs), o
}

// graph has a box per operation, views and constants left out where they say nothing.
func graph(shown, outs []*plan.Node) viz.Graph {
	id := map[*plan.Node]string{}
	var g viz.Graph
	for _, n := range shown {
		id[n] = fmt.Sprintf("n%d", len(id))
		detail := []string{fmt.Sprintf("%v %v", n.DType, n.Shape)}
		if n.NDim() > 0 {
			detail = append(detail, fmt.Sprintf("%d chunks, %s", n.Grid.Len(), nd.FormatBytes(n.NBytes())))
		}
		g.Nodes = append(g.Nodes, boxOf(n, outs, id[n], detail))
		for _, a := range n.Args {
			for passesThrough(a) != nil {
				a = passesThrough(a)
			}
			g.Edges = append(g.Edges, viz.Edge{From: id[a], To: id[n]})
		}
	}
	return g
}

// chunkGraph has a box for each chunk of every operation, and an arrow from every
// chunk that it is made of.
func chunkGraph(shown, outs []*plan.Node) viz.Graph {
	place := map[*plan.Node]int{}
	id := func(n *plan.Node, chunk int) string { return fmt.Sprintf("n%d.%d", place[n], chunk) }
	var g viz.Graph
	for i, n := range shown {
		place[n] = i
		for coord, box := range n.Grid.Boxes() {
			to := id(n, n.Grid.Index(coord))
			size := nd.FormatBytes(box.Size() * n.DType.Size())
			g.Nodes = append(g.Nodes, boxOf(n, outs, to, []string{fmt.Sprintf("%v %v, %s", n.DType, box, size)}))
			for k, need := range n.Needs(box) {
				a := n.Args[k]
				for passesThrough(a) != nil {
					need, a = a.Needs(need)[0], passesThrough(a)
				}
				for c := range a.Grid.Cover(need).Indices() {
					g.Edges = append(g.Edges, viz.Edge{From: id(a, a.Grid.Index(c)), To: to})
				}
			}
		}
	}
	return g
}

// boxOf returns the box of an operation, or of a chunk of it.
func boxOf(n *plan.Node, outs []*plan.Node, id string, detail []string) viz.Node {
	label, kind := labelOf(n)
	if slices.Contains(outs, n) && kind != "source" {
		kind = "output"
	}
	return viz.Node{ID: id, Label: label, Detail: detail, Kind: kind}
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
