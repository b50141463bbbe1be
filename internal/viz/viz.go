// Package viz draws directed graphs: as DOT text for Graphviz, and by itself
// as SVG, which needs no other program. It is made for plans and task graphs of
// a few dozen nodes. The same graph always gives the same text.
package viz

import (
	"fmt"
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
}

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

func (n Node) colours() [2]string {
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
	if o.Title != "" {
		fmt.Fprintf(&b, "  label=%s labelloc=t\n", quote(o.Title))
	}
	b.WriteString("  node [shape=box style=\"rounded,filled\" fontname=\"Helvetica\" fontsize=12]\n")
	b.WriteString("  edge [fontname=\"Helvetica\" fontsize=10]\n")
	nodes, _ := g.complete()
	for _, n := range nodes {
		c := n.colours()
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
