//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

func init() {
	addPowers(AVX2, 32, simd.PowFloat64AVX2, pow)
	addPowers(AVX512, 64, simd.PowFloat64AVX512, pow)
	addPowers(AVX2, 16, complete(simd.PowFloat32AVX2), powFloat32)
	addPowers(AVX512, 32, complete(simd.PowFloat32AVX512), powFloat32)

	addPairs(AVX2, "hypot", 32, complete(simd.HypotFloat64AVX2), hypot)
	addPairs(AVX512, "hypot", 64, complete(simd.HypotFloat64AVX512), hypot)
	addPairs(AVX2, "hypot", 16, complete(simd.HypotFloat32AVX2), hypotFloat32)
	addPairs(AVX512, "hypot", 32, complete(simd.HypotFloat32AVX512), hypotFloat32)
}

// pairRoutine sets dst[i] = f(a[i], b[i]) for i < n and returns how many
// elements it has done: fewer than n where a vector holds one that is not for
// it. The steps are the bytes from one vector of an argument to the next, 0 for
// an element that is used over and over. With past, stores of whole vectors go
// past the caches.
type pairRoutine[T nd.Float] func(dst, a, b *T, aStep, bStep, n, past int) int

// complete makes a pairRoutine of one that does every element.
func complete[T nd.Float](routine func(dst, a, b *T, aStep, bStep, n, past int)) pairRoutine[T] {
	return func(dst, a, b *T, aStep, bStep, n, past int) int {
		routine(dst, a, b, aStep, bStep, n, past)
		return n
	}
}

// inPairs is the loop of a routine with vectors of so many bytes; what it leaves
// goes to scalar, a vector at a time.
func inPairs[T nd.Float](routine pairRoutine[T], vector int, scalar func(x, y T) T, past int) func(dst, a, b []T) {
	lanes := vector / int(nd.DTypeOf[T]().Size())
	return func(dst, a, b []T) {
		aStep, aNext, bStep, bNext := vector, 1, vector, 1
		if len(a) < len(dst) {
			aStep, aNext = 0, 0
		}
		if len(b) < len(dst) {
			bStep, bNext = 0, 0
		}
		for i := 0; i < len(dst); {
			i += routine(&dst[i], &a[i*aNext], &b[i*bNext], aStep, bStep, len(dst)-i, past)
			for end := min(i+lanes, len(dst)); i < end; i++ {
				dst[i] = scalar(a[i*aNext], b[i*bNext])
			}
		}
	}
}

// addPairs makes a routine a function's loop from a level up.
func addPairs[T nd.Float](from Level, name string, vector int, f pairRoutine[T], scalar func(x, y T) T) {
	addFunction2(from, name, func(past int) func(dst, a, b []T) { return inPairs(f, vector, scalar, past) })
}

// addPowers is addPairs for pow, but that squares are products.
func addPowers[T nd.Float](from Level, vector int, f pairRoutine[T], scalar func(x, y T) T) {
	addFunction2(from, "pow", func(past int) func(dst, a, b []T) {
		general := inPairs(f, vector, scalar, past)
		return func(dst, a, b []T) {
			if len(b) != 1 || b[0] != 2 {
				general(dst, a, b)
				return
			}
			for i, x := range a {
				dst[i] = x * x
			}
		}
	})
}
