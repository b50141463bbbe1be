package zarr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// Limits for documents that strangers wrote.
const (
	maxDocument = 16 << 20 // bytes
	maxDepth    = 64       // objects and lists in each other
)

// object is a JSON object; numbers in it are json.Number, so that 64-bit
// integers and the difference between 1 and 1.0 survive.
type object = map[string]any

// decode reads a metadata document. It takes the NaN, Infinity and -Infinity
// that Python writes though JSON has no such numbers.
func decode(b []byte) (object, error) {
	if len(b) > maxDocument {
		return nil, fmt.Errorf("%w: a metadata document of more than %d bytes", storage.ErrCorrupt, maxDocument)
	}
	b, err := prepare(bytes.TrimPrefix(b, []byte("\uFEFF"))) // a byte order mark
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var doc object
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%w: not a JSON object: %w", storage.ErrCorrupt, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows the JSON object", storage.ErrCorrupt)
	}
	if doc == nil {
		return nil, fmt.Errorf("%w: null instead of a JSON object", storage.ErrCorrupt)
	}
	return doc, nil
}

// barePrefix marks a string that stands for a number JSON lacks.
const barePrefix = "\x00"

var bare = map[string]float64{"NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1)}

// prepare turns bare NaN and infinities into marked strings and refuses
// nesting that is too deep.
func prepare(b []byte) ([]byte, error) {
	out := make([]byte, 0, len(b))
	depth, quoted := 0, false
next:
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case quoted && c == '\\' && i+1 < len(b):
			out = append(out, c, b[i+1])
			i++
			continue
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return nil, fmt.Errorf("%w: JSON nested more than %d deep", storage.ErrCorrupt, maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		case c == 'N' || c == 'I' || c == '-':
			for name := range bare {
				if bytes.HasPrefix(b[i:], []byte(name)) {
					out = append(out, `"\u0000`+name+`"`...)
					i += len(name) - 1
					continue next
				}
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// number returns the float that a JSON number, one of the strings "NaN",
// "Infinity" and "-Infinity", or one of these without quotes stands for.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 64)
		return f, err == nil
	case string:
		f, ok := bare[strings.TrimPrefix(v, barePrefix)]
		return f, ok
	}
	return 0, false
}

// encode writes a metadata document as zarr-python does: indented by two, keys
// sorted; what was read as a bare NaN or infinity is written as one.
func encode(doc object) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return nil, err
	}
	out := b.Bytes()
	for name := range bare {
		out = bytes.ReplaceAll(out, []byte(`"\u0000`+name+`"`), []byte(name))
	}
	return out, nil
}

// attrs turns a JSON object into attributes: integers are int64 (uint64, or
// float64, where they don't fit), other numbers float64, lists of one type are
// slices of it; everything else stays as it is.
func attrs(v any) (storage.Attrs, error) {
	if v == nil {
		return storage.Attrs{}, nil
	}
	doc, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("%w: attributes are no JSON object", storage.ErrCorrupt)
	}
	a := make(storage.Attrs, len(doc))
	for k, v := range doc {
		a[k] = fromJSON(v)
	}
	return a, nil
}

func fromJSON(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return i
		}
		if u, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return u
		}
		if f, err := strconv.ParseFloat(v.String(), 64); err == nil {
			return f
		}
		return v.String() // beyond float64: the digits are all we can keep
	case string:
		if f, ok := bare[strings.TrimPrefix(v, barePrefix)]; ok && strings.HasPrefix(v, barePrefix) {
			return f
		}
		return v
	case object:
		m := make(object, len(v))
		for k, x := range v {
			m[k] = fromJSON(x)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = fromJSON(x)
		}
		return narrow(list)
	}
	return v
}

// narrow makes a list of one type a slice of it; integers among floats become
// floats where that is exact.
func narrow(list []any) any {
	if s, ok := allOf[int64](list); ok {
		return s
	}
	if s, ok := allOf[string](list); ok {
		return s
	}
	if s, ok := allOf[bool](list); ok {
		return s
	}
	floats := make([]float64, len(list))
	for i, v := range list {
		switch v := v.(type) {
		case float64:
			floats[i] = v
		case int64:
			if floats[i] = float64(v); v > 1<<53 || v < -1<<53 {
				return list
			}
		default:
			return list
		}
	}
	if len(list) == 0 {
		return list
	}
	return floats
}

func allOf[T any](list []any) ([]T, bool) {
	s := make([]T, len(list))
	for i, v := range list {
		x, ok := v.(T)
		if !ok {
			return nil, false
		}
		s[i] = x
	}
	return s, len(list) > 0
}

// toJSON turns an attribute into what encoding/json writes: floats keep a
// decimal point, those JSON lacks are strings, complex numbers pairs.
func toJSON(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, json.Number:
		return v, nil
	case []byte: // encoding/json would write base64
		return listJSON(reflect.ValueOf(v))
	}
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return json.Number(strconv.FormatInt(r.Int(), 10)), nil
	case r.CanUint():
		return json.Number(strconv.FormatUint(r.Uint(), 10)), nil
	case r.CanFloat():
		return floatJSON(r.Float(), r.Type().Bits()), nil
	case r.CanComplex():
		bits := r.Type().Bits() / 2
		return []any{floatJSON(real(r.Complex()), bits), floatJSON(imag(r.Complex()), bits)}, nil
	case r.Kind() == reflect.Bool:
		return r.Bool(), nil
	case r.Kind() == reflect.String:
		return r.String(), nil
	case r.Kind() == reflect.Slice || r.Kind() == reflect.Array:
		return listJSON(r)
	case r.Kind() == reflect.Map && r.Type().Key().Kind() == reflect.String:
		m := make(object, r.Len())
		for it := r.MapRange(); it.Next(); {
			x, err := toJSON(it.Value().Interface())
			if err != nil {
				return nil, fmt.Errorf("%q: %w", it.Key(), err)
			}
			m[it.Key().String()] = x
		}
		return m, nil
	}
	return nil, fmt.Errorf("%w: an attribute can't be a %T", storage.ErrUnsupported, v)
}

func listJSON(r reflect.Value) (any, error) {
	list := make([]any, r.Len())
	for i := range list {
		var err error
		if list[i], err = toJSON(r.Index(i).Interface()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// floatJSON writes a float so that it reads back as the same float: as few
// digits as that takes, or the names JSON has no number for.
func floatJSON(f float64, bits int) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	s := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return json.Number(s)
}
