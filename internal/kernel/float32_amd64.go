//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// Functions of float32 that are computed in float32.
func init() {
	accelerate(AVX2, nd.KindFloat32, "exp", whole(given(simd.ExpFloat32AVX2, baseE32)))
	accelerate(AVX2, nd.KindFloat32, "exp2", whole(given(simd.ExpFloat32AVX2, baseTwo32)))
	accelerate(AVX2, nd.KindFloat32, "log", whole(given(simd.LogFloat32AVX2, natural32)))
	accelerate(AVX2, nd.KindFloat32, "log2", whole(given(simd.LogBaseFloat32AVX2, binary32)))
	accelerate(AVX2, nd.KindFloat32, "log10", whole(given(simd.LogBaseFloat32AVX2, decimal32)))
	accelerate(AVX2, nd.KindFloat32, "sin", partial(givenSome(simd.SinFloat32AVX2, sine32), sinFloat32))
	accelerate(AVX2, nd.KindFloat32, "cos", partial(givenSome(simd.SinFloat32AVX2, cosine32), cosFloat32))
}
