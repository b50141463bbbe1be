package viz

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	labelSize  = 13.0 // type
	detailSize = 11.0
	edgeSize   = 10.0
	lineHeight = 1.35
	padX, padY = 12.0, 8.0 // inside a box
	margin     = 16.0
	layerGap   = 46.0 // between boxes of neighbouring layers
	portGap    = 9.0  // between arrows on one side of a box
	maxText    = 48   // characters of a line; the rest is in the tooltip
)

// SVG draws the graph as an SVG document. Edges that close a cycle point
// backwards; those from a node to itself are left out.
func SVG(g Graph, o Options) string {
	d := newDrawing(g, o)
	var b strings.Builder
	w, h := d.size()
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="Helvetica, Arial, sans-serif">`+"\n", w, h, w, h)
	b.WriteString(`<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0,0.8 L8,4 L0,7.2 z" fill="#5a6572"/></marker></defs>` + "\n")
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#ffffff"/>`+"\n", w, h)
	if o.Title != "" {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" font-size="%.0f" font-weight="bold" fill="#1f2933">%s</text>`+"\n", margin, margin+labelSize, labelSize+2, escape(o.Title))
	}
	if o.Scale != nil {
		d.scale(&b)
	}
	for i := range d.layout.paths {
		d.edge(&b, i)
	}
	for i := range d.nodes {
		d.node(&b, i)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// drawing is a graph with everything placed.
type drawing struct {
	o      Options
	nodes  []Node
	edges  []Edge
	layout *layout
	start  []float64    // of each layer along, relative to the first
	width  []float64    // of each layer along
	top    float64      // room for the title
	ports  [][2]float64 // of each path: how far off the centre it leaves and enters
}

func newDrawing(g Graph, o Options) *drawing {
	nodes, place := g.complete()
	d := &drawing{o: o, nodes: nodes, edges: g.Edges}
	if o.Title != "" {
		d.top = labelSize * 2
	}
	if o.Scale != nil {
		d.top += scaleHeight
	}
	along, across := make([]float64, len(nodes)), make([]float64, len(nodes))
	for i, n := range nodes {
		along[i], across[i] = boxSize(n)
		if o.TopDown {
			along[i], across[i] = across[i], along[i]
		}
	}
	pairs := make([][2]int, len(g.Edges))
	for i, e := range g.Edges {
		pairs[i] = [2]int{place[e.From], place[e.To]}
	}
	d.layout = newLayout(along, across, pairs)
	d.placeLayers()
	d.placePorts()
	return d
}

// boxSize returns width and height of a node's box.
func boxSize(n Node) (w, h float64) {
	w, h = textWidth(n.Label, labelSize)*1.12, labelSize*lineHeight // bold is wider
	for _, line := range n.Detail {
		w = max(w, textWidth(line, detailSize))
		h += detailSize * lineHeight
	}
	return math.Ceil(max(w, 36) + 2*padX), math.Ceil(h + 2*padY)
}

// textWidth estimates the width of a line in Helvetica or Arial.
func textWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range shorten(s) {
		switch {
		case strings.ContainsRune("ijlt.,:;'|!()[] fr-", r):
			w += 0.36
		case r >= 'A' && r <= 'Z' || strings.ContainsRune("mw%@×→", r):
			w += 0.76
		case r > 0x2e80: // East Asian
			w += 1.05
		default:
			w += 0.6
		}
	}
	return w * size
}

func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= maxText {
		return s
	}
	return string([]rune(s)[:maxText-1]) + "…"
}

// placeLayers sets the extent of each layer along, with room for edge labels.
func (d *drawing) placeLayers() {
	n := len(d.layout.layers)
	d.start, d.width = make([]float64, n), make([]float64, n)
	gap := make([]float64, n)
	for i := range gap {
		gap[i] = layerGap
	}
	for _, p := range d.layout.paths {
		if text := d.edges[p.edge].Label; text != "" && !d.o.TopDown {
			first := d.layout.vertices[p.via[0]].layer
			gap[first] = max(gap[first], textWidth(text, edgeSize)+32)
		}
	}
	at := 0.0
	for i, layer := range d.layout.layers {
		for _, v := range layer {
			d.width[i] = max(d.width[i], d.layout.vertices[v].along)
		}
		d.start[i] = at
		at += d.width[i] + gap[i]
	}
}

// placePorts spreads the arrows at one side of a box, in the order of where
// they go, so that they don't run into each other.
func (d *drawing) placePorts() {
	d.ports = make([][2]float64, len(d.layout.paths))
	type port struct {
		path int
		at   float64 // of the next vertex
	}
	sides := [2][][]port{make([][]port, len(d.layout.vertices)), make([][]port, len(d.layout.vertices))}
	for i, p := range d.layout.paths {
		n := len(p.via)
		sides[0][p.via[0]] = append(sides[0][p.via[0]], port{i, d.layout.vertices[p.via[1]].at})
		sides[1][p.via[n-1]] = append(sides[1][p.via[n-1]], port{i, d.layout.vertices[p.via[n-2]].at})
	}
	for side := range sides {
		for v, ports := range sides[side] {
			slices.SortStableFunc(ports, func(a, b port) int { return cmp.Compare(a.at, b.at) })
			k := float64(len(ports) - 1)
			gap := min(portGap, (d.layout.vertices[v].across-12)/max(k, 1))
			for i, p := range ports {
				d.ports[p.path][side] = (float64(i) - k/2) * gap
			}
		}
	}
}

// size returns the width and height of the picture.
func (d *drawing) size() (w, h float64) {
	along, across := 0.0, 0.0
	for _, v := range d.layout.vertices {
		along = max(along, d.start[v.layer]+d.width[v.layer])
		across = max(across, v.at+v.across/2)
	}
	if d.o.TopDown {
		along, across = across, along
	}
	title := textWidth(d.o.Title, labelSize+3)
	if s := d.o.Scale; s != nil {
		title = max(title, scaleWidth+textWidth(s.Of+s.Least+s.Greatest, detailSize)+4*padX)
	}
	return math.Ceil(max(along, title) + 2*margin), math.Ceil(across + 2*margin + d.top)
}

const (
	scaleWidth  = 120.0
	scaleHeight = 26.0
	scaleSteps  = 12
)

// scale draws what the colours mean, below the title.
func (d *drawing) scale(b *strings.Builder) {
	x, y := margin, margin+d.top-scaleHeight
	write := func(text string) {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="%.0f" fill="#52606d">%s</text>`+"\n", x, y+detailSize-1, detailSize, escape(text))
		x += textWidth(text, detailSize) + padX
	}
	write(d.o.Scale.Of)
	write(d.o.Scale.Least)
	for i := range scaleSteps {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.0f" fill="%s"/>`+"\n", x, y, scaleWidth/scaleSteps, detailSize, heat(float64(i)/(scaleSteps-1)))
		x += scaleWidth / scaleSteps
	}
	x += padX / 2
	write(d.o.Scale.Greatest)
}

// xy turns places along and across into those of the picture.
func (d *drawing) xy(along, across float64) (x, y float64) {
	if d.o.TopDown {
		along, across = across, along
	}
	return along + margin, across + margin + d.top
}

// box returns where a vertex begins and ends along: boxes stand in the middle
// of their layer, bends go through all of it.
func (d *drawing) box(v vertex) (from, to float64) {
	from, to = d.start[v.layer], d.start[v.layer]+d.width[v.layer]
	if v.node >= 0 {
		slack := (d.width[v.layer] - v.along) / 2
		return from + slack, to - slack
	}
	return from, to
}

func (d *drawing) edge(b *strings.Builder, i int) {
	p, ports := d.layout.paths[i], d.ports[i]
	point := func(along, across float64) string {
		x, y := d.xy(along, across)
		return fmt.Sprintf("%.1f,%.1f", x, y)
	}
	var line strings.Builder
	vs := d.layout.vertices
	last := len(p.via) - 1
	for i := range last {
		a, c := vs[p.via[i]], vs[p.via[i+1]]
		_, from := d.box(a)
		to, beyond := d.box(c)
		y0, y1 := a.at, c.at
		if i == 0 {
			y0 += ports[0]
			line.WriteString("M" + point(from, y0))
		}
		if i+1 == last {
			y1 += ports[1]
		}
		mid := (from + to) / 2
		line.WriteString(" C" + point(mid, y0) + " " + point(mid, y1) + " " + point(to, y1))
		if i+1 < last {
			line.WriteString(" L" + point(beyond, y1))
		}
	}
	end := `marker-end`
	if p.backward {
		end = `marker-start`
	}
	e := d.edges[p.edge]
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#5a6572" stroke-width="1.2" %s="url(#arrow)"><title>%s → %s</title></path>`+"\n", line.String(), end, escape(e.From), escape(e.To))
	if e.Label != "" {
		_, from := d.box(vs[p.via[0]])
		to, _ := d.box(vs[p.via[1]])
		x, y := d.xy((from+to)/2, (vs[p.via[0]].at+vs[p.via[1]].at)/2)
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="%.0f" text-anchor="middle" fill="#3e4c59" stroke="#ffffff" stroke-width="3" paint-order="stroke">%s</text>`+"\n", x, y-3, edgeSize, escape(shorten(e.Label)))
	}
}

func (d *drawing) node(b *strings.Builder, i int) {
	n, v := d.nodes[i], d.layout.vertices[i]
	w, h := boxSize(n)
	from, to := d.box(v)
	x, y := d.xy((from+to)/2, v.at)
	c := n.colours(d.o)
	fmt.Fprintf(b, `<g><title>%s</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="6" fill="%s" stroke="%s" stroke-width="1.2"/>`,
		escape(strings.Join(append([]string{n.Label}, n.Detail...), "\n")), x-w/2, y-h/2, w, h, c[0], c[1])
	line := y - h/2 + padY + labelSize
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="%.0f" font-weight="bold" text-anchor="middle" fill="#1f2933">%s</text>`, x, line, labelSize, escape(shorten(n.Label)))
	for _, text := range n.Detail {
		line += detailSize * lineHeight
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="%.0f" text-anchor="middle" fill="#52606d">%s</text>`, x, line, detailSize, escape(shorten(text)))
	}
	b.WriteString("</g>\n")
}

// escape makes text safe inside an element or an attribute.
func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // a strings.Builder does not fail
	}
	return b.String()
}
