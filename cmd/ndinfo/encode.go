package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/ndgrid/ndgrid/nd"
)

// exact is a value that marshals as appendJSON writes it.
type exact struct{ v any }

func (e exact) MarshalJSON() ([]byte, error) { return appendJSON(nil, e.v), nil }

// appendJSON writes a value as Zarr writes fill values: floats that are not
// finite as "NaN", "Infinity" and "-Infinity", complex numbers as pairs, bytes
// as base64, times as counts or "NaT", integers to the last digit.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case nd.Float16:
		return appendFloat(b, float64(v.Float32()), 32)
	case nd.Datetime:
		return appendTime(b, int64(v))
	case nd.Timedelta:
		return appendTime(b, int64(v))
	case []byte:
		return appendBase64(b, v)
	case nd.Dyn:
		return appendArray(b, v)
	}
	r := reflect.ValueOf(v)
	switch {
	case r.Kind() == reflect.Bool:
		return strconv.AppendBool(b, r.Bool())
	case r.CanInt():
		return strconv.AppendInt(b, r.Int(), 10)
	case r.CanUint():
		return strconv.AppendUint(b, r.Uint(), 10)
	case r.CanFloat():
		return appendFloat(b, r.Float(), r.Type().Bits())
	case r.CanComplex():
		z, bits := r.Complex(), r.Type().Bits()/2
		b = append(appendFloat(append(b, '['), real(z), bits), ',')
		return append(appendFloat(b, imag(z), bits), ']')
	case r.Kind() == reflect.Slice:
		b = append(b, '[')
		for i := range r.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, r.Index(i).Interface())
		}
		return append(b, ']')
	case r.Kind() == reflect.Map && r.Type().Key().Kind() == reflect.String:
		return appendObject(b, r)
	}
	text, err := json.Marshal(fmt.Sprint(v))
	if err != nil { // a string always marshals
		return append(b, "null"...)
	}
	return append(b, text...)
}

func appendObject(b []byte, m reflect.Value) []byte {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) })
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, k.String()), ':')
		b = appendJSON(b, m.MapIndex(k).Interface())
	}
	return append(b, '}')
}

func appendFloat(b []byte, v float64, bits int) []byte {
	switch {
	case math.IsNaN(v):
		return append(b, `"NaN"`...)
	case math.IsInf(v, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(v, -1):
		return append(b, `"-Infinity"`...)
	}
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(b, v, 'e', -1, bits)
	}
	b = strconv.AppendFloat(b, v, 'f', -1, bits)
	if v == math.Trunc(v) {
		b = append(b, ".0"...) // still a float for who reads it
	}
	return b
}

func appendBase64(b, v []byte) []byte {
	return strconv.AppendQuote(b, base64.StdEncoding.EncodeToString(v))
}

func appendTime(b []byte, v int64) []byte {
	if v == math.MinInt64 {
		return append(b, `"NaT"`...)
	}
	return strconv.AppendInt(b, v, 10)
}

// elements are how elements of a kind are written, given their bytes. Kinds
// that are not here are written as what Item returns.
var elements = map[nd.Kind]func(b, elem []byte) []byte{
	nd.KindInt8: appendInt[int8], nd.KindInt16: appendInt[int16], nd.KindInt32: appendInt[int32], nd.KindInt64: appendInt[int64],
	nd.KindUint8: appendUint[uint8], nd.KindUint16: appendUint[uint16], nd.KindUint32: appendUint[uint32], nd.KindUint64: appendUint[uint64],
	nd.KindFloat32: appendReal[float32], nd.KindFloat64: appendReal[float64],
	nd.KindBytes: func(b, elem []byte) []byte { return appendBase64(b, bytes.TrimRight(elem, "\x00")) },
}

func appendInt[T nd.Integer](b, elem []byte) []byte {
	return strconv.AppendInt(b, int64(nd.AsSlice[T](elem)[0]), 10)
}

func appendUint[T nd.Integer](b, elem []byte) []byte {
	return strconv.AppendUint(b, uint64(nd.AsSlice[T](elem)[0]), 10)
}

func appendReal[T nd.Float](b, elem []byte) []byte {
	return appendFloat(b, float64(nd.AsSlice[T](elem)[0]), 8*len(elem))
}

// appendArray writes the elements of an array as nested lists.
func appendArray(b []byte, d nd.Dyn) []byte {
	size, raw, shape := d.DType().Size(), d.Bytes(), d.Shape()
	write, fast := elements[d.DType().Kind()]
	index := make([]int, len(shape))
	var nested func(axis int)
	nested = func(axis int) {
		switch {
		case axis == len(shape) && fast:
			b, raw = write(b, raw[:size]), raw[size:]
			return
		case axis == len(shape):
			b = appendJSON(b, d.Item(index...))
			return
		}
		b = append(b, '[')
		for i := range shape[axis] {
			if i > 0 {
				b = append(b, ',')
			}
			index[axis] = i
			nested(axis + 1)
		}
		b = append(b, ']')
	}
	nested(0)
	return b
}
