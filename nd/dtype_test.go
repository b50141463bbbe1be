package nd_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
)

func TestDTypeProperties(t *testing.T) {
	for _, d := range computable {
		assert.True(t, d.Valid() && d.Computable(), "%v", d)
		classes := 0
		for _, is := range []bool{d == nd.Bool, d.IsInteger(), d.IsFloat(), d.IsComplex(), d.Unit() != ""} {
			if is {
				classes++
			}
		}
		assert.Equal(t, 1, classes, "%v is of one class", d)
	}
	assert.True(t, nd.Int8.IsSigned())
	assert.False(t, nd.Uint8.IsSigned())
	assert.Equal(t, nd.KindFloat16, nd.Half.Kind())
	assert.Equal(t, "10us", nd.Datetime64("10us").Unit())
	assert.False(t, nd.Sized(nd.KindRaw, 4).Computable())
	assert.Equal(t, nd.Half, nd.DTypeOf[nd.Float16]())
	assert.Equal(t, nd.Timedelta64("generic"), nd.DTypeOf[nd.Timedelta]())
	assert.Empty(t, nd.AsBytes([]int64{}))
	assert.Empty(t, nd.AsSlice[int64](make([]byte, 7)))
	assert.Equal(t, []uint16{0x0101}, nd.AsSlice[uint16](nd.AsBytes([]bool{true, true, false})))
}

func TestBox(t *testing.T) {
	b := nd.Box{Start: []int{0, 5}, Shape: []int{10, 1}}
	assert.Equal(t, "[0:10, 5:6]", b.String())
	assert.Equal(t, 2, b.NDim())
	assert.Equal(t, 10, b.Size())
	assert.Equal(t, 1, nd.Box{}.Size())
	_, err := nd.SizeOf([]int{1 << 31, 1 << 31, 1 << 31, 0})
	assert.ErrorIs(t, err, nd.ErrOverflow)
	n, err := nd.SizeOf([]int{1 << 62, 0})
	assert.NoError(t, err)
	assert.Zero(t, n)
}

func TestGridJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, _ := drawAxis(t, 3)
		b, err := json.Marshal(g)
		require.NoError(t, err)
		var again nd.Grid
		require.NoError(t, json.Unmarshal(b, &again))
		require.True(t, g.Equal(again), "%v %v", g, again)
	})
	for _, bad := range []string{
		`[[[0,0,1,1]]]`, `[[[5,5,1,1]]]`, `[[[5,-1,1,1]]]`, `[[[5,0,0,1]]]`, `[[[5,0,6,1]]]`, `[[[5,0,1,0]]]`, `{}`,
		`[[[5,0,5,4611686018427387904]]]`, `[[[1,0,1,4611686018427387904],[1,0,1,4611686018427387904]]]`,
		`[[[1,0,1,4611686018427387904]],[[1,0,1,4611686018427387904]]]`,
	} {
		var g nd.Grid
		assert.Error(t, json.Unmarshal([]byte(bad), &g), bad)
	}
}

func FuzzGridJSON(f *testing.F) {
	f.Add(`[[[30,0,1,100]],[[7,3,2,9],[2,0,1,1]]]`)
	f.Add(`[[[4611686018427387904,4611686018427387903,1,1]]]`)
	f.Fuzz(func(t *testing.T, s string) {
		var g nd.Grid
		if json.Unmarshal([]byte(s), &g) != nil || g.Len() == 0 {
			return
		}
		total := 0
		for i, b := range []nd.Box{g.Box(g.Coord(0)), g.Box(g.Coord(g.Len() - 1))} {
			for k := range b.Shape {
				require.Positive(t, b.Shape[k], "box %d of %v", i, g)
				require.LessOrEqual(t, b.Stop(k), g.Shape()[k])
			}
			total += b.Size()
		}
		require.Positive(t, total)
	})
}
