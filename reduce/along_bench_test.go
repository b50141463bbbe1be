package reduce_test

import (
	"fmt"
	"testing"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

// BenchmarkAlong measures 32 MiB of float64 in 8 chunks, along each axis.
func BenchmarkAlong(b *testing.B) {
	v := make([]float64, 2048*2048)
	for i := range v {
		v[i] = float64(i*7919%100003) / 7
	}
	x := nd.Must(nd.FromSlice(v, 2048, 2048))
	for axis, chunks := range []nd.Chunks{nd.Sizes(256, -1), nd.Sizes(-1, 256)} {
		a := chunkgrid.FromND(x, chunks)
		for name, r := range map[string]chunkgrid.Any{
			"cumsum": reduce.CumSum(a, reduce.Axis(axis)), "cumprod": reduce.CumProd(a, reduce.Axis(axis)),
			"diff": reduce.Diff(a, 1, reduce.Axis(axis)), "topk10": reduce.TopK(a, 10, reduce.Axis(axis)), "argtopk10": reduce.ArgTopK(a, 10, reduce.Axis(axis)),
		} {
			b.Run(fmt.Sprintf("%s/axis%d", name, axis), func(b *testing.B) {
				b.SetBytes(int64(len(v) * 8))
				for b.Loop() {
					if _, err := chunkgrid.ComputeDyn(b.Context(), r); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
