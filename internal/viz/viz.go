// Package viz draws directed graphs: as DOT text for Graphviz, and by itself
// as SVG, which needs no other program. It is made for plans and task graphs of
// a few dozen nodes. The same graph always gives the same text.
package viz

import (
	"fmt"
	"slices"
	"strings"
)

// Graph is what is drawn. An edge between nodes that aren't listed makes them,
// with the ID for a label, as in Graphviz.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Node is a box.
type Node struct {
	ID     string   // what edges name it by; unique
	Label  string   // the first line
	Detail []string // further lines, in smaller type
	Kind   string   // chooses the colour, see kinds; any other is drawn white
	Heat   float64  // where Options has a Scale: chooses the colour from 0 to 1 instead; negative is none
}

// Edge is an arrow from one node to another.
type Edge struct {
	From, To string
	Label    string
}

// Options say how a graph is drawn.
type Options struct {
	TopDown bool   // arrows point down; otherwise to the right
	Title   string // above the graph
	Scale   *Scale // what colours mean, where they are nodes' Heat
}

// Scale says what the least and the greatest Heat stand for: "0 s", "12 s".
type Scale struct{ Of, Least, Greatest string }

// kinds gives the fill and line colour of each kind of node.
var kinds = map[string][2]string{
	"source":  {"#e3eefa", "#2f6fb0"},
	"view":    {"#f1f2f4", "#7b8794"},
	"ufunc":   {"#e5f5e9", "#2f8a46"},
	"reduce":  {"#fdf0dc", "#c77a16"},
	"rechunk": {"#fbe5ec", "#b83a63"},
	"task":    {"#e4f4f6", "#23808c"},
	"output":  {"#ece6fa", "#6a45b5"},
}

var plain = [2]string{"#ffffff", "#7b8794"}

// cold and hot are the colours of the least and the greatest heat, light enough
// for dark text.
var cold, hot = [3]float64{255, 251, 235}, [3]float64{245, 150, 95}

// heat returns the colour between cold and hot.
func heat(at float64) string {
	at = min(max(at, 0), 1)
	var c [3]int
	for i := range c {
		c[i] = int(cold[i] + (hot[i]-cold[i])*at + 0.5)
	}
	return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2])
}

func (n Node) colours(o Options) [2]string {
	if o.Scale != nil {
		if n.Heat < 0 {
			return plain
		}
		return [2]string{heat(n.Heat), "#a8552a"}
	}
	if c, ok := kinds[n.Kind]; ok {
		return c
	}
	return plain
}

// complete returns the nodes with those that only edges name, and the place of
// each in the list.
func (g Graph) complete() ([]Node, map[string]int) {
	nodes := make([]Node, 0, len(g.Nodes))
	place := map[string]int{}
	add := func(n Node) {
		if _, ok := place[n.ID]; !ok {
			place[n.ID] = len(nodes)
			nodes = append(nodes, n)
		}
	}
	for _, n := range g.Nodes {
		add(n)
	}
	for _, e := range g.Edges {
		add(Node{ID: e.From, Label: e.From})
		add(Node{ID: e.To, Label: e.To})
	}
	return nodes, place
}

// DOT writes the graph in Graphviz's language.
func DOT(g Graph, o Options) string {
	var b strings.Builder
	dir := "LR"
	if o.TopDown {
		dir = "TB"
	}
	fmt.Fprintf(&b, "digraph {\n  rankdir=%s\n", dir)
	title := o.Title
	if o.Scale != nil {
		title = strings.TrimSpace(fmt.Sprintf("%s\n%s: from %s, light, to %s", title, o.Scale.Of, o.Scale.Least, o.Scale.Greatest))
	}
	if title != "" {
		fmt.Fprintf(&b, "  label=%s labelloc=t\n", quote(title))
	}
	b.WriteString("  node [shape=box style=\"rounded,filled\" fontname=\"Helvetica\" fontsize=12]\n")
	b.WriteString("  edge [fontname=\"Helvetica\" fontsize=10]\n")
	nodes, _ := g.complete()
	for _, n := range nodes {
		c := n.colours(o)
		text := strings.Join(append([]string{n.Label}, n.Detail...), "\n")
		fmt.Fprintf(&b, "  %s [label=%s fillcolor=%q color=%q]\n", quote(n.ID), quote(text), c[0], c[1])
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s", quote(e.From), quote(e.To))
		if e.Label != "" {
			fmt.Fprintf(&b, " [label=%s]", quote(e.Label))
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	return b.String()
}

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", "", "\x00", "\uFFFD")

func quote(s string) string { return `"` + dotEscapes.Replace(s) + `"` }

// Heated gives nodes their Heat by what they took, from nothing to the most, and
// returns the scale for it; text writes such a number.
func Heated(nodes []Node, took []float64, of string, text func(float64) string) *Scale {
	most := slices.Max(append(took, 0))
	for i, t := range took {
		if nodes[i].Heat = -1; t >= 0 {
			nodes[i].Heat = t / max(most, 1)
		}
	}
	return &Scale{of, text(0), text(most)}
}
