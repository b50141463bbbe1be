package nd

import (
	"strings"
	"unsafe"
)

// alignment of memory from MakeBytes: a cache line, and a vector register.
const alignment = 64

// large is the number of bytes from which memory is asked for in huge pages.
const large = 4 << 20

// MakeBytes returns n zero bytes whose address is a multiple of 64. Where the
// system has huge pages, large arrays lie on them: fewer faults when they are
// touched first, and fewer misses when they are walked.
func MakeBytes(n int) []byte {
	b := make([]byte, n+alignment-1)
	return aligned(b, n)
}

// EmptyBytes is MakeBytes with bytes of unspecified content, for callers who
// write all of them: it saves a pass over memory that was used before.
func EmptyBytes(n int) []byte {
	// The one way to memory that the runtime doesn't clear.
	var b strings.Builder
	b.Grow(n + alignment - 1)
	return aligned(unsafe.Slice(unsafe.StringData(b.String()), n+alignment-1), n)
}

func aligned(b []byte, n int) []byte {
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) % alignment)
	b = b[skip : skip+n : skip+n]
	if n >= large {
		adviseHugePages(b)
	}
	return b
}

// zeros returns n zero elements.
func zeros[T Elem](n int) []T {
	var z T
	return AsSlice[T](MakeBytes(n * int(unsafe.Sizeof(z))))
}
