package chunkgrid_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// TestRollFlip: values of numpy.roll and numpy.flip of arange(6).reshape(2, 3).
func TestRollFlip(t *testing.T) {
	x := chunkgrid.FromND(ramp[int64](t, 2, 3), nd.Sizes(1, 2)).Named("y", "x")
	for want, a := range map[string]*chunkgrid.Array[int64]{
		"[5 4 3 2 1 0]": x.Flip(),
		"[2 1 0 5 4 3]": x.Flip(-1),
		"[3 4 5 0 1 2]": x.Flip(0),
		"[2 0 1 5 3 4]": x.Roll(1, 1),
		"[1 2 0 4 5 3]": x.Roll(-1, -4),
		"[0 1 2 3 4 5]": x.Roll(0, 2),
	} {
		got, err := a.Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, fmt.Sprint(got.Data()))
		assert.Equal(t, []string{"y", "x"}, a.Dims())
	}
	none, err := chunkgrid.Full(int64(1), []int{0, 3}, nd.Auto).Roll(0, 5).Flip().Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{0, 3}, none.Shape())
	for want, err := range map[string]error{
		"chunkgrid.Flip: axis 2 of an array with 2 axes": x.Flip(2).Err(), "chunkgrid.Flip: axis 1 is given twice in [1 -1]": x.Flip(1, -1).Err(), "chunkgrid.Roll: ": x.Roll(-3, 1).Err(),
	} {
		require.ErrorIs(t, err, nd.ErrAxis)
		assert.Contains(t, err.Error(), want)
	}
	require.Error(t, x.Flip(2).Roll(0, 1).Flip().Err())
}

// TestNamedAny names the axes of arrays whose dtype is known at run time only, of text too.
func TestNamedAny(t *testing.T) {
	text := chunkgrid.FromDyn(nd.Must(nd.DynFromBytes(nd.Sized(nd.KindBytes, 2), []int{2}, []byte("abcd"))))
	for _, a := range []chunkgrid.Any{text, chunkgrid.Full(1.5, []int{2}, nd.Auto)} {
		named := chunkgrid.Named(a, "station")
		assert.Equal(t, []string{"station"}, named.Dims())
		assert.Equal(t, a.DType(), named.DType())
		assert.IsType(t, a, named)
		assert.Equal(t, []string{"station"}, named.View(nd.To(1)).Dims())
		require.ErrorIs(t, chunkgrid.Named(a, "y", "x").Err(), nd.ErrAxis)
	}
	require.Error(t, chunkgrid.Named(nil, "x").Err())
}

// TestTileTooOften: what no plan can hold is an error.
func TestTileTooOften(t *testing.T) {
	for _, n := range []int{1<<20 + 1, math.MaxInt} {
		for _, shape := range [][]int{{1}, {0}, {3, 0}} {
			require.ErrorIs(t, chunkgrid.Full(1.5, shape, nd.Auto).Tile(0, n).Err(), nd.ErrOverflow)
		}
	}
}
