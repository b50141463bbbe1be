package viz

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// anomaly is the plan of (x - mean(x)) / std(x), coarsened and stored.
var anomaly = Graph{
	Nodes: []Node{
		{"x", "sst.zarr/sst", []string{"float32 (time 1200, lat 181, lon 360)", "12 chunks, 298 MiB"}, "source", 0},
		{"m", "mean", []string{"over time"}, "reduce", 0},
		{"s", "std", []string{"over time"}, "reduce", 0},
		{"d", "sub", nil, "ufunc", 0},
		{"q", "div", nil, "ufunc", 0},
		{"w", "weights", []string{"float32 (4, 4)"}, "source", 0},
		{"r", "reshape", []string{"(1200, 45, 4, 90, 4)"}, "view", 0},
		{"p", "mul", nil, "ufunc", 0},
		{"c", "sum", []string{"axes 2, 4"}, "reduce", 0},
		{"k", "rechunk", []string{"(1200, 45, 90)"}, "rechunk", 0},
		{"o", "out.zarr/coarse", []string{"zstd 3"}, "output", 0},
		{"t", `a "quoted" <label> & \ more`, nil, "task", 0},
	},
	Edges: []Edge{
		{"x", "m", ""}, {"x", "s", ""}, {"x", "d", "298 MiB"}, {"m", "d", ""}, {"d", "q", ""}, {"s", "q", ""}, {"q", "r", ""},
		{"r", "p", ""}, {"w", "p", ""}, {"p", "c", ""}, {"c", "k", ""}, {"k", "o", "19 MiB"}, {"c", "t", ""},
	},
}

// heated is the anomaly with heat in some of its nodes.
func heated() Graph {
	g := Graph{slices.Clone(anomaly.Nodes), anomaly.Edges}
	for i := range g.Nodes {
		g.Nodes[i].Heat = float64(i-1) / float64(len(g.Nodes)-2)
	}
	return g
}

// wellFormed parses the SVG and counts its elements.
func wellFormed(t require.TestingT, svg string) map[string]int {
	count := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		require.NoError(t, err)
		if e, ok := tok.(xml.StartElement); ok {
			count[e.Name.Local]++
		}
	}
}

func TestGoldens(t *testing.T) {
	for name, text := range map[string]string{
		"anomaly.dot":         DOT(anomaly, Options{Title: "anomaly"}),
		"anomaly.svg":         SVG(anomaly, Options{Title: "anomaly"}),
		"anomaly-heat.svg":    SVG(heated(), Options{Title: "anomaly", Scale: &Scale{"work", "0s", "1.2s"}}),
		"anomaly-heat.dot":    DOT(heated(), Options{Title: "anomaly", Scale: &Scale{"work", "0s", "1.2s"}}),
		"anomaly-topdown.svg": SVG(anomaly, Options{TopDown: true}),
	} {
		file := "testdata/" + name
		if os.Getenv("NDGRID_UPDATE") != "" {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), text, "%s; if the change is meant, run with NDGRID_UPDATE=1 and look at it", name)
	}
}

func TestEmptyAndImplicit(t *testing.T) {
	count := wellFormed(t, SVG(Graph{}, Options{}))
	assert.Equal(t, 1, count["svg"])
	g := Graph{Edges: []Edge{{"a", "b", ""}, {"b", "a", ""}, {"b", "b", ""}}}
	count = wellFormed(t, SVG(g, Options{}))
	assert.Equal(t, 2, count["g"], "two nodes named by edges only")
	assert.Equal(t, 3, count["path"], "the marker and two edges, not the loop")
	assert.Contains(t, SVG(g, Options{}), "marker-start", "an edge of the cycle points back")
	assert.Contains(t, DOT(g, Options{TopDown: true}), `"b" -> "b"`)
	assert.Contains(t, DOT(g, Options{TopDown: true}), "rankdir=TB")
}

func TestHostileText(t *testing.T) {
	g := Graph{Nodes: []Node{{ID: "a\"\\\n", Label: "]]></svg><script>\x00\xff", Detail: []string{strings.Repeat("long ", 100)}, Kind: "\""}}}
	count := wellFormed(t, SVG(g, Options{Title: "<&>"}))
	assert.Zero(t, count["script"])
	assert.Contains(t, DOT(g, Options{}), `"a\"\\\n" [label=`)
}

// Whatever the graph: well formed, deterministic, arrows point forward, boxes
// of a layer don't touch.
func TestLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 25).Draw(t, "nodes")
		var g Graph
		for i := range n {
			g.Nodes = append(g.Nodes, Node{ID: fmt.Sprint(i), Label: strings.Repeat("x", i%9)})
		}
		if n > 1 {
			for range rapid.IntRange(0, 40).Draw(t, "edges") {
				a, b := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
				g.Edges = append(g.Edges, Edge{From: fmt.Sprint(a), To: fmt.Sprint(b), Label: "e"})
			}
		}
		o := Options{TopDown: rapid.Bool().Draw(t, "top down")}
		svg := SVG(g, o)
		assert.Equal(t, svg, SVG(g, o))
		assert.NotContains(t, svg, "NaN")
		assert.Equal(t, n, wellFormed(t, svg)["g"])
		l := newDrawing(g, o).layout
		for _, v := range l.vertices {
			for _, w := range v.out {
				assert.Equal(t, v.layer+1, l.vertices[w].layer)
			}
		}
		placed := 0
		for _, layer := range l.layers {
			placed += len(layer)
			for i := 1; i < len(layer); i++ {
				a, b := l.vertices[layer[i-1]], l.vertices[layer[i]]
				assert.LessOrEqual(t, a.at+a.across/2+bendGap, b.at-b.across/2+1e-6)
			}
		}
		assert.Equal(t, len(l.vertices), placed)
	})
}

func TestChainIsStraight(t *testing.T) {
	sizes := []float64{20, 40, 20, 30}
	l := newLayout(sizes, sizes, [][2]int{{0, 1}, {1, 2}, {2, 3}})
	for _, v := range l.vertices {
		assert.InDelta(t, l.vertices[0].at, v.at, 0.5)
	}
}

// Two chains side by side, listed so that a naive order crosses them.
func TestNoNeedlessCrossings(t *testing.T) {
	sizes := []float64{10, 10, 10, 10, 10, 10}
	l := newLayout(sizes, sizes, [][2]int{{0, 3}, {1, 2}, {2, 5}, {3, 4}, {0, 4}})
	assert.Zero(t, l.crossings())
}
