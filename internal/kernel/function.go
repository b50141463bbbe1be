package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// functionOps lists the mathematical functions of floats. They are computed in
// float64 and rounded.
func functionOps[T nd.Float]() opSet {
	set := opSet{
		"atan2": each2(func(y, x T) T { return T(math.Atan2(float64(y), float64(x))) }),
		"hypot": each2(func(x, y T) T { return T(math.Hypot(float64(x), float64(y))) }),
		"pow":   each2(func(x, y T) T { return T(math.Pow(float64(x), float64(y))) }),
	}
	for name, f := range map[string]func(float64) float64{
		"exp": math.Exp, "exp2": math.Exp2, "expm1": math.Expm1,
		"log": math.Log, "log2": log2, "log10": log10, "log1p": math.Log1p,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan,
		"sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh,
		"asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
		"asinh": math.Asinh, "acosh": math.Acosh, "atanh": math.Atanh,
		"cbrt": math.Cbrt,
	} {
		set[name] = unary(func(dst, a []T) {
			for i, x := range a {
				dst[i] = T(f(float64(x)))
			}
		})
	}
	return set
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
		log10of2   = 0x1.34413509f79ffp-2 // log10(2), upper and lower part
		log10of2lo = -0x1.9dc1da994fd2p-59
	)
	if !(x > 0 && x <= math.MaxFloat64) {
		return math.Log(x)
	}
	m, k := split(x)
	low := float64(k*log10of2lo) + float64(math.Log(m)*(1/math.Ln10))
	return low + float64(k*log10of2)
}
