//go:build amd64 && !purego

package kernel

import "github.com/ndgrid/ndgrid/internal/kernel/simd"

func init() {
	shufflers[AVX2] = [4]shuffler{
		1: {32, simd.Shuffle2AVX2, simd.Unshuffle2AVX2},
		2: {32, simd.Shuffle4AVX2, simd.Unshuffle4AVX2},
		3: {32, simd.Shuffle8AVX2, simd.Unshuffle8AVX2},
	}
	shufflers[AVX512] = [4]shuffler{
		1: {64, simd.Shuffle2AVX512, simd.Unshuffle2AVX512},
		2: {64, simd.Shuffle4AVX512, simd.Unshuffle4AVX512},
		3: {64, simd.Shuffle8AVX512, simd.Unshuffle8AVX512},
	}
	bitTransposers[AVX2], bitTransposers[AVX512] = simd.TransposeBitsAVX2, simd.TransposeBitsAVX2
	tilers[AVX2] = [5]tiler{
		2: {8, simd.Transpose4AVX2, simd.TransposeStream4AVX2},
		3: {4, simd.Transpose8AVX2, simd.TransposeStream8AVX2},
		4: {2, simd.Transpose16AVX2, simd.TransposeStream16AVX2},
	}
	tilers[AVX512] = [5]tiler{
		2: {16, simd.Transpose4AVX512, simd.TransposeStream4AVX512},
		3: {8, simd.Transpose8AVX512, simd.TransposeStream8AVX512},
		4: {4, simd.Transpose16AVX512, simd.TransposeStream16AVX512},
	}
}
