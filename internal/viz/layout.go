package viz

import (
	"cmp"
	"math"
	"slices"
)

// The layout is Sugiyama's: nodes are put into layers by their longest path,
// edges over several layers are cut by bends (nodes without a box), layers are
// ordered to have few crossings, then everything is moved close to what it is
// joined with. "Along" is the direction of the arrows, "across" the other.

const (
	nodeGap = 22.0 // between boxes of a layer
	bendGap = 12.0 // where one of the two is a bend
	sweeps  = 12   // over all layers, to order them
	pulls   = 25   // likewise, to place what is in them
)

// vertex is a node of the graph or a bend of an edge.
type vertex struct {
	node          int     // in the list of nodes; -1: a bend
	layer         int     // along
	along, across float64 // size of the box
	at            float64 // its centre, across
	in, out       []int   // vertices it is joined with
}

// path is an edge as the vertices it runs through, from lower to higher layers.
type path struct {
	edge     int
	via      []int
	backward bool // the arrow is at the beginning
}

type layout struct {
	vertices []vertex
	layers   [][]int // vertices in their order across
	paths    []path
}

// newLayout places boxes of the given sizes; edges are pairs of nodes.
func newLayout(along, across []float64, edges [][2]int) *layout {
	l := &layout{}
	for i := range along {
		l.vertices = append(l.vertices, vertex{node: i, along: along[i], across: across[i]})
	}
	turned := l.rank(edges)
	for i, e := range edges {
		if e[0] == e[1] {
			continue // an edge from a node to itself has no direction to go
		}
		if turned[i] {
			e[0], e[1] = e[1], e[0]
		}
		l.addPath(i, e[0], e[1], turned[i])
	}
	l.layers = make([][]int, l.depth())
	l.fill()
	l.order()
	l.spread()
	return l
}

func (l *layout) depth() int {
	d := 0
	for _, v := range l.vertices {
		d = max(d, v.layer+1)
	}
	return d
}

// rank sets the layer of every node to its longest path from the start, then
// moves nodes without predecessors next to their first successor. Edges that
// would close a cycle are reported as turned.
func (l *layout) rank(edges [][2]int) (turned []bool) {
	turned = make([]bool, len(edges))
	out := make([][]int, len(l.vertices)) // edges by origin
	for i, e := range edges {
		out[e[0]] = append(out[e[0]], i)
	}
	var post []int // depth first, children before parents
	state := make([]int, len(l.vertices))
	var visit func(v int)
	visit = func(v int) {
		state[v] = 1
		for _, i := range out[v] {
			switch w := edges[i][1]; state[w] {
			case 0:
				visit(w)
			case 1:
				turned[i] = true
			}
		}
		state[v] = 2
		post = append(post, v)
	}
	for v := range l.vertices {
		if state[v] == 0 {
			visit(v)
		}
	}
	ends := func(i int) (from, to int) {
		if turned[i] {
			return edges[i][1], edges[i][0]
		}
		return edges[i][0], edges[i][1]
	}
	into := make([][]int, len(l.vertices))
	next := make([][]int, len(l.vertices))
	for i, e := range edges {
		if e[0] == e[1] {
			continue
		}
		from, to := ends(i)
		into[to] = append(into[to], from)
		next[from] = append(next[from], to)
	}
	slices.Reverse(post)
	for _, v := range post {
		for _, w := range into[v] {
			l.vertices[v].layer = max(l.vertices[v].layer, l.vertices[w].layer+1)
		}
	}
	for _, v := range post {
		if len(into[v]) == 0 && len(next[v]) > 0 {
			layer := math.MaxInt
			for _, w := range next[v] {
				layer = min(layer, l.vertices[w].layer-1)
			}
			l.vertices[v].layer = layer
		}
	}
	return turned
}

// addPath joins two nodes through a bend in every layer between them.
func (l *layout) addPath(edge, from, to int, backward bool) {
	p := path{edge: edge, via: []int{from}, backward: backward}
	for layer := l.vertices[from].layer + 1; layer < l.vertices[to].layer; layer++ {
		l.vertices = append(l.vertices, vertex{node: -1, layer: layer})
		p.via = append(p.via, len(l.vertices)-1)
	}
	p.via = append(p.via, to)
	for i := 1; i < len(p.via); i++ {
		a, b := p.via[i-1], p.via[i]
		l.vertices[a].out = append(l.vertices[a].out, b)
		l.vertices[b].in = append(l.vertices[b].in, a)
	}
	l.paths = append(l.paths, p)
}

// fill puts the vertices into their layers, depth first from the last layer
// back, so that what belongs together begins together.
func (l *layout) fill() {
	seen := make([]bool, len(l.vertices))
	var visit func(v int)
	visit = func(v int) {
		if seen[v] {
			return
		}
		seen[v] = true
		for _, w := range l.vertices[v].in {
			visit(w)
		}
		l.layers[l.vertices[v].layer] = append(l.layers[l.vertices[v].layer], v)
	}
	for v := range l.vertices {
		if len(l.vertices[v].out) == 0 {
			visit(v)
		}
	}
}

// order sorts layers by the mean place of neighbours, forth and back, and
// keeps the order with the fewest crossings.
func (l *layout) order() {
	best, fewest := l.copyLayers(), l.crossings()
	for s := 0; s < sweeps && fewest > 0; s++ {
		for i := range l.layers {
			if s%2 == 0 {
				l.sortLayer(l.layers[i], func(v int) []int { return l.vertices[v].in })
			} else {
				l.sortLayer(l.layers[len(l.layers)-1-i], func(v int) []int { return l.vertices[v].out })
			}
		}
		if c := l.crossings(); c < fewest {
			best, fewest = l.copyLayers(), c
		}
	}
	l.layers = best
}

func (l *layout) copyLayers() [][]int {
	c := make([][]int, len(l.layers))
	for i := range c {
		c[i] = slices.Clone(l.layers[i])
	}
	return c
}

// places returns where every vertex stands in its layer.
func (l *layout) places() []int {
	p := make([]int, len(l.vertices))
	for _, layer := range l.layers {
		for i, v := range layer {
			p[v] = i
		}
	}
	return p
}

func (l *layout) sortLayer(layer []int, neighbours func(v int) []int) {
	place := l.places()
	mean := make([]float64, len(l.vertices))
	for _, v := range layer {
		mean[v] = float64(place[v])
		if ns := neighbours(v); len(ns) > 0 {
			sum := 0
			for _, n := range ns {
				sum += place[n]
			}
			mean[v] = float64(sum) / float64(len(ns))
		}
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
}

func (l *layout) crossings() int {
	n, place := 0, l.places()
	for _, layer := range l.layers {
		var ends []int // places of far ends of the edges of vertices before
		for _, v := range layer {
			out := l.vertices[v].out
			for _, w := range out {
				for _, e := range ends {
					if e > place[w] {
						n++
					}
				}
			}
			for _, w := range out {
				ends = append(ends, place[w])
			}
		}
	}
	return n
}

// spread sets the places across: layer by layer, forth and back, each vertex
// goes as close to its neighbours as the order and the gaps allow.
func (l *layout) spread() {
	for _, layer := range l.layers {
		for i := 1; i < len(layer); i++ {
			l.vertices[layer[i]].at = l.vertices[layer[i-1]].at + l.gap(layer[i-1], layer[i])
		}
	}
	for s := range pulls {
		for i := range l.layers {
			layer, joined := l.layers[i], func(v vertex) []int { return v.in }
			if s%2 == 1 {
				layer, joined = l.layers[len(l.layers)-1-i], func(v vertex) []int { return v.out }
			}
			if s == pulls-3 || s == pulls-2 { // towards the end both sides count
				joined = func(v vertex) []int { return append(slices.Clone(v.in), v.out...) }
			}
			l.pull(layer, joined)
		}
	}
	low := math.Inf(1)
	for _, v := range l.vertices {
		low = min(low, v.at-v.across/2)
	}
	for i := range l.vertices {
		l.vertices[i].at -= low
	}
}

// gap is the least distance of the centres of neighbours in a layer.
func (l *layout) gap(a, b int) float64 {
	g := nodeGap
	if l.vertices[a].node < 0 || l.vertices[b].node < 0 {
		g = bendGap
	}
	return (l.vertices[a].across+l.vertices[b].across)/2 + g
}

// pull moves the vertices of a layer to the mean of those they are joined
// with, or as near as gaps allow: the weighted least squares under an order,
// found by pooling adjacent violators. Straight bends weigh more.
func (l *layout) pull(layer []int, joined func(vertex) []int) {
	type pool struct{ sum, weight, count float64 }
	var pools []pool
	shift := make([]float64, len(layer)) // of each vertex against the first, when all are packed
	for i, v := range layer {
		if i > 0 {
			shift[i] = shift[i-1] + l.gap(layer[i-1], v)
		}
		want, weight := l.vertices[v].at, 0.1
		if ns := joined(l.vertices[v]); len(ns) > 0 {
			want, weight = 0, 1
			for _, n := range ns {
				want += l.vertices[n].at / float64(len(ns))
			}
			if l.vertices[v].node < 0 {
				weight = 4
			}
		}
		p := pool{(want - shift[i]) * weight, weight, 1}
		for len(pools) > 0 && pools[len(pools)-1].sum/pools[len(pools)-1].weight >= p.sum/p.weight {
			q := pools[len(pools)-1]
			p = pool{p.sum + q.sum, p.weight + q.weight, p.count + q.count}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	i := 0
	for _, p := range pools {
		for range int(p.count) {
			l.vertices[layer[i]].at = p.sum/p.weight + shift[i]
			i++
		}
	}
}
