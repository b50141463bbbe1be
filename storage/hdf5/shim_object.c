//go:build cgo && !nohdf5

#include "shim.h"

#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <fcntl.h>
#endif

int nd_close(hid_t id, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Idec_ref(id));
}

// nd_file_plain says whether addresses in the file are offsets in one ordinary
// file, 8 bytes each: the default driver and no user block.
int nd_file_plain(hid_t file, int *plain, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	int rc = -1;
	hsize_t block = 0;
	size_t addr = 0, size = 0;
	hid_t access = H5Fget_access_plist(file), create = H5Fget_create_plist(file);
	if (access >= 0 && create >= 0 && H5Pget_userblock(create, &block) >= 0 && H5Pget_sizes(create, &addr, &size) >= 0) {
		*plain = H5Pget_driver(access) == H5FD_SEC2 && block == 0 && addr == 8 && size == 8;
		rc = 0;
	}
	if (access >= 0)
		H5Pclose(access);
	if (create >= 0)
		H5Pclose(create);
	return nd_leave(&s, e, rc);
}

// nd_object gives the number of the file an object is in and the address of its
// header there; a file stands for its root group.
int nd_object(hid_t id, uint64_t *fileno, uint64_t *addr, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	H5O_info_t info;
	int rc = H5Oget_info(id, &info);
	if (rc >= 0) {
		*fileno = info.fileno;
		*addr = info.addr;
	}
	return nd_leave(&s, e, rc);
}

// nd_file_private keeps a file, and the lock on it, from programs that are
// started while it is open. Drivers that have no file descriptor, or many, are
// left as they are.
int nd_file_private(hid_t file, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	int rc = 0;
#ifndef _WIN32
	void *fd = NULL;
	hid_t access = H5Fget_access_plist(file);
	rc = access < 0 ? -1 : 0;
	if (rc == 0 && H5Pget_driver(access) == H5FD_SEC2)
		rc = H5Fget_vfd_handle(file, access, &fd);
	if (rc >= 0 && fd && fcntl(*(int *)fd, F_SETFD, FD_CLOEXEC) < 0)
		rc = nd_fail(e, "the file can't be kept from other programs");
	if (access >= 0)
		H5Pclose(access);
#endif
	return nd_leave(&s, e, rc);
}

// scale_like stops the iteration at the first dataset that NetCDF-4 would take
// for a dimension.
static herr_t scale_like(hid_t loc, const char *name, const H5L_info_t *link, void *data) {
	(void)data;
	if (link->type != H5L_TYPE_HARD)
		return 0;
	return H5Aexists_by_name(loc, name, "_Netcdf4Dimid", H5P_DEFAULT) > 0 ||
	       (H5Aexists_by_name(loc, name, "CLASS", H5P_DEFAULT) > 0 && H5Aexists_by_name(loc, name, "REFERENCE_LIST", H5P_DEFAULT) > 0);
}

int nd_file_netcdf(hid_t file, int *is, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	*is = H5Aexists(file, "_NCProperties") > 0 || H5Aexists(file, "_nc3_strict") > 0;
	int rc = 0;
	if (!*is) {
		rc = H5Literate(file, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, scale_like, NULL);
		*is = rc > 0;
	}
	return nd_leave(&s, e, rc < 0 ? -1 : 0);
}

// stat_link is nd_stat without the silence: 0 where nothing is at the end of
// the link.
static int stat_link(hid_t loc, const char *name, H5O_info_t *info) {
	int there = H5Lexists(loc, name, H5P_DEFAULT);
	if (there <= 0)
		return there;
	there = H5Oexists_by_name(loc, name, H5P_DEFAULT); // fails on external links and circles of soft links that lead nowhere
	if (there <= 0)
		return 0;
	return H5Oget_info_by_name(loc, name, info, H5P_DEFAULT) < 0 ? -1 : 1;
}

// nd_stat says what a link leads to: 1 and the object's type and address, 0
// where there is nothing.
int nd_stat(hid_t loc, const char *name, int *type, uint64_t *fileno, uint64_t *addr, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	H5O_info_t info;
	int rc = stat_link(loc, name, &info);
	if (rc > 0) {
		*type = info.type;
		*fileno = info.fileno;
		*addr = info.addr;
	}
	return nd_leave(&s, e, rc);
}

// is_placeholder tells datasets that only carry the length of a NetCDF-4
// dimension.
static int is_placeholder(hid_t loc, const char *name) {
	static const char mark[] = "This is a netCDF dimension but not a netCDF variable";
	if (H5Aexists_by_name(loc, name, "CLASS", H5P_DEFAULT) <= 0 || H5Aexists_by_name(loc, name, "NAME", H5P_DEFAULT) <= 0)
		return 0;
	char text[256] = "";
	hid_t attr = H5Aopen_by_name(loc, name, "NAME", H5P_DEFAULT, H5P_DEFAULT);
	if (attr < 0)
		return 0;
	hid_t type = H5Aget_type(attr), space = H5Aget_space(attr);
	if (type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
	    H5Tget_size(type) < sizeof text && H5Sget_simple_extent_npoints(space) == 1)
		H5Aread(attr, type, text);
	if (space >= 0)
		H5Sclose(space);
	if (type >= 0)
		H5Tclose(type);
	H5Aclose(attr);
	return strncmp(text, mark, sizeof mark - 1) == 0;
}

static herr_t put_child(nd_buf *out, const char *name, int what, uint64_t fileno, uint64_t addr) {
	uint64_t head[3] = {(uint64_t)what, fileno, addr};
	return nd_put(out, head, sizeof head) < 0 || nd_put(out, name, strlen(name) + 1) < 0 ? -1 : 0;
}

static herr_t list_one(hid_t loc, const char *name, const H5L_info_t *link, void *data) {
	(void)link;
	H5O_info_t info;
	int there = stat_link(loc, name, &info);
	if (there < 0) // damaged: listed as an array, so that opening it tells
		return put_child(data, name, ND_DATASET, 0, 0);
	if (there == 0)
		return put_child(data, name, ND_NOTHING, 0, 0);
	if (info.type == H5O_TYPE_GROUP)
		return put_child(data, name, ND_GROUP, info.fileno, info.addr);
	if (info.type == H5O_TYPE_DATASET && !is_placeholder(loc, name))
		return put_child(data, name, ND_DATASET, info.fileno, info.addr);
	return 0;
}

// nd_link says what kind of link a name is, H5L_TYPE_ERROR where there is none,
// and gives the names it is made of, each with a NUL: the path of a soft link;
// the file and the path of an external one.
int nd_link(hid_t loc, const char *name, int *type, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	H5L_info_t info;
	*type = H5L_TYPE_ERROR;
	int rc = H5Lexists(loc, name, H5P_DEFAULT);
	if (rc > 0)
		rc = H5Lget_info(loc, name, &info, H5P_DEFAULT) < 0 ? -1 : 1;
	if (rc > 0) {
		*type = info.type;
		if (info.type == H5L_TYPE_SOFT || info.type == H5L_TYPE_EXTERNAL) {
			const char *file, *path;
			char *value = malloc(info.u.val_size + 1);
			rc = value && info.u.val_size > 0 ? H5Lget_val(loc, name, value, info.u.val_size, H5P_DEFAULT) : -1;
			if (rc >= 0 && info.type == H5L_TYPE_SOFT) {
				value[info.u.val_size] = 0;
				rc = nd_put(out, value, strlen(value) + 1);
			} else if (rc >= 0) {
				rc = H5Lunpack_elink_val(value, info.u.val_size, NULL, &file, &path);
				if (rc >= 0 && (rc = nd_put(out, file, strlen(file) + 1)) >= 0)
					rc = nd_put(out, path, strlen(path) + 1);
			}
			free(value);
		}
	}
	return nd_leave(&s, e, rc < 0 ? -1 : 0);
}

// nd_list lists the groups and datasets behind the links of a group, what
// is too damaged to tell, and links that lead nowhere. Each is three uint64
// (ND_DATASET …, file number, address) and its name with a NUL.
int nd_list(hid_t loc, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Literate(loc, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, list_one, out));
}

int nd_rename(hid_t loc, const char *from, const char *to, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Lmove(loc, from, loc, to, H5P_DEFAULT, H5P_DEFAULT));
}

// keep_order has a group remember in which order its links and attributes came,
// and fit attributes of more than 64 KiB. NetCDF-C changes no other files.
static int keep_order(hid_t plist) {
	const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
	return plist < 0 || H5Pset_link_creation_order(plist, order) < 0 || H5Pset_attr_creation_order(plist, order) < 0 ? -1 : 0;
}

// nd_create_file creates a file that must not exist.
hid_t nd_create_file(const char *path, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t file = -1, plist = H5Pcreate(H5P_FILE_CREATE);
	if (keep_order(plist) >= 0)
		file = H5Fcreate(path, H5F_ACC_EXCL, plist, H5P_DEFAULT);
	nd_leave_id(&s, e, file);
	if (plist >= 0)
		H5Pclose(plist);
	return file;
}

hid_t nd_create_group(hid_t loc, const char *name, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	hid_t group = -1, plist = H5Pcreate(H5P_GROUP_CREATE);
	if (keep_order(plist) >= 0)
		group = H5Gcreate2(loc, name, H5P_DEFAULT, plist, H5P_DEFAULT);
	nd_leave_id(&s, e, group);
	if (plist >= 0)
		H5Pclose(plist);
	return group;
}

int nd_unlink(hid_t loc, const char *name, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Ldelete(loc, name, H5P_DEFAULT));
}

int nd_flush(hid_t id, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave(&s, e, H5Fflush(id, H5F_SCOPE_GLOBAL));
}
