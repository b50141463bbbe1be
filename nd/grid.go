package nd

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
)

// Grid cuts a shape into chunks. Each axis is cut on its own, into lengths
// that are mostly equal; a chunk is named by its coordinate along every axis.
//
// An axis is a short list of segments, each a formula (see segment), so that a
// grid of 10^12 chunks, sliced with any step or concatenated from many parts,
// takes a few words, and every question is arithmetic. There are no empty
// chunks: an axis of length 0 has none at all, and a 0-d grid has exactly one.
//
// The zero Grid is the 0-d grid. Grids are immutable and safe to share.
type Grid struct {
	axes []gridAxis
}

// segment is a run of equal chunks of size indices seen through a start and a
// step: index i of the segment lies at start+i*step of the run and belongs to
// its chunk (start+i*step)/size. 0 <= start < size and 1 <= step <= size hold,
// which leaves no chunk empty; a backward view is stored as its mirror image.
type segment struct {
	size, start, step, n int
}

// gridAxis is one axis: its segments with running totals of indices and chunks
// before each (one more entry than segments).
type gridAxis struct {
	segs   []segment
	first  []int // index of the segment's first element; last entry: length
	chunk0 []int // number of the segment's first chunk; last entry: chunks
}

func (s segment) chunks() int { return s.chunkOf(s.n-1) + 1 }

func (s segment) chunkOf(i int) int { return (s.start + i*s.step) / s.size }

// lower returns the first index of chunk c.
func (s segment) lower(c int) int {
	p := c*s.size - s.start
	if p <= 0 {
		return 0
	}
	return min((p+s.step-1)/s.step, s.n)
}

// canonical gives equal cuts the same numbers as far as is cheap.
func (s segment) canonical() segment {
	if s.step < 0 {
		s.start, s.step = s.size-1-s.start, -s.step
	}
	switch {
	case s.step >= s.size:
		return segment{1, 0, 1, s.n}
	case s.size%s.step == 0:
		s.start, s.size, s.step = s.start/s.step, s.size/s.step, 1
	}
	if s.start+(s.n-1)*s.step < s.size { // a single chunk
		return segment{s.n, 0, 1, s.n}
	}
	return s
}

func newGridAxis(segs []segment) gridAxis {
	a := gridAxis{first: []int{0}, chunk0: []int{0}}
	for _, s := range segs {
		if s.n == 0 {
			continue
		}
		s = s.canonical()
		if k := len(a.segs) - 1; k >= 0 {
			if p := a.segs[k]; p.step == 1 && p.start == 0 && p.n%p.size == 0 && s.step == 1 && s.start == 0 &&
				(p.size == s.size || (s.n < p.size && s.size == s.n)) {
				p.n += s.n
				a.segs[k] = p
				a.first[k+1] = a.first[k] + p.n
				a.chunk0[k+1] = a.chunk0[k] + p.chunks()
				continue
			}
		}
		a.segs = append(a.segs, s)
		a.first = append(a.first, a.first[len(a.first)-1]+s.n)
		a.chunk0 = append(a.chunk0, a.chunk0[len(a.chunk0)-1]+s.chunks())
	}
	return a
}

func (a gridAxis) len() int    { return a.first[len(a.first)-1] }
func (a gridAxis) chunks() int { return a.chunk0[len(a.chunk0)-1] }

// find returns the segment k for which tab[k] <= v < tab[k+1].
func find(tab []int, v int) int {
	if len(tab) == 2 {
		return 0
	}
	return sort.SearchInts(tab, v+1) - 1
}

func (a gridAxis) chunkOf(i int) int {
	k := find(a.first, i)
	return a.chunk0[k] + a.segs[k].chunkOf(i-a.first[k])
}

// bounds returns the half-open range of indices of chunk c.
func (a gridAxis) bounds(c int) (lo, hi int) {
	k := find(a.chunk0, c)
	s, c := a.segs[k], c-a.chunk0[k]
	return a.first[k] + s.lower(c), a.first[k] + s.lower(c+1)
}

// view returns the axis as seen through n indices start, start+step, …
func (a gridAxis) view(start, step, n int) gridAxis {
	if n == 0 {
		return newGridAxis(nil)
	}
	var segs []segment
	for i := 0; i < n; {
		p := start + i*step
		k := find(a.first, p)
		s := a.segs[k]
		var m int // how many of the remaining indices fall into this segment
		if step > 0 {
			m = (a.first[k+1] - 1 - p) / step
		} else {
			m = (p - a.first[k]) / -step
		}
		m = min(m+1, n-i)
		pos := s.start + (p-a.first[k])*s.step
		segs = append(segs, segment{s.size, pos % s.size, s.step * step, m})
		i += m
	}
	return newGridAxis(segs)
}

// NewGrid cuts shape into chunks of the given lengths, the last one along an
// axis being what is left. A chunk longer than its axis, or -1, means the whole
// axis.
func NewGrid(shape, chunk []int) (Grid, error) {
	if len(shape) != len(chunk) {
		return Grid{}, errf("NewGrid", ErrChunks, "chunk shape %v has %d axes, shape %v has %d", chunk, len(chunk), shape, len(shape))
	}
	axes := make([]gridAxis, len(shape))
	for i, n := range shape {
		c := chunk[i]
		if c == -1 {
			c = max(n, 1)
		}
		if c < 1 {
			return Grid{}, errf("NewGrid", ErrChunks, "chunk length %d along axis %d; it must be at least 1, or -1 for the whole axis", chunk[i], i)
		}
		if n < 0 {
			return Grid{}, errf("NewGrid", ErrShape, "shape %v has a negative length", shape)
		}
		axes[i] = newGridAxis([]segment{{min(c, max(n, 1)), 0, 1, n}})
	}
	return checkGrid(axes)
}

// NewGridSizes cuts every axis into the listed lengths.
func NewGridSizes(sizes [][]int) (Grid, error) {
	axes := make([]gridAxis, len(sizes))
	for i, list := range sizes {
		var segs []segment
		total := 0
		for _, n := range list {
			if n < 1 {
				return Grid{}, errf("NewGridSizes", ErrChunks, "chunk length %d along axis %d; it must be at least 1", n, i)
			}
			if n > 1<<62-total {
				return Grid{}, errf("NewGridSizes", ErrOverflow, "axis %d is longer than 2^62", i)
			}
			total += n
			if k := len(segs) - 1; k >= 0 && segs[k].size == n {
				segs[k].n += n
				continue
			}
			segs = append(segs, segment{n, 0, 1, n})
		}
		axes[i] = newGridAxis(segs)
	}
	return checkGrid(axes)
}

// checkGrid refuses more elements or chunks than int can count.
func checkGrid(axes []gridAxis) (Grid, error) {
	g := Grid{axes}
	if _, err := SizeOf(g.Shape()); err != nil {
		return Grid{}, err
	}
	return g, nil
}

// NDim returns the number of axes.
func (g Grid) NDim() int { return len(g.axes) }

// Shape returns the lengths of the axes.
func (g Grid) Shape() []int {
	s := make([]int, len(g.axes))
	for i, a := range g.axes {
		s[i] = a.len()
	}
	return s
}

// NumChunks returns the number of chunks along each axis.
func (g Grid) NumChunks() []int {
	s := make([]int, len(g.axes))
	for i, a := range g.axes {
		s[i] = a.chunks()
	}
	return s
}

// Len returns the number of chunks: 1 for a 0-d grid, 0 where an axis has length 0.
func (g Grid) Len() int {
	n := 1
	for _, a := range g.axes {
		n *= a.chunks()
	}
	return n
}

// Coord returns the coordinate of the i-th chunk in C order.
func (g Grid) Coord(i int) []int {
	c := make([]int, len(g.axes))
	for k := len(c) - 1; k >= 0; k-- {
		n := g.axes[k].chunks()
		c[k], i = i%n, i/n
	}
	return c
}

// Index returns the place of a chunk in C order.
func (g Grid) Index(coord []int) int {
	i := 0
	for k, a := range g.axes {
		i = i*a.chunks() + coord[k]
	}
	return i
}

// Contains reports whether coord names a chunk of the grid.
func (g Grid) Contains(coord []int) bool {
	if len(coord) != len(g.axes) {
		return false
	}
	for k, a := range g.axes {
		if coord[k] < 0 || coord[k] >= a.chunks() {
			return false
		}
	}
	return true
}

// Box returns the indices a chunk covers. coord must be in the grid.
func (g Grid) Box(coord []int) Box {
	v := make([]int, 2*len(coord))
	b := Box{v[:len(coord):len(coord)], v[len(coord):]}
	for k, a := range g.axes {
		lo, hi := a.bounds(coord[k])
		b.Start[k], b.Shape[k] = lo, hi-lo
	}
	return b
}

// Bounds returns the half-open range of indices of chunk c along axis k.
func (g Grid) Bounds(k, c int) (lo, hi int) { return g.axes[k].bounds(c) }

// ChunkOf returns the chunk along axis k that holds index i.
func (g Grid) ChunkOf(k, i int) int { return g.axes[k].chunkOf(i) }

// Cover returns the box of chunk coordinates whose chunks meet b; empty where b is.
func (g Grid) Cover(b Box) Box {
	v := make([]int, 2*len(g.axes))
	c := Box{v[:len(g.axes):len(g.axes)], v[len(g.axes):]}
	for k, a := range g.axes {
		if b.Shape[k] == 0 {
			continue
		}
		c.Start[k] = a.chunkOf(b.Start[k])
		c.Shape[k] = a.chunkOf(b.Stop(k)-1) - c.Start[k] + 1
	}
	return c
}

// Boxes ranges over all chunks in C order.
func (g Grid) Boxes() iter.Seq2[[]int, Box] {
	return func(yield func([]int, Box) bool) {
		for i := range g.Len() {
			c := g.Coord(i)
			if !yield(c, g.Box(c)) {
				return
			}
		}
	}
}

// MaxChunk returns a shape that every chunk fits into: the largest length along
// every axis, or a little more where a view cuts all chunks short; 0 for an axis
// of length 0.
func (g Grid) MaxChunk() []int {
	m := make([]int, len(g.axes))
	for k, a := range g.axes {
		for _, s := range a.segs {
			m[k] = max(m[k], min((s.size+s.step-1)/s.step, s.n))
		}
	}
	return m
}

// Regular returns the chunk shape from which NewGrid makes this very grid, and
// whether there is one.
func (g Grid) Regular() ([]int, bool) {
	c := make([]int, len(g.axes))
	for k, a := range g.axes {
		switch {
		case len(a.segs) == 0:
			c[k] = 1
		case len(a.segs) == 1 && a.segs[0].start == 0 && a.segs[0].step == 1:
			c[k] = a.segs[0].size
		default:
			return nil, false
		}
	}
	return c, true
}

// Sizes ranges over the lengths of the chunks along axis k.
func (g Grid) Sizes(k int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for c := range g.axes[k].chunks() {
			lo, hi := g.axes[k].bounds(c)
			if !yield(hi - lo) {
				return
			}
		}
	}
}

// Equal reports whether both grids cut the same shape at the same places. It
// compares formulas: two irregular grids written differently may count as
// different though they are not.
func (g Grid) Equal(h Grid) bool {
	return slices.EqualFunc(g.axes, h.axes, func(a, b gridAxis) bool { return slices.Equal(a.segs, b.segs) })
}

// EqualAxis reports whether axis k of g is cut like axis j of h, see Equal.
func (g Grid) EqualAxis(k int, h Grid, j int) bool {
	return slices.Equal(g.axes[k].segs, h.axes[j].segs)
}

// Axis returns the 1-d grid of axis k.
func (g Grid) Axis(k int) Grid { return Grid{g.axes[k : k+1 : k+1]} }

// ViewAxis returns the 1-d grid of axis k seen through n indices start,
// start+step, …, which must lie on the axis.
func (g Grid) ViewAxis(k, start, step, n int) Grid {
	return Grid{[]gridAxis{g.axes[k].view(start, step, n)}}
}

// JoinGrids returns the grid that has the axes of all the given ones, in order.
func JoinGrids(gs ...Grid) (Grid, error) {
	var axes []gridAxis
	for _, g := range gs {
		axes = append(axes, g.axes...)
	}
	return checkGrid(axes)
}

// ReplaceAxis returns the grid that has the 1-d grid axis in place of axis k.
func (g Grid) ReplaceAxis(k int, axis Grid) (Grid, error) {
	axes := slices.Clone(g.axes)
	axes[k] = axis.axes[0]
	return checkGrid(axes)
}

// ConcatGrids returns the 1-d grid of 1-d grids laid end to end.
func ConcatGrids(gs ...Grid) Grid {
	var segs []segment
	for _, g := range gs {
		segs = append(segs, g.axes[0].segs...)
	}
	return Grid{[]gridAxis{newGridAxis(segs)}}
}

// String writes the chunk shape "(100, 181, 360)"; an irregular axis is a list
// of lengths, cut short: "(3 3 5 …, 360)".
func (g Grid) String() string {
	parts := make([]string, len(g.axes))
	for k := range g.axes {
		if c, ok := g.Axis(k).Regular(); ok {
			parts[k] = fmt.Sprint(c[0])
			continue
		}
		var p []string
		for n := range g.Sizes(k) {
			if len(p) == 3 {
				p = append(p, "…")
				break
			}
			p = append(p, fmt.Sprint(n))
		}
		parts[k] = strings.Join(p, " ")
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// MarshalJSON writes the grid as a list per axis of segments [size, start, step, n].
func (g Grid) MarshalJSON() ([]byte, error) {
	doc := make([][][4]int, len(g.axes))
	for k, a := range g.axes {
		doc[k] = [][4]int{}
		for _, s := range a.segs {
			doc[k] = append(doc[k], [4]int{s.size, s.start, s.step, s.n})
		}
	}
	return json.Marshal(doc)
}

// UnmarshalJSON reads what MarshalJSON wrote and checks it.
func (g *Grid) UnmarshalJSON(b []byte) error {
	var doc [][][4]int
	if err := json.Unmarshal(b, &doc); err != nil {
		return err
	}
	axes := make([]gridAxis, len(doc))
	for k, list := range doc {
		var segs []segment
		total := 0
		for _, v := range list {
			s := segment{v[0], v[1], v[2], v[3]}
			if s.size < 1 || s.start < 0 || s.start >= s.size || s.step < 1 || s.step > s.size || s.n < 1 ||
				s.size > 1<<62 || s.n > (1<<62-s.start)/s.step || total > 1<<62-s.n {
				return errf("UnmarshalJSON", ErrChunks, "segment %v along axis %d is not one of a grid", v, k)
			}
			total += s.n
			segs = append(segs, s)
		}
		axes[k] = newGridAxis(segs)
	}
	r, err := checkGrid(axes)
	*g = r
	return err
}
