//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

func init() {
	accelerate(AVX2, nd.KindFloat64, "pow", powers(simd.PowFloat64AVX2, 32, pow))
	accelerate(AVX512, nd.KindFloat64, "pow", powers(simd.PowFloat64AVX512, 64, pow))
	accelerate(AVX2, nd.KindFloat32, "pow", powers(complete(simd.PowFloat32AVX2), 16, powFloat32))
	accelerate(AVX512, nd.KindFloat32, "pow", powers(complete(simd.PowFloat32AVX512), 32, powFloat32))

	accelerate(AVX2, nd.KindFloat64, "hypot", binary(inPairs(complete(simd.HypotFloat64AVX2), 32, hypot)).loop)
	accelerate(AVX512, nd.KindFloat64, "hypot", binary(inPairs(complete(simd.HypotFloat64AVX512), 64, hypot)).loop)
	accelerate(AVX2, nd.KindFloat32, "hypot", binary(inPairs(complete(simd.HypotFloat32AVX2), 16, hypotFloat32)).loop)
	accelerate(AVX512, nd.KindFloat32, "hypot", binary(inPairs(complete(simd.HypotFloat32AVX512), 32, hypotFloat32)).loop)
}

// pairRoutine sets dst[i] = f(a[i], b[i]) for i < n and returns how many
// elements it has done: fewer than n where a vector holds one that is not for
// it. The steps are the bytes from one vector of an argument to the next, 0 for
// an element that is used over and over.
type pairRoutine[T nd.Float] func(dst, a, b *T, aStep, bStep, n int) int

// complete makes a pairRoutine of one that does every element.
func complete[T nd.Float](routine func(dst, a, b *T, aStep, bStep, n int)) pairRoutine[T] {
	return func(dst, a, b *T, aStep, bStep, n int) int {
		routine(dst, a, b, aStep, bStep, n)
		return n
	}
}

// inPairs is the loop of a routine with vectors of so many bytes; what it leaves
// goes to scalar, a vector at a time.
func inPairs[T nd.Float](routine pairRoutine[T], vector int, scalar func(x, y T) T) func(dst, a, b []T) {
	var zero T
	lanes := vector / int(unsafe.Sizeof(zero))
	return func(dst, a, b []T) {
		aStep, aNext, bStep, bNext := vector, 1, vector, 1
		if len(a) < len(dst) {
			aStep, aNext = 0, 0
		}
		if len(b) < len(dst) {
			bStep, bNext = 0, 0
		}
		for i := 0; i < len(dst); {
			i += routine(&dst[i], &a[i*aNext], &b[i*bNext], aStep, bStep, len(dst)-i)
			for end := min(i+lanes, len(dst)); i < end; i++ {
				dst[i] = scalar(a[i*aNext], b[i*bNext])
			}
		}
	}
}

// powers is the loop of pow: inPairs, but that squares are products.
func powers[T nd.Float](routine pairRoutine[T], vector int, scalar func(x, y T) T) Loop {
	general := inPairs(routine, vector, scalar)
	return binary(func(dst, a, b []T) {
		if len(b) != 1 || b[0] != 2 {
			general(dst, a, b)
			return
		}
		for i, x := range a {
			dst[i] = x * x
		}
	}).loop
}
