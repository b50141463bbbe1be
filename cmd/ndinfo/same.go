package main

import (
	"math"
	"reflect"

	"github.com/ndgrid/ndgrid/nd"
)

// sameAttr reports whether two attributes say the same. Formats differ in the
// types of numbers they have, and in whether a list of one is a list.
func sameAttr(a, b any) bool {
	x, y := listOf(a), listOf(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !sameItem(x[i], y[i]) {
			return false
		}
	}
	return true
}

func sameItem(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	switch {
	case !x.IsValid() || !y.IsValid():
		return x.IsValid() == y.IsValid()
	case x.Kind() == reflect.Slice && y.Kind() == reflect.Slice:
		return sameAttr(a, b)
	case x.Kind() == reflect.Map && y.Kind() == reflect.Map:
		return sameMap(x, y)
	case x.Kind() == reflect.String || x.Kind() == reflect.Bool || y.Kind() == reflect.Bool:
		return x.Kind() == y.Kind() && x.Equal(y) || sameNumber(jsonNumber(x), jsonNumber(y))
	}
	return sameNumber(jsonNumber(x), jsonNumber(y))
}

func sameMap(x, y reflect.Value) bool {
	if x.Len() != y.Len() {
		return false
	}
	for _, k := range x.MapKeys() {
		v := y.MapIndex(k)
		if !v.IsValid() || !sameItem(x.MapIndex(k).Interface(), v.Interface()) {
			return false
		}
	}
	return true
}

// jsonNumber returns the float that JSON has to write as text; half floats as
// floats; anything else as it is.
func jsonNumber(v reflect.Value) reflect.Value {
	if h, ok := v.Interface().(nd.Float16); ok {
		return reflect.ValueOf(h.Float32())
	}
	if v.Kind() == reflect.String {
		if f, ok := map[string]float64{"NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1)}[v.String()]; ok {
			return reflect.ValueOf(f)
		}
	}
	return v
}

// sameNumber compares numbers of any types by value. A float32 is the same as a
// float64 that rounds to it: JSON holds the shortest text that does.
func sameNumber(x, y reflect.Value) bool {
	switch {
	case x.CanInt() && y.CanInt():
		return x.Int() == y.Int()
	case x.CanUint() && y.CanUint():
		return x.Uint() == y.Uint()
	case x.CanInt() && y.CanUint():
		return x.Int() >= 0 && uint64(x.Int()) == y.Uint()
	case x.CanUint() && y.CanInt():
		return sameNumber(y, x)
	case x.CanComplex() && y.CanComplex():
		return sameNumber(reflect.ValueOf(real(x.Complex())), reflect.ValueOf(real(y.Complex()))) &&
			sameNumber(reflect.ValueOf(imag(x.Complex())), reflect.ValueOf(imag(y.Complex())))
	}
	f, ok := toFloat(x)
	g, ok2 := toFloat(y)
	switch {
	case !ok || !ok2:
		return false
	case x.Kind() == reflect.Float32 || y.Kind() == reflect.Float32:
		return float32(f) == float32(g) || f != f && g != g
	}
	return f == g || f != f && g != g
}

func toFloat(v reflect.Value) (float64, bool) {
	switch {
	case v.CanFloat():
		return v.Float(), true
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	}
	return 0, false
}
