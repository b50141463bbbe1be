//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// relationRow are the routines that count what has a relation to a number.
type relationRow struct {
	name string
	f64  [numLevels]func(x *float64, n int, v float64) int
	f32  [numLevels]func(x *float32, n int, v float32) int
}

func init() {
	for _, r := range []relationRow{
		{"equal", both(simd.CountEqualFloat64AVX2, simd.CountEqualFloat64AVX512), both(simd.CountEqualFloat32AVX2, simd.CountEqualFloat32AVX512)},
		{"not_equal", both(simd.CountNotEqualFloat64AVX2, simd.CountNotEqualFloat64AVX512), both(simd.CountNotEqualFloat32AVX2, simd.CountNotEqualFloat32AVX512)},
		{"less", both(simd.CountLessFloat64AVX2, simd.CountLessFloat64AVX512), both(simd.CountLessFloat32AVX2, simd.CountLessFloat32AVX512)},
		{"less_equal", both(simd.CountLessEqualFloat64AVX2, simd.CountLessEqualFloat64AVX512), both(simd.CountLessEqualFloat32AVX2, simd.CountLessEqualFloat32AVX512)},
		{"greater", both(simd.CountGreaterFloat64AVX2, simd.CountGreaterFloat64AVX512), both(simd.CountGreaterFloat32AVX2, simd.CountGreaterFloat32AVX512)},
		{"greater_equal", both(simd.CountGreaterEqualFloat64AVX2, simd.CountGreaterEqualFloat64AVX512), both(simd.CountGreaterEqualFloat32AVX2, simd.CountGreaterEqualFloat32AVX512)},
	} {
		for l := AVX2; l < numLevels; l++ {
			relationCounts[l][opOf{nd.KindFloat64, r.name}] = relationCount(r.f64[l], holds[float64](r.name))
			relationCounts[l][opOf{nd.KindFloat32, r.name}] = relationCount(r.f32[l], holds[float32](r.name))
		}
	}
}

// relationCount makes a loop of a routine that takes multiples of 16 elements; is
// decides about the rest.
func relationCount[T nd.Float](routine func(x *T, n int, v T) int, is func(x, v T) bool) func(x, v []byte) int64 {
	return func(x, v []byte) int64 {
		elems, bound := view[T](x), view[T](v)[0]
		whole := len(elems) &^ 15
		n := routine(unsafe.SliceData(elems), whole, bound)
		for _, e := range elems[whole:] {
			if is(e, bound) {
				n++
			}
		}
		return int64(n)
	}
}

// holds returns the relation of a name.
func holds[T nd.Float](name string) func(x, v T) bool {
	return map[string]func(x, v T) bool{
		"equal":         func(x, v T) bool { return x == v },
		"not_equal":     func(x, v T) bool { return x != v },
		"less":          func(x, v T) bool { return x < v },
		"less_equal":    func(x, v T) bool { return x <= v },
		"greater":       func(x, v T) bool { return x > v },
		"greater_equal": func(x, v T) bool { return x >= v },
	}[name]
}
