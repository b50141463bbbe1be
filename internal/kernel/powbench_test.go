package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

// benchVectors runs an operation on vectors in the L2 cache at every level. MB/s
// counts the bytes of the arguments.
func benchVectors[T nd.Float](b *testing.B, name string, args ...func(*rand.Rand) T) {
	const n = 16 << 10
	defer func(l Level) { level = l }(level)
	rng := rand.New(rand.NewPCG(1, 1))
	var data [][]byte
	var dtypes []nd.DType
	for _, f := range args {
		x := make([]T, n)
		for i := range x {
			x[i] = f(rng)
		}
		data, dtypes = append(data, nd.AsBytes(x)), append(dtypes, nd.DTypeOf[T]())
	}
	u, _ := LookupUfunc(name)
	dst := nd.AsBytes(make([]T, n))
	for _, l := range Levels() {
		level = l
		loop := u.Bind(nil, dtypes)
		b.Run(name+"/"+dtypes[0].String()+"/"+l.String(), func(b *testing.B) {
			b.SetBytes(int64(len(dst) * len(args)))
			for b.Loop() {
				loop(dst, data)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}

// gaussian draws numbers about 0, between numbers of a range.
func gaussian[T nd.Float](r *rand.Rand) T { return T(r.NormFloat64()) }

func between[T nd.Float](lo, hi float64) func(*rand.Rand) T {
	return func(r *rand.Rand) T { return T(lo + (hi-lo)*r.Float64()) }
}

func BenchmarkHyperbolic(b *testing.B) {
	benchVectors(b, "tanh", gaussian[float64])
	benchVectors(b, "tanh", gaussian[float32])
	benchVectors(b, "sinh", gaussian[float64])
	benchVectors(b, "sinh", gaussian[float32])
	benchVectors(b, "cosh", gaussian[float64])
	benchVectors(b, "cosh", gaussian[float32])
}

func BenchmarkHypot(b *testing.B) {
	benchVectors(b, "hypot", gaussian[float64], gaussian[float64])
	benchVectors(b, "hypot", gaussian[float32], gaussian[float32])
}

func BenchmarkPow(b *testing.B) {
	benchVectors(b, "pow", between[float64](0, 10), between[float64](-5, 5))
	benchVectors(b, "pow", between[float32](0, 10), between[float32](-5, 5))
	benchVectors(b, "pow", gaussian[float64], func(*rand.Rand) float64 { return 3 })
}
