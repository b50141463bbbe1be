package chunkgrid_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

func TestFirstSteps(t *testing.T) {
	ctx := context.Background()
	a := nd.Must(nd.Must(nd.Arange[float64](0, 24, 1)).Reshape(4, 6))
	x := chunkgrid.FromND(a, nd.Sizes(2, 4))
	t.Log(x)
	s := chunkgrid.Op[float64]("sum", nil, x)
	v, err := s.Value(ctx)
	require.NoError(t, err)
	require.Equal(t, 276.0, v)
	d := chunkgrid.Op[float64]("sub", nil, x, chunkgrid.Op[float64]("mean", plan.Params{"axes": []int{0}}, x))
	r, err := d.Compute(ctx)
	require.NoError(t, err)
	t.Log(r)
	r, err = x.Reshape(3, 8).SliceText("::2, ::-3").Compute(ctx)
	require.NoError(t, err)
	t.Log(r)
	r, err = x.ReshapeF(8, 3).Compute(ctx, chunkgrid.Order(nd.F))
	require.NoError(t, err)
	t.Log(r, r.Strides())
	e, err := d.Explain()
	require.NoError(t, err)
	t.Log(e)
}
