package kernel

import "math"

// The constants of sinh and cosh; simd/gen/coefficients/tanh.py prints them.
const (
	perLn2       = 0x1.71547652b82fep+0 // 1/ln 2
	sinhMost     = 708                  // of |x|: the result and its reciprocal are normal numbers
	sinhEnd32    = 100                  // in float32 the result is infinite
	toInteger    = 0x1.8p52             // plus a small number: its nearest integer, in the lowest bits
	fractionBits = 52                   // of a float64, before its exponent
)

// sinhPoly is (sinh h - h)/h^3 and coshPoly (cosh h - 1)/h^2 for |h| < 0.347, by
// powers of h^2.
var (
	sinhPoly = [...]float64{
		0x1.5555555555555p-3, 0x1.1111111111111p-7, 0x1.a01a01a0196a5p-13,
		0x1.71de3a5aaaf32p-19, 0x1.ae642c71ad6fcp-26, 0x1.61bfc9f4f7abcp-33,
	}
	coshPoly = [...]float64{
		0x1p-1, 0x1.5555555555557p-5, 0x1.6c16c16c15a5ap-10,
		0x1.a01a01a9ef9a7p-16, 0x1.27e4d409439a6p-22, 0x1.1f7f454dc2cb1p-29,
	}
	sinhPoly32 = [...]float64{0x1.5555555a7c167p-3, 0x1.1110e0de7d76fp-7, 0x1.a12528595bf9bp-13}
	coshPoly32 = [...]float64{0x1.0000000b98475p-1, 0x1.5554e8d9cb676p-5, 0x1.6d4362048ff32p-10}
)

// sinh and cosh add two arguments: with |x| = n ln 2 + h
//
//	sinh |x| = sinh(n ln 2) cosh h + cosh(n ln 2) sinh h
//	cosh |x| = cosh(n ln 2) cosh h + sinh(n ln 2) sinh h
//
// where the functions of n ln 2 are sums of powers of two, exact where it
// matters, and those of h polynomials.
func sinh(x float64) float64 {
	a := math.Abs(x)
	if !(a <= sinhMost) {
		return math.Copysign(halfExp(a), x)
	}
	k, h, sh, ch := addends(a)
	up, down := halfPowers(k)
	s := up - down
	return math.Copysign(addProducts(s, (up-s)-down, up+down, h, ch, sh), x)
}

func cosh(x float64) float64 {
	a := math.Abs(x)
	if !(a <= sinhMost) {
		return halfExp(a)
	}
	k, h, sh, ch := addends(a)
	up, down := halfPowers(k)
	c := up + down
	return addProducts(c, (up-c)+down, up-down, h, ch, sh)
}

// halfExp is e^a/2, which sinh and cosh are for a > 708, infinite or NaN.
func halfExp(a float64) float64 {
	const shift = 64 // halvings, so that nothing overflows before the result does
	if a > 711 || a != a {
		return a + math.Inf(1)
	}
	k, h, sh, ch := addends(a)
	scale := math.Float64frombits(math.Float64bits(0.5) + (math.Float64bits(k)-shift)<<fractionBits)
	return addProducts(scale, 0, scale, h, ch, sh) * (1 << shift)
}

// halfPowers returns 2^n/2 and 2^-n/2, whose sum is cosh(n ln 2), for the n in
// the lowest bits of k.
func halfPowers(k float64) (up, down float64) {
	n := math.Float64bits(k) << fractionBits
	return math.Float64frombits(math.Float64bits(0.5) + n), math.Float64frombits(math.Float64bits(0.5) - n)
}

// addends returns h, sinh(h) - h and cosh(h) - 1 for a = n ln 2 + h, with n in
// the lowest bits of k.
func addends(a float64) (k, h, sh, ch float64) {
	k = math.FMA(a, perLn2, toInteger)
	n := k - toInteger
	r := math.FMA(-ln2, n, a) // exact: a multiple of 2^-54
	low := float64(-ln2Tail * n)
	h = r + low
	low = (r - h) + low
	z := float64(h * h)
	zz := float64(z * z)
	p := &sinhPoly
	sh = math.FMA(math.FMA(p[5], z, p[4]), zz, math.FMA(p[3], z, p[2]))
	sh = math.FMA(sh, zz, math.FMA(p[1], z, p[0]))
	sh = math.FMA(float64(h*z), sh, low)
	p = &coshPoly
	ch = math.FMA(math.FMA(p[5], z, p[4]), zz, math.FMA(p[3], z, p[2]))
	ch = float64(z * math.FMA(ch, zz, math.FMA(p[1], z, p[0])))
	return k, h, sh, ch
}

// addProducts is (f+rest)(1+ch) + g(h+sh), for |gh| < f or f = 0.
func addProducts(f, rest, g, h, ch, sh float64) float64 {
	sum := math.FMA(g, h, f)
	low := math.FMA(g, h, f-sum) + rest
	return sum + math.FMA(g, sh, math.FMA(f, ch, low))
}

// sinhFloat32 and coshFloat32 are those for float32, whose digits need no sums
// in two parts.
func sinhFloat32(x float32) float32 {
	s, c, sh, ch := addends32(x)
	return float32(math.Copysign(math.FMA(c, sh, float64(s*ch)), float64(x)))
}

func coshFloat32(x float32) float32 {
	s, c, sh, ch := addends32(x)
	return float32(math.FMA(s, sh, float64(c*ch)))
}

// addends32 returns sinh and cosh of n ln 2 and of h.
func addends32(x float32) (s, c, sh, ch float64) {
	a := math.Abs(float64(x))
	if a > sinhEnd32 {
		a = sinhEnd32
	}
	k := math.FMA(a, perLn2, toInteger)
	up, down := halfPowers(k)
	h := math.FMA(-ln2, k-toInteger, a)
	z := float64(h * h)
	p := &sinhPoly32
	sh = math.FMA(float64(h*z), math.FMA(math.FMA(p[2], z, p[1]), z, p[0]), h)
	p = &coshPoly32
	ch = math.FMA(math.FMA(math.FMA(p[2], z, p[1]), z, p[0]), z, 1)
	return up - down, up + down, sh, ch
}

// The constants of tanh; simd/gen/coefficients/tanh.py prints them.
const (
	halvings   = 0x1.71547652b82fep+1  // 2/ln 2
	halfLn2    = 0x1.62e42fefa39efp-2  // ln(2)/2 in two parts
	halfLn2Low = 0x1.abc9e3b39803fp-57 //
	tanhShift  = 0x1p-7                // see tanh
	tanhFar    = 18                    // where E+1 is E in float64, tanh is 1 - 2(1-h)/E
	tanhEnd    = 20                    // from 19.1 on tanh is 1
	tanhEnd32  = 10                    // in float32 from 9.1 on
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

// asinh is log(|x| + sqrt(x^2 + 1)), the argument of the logarithm in two parts;
// so are those of acosh and atanh.
func asinh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case !(a <= math.MaxFloat64):
		return x
	case a < 0x1p-28:
		return math.Copysign(math.FMA(float64(a*a)*(-1./6), a, a), x)
	case a > 0x1p28:
		hi, lo := powLog(math.Float64bits(a), -1)
		return math.Copysign(hi+lo, x)
	}
	square := float64(a * a)
	t, rest := sum2(square, 1)
	root, rootLow := sqrtSum(t, rest+math.FMA(a, a, -square))
	u, low := sum2(a, root)
	hi, lo := logSum(u, low+rootLow)
	return math.Copysign(hi+lo, x)
}

// acosh is log(x + sqrt(x^2 - 1)).
func acosh(x float64) float64 {
	switch {
	case !(x >= 1):
		return math.NaN()
	case x > math.MaxFloat64:
		return x
	case x > 0x1p28:
		hi, lo := powLog(math.Float64bits(x), -1)
		return hi + lo
	case x == 1:
		return 0
	}
	square := float64(x * x)
	t, rest := sum2(square, -1)
	t, rest = sum2(t, rest+math.FMA(x, x, -square))
	root, rootLow := sqrtSum(t, rest)
	u, low := sum2(x, root)
	hi, lo := logSum(u, low+rootLow)
	return hi + lo
}

// atanh is (log(1+x) - log(1-x)) / 2.
func atanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case a < 0x1p-28:
		return math.Copysign(math.FMA(float64(a*a)*(1./3), a, a), x)
	case a == 1:
		return x * math.Inf(1)
	case !(a < 1):
		return math.NaN()
	}
	hi, lo := logSum(sum2(1, a))
	hi2, lo2 := logSum(sum2(1, -a))
	d, low := sum2(-hi2, hi) // |log(1-a)| is the greater
	return math.Copysign((d+(low+(lo-lo2)))/2, x)
}

// sqrtSum is the square root of t+rest in two parts.
func sqrtSum(t, rest float64) (root, low float64) {
	root = math.Sqrt(t)
	return root, (math.FMA(-root, root, t) + rest) / (2 * root)
}

// logSum is the logarithm of u+low in two parts.
func logSum(u, low float64) (hi, lo float64) {
	hi, lo = powLog(math.Float64bits(u), 0)
	return hi, lo + low/u
}
