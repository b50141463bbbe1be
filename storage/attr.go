package storage

import (
	"fmt"
	"math"
	"reflect"
)

// AttrScalar lists the types of one attribute value.
type AttrScalar interface {
	bool | int | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 |
		float32 | float64 | complex64 | complex128 | string
}

// AttrValue lists the types Attr converts to.
type AttrValue interface {
	AttrScalar | []bool | []int | []int8 | []int16 | []int32 | []int64 | []uint8 | []uint16 | []uint32 | []uint64 |
		[]float32 | []float64 | []complex64 | []complex128 | []string
}

// Attr returns an attribute as T. A number of any type is converted where that
// is exact, a slice of one element stands for the element and the other way
// round, and the strings "NaN", "Infinity" and "-Infinity", as JSON holds them,
// are floats. An attribute that isn't there is ErrNotFound.
func Attr[T AttrValue](a Attrs, name string) (T, error) {
	var v T
	src, ok := a[name]
	if !ok {
		return v, &Error{"attribute", name, ErrNotFound}
	}
	if err := assign(reflect.ValueOf(&v).Elem(), reflect.ValueOf(src)); err != nil {
		var zero T
		return zero, &Error{"attribute", name, err}
	}
	return v, nil
}

// assign sets dst to src converted to its type.
func assign(dst, src reflect.Value) error {
	for src.IsValid() && src.Kind() == reflect.Interface {
		src = src.Elem()
	}
	if !src.IsValid() {
		return fmt.Errorf("null is no %s", dst.Type())
	}
	isList := src.Kind() == reflect.Slice
	switch {
	case dst.Kind() == reflect.Slice:
		if !isList {
			dst.Set(reflect.MakeSlice(dst.Type(), 1, 1))
			return assign(dst.Index(0), src)
		}
		out := reflect.MakeSlice(dst.Type(), src.Len(), src.Len())
		for i := range src.Len() {
			if err := assign(out.Index(i), src.Index(i)); err != nil {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		dst.Set(out)
		return nil
	case isList && src.Len() == 1:
		return assign(dst, src.Index(0))
	case isList:
		return fmt.Errorf("it has %d elements, %s asks for one", src.Len(), dst.Type())
	}
	return assignScalar(dst, src)
}

func assignScalar(dst, src reflect.Value) error {
	ok := false
	switch {
	case dst.Kind() == reflect.String || dst.Kind() == reflect.Bool:
		if ok = src.Kind() == dst.Kind(); ok {
			dst.Set(src.Convert(dst.Type()))
		}
	case dst.CanInt():
		var v int64
		if v, ok = toInt(src); ok && !dst.OverflowInt(v) {
			dst.SetInt(v)
		} else {
			ok = false
		}
	case dst.CanUint():
		var v uint64
		if v, ok = toUint(src); ok && !dst.OverflowUint(v) {
			dst.SetUint(v)
		} else {
			ok = false
		}
	case dst.CanFloat():
		var v float64
		if v, ok = toFloat(src); ok && (dst.Kind() == reflect.Float64 || v != v || float64(float32(v)) == v) {
			dst.SetFloat(v)
		} else {
			ok = false
		}
	case dst.CanComplex():
		var v complex128
		if src.CanComplex() {
			v, ok = src.Complex(), true
		} else {
			var re float64
			re, ok = toFloat(src)
			v = complex(re, 0)
		}
		if dst.SetComplex(v); dst.Complex() != v && v == v {
			ok = false
		}
	}
	if !ok {
		return fmt.Errorf("%v (%s) has no exact value of type %s", src.Interface(), src.Type(), dst.Type())
	}
	return nil
}

func toInt(v reflect.Value) (int64, bool) {
	switch {
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), v.Uint() <= math.MaxInt64
	case v.CanFloat():
		f := v.Float()
		return int64(f), f == math.Trunc(f) && f >= -1<<63 && f < 1<<63
	}
	return 0, false
}

func toUint(v reflect.Value) (uint64, bool) {
	switch {
	case v.CanInt():
		return uint64(v.Int()), v.Int() >= 0
	case v.CanUint():
		return v.Uint(), true
	case v.CanFloat():
		f := v.Float()
		return uint64(f), f == math.Trunc(f) && f >= 0 && f < 1<<64
	}
	return 0, false
}

func toFloat(v reflect.Value) (float64, bool) {
	switch {
	case v.CanInt():
		f := float64(v.Int())
		back, ok := toInt(reflect.ValueOf(f))
		return f, ok && back == v.Int()
	case v.CanUint():
		f := float64(v.Uint())
		back, ok := toUint(reflect.ValueOf(f))
		return f, ok && back == v.Uint()
	case v.CanFloat():
		return v.Float(), true
	case v.CanComplex():
		return real(v.Complex()), imag(v.Complex()) == 0
	case v.Kind() == reflect.String:
		f, ok := map[string]float64{"NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1)}[v.String()]
		return f, ok
	}
	return 0, false
}
