package reduce

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// selections are arrays by how they lie.
var selections = map[string]func(n int, r *rand.Rand) []float64{
	"noise":   func(n int, r *rand.Rand) []float64 { return values(n, func(int) float64 { return r.NormFloat64() }) },
	"sorted":  func(n int, _ *rand.Rand) []float64 { return values(n, func(i int) float64 { return float64(i) }) },
	"falling": func(n int, _ *rand.Rand) []float64 { return values(n, func(i int) float64 { return float64(-i) }) },
	"few":     func(n int, r *rand.Rand) []float64 { return values(n, func(int) float64 { return float64(r.IntN(3)) }) },
	"equal":   func(n int, _ *rand.Rand) []float64 { return values(n, func(int) float64 { return 7 }) },
	"organ": func(n int, _ *rand.Rand) []float64 {
		return values(n, func(i int) float64 { return float64(min(i, n-i)) })
	},
	"infinite": func(n int, r *rand.Rand) []float64 {
		return values(n, func(int) float64 { return math.Inf(r.IntN(2)*2 - 1) })
	},
}

func values(n int, f func(i int) float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = f(i)
	}
	return x
}

// TestSelectAll compares with sorting.
func TestSelectAll(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, f := range selections {
		for range 200 {
			x := f(1+r.IntN(2000), r)
			ks := values(r.IntN(8), func(int) float64 { return float64(r.IntN(len(x))) })
			var places []int
			for _, k := range ks {
				places = append(places, int(k))
			}
			slices.Sort(places)
			want := slices.Sorted(slices.Values(x))
			selectAll(x, places)
			for _, k := range places {
				require.Equal(t, want[k], x[k], "%s: place %d of %d", name, k, len(x))
			}
			require.Equal(t, want, slices.Sorted(slices.Values(x)))
		}
	}
}

// BenchmarkQuantiles: three quantiles of rows.
func BenchmarkQuantiles(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		for name, f := range selections {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				x := f(n, rand.New(rand.NewPCG(1, 2)))
				row, dst := make([]float64, n), make([]float64, 3)
				b.SetBytes(int64(8 * n))
				for b.Loop() {
					copy(row, x)
					quantiles(dst, row, &wanted{at: ends, q: []float64{0.05, 0.5, 0.95}}, n, false, interpolate)
				}
			})
		}
	}
}
