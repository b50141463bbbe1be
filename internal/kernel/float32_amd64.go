//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// Functions that are computed in float32. They are so fast that large results go
// past the caches directly.
func init() {
	add := func(name string, plain, stream func(dst, a []float32)) {
		accelerate(AVX2, nd.KindFloat32, name, unary(plain).loop)
		streams.add(AVX2, opOf{nd.KindFloat32, name}, pastCaches(plain, stream))
	}
	for name, e := range map[string]*exponential32{"exp": baseE32, "exp2": baseTwo32} {
		add(name, ofSlices(given(simd.ExpFloat32AVX2, e)), ofSlices(given(simd.ExpFloat32StreamAVX2, e)))
	}
	add("log", ofSlices(given(simd.LogFloat32AVX2, natural32)), ofSlices(given(simd.LogFloat32StreamAVX2, natural32)))
	for name, l := range map[string]*logarithm32{"log2": binary32, "log10": decimal32} {
		add(name, ofSlices(given(simd.LogBaseFloat32AVX2, l)), ofSlices(given(simd.LogBaseFloat32StreamAVX2, l)))
	}
	add("sin", withScalar(givenSome(simd.SinFloat32AVX2, sine32), sinFloat32), withScalar(givenSome(simd.SinFloat32StreamAVX2, sine32), sinFloat32))
	add("cos", withScalar(givenSome(simd.SinFloat32AVX2, cosine32), cosFloat32), withScalar(givenSome(simd.SinFloat32StreamAVX2, cosine32), cosFloat32))
}
