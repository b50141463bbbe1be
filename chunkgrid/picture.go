package chunkgrid

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/diag"
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
	// Run has what a run took, which its events went to. Stages (see
	// Explanation.SVG) and calls of delayed functions, for which it must be of
	// EachTask, are coloured by the workers' time in them; stages, where Bytes is
	// true, by the bytes they decoded and wrote.
	Run   *diag.Profile
	Bytes bool
}

// MaxBoxes is how many boxes a picture has at most where it would have one for
// every chunk; and from how many operations, or calls of delayed functions, on
// those that are alike are one box.
const MaxBoxes = 400

// DOT returns the expressions as a graph of operations in Graphviz's language. If
// there are more than MaxBoxes, those of one name and shape on the same boxes are
// one; if that leaves more, those of one name and shape, or of one name, are. The
// title says so.
func DOT(p Picture, arrays ...Any) string { return viz.DOT(picture(p, arrays)) }

// SVG returns the expressions as a picture of their operations, which needs no
// other program to be seen.
func SVG(p Picture, arrays ...Any) string { return viz.SVG(picture(p, arrays)) }

// DOT returns the stages of the run as a graph in Graphviz's language; see SVG.
func (e Explanation) DOT(p Picture) string { return viz.DOT(e.picture(p)) }

// SVG returns the stages of the run as a picture: what is computed together, chunk
// by chunk, and what has to be there before. With p.Run they have what they took
// in the last run, and are coloured by it.
func (e Explanation) SVG(p Picture) string { return viz.SVG(e.picture(p)) }

func (e Explanation) picture(p Picture) (viz.Graph, viz.Options) {
	o := viz.Options{TopDown: p.TopDown, Title: p.Title}
	took := e.last(p.Run)
	if p.Run != nil && took == nil {
		o.Title = strings.TrimSpace(o.Title + " (what was run had other stages)")
	}
	var g viz.Graph
	for i, s := range e.Stages {
		id := func(i int) string { return fmt.Sprintf("s%d", i) }
		n := viz.Node{ID: id(i), Label: s.Name, Kind: "task", Detail: []string{fmt.Sprintf("%d tasks on %d workers", s.Tasks, s.Workers)}}
		if s.BytesRead > 0 {
			n.Detail = append(n.Detail, fmt.Sprintf("of %d chunks, %s", s.ChunksNeeded, nd.FormatBytes(s.BytesRead)))
		}
		switch {
		case took == nil:
		case p.Bytes:
			n.Detail = append(n.Detail, fmt.Sprintf("decoded %s, wrote %s", diag.FormatBytes(took[i].Decoded), diag.FormatBytes(took[i].Written)))
		default:
			n.Detail = append(n.Detail, fmt.Sprintf("%s of work", diag.FormatDuration(took[i].Busy())))
		}
		for _, need := range s.Needs {
			g.Edges = append(g.Edges, viz.Edge{From: id(need), To: n.ID})
		}
		g.Nodes = append(g.Nodes, n)
	}
	if took != nil {
		heat := make([]float64, len(took))
		for i, s := range took {
			heat[i] = float64(s.Busy())
			if p.Bytes {
				heat[i] = float64(s.Decoded + s.Written)
			}
		}
		of, text := "work", func(t float64) string { return diag.FormatDuration(time.Duration(t)) }
		if p.Bytes {
			of, text = "bytes", func(n float64) string { return diag.FormatBytes(int64(n)) }
		}
		o.Scale = viz.Heated(g.Nodes, heat, of, text)
	}
	return g, o
}

// last returns what each stage took in the last of some runs, nil if that is not
// the run explained.
func (e Explanation) last(run *diag.Profile) []diag.StageProfile {
	if run == nil || len(run.Stages) < len(e.Stages) {
		return nil
	}
	took := run.Stages[len(run.Stages)-len(e.Stages):]
	for i, s := range e.Stages {
		if took[i].Name != s.Name {
			return nil
		}
	}
	return took
}

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
	boxes := viz.Group(shown, drawnArgs, MaxBoxes,
		func(n *plan.Node, _ []int) any { return n },
		func(n *plan.Node, args []int) any { return fmt.Sprint(n.Op, n.DType, n.Shape, args) },
		func(n *plan.Node, _ []int) any { return fmt.Sprint(n.Op, n.DType, n.Shape) },
		func(n *plan.Node, _ []int) any { return n.Op })
	if len(boxes) < len(shown) {
		o.Title = strings.TrimSpace(fmt.Sprintf("%s (%d operations, drawn as %d boxes)", o.Title, len(shown), len(boxes)))
	}
	return graph(boxes, outs), o
}

// drawnArgs are the arguments of a node as they are drawn.
func drawnArgs(n *plan.Node) []*plan.Node {
	args := slices.Clone(n.Args)
	for i := range args {
		for passesThrough(args[i]) != nil {
			args[i] = passesThrough(args[i])
		}
	}
	return args
}

// graph has a box per operation, or for several alike; views and constants are
// left out where they say nothing.
func graph(boxes []viz.Alike[*plan.Node], outs []*plan.Node) viz.Graph {
	id := func(i int) string { return fmt.Sprintf("n%d", i) }
	var g viz.Graph
	for i, b := range boxes {
		n := b.First
		var detail []string
		same := !slices.ContainsFunc(b.All, func(o *plan.Node) bool { return o.DType != n.DType || !slices.Equal(o.Shape, n.Shape) })
		if same {
			detail = append(detail, fmt.Sprintf("%v %v", n.DType, n.Shape))
		}
		if same && n.NDim() > 0 {
			detail = append(detail, fmt.Sprintf("%d chunks, %s", n.Grid.Len(), nd.FormatBytes(n.NBytes())))
		}
		if len(b.All) > 1 {
			detail = append(detail, fmt.Sprintf("%d of them", len(b.All)))
		}
		g.Nodes = append(g.Nodes, boxOf(n, outs, id(i), detail))
		for _, a := range b.Args {
			g.Edges = append(g.Edges, viz.Edge{From: id(a), To: id(i)})
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
