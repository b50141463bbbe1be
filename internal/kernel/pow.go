package kernel

import "math"

// The constants of pow; simd/gen/coefficients/pow.py prints them.
const (
	powOffset    = 0x3fe6aaaaaaaaaaab // the bits of the least mantissa, 0.7083
	powBias      = 1024               // makes exponents positive
	powLn2       = 0x1.62e42fefa38p-1 // times an exponent: exact
	powLn2Low    = 0x1.ef35793c7673p-45
	perSixteenth = 0x1.71547652b82fep+4 // 16/ln 2
	ln2by16      = 0x1.62e42fefa39efp-5 // ln(2)/16 in two parts
	ln2by16Low   = 0x1.abc9e3b39803fp-60
	powMost      = 708 // of |y ln x|: the result is a normal number
	powMost32    = 300 // of |y log2 x|: the result is beyond float32, not beyond float64
	leastNormal  = 0x1p-1022
)

// pow is e^(y ln|x|), negative for x < 0 and an odd y. Special values are C99's.
// The square is the product x*x, which pow would now and then miss.
func pow(x, y float64) float64 {
	if y == 2 {
		return x * x
	}
	a := math.Abs(x)
	hi, lo := powLog(math.Float64bits(a), 0)
	p := float64(y * hi)
	if !(a >= leastNormal && a <= math.MaxFloat64 && math.Abs(p) <= powMost) || x < 0 {
		return powRare(x, y)
	}
	h, root, k := powExp(p, math.FMA(y, lo, math.FMA(y, hi, -p)))
	scale := math.Float64frombits(uint64(k)<<fractionBits + math.Float64bits(root))
	return math.FMA(scale, h, scale)
}

// powRare is pow of any numbers.
func powRare(x, y float64) float64 {
	a := math.Abs(x)
	if a == 0 || !(a <= math.MaxFloat64) || !(math.Abs(y) <= math.MaxFloat64) || x < 0 && y != math.Trunc(y) {
		return math.Pow(x, y)
	}
	shift := 0.0
	if a < leastNormal {
		a, shift = a*0x1p54, 54
	}
	hi, lo := powLog(math.Float64bits(a), shift)
	y64 := max(-0x1p64, min(y, 0x1p64)) // beyond, as at it, the result is 0, 1 or infinite
	p := float64(y64 * hi)
	var v float64
	switch {
	case p > 710:
		v = math.Inf(1)
	case p > -746:
		h, root, k := powExp(p, math.FMA(y64, lo, math.FMA(y64, hi, -p)))
		v = math.Ldexp(math.FMA(root, h, root), k)
	}
	if x < 0 && y/2 != math.Trunc(y/2) {
		return -v
	}
	return v
}

// powLog is ln(a) - shift*ln(2) in two parts, to some 2^-65 of it, for the bits
// of a finite normal a > 0. As a = 2^k m and r = m c - 1, which is exact, it is
// k ln 2 - ln c + r - r^2/2 + r^3 P(r), whose first four terms are added exactly.
func powLog(bits uint64, shift float64) (hi, lo float64) {
	u := bits - powOffset + powBias<<fractionBits
	k := float64(u>>fractionBits) - powBias - shift
	m := math.Float64frombits(u&(1<<fractionBits-1) + powOffset)
	row := &powLogs[u>>(fractionBits-5)%32]
	r := math.FMA(m, row[0], -1)
	w := math.FMA(k, powLn2, row[1])
	wLow := math.FMA(k, powLn2Low, row[2])
	s := w + r
	sLow := (w - s) + r
	rr := float64(r * r)
	t := math.FMA(-0.5, rr, s)
	tLow := math.FMA(-0.5, rr, s-t)

	c := &powLogPoly
	q := math.FMA(math.FMA(c[3], r, c[2]), rr, math.FMA(c[1], r, c[0]))
	q4 := math.FMA(math.FMA(c[7], r, c[6]), rr, math.FMA(c[5], r, c[4]))
	rrrr := float64(rr * rr)
	q = math.FMA(math.FMA(c[8], rrrr, q4), rrrr, q)
	lo = math.FMA(-0.5, math.FMA(r, r, -rr), sLow+tLow+wLow)
	lo = math.FMA(float64(r*rr), q, lo)
	hi = t + lo
	return hi, (t - hi) + lo
}

// powExp returns e^(p+low) = 2^k root (1+h), a root of two among sixteen.
func powExp(p, low float64) (h, root float64, k int) {
	n := math.FMA(p, perSixteenth, toInteger) - toInteger
	h = math.FMA(-ln2by16, n, p) // exact: a multiple of 2^-58
	h += math.FMA(-ln2by16Low, n, low)
	hh := float64(h * h)
	c := &powExpPoly
	q := math.FMA(math.FMA(c[5], h, c[4]), hh, math.FMA(c[3], h, c[2]))
	q = math.FMA(q, hh, math.FMA(c[1], h, c[0]))
	j := int(n)
	row := &powRoots[j&15]
	return h + math.FMA(hh, q, row[1]), row[0], j >> 4
}

// powFloat32 is pow for float32: logarithms to base 2, in float64 throughout.
func powFloat32(x, y float32) float32 {
	x64, y64 := float64(x), float64(y)
	if y == 2 {
		return float32(x64 * x64)
	}
	a := math.Abs(x64)
	if a == 0 || !(a <= math.MaxFloat64) || !(math.Abs(y64) <= math.MaxFloat64) || x < 0 && y64 != math.Trunc(y64) {
		return float32(math.Pow(x64, y64))
	}
	u := math.Float64bits(a) - powOffset + powBias<<fractionBits
	k := float64(u>>fractionBits) - powBias
	row := &powLogs32[u>>(fractionBits-5)%32]
	r := math.FMA(math.Float64frombits(u&(1<<fractionBits-1)+powOffset), row[0], -1)
	rr := float64(r * r)
	c := &powLogPoly32
	q := math.FMA(math.FMA(c[5], r, c[4]), rr, math.FMA(c[3], r, c[2]))
	q = math.FMA(q, rr, math.FMA(c[1], r, c[0]))

	p := max(-powMost32, min(y64*math.FMA(r, q, k+row[1]), powMost32))
	n := p + toInteger
	f := p - (n - toInteger)
	ff := float64(f * f)
	e := &powExpPoly32
	v := math.FMA(math.FMA(e[6], ff, math.FMA(e[5], f, e[4])), float64(ff*ff), math.FMA(math.FMA(e[3], f, e[2]), ff, math.FMA(e[1], f, e[0])))
	v = math.FMA(f, v, 1)
	v = math.Float64frombits(math.Float64bits(v) + math.Float64bits(n)<<fractionBits)
	if x < 0 && y64/2 != math.Trunc(y64/2) {
		v = -v
	}
	return float32(v)
}
