//go:build cgo && !nohdf5

#include "shim.h"

#include <stdlib.h>
#include <string.h>

static herr_t put_name(hid_t obj, const char *name, const H5A_info_t *info, void *data) {
	(void)obj;
	(void)info;
	return nd_put(data, name, strlen(name) + 1);
}

// nd_attr_names gives the names of all attributes, each with a NUL. Looking for
// one that isn't there decodes all of them first: where that fails, iterating
// would crash (1.10.8 frees a table it has not filled, H5A__attr_release_table).
int nd_attr_names(hid_t obj, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	if (H5Aexists(obj, " no such attribute ") < 0)
		return nd_leave(&s, e, -1);
	return nd_leave(&s, e, H5Aiterate2(obj, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, put_name, out));
}

// An attribute opened for reading, with the type to read it with.
typedef struct {
	hid_t attr, type, space, mem;
	nd_type t;
	hssize_t n;
} opened;

static int open_attr(hid_t obj, const char *name, opened *o) {
	o->type = o->space = o->mem = -1;
	o->attr = H5Aopen(obj, name, H5P_DEFAULT);
	if (o->attr < 0)
		return -1;
	o->type = H5Aget_type(o->attr);
	o->space = H5Aget_space(o->attr);
	if (o->type < 0 || o->space < 0 || (o->n = H5Sget_simple_extent_npoints(o->space)) < 0)
		return -1;
	return nd_describe(o->type, &o->t, &o->mem);
}

static void close_attr(opened *o) {
	if (o->mem >= 0)
		H5Tclose(o->mem);
	if (o->space >= 0)
		H5Sclose(o->space);
	if (o->type >= 0)
		H5Tclose(o->type);
	if (o->attr >= 0)
		H5Aclose(o->attr);
}

// nd_attr_read reads an attribute of fixed-size elements into buf of exactly
// cap bytes.
int nd_attr_read(hid_t obj, const char *name, void *buf, size_t cap, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	opened o;
	int rc = open_attr(obj, name, &o);
	if (rc >= 0 && (o.t.size <= 0 || (size_t)o.n != cap / (size_t)o.t.size))
		rc = nd_fail(e, "attribute changed while it was read");
	if (rc >= 0)
		rc = H5Aread(o.attr, o.mem, buf);
	nd_leave(&s, e, rc);
	close_attr(&o);
	return rc;
}

// nd_attr_strings reads an attribute of strings of any length, each with a NUL.
int nd_attr_strings(hid_t obj, const char *name, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	opened o;
	char **list = NULL;
	int rc = open_attr(obj, name, &o);
	if (rc >= 0 && o.t.kind != ND_VLSTRING)
		rc = nd_fail(e, "attribute changed while it was read");
	if (rc >= 0) {
		list = calloc((size_t)o.n + 1, sizeof *list);
		rc = list ? H5Aread(o.attr, o.mem, list) : -1;
	}
	for (hssize_t i = 0; rc >= 0 && i < o.n; i++) {
		const char *text = list[i] ? list[i] : "";
		rc = nd_put(out, text, strlen(text) + 1);
	}
	nd_leave(&s, e, rc);
	if (list && o.n > 0)
		H5Dvlen_reclaim(o.mem, o.space, H5P_DEFAULT, list);
	free(list);
	close_attr(&o);
	return rc;
}

static int write_strings(hid_t attr, hid_t type, size_t n, const char *buf) {
	const char **list = nd_string_list(n, buf);
	int rc = list ? H5Awrite(attr, type, list) : -1;
	free(list);
	return rc;
}

// nd_attr_write creates an attribute, in the place of one of that name.
int nd_attr_write(hid_t obj, const char *name, const nd_type *t, int rank, const hsize_t *dims, const void *buf, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	int rc = -1;
	hid_t attr = -1, type = nd_make_type(t), space = rank ? H5Screate_simple(rank, dims, NULL) : H5Screate(H5S_SCALAR);
	int there = H5Aexists(obj, name);
	if (type >= 0 && space >= 0 && there >= 0 && (!there || H5Adelete(obj, name) >= 0))
		attr = H5Acreate2(obj, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	if (attr >= 0) {
		size_t n = (size_t)H5Sget_simple_extent_npoints(space);
		rc = t->kind == ND_VLSTRING ? write_strings(attr, type, n, buf) : n ? H5Awrite(attr, type, buf) : 0;
	}
	nd_leave(&s, e, rc);
	if (attr >= 0)
		H5Aclose(attr);
	if (space >= 0)
		H5Sclose(space);
	if (type >= 0)
		H5Tclose(type);
	return rc;
}

int nd_attr_delete(hid_t obj, const char *name, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Adelete(obj, name));
}
