package chunkgrid_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
)

// TestMake compares arrays that are made of nothing with NumPy's, see
// testdata/make.py.
func TestMake(t *testing.T) {
	out := peer.Output(t, peer.Python(t, "testdata/make.py"))
	v := chunkgrid.FromND(nd.Must(nd.FromSlice([]int16{3, -1, 4})), nd.Sizes(2))
	mesh := chunkgrid.Meshgrid(v, chunkgrid.Arange[int16](0, 4, 1, nd.Sizes(3)), chunkgrid.FromND(nd.Must(nd.FromSlice([]int16{7, 9}))))
	want := map[string]chunkgrid.Any{
		"linspace":     chunkgrid.Linspace(-1.1, 7.3, 1001, nd.Sizes(64)),
		"linspace32":   chunkgrid.Linspace[float32](0.1, 100.7, 333, nd.Sizes(50)),
		"linspace 0":   chunkgrid.Linspace(2., 3., 0, nd.Sizes(4)),
		"linspace 1":   chunkgrid.Linspace(2., 3., 1, nd.Sizes(4)),
		"linspace one": chunkgrid.Linspace(0.1, 0.1, 5, nd.Sizes(4)),
		"eye":          chunkgrid.Eye[float64](5, 7, 0, nd.Sizes(2, 3)),
		"eye above":    chunkgrid.Eye[int8](5, 7, 3, nd.Sizes(2, 3)),
		"eye below":    chunkgrid.Eye[complex64](5, 4, -2, nd.Sizes(2, 3)),
		"diag":         chunkgrid.Diag(v),
		"mesh 0":       mesh[0], "mesh 1": mesh[1], "mesh 2": mesh[2],
	}
	for line := range strings.Lines(string(out)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		a := want[name]
		require.NotNil(t, a, name)
		delete(want, name)
		got, err := chunkgrid.ComputeDyn(t.Context(), a)
		require.NoError(t, err, name)
		shape := strings.ReplaceAll(fmt.Sprint(a.Shape()), " ", ", ")
		assert.Equal(t, text, strings.TrimSpace(fmt.Sprintf("%v %s %x", a.DType(), shape, got.Bytes())), name)
	}
	assert.Empty(t, want, "arrays that make.py lacks")
}

func TestMakeErrors(t *testing.T) {
	assert.ErrorContains(t, chunkgrid.Linspace(0., 1, -1, nd.Auto).Err(), "chunkgrid.Linspace: -1 numbers")
	assert.ErrorContains(t, chunkgrid.Eye[int8](-1, 2, 0, nd.Auto).Err(), "chunkgrid.Eye: ")
	square := chunkgrid.Eye[int8](2, 2, 0, nd.Auto)
	assert.ErrorContains(t, chunkgrid.Diag(square).Err(), "chunkgrid.Diag: shape [2 2], want one axis")
	for _, a := range chunkgrid.Meshgrid(square, chunkgrid.Diag(square)) {
		assert.ErrorContains(t, a.Err(), "want one axis")
	}
	assert.Empty(t, chunkgrid.Meshgrid[int8]())
}
