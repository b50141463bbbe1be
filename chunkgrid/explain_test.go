package chunkgrid_test

import (
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

// TestDecodesExpected: no run decodes more chunks than Explain says, whatever its
// memory, and with enough of it each chunk that is needed once.
func TestDecodesExpected(t *testing.T) {
	grid := nd.Must(nd.NewGrid([]int{120, 120}, []int{20, 30}))
	stored := nd.Must(mem.New(nd.Float64, []int{120, 120}, grid))
	src := &storagetest.Array{Array: stored}
	x, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	first := x.Slice(nd.At(0))
	for name, c := range map[string]struct {
		a      *chunkgrid.Array[float64]
		needed int
		again  bool // with little memory chunks are decoded more than once
	}{
		"aligned":    {reduce.Sum(ufunc.Add(x, 1), reduce.Axis(0)), 24, false},
		"a part":     {x.Slice(nd.Span(20, 60), nd.From(30)), 6, false},
		"the first":  {ufunc.Sub(x, first), 24, true},
		"backwards":  {ufunc.Sub(x, x.Flip(0)), 24, true},
		"halves":     {ufunc.Sub(x.Slice(nd.From(60)), x.Slice(nd.To(-60))), 24, false},
		"far behind": {ufunc.Sub(x.Slice(nd.From(40)), x.Slice(nd.To(-40))), 24, true},
		"neighbours": {ufunc.Sub(x.Slice(nd.From(1)), x.Slice(nd.To(-1))), 24, true},
	} {
		again := false
		for memory := 16 << 20; ; memory = memory * 7 / 8 {
			e, err := c.a.Explain(chunkgrid.Workers(1), chunkgrid.Memory(memory))
			require.NoError(t, err, name)
			if e.Err != nil {
				break
			}
			needed, expected := 0, 0
			for _, s := range e.Stages {
				needed, expected = needed+s.ChunksNeeded, expected+s.DecodesExpected
			}
			assert.Equal(t, c.needed, needed, name)
			again = again || expected > needed
			src.Reads.Reset()
			r, err := chunkgrid.Run(t.Context(), []chunkgrid.Out{c.a.Into(nd.Must(nd.Zeros[float64](c.a.Shape()...)))}, chunkgrid.Workers(1), chunkgrid.Memory(memory))
			require.NoError(t, err, name)
			assert.Equal(t, src.Reads.Total(), r.ChunksDecoded, name)
			assert.LessOrEqual(t, r.ChunksDecoded, expected, "%s in %d bytes", name, memory)
			if memory == 16<<20 {
				assert.Equal(t, [2]int{needed, needed}, [2]int{expected, r.ChunksDecoded}, name)
			}
		}
		assert.Equal(t, c.again, again, name)
	}
}
