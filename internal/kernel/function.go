package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// functionOps lists the mathematical functions of floats. They are computed in
// float64 and rounded.
func functionOps[T nd.Float]() opSet {
	set := opSet{
		"atan2": each2(func(y, x T) T { return T(atan2(float64(y), float64(x))) }),
		"hypot": each2(func(x, y T) T { return T(math.Hypot(float64(x), float64(y))) }),
		"pow":   each2(func(x, y T) T { return T(pow(float64(x), float64(y))) }),
	}
	for name, f := range map[string]func(float64) float64{
		"exp": exp, "exp2": math.Exp2, "expm1": math.Expm1,
		"log": log, "log2": log2, "log10": log10, "log1p": math.Log1p,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan,
		"sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh,
		"asin": asin, "acos": acos, "atan": math.Atan,
		"asinh": math.Asinh, "acosh": math.Acosh, "atanh": math.Atanh,
		"cbrt": math.Cbrt,
	} {
		set[name] = viaFloat64[T](f)
	}
	return set
}

// viaFloat64 is the loop of a function in float64. The conversions of float32
// have loops of their own: among the calls they would make each wait for the
// one before, which halves the speed.
func viaFloat64[T nd.Float](f func(float64) float64) typed {
	return unary(func(dst, a []T) {
		var buf [64]float64
		for len(a) > 0 {
			n := min(len(buf), len(a))
			wide := buf[:n]
			for i, x := range a[:n] {
				wide[i] = float64(x)
			}
			for i, x := range wide {
				wide[i] = f(x)
			}
			for i, x := range wide {
				dst[i] = T(x)
			}
			a, dst = a[n:], dst[n:]
		}
	})
}

// log is right for subnormal numbers too, where the library's is not on every
// machine.
func log(x float64) float64 {
	if x > 0 && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// atan2 has the sign of y also where y/x underflows.
func atan2(y, x float64) float64 { return math.Copysign(math.Atan2(y, x), y) }

// asin and acos keep their digits near ±1: from 1/2 on, they are taken from
// the half angle.
func asin(x float64) float64 {
	if a := math.Abs(x); a > 0.5 {
		return math.Copysign(math.Pi/2-2*math.Asin(math.Sqrt((1-a)/2)), x)
	}
	return math.Asin(x)
}

func acos(x float64) float64 {
	switch {
	case x > 0.5:
		return 2 * math.Asin(math.Sqrt((1-x)/2))
	case x < -0.5:
		return math.Pi - 2*math.Asin(math.Sqrt((1+x)/2))
	}
	return math.Pi/2 - math.Asin(x)
}

// split returns k and m with x = m * 2^k and sqrt(1/2) <= m < sqrt(2), for
// finite x > 0: log(m) then has no part of the result to lose.
func split(x float64) (m, k float64) {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = m*2, e-1
	}
	return m, float64(e)
}

// log2 is exact for powers of two, and accurate near 1, where the library's is
// not.
func log2(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		return math.Log(x)
	}
	m, k := split(x)
	return k + float64(math.Log(m)*(1/math.Ln2))
}

// log10 is exact for powers of ten and accurate near 1, where the library's is
// not.
func log10(x float64) float64 {
	const (
		log10of2   = 0x1.34413509f6p-2 // log10(2), upper and lower part
		log10of2lo = 0x1.9fef311f12b36p-42
	)
	if !(x > 0 && x <= math.MaxFloat64) {
		return math.Log(x)
	}
	m, k := split(x)
	low := float64(k*log10of2lo) + float64(math.Log(m)*(1/math.Ln10))
	return low + float64(k*log10of2)
}
