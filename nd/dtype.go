package nd

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// Kind is the class of a dtype: what the bytes of one element mean.
type Kind uint8

// The kinds. Those from Bool to Timedelta have a Go type in Elem and can be
// computed with; the others are stored dtypes: they can be viewed, computed
// (copied into memory) and stored, nothing else.
const (
	Invalid Kind = iota
	KindBool
	KindInt8
	KindInt16
	KindInt32
	KindInt64
	KindUint8
	KindUint16
	KindUint32
	KindUint64
	KindFloat16
	KindFloat32
	KindFloat64
	KindComplex64
	KindComplex128
	KindDatetime  // int64 counts of a unit since 1970-01-01
	KindTimedelta // int64 counts of a unit
	KindRaw       // opaque bytes of a fixed size
	KindBytes     // text of a fixed number of bytes, NUL padded; of size 0: bytes, as many as each element has
	KindUTF32     // text of a fixed number of 4-byte code points, NUL padded
	KindString    // text of any length
	KindStruct    // named fields
	numKinds
)

// kinds is the one table about kinds: name and size of an element in bytes
// (0: the dtype says).
var kinds = [numKinds]struct {
	name string
	size int
}{
	Invalid: {"invalid", 0}, KindBool: {"bool", 1},
	KindInt8: {"int8", 1}, KindInt16: {"int16", 2}, KindInt32: {"int32", 4}, KindInt64: {"int64", 8},
	KindUint8: {"uint8", 1}, KindUint16: {"uint16", 2}, KindUint32: {"uint32", 4}, KindUint64: {"uint64", 8},
	KindFloat16: {"float16", 2}, KindFloat32: {"float32", 4}, KindFloat64: {"float64", 8},
	KindComplex64: {"complex64", 8}, KindComplex128: {"complex128", 16},
	KindDatetime: {"datetime64", 8}, KindTimedelta: {"timedelta64", 8},
	KindRaw: {"raw", 0}, KindBytes: {"bytes", 0}, KindUTF32: {"str", 0}, KindString: {"string", 0}, KindStruct: {"struct", 0},
}

// DType is the type of an array's elements: kind, size, for times a unit, for
// structs their fields. It is a small comparable value: two dtypes are the
// same exactly when == says so.
type DType struct {
	kind   Kind
	size   int32
	unit   string // times only: "D", "ms", "10us" …
	fields string // structs only: canonical text of the fields
}

// The dtypes that have a size and nothing else.
var (
	Bool       = DType{kind: KindBool, size: 1}
	Int8       = DType{kind: KindInt8, size: 1}
	Int16      = DType{kind: KindInt16, size: 2}
	Int32      = DType{kind: KindInt32, size: 4}
	Int64      = DType{kind: KindInt64, size: 8}
	Uint8      = DType{kind: KindUint8, size: 1}
	Uint16     = DType{kind: KindUint16, size: 2}
	Uint32     = DType{kind: KindUint32, size: 4}
	Uint64     = DType{kind: KindUint64, size: 8}
	Half       = DType{kind: KindFloat16, size: 2}
	Float32    = DType{kind: KindFloat32, size: 4}
	Float64    = DType{kind: KindFloat64, size: 8}
	Complex64  = DType{kind: KindComplex64, size: 8}
	Complex128 = DType{kind: KindComplex128, size: 16}
)

// Text is the dtype of elements that are text of any length.
var Text = DType{kind: KindString}

// Sized returns the dtype of elements of kind KindRaw, KindBytes or KindUTF32,
// size bytes each; KindBytes of size 0 is bytes of any length.
func Sized(k Kind, size int) DType { return DType{kind: k, size: int32(size)} }

// Datetime64 returns the dtype of points in time counted in unit ("D", "ms",
// "10us": a number and one of Y M W D h m s ms us ns ps fs as, or generic).
func Datetime64(unit string) DType { return DType{kind: KindDatetime, size: 8, unit: unit} }

// Timedelta64 returns the dtype of durations counted in unit, see Datetime64.
func Timedelta64(unit string) DType { return DType{kind: KindTimedelta, size: 8, unit: unit} }

// Kind returns the class of the dtype.
func (d DType) Kind() Kind { return d.kind }

// Size returns the bytes of one element, 0 where elements vary in size.
func (d DType) Size() int { return int(d.size) }

// Unit returns the unit of a datetime or timedelta dtype, else "".
func (d DType) Unit() string { return d.unit }

// Valid reports whether d is a dtype at all; the zero DType is not.
func (d DType) Valid() bool { return d.kind != Invalid && d.kind < numKinds }

// Computable reports whether the elements have a Go type in Elem.
func (d DType) Computable() bool { return d.kind >= KindBool && d.kind <= KindTimedelta }

// IsInteger reports whether d is a signed or unsigned integer; bool is not one.
func (d DType) IsInteger() bool { return d.kind >= KindInt8 && d.kind <= KindUint64 }

// IsSigned reports whether d is a signed integer.
func (d DType) IsSigned() bool { return d.kind >= KindInt8 && d.kind <= KindInt64 }

// IsFloat reports whether d is float16, float32 or float64.
func (d DType) IsFloat() bool { return d.kind >= KindFloat16 && d.kind <= KindFloat64 }

// IsComplex reports whether d is complex64 or complex128.
func (d DType) IsComplex() bool { return d.kind == KindComplex64 || d.kind == KindComplex128 }

// WordSize returns the bytes of what a byte order applies to in an element: half of
// a complex number, a code point of text; 1 where it doesn't.
func (d DType) WordSize() int {
	switch {
	case d.IsComplex():
		return d.Size() / 2
	case d.Kind() == KindUTF32:
		return 4
	case d.Computable():
		return d.Size()
	}
	return 1
}

// String returns the name NumPy users know: "float32", "datetime64[D]".
func (d DType) String() string {
	switch d.kind {
	case KindDatetime, KindTimedelta:
		return fmt.Sprintf("%s[%s]", kinds[d.kind].name, d.unit)
	case KindRaw, KindBytes, KindUTF32:
		if d.size == 0 {
			break
		}
		return fmt.Sprintf("%s%d", kinds[d.kind].name, d.size)
	case KindStruct:
		return "struct{" + d.fields + "}"
	}
	if d.kind >= numKinds {
		return "invalid"
	}
	return kinds[d.kind].name
}

// ParseDType reads a dtype as String writes it.
func ParseDType(s string) (DType, error) {
	for k := KindBool; k <= KindComplex128; k++ {
		if kinds[k].name == s {
			return DType{kind: k, size: int32(kinds[k].size)}, nil
		}
	}
	if name, rest, ok := strings.Cut(s, "["); ok && strings.HasSuffix(rest, "]") {
		unit := strings.TrimSuffix(rest, "]")
		_, _, known := parseUnit(unit)
		switch {
		case name == "datetime64" && known:
			return Datetime64(unit), nil
		case name == "timedelta64" && known:
			return Timedelta64(unit), nil
		}
	}
	for _, k := range []Kind{KindRaw, KindBytes, KindUTF32} {
		var n int
		if rest, ok := strings.CutPrefix(s, kinds[k].name); ok && rest != "" {
			if _, err := fmt.Sscanf(rest, "%d", &n); err == nil && n > 0 && n < 1<<30 && fmt.Sprint(n) == rest {
				return Sized(k, n), nil
			}
		}
	}
	switch {
	case s == "string":
		return Text, nil
	case s == "bytes":
		return Sized(KindBytes, 0), nil
	case strings.HasPrefix(s, "struct{"):
		return parseStruct(s)
	}
	return DType{}, fmt.Errorf("nd: unknown dtype %q", s)
}

// MarshalText writes the dtype as String does.
func (d DType) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the dtype as ParseDType does.
func (d *DType) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDType(string(b))
	return err
}

// Float16 is the bits of an IEEE 754 half-precision number.
type Float16 uint16

// Datetime is a point in time; its unit is in the array's DType. The minimum
// is NaT, not a time.
type Datetime int64

// Timedelta is a duration; its unit is in the array's DType. The minimum is NaT.
type Timedelta int64

// Elem lists the Go types of elements; each corresponds to one kind. Go's int
// is not one of them: FromInts converts.
type Elem interface {
	bool | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 |
		Float16 | float32 | float64 | complex64 | complex128 | Datetime | Timedelta
}

// Integer lists the integer elements.
type Integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// Float lists the real elements computed in floating point.
type Float interface{ float32 | float64 }

// Complex lists the complex elements.
type Complex interface{ complex64 | complex128 }

// Inexact lists floats and complex numbers.
type Inexact interface{ Float | Complex }

// Real lists integers and floats: what has an order and arithmetic.
type Real interface{ Integer | Float }

// Number lists everything with arithmetic.
type Number interface{ Real | Complex }

// Ordered lists everything with an order; false < true.
type Ordered interface {
	bool | Integer | Float
}

// DTypeOf returns the dtype of a Go element type. Datetime and Timedelta get
// the unit "generic"; an array of them may know better.
func DTypeOf[T Elem]() DType {
	var v T
	switch any(v).(type) {
	case bool:
		return Bool
	case Float16:
		return Half
	case Datetime:
		return Datetime64("generic")
	case Timedelta:
		return Timedelta64("generic")
	}
	return dtypeOfReflect[reflect.TypeOf(v).Kind()]
}

var dtypeOfReflect = map[reflect.Kind]DType{
	reflect.Int8: Int8, reflect.Int16: Int16, reflect.Int32: Int32, reflect.Int64: Int64,
	reflect.Uint8: Uint8, reflect.Uint16: Uint16, reflect.Uint32: Uint32, reflect.Uint64: Uint64,
	reflect.Float32: Float32, reflect.Float64: Float64, reflect.Complex64: Complex64, reflect.Complex128: Complex128,
}

// AsBytes returns the memory of s as bytes, shared, not copied.
func AsBytes[T Elem](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(s[0])))
}

// AsSlice returns the memory of b as elements, shared, not copied; bytes that
// don't fill an element are left out. b must be aligned for T, as memory from
// make([]byte, n) with n >= 8, or from AsBytes, is.
func AsSlice[T Elem](b []byte) []T {
	var v T
	n := len(b) / int(unsafe.Sizeof(v))
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)
}
