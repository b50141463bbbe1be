package nd_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
)

// axisModel is an axis as a plain list: which chunk each index belongs to. It
// is slow and obviously right.
type axisModel []int

func (m axisModel) view(start, step, n int) axisModel {
	v := make(axisModel, n)
	for i := range v {
		v[i] = m[start+i*step]
	}
	return v
}

// sizes returns the lengths of the runs of equal chunks.
func (m axisModel) sizes() []int {
	var s []int
	for i := range m {
		if i == 0 || m[i] != m[i-1] {
			s = append(s, 0)
		}
		s[len(s)-1]++
	}
	return s
}

func modelOf(sizes []int) axisModel {
	var m axisModel
	for c, n := range sizes {
		for range n {
			m = append(m, c)
		}
	}
	return m
}

// drawAxis draws a 1-d grid, viewed and joined at random, with its model.
func drawAxis(t *rapid.T, depth int) (nd.Grid, axisModel) {
	var g nd.Grid
	var m axisModel
	switch kind := rapid.IntRange(0, 3+depth).Draw(t, "kind"); {
	case kind == 0: // irregular
		sizes := rapid.SliceOfN(rapid.IntRange(1, 6), 0, 8).Draw(t, "sizes")
		g, m = nd.Must(nd.NewGridSizes([][]int{sizes})), modelOf(sizes)
	case kind <= 3 || depth == 0:
		n, c := rapid.IntRange(0, 40).Draw(t, "length"), rapid.IntRange(1, 12).Draw(t, "chunk")
		g = nd.Must(nd.NewGrid([]int{n}, []int{c}))
		for i := range n {
			m = append(m, i/c)
		}
	case kind == 4:
		g1, m1 := drawAxis(t, depth-1)
		g2, m2 := drawAxis(t, depth-1)
		g, m = nd.ConcatGrids(g1, g2), slices.Clone(m1)
		for _, c := range m2 {
			m = append(m, c+1000*(depth+1)) // never the same chunk as one of m1
		}
		m = modelOf(m.sizes())
	default:
		g, m = drawAxis(t, depth-1)
	}
	for range rapid.IntRange(0, depth).Draw(t, "views") {
		if len(m) == 0 {
			break
		}
		start, step := rapid.IntRange(0, len(m)-1).Draw(t, "start"), rapid.IntRange(1, 7).Draw(t, "step")
		room := (len(m)-1-start)/step + 1
		if rapid.Bool().Draw(t, "backwards") {
			room, step = start/step+1, -step
		}
		n := rapid.IntRange(0, room).Draw(t, "n")
		g, m = g.ViewAxis(0, start, step, n), m.view(start, step, n)
	}
	return g, m
}

func TestGridAxisAgainstList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, m := drawAxis(t, 3)
		sizes := m.sizes()
		require.Equal(t, []int{len(m)}, g.Shape())
		require.Equal(t, []int{len(sizes)}, g.NumChunks())
		require.Equal(t, sizes, slices.Collect(g.Sizes(0)))
		lo, longest := 0, 0
		for c, n := range sizes {
			l, h := g.Bounds(0, c)
			require.Equal(t, [2]int{lo, lo + n}, [2]int{l, h}, "chunk %d", c)
			for i := l; i < h; i++ {
				require.Equal(t, c, g.ChunkOf(0, i), "index %d", i)
			}
			lo, longest = h, max(longest, n)
		}
		require.GreaterOrEqual(t, g.MaxChunk()[0], longest)
		require.LessOrEqual(t, g.MaxChunk()[0], len(m))
		if c, ok := g.Regular(); ok {
			require.True(t, g.Equal(nd.Must(nd.NewGrid(g.Shape(), c))))
		}
		if len(m) > 0 {
			a := rapid.IntRange(0, len(m)-1).Draw(t, "from")
			b := rapid.IntRange(a+1, len(m)).Draw(t, "to")
			cover := g.Cover(nd.Box{Start: []int{a}, Shape: []int{b - a}})
			require.Equal(t, g.ChunkOf(0, a), cover.Start[0])
			require.Equal(t, g.ChunkOf(0, b-1)+1, cover.Stop(0))
			require.True(t, g.Equal(g.ViewAxis(0, 0, 1, len(m))), "the whole view of %v", g)
		}
		require.Equal(t, 0, g.ViewAxis(0, 0, 1, 0).Len())
	})
}

func TestGridBoxesTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts []nd.Grid
		for range rapid.IntRange(0, 3).Draw(t, "ndim") {
			g, _ := drawAxis(t, 1)
			parts = append(parts, g)
		}
		g := nd.Must(nd.JoinGrids(parts...))
		seen := make(map[string]bool)
		elements, i := 0, 0
		for c, b := range g.Boxes() {
			require.True(t, g.Contains(c))
			require.Equal(t, i, g.Index(c))
			require.Equal(t, c, g.Coord(i))
			require.NotContains(t, seen, b.String())
			seen[b.String()] = true
			for k := range c {
				require.Positive(t, b.Shape[k])
				require.LessOrEqual(t, b.Shape[k], g.MaxChunk()[k])
			}
			elements += b.Size()
			i++
		}
		require.Equal(t, g.Len(), i)
		require.Equal(t, nd.Must(nd.SizeOf(g.Shape())), elements)
		for k, p := range parts {
			require.True(t, g.EqualAxis(k, p, 0))
			require.True(t, g.Axis(k).Equal(p))
		}
	})
}

func TestGridOfManyChunks(t *testing.T) {
	g := nd.Must(nd.NewGrid([]int{1 << 40, 3}, []int{1, -1}))
	assert.Equal(t, 1<<40, g.Len())
	assert.Equal(t, "(1, 3)", g.String())
	v := g.ViewAxis(0, 1<<40-1, -3, 1<<38)
	assert.Equal(t, []int{1 << 38}, v.NumChunks())
	g = nd.Must(nd.NewGrid([]int{1e15}, []int{1000}))
	assert.Equal(t, int(1e12), g.Len())
	assert.Equal(t, int(1e12)-1, g.ChunkOf(0, 1e15-1))
	v = g.ViewAxis(0, 1e15-7, -3, 1e14)
	lo, hi := v.Bounds(0, 1)
	assert.Equal(t, [2]int{332, 665}, [2]int{lo, hi})
	assert.Equal(t, []int{(6+int(1e14-1)*3)/1000 + 1}, v.NumChunks())
	assert.Equal(t, []int{334}, v.MaxChunk())
}

func TestGridEdges(t *testing.T) {
	var zero nd.Grid
	assert.Equal(t, 1, zero.Len())
	assert.Equal(t, "()", zero.String())
	assert.True(t, zero.Contains([]int{}))
	assert.Equal(t, 1, zero.Box([]int{}).Size())
	for range zero.Boxes() {
		break
	}

	empty := nd.Must(nd.NewGrid([]int{0, 5}, []int{4, 2}))
	assert.Equal(t, 0, empty.Len())
	assert.Equal(t, []int{0, 3}, empty.NumChunks())
	assert.Equal(t, []int{0, 2}, empty.MaxChunk())
	assert.False(t, empty.Contains([]int{0, 0}))
	assert.False(t, empty.Contains([]int{0}))
	assert.Equal(t, 0, empty.Cover(nd.Box{Start: []int{0, 0}, Shape: []int{0, 5}}).Size())

	irregular := nd.Must(nd.NewGridSizes([][]int{{3, 3, 5}, {1, 2, 3, 4}, {4, 4, 1}}))
	assert.Equal(t, "(3 3 5, 1 2 3 …, 4)", irregular.String())
	_, ok := irregular.Regular()
	assert.False(t, ok)
	assert.False(t, irregular.Equal(empty))

	for _, bad := range []struct {
		err  error
		call func() (nd.Grid, error)
	}{
		{nd.ErrChunks, func() (nd.Grid, error) { return nd.NewGrid([]int{3}, []int{0}) }},
		{nd.ErrChunks, func() (nd.Grid, error) { return nd.NewGrid([]int{3}, []int{-2}) }},
		{nd.ErrChunks, func() (nd.Grid, error) { return nd.NewGrid([]int{3}, []int{1, 1}) }},
		{nd.ErrShape, func() (nd.Grid, error) { return nd.NewGrid([]int{-3}, []int{1}) }},
		{nd.ErrOverflow, func() (nd.Grid, error) { return nd.NewGrid([]int{1 << 40, 1 << 40}, []int{1 << 39, 1 << 39}) }},
		{nd.ErrChunks, func() (nd.Grid, error) { return nd.NewGridSizes([][]int{{3, 0}}) }},
		{nd.ErrOverflow, func() (nd.Grid, error) {
			return nd.NewGridSizes([][]int{{math.MaxInt / 2, math.MaxInt / 2, math.MaxInt / 2, math.MaxInt / 2, 7}})
		}},
	} {
		_, err := bad.call()
		assert.ErrorIs(t, err, bad.err)
	}
}
