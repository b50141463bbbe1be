//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

func init() {
	accelerate(AVX2, nd.KindFloat64, "square", unary(func(dst, a []float64) {
		simd.Square64AVX2(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst))
	}).loop)
}
