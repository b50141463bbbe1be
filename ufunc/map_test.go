package ufunc_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/ufunc"
)

var (
	parity = ufunc.Register("ufunc_test.parity", func(x int32) bool { return x%2 != 0 })
	scale  = ufunc.Register2("ufunc_test.scale", func(x int32, by float64) float64 { return float64(x) * by })
)

func TestMap(t *testing.T) {
	x := chunked[int32](1, 2, 3, 4, 5)
	half := ufunc.Map(x, func(v int32) float64 { return float64(v) / 2 })
	assert.Equal(t, []float64{0.5, 1, 1.5, 2, 2.5}, compute(t, half))
	both := ufunc.Map2(x, half.Slice(nd.At(0)), func(v int32, h float64) float32 { return float32(float64(v) + h) })
	assert.Equal(t, []float32{1.5, 2.5, 3.5, 4.5, 5.5}, compute(t, both))

	// Two functions are two operations, though they have the same name and operand.
	plus := func(n int32) *chunkgrid.Array[int32] { return ufunc.Map(x, func(v int32) int32 { return v + n }) }
	assert.Equal(t, []int32{3, 5, 7, 9, 11}, compute(t, ufunc.Add(plus(0), plus(1))))

	d := days[nd.Datetime](nd.Datetime64("D"), 0, 1)
	assert.Equal(t, nd.Datetime64("D"), ufunc.Map(d, func(v nd.Datetime) nd.Datetime { return v + 1 }).DType())
}

// TestGridOfTheHeaviest: operands that are cut otherwise take the grid of the one with
// most bytes, on whichever side it stands.
func TestGridOfTheHeaviest(t *testing.T) {
	stored := func(d nd.DType, shape []int, chunk ...int) *mem.Array {
		return nd.Must(mem.New(d, shape, nd.Must(nd.NewGrid(shape, chunk))))
	}
	wide := nd.Must(chunkgrid.From[float64](stored(nd.Float64, []int{40, 30}, 8, 10)))
	narrow := nd.Must(chunkgrid.From[uint8](stored(nd.Uint8, []int{40, 30}, 7, 30)))
	row := nd.Must(chunkgrid.From[uint8](stored(nd.Uint8, []int{30}, 4)))
	assert.Equal(t, "(8, 10)", ufunc.Map2(wide, narrow, func(float64, uint8) bool { return true }).Grid().String())
	assert.Equal(t, "(8, 10)", ufunc.Map2(narrow, wide, func(uint8, float64) bool { return true }).Grid().String())
	assert.Equal(t, "(7, 30)", ufunc.Map2(row, narrow, func(uint8, uint8) bool { return true }).Grid().String())
	assert.Equal(t, "(7, 30)", ufunc.Map2(narrow, row, func(uint8, uint8) bool { return true }).Grid().String())
}

// TestMapFuses: a function of elements needs no stage of its own, and none
// stays in the table.
func TestMapFuses(t *testing.T) {
	before := kernel.Ufuncs()
	x := chunked(1.0, 4, 9)
	a := ufunc.Add(ufunc.Map(ufunc.Sqrt(x), math.Ceil), 1)
	e, err := a.Explain()
	require.NoError(t, err)
	assert.Len(t, e.Stages, 1)
	assert.Equal(t, before, kernel.Ufuncs())
}

func TestMapStaysHere(t *testing.T) {
	_, err := chunkgrid.Marshal(ufunc.Map(chunked(1.0), math.Ceil))
	assert.EqualError(t, err, `plan: map: parameter "f": only this process has it; functions with a name travel, see ufunc.Register`)
	for _, name := range []string{"map", "map2"} {
		p, err := chunkgrid.Marshal(chunked(1.0))
		require.NoError(t, err)
		_, err = chunkgrid.Unmarshal(t.Context(), p)
		require.NoError(t, err)
		a := chunkgrid.Op[float64](name, nil, chunked(1.0), chunked(1.0)).Err()
		assert.Error(t, a)
	}
	assert.ErrorContains(t, chunkgrid.Op[float64]("map", nil, chunked(1.0)).Err(), "map: parameter f is <nil>, want a function")
}

func TestRegister(t *testing.T) {
	x := chunked[int32](1, 2, 3)
	assert.Equal(t, []bool{true, false, true}, compute(t, parity(x)))
	p, err := chunkgrid.Marshal(scale(x, chunkgrid.Constant(1.5)))
	require.NoError(t, err)
	back, err := chunkgrid.Unmarshal(t.Context(), p)
	require.NoError(t, err)
	assert.Equal(t, []float64{1.5, 3, 4.5}, compute(t, chunkgrid.As[float64](back[0])))

	taken := ufunc.Register("ufunc_test.parity", func(x int32) int32 { return x })
	assert.ErrorContains(t, taken(x).Err(), `operation "ufunc_test.parity" is registered already`)
	dotless := ufunc.Register2("sub", func(x, y int32) int32 { return x })
	assert.ErrorContains(t, dotless(x, x).Err(), `the name "sub" of a function has no dot; write it as package.function`)
}
