package zarr

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// parseFill reads a fill value into the bytes of one element; null gives nil, and the
// NaT of times, as in zarr-python.
// v2 documents are laxer: true may be 1, an integer 0.0, text base64.
func (h *header) parseFill(v any) ([]byte, error) {
	d := h.meta.DType
	isTime := d.Kind() == nd.KindDatetime || d.Kind() == nd.KindTimedelta
	h.unfilled = v == nil
	switch {
	case h.unfilled && isTime:
		v = "NaT"
	case h.unfilled:
		return nil, nil
	}
	var b []byte
	var err error
	if s, ok := v.(string); ok && h.bfloat && strings.HasPrefix(s, "0x") {
		v = s + "0000"
	}
	switch {
	case d.Size() == 0:
		b, err = fillText(d, v)
	case h.version == 2 && d.Kind() == nd.KindStruct: // the bytes as they are stored
		if b = make([]byte, d.Size()); v != json.Number("0") {
			err = fillSized(b, nd.KindRaw, v)
			h.swaps.swap(b, len(b))
		}
	default:
		b, err = fillBytes(d, v, h.version)
	}
	if err != nil {
		return nil, fmt.Errorf("fill_value %s of %s: %w", brief(v), d, err)
	}
	return b, nil
}

// fillText reads the fill value of elements that vary in length: text, or bytes
// in base64 or as a list. v2 writers put 0 where there is nothing to say.
func fillText(d nd.DType, v any) ([]byte, error) {
	s, ok := v.(string)
	if d.Kind() == nd.KindString && ok {
		return []byte(s), nil
	}
	if n, ok := v.(json.Number); ok && n.String() == "0" {
		return nil, nil
	}
	if d.Kind() == nd.KindString {
		return nil, fmt.Errorf("%w: not text", storage.ErrCorrupt)
	}
	return rawFill(v)
}

// brief writes a JSON value for an error message.
func brief(v any) string {
	b, err := json.Marshal(v)
	if err != nil || len(b) > 40 {
		return strings.ToValidUTF8(string(b[:min(len(b), 40)]), "") + "…"
	}
	return string(b)
}

func fillBytes(d nd.DType, v any, version int) ([]byte, error) {
	b := make([]byte, d.Size())
	switch k := d.Kind(); {
	case k == nd.KindBool:
		on, ok := v.(bool)
		if n, isNum := number(v); !ok && version == 2 && isNum && (n == 0 || n == 1) {
			on, ok = n == 1, true
		}
		if !ok {
			return nil, fmt.Errorf("%w: neither true nor false", storage.ErrCorrupt)
		}
		if on {
			b[0] = 1
		}
		return b, nil
	case d.IsInteger() || k == nd.KindDatetime || k == nd.KindTimedelta:
		return b, fillInt(b, d, v, version)
	case d.IsFloat():
		return b, fillFloat(b, v)
	case d.IsComplex():
		pair, ok := v.([]any)
		if n, isNum := number(v); !ok && version == 2 && isNum && n == 0 {
			return b, nil
		}
		if !ok || len(pair) != 2 {
			return nil, fmt.Errorf("%w: not a pair of numbers", storage.ErrCorrupt)
		}
		if err := fillFloat(b[:len(b)/2], pair[0]); err != nil {
			return nil, err
		}
		return b, fillFloat(b[len(b)/2:], pair[1])
	case k == nd.KindRaw || k == nd.KindBytes || k == nd.KindUTF32:
		return b, fillSized(b, k, v)
	case k == nd.KindStruct:
		return b, fillStruct(b, d, v, version)
	}
	return nil, fmt.Errorf("%w: fill value of %s", storage.ErrUnsupported, d)
}

// fillStruct writes the fields of an object, or the base64 of all bytes.
func fillStruct(b []byte, d nd.DType, v any, version int) error {
	o, ok := v.(object)
	if !ok {
		return fillSized(b, nd.KindRaw, v)
	}
	for _, f := range d.Fields() {
		x, ok := o[f.Name]
		if !ok {
			return fmt.Errorf("%w: field %q is missing", storage.ErrCorrupt, f.Name)
		}
		fill, err := fillBytes(f.DType, x, version)
		if err != nil {
			return fmt.Errorf("field %q: %w", f.Name, err)
		}
		copy(b[f.Offset:], fill)
	}
	return nil
}

// fillInt writes an integer, or the "NaT" of times.
func fillInt(b []byte, d nd.DType, v any, version int) error {
	if s, ok := v.(string); ok && s == "NaT" && !d.IsInteger() {
		putUint(b, 1<<63)
		return nil
	}
	n, ok := v.(json.Number)
	if !ok {
		return fmt.Errorf("%w: not an integer", storage.ErrCorrupt)
	}
	bits := 8 * len(b)
	if d.IsInteger() && !d.IsSigned() {
		if u, err := strconv.ParseUint(n.String(), 10, bits); err == nil {
			putUint(b, u)
			return nil
		}
	} else if i, err := strconv.ParseInt(n.String(), 10, bits); err == nil {
		putUint(b, uint64(i))
		return nil
	}
	if f, err := n.Float64(); version == 2 && err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return fillInt(b, d, json.Number(strconv.FormatInt(int64(f), 10)), 3)
	}
	return fmt.Errorf("%w: not such an integer", storage.ErrCorrupt)
}

// fillFloat writes a number, a name, or the bits "0x7fc00001".
func fillFloat(b []byte, v any) error {
	if s, ok := v.(string); ok && strings.HasPrefix(s, "0x") {
		u, err := strconv.ParseUint(s[2:], 16, 8*len(b))
		if err != nil || len(s) != 2+2*len(b) {
			return fmt.Errorf("%w: not %d hexadecimal digits", storage.ErrCorrupt, 2*len(b))
		}
		putUint(b, u)
		return nil
	}
	f, ok := number(v)
	if !ok {
		return fmt.Errorf("%w: not a number", storage.ErrCorrupt)
	}
	switch {
	case math.IsNaN(f):
		putUint(b, canonicalNaN[len(b)])
	case len(b) == 8:
		putUint(b, math.Float64bits(f))
	case len(b) == 4:
		putUint(b, uint64(math.Float32bits(float32(f))))
	default:
		putUint(b, uint64(nd.NewFloat16(float32(f))))
	}
	return nil
}

// canonicalNaN is the NaN that "NaN" stands for, by the bytes of the float.
var canonicalNaN = map[int]uint64{2: 0x7e00, 4: 0x7fc00000, 8: 0x7ff8000000000000}

// fillSized writes raw bytes (a list of integers, or base64) or text.
func fillSized(b []byte, k nd.Kind, v any) error {
	if n, ok := v.(json.Number); ok && n.String() == "0" { // v2 writers put 0 where there is nothing to say
		return nil
	}
	if k == nd.KindUTF32 {
		s, ok := v.(string)
		if !ok || !utf8.ValidString(s) || 4*utf8.RuneCountInString(s) > len(b) {
			return fmt.Errorf("%w: no text of at most %d characters", storage.ErrCorrupt, len(b)/4)
		}
		for i, r := range []rune(s) {
			binary.NativeEndian.PutUint32(b[4*i:], uint32(r))
		}
		return nil
	}
	raw, err := rawFill(v)
	if err != nil {
		return err
	}
	if len(raw) > len(b) || k == nd.KindRaw && len(raw) != len(b) && len(raw) > 0 {
		return fmt.Errorf("%w: %d bytes, the type has %d", storage.ErrCorrupt, len(raw), len(b))
	}
	copy(b, raw)
	return nil
}

// rawFill reads bytes: base64, or a list of integers.
func rawFill(v any) ([]byte, error) {
	switch v := v.(type) {
	case []any:
		raw := make([]byte, len(v))
		for i, x := range v {
			n, err := integer(x)
			if err != nil || n < 0 || n > 255 {
				return nil, fmt.Errorf("%w: not a list of bytes", storage.ErrCorrupt)
			}
			raw[i] = byte(n)
		}
		return raw, nil
	case string:
		raw, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return nil, fmt.Errorf("%w: not base64", storage.ErrCorrupt)
		}
		return raw, nil
	}
	return nil, fmt.Errorf("%w: neither bytes nor text", storage.ErrCorrupt)
}

// putUint writes the low bits of u in native byte order.
func putUint(b []byte, u uint64) {
	switch len(b) {
	case 1:
		b[0] = byte(u)
	case 2:
		binary.NativeEndian.PutUint16(b, uint16(u))
	case 4:
		binary.NativeEndian.PutUint32(b, uint32(u))
	case 8:
		binary.NativeEndian.PutUint64(b, u)
	}
}

func getUint(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.NativeEndian.Uint16(b))
	case 4:
		return uint64(binary.NativeEndian.Uint32(b))
	}
	return binary.NativeEndian.Uint64(b)
}

// FillJSON returns a fill value, the bytes of one element, as a v3 document
// holds it and encoding/json can write it: 64-bit integers exactly, floats JSON
// lacks as "NaN", "Infinity", "-Infinity" or their bits "0x7fc00001", complex
// numbers as pairs. nil is zero.
func FillJSON(d nd.DType, fill []byte) (any, error) {
	switch d {
	case nd.Text:
		return string(fill), nil
	case nd.Sized(nd.KindBytes, 0):
		return base64.StdEncoding.EncodeToString(fill), nil
	}
	if fill == nil {
		fill = make([]byte, d.Size())
	}
	if len(fill) != d.Size() {
		return nil, fmt.Errorf("%w: fill value of %d bytes for %s", nd.ErrDType, len(fill), d)
	}
	switch k := d.Kind(); {
	case k == nd.KindBool:
		return fill[0] != 0, nil
	case d.IsInteger() && !d.IsSigned():
		return json.Number(strconv.FormatUint(getUint(fill), 10)), nil
	case d.IsInteger(), k == nd.KindDatetime, k == nd.KindTimedelta:
		shift := 64 - 8*len(fill)
		return json.Number(strconv.FormatInt(int64(getUint(fill)<<shift)>>shift, 10)), nil
	case d.IsFloat():
		return floatFill(fill), nil
	case d.IsComplex():
		return []any{floatFill(fill[:len(fill)/2]), floatFill(fill[len(fill)/2:])}, nil
	case k == nd.KindRaw, k == nd.KindBytes:
		return base64.StdEncoding.EncodeToString(fill), nil
	case k == nd.KindUTF32:
		var s strings.Builder
		for i := 0; i+4 <= len(fill); i += 4 {
			if r := binary.NativeEndian.Uint32(fill[i:]); r != 0 {
				s.WriteRune(rune(r))
			}
		}
		return s.String(), nil
	}
	o := object{}
	for _, f := range d.Fields() {
		v, err := FillJSON(f.DType, fill[f.Offset:f.Offset+f.DType.Size()])
		if err != nil {
			return nil, err
		}
		o[f.Name] = v
	}
	return o, nil
}

// floatFill writes the bits of a float of 2, 4 or 8 bytes.
func floatFill(b []byte) any {
	u := getUint(b)
	var f float64
	bits := 64
	switch len(b) {
	case 2:
		f, bits = float64(nd.Float16(u).Float32()), 32
	case 4:
		f, bits = float64(math.Float32frombits(uint32(u))), 32
	case 8:
		f = math.Float64frombits(u)
	}
	if math.IsNaN(f) && u != canonicalNaN[len(b)] {
		var be [8]byte
		binary.BigEndian.PutUint64(be[:], u)
		return "0x" + hex.EncodeToString(be[8-len(b):])
	}
	return floatJSON(f, bits)
}
