//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
)

// mathRoutine sets dst[i] = f(a[i]) for i < n. With past, stores of whole vectors go past the
// caches.
type mathRoutine[T nd.Float] func(dst, a *T, n, past int)

// partialRoutine is one that returns how many elements it has done: fewer than n
// where a vector holds an element that is not for it.
type partialRoutine[T nd.Float] func(dst, a *T, n, past int) int

// given is a routine with its constants.
func given[T nd.Float, C any](f func(dst, a *T, n int, c *float64, past int), c *C) mathRoutine[T] {
	constants := (*float64)(unsafe.Pointer(c))
	return func(dst, a *T, n, past int) { f(dst, a, n, constants, past) }
}

func givenSome[T nd.Float, C any](f func(dst, a *T, n int, c *float64, past int) int, c *C) partialRoutine[T] {
	constants := (*float64)(unsafe.Pointer(c))
	return func(dst, a *T, n, past int) int { return f(dst, a, n, constants, past) }
}

// whole makes a routine a function's loop from a level up.
func whole[T nd.Float](from Level, name string, f mathRoutine[T]) {
	addFunction(from, name, func(past int) func(dst, a []T) {
		return func(dst, a []T) { f(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst), past) }
	})
}

// partial is whole for a routine that leaves elements: a vector of them goes to
// scalar, which is f of any number; the routine goes on behind them.
func partial[T nd.Float](from Level, name string, f partialRoutine[T], scalar func(T) T) {
	vector := cacheLine / int(nd.DTypeOf[T]().Size()) // elements of the widest, at most
	addFunction(from, name, func(past int) func(dst, a []T) {
		return func(dst, a []T) {
			for len(dst) > 0 {
				n := f(unsafe.SliceData(dst), unsafe.SliceData(a), len(dst), past)
				dst, a = dst[n:], a[n:]
				n = min(vector, len(dst))
				for i, x := range a[:n] {
					dst[i] = scalar(x)
				}
				dst, a = dst[n:], a[n:]
			}
		}
	})
}

// addFunction adds the loops of a function of one argument: the usual one, and
// the one past the caches.
func addFunction[T nd.Float](from Level, name string, loop func(past int) func(dst, a []T)) {
	usual, past := loop(0), loop(1)
	op := opOf{nd.DTypeOf[T]().Kind(), name}
	accelerate(from, op.kind, name, unary(usual).loop)
	streams.add(from, op, unary(func(dst, a []T) {
		head, tail := wholeLines(dst)
		usual(dst[:head], a[:head])
		past(dst[head:tail], a[head:tail])
		usual(dst[tail:], a[tail:])
	}).loop)
}

// addFunction2 is addFunction for two arguments; of each there may be one element
// for all.
func addFunction2[T nd.Float](from Level, name string, loop func(past int) func(dst, a, b []T)) {
	usual, past := loop(0), loop(1)
	op := opOf{nd.DTypeOf[T]().Kind(), name}
	accelerate(from, op.kind, name, binary(usual).loop)
	streams.add(from, op, binary(func(dst, a, b []T) {
		part := func(x []T, lo, hi int) []T {
			if len(x) < len(dst) {
				return x
			}
			return x[lo:hi]
		}
		head, tail := wholeLines(dst)
		usual(dst[:head], part(a, 0, head), part(b, 0, head))
		past(dst[head:tail], part(a, head, tail), part(b, head, tail))
		usual(dst[tail:], part(a, tail, len(dst)), part(b, tail, len(dst)))
	}).loop)
}

// wholeLines returns which elements of dst make whole lines of the caches.
func wholeLines[T nd.Float](dst []T) (head, tail int) {
	size := int(nd.DTypeOf[T]().Size())
	bytes := int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst))) % cacheLine)
	if head = bytes / size; bytes%size != 0 || head > len(dst) {
		return len(dst), len(dst)
	}
	return head, head + (len(dst)-head)&^(cacheLine/size-1)
}
