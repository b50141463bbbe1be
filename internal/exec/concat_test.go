package exec_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// Parts of an array, here and there, are one array of parts, seen from either
// end; what lies in between isn't read.
func TestManyParts(t *testing.T) {
	src := newHidden(t, []int{40, 60}, []int{4, 6})
	all := src.fill(t, func([]int) bool { return false })
	clear(src.where)
	a, err := chunkgrid.From[float64](src)
	require.NoError(t, err)
	var parts []*chunkgrid.Array[float64]
	var want []float64
	for i := range 50 {
		r, c := i*7%10*4, (i/10+i*3)%10*6
		parts = append(parts, a.Slice(nd.Span(r, r+4), nd.Span(c, c+6)))
		want = append(want, all.At(r+1, c+2))
	}
	stack := chunkgrid.Stack(0, parts...)
	for _, from := range []int{0, 49} {
		step := 1 - from/49*2
		got, err := stack.Slice(nd.All.By(step), nd.At(1), nd.At(2)).Compute(t.Context())
		require.NoError(t, err)
		for i, v := range want {
			assert.Equal(t, v, got.At(from+step*i), "part %d, from %d", i, from)
		}
	}
	assert.Len(t, src.where, 50, "chunks read")
}
