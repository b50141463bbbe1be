//go:build amd64 && !purego

package kernel

import "github.com/ndgrid/ndgrid/internal/kernel/simd"

func init() {
	whole(AVX2, "exp", given(simd.ExpFloat64AVX2, baseE))
	whole(AVX2, "exp2", given(simd.ExpFloat64AVX2, base2))
	partial(AVX2, "expm1", givenSome(simd.Expm1Float64AVX2, minus1), expm1)
	whole(AVX2, "expm1", given(simd.Expm1Float32AVX2, minus1))

	whole(AVX512, "exp", given(simd.ExpFloat64AVX512, baseE))
	whole(AVX512, "exp2", given(simd.ExpFloat64AVX512, base2))
	partial(AVX512, "expm1", givenSome(simd.Expm1Float64AVX512, minus1), expm1)
	whole(AVX512, "expm1", given(simd.Expm1Float32AVX512, minus1))
}
