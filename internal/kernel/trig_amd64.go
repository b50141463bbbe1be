//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

func init() {
	accelerate(AVX2, nd.KindFloat64, "sin", partial(simd.SinFloat64AVX2, sin))
	accelerate(AVX2, nd.KindFloat64, "cos", partial(simd.CosFloat64AVX2, cos))
	accelerate(AVX2, nd.KindFloat64, "tan", partial(simd.TanFloat64AVX2, tan))
	accelerate(AVX2, nd.KindFloat64, "asin", whole(simd.AsinFloat64AVX2))
	accelerate(AVX2, nd.KindFloat64, "acos", whole(simd.AcosFloat64AVX2))
	accelerate(AVX2, nd.KindFloat64, "atan", whole(simd.AtanFloat64AVX2))
	accelerate(AVX2, nd.KindFloat32, "tan", partial(simd.TanFloat32AVX2, tanFloat32))
	accelerate(AVX2, nd.KindFloat32, "asin", whole(simd.AsinFloat32AVX2))
	accelerate(AVX2, nd.KindFloat32, "acos", whole(simd.AcosFloat32AVX2))
	accelerate(AVX2, nd.KindFloat32, "atan", whole(simd.AtanFloat32AVX2))

	accelerate(AVX512, nd.KindFloat64, "sin", partial(simd.SinFloat64AVX512, sin))
	accelerate(AVX512, nd.KindFloat64, "cos", partial(simd.CosFloat64AVX512, cos))
	accelerate(AVX512, nd.KindFloat64, "tan", partial(simd.TanFloat64AVX512, tan))
	accelerate(AVX512, nd.KindFloat64, "asin", whole(simd.AsinFloat64AVX512))
	accelerate(AVX512, nd.KindFloat64, "acos", whole(simd.AcosFloat64AVX512))
	accelerate(AVX512, nd.KindFloat64, "atan", whole(simd.AtanFloat64AVX512))
	accelerate(AVX512, nd.KindFloat32, "tan", partial(simd.TanFloat32AVX512, tanFloat32))
	accelerate(AVX512, nd.KindFloat32, "asin", whole(simd.AsinFloat32AVX512))
	accelerate(AVX512, nd.KindFloat32, "acos", whole(simd.AcosFloat32AVX512))
	accelerate(AVX512, nd.KindFloat32, "atan", whole(simd.AtanFloat32AVX512))
}
