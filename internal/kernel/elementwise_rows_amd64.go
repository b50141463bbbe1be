//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// rowsRoutine is the type of routines that go down several rows at once, in blocks
// of rowBlock bytes from the first whole line of each row of dst; pitches are in
// bytes.
type rowsRoutine = func(dst, a, b, c *byte, dstPitch, aPitch, bPitch, cPitch, rows, blocks int)

const rowBlock = 128

var floatRowStreams = map[string]struct{ f64, f32 [numLevels]rowsRoutine }{
	"add":         {both(simd.AddFloat64RowsAVX2, simd.AddFloat64RowsAVX512), both(simd.AddFloat32RowsAVX2, simd.AddFloat32RowsAVX512)},
	"sub":         {both(simd.SubFloat64RowsAVX2, simd.SubFloat64RowsAVX512), both(simd.SubFloat32RowsAVX2, simd.SubFloat32RowsAVX512)},
	"mul":         {both(simd.MulFloat64RowsAVX2, simd.MulFloat64RowsAVX512), both(simd.MulFloat32RowsAVX2, simd.MulFloat32RowsAVX512)},
	"div":         {both(simd.DivFloat64RowsAVX2, simd.DivFloat64RowsAVX512), both(simd.DivFloat32RowsAVX2, simd.DivFloat32RowsAVX512)},
	"mul_add":     {both(simd.MulAddFloat64RowsAVX2, simd.MulAddFloat64RowsAVX512), both(simd.MulAddFloat32RowsAVX2, simd.MulAddFloat32RowsAVX512)},
	"mul_sub":     {both(simd.MulSubFloat64RowsAVX2, simd.MulSubFloat64RowsAVX512), both(simd.MulSubFloat32RowsAVX2, simd.MulSubFloat32RowsAVX512)},
	"sub_mul":     {both(simd.SubMulFloat64RowsAVX2, simd.SubMulFloat64RowsAVX512), both(simd.SubMulFloat32RowsAVX2, simd.SubMulFloat32RowsAVX512)},
	"sub_div":     {both(simd.SubDivFloat64RowsAVX2, simd.SubDivFloat64RowsAVX512), both(simd.SubDivFloat32RowsAVX2, simd.SubDivFloat32RowsAVX512)},
	"square_add":  {both(simd.SquareAddFloat64RowsAVX2, simd.SquareAddFloat64RowsAVX512), both(simd.SquareAddFloat32RowsAVX2, simd.SquareAddFloat32RowsAVX512)},
	"sum_squares": {both(simd.SumSquaresFloat64RowsAVX2, simd.SumSquaresFloat64RowsAVX512), both(simd.SumSquaresFloat32RowsAVX2, simd.SumSquaresFloat32RowsAVX512)},
	"hypot_plain": {both(simd.HypotPlainFloat64RowsAVX2, simd.HypotPlainFloat64RowsAVX512), both(simd.HypotPlainFloat32RowsAVX2, simd.HypotPlainFloat32RowsAVX512)},
	"sub_square":  {both(simd.SubSquareFloat64RowsAVX2, simd.SubSquareFloat64RowsAVX512), both(simd.SubSquareFloat32RowsAVX2, simd.SubSquareFloat32RowsAVX512)},
	"add_sqrt":    {both(simd.AddSqrtFloat64RowsAVX2, simd.AddSqrtFloat64RowsAVX512), both(simd.AddSqrtFloat32RowsAVX2, simd.AddSqrtFloat32RowsAVX512)},
}

func init() {
	for _, l := range []Level{AVX2, AVX512} {
		for _, op := range streamingFloats {
			if r, ok := floatRowStreams[op.name]; ok {
				rowStreams.add(l, opOf{nd.KindFloat64, op.name}, assembledRows(r.f64[l], op.f64[l], 8))
				rowStreams.add(l, opOf{nd.KindFloat32, op.name}, assembledRows(r.f32[l], op.f32[l], 4))
			}
		}
	}
}

// assembledRows makes a loop of a routine, and of the one for single rows, which
// computes what lies before a row's first block and behind its last.
func assembledRows(down rowsRoutine, along routine, size int) RowsLoop {
	return func(dst []byte, args [][]byte, rows, n int, pitches []int) {
		operands, pitch := [4]unsafe.Pointer{unsafe.Pointer(unsafe.SliceData(dst))}, [4]int{}
		for k, a := range args {
			operands[k+1] = unsafe.Pointer(unsafe.SliceData(a))
		}
		for k, p := range pitches {
			pitch[k] = p * size
		}
		part := func(row, lo, hi int) {
			var p [4]*byte
			for k, o := range operands[:1+len(args)] {
				p[k] = (*byte)(unsafe.Add(o, row*pitch[k]+lo*size))
			}
			along(p[0], p[1], p[2], p[3], hi-lo, 0)
		}
		first := func(row int) int { // the element with which a row's first block begins
			return int(-(uintptr(operands[0])+uintptr(row*pitch[0]))%cacheLine) / size
		}
		block := rowBlock / size
		blocks := n / block
		for row := range rows {
			blocks = min(blocks, (n-first(row))/block)
		}
		if uintptr(operands[0])%uintptr(size) != 0 || blocks <= 0 {
			for row := range rows {
				part(row, 0, n)
			}
			return
		}
		down((*byte)(operands[0]), (*byte)(operands[1]), (*byte)(operands[2]), (*byte)(operands[3]), pitch[0], pitch[1], pitch[2], pitch[3], rows, blocks)
		for row := range rows {
			at := first(row)
			part(row, 0, at)
			part(row, at+blocks*block, n)
		}
	}
}
