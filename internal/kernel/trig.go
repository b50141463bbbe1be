package kernel

import (
	"math"
	"math/big"
	"math/bits"
)

// Sine, cosine and tangent take the nearest multiple of pi/2 from x, n of them,
// and are polynomials in what is left, r+low with |r| <= pi/4. Of float64 they
// keep the digits of results near zero too: low goes into the polynomials.

// pi/2 in three parts (Cody and Waite): with |n| < 2^20, what is left of x
// after n times the first is a float64, n times the second is one, and n times
// what comes after the third is below 2^-120.
const (
	halfPi1 = 0x1.921fb54442d18p+0
	halfPi2 = 0x1.1a62633100000p-54
	halfPi3 = 0x1.1701b839a2520p-88

	halfPi   = halfPi1 // and in two
	halfPiLo = 0x1.1a62633145c07p-54

	nearest = 0x1.8p52 // added to a number and taken from it again, rounds it to a whole one
)

// Limits of the reduction in three parts, and of that in two which is enough
// for the tangent of a float32.
const (
	trigLimit  = 0x1p20
	tanLimit32 = 0x1p40
)

// twoOverPi holds the bits of 2/pi after the point.
var twoOverPi = func() (words [20]uint64) {
	const size = 64 * 20
	atan := func(n int64) *big.Int { // of 1/n, times 2^(size+64)
		sum, square := new(big.Int), big.NewInt(n*n)
		power := new(big.Int).Lsh(big.NewInt(1), size+64)
		power.Quo(power, big.NewInt(n))
		for k := int64(0); power.Sign() > 0; k++ {
			term := new(big.Int).Quo(power, big.NewInt(2*k+1))
			if k%2 == 0 {
				sum.Add(sum, term)
			} else {
				sum.Sub(sum, term)
			}
			power.Quo(power, square)
		}
		return sum
	}
	pi := new(big.Int).Mul(atan(5), big.NewInt(16)) // Machin's formula
	pi.Sub(pi, new(big.Int).Mul(atan(239), big.NewInt(4)))
	q := new(big.Int).Lsh(big.NewInt(2), 2*size+64)
	q.Quo(q, pi)
	for i := range words {
		words[len(words)-1-i] = new(big.Int).Rsh(q, uint(64*i)).Uint64()
	}
	return words
}()

// quadrant returns q and r+low with x = (q-ahead)*pi/2 + r + low, |r| <= pi/4 but
// for rounding; q counts modulo 4. The cosine is the sine one quadrant ahead.
func quadrant(x, ahead float64) (q uint64, r, low float64) {
	switch a := math.Abs(x); {
	case !(a <= math.MaxFloat64):
		return 0, math.NaN(), 0
	case a > trigLimit:
		q, r, low = farQuadrant(a)
		if x < 0 {
			q, r, low = -q, -r, -low
		}
		return q + uint64(ahead), r, low
	}
	t := math.FMA(x, 2/math.Pi, nearest+ahead) // its last bits are those of q
	n := t - (nearest + ahead)
	r0 := math.FMA(-n, halfPi1, x) // exact
	r = math.FMA(-n, halfPi2, r0)
	low = math.FMA(-n, halfPi2, r0-r) // exact
	return math.Float64bits(t), r, math.FMA(-n, halfPi3, low)
}

// farQuadrant is quadrant for a finite x > 2^20: Payne and Hanek's reduction, in
// integers.
func farQuadrant(x float64) (q uint64, r, low float64) {
	b := math.Float64bits(x)
	m, e := b&(1<<52-1)|1<<52, int(b>>52)-1023-52
	// x*2/pi modulo 4 takes 192 bits of 2/pi, from the one worth 2/m on.
	var w [3]uint64
	for i := range w {
		at := e - 2 + 64*i
		if at < 0 {
			w[i] = twoOverPi[0] >> -at
			continue
		}
		w[i] = twoOverPi[at/64]<<(at%64) | twoOverPi[at/64+1]>>(64-at%64)
	}
	h2, l2 := bits.Mul64(m, w[2])
	h1, l1 := bits.Mul64(m, w[1])
	mid, carry := bits.Add64(l1, h2, 0)
	top := m*w[0] + h1 + carry
	q = top >> 62
	hi, lo := top<<2|mid>>62, mid<<2|l2>>62 // the fraction, times 2^128
	sign := 1.0
	if hi>>63 != 0 {
		q, sign = (q+1)&3, -1
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	shift := bits.LeadingZeros64(hi)
	hi, lo = hi<<shift|lo>>(64-shift), lo<<shift
	scale := sign * math.Ldexp(1, -53-shift)
	a, c := float64(hi>>11)*scale, float64(hi<<53|lo>>11)*(scale*0x1p-64)
	p := float64(a * halfPi)
	r, low = sum2(p, math.FMA(a, halfPi, -p)+float64(a*halfPiLo)+float64(c*halfPi))
	return q, r, low
}

// The polynomials that r has more than the sine, and 1 - r^2/2 more than the
// cosine, in r^2, after r^3 and r^4: minimax, their relative errors are below
// 2^-56, that of the sine least where its rounding errors are greatest, and
// 2^-59.
const (
	sin0 = 0x1.555555555553ep-3
	sin1 = -0x1.111111110ea51p-7
	sin2 = 0x1.a01a019a831eap-13
	sin3 = -0x1.71de34428c6d4p-19
	sin4 = 0x1.ae5d8a9891351p-26
	sin5 = -0x1.5d58938cdd5e5p-33

	cos0 = -0x1.555555555554bp-5
	cos1 = 0x1.6c16c16c14f92p-10
	cos2 = -0x1.a01a019c845c2p-16
	cos3 = 0x1.27e4f7eacbb31p-22
	cos4 = -0x1.1ee9d7b87b327p-29
	cos5 = 0x1.8fa49b6c931c1p-37
)

// sinNear is the sine of r+low as a difference, whose second part is small. It
// is 0 where the sine is r: +0-0 and -0-0 are what they should be.
func sinNear(r, low float64) (hi, lo float64) {
	z := float64(r * r)
	p := math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, sin5, sin4), sin3), sin2), sin1), sin0)
	w := math.FMA(-0.5*r, r, 1) // the cosine, as much as low counts
	return r, math.FMA(float64(r*z), p, math.FMA(-low, w, 0))
}

// cosNear is the cosine of r+low as a difference, whose second part is small.
func cosNear(r, low float64) (hi, lo float64) {
	z := float64(r * r)
	p := math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, cos5, cos4), cos3), cos2), cos1), cos0)
	half := 0.5 * r
	w := math.FMA(-half, r, 1)
	rest := math.FMA(half, r, w-1)
	return w, math.FMA(float64(z*z), p, math.FMA(low, r, rest))
}

// wave is the sine of q*pi/2 + r + low.
func wave(q uint64, r, low float64) float64 {
	var hi, lo float64
	if q&1 == 0 {
		hi, lo = sinNear(r, low)
	} else {
		hi, lo = cosNear(r, low)
	}
	return flip(hi-lo, q<<62)
}

// flip changes the sign of x where the first bit of sign is 1.
func flip(x float64, sign uint64) float64 {
	return math.Float64frombits(math.Float64bits(x) ^ sign&(1<<63))
}

func sin(x float64) float64 { return wave(quadrant(x, 0)) }

func cos(x float64) float64 { return wave(quadrant(x, 1)) }

// tan is the quotient of sine and cosine, the error of the division and those
// of its operands made good.
func tan(x float64) float64 {
	q, r, low := quadrant(x, 0)
	s, t := sinNear(r, low)
	num := s - t
	numLo := (s - num) - t
	c, t := cosNear(r, low)
	den := c - t
	denLo := (c - den) - t
	if q&1 != 0 {
		num, numLo, den, denLo = den, denLo, num, numLo
	}
	over := 1 / den
	y := float64(num * over)
	excess := math.FMA(y, den, -num) + math.FMA(y, denLo, -numLo)
	return flip(math.FMA(-over, excess, y), q<<63)
}

// The polynomials for the tangent of float32: the sine after r, the cosine after
// 1, with relative errors of 2^-37 and 2^-34.
const (
	sin32c0 = -0x1.5555554c723dep-3
	sin32c1 = 0x1.1111086a89917p-7
	sin32c2 = -0x1.a00f7f368facbp-13
	sin32c3 = 0x1.6cd1f35cef0a2p-19

	cos32c0 = -0x1.ffffffcb80cd7p-2
	cos32c1 = 0x1.55553c7827409p-5
	cos32c2 = -0x1.6c07f1497e8f1p-10
	cos32c3 = 0x1.991699d98ee84p-16
)

// quadrant32 is quadrant for |x| <= 2^40, for results in float32.
func quadrant32(x float64) (q uint64, r float64) {
	t := math.FMA(x, 2/math.Pi, nearest)
	n := t - nearest
	return math.Float64bits(t), math.FMA(-n, halfPiLo, math.FMA(-n, halfPi, x))
}

func sinNear32(r float64) float64 {
	z := float64(r * r)
	p := math.FMA(z, math.FMA(z, math.FMA(z, sin32c3, sin32c2), sin32c1), sin32c0)
	return float64(math.FMA(z, p, 1) * r)
}

func cosNear32(r float64) float64 {
	z := float64(r * r)
	p := math.FMA(z, math.FMA(z, math.FMA(z, cos32c3, cos32c2), cos32c1), cos32c0)
	return math.FMA(z, p, 1)
}

func tanFloat32(x float32) float32 {
	wide := float64(x)
	if math.Abs(wide) > tanLimit32 {
		return float32(tan(wide))
	}
	q, r := quadrant32(wide)
	num, den := sinNear32(r), cosNear32(r)
	if q&1 != 0 {
		num, den = den, num
	}
	return float32(flip(num/den, q<<63))
}
