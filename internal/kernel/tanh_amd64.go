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
}
