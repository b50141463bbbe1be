//go:build cgo && !nohdf5

#include "shim.h"

#include "_cgo_export.h"

// run is a filter of package hdf5 as the library wants it: 0 is failure.
static size_t run(int id, unsigned flags, size_t nparams, const unsigned *params, size_t n, size_t *cap, void **buf) {
	size_t wrote = 0;
	void *out = ndFilter(id, !(flags & H5Z_FLAG_REVERSE), nparams, (unsigned *)params, *buf, n, &wrote);
	if (!out)
		return 0;
	H5free_memory(*buf);
	*buf = out;
	*cap = wrote;
	return wrote;
}

// A filter isn't told which it is.
#define FILTER(name, id)                                                                                                        \
	static size_t name(unsigned flags, size_t nparams, const unsigned params[], size_t n, size_t *cap, void **buf) {        \
		return run(id, flags, nparams, params, n, cap, buf);                                                            \
	}
FILTER(lzf, 32000)
FILTER(blosc, 32001)
FILTER(lz4, 32004)
FILTER(bitshuffle, 32008)
FILTER(zstd, 32015)

// nd_lend_filters registers the filters of package hdf5.
int nd_lend_filters(nd_err *e) {
	static const H5Z_class2_t all[] = {
		{H5Z_CLASS_T_VERS, 32000, 0, 1, "lzf", NULL, NULL, lzf},
		{H5Z_CLASS_T_VERS, 32001, 0, 1, "blosc", NULL, NULL, blosc},
		{H5Z_CLASS_T_VERS, 32004, 0, 1, "lz4", NULL, NULL, lz4},
		{H5Z_CLASS_T_VERS, 32008, 0, 1, "bitshuffle", NULL, NULL, bitshuffle},
		{H5Z_CLASS_T_VERS, 32015, 1, 1, "zstd", NULL, NULL, zstd},
	};
	nd_silence s;
	nd_enter(&s, e);
	int rc = 0;
	for (size_t i = 0; rc >= 0 && i < sizeof all / sizeof *all; i++)
		rc = H5Zregister(&all[i]);
	return nd_leave(&s, e, rc);
}

// nd_filter_can says whether the library has a filter that can do what flags,
// H5Z_FILTER_CONFIG_ENCODE_ENABLED or …DECODE…, ask for.
int nd_filter_can(int id, unsigned flags) {
	nd_silence s;
	nd_err unused;
	nd_enter(&s, &unused);
	unsigned can = 0;
	if (H5Zfilter_avail(id) > 0 && H5Zget_filter_info(id, &can) < 0)
		can = 0;
	nd_leave(&s, &unused, 0);
	return (can & flags) == flags;
}
