package csv

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// setter parses a field and makes it element i of dst.
type setter func(dst []byte, i int, field string) error

// setters has one for each dtype that a field can be.
var setters = map[nd.DType]setter{
	nd.Bool: set(strconv.ParseBool),
	nd.Int8: set(parseInt[int8]), nd.Int16: set(parseInt[int16]), nd.Int32: set(parseInt[int32]), nd.Int64: set(parseInt[int64]),
	nd.Uint8: set(parseUint[uint8]), nd.Uint16: set(parseUint[uint16]), nd.Uint32: set(parseUint[uint32]), nd.Uint64: set(parseUint[uint64]),
	nd.Half: set(parseHalf), nd.Float32: set(parseFloat[float32]), nd.Float64: set(parseFloat[float64]),
	nd.Complex64: set(parseComplex[complex64]), nd.Complex128: set(parseComplex[complex128]),
}

func setterOf(d nd.DType) (setter, error) {
	if s, ok := setters[d]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("%w: fields can't be read as %s", nd.ErrDType, d)
}

func set[T nd.Elem](parse func(string) (T, error)) setter {
	dt := nd.DTypeOf[T]()
	return func(dst []byte, i int, field string) error {
		v, err := parse(field)
		switch {
		case err == nil:
			nd.AsSlice[T](dst)[i] = v
			return nil
		case errors.Is(err, strconv.ErrRange):
			return fmt.Errorf("%.40q doesn't fit %s", field, dt)
		case field == "":
			return fmt.Errorf("an empty field is no %s", dt)
		}
		return fmt.Errorf("%.40q is no %s", field, dt)
	}
}

func bitsOf[T any]() int {
	var v T
	return int(unsafe.Sizeof(v)) * 8
}

func parseInt[T int8 | int16 | int32 | int64](s string) (T, error) {
	v, err := strconv.ParseInt(s, 10, bitsOf[T]())
	return T(v), err
}

func parseUint[T uint8 | uint16 | uint32 | uint64](s string) (T, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(s, "+"), 10, bitsOf[T]())
	return T(v), err
}

func parseFloat[T nd.Float](s string) (T, error) {
	v, err := strconv.ParseFloat(unsignedNaN(s), bitsOf[T]())
	return T(v), err
}

// unsignedNaN takes the sign off NaN, which C prints and Go doesn't read.
func unsignedNaN(s string) string {
	if len(s) == 4 && (s[0] == '-' || s[0] == '+') && strings.EqualFold(s[1:], "nan") {
		return s[1:]
	}
	return s
}

func parseHalf(s string) (nd.Float16, error) {
	v, err := strconv.ParseFloat(unsignedNaN(s), 64)
	h := kernel.HalfFromFloat(v)
	if h&0x7fff == 0x7c00 && v-v == 0 { // infinite, though v isn't
		err = strconv.ErrRange
	}
	return h, err
}

// parseComplex reads the imaginary unit as j (NumPy) or i (Go).
func parseComplex[T nd.Complex](s string) (T, error) {
	if n := len(s) - 1; n >= 0 && s[n] == 'j' {
		s = s[:n] + "i"
	} else if n > 0 && s[n] == ')' && s[n-1] == 'j' {
		s = s[:n-1] + "i)"
	}
	v, err := strconv.ParseComplex(unsignedNaN(s), bitsOf[T]())
	return T(v), err
}
