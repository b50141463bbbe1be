//go:build cgo && !nohdf5

package hdf5

// #cgo !libdeflate LDFLAGS: -lz
// #cgo libdeflate LDFLAGS: -ldeflate
// #include "shim.h"
import "C"

import (
	"errors"
	"unsafe"

	"github.com/ndgrid/ndgrid/storage/codec"
)

// libz, which libhdf5 needs anyway, inflates twice as fast as Go does, libdeflate
// four times.
func init() { codec.SetInflater(inflate) }

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
	var none [1]byte // a stream of nothing needs a place to write nothing to
	to := unsafe.SliceData(dst)
	if len(dst) == 0 {
		to = &none[0]
	}
	rc := C.nd_inflate(unsafe.Pointer(to), C.size_t(len(dst)), unsafe.Pointer(unsafe.SliceData(src)), C.size_t(len(src)), isGzip, &w, &r)
	return int(w), int(r), flateErrors[rc]
}
