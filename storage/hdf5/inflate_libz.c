//go:build cgo && !nohdf5 && !libdeflate

#include "shim.h"

#include <zlib.h>

int nd_inflate(void *dst, size_t room, const void *src, size_t n, int gzip, size_t *wrote, size_t *read) {
	z_stream z = {0};
	z.next_in = (Bytef *)src;
	z.avail_in = (uInt)n;
	if (inflateInit2(&z, gzip ? 31 : 15) != Z_OK)
		return ND_NO_MEMORY;
	z.next_out = dst;
	z.avail_out = (uInt)room;
	int rc = inflate(&z, Z_FINISH); // at once, which needs no window
	int all = z.avail_in == 0;
	*wrote = room - z.avail_out;
	*read = n - z.avail_in;
	inflateEnd(&z);
	switch (rc) {
	case Z_STREAM_END:
		return 0;
	case Z_OK:
	case Z_BUF_ERROR: // the input ended, or the room
		return all ? ND_DAMAGED : ND_LONG;
	case Z_MEM_ERROR:
		return ND_NO_MEMORY;
	default:
		return ND_DAMAGED;
	}
}
