package kernel

import (
	"math"
	"math/cmplx"
)

// The functions of finite numbers are made of those of floats, and so have the
// same bits on every machine; where math/cmplx loses digits they don't.
// Infinities and NaN go to math/cmplx, which follows C99.

func finite(z complex128) bool { return z-z == 0 }

// nonfinite is f(z), f of math/cmplx. The sign of a NaN, which depends on the
// machine, must not become that of a zero.
func nonfinite(f func(complex128) complex128, z complex128) complex128 {
	x, y := real(z), imag(z)
	if x != x {
		x = math.NaN()
	}
	if y != y {
		y = math.NaN()
	}
	return f(complex(x, y))
}

// huge is where squares may overflow, and tiny where they may underflow.
const huge, tiny = 1e150, 1e-150

// logComplex keeps the digits of log|z| near |z| = 1.
func logComplex(z complex128) complex128 {
	big, small := math.Abs(real(z)), math.Abs(imag(z))
	if big < small {
		big, small = small, big
	}
	if !finite(z) || big < 0.5 || big > 2 {
		if finite(z) && big > 0 {
			return complex(logHypot(big, small), atan2(imag(z), real(z)))
		}
		return nonfinite(cmplx.Log, z)
	}
	// |z|^2 - 1 in twice the precision.
	b, s := float64(big*big), float64(small*small)
	low := math.FMA(big, big, -b) + math.FMA(small, small, -s)
	sum := (b - 1) + s
	part := sum - (b - 1)
	low += ((b - 1) - (sum - part)) + (s - part)
	return complex(log1p(sum+low)/2, atan2(imag(z), real(z)))
}

// logHypot is log(hypot(big, small)), 0 < big and 0 <= small <= big.
func logHypot(big, small float64) float64 {
	q := small / big
	return log(big) + float64(log1p(float64(q*q))/2)
}

// expComplex is e^x (cos y + i sin y).
func expComplex(z complex128) complex128 {
	x, y := real(z), imag(z)
	if !finite(z) {
		return nonfinite(cmplx.Exp, z)
	}
	if x > 709 {
		return complex(grown(exp, cos(y), x, 1), grown(exp, sin(y), x, 1))
	}
	e := exp(x)
	return complex(e*cos(y), e*sin(y))
}

// grown is part*f(x)*scale, where f is exp or exp2 and x large, in an order that
// overflows only where the result does; a zero part stays zero.
func grown(f func(float64) float64, part, x, scale float64) float64 {
	if part == 0 {
		return part * scale
	}
	third := math.RoundToEven(x / 3) // whole, so that what remains is exact
	e := f(third)
	return part * e * e * (f(x-2*third) * scale)
}

// exp2Complex is 2^x (cos(y ln 2) + i sin(y ln 2)), the angle in two parts.
func exp2Complex(z complex128) complex128 {
	const ln2Rest = 0x1.abc9e3b39803fp-56 // of ln 2 beside math.Ln2
	x, y := real(z), imag(z)
	if !finite(z) {
		return nonfinite(cmplx.Exp, complex(x*math.Ln2, y*math.Ln2))
	}
	angle := float64(y * math.Ln2)
	low := math.FMA(y, math.Ln2, -angle) + float64(y*ln2Rest)
	s, c, sLow, cLow := sin(angle), cos(angle), sin(low), cos(low)
	s, c = float64(s*cLow)+float64(c*sLow), float64(c*cLow)-float64(s*sLow)
	if x > 1000 {
		return complex(grown(exp2, c, x, 1), grown(exp2, s, x, 1))
	}
	e := exp2(x)
	return complex(e*c, e*s)
}

func sqrtComplex(z complex128) complex128 {
	x, y := real(z), imag(z)
	switch {
	case x != x && y == 0:
		return complex(x, x)
	case !finite(z) || z == 0:
		return nonfinite(cmplx.Sqrt, z)
	}
	scale := 1.0
	switch big := max(math.Abs(x), math.Abs(y)); {
	case big > 0x1p1000:
		scale = 0x1p10
	case big < 0x1p-900:
		scale = 0x1p-100
	}
	x, y = x/scale/scale, y/scale/scale
	t := math.Sqrt((math.Abs(x) + hypot(x, y)) / 2)
	if x >= 0 {
		return complex(t*scale, y/(2*t)*scale)
	}
	return complex(math.Abs(y)/(2*t)*scale, math.Copysign(t, y)*scale)
}

// sinComplex is -i sinh(iz).
func sinComplex(z complex128) complex128 {
	if !finite(z) {
		return nonfinite(cmplx.Sin, z)
	}
	w := sinhComplex(complex(-imag(z), real(z)))
	return complex(imag(w), -real(w))
}

// cosComplex is cosh(iz).
func cosComplex(z complex128) complex128 {
	if !finite(z) {
		return nonfinite(cmplx.Cos, z)
	}
	return coshComplex(complex(-imag(z), real(z)))
}

// sinhComplex is sinh x cos y + i cosh x sin y.
func sinhComplex(z complex128) complex128 {
	x, y := real(z), imag(z)
	switch {
	case !finite(z):
		return nonfinite(cmplx.Sinh, z)
	case math.Abs(x) > 709:
		return complex(grown(exp, cos(y), math.Abs(x), math.Copysign(0.5, x)), grown(exp, sin(y), math.Abs(x), 0.5))
	}
	return complex(sinh(x)*cos(y), cosh(x)*sin(y))
}

// coshComplex is cosh x cos y + i sinh x sin y.
func coshComplex(z complex128) complex128 {
	x, y := real(z), imag(z)
	switch {
	case !finite(z):
		return nonfinite(cmplx.Cosh, z)
	case math.Abs(x) > 709:
		return complex(grown(exp, cos(y), math.Abs(x), 0.5), grown(exp, sin(y), math.Abs(x), math.Copysign(0.5, x)))
	}
	return complex(cosh(x)*cos(y), sinh(x)*sin(y))
}

// expm1Complex keeps its digits near zero.
func expm1Complex(z complex128) complex128 {
	x, y := real(z), imag(z)
	if x > 40 && finite(z) {
		return expComplex(z) // less 1, which is far below its last digit
	}
	half := sin(y / 2)
	return complex(float64(expm1(x)*cos(y))-float64(2*half*half), exp(x)*sin(y))
}

// log1pComplex keeps its digits near zero.
func log1pComplex(z complex128) complex128 {
	x, y := real(z), imag(z)
	if !finite(z) || math.Abs(x) > 0.5 || math.Abs(y) > 0.5 {
		return logComplex(complex(1+x, y))
	}
	return complex(log1p(float64(x*(2+x))+float64(y*y))/2, atan2(y, 1+x))
}

// scaled is by*f(z).
func scaled(f func(complex128) complex128, by float64) func(complex128) complex128 {
	return func(z complex128) complex128 {
		z = f(z)
		return complex(real(z)*by, imag(z)*by)
	}
}

// tanhComplex is (sinh x cosh x + i sin y cos y) / (sinh² x + cos² y), whose sum
// has no cancellation.
func tanhComplex(z complex128) complex128 {
	x, y := real(z), imag(z)
	switch {
	case !finite(z) && x == 0:
		return complex(x, math.NaN())
	case !finite(z):
		return nonfinite(cmplx.Tanh, z)
	case math.Abs(x) > 22:
		return complex(math.Copysign(1, x), 4*sin(y)*cos(y)*exp(-2*math.Abs(x)))
	}
	s, c := sinh(x), cos(y)
	denom := float64(s*s) + float64(c*c)
	return complex(s*cosh(x)/denom, sin(y)*c/denom)
}

// tanComplex is -i tanh(iz).
func tanComplex(z complex128) complex128 {
	w := tanhComplex(complex(-imag(z), real(z)))
	return complex(imag(w), -real(w))
}

// atanComplex has its cuts on the imaginary axis beyond ±i, where the sign of
// the real part, a zero too, tells the side.
func atanComplex(z complex128) complex128 {
	if !finite(z) {
		return nonfinite(cmplx.Atan, z)
	}
	x, y := real(z), math.Abs(imag(z))
	var re, im float64
	if m := max(math.Abs(x), y); m > huge {
		xm, ym := x/m, y/m
		re = math.Copysign(math.Pi/2, x)
		im = ym / m / (float64(xm*xm) + float64(ym*ym))
	} else {
		x2 := float64(x * x)
		re = atan2(2*x, float64((1-y)*(1+y))-x2) / 2
		if d := x2 + float64((1-y)*(1-y)); d > 0 || x == 0 {
			im = log1p(4*y/d) / 4
		} else {
			im = (math.Ln2 - log(math.Abs(x))) / 2
		}
	}
	return complex(re, math.Copysign(im, imag(z)))
}

func asinComplex(z complex128) complex128 {
	if !finite(z) {
		return nonfinite(cmplx.Asin, z)
	}
	re, _, im := arcs(math.Abs(real(z)), math.Abs(imag(z)))
	return complex(math.Copysign(re, real(z)), math.Copysign(im, imag(z)))
}

func acosComplex(z complex128) complex128 {
	if !finite(z) {
		return nonfinite(cmplx.Acos, z)
	}
	_, re, im := arcs(math.Abs(real(z)), math.Abs(imag(z)))
	if math.Signbit(real(z)) {
		re = math.Pi - re
	}
	return complex(re, -math.Copysign(im, imag(z)))
}

// arcs returns the real parts of the arc sine and cosine, and their imaginary
// part, for x, y >= 0, as in Hull, Fairgrieve and Tang, "Implementing the
// complex arcsine and arccosine functions using exception handling" (1997).
func arcs(x, y float64) (asinRe, acosRe, im float64) {
	if big := max(x, y); big > huge {
		return atan2(x, y), atan2(y, x), math.Ln2 + logHypot(big, min(x, y))
	}
	r, s := hypot(x+1, y), hypot(x-1, y)
	a := float64((r + s) / 2)
	y2 := float64(y * y)
	switch b := x / a; {
	case b <= 0.6417:
		asinRe, acosRe = asin(b), acos(b)
	case x <= 1:
		d := math.Sqrt((a + x) / 2 * (y2/(r+(x+1)) + (s + (1 - x))))
		asinRe, acosRe = atan2(x, d), atan2(d, x)
	default:
		d := y * math.Sqrt(((a+x)/(r+(x+1))+(a+x)/(s+(x-1)))/2)
		asinRe, acosRe = atan2(x, d), atan2(d, x)
	}
	switch {
	case x < 1 && y < tiny:
		im = y / math.Sqrt((1-x)*(1+x))
	case a > 1.5:
		im = log(a + math.Sqrt(float64(a*a)-1))
	case x < 1:
		m := float64((y2/(r+(x+1)) + y2/(s+(1-x))) / 2) // a-1
		im = log1p(m + math.Sqrt(m*(a+1)))
	default:
		m := float64((y2/(r+(x+1)) + (s + (x - 1))) / 2)
		im = log1p(m + math.Sqrt(m*(a+1)))
	}
	return asinRe, acosRe, im
}
