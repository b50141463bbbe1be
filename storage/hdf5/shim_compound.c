//go:build cgo && !nohdf5

#include "shim.h"

#include <string.h>

hid_t nd_dataset_type(hid_t ds, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave_id(&s, e, H5Dget_type(ds));
}

// nd_describe_type is nd_describe for who has a type alone.
int nd_describe_type(hid_t stored, nd_type *t, hid_t *mem, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, nd_describe(stored, t, mem));
}

// nd_members says how many fields a type has: none that is no compound.
int nd_members(hid_t stored, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Tget_class(stored) == H5T_COMPOUND ? H5Tget_nmembers(stored) : 0);
}

// nd_member opens the type of a field, and gives its name with a NUL.
hid_t nd_member(hid_t stored, int i, nd_buf *name, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t inner = -1;
	char *n = H5Tget_member_name(stored, (unsigned)i);
	if (n && nd_put(name, n, strlen(n) + 1) >= 0)
		inner = H5Tget_member_type(stored, (unsigned)i);
	nd_leave_id(&s, e, inner);
	H5free_memory(n);
	return inner;
}

// nd_compound makes a type of size bytes without fields yet.
hid_t nd_compound(size_t size, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave_id(&s, e, H5Tcreate(H5T_COMPOUND, size));
}

int nd_insert(hid_t compound, const char *name, size_t at, hid_t type, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Tinsert(compound, name, at, type));
}

// nd_same_type returns 1 for types of the same bytes.
int nd_same_type(hid_t a, hid_t b, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Tequal(a, b));
}

// nd_array_base opens the type of an array's elements and gives its shape.
hid_t nd_array_base(hid_t stored, int *rank, hsize_t *dims, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t base = -1;
	*rank = H5Tget_array_ndims(stored); // at most 32: H5S_MAX_RANK
	if (*rank >= 0 && H5Tget_array_dims2(stored, dims) >= 0)
		base = H5Tget_super(stored);
	return nd_leave_id(&s, e, base);
}

// nd_array makes the type of arrays of a shape.
hid_t nd_array(hid_t base, int rank, const hsize_t *dims, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave_id(&s, e, H5Tarray_create2(base, (unsigned)rank, dims));
}
