//go:build cgo && !nohdf5 && libdeflate

#include "shim.h"

#include <libdeflate.h>

int nd_inflate(void *dst, size_t room, const void *src, size_t n, int gzip, size_t *wrote, size_t *read) {
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	if (!d)
		return ND_NO_MEMORY;
	enum libdeflate_result rc = gzip ? libdeflate_gzip_decompress_ex(d, src, n, dst, room, read, wrote)
	                                 : libdeflate_zlib_decompress_ex(d, src, n, dst, room, read, wrote);
	libdeflate_free_decompressor(d);
	switch (rc) {
	case LIBDEFLATE_SUCCESS:
		return 0;
	case LIBDEFLATE_INSUFFICIENT_SPACE:
		return ND_LONG;
	default:
		return ND_DAMAGED;
	}
}
