package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEdges compares with a search of the standard library: few edges and many, in
// clusters, equal ones and infinite ones.
func TestEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		edges := make([]float64, 1+r.IntN(40))
		for i := range edges {
			edges[i] = []float64{float64(r.IntN(9)), math.Exp(20 * r.NormFloat64()), math.Inf(1 - 2*r.IntN(2)), r.Float64()}[r.IntN(4)]
		}
		slices.Sort(edges)
		require.NoError(t, CheckEdges(edges, 1))
		b, n := NewEdges(edges), len(edges)
		for _, v := range append([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 3, 0.5}, edges...) {
			notAbove := sort.Search(n, func(i int) bool { return !(edges[i] <= v) })
			below := sort.Search(n, func(i int) bool { return !(edges[i] < v) })
			if v != v {
				notAbove, below = n, n
			}
			require.Equal(t, notAbove, b.NotAbove(v), "%v in %v", v, edges)
			require.Equal(t, below, b.Below(v), "%v in %v", v, edges)
			bin, ok := b.Bin(v)
			require.Equal(t, v >= edges[0] && v <= edges[n-1], ok, "%v in %v", v, edges)
			if ok {
				require.Equal(t, min(notAbove, n-1)-1, bin, "%v in %v", v, edges)
			}
		}
	}
}
