package exec_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestSumsOfArithmetic: sums and means of what is computed have the bits of those of
// the same elements in memory, whether or not leaves are whole vectors.
func TestSumsOfArithmetic(t *testing.T) {
	type array = *chunkgrid.Array[float64]
	rng := rand.New(rand.NewPCG(5, 1))
	noise := func(shape ...int) array {
		a, err := nd.Zeros[float64](shape...)
		require.NoError(t, err)
		for i := range a.Size() {
			nd.AsSlice[float64](a.Bytes())[i] = rng.NormFloat64()
		}
		return chunkgrid.FromND(a, nd.Sizes(2, 4099))
	}
	for _, cols := range []int{1040, 4099, 9000} {
		x, y, row := noise(3, cols), noise(3, cols), noise(1, cols)
		for name, e := range map[string]array{
			"product":   ufunc.Mul(x, y),
			"square":    ufunc.Mul(x, x),
			"distance":  ufunc.Square(ufunc.Sub(x, y)),
			"hypot":     ufunc.Sqrt(ufunc.Add(ufunc.Mul(x, x), ufunc.Mul(y, y))),
			"rows":      ufunc.Div(ufunc.Sub(x, row), ufunc.Abs(row)),
			"number":    ufunc.Add(ufunc.Mul(x, 3.25), 0.1),
			"functions": ufunc.Mul(ufunc.Sin(x), ufunc.Exp(y)),
			"one":       ufunc.Mul(noise(1, 1).BroadcastTo(3, cols), noise(1, 1).BroadcastTo(3, cols)),
		} {
			values, err := e.Compute(t.Context())
			require.NoError(t, err)
			same := chunkgrid.FromND(values, nd.Sizes(e.Grid().MaxChunk()...))
			for _, opts := range [][]reduce.Option{nil, {reduce.Axis(1)}} {
				for _, f := range []func(a array, opts ...reduce.Option) array{reduce.Sum[float64], reduce.Mean[float64]} {
					want, err := f(same, opts...).Compute(t.Context())
					require.NoError(t, err)
					got, err := f(e, opts...).Compute(t.Context())
					require.NoError(t, err)
					require.Equal(t, want.Bytes(), got.Bytes(), "%s, %d columns: %v and %v", name, cols, want, got)
				}
			}
		}
	}
}
