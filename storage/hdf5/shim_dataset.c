//go:build cgo && !nohdf5

#include "shim.h"

#include <stdio.h>
#include <string.h>

static int read_space(hid_t space, nd_dataset *d, nd_err *e) {
	if (space < 0)
		return -1;
	d->null = H5Sget_simple_extent_type(space) == H5S_NULL;
	if (d->null)
		return 0;
	d->rank = H5Sget_simple_extent_ndims(space);
	if (d->rank < 0 || d->rank > ND_RANK)
		return nd_fail(e, "dataspace of more than 32 dimensions");
	return H5Sget_simple_extent_dims(space, d->dims, d->max) < 0 ? -1 : 0;
}

static int read_filters(hid_t plist, nd_dataset *d) {
	d->nfilters = H5Pget_nfilters(plist);
	if (d->nfilters < 0 || d->nfilters > ND_FILTERS)
		return -1;
	for (int i = 0; i < d->nfilters; i++) {
		nd_filter *f = &d->filter[i];
		unsigned flags;
		size_t n = ND_PARAMS;
		f->id = H5Pget_filter2(plist, (unsigned)i, &flags, &n, f->params, sizeof f->name, f->name, NULL);
		if (f->id < 0)
			return -1;
		f->nparams = n > ND_PARAMS ? ND_PARAMS : (int)n;
		f->name[sizeof f->name - 1] = 0;
		if (!(flags & H5Z_FLAG_OPTIONAL) && !nd_filter_can(f->id, H5Z_FILTER_CONFIG_ENCODE_ENABLED))
			d->mandatory = 1;
	}
	return 0;
}

static int read_plist(hid_t plist, nd_dataset *d, nd_err *e) {
	if (plist < 0)
		return -1;
	H5D_fill_value_t defined;
	unsigned opts = 0;
	d->layout = H5Pget_layout(plist);
	if (d->layout < 0 || H5Pfill_value_defined(plist, &defined) < 0)
		return -1;
	d->has_fill = defined == H5D_FILL_VALUE_USER_DEFINED;
	if (d->layout == H5D_CONTIGUOUS)
		d->external = H5Pget_external_count(plist) > 0;
	if (d->layout != H5D_CHUNKED)
		return 0;
	if (H5Pget_chunk(plist, ND_RANK, d->chunk) != d->rank)
		return nd_fail(e, "chunks and dataspace differ in rank");
	if (H5Pget_chunk_opts(plist, &opts) < 0)
		return -1;
	d->odd_edges = (opts & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
	return read_filters(plist, d);
}

static int open_parts(hid_t ds, nd_type *t, nd_dataset *d, hid_t *mem, nd_err *e) {
	hid_t type = H5Dget_type(ds), space = H5Dget_space(ds), plist = H5Dget_create_plist(ds);
	*mem = -1;
	int rc = -1;
	H5O_info_t info;
	if (type >= 0 && read_space(space, d, e) >= 0 && read_plist(plist, d, e) >= 0 && H5Oget_info(ds, &info) >= 0) {
		d->fileno = info.fileno;
		d->header = info.addr;
		rc = nd_describe(type, t, mem);
	}
	nd_note(e, rc);
	if (type >= 0)
		H5Tclose(type);
	if (space >= 0)
		H5Sclose(space);
	if (plist >= 0)
		H5Pclose(plist);
	return rc;
}

// nd_open opens a dataset and describes it: its type t, shape and storage d,
// and the type mem to read it with. It gets no chunk cache: chunks are read
// whole.
hid_t nd_open(hid_t loc, const char *name, nd_type *t, nd_dataset *d, hid_t *mem, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	memset(d, 0, sizeof *d);
	hid_t ds = -1, access = H5Pcreate(H5P_DATASET_ACCESS);
	if (access >= 0 && H5Pset_chunk_cache(access, 1, 0, 1) >= 0)
		ds = H5Dopen2(loc, name, access);
	if (ds >= 0 && open_parts(ds, t, d, mem, e) < 0) {
		H5Dclose(ds);
		ds = -1;
	}
	nd_leave_id(&s, e, ds);
	if (access >= 0)
		H5Pclose(access);
	return ds;
}

static int set_filter(hid_t plist, const nd_filter *f) {
	switch (f->id) {
	case H5Z_FILTER_DEFLATE:
		return H5Pset_deflate(plist, f->params[0]);
	case H5Z_FILTER_SHUFFLE:
		return H5Pset_shuffle(plist);
	case H5Z_FILTER_FLETCHER32:
		return H5Pset_fletcher32(plist);
	default: // unknown to the library: chunks are encoded before they get to it
		return H5Pset_filter(plist, f->id, H5Z_FLAG_OPTIONAL, (size_t)f->nparams, f->params);
	}
}

static int fill_plist(hid_t plist, hid_t type, const nd_dataset *d, const void *fill) {
	// In order of creation: a header that fits attributes of more than 64 KiB.
	if (plist < 0 || H5Pset_layout(plist, d->layout) < 0 || H5Pset_attr_creation_order(plist, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) < 0)
		return -1;
	if (fill && H5Pset_fill_value(plist, type, H5Tis_variable_str(type) > 0 ? (const void *)&fill : fill) < 0)
		return -1;
	if (d->layout == H5D_CHUNKED && H5Pset_chunk(plist, d->rank, d->chunk) < 0)
		return -1;
	for (int i = 0; i < d->nfilters; i++)
		if (set_filter(plist, &d->filter[i]) < 0)
			return -1;
	return 0;
}

// nd_create creates a dataset of a type with the shape, layout, chunks and
// filters of d; fill is one element, of strings their text with a NUL, or NULL.
hid_t nd_create(hid_t loc, const char *name, hid_t type, const nd_dataset *d, const void *fill, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t ds = -1;
	hid_t space = d->rank ? H5Screate_simple(d->rank, d->dims, d->max) : H5Screate(H5S_SCALAR);
	hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
	if (space >= 0 && fill_plist(plist, type, d, fill) >= 0)
		ds = H5Dcreate2(loc, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);
	nd_leave_id(&s, e, ds);
	if (plist >= 0)
		H5Pclose(plist);
	if (space >= 0)
		H5Sclose(space);
	return ds;
}

int nd_fill(hid_t ds, hid_t mem, void *fill, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t plist = H5Dget_create_plist(ds);
	int rc = plist < 0 ? -1 : H5Pget_fill_value(plist, mem, fill);
	nd_leave(&s, e, rc);
	if (plist >= 0)
		H5Pclose(plist);
	return rc;
}

// nd_offset gives the place of contiguous data in the file, ~0 where none is
// allocated.
int nd_offset(hid_t ds, uint64_t *offset, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	haddr_t at = H5Dget_offset(ds);
	*offset = at == HADDR_UNDEF ? UINT64_MAX : (uint64_t)at;
	return nd_leave(&s, e, 0);
}

// nd_select_box selects a box in the dataset's space and makes a memory space of
// its shape; the caller closes both, on an error too.
int nd_select_box(hid_t ds, int rank, const hsize_t *start, const hsize_t *count, hid_t *file, hid_t *mem) {
	*mem = -1;
	*file = H5Dget_space(ds);
	if (*file < 0)
		return -1;
	if (rank == 0) {
		*mem = H5Screate(H5S_SCALAR);
		return *mem < 0 ? -1 : 0;
	}
	if (H5Sget_simple_extent_ndims(*file) != rank || H5Sselect_hyperslab(*file, H5S_SELECT_SET, start, NULL, count, NULL) < 0)
		return -1;
	*mem = H5Screate_simple(rank, count, NULL);
	return *mem < 0 ? -1 : 0;
}

int nd_read(hid_t ds, hid_t type, int rank, const hsize_t *start, const hsize_t *count, void *buf, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t file, mem;
	int rc = nd_select_box(ds, rank, start, count, &file, &mem);
	if (rc >= 0)
		rc = H5Dread(ds, type, mem, file, H5P_DEFAULT, buf);
	nd_leave(&s, e, rc);
	if (mem >= 0)
		H5Sclose(mem);
	if (file >= 0)
		H5Sclose(file);
	return rc;
}

int nd_write(hid_t ds, hid_t type, int rank, const hsize_t *start, const hsize_t *count, const void *buf, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t file, mem;
	int rc = nd_select_box(ds, rank, start, count, &file, &mem);
	if (rc >= 0)
		rc = H5Dwrite(ds, type, mem, file, H5P_DEFAULT, buf);
	nd_leave(&s, e, rc);
	if (mem >= 0)
		H5Sclose(mem);
	if (file >= 0)
		H5Sclose(file);
	return rc;
}

// chunk_size is nd_chunk_size without the silence. The library fails for a
// chunk without storage once others have some; only its text tells that from a
// damaged index.
static int chunk_size(hid_t ds, const hsize_t *offset, hsize_t *size, nd_silence *s, nd_err *e) {
	*size = 0;
	if (H5Dget_chunk_storage_size(ds, offset, size) >= 0)
		return 0;
	nd_leave(s, e, -1);
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	*size = 0;
	if (!strstr(e->text, "not allocated"))
		return -1;
	e->text[0] = 0;
	return 0;
}

// nd_chunk_size gives the bytes a chunk takes in the file, 0 where it was
// never written.
int nd_chunk_size(hid_t ds, const hsize_t *offset, hsize_t *size, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, chunk_size(ds, offset, size, &s, e));
}

// nd_chunk_place gives the address and size of a chunk in the file, 0 bytes for
// one never written, and says which filters were skipped.
int nd_chunk_place(hid_t ds, const hsize_t *offset, uint64_t *addr, hsize_t *size, uint32_t *mask, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	haddr_t at = HADDR_UNDEF;
	unsigned skipped = 0;
	*size = 0;
	int rc = H5Dget_chunk_info_by_coord(ds, offset, &skipped, &at, size);
	*addr = at;
	*mask = skipped;
	return nd_leave(&s, e, rc);
}

// nd_chunk_read reads the stored bytes of a chunk and says which filters were
// skipped. Where cap is too small only the size is given.
int nd_chunk_read(hid_t ds, const hsize_t *offset, void *buf, size_t cap, hsize_t *size, uint32_t *mask, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	int rc = chunk_size(ds, offset, size, &s, e);
	if (rc >= 0 && *size > 0 && *size <= cap)
		rc = H5Dread_chunk(ds, H5P_DEFAULT, offset, mask, buf);
	return nd_leave(&s, e, rc);
}

// nd_chunk_write stores a chunk that the filters in mask were not applied to.
int nd_chunk_write(hid_t ds, const hsize_t *offset, uint32_t mask, const void *buf, size_t n, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Dwrite_chunk(ds, H5P_DEFAULT, mask, offset, n, buf));
}

int nd_set_extent(hid_t ds, const hsize_t *dims, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Dset_extent(ds, dims));
}

// nd_attr_info describes an attribute: of d only null, rank and dims are set.
int nd_attr_info(hid_t obj, const char *name, nd_type *t, nd_dataset *d, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	memset(d, 0, sizeof *d);
	int rc = -1;
	hid_t attr = H5Aopen(obj, name, H5P_DEFAULT), mem = -1;
	if (attr >= 0) {
		hid_t type = H5Aget_type(attr), space = H5Aget_space(attr);
		if (type >= 0 && read_space(space, d, e) >= 0)
			rc = nd_describe(type, t, &mem);
		nd_note(e, rc);
		if (mem >= 0)
			H5Tclose(mem);
		if (type >= 0)
			H5Tclose(type);
		if (space >= 0)
			H5Sclose(space);
	}
	nd_leave(&s, e, rc);
	if (attr >= 0)
		H5Aclose(attr);
	return rc;
}
