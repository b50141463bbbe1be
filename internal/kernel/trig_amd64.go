//go:build amd64 && !purego

package kernel

import "github.com/ndgrid/ndgrid/internal/kernel/simd"

func init() {
	partial(AVX2, "sin", simd.SinFloat64AVX2, sin)
	partial(AVX2, "cos", simd.CosFloat64AVX2, cos)
	partial(AVX2, "tan", simd.TanFloat64AVX2, tan)
	whole(AVX2, "asin", simd.AsinFloat64AVX2)
	whole(AVX2, "acos", simd.AcosFloat64AVX2)
	whole(AVX2, "atan", simd.AtanFloat64AVX2)
	partial(AVX2, "tan", simd.TanFloat32AVX2, tanFloat32)
	whole(AVX2, "asin", simd.AsinFloat32AVX2)
	whole(AVX2, "acos", simd.AcosFloat32AVX2)
	whole(AVX2, "atan", simd.AtanFloat32AVX2)

	partial(AVX512, "sin", simd.SinFloat64AVX512, sin)
	partial(AVX512, "cos", simd.CosFloat64AVX512, cos)
	partial(AVX512, "tan", simd.TanFloat64AVX512, tan)
	whole(AVX512, "asin", simd.AsinFloat64AVX512)
	whole(AVX512, "acos", simd.AcosFloat64AVX512)
	whole(AVX512, "atan", simd.AtanFloat64AVX512)
	partial(AVX512, "tan", simd.TanFloat32AVX512, tanFloat32)
	whole(AVX512, "asin", simd.AsinFloat32AVX512)
	whole(AVX512, "acos", simd.AcosFloat32AVX512)
	whole(AVX512, "atan", simd.AtanFloat32AVX512)
}
