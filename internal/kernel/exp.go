package kernel

import (
	"math"
	"math/big"
)

// b^x is 2^n * b^r, where n is a whole number of 16ths next to x*log2(b), and r
// what is left: 2^n is a power of two times a 16th root of one, from a table,
// and b^r - 1 a polynomial. (P. Tang, "Table-driven implementation of the
// exponential function in IEEE floating-point arithmetic", 1989.) The same
// operations in the same order are the assembly of package simd, with fused
// multiply-adds where there is math.FMA here.

// lanes is a constant as assembly reads it: in each lane of the widest register.
type lanes [8]float64

func all(x float64) lanes { return lanes{x, x, x, x, x, x, x, x} }

// allBits is all of a number with these bits.
func allBits(b uint64) lanes { return all(math.Float64frombits(b)) }

// allPairs is all of two numbers of 32 bits.
func allPairs(x float32) lanes {
	b := uint64(math.Float32bits(x))
	return allBits(b<<32 | b)
}

// exponential is what b^x is made of. Assembly knows the order of its fields.
type exponential struct {
	log2         lanes    // log2(b)
	shift        lanes    // what a number is added to for rounding to 16ths
	hi, lo       lanes    // 1/log2(b) in two parts: x - n*hi - n*lo is r
	c            [6]lanes // b^r - 1 = c0*r + c1*r^2 + …
	shift32      lanes    // for expm1 of float32: what rounds to 8ths
	c32          [5]lanes // likewise: b^r - 1 = c0*r + c1*r^2 + …, for r in units of 1/log2(b)
	limit        lanes    // |x| from which on b^x may be subnormal or infinite
	least, most  lanes    // b^x is 0 and infinite at and beyond these
	least32      lanes    // likewise for expm1 of float32, in pairs
	most32       lanes
	bound        lanes // of |r|
	half, one    lanes
	pairs        lanes     // of 0 and 1, as integers of 32 bits
	root32       [8]uint64 // bits of 2^(j/8), less j*2^49
	bias         lanes     // 2^52 + 1023: with k added, its last bits are the exponent of 2^k
	place        lanes     // the bits of a place in table, in bytes
	negative     lanes     // the sign of a number
	table        [16][2]float64
	root, rootLo [16]float64 // the columns of table
}

// expShift has its last bit worth 1/16, expShift32 1/8.
const expShift, expShift32 = 0x1.8p48, 0x1.8p49

// ln2 in two parts.
const ln2, ln2Tail = 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56

// newExponential fills the fields that follow from those given.
func newExponential(e exponential) *exponential {
	e.shift32, e.pairs = all(expShift32), allBits(1<<32)
	e.shift, e.bound, e.half, e.one, e.bias = all(expShift), all(e.hi[0]/16), all(0.5), all(1), all(0x1p52+1023)
	e.place, e.negative = allBits(15*16), allBits(1<<63)
	e.table = roots
	for j, r := range roots {
		e.root[j], e.rootLo[j] = r[0], r[1]
		if j%2 == 0 {
			e.root32[j/2] = math.Float64bits(r[0]) - uint64(j/2)<<49
		}
	}
	return &e
}

// The polynomials are of simd/gen/coefficients/explog.py.
var (
	baseE = newExponential(exponential{
		log2: all(1 / math.Ln2), hi: all(ln2), lo: all(ln2Tail),
		limit: all(708), least: all(-746), most: all(710),
		c: [6]lanes{
			all(0x1.000000000000ap+0), all(0x1.0000000000009p-1), all(0x1.5555555405275p-3),
			all(0x1.555555541d32ap-5), all(0x1.11126eec8febfp-7), all(0x1.6c188337d2c57p-10),
		},
	})
	base2 = newExponential(exponential{
		log2: all(1), hi: all(1), lo: all(0),
		limit: all(1021), least: all(-1076), most: all(1024),
		c: [6]lanes{
			all(0x1.62e42fefa39fdp-1), all(0x1.ebfbdff82c5a0p-3), all(0x1.c6b08d6e8a38ep-5),
			all(0x1.3b2ab6fa84b25p-7), all(0x1.5d89be4bdb80cp-10), all(0x1.430aa20c7c458p-13),
		},
	})
	// minus1 is e^x for taking 1 away: c is (e^r-1-r)/r^2, c32 (2^r-1)/r.
	minus1 = newExponential(exponential{
		log2: all(1 / math.Ln2), hi: all(ln2), lo: all(ln2Tail),
		least: all(-50), most: all(709), least32: allPairs(-50), most32: allPairs(100),
		c: [6]lanes{
			all(0x1.0000000000003p-1), all(0x1.5555555555559p-3), all(0x1.55555554ad709p-5),
			all(0x1.111111108f182p-7), all(0x1.6c181f21abf0ep-10), all(0x1.a01b895eb4c41p-13),
		},
		c32: [5]lanes{
			all(0x1.62e42fefa3befp-1), all(0x1.ebfbdfdeef8d1p-3), all(0x1.c6b08d564d47fp-5), all(0x1.3b3106325a1f0p-7), all(0x1.5d8efdb787b30p-10),
		},
	})
)

// roots holds 2^(j/16), upper and lower part.
var roots = func() (t [16][2]float64) {
	root := big.NewFloat(2).SetPrec(150)
	for range 4 {
		root.Sqrt(root)
	}
	v := big.NewFloat(1).SetPrec(150)
	for j := range t {
		t[j][0], _ = v.Float64()
		t[j][1], _ = new(big.Float).Sub(v, big.NewFloat(t[j][0])).Float64()
		v.Mul(v, root)
	}
	return t
}()

// sixteenths returns n and, as integers, its 16ths: n = k + j/16.
func sixteenths(t float64) (n float64, k int, j int) {
	b := math.Float64bits(t)
	return t - expShift, int(int64(b<<13) >> 17), int(b & 15)
}

// of returns b^x. Results are within 0.62 units of the last place, subnormal
// ones, which are rounded twice, within 0.78.
func (e *exponential) of(x float64) float64 {
	switch {
	case x != x || x >= e.most[0]:
		return x * math.Inf(1)
	case x < e.least[0]:
		return 0
	}
	n, k, j := sixteenths(math.FMA(x, e.log2[0], expShift))
	r := math.FMA(-n, e.lo[0], math.FMA(-n, e.hi[0], x))
	p := polynomial(e.c[:], r)
	root := &e.table[j]
	v := root[0] + math.FMA(float64(root[0]*r), p, root[1])
	if k < -1022 || k > 1023 {
		return math.Ldexp(v, k)
	}
	return v * math.Float64frombits(uint64(k+1023)<<52)
}

func exp(x float64) float64 { return baseE.of(x) }

func exp2(x float64) float64 { return base2.of(x) }

// scaled32 returns 2^n, where n is a whole number of 8ths next to x*log2(b), and
// what is left of that.
func (e *exponential) scaled32(x float32) (scaled, r float64) {
	x = min(max(x, pairOf(e.least32)), pairOf(e.most32))
	t := math.FMA(float64(x), e.log2[0], expShift32)
	r = math.FMA(float64(x), e.log2[0], -(t - expShift32))
	b := math.Float64bits(t)
	return math.Float64frombits(e.root32[b&7] + b<<49), r
}

// pairOf is what allPairs was given.
func pairOf(l lanes) float32 { return math.Float32frombits(uint32(math.Float64bits(l[0]))) }

// polynomial is c[0] + c[1]*x + …: Horner's scheme in the square of x, with two
// terms a step, which wait for each other half as long.
func polynomial(c []lanes, x float64) float64 {
	square := x * x
	var p float64
	for i := (len(c) - 1) &^ 1; i >= 0; i -= 2 {
		terms := c[i][0]
		if i+1 < len(c) {
			terms = math.FMA(c[i+1][0], x, terms)
		}
		p = math.FMA(p, square, terms)
	}
	return p
}

// expm1 takes the 1 away from the parts of e^x, each sum with what rounding
// takes from it.
func expm1(x float64) float64 {
	e := minus1
	if x > e.most[0] {
		return exp(x)
	}
	signed := x
	x = max(x, e.least[0])
	n, k, j := sixteenths(math.FMA(x, e.log2[0], expShift))
	first := math.FMA(-n, e.hi[0], x)
	r := math.FMA(-n, e.lo[0], first)
	rLo := math.FMA(-n, e.lo[0], first-r)
	q := polynomial(e.c[:], r)
	scale := math.Float64frombits(uint64(k+1023) << 52)
	root, rootLo := float64(e.root[j]*scale), float64(e.rootLo[j]*scale)
	main, rest := sum2(root, -1)
	rest += math.FMA(root, math.FMA(float64(r*r), q, rLo), math.FMA(rootLo, r, rootLo))
	change := float64(root * r)
	rest += math.FMA(root, r, -change)
	sum := main + change // main is 0 or above change
	return math.Copysign(sum+(((main-sum)+change)+rest), signed)
}

func expm1Float32(x float32) float32 {
	scaled, r := minus1.scaled32(x)
	p := polynomial(minus1.c32[:], r)
	return float32(math.Copysign(math.FMA(float64(scaled*r), p, scaled-1), float64(x)))
}

// sum2 is a+b and what rounding took from it.
func sum2(a, b float64) (sum, rest float64) {
	sum = a + b
	t := sum - a
	return sum, (a - (sum - t)) + (b - t)
}
