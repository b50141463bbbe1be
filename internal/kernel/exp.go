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

// exponential is what b^x is made of. Assembly knows the order of its fields.
type exponential struct {
	log2         lanes    // log2(b)
	shift        lanes    // what a number is added to for rounding to 16ths
	hi, lo       lanes    // 1/log2(b) in two parts: x - n*hi - n*lo is r
	c            [6]lanes // b^r - 1 = c0*r + c1*r^2 + …
	c32          [5]lanes // likewise, for float32
	limit        lanes    // |x| from which on b^x may be subnormal or infinite
	least, most  lanes    // b^x is 0 and infinite at and beyond these
	least32      lanes    // likewise for float32
	most32       lanes
	bound        lanes // of |r|
	half, one    lanes
	bias         lanes // 2^52 + 1023: with k added, its last bits are the exponent of 2^k
	place        lanes // the bits of a place in table, in bytes
	negative     lanes // the sign of a number
	table        [16][2]float64
	root, rootLo [16]float64 // the columns of table
}

// expShift has its last bit worth 1/16.
const expShift = 0x1.8p48

// ln2 in two parts.
const ln2, ln2Tail = 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56

// newExponential fills the fields that follow from those given.
func newExponential(e exponential) *exponential {
	e.shift, e.bound, e.half, e.one, e.bias = all(expShift), all(e.hi[0]/16), all(0.5), all(1), all(0x1p52+1023)
	e.place, e.negative = allBits(15*16), allBits(1<<63)
	e.table = roots
	for j, r := range roots {
		e.root[j], e.rootLo[j] = r[0], r[1]
	}
	return &e
}

// The polynomials are of simd/gen/coefficients/explog.py.
var (
	baseE = newExponential(exponential{
		log2: all(1 / math.Ln2), hi: all(ln2), lo: all(ln2Tail),
		limit: all(708), least: all(-746), most: all(710), least32: all(-110), most32: all(100),
		c: [6]lanes{
			all(0x1.000000000000ap+0), all(0x1.0000000000009p-1), all(0x1.5555555405275p-3),
			all(0x1.555555541d32ap-5), all(0x1.11126eec8febfp-7), all(0x1.6c188337d2c57p-10),
		},
		c32: [5]lanes{all(0x1.fffffffb13559p-1), all(0x1.fffffffbbb909p-2), all(0x1.5557e550d165fp-3), all(0x1.5557b98c728b6p-5)},
	})
	base2 = newExponential(exponential{
		log2: all(1), hi: all(1), lo: all(0),
		limit: all(1021), least: all(-1076), most: all(1024), least32: all(-155), most32: all(130),
		c: [6]lanes{
			all(0x1.62e42fefa39fdp-1), all(0x1.ebfbdff82c5a0p-3), all(0x1.c6b08d6e8a38ep-5),
			all(0x1.3b2ab6fa84b25p-7), all(0x1.5d89be4bdb80cp-10), all(0x1.430aa20c7c458p-13),
		},
		c32: [5]lanes{all(0x1.62e42fec39cb4p-1), all(0x1.ebfbdff4129eap-3), all(0x1.c6b3f745960e0p-5), all(0x1.3b2cec441e976p-7)},
	})
	// minus1 is e^x for taking 1 away: c is (e^r-1-r)/r^2, c32 (e^r-1)/r.
	minus1 = newExponential(exponential{
		log2: all(1 / math.Ln2), hi: all(ln2), lo: all(ln2Tail),
		least: all(-50), most: all(709), least32: all(-50), most32: all(100),
		c: [6]lanes{
			all(0x1.0000000000003p-1), all(0x1.5555555555559p-3), all(0x1.55555554ad709p-5),
			all(0x1.111111108f182p-7), all(0x1.6c181f21abf0ep-10), all(0x1.a01b895eb4c41p-13),
		},
		c32: [5]lanes{
			all(0x1.0000000000006p+0), all(0x1.fffffffe5bc75p-2), all(0x1.555555541d35fp-3), all(0x1.55570aa7721c2p-5), all(0x1.11126ee71c5ddp-7),
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

// of returns b^x. Results are within 0.58 units of the last place, subnormal
// ones within 0.75.
func (e *exponential) of(x float64) float64 {
	switch {
	case x != x || x >= e.most[0]:
		return x * math.Inf(1)
	case x < e.least[0]:
		return 0
	}
	n, k, j := sixteenths(math.FMA(x, e.log2[0], expShift))
	r := math.FMA(-n, e.lo[0], math.FMA(-n, e.hi[0], x))
	p := math.FMA(e.c[5][0], r, e.c[4][0])
	p = math.FMA(p, r, e.c[3][0])
	p = math.FMA(p, r, e.c[2][0])
	p = math.FMA(p, r, e.c[1][0])
	p = math.FMA(p, r, e.c[0][0])
	root := &e.table[j]
	v := root[0] + math.FMA(root[0], float64(p*r), root[1])
	if k < -1022 || k > 1023 {
		return math.Ldexp(v, k)
	}
	return v * math.Float64frombits(uint64(k+1023)<<52)
}

func exp(x float64) float64 { return baseE.of(x) }

func exp2(x float64) float64 { return base2.of(x) }

// of32 is of with a shorter polynomial, in float64, where nothing is subnormal
// or infinite.
func (e *exponential) of32(x float64) float64 {
	scaled, r := e.scaled32(x)
	p := math.FMA(e.c32[3][0], r, e.c32[2][0])
	p = math.FMA(p, r, e.c32[1][0])
	p = math.FMA(p, r, e.c32[0][0])
	return math.FMA(scaled, float64(p*r), scaled)
}

// scaled32 returns 2^n and r.
func (e *exponential) scaled32(x float64) (scaled, r float64) {
	x = min(max(x, e.least32[0]), e.most32[0])
	n, k, j := sixteenths(math.FMA(x, e.log2[0], expShift))
	return math.Float64frombits(math.Float64bits(e.root[j]) + uint64(k)<<52), math.FMA(-n, e.hi[0], x)
}

func expFloat32(x float32) float32 { return float32(baseE.of32(float64(x))) }

func exp2Float32(x float32) float32 { return float32(base2.of32(float64(x))) }

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
	q := math.FMA(e.c[5][0], r, e.c[4][0])
	for i := 3; i >= 0; i-- {
		q = math.FMA(q, r, e.c[i][0])
	}
	scale := math.Float64frombits(uint64(k+1023) << 52)
	root, rootLo := e.root[j]*scale, e.rootLo[j]*scale
	main, rest := sum2(root, -1)
	rest += math.FMA(root, math.FMA(float64(r*r), q, rLo), math.FMA(rootLo, r, rootLo))
	change := float64(root * r)
	rest += math.FMA(root, r, -change)
	sum := main + change // main is 0 or above change
	return math.Copysign(sum+(((main-sum)+change)+rest), signed)
}

func expm1Float32(x float32) float32 {
	e := minus1
	scaled, r := e.scaled32(float64(x))
	p := math.FMA(e.c32[4][0], r, e.c32[3][0])
	for i := 2; i >= 0; i-- {
		p = math.FMA(p, r, e.c32[i][0])
	}
	return float32(math.Copysign(math.FMA(scaled, float64(p*r), scaled-1), float64(x)))
}
