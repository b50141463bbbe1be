package kernel

import "github.com/ndgrid/ndgrid/nd"

// Stores past the caches (non-temporal) spare a result that is larger than the
// caches the reading of its lines before they are overwritten, and leave the
// caches to others. They are for memory that nobody reads soon.

// streams are the loops whose stores go past the caches.
var streams faster[opOf, Loop]

// StreamOf returns the loop of an operation, or of a fused one, whose stores go
// past the caches, if there is one: for arithmetic and functions of floats, where the
// machine has vector instructions. Unlike that of other loops its dst must not be
// the memory of an argument. What it wrote is seen by other goroutines after Fence
// alone.
func StreamOf(name string, _ Params, args []nd.DType) (Loop, bool) {
	if len(args) == 0 || !allSame(args) {
		return nil, false
	}
	return streams.find(opOf{args[0].Kind(), name})
}

// CopyStream copies src to dst, which are of the same length and do not
// overlap, past the caches.
func CopyStream(dst, src []byte) { copyStream(dst[:len(src)], src) }

// CopySecondStream copies every second element of size 4 or 8, aligned so, of src
// to dst until that is full, past the caches.
func CopySecondStream(dst, src []byte, size int) { copySecond(dst, src, size) }

func copySecondPlain(dst, src []byte, size int) {
	if size == 4 {
		second(view[uint32](dst), view[uint32](src))
	} else {
		second(view[uint64](dst), view[uint64](src))
	}
}

func second[T any](dst, src []T) {
	for i := range dst {
		dst[i] = src[2*i]
	}
}

// Fence makes all that went past the caches visible to whoever sees a store that
// follows. A goroutine calls it when it is done with loops of StreamOf and
// CopyStream, before it tells another.
func Fence() { fence() }
