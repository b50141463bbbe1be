package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// TestMatMul compares products at every level, bit by bit, with sums of fused
// multiply-adds in the order of k: shapes around whole tiles and panels, gaps
// between rows, and results that are added to.
func TestMatMul(t *testing.T) {
	atLevels(t, func(t *testing.T, _ Level) {
		testMatMul(t, math.FMA)
		testMatMul(t, fusedAdd32)
	})
}

func testMatMul[T nd.Float](t *testing.T, fma func(x, y, z T) T) {
	rng := rand.New(rand.NewPCG(7, 4))
	shapes := [][3]int{{1, 1, 1}, {0, 3, 3}, {3, 0, 3}, {3, 3, 0}, {1, 50, 300}, {50, 1, 300}, {8, 48, 256}, {9, 49, 257}, {97, 50, 513}, {10, 970, 5}, {4, 12, 1}}
	for range 60 {
		shapes = append(shapes, [3]int{rng.IntN(40) + 1, rng.IntN(110) + 1, rng.IntN(300) + 1})
	}
	for _, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		lda, ldb, ldc := k+rng.IntN(3), n+rng.IntN(3), n+rng.IntN(3)
		dtype := nd.DTypeOf[T]()
		matrix := func(rows, stride int) []T { return nd.AsSlice[T](awkwardTile(rng, dtype, max(rows*stride, 1))) }
		a, b, got := matrix(m, lda), matrix(k, ldb), matrix(m, ldc)
		want := append([]T{}, got...)
		for i := range m {
			for j := range n {
				for l := range k {
					want[i*ldc+j] = fma(a[i*lda+l], b[l*ldb+j], want[i*ldc+j])
				}
			}
		}
		MatMul(got, a, b, m, n, k, ldc, lda, ldb)
		for i, x := range got {
			if y := want[i]; x != x != (y != y) || x == x && math.Float64bits(float64(x)) != math.Float64bits(float64(y)) {
				t.Fatalf("%d×%d×%d of %v, strides %d, %d and %d: element %d is %v, want %v", m, k, n, dtype, lda, ldb, ldc, i, x, y)
			}
		}
	}
}

// TestFusedAdd32 compares with sums of any precision, ties and what is nearly
// one among them.
func TestFusedAdd32(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 5))
	draw := func() float32 {
		x := math.Ldexp(float64(rng.IntN(1<<(1+rng.IntN(24)))), rng.IntN(60)-30)
		if rng.IntN(4) == 0 {
			x = math.Ldexp(x, -rng.IntN(130))
		}
		return float32(math.Copysign(x, rng.Float64()-0.5))
	}
	for range 300_000 {
		x, y, z := draw(), draw(), draw()
		exact := new(big.Float).SetPrec(1000)
		exact.Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
		exact.Add(exact, big.NewFloat(float64(z)))
		want, _ := exact.Float32()
		if got := fusedAdd32(x, y, z); got != want {
			t.Fatalf("%v*%v+%v = %v, want %v", x, y, z, got, want)
		}
	}
	inf := float32(math.Inf(1))
	require.Equal(t, inf, fusedAdd32(inf, 1, 1))
	require.Equal(t, inf, fusedAdd32(math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32))
	require.Equal(t, inf, fusedAdd32(math.MaxFloat32, 1, math.MaxFloat32))
	require.True(t, math.IsNaN(float64(fusedAdd32(inf, 1, -inf))))
	require.True(t, math.IsNaN(float64(fusedAdd32(inf, 0, 1))))
}

// BenchmarkMatMul multiplies matrices whose panels fit the caches; "MB/s" are
// millions of floating-point operations a second.
func BenchmarkMatMul(b *testing.B) {
	benchMatMul[float64](b)
	benchMatMul[float32](b)
}

func benchMatMul[T nd.Float](b *testing.B) {
	const n = 960
	x, y, z := make([]T, n*n), make([]T, n*n), make([]T, n*n)
	for i := range x {
		x[i], y[i] = T(i%17), T(i%19)
	}
	benchLevels(b, fmt.Sprintf("%v/%d", nd.DTypeOf[T](), n), 2*n*n*n, func() { MatMul(z, x, y, n, n, n, n, n, n) })
}
