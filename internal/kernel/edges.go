package kernel

import (
	"fmt"
	"math"
)

// Edges finds the places of numbers among others that ascend. Their range is cut
// into cells of one width, which say between which edges to look: where these are
// about as far from each other, there are few.
type Edges struct {
	at          []float64
	first, last float64
	scale       float64 // cells by width; 0 where one cell has all
	before      []int32 // edges in the cells before each, and in all
}

// maxEdges bounds the edges, whose places are kept in 32 bits.
const maxEdges = math.MaxInt32

// CheckEdges returns an error unless there are so many edges or more that ascend, and
// none is NaN.
func CheckEdges(edges []float64, least int) error {
	if len(edges) < least || len(edges) > maxEdges {
		return fmt.Errorf("%d edges, want %d or more", len(edges), least)
	}
	for i, e := range edges {
		if e != e || i > 0 && e < edges[i-1] {
			return fmt.Errorf("edge %d is %v in %v: edges ascend", i, e, edges[max(i-1, 0):i+1])
		}
	}
	return nil
}

// NewEdges takes edges that CheckEdges accepts, one at least.
func NewEdges(edges []float64) *Edges {
	n := len(edges) - 1
	cells := max(min(n, 1<<16), 1)
	b := &Edges{at: edges, first: edges[0], last: edges[n], before: make([]int32, cells+1)}
	if width := b.last - b.first; width > 0 && width <= math.MaxFloat64 && float64(cells)/width <= math.MaxFloat64 {
		b.scale = float64(cells) / width
	}
	for i, e := range edges {
		b.before[b.cell(e)+1] = int32(i + 1)
	}
	for c := 1; c <= cells; c++ {
		b.before[c] = max(b.before[c], b.before[c-1])
	}
	return b
}

// cell rises with v, so that an edge in a cell before is less and one in a cell
// behind is more.
func (b *Edges) cell(v float64) int {
	if b.scale == 0 {
		return 0
	}
	return min(int((v-b.first)*b.scale), len(b.before)-2)
}

// Bin returns the bin of a number: i from edge i up to the next, which belongs to
// the next bin except in the last. Beyond the edges, and for NaN, ok is false.
func (b *Edges) Bin(v float64) (i int, ok bool) {
	if !(v >= b.first && v <= b.last) {
		return 0, false
	}
	return min(b.find(v), len(b.at)-1) - 1, true
}

// NotAbove returns how many edges are not above v, all for NaN.
func (b *Edges) NotAbove(v float64) int {
	switch {
	case v < b.first:
		return 0
	case v < b.last:
		return b.find(v)
	}
	return len(b.at)
}

// Below returns how many edges are below v, all for NaN.
func (b *Edges) Below(v float64) int {
	i := b.NotAbove(v)
	for i > 0 && b.at[i-1] == v {
		i--
	}
	return i
}

// find is NotAbove of a number from the first edge to the last.
func (b *Edges) find(v float64) int {
	c := b.cell(v)
	i, n := int(b.before[c]), int(b.before[c+1]-b.before[c])
	for ; n > 4; n -= n / 2 {
		if b.at[i+n/2-1] <= v {
			i += n / 2
		}
	}
	for ; n > 0 && b.at[i] <= v; n-- {
		i++
	}
	return i
}
