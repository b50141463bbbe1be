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
	for name, f := range map[string]func(float32) float32{
		"exp": expFloat32, "exp2": exp2Float32, "expm1": expm1Float32,
		"log": logFloat32, "log2": log2Float32, "log10": log10Float32, "log1p": log1pFloat32,
		"sinh": sinhFloat32, "cosh": coshFloat32, "tanh": tanhFloat32,
		"sin": sinFloat32, "cos": cosFloat32, "tan": tanFloat32,
		"asin": asinFloat32, "acos": acosFloat32, "atan": atanFloat32,
	} {
		set[name] = each(f)
	}
	set["pow"], set["hypot"] = each2(powFloat32), each2(hypotFloat32)
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
