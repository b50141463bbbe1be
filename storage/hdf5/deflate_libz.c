//go:build cgo && !nohdf5

#include "shim.h"

#include <limits.h>
#include <zlib.h>

size_t nd_deflate(void *dst, size_t room, const void *src, size_t n, int level) {
	z_stream z = {0};
	if (deflateInit2(&z, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	z.next_in = (Bytef *)src;
	z.avail_in = (uInt)n;
	z.next_out = dst;
	z.avail_out = room > UINT_MAX ? UINT_MAX : (uInt)room;
	int rc = deflate(&z, Z_FINISH);
	size_t wrote = z.total_out;
	deflateEnd(&z);
	return rc == Z_STREAM_END ? wrote : 0;
}
