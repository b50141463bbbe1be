package nd

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// Dyn is an array whose dtype is known at run time only: an *Array[T] for each
// computable dtype, and one type for the dtypes that can only be stored. As
// gets the typed array out of it.
type Dyn interface {
	DType() DType
	Shape() []int   // a copy
	Strides() []int // in elements, a copy
	NDim() int
	Size() int   // number of elements
	NBytes() int // bytes of all elements
	IsContiguous() bool

	// View returns a view of the elements that the ranges pick; it shares memory.
	View(r ...Range) (Dyn, error)
	// Bytes returns the bytes of the elements in C order, native byte order: the
	// array's own memory if it is contiguous, otherwise a copy.
	Bytes() []byte
	// Item returns an element as a Go value: of the type in Elem, a string for
	// text, []byte for raw bytes. It panics if an index is out of range.
	Item(index ...int) any
	// String prints the array as NumPy does.
	String() string

	extent() (lo, hi uintptr) // addresses between which the elements lie
	// For printing: chosen indices along an axis, a copy, and the texts of the
	// elements in C order, all of one width.
	take(axis int, index []int) Dyn
	words(precision int) []string
}

// overlap reports whether the stretches of memory of two arrays overlap.
func overlap(a, b Dyn) bool {
	alo, ahi := a.extent()
	blo, bhi := b.extent()
	return alo < bhi && blo < ahi
}

// dynMakers is the one list of dtypes that have a Go type, by kind: how to put
// an array over bytes.
var dynMakers = [numKinds]func(dt DType, l layout, b []byte) Dyn{
	KindBool: overBytes[bool],
	KindInt8: overBytes[int8], KindInt16: overBytes[int16], KindInt32: overBytes[int32], KindInt64: overBytes[int64],
	KindUint8: overBytes[uint8], KindUint16: overBytes[uint16], KindUint32: overBytes[uint32], KindUint64: overBytes[uint64],
	KindFloat16: overBytes[Float16], KindFloat32: overBytes[float32], KindFloat64: overBytes[float64],
	KindComplex64: overBytes[complex64], KindComplex128: overBytes[complex128],
	KindDatetime: overBytes[Datetime], KindTimedelta: overBytes[Timedelta],
	KindRaw: overOpaque, KindBytes: overOpaque, KindUTF32: overOpaque, KindStruct: overOpaque,
}

func overBytes[T Elem](dt DType, l layout, b []byte) Dyn { return &Array[T]{dt, l, AsSlice[T](b)} }

func overOpaque(dt DType, l layout, b []byte) Dyn { return &opaque{dt, l, b} }

// As returns the typed array that d is; another dtype is ErrDType.
func As[T Elem](d Dyn) (*Array[T], error) {
	a, ok := d.(*Array[T])
	if !ok {
		return nil, errf("As", ErrDType, "the array is %v, not %v", d.DType(), DTypeOf[T]())
	}
	return a, nil
}

// NewDyn returns an array of zeros in C order. A dtype whose elements vary in
// size is ErrDType, a shape too big for memory ErrOverflow.
func NewDyn(dt DType, shape []int) (Dyn, error) {
	l, err := dynLayout("NewDyn", dt, shape)
	if err != nil {
		return nil, err
	}
	return dynMakers[dt.kind](dt, l, MakeBytes(l.size()*dt.Size())), nil
}

// DynFromBytes returns the array with the bytes b: C order, native byte order.
// It shares the memory of b if that is aligned for the dtype, otherwise it is
// a copy, as it is for bools that are neither 0 nor 1 (they count as true).
// Another number of bytes than the shape needs is ErrShape.
func DynFromBytes(dt DType, shape []int, b []byte) (Dyn, error) {
	l, err := dynLayout("DynFromBytes", dt, shape)
	if err != nil {
		return nil, err
	}
	if want := l.size() * dt.Size(); len(b) != want {
		return nil, errf("DynFromBytes", ErrShape, "%v of shape %v takes %d bytes, there are %d", dt, shape, want, len(b))
	}
	odd := dt.kind == KindBool && slices.ContainsFunc(b, func(v byte) bool { return v > 1 })
	if odd || uintptr(unsafe.Pointer(unsafe.SliceData(b)))%dt.align() != 0 {
		c := MakeBytes(len(b))
		copy(c, b)
		for i := range c {
			if odd && c[i] > 1 {
				c[i] = 1
			}
		}
		b = c
	}
	return dynMakers[dt.kind](dt, l, b), nil
}

func dynLayout(op string, dt DType, shape []int) (layout, error) {
	if !dt.Valid() || dt.Size() <= 0 {
		return layout{}, errf(op, ErrDType, "%v elements have no fixed size", dt)
	}
	return newLayout(op, shape, dt.Size())
}

// align is what the address of an element must be a multiple of.
func (d DType) align() uintptr {
	switch {
	case !d.Computable():
		return 1
	case d.IsComplex():
		return uintptr(d.size) / 2
	}
	return uintptr(d.size)
}

// opaque is an array of a dtype that can only be stored: elements are strings
// of dtype.Size() bytes.
type opaque struct {
	dtype DType
	lay   layout // in elements
	data  []byte
}

func (o *opaque) DType() DType       { return o.dtype }
func (o *opaque) Shape() []int       { return append([]int{}, o.lay.shape...) }
func (o *opaque) Strides() []int     { return append([]int{}, o.lay.strides...) }
func (o *opaque) NDim() int          { return len(o.lay.shape) }
func (o *opaque) Size() int          { return o.lay.size() }
func (o *opaque) NBytes() int        { return o.lay.size() * o.dtype.Size() }
func (o *opaque) IsContiguous() bool { return o.lay.contiguous() }

func (o *opaque) View(r ...Range) (Dyn, error) {
	views, err := ResolveRanges(o.lay.shape, r)
	if err != nil {
		return nil, err
	}
	return &opaque{o.dtype, o.lay.slice(views), o.data}, nil
}

// inBytes is the layout in bytes: the bytes of an element are one more axis.
func (o *opaque) inBytes() layout {
	size := o.dtype.Size()
	l := layout{append(slices.Clone(o.lay.shape), size), append(slices.Clone(o.lay.strides), 1), o.lay.offset * size}
	for k := range o.lay.strides {
		l.strides[k] *= size
	}
	return l
}

func (o *opaque) Bytes() []byte {
	n := o.NBytes()
	if n == 0 {
		return nil
	}
	l := o.inBytes()
	if o.lay.contiguous() {
		return o.data[l.offset : l.offset+n : l.offset+n]
	}
	b := MakeBytes(n)
	copyElems(b, cLayout(l.shape), o.data, l)
	return b
}

func (o *opaque) Item(index ...int) any {
	size := o.dtype.Size()
	p := o.lay.at(index) * size
	b := o.data[p : p+size]
	switch o.dtype.kind {
	case KindBytes:
		return strings.TrimRight(string(b), "\x00")
	case KindUTF32:
		return decodeUTF32(b)
	}
	return slices.Clone(b)
}

func (o *opaque) extent() (lo, hi uintptr) {
	p, size := uintptr(unsafe.Pointer(unsafe.SliceData(o.data))), uintptr(o.dtype.Size())
	l, h := o.lay.extent()
	return p + uintptr(l)*size, p + uintptr(h)*size
}

// decodeUTF32 reads code points in native byte order up to the NULs at the end.
// What is no code point becomes U+FFFD.
func decodeUTF32(b []byte) string {
	var s strings.Builder
	for ; len(b) >= 4; b = b[4:] {
		r := rune(min(binary.NativeEndian.Uint32(b), math.MaxInt32))
		if !utf8.ValidRune(r) {
			r = utf8.RuneError
		}
		s.WriteRune(r)
	}
	return strings.TrimRight(s.String(), "\x00")
}
