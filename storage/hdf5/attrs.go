//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// maxAttr is the most bytes an attribute may have in memory: far more than any
// real one, far less than a damaged one may pretend.
const maxAttr = 64 << 20

// decoders make a value of an attribute's bytes: a single one or a slice.
var decoders = map[nd.DType]func(b []byte, single bool) any{
	nd.Bool: decode[bool],
	nd.Int8: decode[int8], nd.Int16: decode[int16], nd.Int32: decode[int32], nd.Int64: decode[int64],
	nd.Uint8: decode[uint8], nd.Uint16: decode[uint16], nd.Uint32: decode[uint32], nd.Uint64: decode[uint64],
	nd.Float32: decode[float32], nd.Float64: decode[float64],
	nd.Complex64: decode[complex64], nd.Complex128: decode[complex128],
	nd.Half: decodeHalf,
}

func decode[T nd.Elem](b []byte, single bool) any {
	list := nd.AsSlice[T](b)
	if single {
		return list[0]
	}
	return append([]T{}, list...)
}

// decodeHalf widens half floats, for which Go has no type.
func decodeHalf(b []byte, single bool) any {
	list := []float32{}
	for _, h := range nd.AsSlice[nd.Float16](b) {
		list = append(list, h.Float32())
	}
	if single {
		return list[0]
	}
	return list
}

// readAttrs reads the attributes of an object; those of types that Attrs can't
// hold, references first of all, are left out. lib is held.
func readAttrs(obj C.hid_t) (storage.Attrs, error) {
	var buf C.nd_buf
	rc := C.nd_attr_names(obj, &buf, &stack)
	names := words(answer(&buf))
	if rc < 0 {
		return nil, libErr()
	}
	attrs := storage.Attrs{}
	for _, n := range names {
		v, err := readAttr(obj, n)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", n, err)
		}
		if v != nil {
			attrs[n] = v
		}
	}
	return attrs, nil
}

// readAttr reads one attribute; nil where its type is none for Attrs.
func readAttr(obj C.hid_t, name string) (any, error) {
	var t C.nd_type
	var d C.nd_dataset
	rc := withName(name, func(c *C.char) C.int { return C.nd_attr_info(obj, c, &t, &d, &stack) })
	if rc < 0 {
		return nil, libErr()
	}
	n, single := 0, d.rank == 0 // also the null dataspace: n is 0 then
	if d.null == 0 {
		shape, err := lengths(d.dims[:d.rank])
		if err == nil {
			n, err = nd.SizeOf(shape)
		}
		if err != nil {
			return nil, err
		}
	}
	if size := max(int(t.size), int(unsafe.Sizeof(uintptr(0)))); n > maxAttr/size {
		return nil, fmt.Errorf("%w: %d elements of %d bytes are too many for an attribute", storage.ErrUnsupported, n, size)
	}
	if t.kind == C.ND_VLSTRING {
		return readStrings(obj, name, n, single)
	}
	dtype, err := dtypeOf(&t)
	if err != nil {
		return nil, nil
	}
	b := make([]byte, n*int(t.size), n*int(t.size)+8) // 8: aligned for every element type
	if n > 0 {
		rc = withName(name, func(c *C.char) C.int {
			return C.nd_attr_read(obj, c, unsafe.Pointer(&b[0]), C.size_t(len(b)), &stack)
		})
	}
	if rc < 0 {
		return nil, libErr()
	}
	if dtype.Kind() == nd.KindBytes {
		return splitText(b, int(t.size), n, single), nil
	}
	if f, ok := decoders[dtype]; ok {
		return f(b, single && n > 0), nil
	}
	return nil, nil
}

// readStrings reads text of any length.
func readStrings(obj C.hid_t, name string, n int, single bool) (any, error) {
	if n == 0 && single {
		return "", nil
	}
	var buf C.nd_buf
	rc := withName(name, func(c *C.char) C.int { return C.nd_attr_strings(obj, c, &buf, &stack) })
	list := words(answer(&buf))
	if rc < 0 {
		return nil, libErr()
	}
	if single {
		return list[0], nil
	}
	return list, nil
}

// splitText cuts fixed-length text into strings. A single one of no elements,
// the null dataspace, is what NetCDF-4 stores for the empty string.
func splitText(b []byte, size, n int, single bool) any {
	list := make([]string, n)
	for i := range list {
		list[i] = string(bytes.TrimRight(b[i*size:(i+1)*size], "\x00"))
	}
	switch {
	case n == 0 && single:
		return ""
	case single:
		return list[0]
	}
	return list
}

// writeAttrs writes attributes to an object, in the order of their names;
// those of HDF5's own books are left out. lib is held.
func writeAttrs(obj C.hid_t, attrs storage.Attrs) error {
	names := make([]string, 0, len(attrs))
	for n := range attrs {
		if !storage.InternalAttr(n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		if err := writeAttr(obj, n, attrs[n]); err != nil {
			return fmt.Errorf("attribute %q: %w", n, err)
		}
	}
	return nil
}

// encoded is an attribute as the library takes it.
type encoded struct {
	t    C.nd_type
	list bool
	n    int
	b    []byte
}

func writeAttr(obj C.hid_t, name string, value any) error {
	e, err := encode(value)
	if err != nil {
		return err
	}
	if name == "" || strings.ContainsRune(name, 0) {
		return fmt.Errorf("%w: the name is empty or has a NUL in it", storage.ErrUnsupported)
	}
	dims, rank := sizesOf([]int{e.n}), C.int(0)
	if e.list {
		rank = 1
	}
	if err := checkName(name); err != nil {
		return err
	}
	data := append(e.b, 0) // never empty: a pointer is taken
	return check(withName(name, func(c *C.char) C.int {
		return C.nd_attr_write(obj, c, &e.t, rank, &dims[0], unsafe.Pointer(&data[0]), &stack)
	}))
}

// encode turns an attribute's value into a type and bytes. Nested JSON, which
// HDF5 has no type for, becomes its text; lists of one kind of value arrays.
func encode(value any) (encoded, error) {
	v := reflect.ValueOf(value)
	if list, ok := value.([]any); ok {
		v = sameKind(list)
	}
	if !v.IsValid() || v.Kind() == reflect.Map || v.Type() == reflect.TypeFor[[]any]() {
		text, err := json.Marshal(inJSON(value))
		if err != nil {
			return encoded{}, fmt.Errorf("%w: %w", storage.ErrUnsupported, err)
		}
		v = reflect.ValueOf(string(text))
	}
	e := encoded{list: v.Kind() == reflect.Slice, n: 1}
	if !e.list {
		one := reflect.MakeSlice(reflect.SliceOf(v.Type()), 1, 1)
		one.Index(0).Set(v)
		v = one
	}
	e.n = v.Len()
	switch elem := v.Type().Elem(); {
	case elem.Kind() == reflect.String:
		return encodeText(e, v)
	case elem == reflect.TypeFor[nd.Float16]():
		e.t.kind, e.t.size = C.ND_FLOAT, 2
	case elem.Kind() == reflect.Int || elem.Kind() == reflect.Uint:
		to := reflect.TypeFor[int64]()
		if elem.Kind() == reflect.Uint {
			to = reflect.TypeFor[uint64]()
		}
		wide := reflect.MakeSlice(reflect.SliceOf(to), e.n, e.n)
		for i := range e.n {
			wide.Index(i).Set(v.Index(i).Convert(to))
		}
		v = wide
		fallthrough
	default:
		kind, ok := attrKinds[v.Type().Elem().Kind()]
		if !ok {
			return e, fmt.Errorf("%w: no attribute holds a %s", storage.ErrUnsupported, elem)
		}
		e.t.kind, e.t.size = kind, C.int(v.Type().Elem().Size())
	}
	if e.n > 0 {
		e.b = bytes.Clone(unsafe.Slice((*byte)(v.UnsafePointer()), e.n*int(e.t.size)))
	}
	return e, nil
}

var attrKinds = map[reflect.Kind]C.int{
	reflect.Bool: C.ND_BOOL,
	reflect.Int8: C.ND_INT, reflect.Int16: C.ND_INT, reflect.Int32: C.ND_INT, reflect.Int64: C.ND_INT,
	reflect.Uint8: C.ND_UINT, reflect.Uint16: C.ND_UINT, reflect.Uint32: C.ND_UINT, reflect.Uint64: C.ND_UINT,
	reflect.Float32: C.ND_FLOAT, reflect.Float64: C.ND_FLOAT,
	reflect.Complex64: C.ND_COMPLEX, reflect.Complex128: C.ND_COMPLEX,
}

// encodeText encodes strings, which are stored with any length, UTF-8.
func encodeText(e encoded, v reflect.Value) (encoded, error) {
	e.t.kind = C.ND_VLSTRING
	for i := range e.n {
		s := v.Index(i).String()
		if strings.ContainsRune(s, 0) {
			return e, fmt.Errorf("%w: the text %q has a NUL in it", storage.ErrUnsupported, s)
		}
		e.b = append(append(e.b, s...), 0)
	}
	return e, nil
}

// inJSON returns nested JSON with texts for the floats that JSON lacks, as Zarr has them
// for fill values.
func inJSON(value any) any {
	switch v := value.(type) {
	case float64:
		switch {
		case math.IsNaN(v):
			return "NaN"
		case math.IsInf(v, 1):
			return "Infinity"
		case math.IsInf(v, -1):
			return "-Infinity"
		}
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = inJSON(x)
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for name, x := range v {
			m[name] = inJSON(x)
		}
		return m
	}
	return value
}

// sameKind turns a JSON list whose values are of one type into a slice of that
// type; any other comes back as it is.
func sameKind(list []any) reflect.Value {
	if len(list) == 0 || list[0] == nil {
		return reflect.ValueOf(list)
	}
	t := reflect.TypeOf(list[0])
	out := reflect.MakeSlice(reflect.SliceOf(t), 0, len(list))
	for _, x := range list {
		if reflect.TypeOf(x) != t || t.Kind() == reflect.Map || t.Kind() == reflect.Slice {
			return reflect.ValueOf(list)
		}
		out = reflect.Append(out, reflect.ValueOf(x))
	}
	return out
}

// replaceAttrs makes the attributes of an object the given ones. lib is held.
func replaceAttrs(obj C.hid_t, attrs storage.Attrs) error {
	var buf C.nd_buf
	rc := C.nd_attr_names(obj, &buf, &stack)
	names := words(answer(&buf))
	if rc < 0 {
		return libErr()
	}
	for _, n := range names {
		if _, stays := attrs[n]; stays || storage.InternalAttr(n) {
			continue
		}
		if err := check(withName(n, func(c *C.char) C.int { return C.nd_attr_delete(obj, c, &stack) })); err != nil {
			return fmt.Errorf("attribute %q: %w", n, err)
		}
	}
	return writeAttrs(obj, attrs)
}
