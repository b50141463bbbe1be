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
	var zero T
	vector := 64 / int(unsafe.Sizeof(zero)) // elements of the widest, at most
	return unary(func(dst, a []T) {
		for {
			n := routine(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst))
			dst, a = dst[n:], a[n:]
			if len(dst) == 0 {
				return
			}
			n = min(vector, len(dst))
			for i, x := range a[:n] {
				dst[i] = scalar(x)
			}
			dst, a = dst[n:], a[n:]
			if len(dst) == 0 {
				return
			}
		}
	}).loop
}

// whole is the loop of a routine that sets dst[i] = f(a[i]) for i < n, whatever
// the elements are.
func whole[T nd.Float](routine func(dst, a *T, n int)) Loop {
	return unary(func(dst, a []T) { routine(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst)) }).loop
}
