//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// partial is the loop of a routine that sets dst[i] = f(a[i]) for i < n and
// returns how many elements it has done: fewer than n where a vector holds an
// element that is not for it. That vector's elements go to scalar, which is f
// of any number; the routine goes on behind them.
func partial[T nd.Float](routine func(dst, a *T, n int) int, scalar func(T) T) Loop {
	return unary(withScalar(routine, scalar)).loop
}

func withScalar[T nd.Float](routine func(dst, a *T, n int) int, scalar func(T) T) func(dst, a []T) {
	var zero T
	vector := 64 / int(unsafe.Sizeof(zero)) // elements of the widest, at most
	return func(dst, a []T) {
		for len(dst) > 0 {
			n := routine(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst))
			dst, a = dst[n:], a[n:]
			n = min(vector, len(dst))
			for i, x := range a[:n] {
				dst[i] = scalar(x)
			}
			dst, a = dst[n:], a[n:]
		}
	}
}

// whole is the loop of a routine that sets dst[i] = f(a[i]) for i < n, whatever
// the elements are.
func whole[T nd.Float](routine func(dst, a *T, n int)) Loop { return unary(ofSlices(routine)).loop }

func ofSlices[T nd.Float](routine func(dst, a *T, n int)) func(dst, a []T) {
	return func(dst, a []T) { routine(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst)) }
}

// pastCaches is the loop of stream, whose stores go past the caches: it is given
// whole lines of dst, and plain what is before and behind them.
func pastCaches[T nd.Float](plain, stream func(dst, a []T)) Loop {
	var zero T
	size := int(unsafe.Sizeof(zero))
	return unary(func(dst, a []T) {
		head := int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst))) % cacheLine)
		if head%size != 0 || head/size > len(dst) {
			plain(dst, a)
			return
		}
		head /= size
		tail := head + (len(dst)-head)&^(cacheLine/size-1)
		plain(dst[:head], a[:head])
		stream(dst[head:tail], a[head:tail])
		plain(dst[tail:], a[tail:])
	}).loop
}
