//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// form is what the library has to know of a fixed-size element.
type form struct {
	kind C.int
	size int
}

// forms is the one table of dtypes that HDF5 has a type for; text, opaque bytes
// and times are in dtypeOf and typeOf.
var forms = map[nd.DType]form{
	nd.Bool: {C.ND_BOOL, 1},
	nd.Int8: {C.ND_INT, 1}, nd.Int16: {C.ND_INT, 2}, nd.Int32: {C.ND_INT, 4}, nd.Int64: {C.ND_INT, 8},
	nd.Uint8: {C.ND_UINT, 1}, nd.Uint16: {C.ND_UINT, 2}, nd.Uint32: {C.ND_UINT, 4}, nd.Uint64: {C.ND_UINT, 8},
	nd.Half: {C.ND_FLOAT, 2}, nd.Float32: {C.ND_FLOAT, 4}, nd.Float64: {C.ND_FLOAT, 8},
	nd.Complex64: {C.ND_COMPLEX, 8}, nd.Complex128: {C.ND_COMPLEX, 16},
}

var dtypes = func() map[form]nd.DType {
	m := map[form]nd.DType{}
	for d, f := range forms {
		m[f] = d
	}
	return m
}()

// Tags of opaque types under which h5py stores NumPy's times.
const (
	datetimeTag  = "NUMPY:<M8["
	timedeltaTag = "NUMPY:<m8["
)

// dtypeOf returns the dtype of a described type; ErrUnsupported for one that
// cannot be read.
func dtypeOf(t *C.nd_type) (nd.DType, error) {
	if d, ok := dtypeFor(t); ok {
		return d, nil
	}
	return nd.DType{}, fmt.Errorf("%w: elements of type %s", storage.ErrUnsupported, C.GoString(&t.text[0]))
}

func dtypeFor(t *C.nd_type) (d nd.DType, ok bool) {
	size := int(t.size)
	switch t.kind {
	case C.ND_STRING:
		return nd.Sized(nd.KindBytes, size), size > 0
	case C.ND_VLSTRING:
		return nd.Text, true
	case C.ND_OPAQUE:
		tag := C.GoString(&t.tag[0])
		if unit, is := strings.CutPrefix(tag, datetimeTag); is && size == 8 {
			return nd.Datetime64(strings.TrimSuffix(unit, "]")), true
		}
		if unit, is := strings.CutPrefix(tag, timedeltaTag); is && size == 8 {
			return nd.Timedelta64(strings.TrimSuffix(unit, "]")), true
		}
		return nd.Sized(nd.KindRaw, size), size > 0
	}
	d, ok = dtypes[form{t.kind, size}]
	return d, ok
}

// typeOf returns the stored type for a dtype, if there is one.
func typeOf(d nd.DType) (t C.nd_type, ok bool) {
	f, ok := forms[d]
	switch d.Kind() {
	case nd.KindString:
		f, ok = form{C.ND_VLSTRING, 0}, true
	case nd.KindBytes:
		f, ok = form{C.ND_STRING, d.Size()}, d.Size() > 0
	case nd.KindRaw:
		f, ok = form{C.ND_OPAQUE, d.Size()}, d.Size() > 0
	case nd.KindDatetime:
		f, ok = form{C.ND_OPAQUE, 8}, setTag(&t, datetimeTag+d.Unit()+"]")
	case nd.KindTimedelta:
		f, ok = form{C.ND_OPAQUE, 8}, setTag(&t, timedeltaTag+d.Unit()+"]")
	}
	t.kind, t.size = f.kind, C.int(f.size)
	return t, ok
}

// setTag sets the tag of an opaque type; it reports whether there is room.
func setTag(t *C.nd_type, tag string) bool {
	room := unsafe.Slice((*byte)(unsafe.Pointer(&t.tag[0])), len(t.tag)-1)
	return copy(room, tag) == len(tag)
}
