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
	for name, f := range map[string]struct{ f64, f32 [numLevels]sumRoutine }{
		"add":         {both(simd.SumOfAddFloat64AVX2, simd.SumOfAddFloat64AVX512), both(simd.SumOfAddFloat32AVX2, simd.SumOfAddFloat32AVX512)},
		"sub":         {both(simd.SumOfSubFloat64AVX2, simd.SumOfSubFloat64AVX512), both(simd.SumOfSubFloat32AVX2, simd.SumOfSubFloat32AVX512)},
		"mul":         {both(simd.SumOfMulFloat64AVX2, simd.SumOfMulFloat64AVX512), both(simd.SumOfMulFloat32AVX2, simd.SumOfMulFloat32AVX512)},
		"div":         {both(simd.SumOfDivFloat64AVX2, simd.SumOfDivFloat64AVX512), both(simd.SumOfDivFloat32AVX2, simd.SumOfDivFloat32AVX512)},
		"square":      {both(simd.SumOfSquareFloat64AVX2, simd.SumOfSquareFloat64AVX512), both(simd.SumOfSquareFloat32AVX2, simd.SumOfSquareFloat32AVX512)},
		"sqrt":        {both(simd.SumOfSqrtFloat64AVX2, simd.SumOfSqrtFloat64AVX512), both(simd.SumOfSqrtFloat32AVX2, simd.SumOfSqrtFloat32AVX512)},
		"neg":         {both(simd.SumOfNegFloat64AVX2, simd.SumOfNegFloat64AVX512), both(simd.SumOfNegFloat32AVX2, simd.SumOfNegFloat32AVX512)},
		"abs":         {both(simd.SumOfAbsFloat64AVX2, simd.SumOfAbsFloat64AVX512), both(simd.SumOfAbsFloat32AVX2, simd.SumOfAbsFloat32AVX512)},
		"mul_add":     {both(simd.SumOfMulAddFloat64AVX2, simd.SumOfMulAddFloat64AVX512), both(simd.SumOfMulAddFloat32AVX2, simd.SumOfMulAddFloat32AVX512)},
		"mul_sub":     {both(simd.SumOfMulSubFloat64AVX2, simd.SumOfMulSubFloat64AVX512), both(simd.SumOfMulSubFloat32AVX2, simd.SumOfMulSubFloat32AVX512)},
		"sub_mul":     {both(simd.SumOfSubMulFloat64AVX2, simd.SumOfSubMulFloat64AVX512), both(simd.SumOfSubMulFloat32AVX2, simd.SumOfSubMulFloat32AVX512)},
		"sub_div":     {both(simd.SumOfSubDivFloat64AVX2, simd.SumOfSubDivFloat64AVX512), both(simd.SumOfSubDivFloat32AVX2, simd.SumOfSubDivFloat32AVX512)},
		"square_add":  {both(simd.SumOfSquareAddFloat64AVX2, simd.SumOfSquareAddFloat64AVX512), both(simd.SumOfSquareAddFloat32AVX2, simd.SumOfSquareAddFloat32AVX512)},
		"sum_squares": {both(simd.SumOfSumSquaresFloat64AVX2, simd.SumOfSumSquaresFloat64AVX512), both(simd.SumOfSumSquaresFloat32AVX2, simd.SumOfSumSquaresFloat32AVX512)},
		"hypot_plain": {both(simd.SumOfHypotPlainFloat64AVX2, simd.SumOfHypotPlainFloat64AVX512), both(simd.SumOfHypotPlainFloat32AVX2, simd.SumOfHypotPlainFloat32AVX512)},
		"sub_square":  {both(simd.SumOfSubSquareFloat64AVX2, simd.SumOfSubSquareFloat64AVX512), both(simd.SumOfSubSquareFloat32AVX2, simd.SumOfSubSquareFloat32AVX512)},
		"add_sqrt":    {both(simd.SumOfAddSqrtFloat64AVX2, simd.SumOfAddSqrtFloat64AVX512), both(simd.SumOfAddSqrtFloat32AVX2, simd.SumOfAddSqrtFloat32AVX512)},
	} {
		for _, l := range []Level{AVX2, AVX512} {
			sumsOfOps.add(l, opOf{nd.KindFloat64, name}, assembledSum(f.f64[l], 8))
			sumsOfOps.add(l, opOf{nd.KindFloat32, name}, assembledSum(f.f32[l], 4))
		}
	}
}

func assembledSum(f sumRoutine, size int) func(args [][]byte, n int) float64 {
	return func(args [][]byte, n int) float64 {
		var p [3]*byte
		form := 0
		for k, a := range args {
			p[k] = unsafe.SliceData(a)
			if len(a) < n*size {
				form |= 1 << k
			}
		}
		return f(p[0], p[1], p[2], n, form)
	}
}
