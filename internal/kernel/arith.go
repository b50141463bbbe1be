package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// numberOps lists what all numbers have.
func numberOps[T nd.Number]() opSet {
	return join(logicalOps(func(x T) bool { return x != 0 }), opSet{
		"add":       binary(add[T]),
		"sub":       binary(sub[T]),
		"neg":       unary(neg[T]),
		"equal":     binary(equal[T]),
		"not_equal": binary(notEqual[T]),
	})
}

// realOps lists what integers and floats have, beyond numberOps.
func realOps[T nd.Real]() opSet {
	return opSet{
		"mul":           binary(mul[T]),
		"square":        unary(square[T]),
		"sign":          each(sign[T]),
		"minimum":       binary(minimum[T]),
		"maximum":       binary(maximum[T]),
		"clip":          clipOp[T](),
		"less":          binary(less[T]),
		"less_equal":    binary(lessEqual[T]),
		"greater":       binary(func(dst []bool, a, b []T) { less(dst, b, a) }),
		"greater_equal": binary(func(dst []bool, a, b []T) { lessEqual(dst, b, a) }),
	}
}

// floatOps lists what floats have besides realOps and functionOps: what is
// exact or correctly rounded.
func floatOps[T nd.Float]() opSet {
	return opSet{
		"div":          binary(div[T]),
		"floor_divide": each2(func(x, y T) T { q, _ := divmod(x, y); return q }),
		"remainder":    each2(func(x, y T) T { _, m := divmod(x, y); return m }),
		"abs": unary(func(dst, a []T) {
			for i, x := range a {
				dst[i] = T(math.Abs(float64(x)))
			}
		}),
		"sqrt": unary(func(dst, a []T) {
			for i, x := range a {
				dst[i] = T(math.Sqrt(float64(x)))
			}
		}),
		"floor": unary(func(dst, a []T) {
			for i, x := range a {
				dst[i] = T(math.Floor(float64(x)))
			}
		}),
		"ceil": unary(func(dst, a []T) {
			for i, x := range a {
				dst[i] = T(math.Ceil(float64(x)))
			}
		}),
		"trunc": unary(func(dst, a []T) {
			for i, x := range a {
				dst[i] = T(math.Trunc(float64(x)))
			}
		}),
		"round": unary(func(dst, a []T) {
			for i, x := range a {
				dst[i] = T(math.RoundToEven(float64(x)))
			}
		}),
		"fmin": each2(fmin[T]),
		"fmax": each2(fmax[T]),
		"isnan": unary(func(dst []bool, a []T) {
			for i, x := range a {
				dst[i] = x != x
			}
		}),
		"isinf": unary(func(dst []bool, a []T) {
			for i, x := range a {
				dst[i] = math.Abs(float64(x)) > math.MaxFloat64
			}
		}),
		"isfinite": unary(func(dst []bool, a []T) {
			for i, x := range a {
				dst[i] = x-x == 0
			}
		}),
	}
}

func add[T nd.Number](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) < len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x + y
		}
		return
	}
	b = b[:len(dst)]
	for i, x := range a {
		dst[i] = x + b[i]
	}
}

func sub[T nd.Number](dst, a, b []T) {
	switch n := len(dst); {
	case len(a) < n:
		x := a[0]
		for i, y := range b[:n] {
			dst[i] = x - y
		}
	case len(b) < n:
		y := b[0]
		for i, x := range a[:n] {
			dst[i] = x - y
		}
	default:
		b = b[:n]
		for i, x := range a[:n] {
			dst[i] = x - b[i]
		}
	}
}

func mul[T nd.Real](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) < len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x * y
		}
		return
	}
	b = b[:len(dst)]
	for i, x := range a {
		dst[i] = x * b[i]
	}
}

func div[T nd.Float](dst, a, b []T) {
	switch n := len(dst); {
	case len(a) < n:
		x := a[0]
		for i, y := range b[:n] {
			dst[i] = x / y
		}
	case len(b) < n:
		y := b[0]
		for i, x := range a[:n] {
			dst[i] = x / y
		}
	default:
		b = b[:n]
		for i, x := range a[:n] {
			dst[i] = x / b[i]
		}
	}
}

func neg[T nd.Number](dst, a []T) {
	for i, x := range a {
		dst[i] = -x
	}
}

func square[T nd.Real](dst, a []T) {
	for i, x := range a {
		dst[i] = x * x
	}
}

// minimum has NaN where either is NaN, and -0 below +0.
func minimum[T nd.Real](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) < len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = min(x, y)
		}
		return
	}
	b = b[:len(dst)]
	for i, x := range a {
		dst[i] = min(x, b[i])
	}
}

// maximum has NaN where either is NaN, and +0 above -0.
func maximum[T nd.Real](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) < len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = max(x, y)
		}
		return
	}
	b = b[:len(dst)]
	for i, x := range a {
		dst[i] = max(x, b[i])
	}
}

// clipOp is clip(x, lo, hi): min(max(x, lo), hi), NaN where any is NaN.
func clipOp[T nd.Real]() typed {
	return typed{nargs: 3, loop: func(dst []byte, args [][]byte) {
		d, x, lo, hi := view[T](dst), view[T](args[0]), view[T](args[1]), view[T](args[2])
		mx, ml, mh := spread(x), spread(lo), spread(hi)
		for i := range d {
			d[i] = min(max(x[i&mx], lo[i&ml]), hi[i&mh])
		}
	}}
}

// spread is the mask for indices into an argument: a scalar is always at 0.
func spread[T any](arg []T) int {
	if len(arg) == 1 {
		return 0
	}
	return -1
}

// sign is -1, 0 or 1, and NaN for NaN; it is +0 for -0.
func sign[T nd.Real](x T) T {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return T(0) - 1
	case x == 0:
		return 0
	}
	return x
}

// divmod is NumPy's: the quotient rounded to minus infinity, and the remainder
// with the sign of y.
func divmod[T nd.Float](x, y T) (quotient, mod T) {
	mod = T(math.Mod(float64(x), float64(y)))
	if y == 0 {
		return x / y, mod
	}
	quotient = (x - mod) / y
	if mod != 0 {
		if (y < 0) != (mod < 0) {
			mod += y
			quotient--
		}
	} else {
		mod = T(math.Copysign(0, float64(y)))
	}
	if quotient == 0 {
		return T(math.Copysign(0, float64(x/y))), mod
	}
	floor := T(math.Floor(float64(quotient)))
	if quotient-floor > 0.5 {
		floor++
	}
	return floor, mod
}
