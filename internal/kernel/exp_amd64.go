//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// given is a routine with its constants.
func given[T nd.Float, C any](routine func(dst, a *T, n int, c *float64), c *C) func(dst, a *T, n int) {
	constants := (*float64)(unsafe.Pointer(c))
	return func(dst, a *T, n int) { routine(dst, a, n, constants) }
}

// givenSome is given for a routine that returns how many elements it has done.
func givenSome[T nd.Float, C any](routine func(dst, a *T, n int, c *float64) int, c *C) func(dst, a *T, n int) int {
	constants := (*float64)(unsafe.Pointer(c))
	return func(dst, a *T, n int) int { return routine(dst, a, n, constants) }
}

func init() {
	accelerate(AVX2, nd.KindFloat64, "exp", whole(given(simd.ExpFloat64AVX2, baseE)))
	accelerate(AVX2, nd.KindFloat64, "exp2", whole(given(simd.ExpFloat64AVX2, base2)))
	accelerate(AVX2, nd.KindFloat64, "expm1", partial(givenSome(simd.Expm1Float64AVX2, minus1), expm1))
	accelerate(AVX2, nd.KindFloat32, "expm1", whole(given(simd.Expm1Float32AVX2, minus1)))

	accelerate(AVX512, nd.KindFloat64, "exp", whole(given(simd.ExpFloat64AVX512, baseE)))
	accelerate(AVX512, nd.KindFloat64, "exp2", whole(given(simd.ExpFloat64AVX512, base2)))
	accelerate(AVX512, nd.KindFloat64, "expm1", partial(givenSome(simd.Expm1Float64AVX512, minus1), expm1))
	accelerate(AVX512, nd.KindFloat32, "expm1", whole(given(simd.Expm1Float32AVX512, minus1)))
}
