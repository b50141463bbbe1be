package random_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/random"
)

// BenchmarkInto fills an array of a million elements by one worker.
func BenchmarkInto(b *testing.B) {
	const n = 1 << 20
	dst, shape, c := nd.Must(nd.Zeros[float64](n)), []int{n}, nd.Sizes(1<<16)
	for name, a := range map[string]*chunkgrid.Array[float64]{"uniform": random.Uniform[float64](1, shape, c), "normal": random.Normal[float64](1, shape, c)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(8 * n)
			for b.Loop() {
				_, err := chunkgrid.Run(b.Context(), []chunkgrid.Out{a.Into(dst)}, chunkgrid.Workers(1))
				require.NoError(b, err)
			}
		})
	}
}
