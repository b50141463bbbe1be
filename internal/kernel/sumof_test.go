package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// TestLeafOfOp compares sums and means of an operation's results with Run of what its
// plain loop makes, for all choices of scalars among the arguments.
func TestLeafOfOp(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 8))
	atLevels(t, func(t *testing.T, l Level) {
		for which := range sumsOfOps[l] {
			d := dtypeOfKind(which.kind)
			op, ok := plainLoop(which.kind, which.name)
			require.True(t, ok, which.name)
			for _, reduction := range []string{"sum", "mean"} {
				red, what := reductions[reduction].Bind(nil, d), fmt.Sprintf("%s of %s of %s", reduction, which.name, d)
				leaf, ok := LeafOfOp(red, which.name, []nd.DType{d, d, d}[:op.nargs])
				require.True(t, ok, what)
				for n := Lanes; n <= Tile; n += 7 * Lanes {
					checkLeafOf(t, rng, d, op, red, leaf, n, what)
				}
			}
		}
	})
}

func checkLeafOf(t *testing.T, rng *rand.Rand, d nd.DType, op typed, red Reducer, leaf LeafOf, n int, what string) {
	draw := func(n int) []byte { // awkward values, or a sum is nearly always NaN
		if rng.IntN(2) == 0 {
			return awkwardTile(rng, d, n)
		}
		x := nd.MakeBytes(d.Size() * n)
		for i := range n {
			if d == nd.Float64 {
				nd.AsSlice[float64](x)[i] = rng.NormFloat64()
			} else {
				nd.AsSlice[float32](x)[i] = float32(rng.NormFloat64())
			}
		}
		return x
	}
	for scalars := range 1 << op.nargs {
		var args [][]byte
		for a := range op.nargs {
			m := n
			if scalars>>a&1 != 0 {
				m = 1
			}
			args = append(args, offset(draw(m), rng.IntN(8)*d.Size()))
		}
		results := nd.MakeBytes(d.Size() * n)
		op.loop(results, args)
		want, got := nd.MakeBytes(red.StateSize()), nd.MakeBytes(red.StateSize())
		red.Run(want, results, 0)
		leaf(got, args, n)
		sameElements(t, nd.Float64, want, got, "%s, %d elements, scalars %b of %v", what, n, scalars, args)
	}
}

// TestLeafOfOthers: no other reductions, operations or dtypes have one.
func TestLeafOfOthers(t *testing.T) {
	for _, c := range []struct {
		reduction, op string
		arg           nd.DType
	}{{"prod", "mul", nd.Float64}, {"var", "mul", nd.Float64}, {"nansum", "mul", nd.Float64}, {"max", "mul", nd.Float64}, {"sum", "exp", nd.Float64},
		{"nanmean", "mul", nd.Float32}, {"sum", "mul", nd.Int64}} {
		_, ok := LeafOfOp(reductions[c.reduction].Bind(nil, c.arg), c.op, []nd.DType{c.arg, c.arg})
		require.False(t, ok, "%v", c)
	}
}
