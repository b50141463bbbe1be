package kernel

import "math"

// sinh is its series near zero, where exponentials cancel.
func sinh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < 1:
		z := float64(x * x)
		s := 0.0
		for _, c := range sinSeries {
			s = math.Abs(c) + float64(z*s)
		}
		return x + float64(float64(x*z)*s)
	case a > 709:
		half := exp(a / 2)
		return math.Copysign(half/2*half, x)
	}
	e := exp(a)
	return math.Copysign((e-1/e)/2, x)
}

func cosh(x float64) float64 {
	a := math.Abs(x)
	if a > 709 {
		half := exp(a / 2)
		return half / 2 * half
	}
	e := exp(a)
	return (e + 1/e) / 2
}

// The constants of tanh; simd/gen/coefficients/tanh.py prints them.
const (
	halvings     = 0x1.71547652b82fep+1  // 2/ln 2
	halfLn2      = 0x1.62e42fefa39efp-2  // ln(2)/2 in two parts
	halfLn2Low   = 0x1.abc9e3b39803fp-57 //
	toInteger    = 0x1.8p52              // plus a small number: its nearest integer, in the lowest bits
	tanhShift    = 0x1p-7                // see tanh
	tanhFar      = 18                    // where E+1 is E in float64, tanh is 1 - 2(1-h)/E
	tanhEnd      = 20                    // from 19.1 on tanh is 1
	tanhEnd32    = 10                    // in float32 from 9.1 on
	fractionBits = 52                    // of a float64, before its exponent
)

// tanhPoly and tanhPoly32 are (tanh h - h)/h^3 for |h| < 0.182, by powers of h^2.
var (
	tanhPoly = [...]float64{
		-0x1.5555555555555p-2, 0x1.1111111110fbbp-3, -0x1.ba1ba1b97bd94p-5, 0x1.664f47a2c98bfp-6,
		-0x1.226d9fb75ba18p-7, 0x1.d66cf21357224p-9, -0x1.6c0525ef92b7ap-10,
	}
	tanhPoly32 = [...]float64{-0x1.5555555459e64p-2, 0x1.111108f7b0803p-3, -0x1.ba06b9ba760cbp-5, 0x1.5da5e90f01904p-6}
)

// tanh adds two arguments: |x| = n ln(2)/2 + h, and e^(2 n ln(2)/2) = E = 2^n, so
//
//	tanh |x| = ((E-1) + (E+1) tanh h) / ((E+1) + (E-1) tanh h)
//
// where E-1 and E+1 are exact, tanh h is a polynomial, and where n is 0 what
// is divided is tanh h itself. Numerator and denominator are kept in two parts.
// The shift before rounding to n keeps |(E+1)h| below (E-1)/2, so that
// their sum less E-1 is exact.
func tanh(x float64) float64 {
	a := math.Abs(x)
	if a > tanhEnd {
		a = tanhEnd
	}
	k := math.FMA(a-tanhShift, halvings, toInteger)
	n := k - toInteger
	e := math.Float64frombits(math.Float64bits(k)<<fractionBits + math.Float64bits(1))
	m, d := e-1, e+1
	h := math.FMA(-halfLn2, n, a) // exact: a multiple of 2^-55
	z := float64(h * h)
	z2 := float64(z * z)
	c := &tanhPoly
	p := math.FMA(math.FMA(c[3], z, c[2]), z2, math.FMA(c[1], z, c[0]))
	p = math.FMA(math.FMA(c[6], z2, math.FMA(c[5], z, c[4])), float64(z2*z2), p)
	low := math.FMA(float64(h*z), p, float64(-halfLn2Low*n)) // tanh h = h + low

	num := math.FMA(d, h, m)
	numLow := math.FMA(d, low, math.FMA(d, h, m-num))
	den := math.FMA(m, h, d)
	denLow := math.FMA(m, low, math.FMA(m, h, d-den))
	r := 1 / (den + denLow)
	q := float64((num + numLow) * r)
	rest := math.FMA(-q, denLow, math.FMA(-q, den, num)+numLow)
	if a > tanhFar {
		rest, q = math.FMA(2, h, -2), 1
	}
	return math.Copysign(math.FMA(rest, r, q), x)
}

// tanhFloat32 is tanh for float32, whose digits need no second parts.
func tanhFloat32(x float32) float32 {
	a := math.Abs(float64(x))
	if a > tanhEnd32 {
		a = tanhEnd32
	}
	k := math.FMA(a, halvings, toInteger)
	h := math.FMA(-halfLn2, k-toInteger, a)
	e := math.Float64frombits(math.Float64bits(k)<<fractionBits + math.Float64bits(1))
	m, d := e-1, e+1
	z := float64(h * h)
	p := tanhPoly32[3]
	p = math.FMA(p, z, tanhPoly32[2])
	p = math.FMA(p, z, tanhPoly32[1])
	p = math.FMA(p, z, tanhPoly32[0])
	t := math.FMA(float64(h*z), p, h)
	return float32(math.Copysign(math.FMA(d, t, m)/math.FMA(m, t, d), float64(x)))
}

func asinh(x float64) float64 {
	a := math.Abs(x)
	if a > 0x1p28 {
		return math.Copysign(log(a)+math.Ln2, x)
	}
	a2 := float64(a * a)
	return math.Copysign(log1p(a+a2/(1+math.Sqrt(1+a2))), x)
}

func acosh(x float64) float64 {
	switch {
	case x < 1:
		return math.NaN()
	case x > 0x1p28:
		return log(x) + math.Ln2
	}
	t := x - 1
	return log1p(t + math.Sqrt(2*t+float64(t*t)))
}

func atanh(x float64) float64 {
	a := math.Abs(x)
	return math.Copysign(log1p(2*a/(1-a))/2, x)
}
