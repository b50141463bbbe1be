//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// single32 is a routine that sets dst[i] = f(a[i]) for i < n.
type single32 = func(dst, a *float32, n int, c *float64)

// some32 is one that may stop before, and returns how many elements it has done.
type some32 = func(dst, a *float32, n int, c *float64) int

// singles32 are the routines of a level: the plain ones, and those whose stores go
// past the caches.
type singles32 struct {
	exp, log, logBase [2]single32
	sin               [2]some32
}

// Functions that are computed in float32. They are so fast that large results go
// past the caches directly.
func init() {
	addSingles(AVX2, singles32{
		exp:     [2]single32{simd.ExpFloat32AVX2, simd.ExpFloat32StreamAVX2},
		log:     [2]single32{simd.LogFloat32AVX2, simd.LogFloat32StreamAVX2},
		logBase: [2]single32{simd.LogBaseFloat32AVX2, simd.LogBaseFloat32StreamAVX2},
		sin:     [2]some32{simd.SinFloat32AVX2, simd.SinFloat32StreamAVX2},
	})
	addSingles(AVX512, singles32{
		exp:     [2]single32{simd.ExpFloat32AVX512, simd.ExpFloat32StreamAVX512},
		log:     [2]single32{simd.LogFloat32AVX512, simd.LogFloat32StreamAVX512},
		logBase: [2]single32{simd.LogBaseFloat32AVX512, simd.LogBaseFloat32StreamAVX512},
		sin:     [2]some32{simd.SinFloat32AVX512, simd.SinFloat32StreamAVX512},
	})
}

func addSingles(from Level, s singles32) {
	add := func(name string, plain, stream func(dst, a []float32)) {
		accelerate(from, nd.KindFloat32, name, unary(plain).loop)
		streams.add(from, opOf{nd.KindFloat32, name}, pastCaches(plain, stream))
	}
	for name, e := range map[string]*exponential32{"exp": baseE32, "exp2": baseTwo32} {
		add(name, ofSlices(given(s.exp[0], e)), ofSlices(given(s.exp[1], e)))
	}
	add("log", ofSlices(given(s.log[0], natural32)), ofSlices(given(s.log[1], natural32)))
	for name, l := range map[string]*logarithm32{"log2": binary32, "log10": decimal32} {
		add(name, ofSlices(given(s.logBase[0], l)), ofSlices(given(s.logBase[1], l)))
	}
	sine := func(name string, w *sinusoid, scalar func(float32) float32) {
		add(name, withScalar(givenSome(s.sin[0], w), scalar), withScalar(givenSome(s.sin[1], w), scalar))
	}
	sine("sin", sine32, sinFloat32)
	sine("cos", cosine32, cosFloat32)
}
