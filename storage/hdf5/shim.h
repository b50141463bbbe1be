// The calls of libhdf5 that package hdf5 makes beyond what gonum offers. Every
// function silences the library, does one thing, copies the error stack to e
// and restores the library's state: all in one C call, because the stack
// belongs to the OS thread. None may run beside another, those that
// (de)compress aside: the Go side holds one mutex. Those returning an id or an int
// are negative on failure.
#ifndef NDGRID_HDF5_SHIM_H
#define NDGRID_HDF5_SHIM_H

#include <hdf5.h>
#include <stddef.h>

#define ND_RANK 32
#define ND_FILTERS 32
#define ND_PARAMS 8

typedef struct {
	char text[1024]; // the stack's messages, outermost first
} nd_err;

// What the elements of a dataset or an attribute mean.
enum { ND_OTHER, ND_INT, ND_UINT, ND_FLOAT, ND_BOOL, ND_COMPLEX, ND_STRING, ND_VLSTRING, ND_OPAQUE, ND_REF, ND_COMPOUND, ND_ARRAY };

// How stored bytes become those in memory.
enum { ND_SAME, ND_SWAP, ND_CONVERT };

typedef struct {
	int kind;       // ND_OTHER …
	int size;       // of an element in memory; 0 where it varies
	int how;        // ND_SAME …
	int order;      // 'l', 'b' or 0
	char tag[64];   // of opaque types
	char text[240]; // the stored type, for people
} nd_type;

typedef struct {
	int id, nparams;
	unsigned params[ND_PARAMS];
	char name[48];
} nd_filter;

typedef struct {
	int null, rank; // null: a dataspace without any element
	hsize_t dims[ND_RANK];
	int layout;     // H5D_COMPACT …
	hsize_t chunk[ND_RANK];
	hsize_t max[ND_RANK]; // how long the axes can get: H5S_UNLIMITED …
	int odd_edges;  // partial chunks are stored unfiltered
	int external;   // data lie in other files
	uint64_t fileno, header; // the file it is in, and the address of its object header
	int has_fill;
	int nfilters;
	int mandatory;  // the library can't encode with a filter that no chunk may go without
	nd_filter filter[ND_FILTERS];
} nd_dataset;

// What a link leads to.
enum { ND_NOTHING, ND_DATASET, ND_GROUP };

// A malloc'ed answer of any length; the caller frees data.
typedef struct {
	char *data;
	size_t len, cap;
} nd_buf;

// shim_error.c
typedef struct {
	H5E_auto2_t func;
	void *data;
} nd_silence;
void nd_enter(nd_silence *s, nd_err *e);
int nd_leave(nd_silence *s, nd_err *e, int rc);
int nd_note(nd_err *e, int rc); // keeps the messages of a failure, which the next call would clear
hid_t nd_leave_id(nd_silence *s, nd_err *e, hid_t id);
int nd_fail(nd_err *e, const char *text);
int nd_put(nd_buf *b, const void *p, size_t n);

// shim_object.c
int nd_close(hid_t id, nd_err *e);
int nd_file_plain(hid_t file, int *plain, nd_err *e);
int nd_file_private(hid_t file, nd_err *e);
int nd_object(hid_t id, uint64_t *fileno, uint64_t *addr, nd_err *e);
int nd_file_netcdf(hid_t file, int *is, nd_err *e);
int nd_stat(hid_t loc, const char *name, int *type, uint64_t *fileno, uint64_t *addr, nd_err *e);
int nd_link(hid_t loc, const char *name, int *type, nd_buf *out, nd_err *e);
int nd_list(hid_t loc, nd_buf *out, nd_err *e);
hid_t nd_create_file(const char *path, nd_err *e);
hid_t nd_create_group(hid_t loc, const char *name, nd_err *e);
int nd_rename(hid_t loc, const char *from, const char *to, nd_err *e);
int nd_unlink(hid_t loc, const char *name, nd_err *e);
int nd_flush(hid_t id, nd_err *e);

// shim_type.c
int nd_describe(hid_t stored, nd_type *t, hid_t *mem);
hid_t nd_make_type(const nd_type *t);
hid_t nd_new_type(const nd_type *t, nd_err *e);

// shim_dataset.c
hid_t nd_open(hid_t loc, const char *name, nd_type *t, nd_dataset *d, hid_t *mem, nd_err *e);
hid_t nd_create(hid_t loc, const char *name, hid_t type, const nd_dataset *d, const void *fill, nd_err *e);
int nd_fill(hid_t ds, hid_t mem, void *fill, nd_err *e);
int nd_offset(hid_t ds, uint64_t *offset, nd_err *e);
int nd_read(hid_t ds, hid_t mem, int rank, const hsize_t *start, const hsize_t *count, void *buf, nd_err *e);
int nd_write(hid_t ds, hid_t mem, int rank, const hsize_t *start, const hsize_t *count, const void *buf, nd_err *e);
int nd_chunk_size(hid_t ds, const hsize_t *offset, hsize_t *size, nd_err *e);
int nd_chunk_place(hid_t ds, const hsize_t *offset, uint64_t *addr, hsize_t *size, uint32_t *mask, nd_err *e);
int nd_chunk_read(hid_t ds, const hsize_t *offset, void *buf, size_t cap, hsize_t *size, uint32_t *mask, nd_err *e);
int nd_chunk_write(hid_t ds, const hsize_t *offset, uint32_t mask, const void *buf, size_t n, nd_err *e);
int nd_set_extent(hid_t ds, const hsize_t *dims, nd_err *e);

int nd_select_box(hid_t ds, int rank, const hsize_t *start, const hsize_t *count, hid_t *file, hid_t *mem);

// shim_filter.c
int nd_lend_filters(nd_err *e);
int nd_filter_can(int id, unsigned flags);

// shim_compound.c
hid_t nd_dataset_type(hid_t ds, nd_err *e);
int nd_describe_type(hid_t stored, nd_type *t, hid_t *mem, nd_err *e);
int nd_members(hid_t stored, nd_err *e);
hid_t nd_member(hid_t stored, int i, nd_buf *name, nd_err *e);
hid_t nd_compound(size_t size, nd_err *e);
int nd_insert(hid_t compound, const char *name, size_t at, hid_t type, nd_err *e);
int nd_same_type(hid_t a, hid_t b, nd_err *e);
hid_t nd_array_base(hid_t stored, int *rank, hsize_t *dims, nd_err *e);
hid_t nd_array(hid_t base, int rank, const hsize_t *dims, nd_err *e);

// shim_text.c
int nd_read_strings(hid_t ds, hid_t mem, int rank, const hsize_t *start, const hsize_t *count, size_t n, size_t room, nd_buf *out, nd_err *e);
int nd_write_strings(hid_t ds, hid_t mem, int rank, const hsize_t *start, const hsize_t *count, size_t n, const char *buf, nd_err *e);
int nd_fill_string(hid_t ds, hid_t mem, nd_buf *out, nd_err *e);
const char **nd_string_list(size_t n, const char *buf);

// shim_attr.c
int nd_attr_names(hid_t obj, nd_buf *out, nd_err *e);
int nd_attr_info(hid_t obj, const char *name, nd_type *t, nd_dataset *d, nd_err *e);
int nd_attr_read(hid_t obj, const char *name, void *buf, size_t cap, nd_err *e);
int nd_attr_strings(hid_t obj, const char *name, nd_buf *out, nd_err *e);
int nd_attr_write(hid_t obj, const char *name, const nd_type *t, int rank, const hsize_t *dims, const void *buf, nd_err *e);
int nd_attr_delete(hid_t obj, const char *name, nd_err *e);

// shim_dims.c
int nd_dim_refs(hid_t ds, int rank, uint64_t *refs, nd_err *e);
int nd_ref_name(hid_t ds, uint64_t ref, nd_buf *out, nd_err *e);
int nd_dim_name(hid_t file, const char *group, int id, nd_buf *out, nd_err *e);
int nd_make_scale(hid_t ds, const char *name, nd_err *e);
int nd_attach_scale(hid_t ds, hid_t scale, int axis, nd_err *e);
int nd_set_label(hid_t ds, int axis, const char *name, nd_err *e);

// inflate_libz.c or inflate_libdeflate.c, and deflate_libz.c

// What nd_inflate and nd_zstd_decode return, where not 0.
enum { ND_LONG = 1, ND_DAMAGED, ND_NO_MEMORY };

// nd_inflate decodes one zlib stream or one gzip member. Where dst has no room
// for all of it, it returns ND_LONG. Calls may run beside each other.
int nd_inflate(void *dst, size_t room, const void *src, size_t n, int gzip, size_t *wrote, size_t *read);

// nd_deflate makes a bare stream of deflate and returns its length, 0 where
// that failed. Calls may run beside each other.
size_t nd_deflate(void *dst, size_t room, const void *src, size_t n, int level);

// zstd.c

// nd_zstd_encode makes a frame of n bytes, or an error: ZSTD_isError. Contexts
// are for one call at a time.
size_t nd_zstd_encode(void *context, void *dst, size_t room, const void *src, size_t n, int level, int checksum);

// nd_zstd_decode decodes all frames of src, and says how many bytes it wrote.
// It returns 0, ND_LONG where dst has no room for all, or ND_DAMAGED.
int nd_zstd_decode(void *context, void *dst, size_t room, const void *src, size_t n, size_t *wrote);

#endif
