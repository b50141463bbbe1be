//go:build cgo && !nohdf5

package hdf5

// #cgo LDFLAGS: -lz
// #cgo libdeflate LDFLAGS: -ldeflate
// #include "shim.h"
import "C"

import (
	"errors"
	"slices"
	"unsafe"

	"github.com/ndgrid/ndgrid/storage/codec"
)

// libz, which libhdf5 needs anyway, inflates twice as fast as Go does, libdeflate
// four times. libz finds repetitions of three bytes, which Go's doesn't, and
// makes less of noise than libdeflate.
func init() {
	codec.SetInflater(inflate)
	codec.SetDeflater(deflate)
}

// flateErrors are what nd_inflate returns.
var flateErrors = map[C.int]error{
	C.ND_LONG:      codec.ErrLong,
	C.ND_DAMAGED:   errors.New("the deflate stream is damaged or cut off"),
	C.ND_NO_MEMORY: errors.New("no memory to inflate with"),
}

func inflate(dst, src []byte, gzip bool) (wrote, read int, err error) {
	var w, r C.size_t
	var isGzip C.int
	if gzip {
		isGzip = 1
	}
	rc := C.nd_inflate(memory(dst), C.size_t(len(dst)), memory(src), C.size_t(len(src)), isGzip, &w, &r)
	return int(w), int(r), flateErrors[rc]
}

// deflate is a codec.Deflater.
func deflate(dst, src []byte, level int) ([]byte, error) {
	if level < 0 {
		level = 6
	}
	dst = slices.Grow(dst, len(src)+len(src)>>9+1<<10) // more than any src takes
	room := dst[len(dst):cap(dst)]
	n := C.nd_deflate(memory(room), C.size_t(len(room)), memory(src), C.size_t(len(src)), C.int(level))
	if n == 0 {
		return dst, errors.New("no memory to deflate with")
	}
	return dst[:len(dst)+int(n)], nil
}

// memory is where b lies, or somewhere where it is empty: libraries want a place
// to write nothing to.
func memory(b []byte) unsafe.Pointer {
	if len(b) == 0 {
		return unsafe.Pointer(&nowhere)
	}
	return unsafe.Pointer(unsafe.SliceData(b))
}

var nowhere byte
