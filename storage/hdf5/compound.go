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
// it as an array of its own, of which the library takes out the bytes. Elements
// that are arrays are further axes of the array that they are in.

// maxNesting is how deep compounds may lie in each other.
const maxNesting = 16

// element returns the dtype of the elements, or of a field of theirs, named by
// those that it lies in and itself, and makes t and mem those of the dtype.
// Elements that are arrays add their axes to d. ErrUnsupported is that of a type
// which can't be read. lib is held.
func (a *array) element(t *C.nd_type, d *C.nd_dataset, fields []string) (nd.DType, error) {
	if t.kind != C.ND_COMPOUND && t.kind != C.ND_ARRAY && len(fields) == 0 {
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
	dtype, mem, err := a.elementOf(stored, t, d)
	if err = errors.Join(err, closeID(stored)); err != nil {
		return dtype, err
	}
	size := dtype.Size()
	if dtype == nd.Text {
		size = int(unsafe.Sizeof(uintptr(0))) // a pointer to it
	}
	for k := int(d.rank) - a.inner; k < int(d.rank); k++ {
		size *= int(d.dims[k])
	}
	for _, name := range slices.Backward(fields) {
		if err == nil {
			mem, err = pack([]nd.Field{{Name: name}}, []C.hid_t{mem}, size)
		}
	}
	if len(fields) > 0 {
		t.how = C.ND_CONVERT
	}
	if err == nil {
		err = closeID(a.mem)
		a.mem = mem
	}
	return dtype, err
}

// elementOf describes a type, and makes that to read it with. The axes of an
// array are added to d: its elements lie as if it had them itself.
func (a *array) elementOf(stored C.hid_t, t *C.nd_type, d *C.nd_dataset) (nd.DType, C.hid_t, error) {
	dtype, mem, err := describeType(stored, t, 0)
	if t.kind != C.ND_ARRAY {
		if t.kind == C.ND_COMPOUND {
			t.how = C.ND_CONVERT
			if err == nil && C.nd_same_type(stored, mem, &stack) > 0 {
				t.how = C.ND_SAME
			}
		}
		return dtype, mem, err
	}
	text, outer := t.text, d.rank
	var rank C.int
	var dims sizes
	base := C.nd_array_base(stored, &rank, &dims[0], &stack)
	switch {
	case base < 0:
		return dtype, -1, libErr()
	case outer+rank > C.ND_RANK:
		return dtype, -1, errors.Join(fmt.Errorf("%w: more than %d axes, those of elements included", storage.ErrUnsupported, C.ND_RANK), closeID(base))
	}
	copy(d.dims[outer:], dims[:rank])
	copy(d.chunk[outer:], dims[:rank])
	copy(d.max[outer:], dims[:rank])
	d.rank += rank
	a.inner += int(rank)
	dtype, inner, err := a.elementOf(base, t, d)
	t.text = text
	if dtype == nd.Text {
		err = errors.Join(fmt.Errorf("%w: elements of type %s", storage.ErrUnsupported, C.GoString(&text[0])), closeID(inner))
	}
	if err = errors.Join(err, closeID(base)); err != nil {
		return nd.DType{}, -1, err
	}
	if mem = C.nd_array(inner, rank, &dims[0], &stack); mem < 0 {
		err = libErr()
	}
	return dtype, mem, errors.Join(err, closeID(inner))
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
