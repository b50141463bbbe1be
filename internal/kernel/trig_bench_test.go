package kernel

import (
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

func BenchmarkTrig(b *testing.B) {
	benchTrig[float64](b)
	benchTrig[float32](b)
}

func benchTrig[T nd.Float](b *testing.B) {
	for _, name := range []string{"sin", "cos", "tan"} {
		benchVectors(b, name, between[T](-100, 100))
	}
	for _, name := range []string{"asin", "acos"} {
		benchVectors(b, name, between[T](-1, 1))
	}
	benchVectors(b, "atan", between[T](-10, 10))
}
