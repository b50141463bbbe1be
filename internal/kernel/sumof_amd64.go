//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// sumRoutine returns the sum of n results; form is that of a routine.
type sumRoutine = func(a, b, c *byte, n, form int) float64

func init() {
	for name, f := range map[string][numLevels]sumRoutine{
		"add":         both(simd.SumOfAddFloat64AVX2, simd.SumOfAddFloat64AVX512),
		"sub":         both(simd.SumOfSubFloat64AVX2, simd.SumOfSubFloat64AVX512),
		"mul":         both(simd.SumOfMulFloat64AVX2, simd.SumOfMulFloat64AVX512),
		"div":         both(simd.SumOfDivFloat64AVX2, simd.SumOfDivFloat64AVX512),
		"square":      both(simd.SumOfSquareFloat64AVX2, simd.SumOfSquareFloat64AVX512),
		"sqrt":        both(simd.SumOfSqrtFloat64AVX2, simd.SumOfSqrtFloat64AVX512),
		"neg":         both(simd.SumOfNegFloat64AVX2, simd.SumOfNegFloat64AVX512),
		"abs":         both(simd.SumOfAbsFloat64AVX2, simd.SumOfAbsFloat64AVX512),
		"mul_add":     both(simd.SumOfMulAddFloat64AVX2, simd.SumOfMulAddFloat64AVX512),
		"mul_sub":     both(simd.SumOfMulSubFloat64AVX2, simd.SumOfMulSubFloat64AVX512),
		"sub_mul":     both(simd.SumOfSubMulFloat64AVX2, simd.SumOfSubMulFloat64AVX512),
		"sub_div":     both(simd.SumOfSubDivFloat64AVX2, simd.SumOfSubDivFloat64AVX512),
		"square_add":  both(simd.SumOfSquareAddFloat64AVX2, simd.SumOfSquareAddFloat64AVX512),
		"sum_squares": both(simd.SumOfSumSquaresFloat64AVX2, simd.SumOfSumSquaresFloat64AVX512),
		"hypot_plain": both(simd.SumOfHypotPlainFloat64AVX2, simd.SumOfHypotPlainFloat64AVX512),
		"sub_square":  both(simd.SumOfSubSquareFloat64AVX2, simd.SumOfSubSquareFloat64AVX512),
		"add_sqrt":    both(simd.SumOfAddSqrtFloat64AVX2, simd.SumOfAddSqrtFloat64AVX512),
	} {
		for _, l := range []Level{AVX2, AVX512} {
			sumsOfOps.add(l, opOf{nd.KindFloat64, name}, assembledSum(f[l]))
		}
	}
}

func assembledSum(f sumRoutine) func(args [][]byte, n int) float64 {
	return func(args [][]byte, n int) float64 {
		var p [3]*byte
		form := 0
		for k, a := range args {
			p[k] = unsafe.SliceData(a)
			if len(a) < n*8 {
				form |= 1 << k
			}
		}
		return f(p[0], p[1], p[2], n, form)
	}
}
