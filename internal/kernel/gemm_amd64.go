//go:build amd64 && !purego

package kernel

import "github.com/ndgrid/ndgrid/internal/kernel/simd"

func init() {
	gemmers64[AVX2] = gemmer[float64]{4, 12, simd.Gemm64AVX2}
	gemmers64[AVX512] = gemmer[float64]{8, 24, simd.Gemm64AVX512}
	gemmers32[AVX2] = gemmer[float32]{4, 24, simd.Gemm32AVX2}
	gemmers32[AVX512] = gemmer[float32]{8, 48, simd.Gemm32AVX512}
}
