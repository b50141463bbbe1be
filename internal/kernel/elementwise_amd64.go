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

// atLevel are the routines of an operation by level; nil where there is none.
type atLevel [numLevels]routine

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

// arithmetic are the loops that stream, of both floats.
var arithmetic = []struct {
	name     string
	nargs    int
	f64, f32 atLevel
}{
	{"add", 2, atLevel{AVX2: simd.AddFloat64AVX2, AVX512: simd.AddFloat64AVX512}, atLevel{AVX2: simd.AddFloat32AVX2, AVX512: simd.AddFloat32AVX512}},
	{"sub", 2, atLevel{AVX2: simd.SubFloat64AVX2, AVX512: simd.SubFloat64AVX512}, atLevel{AVX2: simd.SubFloat32AVX2, AVX512: simd.SubFloat32AVX512}},
	{"mul", 2, atLevel{AVX2: simd.MulFloat64AVX2, AVX512: simd.MulFloat64AVX512}, atLevel{AVX2: simd.MulFloat32AVX2, AVX512: simd.MulFloat32AVX512}},
	{"div", 2, atLevel{AVX2: simd.DivFloat64AVX2, AVX512: simd.DivFloat64AVX512}, atLevel{AVX2: simd.DivFloat32AVX2, AVX512: simd.DivFloat32AVX512}},
	{"square", 1, atLevel{AVX2: simd.SquareFloat64AVX2, AVX512: simd.SquareFloat64AVX512}, atLevel{AVX2: simd.SquareFloat32AVX2, AVX512: simd.SquareFloat32AVX512}},
	{"sqrt", 1, atLevel{AVX2: simd.SqrtFloat64AVX2, AVX512: simd.SqrtFloat64AVX512}, atLevel{AVX2: simd.SqrtFloat32AVX2, AVX512: simd.SqrtFloat32AVX512}},
	{"neg", 1, atLevel{AVX2: simd.NegFloat64AVX2, AVX512: simd.NegFloat64AVX512}, atLevel{AVX2: simd.NegFloat32AVX2, AVX512: simd.NegFloat32AVX512}},
	{"abs", 1, atLevel{AVX2: simd.AbsFloat64AVX2, AVX512: simd.AbsFloat64AVX512}, atLevel{AVX2: simd.AbsFloat32AVX2, AVX512: simd.AbsFloat32AVX512}},
}

func init() {
	for _, op := range arithmetic {
		for l := range numLevels {
			accelerateStreaming(l, nd.KindFloat64, op.name, op.f64[l], 8, op.nargs)
			accelerateStreaming(l, nd.KindFloat32, op.name, op.f32[l], 4, op.nargs)
		}
	}
}

// accelerateStreaming makes a routine take the place of the plain loop, and be
// the one that streams.
func accelerateStreaming(from Level, k nd.Kind, name string, f routine, size, nargs int) {
	if f == nil {
		return
	}
	accelerate(from, k, name, assembled(f, 0, size, same(size, nargs)...))
	if streams[from] == nil {
		streams[from] = map[nd.Kind]map[string]Loop{}
	}
	if streams[from][k] == nil {
		streams[from][k] = map[string]Loop{}
	}
	streams[from][k][name] = assembled(f, streamForm, size, same(size, nargs)...)
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

func fence() {
	if level > Plain {
		simd.FenceAVX2()
	}
}

func prefetch(b []byte) {
	if level > Plain {
		simd.PrefetchAVX2(unsafe.SliceData(b), len(b))
	}
}
