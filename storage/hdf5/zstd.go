//go:build cgo && !nohdf5 && !nolibzstd

package hdf5

// #cgo LDFLAGS: -lzstd
// #include <zstd.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"unsafe"

	"github.com/ndgrid/ndgrid/storage/codec"
)

func init() { codec.SetZstd(libzstd{}) }

// libzstd is Zstandard by its own library.
type libzstd struct{}

// zstdEncoder and zstdDecoder are contexts of the library, freed with them.
type (
	zstdEncoder struct{ context *C.ZSTD_CCtx }
	zstdDecoder struct{ context *C.ZSTD_DCtx }
)

// zstdEncoders and zstdDecoders are idle ones.
var (
	zstdEncoders = sync.Pool{New: func() any {
		e := &zstdEncoder{C.ZSTD_createCCtx()}
		runtime.AddCleanup(e, func(c *C.ZSTD_CCtx) { C.ZSTD_freeCCtx(c) }, e.context)
		return e
	}}
	zstdDecoders = sync.Pool{New: func() any {
		d := &zstdDecoder{C.ZSTD_createDCtx()}
		runtime.AddCleanup(d, func(c *C.ZSTD_DCtx) { C.ZSTD_freeDCtx(c) }, d.context)
		return d
	}}
)

var (
	errZstdMemory  = errors.New("no memory for a context of libzstd")
	errZstdDamaged = errors.New("the zstd frame is damaged or cut off")
)

func (libzstd) Encode(dst, src []byte, level int, checksum bool) ([]byte, error) {
	e := zstdEncoders.Get().(*zstdEncoder)
	if e.context == nil {
		return dst, errZstdMemory
	}
	defer zstdEncoders.Put(e)
	var sum C.int
	if checksum {
		sum = 1
	}
	dst = slices.Grow(dst, int(C.ZSTD_compressBound(C.size_t(len(src)))))
	room := dst[len(dst):cap(dst)]
	n := C.nd_zstd_encode(unsafe.Pointer(e.context), memory(room), C.size_t(len(room)),
		memory(src), C.size_t(len(src)), C.int(level), sum)
	if C.ZSTD_isError(n) != 0 {
		return dst, fmt.Errorf("libzstd: %s", C.GoString(C.ZSTD_getErrorName(n)))
	}
	return dst[:len(dst)+int(n)], nil
}

func (libzstd) Decode(dst, src []byte) (int, error) {
	d := zstdDecoders.Get().(*zstdDecoder)
	if d.context == nil {
		return 0, errZstdMemory
	}
	defer zstdDecoders.Put(d)
	var wrote C.size_t
	switch C.nd_zstd_decode(unsafe.Pointer(d.context), memory(dst), C.size_t(len(dst)), memory(src), C.size_t(len(src)), &wrote) {
	case 0:
		if len(src) == 0 {
			return 0, errZstdDamaged
		}
		return int(wrote), nil
	case C.ND_LONG:
		return 0, codec.ErrLong
	default:
		return 0, errZstdDamaged
	}
}

// Cost is an upper bound of what ZSTD_sizeof_CCtx says after encoding: tables
// grow with the level, and end where they suffice for size bytes.
func (libzstd) Cost(level, size int) (encode, decode int) {
	const own, decoder = 3 << 19, 128 << 10
	tables := 16 << bits.Len(uint(max(size, 64<<10)-1))
	switch {
	case level <= 4:
		tables = min(tables, 1<<20)
	case level <= 8:
		tables = min(tables, 5<<20)
	case level <= 18:
		tables = min(tables, 63<<20)
	}
	return own + tables, decoder
}
