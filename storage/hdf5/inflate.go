//go:build cgo && !nohdf5 && !libdeflate

package hdf5

// #cgo LDFLAGS: -lz
// #include <stddef.h>
// #include <zlib.h>
//
// // nd_inflate decodes a whole stream in one call, which needs no window: zlib
// // (bits 15) or gzip (bits 31).
// static int nd_inflate(void *dst, size_t room, const void *src, size_t n, int bits, size_t *wrote, size_t *read) {
// 	z_stream z = {0};
// 	z.next_in = (Bytef *)src;
// 	z.avail_in = (uInt)n;
// 	int rc = inflateInit2(&z, bits);
// 	if (rc != Z_OK)
// 		return rc;
// 	z.next_out = dst;
// 	z.avail_out = (uInt)room;
// 	rc = inflate(&z, Z_FINISH);
// 	if (rc == Z_BUF_ERROR && z.avail_in == 0)
// 		rc = Z_DATA_ERROR; // the input ended, not the room
// 	*wrote = room - z.avail_out;
// 	*read = n - z.avail_in;
// 	inflateEnd(&z);
// 	return rc;
// }
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/ndgrid/ndgrid/storage/codec"
)

// libz, which libhdf5 needs anyway, inflates a quarter faster than Go does.
func init() { codec.SetInflater(inflate) }

var errFlate = errors.New("the deflate stream is damaged or cut off")

func inflate(dst, src []byte, gzip bool) (wrote, read int, err error) {
	var w, r C.size_t
	bits := C.int(15)
	if gzip {
		bits = 31
	}
	var none [1]byte // a stream of nothing needs a place to write nothing to
	room := unsafe.SliceData(dst)
	if len(dst) == 0 {
		room = &none[0]
	}
	rc := C.nd_inflate(unsafe.Pointer(room), C.size_t(len(dst)), unsafe.Pointer(unsafe.SliceData(src)), C.size_t(len(src)), bits, &w, &r)
	switch rc {
	case C.Z_STREAM_END:
		return int(w), int(r), nil
	case C.Z_BUF_ERROR, C.Z_OK:
		return int(w), int(r), codec.ErrLong
	case C.Z_DATA_ERROR, C.Z_NEED_DICT:
		return int(w), int(r), errFlate
	}
	return 0, 0, fmt.Errorf("libz: error %d", int(rc))
}
