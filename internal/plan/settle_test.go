package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// What all chunks need whole is common to them, what lies below it is not, nor
// what each needs a part of, nor anything of a single chunk.
func TestCommon(t *testing.T) {
	grid := func(chunks ...int) nd.Grid {
		g, err := nd.NewGrid([]int{8, 6}, chunks)
		require.NoError(t, err)
		return g
	}
	values, err := nd.Zeros[float64](8, 6)
	require.NoError(t, err)
	x := plan.ND(values, grid(2, 6))
	columns := plan.Reduce("sum", nil, x, []int{0}, false)
	rows := plan.Reduce("sum", nil, x, []int{1}, true)
	z := plan.Ufunc("add", nil, plan.Ufunc("sub", nil, x, columns), rows)
	require.NoError(t, plan.Check(z))
	assert.Equal(t, []*plan.Node{columns}, z.Common())

	all := plan.Reduce("sum", nil, plan.Ufunc("sub", nil, x, columns), nil, false)
	below := plan.Ufunc("sub", nil, x, all)
	assert.Equal(t, []*plan.Node{all}, below.Common())
	assert.Empty(t, all.Common(), "one chunk")
	assert.Empty(t, plan.Ufunc("sub", nil, x, x).Common())

	y := plan.ND(values, grid(2, 3)) // where chunks are side by side each needs half of the columns' sums
	assert.Empty(t, plan.Ufunc("sub", nil, y, plan.Reduce("sum", nil, y, []int{0}, false)).Common())

	v, err := nd.Zeros[float64](6)
	require.NoError(t, err)
	settled := z.Settled(map[*plan.Node]nd.Dyn{columns: v})
	assert.Empty(t, settled.Common())
	assert.Equal(t, z.String(), settled.String())
	assert.Equal(t, []*plan.Node{columns}, z.Common(), "the plan itself is as it was")
}

func TestCommonOfNothing(t *testing.T) {
	g, err := nd.NewGrid([]int{0, 6}, []int{2, 6})
	require.NoError(t, err)
	x := plan.Full(nd.Float64, make([]byte, 8), g)
	assert.Empty(t, plan.Ufunc("sub", nil, x, plan.Reduce("sum", nil, x, []int{0}, false)).Common())
	assert.Empty(t, plan.Fail("x", nd.ErrShape).Common())
}
