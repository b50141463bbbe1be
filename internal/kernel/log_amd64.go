//go:build amd64 && !purego

package kernel

import "github.com/ndgrid/ndgrid/internal/kernel/simd"

func init() {
	whole(AVX2, "log", given(simd.LogFloat64AVX2, natural))
	whole(AVX2, "log2", given(simd.LogBaseFloat64AVX2, binary2))
	whole(AVX2, "log10", given(simd.LogBaseFloat64AVX2, decimal))
	whole(AVX2, "log1p", given(simd.Log1pFloat64AVX2, natural))
	whole(AVX2, "log1p", given(simd.Log1pFloat32AVX2, natural))

	whole(AVX512, "log", given(simd.LogFloat64AVX512, natural))
	whole(AVX512, "log2", given(simd.LogBaseFloat64AVX512, binary2))
	whole(AVX512, "log10", given(simd.LogBaseFloat64AVX512, decimal))
	whole(AVX512, "log1p", given(simd.Log1pFloat64AVX512, natural))
	whole(AVX512, "log1p", given(simd.Log1pFloat32AVX512, natural))
}
