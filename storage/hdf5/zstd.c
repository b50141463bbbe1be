//go:build cgo && !nohdf5 && !nolibzstd

#include "shim.h"

#include <zstd.h>
#include <zstd_errors.h>

size_t nd_zstd_encode(void *context, void *dst, size_t room, const void *src, size_t n, int level, int checksum) {
	ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
	size_t rc = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
	if (!ZSTD_isError(rc))
		rc = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum);
	if (!ZSTD_isError(rc))
		rc = ZSTD_compress2(context, dst, room, src, n);
	return rc;
}

// of_zstd says whether src begins as a frame does, or one to skip. The library
// may know formats older than the specification, whose decoders nobody needs.
static int of_zstd(const unsigned char *src, size_t n) {
	if (n < 4)
		return 0;
	unsigned magic = src[0] | src[1] << 8 | src[2] << 16 | (unsigned)src[3] << 24;
	return magic == ZSTD_MAGICNUMBER || (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

int nd_zstd_decode(void *context, void *dst, size_t room, const void *src, size_t n, size_t *wrote) {
	*wrote = 0;
	while (n > 0) {
		if (!of_zstd(src, n))
			return ND_DAMAGED;
		size_t frame = ZSTD_findFrameCompressedSize(src, n);
		if (ZSTD_isError(frame))
			return ND_DAMAGED;
		size_t rc = ZSTD_decompressDCtx(context, (char *)dst + *wrote, room - *wrote, src, frame);
		if (ZSTD_isError(rc))
			return ZSTD_getErrorCode(rc) == ZSTD_error_dstSize_tooSmall ? ND_LONG : ND_DAMAGED;
		*wrote += rc;
		src = (const char *)src + frame;
		n -= frame;
	}
	return 0;
}
