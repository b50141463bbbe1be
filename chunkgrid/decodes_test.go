package chunkgrid_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestChunksNeeded: the chunks that Explain says are needed are those which a store
// is asked for, each once, through however many views: steps, backwards, single
// indices, joined parts, chunks of any lengths.
func TestChunksNeeded(t *testing.T) {
	for i := range 400 {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		src, x := countedArray(t, r)
		shape := []int{1 + r.IntN(30), 1 + r.IntN(30)}
		part := func() *chunkgrid.Array[float64] {
			ranges := make([]nd.Range, 2)
			for k, n := range shape {
				ranges[k] = someOf(r, n, 60)
			}
			y := x.Slice(ranges...)
			if r.IntN(3) == 0 {
				y = x.Slice(nd.At(r.IntN(60)), ranges[1]).BroadcastTo(shape...)
			}
			return y
		}
		sum := part()
		for range r.IntN(4) {
			y := part()
			if k := r.IntN(2); r.IntN(3) == 0 {
				cut := r.IntN(shape[k] + 1)
				head, tail := []nd.Range{nd.All, nd.All}, []nd.Range{nd.All, nd.All}
				head[k], tail[k] = nd.To(cut), nd.From(cut)
				y = chunkgrid.Concatenate(k, y.Slice(head...), part().Slice(tail...))
			}
			sum = ufunc.Add(sum, y)
		}
		e, err := sum.Explain(chunkgrid.Workers(1), chunkgrid.Memory(16<<20))
		require.NoError(t, err)
		rep, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{sum.Into(nd.Must(nd.Zeros[float64](shape...)))}, chunkgrid.Workers(1), chunkgrid.Memory(16<<20))
		require.NoError(t, err)
		require.Len(t, e.Stages, 1)
		s := e.Stages[0]
		n := len(src.Reads.All())
		if !assert.Equal(t, [3]int{n, n, n}, [3]int{s.ChunksNeeded, s.DecodesExpected, rep.ChunksDecoded}, "case %d: %v of %v", i, sum, x) {
			return
		}
		assert.LessOrEqual(t, rep.BytesDecoded, s.BytesRead)
	}
}

// TestReadAgain: chunks that all tasks along an axis need stay, however many others
// pass meanwhile, which are needed once.
func TestReadAgain(t *testing.T) {
	counted := func(shape, chunk []int) (*storagetest.Array, *chunkgrid.Array[float64]) {
		src := &storagetest.Array{Array: nd.Must(mem.New(nd.Float64, shape, nd.Must(nd.NewGrid(shape, chunk))))}
		x, err := chunkgrid.From[float64](src)
		require.NoError(t, err)
		return src, x
	}
	cube, x := counted([]int{200, 60, 60}, []int{10, 20, 30})
	field, normal := counted([]int{60, 60}, []int{20, 30})
	number, scale := counted([]int{}, []int{})
	for workers := 1; workers < 5; workers++ {
		for _, src := range []*storagetest.Array{cube, field, number} {
			src.Reads.Reset()
		}
		_, err := reduce.Sum(ufunc.Mul(ufunc.Sub(x, normal), scale)).Value(t.Context(), chunkgrid.Workers(workers), chunkgrid.Memory(16<<20))
		require.NoError(t, err)
		assert.Equal(t, [3]int{120, 6, 1}, [3]int{cube.Reads.Total(), field.Reads.Total(), number.Reads.Total()})
	}
}

// TestReadTwiceInATask: what one task reads in several places, joined parts here, it
// reads once.
func TestReadTwiceInATask(t *testing.T) {
	src := &storagetest.Array{Array: nd.Must(mem.New(nd.Float64, []int{4}, nd.Must(nd.NewGrid([]int{4}, []int{4}))))}
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	for _, arrays := range [][]*chunkgrid.Array[float64]{
		{chunkgrid.Concatenate(0, x.Slice(nd.From(2)), x.Slice(nd.To(2))).Rechunk(nd.Sizes(4))},
		{x.ExpandDims(0), chunkgrid.Concatenate(0, x).ExpandDims(0), chunkgrid.Stack(0, x)},
	} {
		src.Reads.Reset()
		var outs []chunkgrid.Out
		for _, a := range arrays {
			outs = append(outs, a.Into(nd.Must(nd.Zeros[float64](a.Shape()...))))
		}
		_, err := chunkgrid.Run(t.Context(), outs, chunkgrid.Workers(1))
		require.NoError(t, err)
		assert.Equal(t, 1, src.Reads.Total())
	}
}

// countedArray returns an array of 60×60 in chunks of any lengths, and its store,
// which counts.
func countedArray(t *testing.T, r *rand.Rand) (*storagetest.Array, *chunkgrid.Array[float64]) {
	t.Helper()
	sizes := make([][]int, 2)
	for k := range sizes {
		longest := []int{1, 7, 20}[r.IntN(3)]
		for left := 60; left > 0; {
			c := min(longest, left)
			if k == 0 {
				c = 1 + r.IntN(c)
			}
			sizes[k], left = append(sizes[k], c), left-c
		}
	}
	src := &storagetest.Array{Array: nd.Must(mem.New(nd.Float64, []int{60, 60}, nd.Must(nd.NewGridSizes(sizes))))}
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	return src, x
}

// someOf returns n of an axis's l indices, 2*n <= l, at equal steps.
func someOf(r *rand.Rand, n, l int) nd.Range {
	step := 1 + r.IntN(l/n)
	start := r.IntN(l - (n-1)*step)
	last := start + (n-1)*step
	switch {
	case r.IntN(2) == 0:
		return nd.Step(start, last+1, step)
	case start == 0:
		return nd.From(last).By(-step)
	}
	return nd.Step(last, start-1, -step)
}
