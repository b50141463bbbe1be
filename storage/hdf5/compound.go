//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// A compound is read as a struct, whose fields lie packed, or a single field of
// it as an array of its own, of which the library takes out the bytes.

// maxNesting is how deep compounds may lie in each other.
const maxNesting = 16

// element returns the dtype of the elements, or of a field of theirs, named by
// those that it lies in and itself, and makes t and mem those of the dtype.
// ErrUnsupported is that of a type which can't be read. lib is held.
func (a *array) element(t *C.nd_type, fields []string) (nd.DType, error) {
	if t.kind != C.ND_COMPOUND && len(fields) == 0 {
		return dtypeOf(t)
	}
	stored := C.nd_dataset_type(a.id, &stack)
	if stored < 0 {
		return nd.DType{}, libErr()
	}
	for _, name := range fields {
		inner, err := memberNamed(stored, name)
		if err = errors.Join(err, closeID(stored)); err != nil {
			return nd.DType{}, err
		}
		stored = inner
	}
	dtype, mem, err := describeType(stored, t, 0)
	size := dtype.Size()
	if dtype == nd.Text {
		size = int(unsafe.Sizeof(uintptr(0))) // a pointer to it
	}
	for _, name := range slices.Backward(fields) {
		if err == nil {
			mem, err = pack([]nd.Field{{Name: name}}, []C.hid_t{mem}, size)
		}
	}
	t.how = C.ND_CONVERT
	if err == nil {
		err = closeID(a.mem)
		a.mem = mem
	}
	if err == nil && len(fields) == 0 && C.nd_same_type(stored, mem, &stack) > 0 {
		t.how = C.ND_SAME
	}
	return dtype, errors.Join(err, closeID(stored))
}

// memberNamed opens the type of a field.
func memberNamed(stored C.hid_t, name string) (C.hid_t, error) {
	n := C.nd_members(stored, &stack)
	if n < 0 {
		return -1, libErr()
	}
	var all []string
	for i := range n {
		field, inner, err := member(stored, i)
		switch {
		case err != nil:
			return -1, err
		case field == name:
			return inner, nil
		}
		all = append(all, field)
		if err := closeID(inner); err != nil {
			return -1, err
		}
	}
	if n == 0 {
		return -1, fmt.Errorf("%w: there is no %q in an array without fields", storage.ErrNotFound, name)
	}
	return -1, fmt.Errorf("%w: there is no field %q, but %s", storage.ErrNotFound, name, strings.Join(all, ", "))
}

// member returns the name of a field and opens its type.
func member(stored C.hid_t, i C.int) (string, C.hid_t, error) {
	var buf C.nd_buf
	inner := C.nd_member(stored, i, &buf, &stack)
	name := splitStrings(&buf, 1)[0]
	if inner < 0 {
		return "", -1, libErr()
	}
	return name, inner, nil
}

// describeType describes a type, and makes the type to read it with, which the
// caller closes.
func describeType(stored C.hid_t, t *C.nd_type, depth int) (nd.DType, C.hid_t, error) {
	var mem C.hid_t
	if C.nd_describe_type(stored, t, &mem, &stack) < 0 {
		return nd.DType{}, -1, libErr()
	}
	if t.kind != C.ND_COMPOUND {
		d, err := dtypeOf(t)
		if err != nil {
			return d, -1, errors.Join(err, closeID(mem))
		}
		return d, mem, nil
	}
	if err := closeID(mem); err != nil {
		return nd.DType{}, -1, err
	}
	if depth == maxNesting {
		return nd.DType{}, -1, fmt.Errorf("%w: compounds nested more than %d deep", storage.ErrUnsupported, maxNesting)
	}
	d, mem, err := structOf(stored, depth)
	t.size = C.int(d.Size())
	return d, mem, err
}

// structOf makes the dtype of a compound and the type to read it with.
func structOf(stored C.hid_t, depth int) (d nd.DType, mem C.hid_t, err error) {
	n := C.nd_members(stored, &stack)
	if n < 0 {
		return d, -1, libErr()
	}
	var fields []nd.Field
	var types []C.hid_t
	size := 0
	for i := range n {
		f, inner, err := fieldOf(stored, i, depth)
		if err == nil && f.DType.Size() > maxChunk-size {
			err = fmt.Errorf("%w: a compound of more than 4 GiB", storage.ErrCorrupt)
		}
		if err != nil {
			return d, -1, errors.Join(err, closeAll(types))
		}
		f.Offset = size
		size += f.DType.Size()
		fields, types = append(fields, f), append(types, inner)
	}
	if d, err = nd.Struct(fields, size); err != nil {
		return d, -1, errors.Join(fmt.Errorf("%w: %w", storage.ErrUnsupported, err), closeAll(types))
	}
	mem, err = pack(fields, types, size)
	return d, mem, err
}

// fieldOf describes a field of a compound, which must be of a fixed size.
func fieldOf(stored C.hid_t, i C.int, depth int) (nd.Field, C.hid_t, error) {
	name, inner, err := member(stored, i)
	if err != nil {
		return nd.Field{}, -1, err
	}
	var t C.nd_type
	d, mem, err := describeType(inner, &t, depth+1)
	if d == nd.Text {
		err = errors.Join(fmt.Errorf("%w: strings of any length in compounds are read alone", storage.ErrUnsupported), closeID(mem))
	}
	if err = errors.Join(err, closeID(inner)); err != nil {
		return nd.Field{}, -1, fmt.Errorf("field %q: %w", name, err)
	}
	return nd.Field{Name: name, DType: d}, mem, nil
}

// newType makes the stored type for a dtype, which the caller closes. Structs are
// compounds, whose fields must lie as they are read: packed. lib is held.
func newType(d nd.DType, depth int) (C.hid_t, error) {
	if d.Kind() != nd.KindStruct {
		t, ok := typeOf(d)
		if !ok {
			return -1, fmt.Errorf("%w: HDF5 has no type for %s here", storage.ErrUnsupported, d)
		}
		id := C.nd_new_type(&t, &stack)
		if id < 0 {
			return -1, libErr()
		}
		return id, nil
	}
	fields, size := d.Fields(), 0
	var types []C.hid_t
	for _, f := range fields {
		var err error
		inner := C.hid_t(-1)
		switch {
		case f.Offset != size:
			err = fmt.Errorf("%w: a gap before the field", storage.ErrUnsupported)
		case strings.ContainsRune(f.Name, 0):
			err = fmt.Errorf("%w: a NUL in the name", storage.ErrUnsupported)
		case depth == maxNesting:
			err = fmt.Errorf("%w: structs nested more than %d deep", storage.ErrUnsupported, maxNesting)
		default:
			inner, err = newType(f.DType, depth+1)
		}
		if err != nil {
			return -1, errors.Join(fmt.Errorf("field %q: %w", f.Name, err), closeAll(types))
		}
		types = append(types, inner)
		size += f.DType.Size()
	}
	if size != d.Size() {
		return -1, errors.Join(fmt.Errorf("%w: a gap behind the last field of %s", storage.ErrUnsupported, d), closeAll(types))
	}
	return pack(fields, types, size)
}

// pack makes a compound of fields, whose types it closes.
func pack(fields []nd.Field, types []C.hid_t, size int) (C.hid_t, error) {
	mem := C.nd_compound(C.size_t(size), &stack)
	if mem < 0 {
		return -1, errors.Join(libErr(), closeAll(types))
	}
	var err error
	for i, f := range fields {
		rc := withName(f.Name, func(c *C.char) C.int { return C.nd_insert(mem, c, C.size_t(f.Offset), types[i], &stack) })
		if err == nil {
			err = check(rc)
		}
	}
	if err = errors.Join(err, closeAll(types)); err != nil {
		return -1, errors.Join(err, closeID(mem))
	}
	return mem, nil
}

func closeAll(types []C.hid_t) (err error) {
	for _, t := range types {
		err = errors.Join(err, closeID(t))
	}
	return err
}
