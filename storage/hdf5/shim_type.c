//go:build cgo && !nohdf5

#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// half makes the native IEEE 754 half-precision type; libhdf5 has a constant
// for it only from 1.14.4 on.
static hid_t half(void) {
	hid_t t = H5Tcopy(H5T_NATIVE_FLOAT);
	if (t < 0)
		return -1;
	if (H5Tset_fields(t, 15, 10, 5, 0, 10) < 0 || H5Tset_size(t, 2) < 0 || H5Tset_ebias(t, 15) < 0) {
		H5Tclose(t);
		return -1;
	}
	return t;
}

// swapped_equal says whether both types differ in byte order at most.
static int swapped_equal(hid_t stored, hid_t mem) {
	hid_t t = H5Tcopy(stored);
	int same = t >= 0 && H5Tset_order(t, H5Tget_order(H5T_NATIVE_INT)) >= 0 && H5Tequal(t, mem) > 0;
	if (t >= 0)
		H5Tclose(t);
	return same;
}

static int member_is(hid_t t, unsigned i, const char *name) {
	char *m = H5Tget_member_name(t, i);
	int same = m && strcmp(m, name) == 0;
	if (m)
		H5free_memory(m);
	return same;
}

// is_bool recognises what h5py stores for NumPy's bool.
static int is_bool(hid_t t) {
	signed char no = -1, yes = -1;
	return H5Tget_size(t) == 1 && H5Tget_nmembers(t) == 2 && member_is(t, 0, "FALSE") && member_is(t, 1, "TRUE") &&
	       H5Tget_member_value(t, 0, &no) >= 0 && H5Tget_member_value(t, 1, &yes) >= 0 && no == 0 && yes == 1;
}

// is_complex recognises a compound of two equal floats named r and i (h5py) or
// real and imag. mem is its native form.
static int is_complex(hid_t t, hid_t mem) {
	if (H5Tget_nmembers(t) != 2 || !((member_is(t, 0, "r") && member_is(t, 1, "i")) || (member_is(t, 0, "real") && member_is(t, 1, "imag"))))
		return 0;
	hid_t a = H5Tget_member_type(mem, 0), b = H5Tget_member_type(mem, 1);
	int ok = a >= 0 && b >= 0 && H5Tget_class(a) == H5T_FLOAT && H5Tequal(a, b) > 0 && H5Tget_size(mem) == 2 * H5Tget_size(a);
	if (a >= 0)
		H5Tclose(a);
	if (b >= 0)
		H5Tclose(b);
	return ok;
}

static void append(char *text, size_t cap, const char *more) {
	size_t used = strlen(text);
	snprintf(text + used, cap - used, "%s", more);
}

static void type_text(hid_t t, char *text, size_t cap, int depth);

// inner_text appends the text of a base or member type and closes it.
static void inner_text(hid_t t, char *text, size_t cap, int depth) {
	if (t < 0)
		return;
	type_text(t, text, cap, depth + 1);
	H5Tclose(t);
}

// type_text appends the name of a stored type: "int32", "compound{x float64, n
// int32}".
static void type_text(hid_t t, char *text, size_t cap, int depth) {
	char word[64] = "";
	H5T_class_t class = H5Tget_class(t);
	unsigned bits = 8 * (unsigned)H5Tget_size(t);
	switch (class) {
	case H5T_INTEGER:
		snprintf(word, sizeof word, "%sint%u", H5Tget_sign(t) == H5T_SGN_NONE ? "u" : "", bits);
		break;
	case H5T_FLOAT:
		snprintf(word, sizeof word, "float%u", bits);
		break;
	case H5T_BITFIELD:
		snprintf(word, sizeof word, "bitfield%u", bits);
		break;
	case H5T_TIME:
		snprintf(word, sizeof word, "time%u", bits);
		break;
	case H5T_OPAQUE:
		snprintf(word, sizeof word, "opaque%u", bits / 8);
		break;
	case H5T_STRING:
		if (H5Tis_variable_str(t) > 0)
			snprintf(word, sizeof word, "string of any length");
		else
			snprintf(word, sizeof word, "string of %u bytes", bits / 8);
		break;
	case H5T_REFERENCE:
		snprintf(word, sizeof word, "reference");
		break;
	case H5T_ENUM:
		append(text, cap, "enum of ");
		inner_text(H5Tget_super(t), text, cap, depth);
		return;
	case H5T_VLEN:
	case H5T_ARRAY:
		append(text, cap, class == H5T_VLEN ? "list of " : "array of ");
		inner_text(H5Tget_super(t), text, cap, depth);
		return;
	case H5T_COMPOUND:
		append(text, cap, "compound{");
		for (int i = 0; i < H5Tget_nmembers(t) && strlen(text) + 8 < cap && depth < 4; i++) {
			char *name = H5Tget_member_name(t, i);
			append(text, cap, i ? ", " : "");
			append(text, cap, name ? name : "?");
			append(text, cap, " ");
			H5free_memory(name);
			inner_text(H5Tget_member_type(t, i), text, cap, depth);
		}
		append(text, cap, "}");
		return;
	default:
		snprintf(word, sizeof word, "type class %d", (int)class);
	}
	append(text, cap, word);
}

static int order_of(hid_t stored) {
	switch (H5Tget_order(stored)) {
	case H5T_ORDER_LE:
		return 'l';
	case H5T_ORDER_BE:
		return 'b';
	default:
		return 0;
	}
}

// string_mem makes the memory type of fixed-length text: the same bytes,
// padded with NUL.
static hid_t string_mem(hid_t stored) {
	hid_t mem = H5Tcopy(stored);
	if (mem >= 0 && H5Tset_strpad(mem, H5T_STR_NULLPAD) < 0) {
		H5Tclose(mem);
		return -1;
	}
	return mem;
}

// native makes the memory type of numbers. Half floats stay what they are,
// where libhdf5 would widen them.
static hid_t native(hid_t stored) {
	if (H5Tget_class(stored) == H5T_FLOAT && H5Tget_size(stored) == 2) {
		hid_t mem = half();
		if (mem >= 0 && swapped_equal(stored, mem))
			return mem;
		if (mem >= 0)
			H5Tclose(mem);
	}
	return H5Tget_native_type(stored, H5T_DIR_ASCEND);
}

static int number_kind(hid_t mem) {
	size_t size = H5Tget_size(mem);
	switch (H5Tget_class(mem)) {
	case H5T_INTEGER:
		return H5Tget_sign(mem) == H5T_SGN_NONE ? ND_UINT : ND_INT;
	case H5T_BITFIELD:
		return ND_UINT;
	case H5T_FLOAT:
		return size == 2 || size == 4 || size == 8 ? ND_FLOAT : ND_OTHER;
	default:
		return ND_OTHER;
	}
}

// describe_enum takes an enum that isn't stored as the machine has it for its
// numbers: the library makes -1 of those that have no name, if it is to swap enums.
static void describe_enum(hid_t stored, nd_type *t, hid_t *mem) {
	*mem = H5Tget_native_type(stored, H5T_DIR_ASCEND);
	hid_t base = *mem < 0 ? -1 : H5Tget_super(*mem), other = H5Tget_super(stored);
	t->kind = base < 0 ? ND_OTHER : number_kind(base);
	if (base >= 0 && H5Tequal(stored, *mem) <= 0) {
		H5Tclose(*mem);
		*mem = base;
		base = -1;
		if (other >= 0 && swapped_equal(other, *mem))
			t->how = ND_SWAP;
	}
	if (base >= 0)
		H5Tclose(base);
	if (other >= 0)
		H5Tclose(other);
}

// nd_describe says what a stored type means and makes the type to read it
// with. Types that are not read as they are get the stored type itself and
// ND_OTHER, ND_VLSTRING, ND_REF or ND_ARRAY.
int nd_describe(hid_t stored, nd_type *t, hid_t *mem) {
	memset(t, 0, sizeof *t);
	*mem = -1;
	type_text(stored, t->text, sizeof t->text, 0);
	t->order = order_of(stored);
	t->how = ND_CONVERT;
	switch (H5Tget_class(stored)) {
	case H5T_INTEGER:
	case H5T_FLOAT:
	case H5T_BITFIELD:
		*mem = native(stored);
		t->kind = *mem < 0 ? ND_OTHER : number_kind(*mem);
		if (*mem >= 0 && swapped_equal(stored, *mem))
			t->how = ND_SWAP;
		break;
	case H5T_ENUM:
		if (is_bool(stored)) {
			*mem = H5Tcopy(stored);
			t->kind = ND_BOOL;
			break;
		}
		describe_enum(stored, t, mem);
		break;
	case H5T_STRING:
		t->kind = H5Tis_variable_str(stored) > 0 ? ND_VLSTRING : ND_STRING;
		*mem = t->kind == ND_STRING ? string_mem(stored) : H5Tcopy(stored);
		break;
	case H5T_OPAQUE: {
		char *tag = H5Tget_tag(stored);
		snprintf(t->tag, sizeof t->tag, "%s", tag ? tag : "");
		H5free_memory(tag);
		*mem = H5Tcopy(stored);
		t->kind = ND_OPAQUE;
		break;
	}
	case H5T_COMPOUND:
		*mem = H5Tget_native_type(stored, H5T_DIR_ASCEND);
		t->kind = *mem >= 0 && is_complex(stored, *mem) ? ND_COMPLEX : ND_COMPOUND;
		break;
	case H5T_REFERENCE:
		t->kind = ND_REF;
		break;
	case H5T_ARRAY:
		t->kind = ND_ARRAY;
		break;
	default:
		break;
	}
	if (*mem < 0)
		*mem = H5Tcopy(stored);
	if (*mem < 0)
		return -1;
	if (H5Tequal(stored, *mem) > 0 || (t->kind == ND_STRING && H5Tget_size(stored) == 1 && H5Tget_strpad(stored) == H5T_STR_NULLTERM))
		t->how = ND_SAME; // letters, which NetCDF stores, have no room for a NUL
	t->size = t->kind == ND_VLSTRING ? 0 : (int)H5Tget_size(*mem);
	return 0;
}

static hid_t bool_type(void) {
	hid_t t = H5Tenum_create(H5T_NATIVE_INT8);
	signed char no = 0, yes = 1;
	if (t >= 0 && (H5Tenum_insert(t, "FALSE", &no) < 0 || H5Tenum_insert(t, "TRUE", &yes) < 0)) {
		H5Tclose(t);
		return -1;
	}
	return t;
}

static hid_t complex_type(int size) {
	hid_t part = size == 8 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
	hid_t t = H5Tcreate(H5T_COMPOUND, size);
	if (t >= 0 && (H5Tinsert(t, "r", 0, part) < 0 || H5Tinsert(t, "i", size / 2, part) < 0)) {
		H5Tclose(t);
		return -1;
	}
	return t;
}

static hid_t text_type(int variable, int size) {
	hid_t t = H5Tcopy(H5T_C_S1);
	if (t < 0)
		return -1;
	int bad = variable ? H5Tset_size(t, H5T_VARIABLE) < 0 || H5Tset_cset(t, H5T_CSET_UTF8) < 0
	                   : H5Tset_size(t, size) < 0 || H5Tset_strpad(t, H5T_STR_NULLPAD) < 0;
	if (bad) {
		H5Tclose(t);
		return -1;
	}
	return t;
}

// nd_make_type makes the stored type for kind, size and tag, which in native
// byte order is the memory type as well.
hid_t nd_make_type(const nd_type *t) {
	switch (t->kind) {
	case ND_INT:
		return H5Tcopy(t->size == 1 ? H5T_NATIVE_INT8 : t->size == 2 ? H5T_NATIVE_INT16 : t->size == 4 ? H5T_NATIVE_INT32 : H5T_NATIVE_INT64);
	case ND_UINT:
		return H5Tcopy(t->size == 1 ? H5T_NATIVE_UINT8 : t->size == 2 ? H5T_NATIVE_UINT16 : t->size == 4 ? H5T_NATIVE_UINT32 : H5T_NATIVE_UINT64);
	case ND_FLOAT:
		return t->size == 2 ? half() : H5Tcopy(t->size == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE);
	case ND_BOOL:
		return bool_type();
	case ND_COMPLEX:
		return complex_type(t->size);
	case ND_STRING:
	case ND_VLSTRING:
		return text_type(t->kind == ND_VLSTRING, t->size);
	case ND_OPAQUE: {
		hid_t o = H5Tcreate(H5T_OPAQUE, t->size);
		if (o >= 0 && H5Tset_tag(o, t->tag) < 0) {
			H5Tclose(o);
			return -1;
		}
		return o;
	}
	default:
		return -1;
	}
}

// nd_new_type is nd_make_type for who has nothing else to do.
hid_t nd_new_type(const nd_type *t, nd_err *e) {
	nd_silence s;
	nd_enter(&s, e);
	return nd_leave_id(&s, e, nd_make_type(t));
}
