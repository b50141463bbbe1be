//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

func init() {
	accelerate(AVX2, nd.KindFloat64, "tanh", whole(simd.TanhFloat64AVX2))
	accelerate(AVX512, nd.KindFloat64, "tanh", whole(simd.TanhFloat64AVX512))
	accelerate(AVX2, nd.KindFloat32, "tanh", whole(simd.TanhFloat32AVX2))
	accelerate(AVX512, nd.KindFloat32, "tanh", whole(simd.TanhFloat32AVX512))

	accelerate(AVX2, nd.KindFloat64, "sinh", partial(simd.SinhFloat64AVX2, sinh))
	accelerate(AVX512, nd.KindFloat64, "sinh", partial(simd.SinhFloat64AVX512, sinh))
	accelerate(AVX2, nd.KindFloat32, "sinh", whole(simd.SinhFloat32AVX2))
	accelerate(AVX512, nd.KindFloat32, "sinh", whole(simd.SinhFloat32AVX512))

	accelerate(AVX2, nd.KindFloat64, "cosh", partial(simd.CoshFloat64AVX2, cosh))
	accelerate(AVX512, nd.KindFloat64, "cosh", partial(simd.CoshFloat64AVX512, cosh))
	accelerate(AVX2, nd.KindFloat32, "cosh", whole(simd.CoshFloat32AVX2))
	accelerate(AVX512, nd.KindFloat32, "cosh", whole(simd.CoshFloat32AVX512))
}
