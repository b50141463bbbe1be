package kernel

import (
	"math"
	"math/big"
)

// log(x) is k*log(2) - log(c) + log(1+r) with x = m * 2^k, where c is next to
// 1/m, from a table, and r = m*c - 1 is small; c is 1 next to 1, where nothing
// else is left. (P. Tang, "Table-driven implementation of the logarithm function
// in IEEE floating-point arithmetic", 1990.) The same operations in the same
// order are the assembly of package simd, with fused multiply-adds where there
// is math.FMA here.

// logStart is the least m; the table's numbers are 2^48 apart, as bits, from
// there on, and c1 is the table's place for m next to 1.
const (
	logStart = 0x1.74ap-1
	c1       = 8
)

// inverses holds c. Each has few bits, so that r is exact but for its last bit.
var inverses = [16]float64{
	1.34375, 1.28125, 1.25, 1.1875, 1.15625, 1.125, 1.0625, 1.03125, 1.0,
	0.953125, 0.8984375, 0.8515625, 0.8046875, 0.765625, 0.734375, 0.703125,
}

// logarithm is what the logarithm to a base is made of. Assembly knows the
// order of its fields.
type logarithm struct {
	step     lanes // taken to the bits of x, they begin with the exponent and the place in the table
	start    lanes // logStart
	fraction lanes // the bits of a number's fraction
	exponent lanes // the bits of its exponent
	negative lanes // its sign
	magic    lanes // 2^52, whose last bits an exponent goes to
	bias     lanes // 2^52 + 1023, which is then taken away
	one      lanes
	hi, lo   lanes    // log(2) in two parts
	c        [8]lanes // (log(1+r) - unit*r)/r^2 = c0 + c1*r + …
	unit     lanes    // 1/ln(base) in two parts
	unitLo   lanes
	whole    lanes    // log(2) in one part
	c32      [5]lanes // for log1p of float32: log(1+r)/r = c0 + c1*r + …
	least    lanes    // the least normal number
	inf      lanes
	grow     lanes          // 2^54, for subnormal numbers
	grown    lanes          // 54
	topScale lanes          // bits of 2^1023: those of a number's exponent taken away, they are of its inverse
	near1    lanes          // how the bits of a number next to 1 begin, after step
	special  lanes          // VFIXUPIMM's table, see fixups
	place    lanes          // the bits of a place in table, in bytes
	table    [16][4]float64 // c, -log(c) in two parts and in one
	inverse  [16]float64    // the columns of table
	log      [16]float64
	logLo    [16]float64
	logWhole [16]float64
}

// Fields that are exact sums are whole multiples of logGrain: k*hi + log does
// not round.
const logGrain = 0x1p-41

// fixups says what VFIXUPIMM makes of classes of numbers, in 4 bits for each:
// quiet (2) of quiet and signalling NaN, -Inf (4) of zeros, NaN (3) of -Inf,
// +Inf (5) of +Inf, NaN (3) of what is negative; the result (0) stays else.
const fixups = 0x03530422

// The polynomial is of simd/gen/coefficients/explog.py; unit is 1/ln(base) in
// digits.
func newLogarithm(unit string) *logarithm {
	u, _, _ := big.ParseFloat(unit, 10, 150, big.ToNearestEven)
	hi, lo := parts(u, 0)
	l := &logarithm{
		step: allBits(math.Float64bits(1) - math.Float64bits(logStart)), start: all(logStart), fraction: allBits(1<<52 - 1),
		magic: all(0x1p52), bias: all(0x1p52 + 1023), one: all(1), unit: all(hi), unitLo: all(lo),
		least: all(0x1p-1022), inf: all(math.Inf(1)), grow: all(0x1p54), grown: all(54),
		topScale: allBits(2046 << 52), exponent: allBits(2047 << 52), negative: allBits(1 << 63), special: allBits(fixups),
		place:   allBits(15 * 32),
		near1:   allBits(math.Float64bits(1)>>48 | c1),
		inverse: inverses,
	}
	for i, c := range [8]float64{
		-0x1.fffffffffffd8p-2, 0x1.55555555554cep-2, -0x1.0000000093028p-2, 0x1.9999999bdf49fp-3,
		-0x1.5555433989832p-3, 0x1.24922fa9df409p-3, -0x1.00698eae2476bp-3, 0x1.c804b04eb84bfp-4,
	} {
		l.c[i] = all(c * hi)
	}
	for i, c := range [5]float64{
		0x1.00000000070b7p+0, -0x1.fffffd32c9176p-2, 0x1.55554f167fc82p-2, -0x1.0030e8178963fp-2, 0x1.9a0f003daed46p-3,
	} {
		l.c32[i] = all(c * hi)
	}
	hi, lo = parts(new(big.Float).Mul(u, bigLog(2)), logGrain)
	l.hi, l.lo, l.whole = all(hi), all(lo), all(hi+lo)
	for j, c := range inverses {
		v := new(big.Float).Mul(u, bigLog(c))
		hi, lo = parts(v.Neg(v), logGrain)
		l.table[j] = [4]float64{c, hi, lo, hi + lo}
		l.log[j], l.logLo[j], l.logWhole[j] = hi, lo, hi+lo
	}
	return l
}

// parts returns x in two parts, of which the first is a whole multiple of grain
// unless that is 0.
func parts(x *big.Float, grain float64) (hi, lo float64) {
	hi, _ = x.Float64()
	if grain != 0 {
		hi = math.RoundToEven(hi/grain) * grain
	}
	lo, _ = new(big.Float).Sub(x, big.NewFloat(hi)).Float64()
	return hi, lo
}

// bigLog is the natural logarithm of an x from 1/2 to 2: that is 2 atanh(s) =
// 2(s + s^3/3 + s^5/5 + …), s = (x-1)/(x+1).
func bigLog(x float64) *big.Float {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(150).SetFloat64(x) }
	s := number(x - 1)
	s.Quo(s, number(x+1))
	z := number(0).Mul(s, s)
	sum := number(0)
	for i := 89.; i > 0; i -= 2 { // s <= 1/3
		sum.Add(sum.Mul(sum, z), number(0).Quo(number(2), number(i)))
	}
	return sum.Mul(sum, s)
}

var (
	natural = newLogarithm("1")
	binary2 = newLogarithm("1.4426950408889634073599246810018921374266459541529859341354494069")
	decimal = newLogarithm("0.43429448190325182765112891891660508229439700580366656611445378317")
)

// reduce returns k, r and j of the table, for x + rest, where rest is what
// rounding took from a finite x > 0; rLo is what it takes from r.
func (l *logarithm) reduce(x, rest float64) (k, r, rLo float64, j int) {
	k = -1023
	if x < 0x1p-1022 {
		x *= 0x1p54
		k -= 54
	}
	b := math.Float64bits(x) + math.Float64bits(1) - math.Float64bits(logStart)
	k += float64(b >> 52)
	j = int(b >> 48 & 15)
	m := math.Float64frombits(b&(1<<52-1) + math.Float64bits(logStart))
	r = math.FMA(m, inverses[j], -1)
	if rest != 0 {
		scale := math.Float64frombits(2046<<52 - min(b&(2047<<52), 2046<<52)) // 1/2^k
		change := float64(float64(rest*scale) * inverses[j])
		sum := r + change
		return k, sum, (r - sum) + change, j
	}
	return k, r, 0, j
}

// of returns the logarithm of x + rest, where rest is what rounding took from
// x. Results are within 0.71 units of the last place.
func (l *logarithm) of(x, rest float64) float64 {
	if !positive(x) {
		return math.Log(x)
	}
	k, r, rLo, j := l.reduce(x, rest)
	q := polynomial(l.c[:], r)
	low := math.FMA(k, l.lo[0], l.logLo[j]+rLo)
	low = math.FMA(float64(r*r), q, low)
	// Unless unit is 1:
	low = math.FMA(r, l.unitLo[0], low)
	main := float64(r * l.unit[0])
	low += math.FMA(r, l.unit[0], -main)

	high := math.FMA(k, l.hi[0], l.log[j]) // exact, and 0 or above main
	sum := high + main
	return sum + (((high - sum) + main) + low)
}

func log(x float64) float64 { return natural.of(x, 0) }

func log2(x float64) float64 { return binary2.of(x, 0) }

func log10(x float64) float64 { return decimal.of(x, 0) }

// log1p keeps what 1+x loses.
func log1p(x float64) float64 {
	sum := 1 + x
	big, small := max(1, x), min(1, x)
	return math.Copysign(natural.of(sum, small-(sum-big)), x)
}

// of32Parts is the end of of with a shorter polynomial, for results in float32.
func (l *logarithm) of32Parts(k, r float64, j int) float64 {
	q := polynomial(l.c32[:], r)
	return math.FMA(q, r, math.FMA(k, l.whole[0], l.logWhole[j]))
}

// log1pFloat32 has x itself for r next to 0.
func log1pFloat32(x float32) float32 {
	wide := float64(x)
	sum := 1 + wide
	if !positive(sum) {
		return float32(math.Log(sum))
	}
	k, r, _, j := natural.reduce(sum, 0)
	if k == 0 && j == c1 {
		r = wide
	}
	return float32(math.Copysign(natural.of32Parts(k, r, j), wide))
}
