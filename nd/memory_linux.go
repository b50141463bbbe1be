package nd

import (
	"syscall"
	"unsafe"
)

// adviseHugePages asks for huge pages under the part of b that fills such; it
// is advice, so what comes of it doesn't matter.
func adviseHugePages(b []byte) {
	const page = 2 << 20
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) % page)
	if n := (len(b) - skip) &^ (page - 1); n > 0 {
		_ = syscall.Madvise(b[skip:skip+n], 14) // MADV_HUGEPAGE, which package syscall lacks on some machines
	}
}
