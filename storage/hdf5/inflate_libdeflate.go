//go:build cgo && !nohdf5 && libdeflate

package hdf5

// #cgo LDFLAGS: -ldeflate
// #include <libdeflate.h>
//
// static int nd_inflate(void *dst, size_t room, const void *src, size_t n, int gzip, size_t *wrote, size_t *read) {
// 	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
// 	if (!d)
// 		return -1;
// 	int rc = gzip ? libdeflate_gzip_decompress_ex(d, src, n, dst, room, read, wrote) : libdeflate_zlib_decompress_ex(d, src, n, dst, room, read, wrote);
// 	libdeflate_free_decompressor(d);
// 	return rc;
// }
import "C"

import (
	"errors"
	"unsafe"

	"github.com/ndgrid/ndgrid/storage/codec"
)

// libdeflate inflates twice as fast as libz does.
func init() { codec.SetInflater(inflate) }

var errFlate = errors.New("the deflate stream is damaged or cut off")

func inflate(dst, src []byte, gzip bool) (wrote, read int, err error) {
	var w, r C.size_t
	var isGzip C.int
	if gzip {
		isGzip = 1
	}
	rc := C.nd_inflate(unsafe.Pointer(unsafe.SliceData(dst)), C.size_t(len(dst)), unsafe.Pointer(unsafe.SliceData(src)), C.size_t(len(src)), isGzip, &w, &r)
	switch rc {
	case C.LIBDEFLATE_SUCCESS:
		return int(w), int(r), nil
	case C.LIBDEFLATE_INSUFFICIENT_SPACE:
		return 0, 0, codec.ErrLong
	case -1:
		return 0, 0, errors.New("libdeflate: no memory")
	}
	return 0, 0, errFlate
}
