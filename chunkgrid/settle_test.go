package chunkgrid_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// The mean is computed once, and the chunks of departures from it as they are wanted.
func ExampleArray_Settle() {
	ctx := context.Background()
	x := chunkgrid.Arange(0.0, 8, 1, nd.Sizes(4))
	departures, err := ufunc.Sub(x, reduce.Mean(x)).Settle(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(departures.Slice(nd.To(4)).Compute(ctx))
	fmt.Println(departures.Slice(nd.From(4)).Compute(ctx))
	// Output:
	// [-3.5 -2.5 -1.5 -0.5] <nil>
	// [0.5 1.5 2.5 3.5] <nil>
}

// A settled array has the values, the names and the chunks of the one it is of,
// whatever operations lie between.
func TestSettle(t *testing.T) {
	ctx := t.Context()
	x := chunkgrid.Arange(0.0, 60, 1, nd.Auto).Reshape(10, 6).Rechunk(nd.Sizes(3, -1)).Named("time", "lat")
	mean := reduce.Mean(x, reduce.Dim("time"))
	labels := []int{0, 1, 2, 0, 1, 2, 0, 1, 2, 0}
	groups := reduce.Mean(x, reduce.Dim("time"), reduce.By(labels, 3))
	same := func(c *nd.Array[float64]) (*nd.Array[float64], error) { return c, nil }
	for name, a := range map[string]*chunkgrid.Array[float64]{
		"nothing":      ufunc.Add(x, 1),
		"mean":         ufunc.Sub(x, mean),
		"of a mean":    ufunc.Sub(x, reduce.Mean(mean)),
		"groups":       ufunc.Sub(x, groups.Take(0, labels)),
		"turned":       ufunc.Sub(x, mean).T(),
		"part":         ufunc.Sub(x, mean).Slice(nd.From(2), nd.Every(-1)),
		"neighbours":   reduce.Diff(ufunc.Sub(x, mean), 0),
		"running":      reduce.CumSum(ufunc.Sub(x, mean), reduce.Axis(0)),
		"a function":   chunkgrid.MapChunks(ufunc.Sub(x, mean), same),
		"overlap":      chunkgrid.MapOverlap(ufunc.Sub(x, mean), []int{1, 0}, chunkgrid.Reflect, same),
		"joined":       chunkgrid.Concatenate(0, ufunc.Sub(x, mean), x),
		"reshaped":     ufunc.Sub(x, mean).Reshape(5, 2, 6),
		"of products":  ufunc.Sub(x, reduce.Sum(linalg.Dot(x.T(), x), reduce.Axis(0))),
		"by a product": linalg.Dot(x, linalg.Dot(x.T(), x)),
		"quantile":     ufunc.Sub(x, reduce.Quantile(x, []float64{.5}, reduce.Dim("time")).Slice(nd.At(0))),
		"one chunk":    reduce.Sum(ufunc.Sub(x, mean)),
	} {
		require.NoError(t, a.Err(), name)
		want, err := a.Compute(ctx)
		require.NoError(t, err, name)
		s, err := a.Settle(ctx)
		require.NoError(t, err, name)
		assert.Equal(t, a.String(), s.String(), name)
		assert.Equal(t, name == "nothing" || name == "one chunk", s == a, name)
		for _, box := range s.Grid().Boxes() {
			ranges := make([]nd.Range, box.NDim())
			for k := range ranges {
				ranges[k] = nd.Span(box.Start[k], box.Stop(k))
			}
			part, err := want.Slice(ranges...)
			require.NoError(t, err)
			got, err := s.Slice(ranges...).Compute(ctx, chunkgrid.Workers(1))
			require.NoError(t, err, name)
			assert.Equal(t, part.Copy().Data(), got.Data(), "%s %v", name, box)
		}
	}
}

func TestSettleErrors(t *testing.T) {
	x := chunkgrid.Arange(0.0, 6, 1, nd.Sizes(4))
	_, err := ufunc.Add(x, chunkgrid.Arange(0.0, 5, 1, nd.Auto)).Settle(t.Context())
	require.ErrorContains(t, err, "do not broadcast")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ufunc.Sub(x, reduce.Mean(x)).Settle(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
