package chunkgrid_test

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/ufunc"
)

//go:embed testdata/overlap.txt
var overlapped string // by dask, see testdata/overlap.py

var boundaries = map[string]chunkgrid.Boundary{"none": chunkgrid.NoBoundary, "reflect": chunkgrid.Reflect, "periodic": chunkgrid.Periodic,
	"nearest": chunkgrid.Nearest, "7": chunkgrid.Filled(int64(7))}

func long() *nd.Array[int64] {
	v := make([]int64, 120)
	for i, x := range integers() {
		v[i] = int64(x)
	}
	return nd.Must(nd.FromSlice(v, 4, 5, 6))
}

// TestMapOverlap adds the sum of what a chunk is given to it, as dask does.
func TestMapOverlap(t *testing.T) {
	chunks := map[string]nd.Chunks{"(4 5 6)": cuts[0], "((1 3) (2 2 1) (3 3))": nd.Lists([][]int{{1, 3}, {2, 2, 1}, {3, 3}}), "(2 3 2)": nd.Sizes(2, 3, 2)}
	depths := map[string][]int{"(1 0 2)": {1, 0, 2}, "(0 1 1)": {0, 1, 1}, "(1 1 1)": {1, 1, 1}}
	cases := 0
	for line := range strings.Lines(overlapped) {
		name, want, _ := strings.Cut(strings.TrimSpace(line), ": ")
		last, before := strings.LastIndex(name, " "), strings.LastIndex(name, " (")
		c, depth, boundary := name[:before], name[before+1:last], name[last+1:]
		x := chunkgrid.FromND(long(), chunks[c])
		require.Contains(t, boundaries, boundary)
		y := chunkgrid.MapOverlap(x, depths[depth], boundaries[boundary], func(c *nd.Array[int64]) (*nd.Array[int64], error) {
			sum := int64(0)
			for _, v := range c.Copy().Data() {
				sum += v
			}
			r := c.Copy()
			for i := range r.Data() {
				r.Data()[i] += sum
			}
			return r, nil
		})
		for _, workers := range []int{1, 3} {
			got, err := ufunc.Cast[int16](y).Compute(t.Context(), chunkgrid.Workers(workers), chunkgrid.Memory(1<<20))
			require.NoError(t, err, name)
			assert.Equal(t, want, fmt.Sprintf("%x", got.Bytes()), name)
		}
		cases++
	}
	assert.Equal(t, 45, cases)
}

// TestMapOverlapReads: a function may return the part that is the chunk's, and
// chunks are decoded once where memory has room for those beside each other.
func TestMapOverlapReads(t *testing.T) {
	x, counted := stored(t, long(), 1, 5, 2)
	y := chunkgrid.MapOverlap(x, []int{0, 0, 1}, chunkgrid.Periodic, func(c *nd.Array[int64]) (*nd.Array[int64], error) {
		l, m, r := nd.Must(c.SliceText("..., :-2")), nd.Must(c.SliceText("..., 1:-1")), nd.Must(c.SliceText("..., 2:"))
		l, m, r = l.Copy(), m.Copy(), r.Copy()
		for i := range m.Data() {
			m.Data()[i] = l.Data()[i] - 2*m.Data()[i] + r.Data()[i]
		}
		return m, nil
	})
	got, err := y.Compute(t.Context())
	require.NoError(t, err)
	for i := range 4 {
		for j := range 5 {
			for k := range 6 {
				at := func(k int) int64 { return long().At(i, j, (k+6)%6) }
				require.Equal(t, at(k-1)-2*at(k)+at(k+1), got.At(i, j, k))
			}
		}
	}
	assert.Equal(t, x.Grid().Len(), counted.Reads.Total())
}

// TestOverlapDecodes: chunks are decoded once by what reads more or less than one
// at a time, where memory has room for them.
func TestOverlapDecodes(t *testing.T) {
	same := func(c *nd.Array[int64]) (*nd.Array[int64], error) { return c, nil }
	for name, b := range boundaries {
		x, counted := stored(t, long(), 1, 5, 2)
		got, err := chunkgrid.MapOverlap(x, []int{0, 0, 1}, b, same).Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, long().Data(), got.Data(), name)
		assert.Equal(t, x.Grid().Len(), counted.Reads.Total(), name)
	}
	x, counted := stored(t, long(), 1, 5, 2)
	_, err := x.Take(2, []int{0, 2, 1, 3, 0, 5, 4}).Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, x.Grid().Len(), counted.Reads.Total(), "take")
}

// TestOverlapTimes: times keep their unit, and a boundary's are in it.
func TestOverlapTimes(t *testing.T) {
	days := nd.Must(nd.Must(nd.FromSlice([]nd.Datetime{10, 11, 13, 16})).WithDType(nd.Datetime64("D")))
	x := chunkgrid.FromND(days, nd.Sizes(2)).Named("time")
	steps := chunkgrid.MapOverlap(x, []int{1}, chunkgrid.Filled(nd.Datetime(20)), func(c *nd.Array[nd.Datetime]) (*nd.Array[nd.Timedelta], error) {
		if c.DType() != days.DType() {
			return nil, fmt.Errorf("given %v", c.DType())
		}
		d := make([]nd.Timedelta, c.Size()-2)
		for i := range d {
			d[i] = nd.Timedelta(c.At(i+2) - c.At(i+1))
		}
		return nd.FromSlice(d)
	})
	assert.Equal(t, []string{"time"}, steps.Dims())
	got, err := steps.Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, nd.Timedelta64("D"), got.DType())
	assert.Equal(t, []nd.Timedelta{1, 2, 3, 4}, got.Data())
	same := chunkgrid.MapChunks(x, func(c *nd.Array[nd.Datetime]) (*nd.Array[nd.Datetime], error) { return c, nil })
	for c, err := range same.Each(t.Context()) {
		require.NoError(t, err)
		assert.Equal(t, days.DType(), c.Data.DType())
	}
	_, err = chunkgrid.MapChunks(x, func(c *nd.Array[nd.Datetime]) (*nd.Array[nd.Datetime], error) {
		return c.WithDType(nd.Datetime64("s"))
	}).Compute(t.Context())
	require.ErrorIs(t, err, nd.ErrDType)
}

// TestPad: boundaries deeper than the array; NumPy's values.
func TestPad(t *testing.T) {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]int64{1, 2, 3})), nd.Sizes(2))
	for name, want := range map[string]string{
		"none": "[1 2 3]", "reflect": "[3 3 2 1 1 2 3 3 2 1 1]", "periodic": "[3 1 2 3 1 2 3 1 2 3 1]",
		"nearest": "[1 1 1 1 1 2 3 3 3 3 3]", "7": "[7 7 7 7 1 2 3 7 7 7 7]",
	} {
		got, err := chunkgrid.Pad(x, []int{4}, boundaries[name]).Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, fmt.Sprint(got.Data()), name)
	}
}

// TestDeepOverlap: what is around a chunk ends where the array does, and takes no
// more memory than that. With a boundary it may be more than any machine has.
func TestDeepOverlap(t *testing.T) {
	x := chunkgrid.FromND(nd.Must(nd.FromSlice([]uint8{1, 2, 3, 4, 5, 6}, 2, 3)), nd.Sizes(1, 2))
	const deepest = 1<<31 - 1
	whole := func(c *nd.Array[uint8]) (*nd.Array[uint8], error) {
		if c.Size() != 6 {
			return nil, fmt.Errorf("given shape %v", c.Shape())
		}
		return c, nil
	}
	for _, deep := range [][]int{{1, deepest}, {deepest, deepest}} {
		got, err := chunkgrid.MapOverlap(x, deep, chunkgrid.NoBoundary, whole).Compute(t.Context(), chunkgrid.Memory(1<<20))
		require.NoError(t, err)
		assert.Equal(t, []uint8{1, 2, 3, 4, 5, 6}, got.Data())
	}
	for _, d := range []int{1 << 29, 1<<30 - 4} { // 2^60 bytes, 2^62
		_, err := chunkgrid.MapOverlap(x, []int{d, d}, chunkgrid.Filled(uint8(7)), whole).Compute(t.Context(), chunkgrid.Workers(4))
		require.ErrorIs(t, err, exec.ErrMemory)
	}
	require.ErrorIs(t, chunkgrid.MapOverlap(x, []int{deepest, deepest}, chunkgrid.Filled(uint8(7)), whole).Err(), nd.ErrOverflow)
}

func TestOverlapErrors(t *testing.T) {
	x := chunkgrid.FromND(long(), nd.Sizes(2, 3, 2))
	same := func(c *nd.Array[int64]) (*nd.Array[int64], error) { return c, nil }
	for want, a := range map[string]*chunkgrid.Array[int64]{
		"chunkgrid.MapOverlap: depth [1 1] for shape [4 5 6]":               chunkgrid.MapOverlap(x, []int{1, 1}, chunkgrid.Reflect, same),
		"chunkgrid.Pad: depth -1 along axis 1":                              chunkgrid.Pad(x, []int{0, -1, 0}, chunkgrid.Reflect),
		"chunkgrid.MapOverlap: a boundary of float32 for elements of int64": chunkgrid.MapOverlap(x, []int{1, 1, 1}, chunkgrid.Filled(float32(0)), same),
		`chunkgrid.Pad: axis 0 has no element for the boundary "nearest"`:   chunkgrid.Pad(x.Slice(nd.To(0)), []int{1, 0, 0}, chunkgrid.Nearest),
		"chunkgrid.MapOverlap: nil array":                                   chunkgrid.MapOverlap[int64, int64](nil, []int{1}, chunkgrid.Nearest, same),
	} {
		require.Error(t, a.Err(), want)
		assert.Contains(t, a.Err().Error(), want)
	}
	odd := chunkgrid.MapOverlap(x, []int{1, 1, 1}, chunkgrid.NoBoundary, func(c *nd.Array[int64]) (*nd.Array[int64], error) { return c.Slice(nd.To(1)) })
	_, err := odd.Compute(t.Context())
	require.ErrorIs(t, err, nd.ErrShape)
	assert.ErrorContains(t, err, "the function returned shape [1 4 3] for a chunk of shape [2 3 2] given with what is around it, [3 4 3]")
	broken := errors.New("broken")
	_, err = chunkgrid.MapOverlap(x, []int{1, 1, 1}, chunkgrid.Reflect, func(*nd.Array[int64]) (*nd.Array[int64], error) { return nil, broken }).Compute(t.Context())
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "chunkgrid.MapOverlap: chunk ")
}

// TestPadFar: what is beyond the ends costs as many views as there are turns.
func TestPadFar(t *testing.T) {
	x, far := chunkgrid.Arange[int64](0, 3, 1, nd.Sizes(2)), 1<<30
	ends := func(a *chunkgrid.Array[int64]) []int64 {
		got, err := chunkgrid.Concatenate(0, a.SliceText("0:2"), a.SliceText("-2:")).Compute(t.Context())
		require.NoError(t, err)
		return got.Data()
	}
	assert.Equal(t, []int64{0, 0, 2, 2}, ends(chunkgrid.Pad(x, []int{far}, chunkgrid.Nearest)))
	assert.Equal(t, []int64{1, 1, 1, 1}, ends(chunkgrid.Pad(x.SliceText("1:2"), []int{far}, chunkgrid.Reflect)))
	assert.Equal(t, []int64{2, 0, 2, 0}, ends(chunkgrid.Pad(x, []int{1000}, chunkgrid.Periodic)))
	assert.Equal(t, []int64{2, 2, 0, 0}, ends(chunkgrid.Pad(x, []int{1000}, chunkgrid.Reflect)))
	require.ErrorContains(t, chunkgrid.Pad(x, []int{far}, chunkgrid.Periodic).Err(), "depth 1073741824 is more than 4096 times the length 3 of axis 0")
}
