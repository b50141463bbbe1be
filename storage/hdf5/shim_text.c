//go:build cgo && !nohdf5

#include "shim.h"

#include <stdlib.h>
#include <string.h>

// The texts the library allocates in one read: all are freed afterwards, those
// too that it lost on an error half way. No more than room bytes are given out.
typedef struct text {
	struct text *next;
} text;

typedef struct {
	text *first;
	size_t room;
	int full;
} texts;

static void *take(size_t n, void *data) {
	texts *all = data;
	all->full = n > all->room || all->room - n < sizeof(text);
	if (all->full)
		return NULL;
	text *t = malloc(sizeof *t + n);
	if (!t)
		return NULL;
	all->room -= n + sizeof *t;
	t->next = all->first;
	all->first = t;
	return t + 1;
}

static void give(void *p, void *data) { // free_all does it
	(void)p;
	(void)data;
}

static void free_all(texts *all) {
	while (all->first) {
		text *next = all->first->next;
		free(all->first);
		all->first = next;
	}
}

// put_strings appends n strings, each with a NUL.
static int put_strings(nd_buf *out, char **list, size_t n) {
	int rc = 0;
	for (size_t i = 0; rc >= 0 && i < n; i++) {
		const char *s = list[i] ? list[i] : "";
		rc = nd_put(out, s, strlen(s) + 1);
	}
	return rc;
}

// nd_read_strings reads a box of n strings of any length, each with a NUL; ones
// that take more than room bytes are an error.
int nd_read_strings(hid_t ds, hid_t type, int rank, const hsize_t *start, const hsize_t *count, size_t n, size_t room, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	texts all = {NULL, room, 0};
	hid_t file = -1, mem = -1, plist = H5Pcreate(H5P_DATASET_XFER);
	char **list = calloc(n + 1, sizeof *list);
	int rc = -1;
	if (list && plist >= 0 && H5Pset_vlen_mem_manager(plist, take, &all, give, &all) >= 0 && nd_select_box(ds, rank, start, count, &file, &mem) >= 0)
		rc = H5Dread(ds, type, mem, file, plist, list);
	if (rc >= 0)
		rc = put_strings(out, list, n);
	if (all.full)
		rc = nd_fail(e, "strings too long to be read together");
	nd_leave(&s, e, rc);
	free(list);
	free_all(&all);
	if (mem >= 0)
		H5Sclose(mem);
	if (file >= 0)
		H5Sclose(file);
	if (plist >= 0)
		H5Pclose(plist);
	return rc;
}

// nd_fill_string gives the fill value of strings of any length, with a NUL.
int nd_fill_string(hid_t ds, hid_t type, nd_buf *out, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	char *fill = NULL;
	hid_t plist = H5Dget_create_plist(ds);
	int rc = plist < 0 ? -1 : H5Pget_fill_value(plist, type, &fill);
	if (rc >= 0)
		rc = put_strings(out, &fill, 1);
	nd_leave(&s, e, rc);
	H5free_memory(fill);
	if (plist >= 0)
		H5Pclose(plist);
	return rc;
}

// nd_string_list points at the n strings, each with a NUL, that lie one after
// another in buf; the caller frees the list.
const char **nd_string_list(size_t n, const char *buf) {
	const char **list = calloc(n + 1, sizeof *list);
	for (size_t i = 0; list && i < n; i++) {
		list[i] = buf;
		buf += strlen(buf) + 1;
	}
	return list;
}

// nd_write_strings writes a box of n strings, each with a NUL.
int nd_write_strings(hid_t ds, hid_t type, int rank, const hsize_t *start, const hsize_t *count, size_t n, const char *buf, nd_err *e) {
	const char **list = nd_string_list(n, buf);
	int rc = list ? nd_write(ds, type, rank, start, count, list, e) : nd_fail(e, "out of memory");
	free(list);
	return rc;
}
