package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

// benchAngles measures functions of a tile of numbers between -limit and limit
// at every level; MB/s counts the bytes read.
func benchAngles[T nd.Float](b *testing.B, limit float64, names ...string) {
	defer func(l Level) { level = l }(level)
	rng := rand.New(rand.NewPCG(1, 1))
	x := make([]T, Tile)
	for i := range x {
		x[i] = T(limit * (2*rng.Float64() - 1))
	}
	dtype := nd.DTypeOf[T]()
	args, dst := [][]byte{nd.AsBytes(x)}, make([]byte, Tile*dtype.Size())
	for _, name := range names {
		for _, l := range Levels() {
			level = l
			loop := loopOf(dtype.Kind(), name)
			b.Run(name+"/"+dtype.String()+"/"+l.String(), func(b *testing.B) {
				b.SetBytes(int64(len(dst)))
				for b.Loop() {
					loop(dst, args)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*Tile), "ns/element")
			})
		}
	}
}

func BenchmarkTrig(b *testing.B) {
	benchAngles[float64](b, 100, "sin", "cos", "tan")
	benchAngles[float32](b, 100, "sin", "cos", "tan")
	benchAngles[float64](b, 1, "asin", "acos")
	benchAngles[float32](b, 1, "asin", "acos")
	benchAngles[float64](b, 10, "atan")
	benchAngles[float32](b, 10, "atan")
}
