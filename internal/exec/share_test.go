package exec

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// TestSharedStates: reductions of the same elements that can do with one set of
// states fold them once, in whatever order they come, and have the bits they
// have alone.
func TestSharedStates(t *testing.T) {
	a, err := nd.Zeros[float64](150, 70)
	require.NoError(t, err)
	for i, v := 0, nd.AsSlice[float64](a.Bytes()); i < len(v); i++ {
		if v[i] = math.Sin(float64(i)) + 1e6; i%17 == 3 && i%70 > 30 {
			v[i] = math.NaN()
		}
	}
	grid, err := nd.NewGrid([]int{150, 70}, []int{40, 30})
	require.NoError(t, err)
	x := plan.ND(a, grid)
	for _, d := range []nd.DType{nd.Float64, nd.Float32, nd.Complex128, nd.Complex64} {
		arg := plan.Ufunc("cast", plan.Params{"to": d}, x)
		for _, axes := range [][]int{{0}, {1}, {0, 1}} {
			checkShared(t, arg, axes, "sum mean var std", 1)
			checkShared(t, arg, axes, "std sum", 1)
			checkShared(t, arg, axes, "mean sum", 1)
			if !d.IsComplex() {
				checkShared(t, arg, axes, "var min sum", 2)
				checkShared(t, arg, axes, "mean nanmean nanstd", 2)
				checkShared(t, arg, axes, "nansum nanvar nanmean", 1)
			}
		}
	}
}

func checkShared(t *testing.T, arg *plan.Node, axes []int, set string, owners int) {
	what := fmt.Sprint(set, " of ", arg.DType, " along ", axes)
	var outs []Out
	var got, alone [][]byte
	for i, name := range strings.Fields(set) {
		n := plan.Reduce(name, nil, arg, axes, i%2 == 0)
		require.NoError(t, n.Err, what)
		for _, results := range []*[][]byte{&got, &alone} {
			*results = append(*results, nd.MakeBytes(n.NBytes()))
		}
		into := func(b []byte) Out {
			return Out{Node: n, Buf: func() ([]byte, int, []int) { return b, 0, cStrides(n.Shape) }}
		}
		outs = append(outs, into(got[i]))
		p, err := Compile([]Out{into(alone[i])}, Options{})
		require.NoError(t, err, what)
		_, err = p.Run(t.Context())
		require.NoError(t, err, what)
	}
	p, err := Compile(outs, Options{})
	require.NoError(t, err, what)
	require.Len(t, p.stages, 1, what)
	require.Len(t, p.stages[0].groups, 1, what)
	assert.Len(t, p.stages[0].groups[0], owners, what)
	_, err = p.Run(t.Context())
	require.NoError(t, err, what)
	assert.Equal(t, alone, got, what)
}
