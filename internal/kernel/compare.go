package kernel

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/ndgrid/ndgrid/nd"
)

func equal[T comparable](dst []bool, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) < len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x == y
		}
		return
	}
	b = b[:len(dst)]
	for i, x := range a {
		dst[i] = x == b[i]
	}
}

func notEqual[T comparable](dst []bool, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) < len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x != y
		}
		return
	}
	b = b[:len(dst)]
	for i, x := range a {
		dst[i] = x != b[i]
	}
}

func less[T nd.Real](dst []bool, a, b []T) {
	switch n := len(dst); {
	case len(a) < n:
		x := a[0]
		for i, y := range b[:n] {
			dst[i] = x < y
		}
	case len(b) < n:
		y := b[0]
		for i, x := range a[:n] {
			dst[i] = x < y
		}
	default:
		b = b[:n]
		for i, x := range a[:n] {
			dst[i] = x < b[i]
		}
	}
}

func lessEqual[T nd.Real](dst []bool, a, b []T) {
	switch n := len(dst); {
	case len(a) < n:
		x := a[0]
		for i, y := range b[:n] {
			dst[i] = x <= y
		}
	case len(b) < n:
		y := b[0]
		for i, x := range a[:n] {
			dst[i] = x <= y
		}
	default:
		b = b[:n]
		for i, x := range a[:n] {
			dst[i] = x <= b[i]
		}
	}
}

// tolerance are the parameters of isclose.
type tolerance struct {
	rtol, atol float64
	equalNaN   bool
}

// toleranceOf reads the parameters rtol (1e-5), atol (1e-8) and equal_nan.
func toleranceOf(p Params) (tolerance, error) {
	t := tolerance{rtol: 1e-5, atol: 1e-8}
	for name, at := range map[string]*float64{"rtol": &t.rtol, "atol": &t.atol} {
		if err := floatParam(p, name, at); err != nil {
			return t, fmt.Errorf("isclose: %w", err)
		}
	}
	if v, ok := p["equal_nan"]; ok {
		if t.equalNaN, ok = v.(bool); !ok {
			return t, fmt.Errorf("isclose: parameter equal_nan is %v, want a bool", v)
		}
	}
	return t, nil
}

// floatParam sets *at to the parameter of that name, if there is one.
func floatParam(p Params, name string, at *float64) error {
	switch v := p[name].(type) {
	case nil:
		return nil
	case float64:
		*at = v
	case int:
		*at = float64(v)
	default:
		return fmt.Errorf("parameter %s is %v, want a float64", name, v)
	}
	return nil
}

// close reports |x-y| <= atol + rtol*|y|, with infinities close to themselves
// only.
func (t tolerance) close(x, y float64) bool {
	switch {
	case x == y:
		return true
	case x-x == 0 && y-y == 0:
		return math.Abs(x-y) <= t.atol+float64(t.rtol*math.Abs(y))
	}
	return t.equalNaN && x != x && y != y
}

func (t tolerance) closeComplex(x, y complex128) bool {
	switch {
	case x == y:
		return true
	case x-x == 0 && y-y == 0:
		return cmplx.Abs(x-y) <= t.atol+float64(t.rtol*cmplx.Abs(y))
	}
	return t.equalNaN && x != x && y != y
}

// iscloseUfunc compares numbers of one dtype; integers as float64.
func iscloseUfunc() *Ufunc {
	loopOf := map[nd.Kind]func(t tolerance) Loop{
		nd.KindInt8: closeReal[int8], nd.KindInt16: closeReal[int16], nd.KindInt32: closeReal[int32], nd.KindInt64: closeReal[int64],
		nd.KindUint8: closeReal[uint8], nd.KindUint16: closeReal[uint16], nd.KindUint32: closeReal[uint32], nd.KindUint64: closeReal[uint64],
		nd.KindFloat32: closeReal[float32], nd.KindFloat64: closeReal[float64],
		nd.KindComplex64: closeComplex[complex64], nd.KindComplex128: closeComplex[complex128],
	}
	return &Ufunc{
		Name:  "isclose",
		NArgs: 2,
		Result: func(p Params, args []nd.DType) (nd.DType, error) {
			if err := checkCount("isclose", 2, args); err != nil {
				return nd.DType{}, err
			}
			if loopOf[args[0].Kind()] == nil || !allSame(args) {
				return nd.DType{}, noLoop("isclose", args...)
			}
			_, err := toleranceOf(p)
			return nd.Bool, err
		},
		Bind: func(p Params, args []nd.DType) Loop {
			t, _ := toleranceOf(p) // checked by Result
			return loopOf[args[0].Kind()](t)
		},
	}
}

func closeReal[T nd.Real](t tolerance) Loop {
	return each2(func(x, y T) bool { return t.close(float64(x), float64(y)) }).loop
}

func closeComplex[T nd.Complex](t tolerance) Loop {
	return each2(func(x, y T) bool { return t.closeComplex(complex128(x), complex128(y)) }).loop
}
