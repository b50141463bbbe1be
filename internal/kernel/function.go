package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// functionOps lists the mathematical functions of floats. They are computed in
// float64 and rounded. They are made of operations that are exact or correctly
// rounded on every machine, and so are results: functions of the library are in
// part written in assembly, and fused differently elsewhere.
func functionOps[T nd.Float]() opSet {
	set := opSet{
		"atan2": each2(func(y, x T) T { return T(atan2(float64(y), float64(x))) }),
		"hypot": each2(func(x, y T) T { return T(hypot(float64(x), float64(y))) }),
		"pow":   each2(func(x, y T) T { return T(pow(float64(x), float64(y))) }),
	}
	for name, f := range map[string]func(float64) float64{
		"exp": exp, "exp2": exp2, "expm1": expm1,
		"log": log, "log2": log2, "log10": log10, "log1p": log1p,
		"sin": sin, "cos": cos, "tan": tan,
		"sinh": sinh, "cosh": cosh, "tanh": tanh,
		"asin": asin, "acos": acos, "atan": atan,
		"asinh": asinh, "acosh": acosh, "atanh": atanh,
		"cbrt": cbrt,
	} {
		set[name] = viaFloat64[T](f)
	}
	return set
}

// functions32 lists the functions of float32 that are not those of float64
// rounded, but shorter forms of their own.
func functions32() opSet {
	set := opSet{}
	for name, f := range map[string]func(float32) float32{} {
		set[name] = each(f)
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

// positive reports whether x is a finite number above 0: what has a logarithm.
func positive(x float64) bool { return x > 0 && x <= math.MaxFloat64 }

func log2(x float64) float64 { return logBase(x, 0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56) }

func log10(x float64) float64 { return logBase(x, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57) }

// logBase is log(x)*(c+cLo), exact where it is whole.
func logBase(x, c, cLo float64) float64 {
	if !positive(x) {
		return math.Log(x)
	}
	hi, lo := logParts(x)
	p := float64(hi * c)
	return p + (math.FMA(hi, c, -p) + float64(hi*cLo) + float64(lo*c))
}

// log1p keeps what 1+x loses.
func log1p(x float64) float64 {
	switch {
	case math.Abs(x) < 0x1p-54:
		return x
	case !(x > -1 && x <= math.MaxFloat64):
		return math.Log1p(x)
	}
	u, rest := sum2(1, x)
	hi, lo := logParts(u)
	return hi + (lo + rest/u)
}

func exp2(x float64) float64 {
	const ln2, ln2Tail = 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56
	p := float64(x * ln2)
	return expSum(p, math.FMA(x, ln2, -p)+float64(x*ln2Tail))
}
