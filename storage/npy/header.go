package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

const (
	magic = "\x93NUMPY"
	// maxHeader bounds the header; NumPy's own are below 200 bytes, and those of
	// structs with many fields below 64 KiB.
	maxHeader = 1 << 20
)

// nativeBig says whether this machine stores the high byte first.
var nativeBig = binary.NativeEndian.Uint16([]byte{0, 1}) == 1

// header is what stands before the elements.
type header struct {
	dtype   nd.DType
	big     bool // elements have the high byte first
	fortran bool // F order: the first axis varies fastest
	shape   []int
	offset  int64 // of the first element in the file
}

// bytes returns how long the elements are.
func (h *header) bytes() (int64, error) {
	n, err := nd.SizeOf(h.shape)
	if err != nil {
		return 0, err
	}
	size := h.dtype.Size()
	if n > (1<<62)/size {
		return 0, fmt.Errorf("%w: shape %v of %s takes more than 2^62 bytes", nd.ErrOverflow, h.shape, h.dtype)
	}
	return int64(n) * int64(size), nil
}

// swapped reports whether elements must be reversed on this machine.
func (h *header) swapped() bool { return h.big != nativeBig && wordSize(h.dtype) > 1 }

// wordSize returns the bytes of the unit that has a byte order.
func wordSize(d nd.DType) int {
	switch {
	case d.IsComplex():
		return d.Size() / 2
	case d.Kind() == nd.KindUTF32:
		return 4
	case d.Computable():
		return d.Size()
	}
	return 1
}

// readHeader reads the header at the start of a file (versions 1.0, 2.0, 3.0
// of the format: NEP 1 and numpy.lib.format).
func readHeader(r io.Reader) (*header, error) {
	var fixed [12]byte
	if _, err := io.ReadFull(r, fixed[:10]); err != nil {
		return nil, short(err, "the first 10 bytes")
	}
	if string(fixed[:6]) != magic {
		return nil, fmt.Errorf("%w: not an npy file: starts with %q", storage.ErrFormat, fixed[:6])
	}
	n, start := int(binary.LittleEndian.Uint16(fixed[8:])), 10
	switch major, minor := fixed[6], fixed[7]; {
	case (major == 2 || major == 3) && minor == 0:
		if _, err := io.ReadFull(r, fixed[10:12]); err != nil {
			return nil, short(err, "the first 12 bytes")
		}
		long := binary.LittleEndian.Uint32(fixed[8:])
		n, start = int(min(long, maxHeader+1)), 12
	case major != 1 || minor != 0:
		return nil, fmt.Errorf("%w: version %d.%d of the npy format; 1.0, 2.0 and 3.0 are", storage.ErrUnsupported, major, minor)
	}
	if n > maxHeader {
		return nil, fmt.Errorf("%w: header longer than %d bytes", storage.ErrCorrupt, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, short(err, fmt.Sprintf("a header of %d bytes", n))
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return nil, err
	}
	h.offset = int64(start + n)
	return h, nil
}

// short is the error of a file that ends too early; others stay as they are.
func short(err error, what string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: the file ends within %s", storage.ErrCorrupt, what)
	}
	return err
}

// parseHeader reads {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.
func parseHeader(text string) (*header, error) {
	v, err := parseLiteral(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	d, ok := v.(map[string]any)
	if !ok || len(d) != 3 {
		return nil, fmt.Errorf("%w: header is not a dict of descr, fortran_order and shape: %.200q", storage.ErrCorrupt, text)
	}
	h := &header{}
	if h.fortran, ok = d["fortran_order"].(bool); !ok {
		return nil, fmt.Errorf("%w: fortran_order is not True or False: %.200q", storage.ErrCorrupt, text)
	}
	shape, ok := d["shape"].([]any)
	if !ok {
		return nil, fmt.Errorf("%w: shape is not a tuple: %.200q", storage.ErrCorrupt, text)
	}
	if len(shape) > storage.MaxAxes {
		return nil, fmt.Errorf("%w: %d axes; at most %d are", storage.ErrUnsupported, len(shape), storage.MaxAxes)
	}
	h.shape = make([]int, len(shape))
	for i, s := range shape {
		if h.shape[i], ok = s.(int); !ok || h.shape[i] < 0 {
			return nil, fmt.Errorf("%w: length of axis %d is %v", storage.ErrCorrupt, i, s)
		}
	}
	if h.dtype, h.big, err = parseDescr(d["descr"]); err != nil {
		return nil, err
	}
	if _, err = h.bytes(); err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	return h, nil
}

// codes pairs the letters and sizes of NumPy's array protocol with dtypes.
var codes = []struct {
	code  string
	dtype nd.DType
}{
	{"b1", nd.Bool},
	{"i1", nd.Int8}, {"i2", nd.Int16}, {"i4", nd.Int32}, {"i8", nd.Int64},
	{"u1", nd.Uint8}, {"u2", nd.Uint16}, {"u4", nd.Uint32}, {"u8", nd.Uint64},
	{"f2", nd.Half}, {"f4", nd.Float32}, {"f8", nd.Float64},
	{"c8", nd.Complex64}, {"c16", nd.Complex128},
}

// sizedKinds pairs the letters of dtypes of any size with kinds; unit is the
// bytes of what the number after the letter counts.
var sizedKinds = []struct {
	letter string
	kind   nd.Kind
	unit   int
}{{"S", nd.KindBytes, 1}, {"U", nd.KindUTF32, 4}, {"V", nd.KindRaw, 1}}

var unitText = regexp.MustCompile(`^(generic|(\d{1,9})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as))$`)

// parseDescr reads the descr of a header: "<f8", "|S10", ">M8[ns]".
func parseDescr(descr any) (d nd.DType, big bool, err error) {
	text, ok := descr.(string)
	if !ok {
		if _, list := descr.([]any); list {
			return d, false, fmt.Errorf("%w: structured dtype %.200s", storage.ErrUnsupported, fmt.Sprint(descr))
		}
		return d, false, fmt.Errorf("%w: descr %.200s is no dtype", storage.ErrCorrupt, fmt.Sprint(descr))
	}
	code := text
	if text != "" && strings.IndexByte("<>|=", text[0]) >= 0 {
		code = text[1:]
		big = text[0] == '>' || text[0] != '<' && nativeBig
	}
	for _, c := range codes {
		if c.code == code {
			return c.dtype, big, nil
		}
	}
	if len(code) >= 2 && (code[:2] == "M8" || code[:2] == "m8") {
		unit := "generic"
		if len(code) > 2 {
			unit = strings.TrimSuffix(strings.TrimPrefix(code[2:], "["), "]")
			ok = code[2:] == "["+unit+"]" && unitText.MatchString(unit)
		}
		switch {
		case ok && code[0] == 'M':
			return nd.Datetime64(unit), big, nil
		case ok:
			return nd.Timedelta64(unit), big, nil
		}
	}
	for _, k := range sizedKinds {
		if num, ok := strings.CutPrefix(code, k.letter); ok {
			if n, err := strconv.Atoi(num); err == nil && n > 0 && n < 1<<28 {
				return nd.Sized(k.kind, n*k.unit), big, nil
			}
		}
	}
	if strings.HasPrefix(code, "O") {
		return d, false, fmt.Errorf("%w: the file holds pickled Python objects", storage.ErrUnsupported)
	}
	return d, false, fmt.Errorf("%w: dtype %.40q", storage.ErrUnsupported, text)
}

// descr writes a dtype in native byte order as parseDescr reads it.
func descr(d nd.DType) (string, error) {
	order := "|"
	if wordSize(d) > 1 {
		order = "<"
		if nativeBig {
			order = ">"
		}
	}
	for _, c := range codes {
		if c.dtype == d {
			return order + c.code, nil
		}
	}
	for _, k := range sizedKinds {
		if k.kind == d.Kind() {
			return fmt.Sprintf("%s%s%d", order, k.letter, d.Size()/k.unit), nil
		}
	}
	unit := "[" + d.Unit() + "]"
	if d.Unit() == "generic" {
		unit = ""
	}
	switch d.Kind() {
	case nd.KindDatetime:
		return order + "M8" + unit, nil
	case nd.KindTimedelta:
		return order + "m8" + unit, nil
	}
	return "", fmt.Errorf("%w: npy files of dtype %s", storage.ErrUnsupported, d)
}

// marshal writes the header byte for byte as NumPy does, and sets h.offset:
// version 1.0, room for the axis that may grow, elements from a multiple of 64 on.
func (h *header) marshal() ([]byte, error) {
	d, err := descr(h.dtype)
	if err != nil {
		return nil, err
	}
	tuple, fortran := "(", "False"
	for i, n := range h.shape {
		if i > 0 {
			tuple += ", "
		}
		tuple += strconv.Itoa(n)
	}
	if len(h.shape) == 1 {
		tuple += ","
	}
	if h.fortran {
		fortran = "True"
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s), }", d, fortran, tuple)
	if grows := slices.Clone(h.shape); len(grows) > 0 {
		if h.fortran {
			slices.Reverse(grows)
		}
		text += strings.Repeat(" ", 21-len(strconv.Itoa(grows[0])))
	}
	pad := 64 - (10+len(text)+1)%64
	text += strings.Repeat(" ", pad) + "\n"
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	h.offset = int64(len(b) + len(text))
	return append(b, text...), nil
}
