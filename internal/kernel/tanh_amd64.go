//go:build amd64 && !purego

package kernel

import "github.com/ndgrid/ndgrid/internal/kernel/simd"

func init() {
	whole(AVX2, "tanh", simd.TanhFloat64AVX2)
	whole(AVX512, "tanh", simd.TanhFloat64AVX512)
	whole(AVX2, "tanh", simd.TanhFloat32AVX2)
	whole(AVX512, "tanh", simd.TanhFloat32AVX512)

	partial(AVX2, "sinh", simd.SinhFloat64AVX2, sinh)
	partial(AVX512, "sinh", simd.SinhFloat64AVX512, sinh)
	whole(AVX2, "sinh", simd.SinhFloat32AVX2)
	whole(AVX512, "sinh", simd.SinhFloat32AVX512)

	partial(AVX2, "cosh", simd.CoshFloat64AVX2, cosh)
	partial(AVX512, "cosh", simd.CoshFloat64AVX512, cosh)
	whole(AVX2, "cosh", simd.CoshFloat32AVX2)
	whole(AVX512, "cosh", simd.CoshFloat32AVX512)
}
