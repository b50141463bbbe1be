//go:build cgo && !nohdf5

#include "shim.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

// is_ref_list says whether a type is what DIMENSION_LIST must be: lists of
// object references. Anything else must not be read as one.
static int is_ref_list(hid_t type) {
	if (H5Tget_class(type) != H5T_VLEN)
		return 0;
	hid_t base = H5Tget_super(type);
	int ok = base >= 0 && H5Tequal(base, H5T_STD_REF_OBJ) > 0;
	if (base >= 0)
		H5Tclose(base);
	return ok;
}

// nd_dim_refs gives the reference to the first dimension scale of every axis, 0
// where there is none.
int nd_dim_refs(hid_t ds, int rank, uint64_t *refs, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	memset(refs, 0, (size_t)rank * sizeof *refs);
	if (H5Aexists(ds, "DIMENSION_LIST") <= 0)
		return nd_leave(&s, e, 0);
	int rc = -1;
	hid_t attr = H5Aopen(ds, "DIMENSION_LIST", H5P_DEFAULT);
	hid_t type = attr < 0 ? -1 : H5Aget_type(attr), space = attr < 0 ? -1 : H5Aget_space(attr);
	hvl_t *list = calloc((size_t)rank + 1, sizeof *list);
	if (list && type >= 0 && space >= 0) {
		rc = 0;
		if (is_ref_list(type) && H5Sget_simple_extent_npoints(space) == rank) {
			rc = H5Aread(attr, type, list);
			for (int i = 0; rc >= 0 && i < rank; i++)
				if (list[i].len > 0 && list[i].p)
					refs[i] = *(hobj_ref_t *)list[i].p;
		}
	}
	nd_leave(&s, e, rc);
	if (list && type >= 0 && space >= 0 && rc >= 0)
		H5Dvlen_reclaim(type, space, H5P_DEFAULT, list);
	free(list);
	if (space >= 0)
		H5Sclose(space);
	if (type >= 0)
		H5Tclose(type);
	if (attr >= 0)
		H5Aclose(attr);
	return rc;
}

// nd_ref_name gives the path of the object a reference leads to, with a NUL;
// no path where the object is gone.
int nd_ref_name(hid_t ds, uint64_t ref, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	char path[4096] = "";
	hobj_ref_t r = ref;
	hid_t id = H5Rdereference2(ds, H5P_DEFAULT, H5R_OBJECT, &r);
	int rc = id >= 0 && H5Iget_name(id, path, sizeof path) < 0 ? -1 : nd_put(out, path, strlen(path) + 1);
	nd_leave(&s, e, rc);
	if (id >= 0)
		H5Oclose(id);
	return rc;
}

typedef struct {
	int id; // of NetCDF-4, of a dimension
	nd_buf *out;
} dim_search;

// has_id stops the iteration at the dimension scale of an id and gives its name.
static herr_t has_id(hid_t loc, const char *name, const H5L_info_t *link, void *data) {
	dim_search *s = data;
	if (link->type != H5L_TYPE_HARD || H5Aexists_by_name(loc, name, "CLASS", H5P_DEFAULT) <= 0 ||
	    H5Aexists_by_name(loc, name, "_Netcdf4Dimid", H5P_DEFAULT) <= 0)
		return 0;
	hid_t attr = H5Aopen_by_name(loc, name, "_Netcdf4Dimid", H5P_DEFAULT, H5P_DEFAULT);
	hid_t type = attr < 0 ? -1 : H5Aget_type(attr), space = attr < 0 ? -1 : H5Aget_space(attr);
	int id = -1, rc = 0;
	if (type >= 0 && space >= 0 && H5Tget_class(type) == H5T_INTEGER && H5Sget_simple_extent_npoints(space) == 1 &&
	    H5Aread(attr, H5T_NATIVE_INT, &id) >= 0 && id == s->id)
		rc = nd_put(s->out, name, strlen(name) + 1) < 0 ? -1 : 1;
	if (space >= 0)
		H5Sclose(space);
	if (type >= 0)
		H5Tclose(type);
	if (attr >= 0)
		H5Aclose(attr);
	return rc;
}

// nd_dim_name gives the name, with a NUL, of the dimension that has an id of
// NetCDF-4 in a group; nothing where none has.
int nd_dim_name(hid_t file, const char *group, int id, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	dim_search search = {id, out};
	int rc = H5Literate_by_name(file, group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, has_id, &search, H5P_DEFAULT);
	return nd_leave(&s, e, rc < 0 ? -1 : 0);
}

// nd_make_scale makes a dataset a dimension scale, if it is none yet.
int nd_make_scale(hid_t ds, const char *name, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	int is = H5DSis_scale(ds);
	return nd_leave(&s, e, is != 0 ? is : H5DSset_scale(ds, name));
}

int nd_attach_scale(hid_t ds, hid_t scale, int axis, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5DSattach_scale(ds, scale, (unsigned)axis));
}

int nd_set_label(hid_t ds, int axis, const char *name, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5DSset_label(ds, (unsigned)axis, name));
}
