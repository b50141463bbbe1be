package linalg_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
)

// BenchmarkMatMul multiplies square matrices in memory; "MB/s" are millions of
// floating-point operations a second.
func BenchmarkMatMul(b *testing.B) {
	for _, n := range []int{1024, 4096} {
		x := nd.Must(nd.Zeros[float64](n, n))
		for i := range x.Data() {
			x.Data()[i] = float64(i%17) - 8
		}
		dst := nd.Must(nd.Zeros[float64](n, n))
		c := linalg.MatMul(chunkgrid.FromND(x), chunkgrid.FromND(x))
		b.Run(fmt.Sprintf("float64/%d", n), func(b *testing.B) {
			b.SetBytes(2 * int64(n) * int64(n) * int64(n))
			for b.Loop() {
				_, err := chunkgrid.Run(b.Context(), []chunkgrid.Out{c.Into(dst)})
				require.NoError(b, err)
			}
		})
	}
}
