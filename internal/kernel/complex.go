package kernel

import (
	"math"
	"math/cmplx"

	"github.com/ndgrid/ndgrid/nd"
)

// complexOps lists what complex numbers C with parts F have besides numberOps.
// Arithmetic is done on the parts in F, one rounding per operation, as NumPy
// does it; functions are computed in complex128 and rounded.
func complexOps[F nd.Float, C nd.Complex]() opSet {
	same := nd.DType{}
	set := opSet{
		"mul":      pairs2(same, mulComplex[F]),
		"div":      pairs2(same, divComplex[F]),
		"square":   {1, same, pairs(func(re, im F) (F, F) { return mulComplex(re, im, re, im) })},
		"conj":     {1, same, pairs(func(re, im F) (F, F) { return re, -im })},
		"sign":     {1, same, pairs(signComplex[F])},
		"pow":      each2(func(x, y C) C { return C(powComplex(complex128(x), complex128(y))) }),
		"real":     part(func(re, _ F) F { return re }),
		"imag":     part(func(_, im F) F { return im }),
		"angle":    part(func(re, im F) F { return F(atan2(float64(im), float64(re))) }),
		"modulus":  part(func(re, im F) F { return F(hypot(float64(re), float64(im))) }),
		"isnan":    part(func(re, im F) bool { return re != re || im != im }),
		"isinf":    part(func(re, im F) bool { return isInf(re) || isInf(im) }),
		"isfinite": part(func(re, im F) bool { return re-re == 0 && im-im == 0 }),
	}
	for name, f := range map[string]func(complex128) complex128{
		"sqrt": sqrtComplex, "exp": expComplex, "log": logComplex,
		"exp2": exp2Complex, "log2": scaled(logComplex, 1/math.Ln2), "log10": scaled(logComplex, 1/math.Ln10),
		"expm1": expm1Complex, "log1p": log1pComplex,
		"sin": sinComplex, "cos": cosComplex, "tan": tanComplex,
		"sinh": sinhComplex, "cosh": coshComplex, "tanh": tanhComplex,
		"asin": asinComplex, "acos": acosComplex, "atan": atanComplex,
	} {
		set[name] = each(func(x C) C { return C(f(complex128(x))) })
	}
	return set
}

func isInf[F nd.Float](x F) bool { return math.Abs(float64(x)) > math.MaxFloat64 }

// part is the loop of a function of the parts of a complex number.
func part[F nd.Float, R nd.Elem](f func(re, im F) R) typed {
	return typed{1, nd.DTypeOf[R](), func(dst []byte, args [][]byte) {
		d, a := view[R](dst), view[F](args[0])
		if len(a) == 2 {
			fill(d, f(a[0], a[1]))
			return
		}
		for i := range d {
			d[i] = f(a[2*i], a[2*i+1])
		}
	}}
}

// pairs is the loop of a function from parts to parts.
func pairs[F nd.Float](f func(re, im F) (F, F)) Loop {
	return func(dst []byte, args [][]byte) {
		d, a := view[F](dst), view[F](args[0])
		mask := spreadPairs(a)
		for i := 0; i+1 < len(d); i += 2 {
			d[i], d[i+1] = f(a[i&mask], a[i&mask+1])
		}
	}
}

// pairs2 is the loop of a function of the parts of two complex numbers.
func pairs2[F nd.Float](out nd.DType, f func(ar, ai, br, bi F) (F, F)) typed {
	return typed{2, out, func(dst []byte, args [][]byte) {
		d, a, b := view[F](dst), view[F](args[0]), view[F](args[1])
		ma, mb := spreadPairs(a), spreadPairs(b)
		for i := 0; i+1 < len(d); i += 2 {
			d[i], d[i+1] = f(a[i&ma], a[i&ma+1], b[i&mb], b[i&mb+1])
		}
	}}
}

// spreadPairs is the mask for indices of parts in an argument: those of a
// scalar are at 0 and 1.
func spreadPairs[F any](arg []F) int {
	if len(arg) == 2 {
		return 0
	}
	return -1
}

func mulComplex[F nd.Float](ar, ai, br, bi F) (re, im F) {
	return F(ar*br) - F(ai*bi), F(ar*bi) + F(ai*br)
}

// divComplex is Smith's algorithm, which does not overflow on the way.
func divComplex[F nd.Float](ar, ai, br, bi F) (re, im F) {
	absR, absI := F(math.Abs(float64(br))), F(math.Abs(float64(bi)))
	if absR >= absI {
		if absR == 0 && absI == 0 {
			return ar / absR, ai / absR
		}
		ratio := bi / br
		scale := 1 / (br + F(bi*ratio))
		return (ar + F(ai*ratio)) * scale, (ai - F(ar*ratio)) * scale
	}
	ratio := br / bi
	scale := 1 / (bi + F(br*ratio))
	return (F(ar*ratio) + ai) * scale, (F(ai*ratio) - ar) * scale
}

// signComplex is x/|x|, 0 for 0; for infinite x its direction, if there is one.
func signComplex[F nd.Float](re, im F) (F, F) {
	x, y := float64(re), float64(im)
	switch big := max(math.Abs(x), math.Abs(y)); {
	case isInf(re) && isInf(im):
		return F(math.NaN()), F(math.NaN())
	case isInf(re):
		return F(math.Copysign(1, x)), 0
	case isInf(im):
		return 0, F(math.Copysign(1, y))
	case big != big:
		return F(big), F(big)
	case big == 0:
		return 0, 0
	case big > 0x1p1000: // |x| may be infinite
		x, y = x*0x1p-10, y*0x1p-10
	case big < 0x1p-900: // |x| may be short of digits
		x, y = x*0x1p200, y*0x1p200
	}
	abs := hypot(x, y)
	return F(x / abs), F(y / abs)
}

// powComplex multiplies for small whole exponents, as NumPy does, unless that
// overflows on the way.
func powComplex(x, y complex128) complex128 {
	switch n := real(y); {
	case y == 0:
		return 1
	case x == 0 && n > 0:
		return 0
	case x == 0:
		return cmplx.NaN()
	case imag(y) == 0 && n == math.Trunc(n) && math.Abs(n) < 100:
		if p := wholePow(x, int(n)); finite(p) || !finite(x) {
			return p
		}
	}
	log := logComplex(x)
	return expComplex(mulComplex128(y, log))
}

func wholePow(x complex128, n int) complex128 {
	pr, pi := 1.0, 0.0
	xr, xi := real(x), imag(x)
	for k := max(n, -n); k > 0; k >>= 1 {
		if k&1 != 0 {
			pr, pi = mulComplex(pr, pi, xr, xi)
		}
		xr, xi = mulComplex(xr, xi, xr, xi)
	}
	if n < 0 {
		return complex(divComplex(1, 0, pr, pi))
	}
	return complex(pr, pi)
}
