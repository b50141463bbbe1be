package kernel

import (
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

// BenchmarkExpLog is of exponentials and logarithms on tiles in the L1 cache, at
// each level of this machine.
func BenchmarkExpLog(b *testing.B) {
	for _, name := range []string{"exp", "exp2", "expm1", "log", "log2", "log10", "log1p"} {
		benchFunction(b, name, benchTile[float64]())
		benchFunction(b, name, benchTile[float32]())
	}
}

// benchFunction is of a function of one argument.
func benchFunction[T nd.Float](b *testing.B, name string, x []T) {
	defer func(l Level) { level = l }(level)
	dtype := nd.DTypeOf[T]()
	dst, args := make([]T, len(x)), [][]byte{nd.AsBytes(x)}
	for _, l := range Levels() {
		level = l
		loop := loopOf(dtype.Kind(), name)
		b.Run(name+"/"+dtype.String()+"/"+l.String(), func(b *testing.B) {
			b.SetBytes(int64(len(args[0])))
			for b.Loop() {
				loop(nd.AsBytes(dst), args)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/elem")
		})
	}
}
