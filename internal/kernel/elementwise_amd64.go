//go:build amd64 && !purego

package kernel

import (
	"math/bits"
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// routine is the type of all element-wise routines of package simd. They read
// as many of a, b and c as the operation has arguments. In form, bit k says that
// argument k is one element which stands for all, not all arguments at once;
// and streamForm that stores shall go past the caches, where the routine can.
type routine = func(dst, a, b, c *byte, n, form int)

const streamForm = 8

// byLevel are the routines of an operation; nil where a level has none.
type byLevel [numLevels]routine

func both[F any](avx2, avx512 F) [numLevels]F { return [numLevels]F{AVX2: avx2, AVX512: avx512} }

// assembled makes a loop of a routine, for elements of so many bytes.
func assembled(f routine, form, out int, in ...int) Loop {
	shift := bits.TrailingZeros(uint(out))
	all := 1<<len(in) - 1
	return func(dst []byte, args [][]byte) {
		n, form := len(dst)>>shift, form
		var p [3]*byte
		for k, a := range args {
			p[k] = unsafe.SliceData(a)
			if len(a) < n*in[k] {
				form |= 1 << k
			}
		}
		if form&all == all {
			f(unsafe.SliceData(dst), p[0], p[1], p[2], 1, 0)
			repeat(dst, out)
			return
		}
		f(unsafe.SliceData(dst), p[0], p[1], p[2], n, form)
	}
}

// repeat fills dst with its first element, of so many bytes.
func repeat(dst []byte, size int) {
	for done := size; done < len(dst); done *= 2 {
		copy(dst[done:], dst[:done])
	}
}

// same is a slice of n times size.
func same(size, n int) []int { return []int{size, size, size}[:n] }

// floatRow are the routines of an operation of both floats.
type floatRow struct {
	name     string
	nargs    int
	f64, f32 byLevel
}

// The loops that stream as well: arithmetic, and what is fused of it.
var streamingFloats = []floatRow{
	{"add", 2, both(simd.AddFloat64AVX2, simd.AddFloat64AVX512), both(simd.AddFloat32AVX2, simd.AddFloat32AVX512)},
	{"sub", 2, both(simd.SubFloat64AVX2, simd.SubFloat64AVX512), both(simd.SubFloat32AVX2, simd.SubFloat32AVX512)},
	{"mul", 2, both(simd.MulFloat64AVX2, simd.MulFloat64AVX512), both(simd.MulFloat32AVX2, simd.MulFloat32AVX512)},
	{"div", 2, both(simd.DivFloat64AVX2, simd.DivFloat64AVX512), both(simd.DivFloat32AVX2, simd.DivFloat32AVX512)},
	{"square", 1, both(simd.SquareFloat64AVX2, simd.SquareFloat64AVX512), both(simd.SquareFloat32AVX2, simd.SquareFloat32AVX512)},
	{"sqrt", 1, both(simd.SqrtFloat64AVX2, simd.SqrtFloat64AVX512), both(simd.SqrtFloat32AVX2, simd.SqrtFloat32AVX512)},
	{"neg", 1, both(simd.NegFloat64AVX2, simd.NegFloat64AVX512), both(simd.NegFloat32AVX2, simd.NegFloat32AVX512)},
	{"abs", 1, both(simd.AbsFloat64AVX2, simd.AbsFloat64AVX512), both(simd.AbsFloat32AVX2, simd.AbsFloat32AVX512)},
	{"mul_add", 3, both(simd.MulAddFloat64AVX2, simd.MulAddFloat64AVX512), both(simd.MulAddFloat32AVX2, simd.MulAddFloat32AVX512)},
	{"mul_sub", 3, both(simd.MulSubFloat64AVX2, simd.MulSubFloat64AVX512), both(simd.MulSubFloat32AVX2, simd.MulSubFloat32AVX512)},
	{"sub_mul", 3, both(simd.SubMulFloat64AVX2, simd.SubMulFloat64AVX512), both(simd.SubMulFloat32AVX2, simd.SubMulFloat32AVX512)},
	{"sub_div", 3, both(simd.SubDivFloat64AVX2, simd.SubDivFloat64AVX512), both(simd.SubDivFloat32AVX2, simd.SubDivFloat32AVX512)},
	{"square_add", 2, both(simd.SquareAddFloat64AVX2, simd.SquareAddFloat64AVX512), both(simd.SquareAddFloat32AVX2, simd.SquareAddFloat32AVX512)},
	{"sum_squares", 2, both(simd.SumSquaresFloat64AVX2, simd.SumSquaresFloat64AVX512), both(simd.SumSquaresFloat32AVX2, simd.SumSquaresFloat32AVX512)},
	{"hypot_plain", 2, both(simd.HypotPlainFloat64AVX2, simd.HypotPlainFloat64AVX512), both(simd.HypotPlainFloat32AVX2, simd.HypotPlainFloat32AVX512)},
	{"sub_square", 2, both(simd.SubSquareFloat64AVX2, simd.SubSquareFloat64AVX512), both(simd.SubSquareFloat32AVX2, simd.SubSquareFloat32AVX512)},
	{"add_sqrt", 2, both(simd.AddSqrtFloat64AVX2, simd.AddSqrtFloat64AVX512), both(simd.AddSqrtFloat32AVX2, simd.AddSqrtFloat32AVX512)},
}

// Other operations whose results are floats.
var otherFloats = []floatRow{
	{"round", 1, both(simd.RoundFloat64AVX2, simd.RoundFloat64AVX512), both(simd.RoundFloat32AVX2, simd.RoundFloat32AVX512)},
	{"floor", 1, both(simd.FloorFloat64AVX2, simd.FloorFloat64AVX512), both(simd.FloorFloat32AVX2, simd.FloorFloat32AVX512)},
	{"ceil", 1, both(simd.CeilFloat64AVX2, simd.CeilFloat64AVX512), both(simd.CeilFloat32AVX2, simd.CeilFloat32AVX512)},
	{"trunc", 1, both(simd.TruncFloat64AVX2, simd.TruncFloat64AVX512), both(simd.TruncFloat32AVX2, simd.TruncFloat32AVX512)},
	{"minimum", 2, both(simd.MinimumFloat64AVX2, simd.MinimumFloat64AVX512), both(simd.MinimumFloat32AVX2, simd.MinimumFloat32AVX512)},
	{"maximum", 2, both(simd.MaximumFloat64AVX2, simd.MaximumFloat64AVX512), both(simd.MaximumFloat32AVX2, simd.MaximumFloat32AVX512)},
	{"fmin", 2, both(simd.FminFloat64AVX2, simd.FminFloat64AVX512), both(simd.FminFloat32AVX2, simd.FminFloat32AVX512)},
	{"fmax", 2, both(simd.FmaxFloat64AVX2, simd.FmaxFloat64AVX512), both(simd.FmaxFloat32AVX2, simd.FmaxFloat32AVX512)},
	{"clip", 3, both(simd.ClipFloat64AVX2, simd.ClipFloat64AVX512), both(simd.ClipFloat32AVX2, simd.ClipFloat32AVX512)},
	{"sign", 1, both(simd.SignFloat64AVX2, simd.SignFloat64AVX512), both(simd.SignFloat32AVX2, simd.SignFloat32AVX512)},
}

// Operations of floats whose results are bools.
var floatPredicates = []floatRow{
	{"equal", 2, both(simd.EqualFloat64AVX2, simd.EqualFloat64AVX512), both(simd.EqualFloat32AVX2, simd.EqualFloat32AVX512)},
	{"not_equal", 2, both(simd.NotEqualFloat64AVX2, simd.NotEqualFloat64AVX512), both(simd.NotEqualFloat32AVX2, simd.NotEqualFloat32AVX512)},
	{"less", 2, both(simd.LessFloat64AVX2, simd.LessFloat64AVX512), both(simd.LessFloat32AVX2, simd.LessFloat32AVX512)},
	{"less_equal", 2, both(simd.LessEqualFloat64AVX2, simd.LessEqualFloat64AVX512), both(simd.LessEqualFloat32AVX2, simd.LessEqualFloat32AVX512)},
	{"greater", 2, both(simd.GreaterFloat64AVX2, simd.GreaterFloat64AVX512), both(simd.GreaterFloat32AVX2, simd.GreaterFloat32AVX512)},
	{"greater_equal", 2, both(simd.GreaterEqualFloat64AVX2, simd.GreaterEqualFloat64AVX512), both(simd.GreaterEqualFloat32AVX2, simd.GreaterEqualFloat32AVX512)},
	{"isnan", 1, both(simd.IsNaNFloat64AVX2, simd.IsNaNFloat64AVX512), both(simd.IsNaNFloat32AVX2, simd.IsNaNFloat32AVX512)},
	{"isinf", 1, both(simd.IsInfFloat64AVX2, simd.IsInfFloat64AVX512), both(simd.IsInfFloat32AVX2, simd.IsInfFloat32AVX512)},
	{"isfinite", 1, both(simd.IsFiniteFloat64AVX2, simd.IsFiniteFloat64AVX512), both(simd.IsFiniteFloat32AVX2, simd.IsFiniteFloat32AVX512)},
}

// boolLogic are the operations of bools.
var boolLogic = []struct {
	name  string
	nargs int
	f     byLevel
}{
	{"logical_and", 2, both(simd.AndBoolAVX2, simd.AndBoolAVX512)},
	{"logical_or", 2, both(simd.OrBoolAVX2, simd.OrBoolAVX512)},
	{"logical_xor", 2, both(simd.XorBoolAVX2, simd.XorBoolAVX512)},
	{"logical_not", 1, both(simd.NotBoolAVX2, simd.NotBoolAVX512)},
	{"bit_and", 2, both(simd.AndBoolAVX2, simd.AndBoolAVX512)},
	{"bit_or", 2, both(simd.OrBoolAVX2, simd.OrBoolAVX512)},
	{"bit_xor", 2, both(simd.XorBoolAVX2, simd.XorBoolAVX512)},
	{"invert", 1, both(simd.NotBoolAVX2, simd.NotBoolAVX512)},
	{"minimum", 2, both(simd.AndBoolAVX2, simd.AndBoolAVX512)},
	{"maximum", 2, both(simd.OrBoolAVX2, simd.OrBoolAVX512)},
	{"equal", 2, both(simd.EqualBoolAVX2, simd.EqualBoolAVX512)},
	{"not_equal", 2, both(simd.XorBoolAVX2, simd.XorBoolAVX512)},
	{"less", 2, both(simd.LessBoolAVX2, simd.LessBoolAVX512)},
	{"less_equal", 2, both(simd.LessEqualBoolAVX2, simd.LessEqualBoolAVX512)},
	{"greater", 2, both(simd.GreaterBoolAVX2, simd.GreaterBoolAVX512)},
	{"greater_equal", 2, both(simd.GreaterEqualBoolAVX2, simd.GreaterEqualBoolAVX512)},
}

func init() {
	for _, l := range []Level{AVX2, AVX512} {
		for _, op := range streamingFloats {
			accelerate(l, nd.KindFloat64, op.name, assembled(op.f64[l], 0, 8, same(8, op.nargs)...))
			accelerate(l, nd.KindFloat32, op.name, assembled(op.f32[l], 0, 4, same(4, op.nargs)...))
			streams.add(l, opOf{nd.KindFloat64, op.name}, assembled(op.f64[l], streamForm, 8, same(8, op.nargs)...))
			streams.add(l, opOf{nd.KindFloat32, op.name}, assembled(op.f32[l], streamForm, 4, same(4, op.nargs)...))
		}
		for _, op := range otherFloats {
			accelerate(l, nd.KindFloat64, op.name, assembled(op.f64[l], 0, 8, same(8, op.nargs)...))
			accelerate(l, nd.KindFloat32, op.name, assembled(op.f32[l], 0, 4, same(4, op.nargs)...))
		}
		for _, op := range floatPredicates {
			accelerate(l, nd.KindFloat64, op.name, assembled(op.f64[l], 0, 1, same(8, op.nargs)...))
			accelerate(l, nd.KindFloat32, op.name, assembled(op.f32[l], 0, 1, same(4, op.nargs)...))
		}
		for _, op := range boolLogic {
			accelerate(l, nd.KindBool, op.name, assembled(op.f[l], 0, 1, same(1, op.nargs)...))
		}
	}
	for size, f := range map[int]byLevel{
		1: both(simd.Where8AVX2, simd.Where8AVX512), 2: both(simd.Where16AVX2, simd.Where16AVX512),
		4: both(simd.Where32AVX2, simd.Where32AVX512), 8: both(simd.Where64AVX2, simd.Where64AVX512),
	} {
		for _, l := range []Level{AVX2, AVX512} {
			fastWhere.add(l, size, assembled(f[l], 0, size, 1, size, size))
		}
	}
}

const cacheLine = 64 // bytes

// copyStream copies what lies in dst before its first whole line, and behind the
// last, in the ordinary way.
func copyStream(dst, src []byte) {
	if level == Plain || len(dst) < 4*cacheLine {
		copy(dst, src)
		return
	}
	head := int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst))) % cacheLine)
	copy(dst[:head], src)
	lines := (len(dst) - head) / cacheLine
	simd.CopyLinesAVX2(&dst[head], &src[head], lines)
	tail := head + lines*cacheLine
	copy(dst[tail:], src[tail:])
}

// copySecond is copyStream for every second element.
func copySecond(dst, src []byte, size int) {
	head := int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst))) % cacheLine)
	if level == Plain || len(dst) < 4*cacheLine {
		head = len(dst)
	}
	copySecondPlain(dst[:head], src, size)
	if dst, src = dst[head:], src[min(2*head, len(src)):]; len(dst) == 0 {
		return
	}
	lines := min(len(dst)/cacheLine, len(src)/(2*cacheLine))
	if lines > 0 {
		f := simd.SecondLines8AVX2
		if size == 4 {
			f = simd.SecondLines4AVX2
		}
		f(&dst[0], &src[0], lines)
	}
	tail := lines * cacheLine
	copySecondPlain(dst[tail:], src[2*tail:], size)
}

func fence() {
	if level > Plain {
		simd.FenceAVX2()
	}
}
