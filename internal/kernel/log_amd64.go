//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

func init() {
	accelerate(AVX2, nd.KindFloat64, "log", whole(given(simd.LogFloat64AVX2, natural)))
	accelerate(AVX2, nd.KindFloat64, "log2", whole(given(simd.LogBaseFloat64AVX2, binary2)))
	accelerate(AVX2, nd.KindFloat64, "log10", whole(given(simd.LogBaseFloat64AVX2, decimal)))
	accelerate(AVX2, nd.KindFloat64, "log1p", whole(given(simd.Log1pFloat64AVX2, natural)))
	accelerate(AVX2, nd.KindFloat32, "log1p", whole(given(simd.Log1pFloat32AVX2, natural)))

	accelerate(AVX512, nd.KindFloat64, "log", whole(given(simd.LogFloat64AVX512, natural)))
	accelerate(AVX512, nd.KindFloat64, "log2", whole(given(simd.LogBaseFloat64AVX512, binary2)))
	accelerate(AVX512, nd.KindFloat64, "log10", whole(given(simd.LogBaseFloat64AVX512, decimal)))
	accelerate(AVX512, nd.KindFloat64, "log1p", whole(given(simd.Log1pFloat64AVX512, natural)))
	accelerate(AVX512, nd.KindFloat32, "log1p", whole(given(simd.Log1pFloat32AVX512, natural)))
}
