//go:build amd64 && !purego

package kernel

import "github.com/ndgrid/ndgrid/internal/kernel/simd"

// single32 is a routine of a function that is computed in float32, some32 one that
// may stop.
type (
	single32 = func(dst, a *float32, n int, c *float64, past int)
	some32   = func(dst, a *float32, n int, c *float64, past int) int
)

func init() {
	addSingles(AVX2, simd.ExpFloat32AVX2, simd.LogFloat32AVX2, simd.LogBaseFloat32AVX2, simd.SinFloat32AVX2)
	addSingles(AVX512, simd.ExpFloat32AVX512, simd.LogFloat32AVX512, simd.LogBaseFloat32AVX512, simd.SinFloat32AVX512)
}

// addSingles adds the functions that are computed in float32.
func addSingles(from Level, exp, log, logBase single32, sin some32) {
	whole(from, "exp", given(exp, baseE32))
	whole(from, "exp2", given(exp, baseTwo32))
	whole(from, "log", given(log, natural32))
	whole(from, "log2", given(logBase, binary32))
	whole(from, "log10", given(logBase, decimal32))
	partial(from, "sin", givenSome(sin, sine32), sinFloat32)
	partial(from, "cos", givenSome(sin, cosine32), cosFloat32)
}
