//go:build cgo && !nohdf5

#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void nd_enter(nd_silence *s, nd_err *e) {
	e->text[0] = 0;
	s->func = NULL;
	s->data = NULL;
	H5Eget_auto2(H5E_DEFAULT, &s->func, &s->data);
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	H5Eclear2(H5E_DEFAULT);
}

// collect appends one entry of the stack: the API function's name before the
// first message, then messages only.
static herr_t collect(unsigned n, const H5E_error2_t *entry, void *data) {
	nd_err *e = data;
	size_t used = strlen(e->text);
	if (n == 0)
		snprintf(e->text + used, sizeof e->text - used, "%s: %s", entry->func_name, entry->desc);
	else if (entry->desc && entry->desc[0])
		snprintf(e->text + used, sizeof e->text - used, ": %s", entry->desc);
	return 0;
}

int nd_note(nd_err *e, int rc) {
	if (rc < 0 && e->text[0] == 0)
		H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, collect, e);
	return rc;
}

int nd_leave(nd_silence *s, nd_err *e, int rc) {
	nd_note(e, rc);
	H5Eclear2(H5E_DEFAULT);
	H5Eset_auto2(H5E_DEFAULT, s->func, s->data);
	return rc;
}

hid_t nd_leave_id(nd_silence *s, nd_err *e, hid_t id) {
	nd_leave(s, e, id < 0 ? -1 : 0);
	return id;
}

int nd_fail(nd_err *e, const char *text) {
	snprintf(e->text, sizeof e->text, "%s", text);
	return -1;
}

int nd_put(nd_buf *b, const void *p, size_t n) {
	if (b->len + n > b->cap) {
		size_t cap = 2 * (b->len + n) + 64;
		char *data = realloc(b->data, cap);
		if (!data)
			return -1;
		b->data = data;
		b->cap = cap;
	}
	memcpy(b->data + b->len, p, n);
	b->len += n;
	return 0;
}
