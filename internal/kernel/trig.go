package kernel

import (
	"math"
	"math/big"
	"math/bits"
)

// pi/2 in parts: n times one of the first two is exact for |n| < 2^20.
const (
	halfPi1 = 0x1.921fb544p+0
	halfPi2 = 0x1.0b4611a6p-34
	halfPi3 = 0x1.3198a2e037073p-69

	halfPi   = 0x1.921fb54442d18p+0 // and in two
	halfPiLo = 0x1.1a62633145c07p-54
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

// quadrant returns q and r+low with x = q*pi/2 + r + low, |r| <= pi/4 but for
// rounding, q modulo 4.
func quadrant(x float64) (q int, r, low float64) {
	switch a := math.Abs(x); {
	case a <= math.Pi/4:
		return 0, x, 0
	case !(a <= math.MaxFloat64):
		return 0, math.NaN(), 0
	case a > 1<<20:
		q, r, low = farQuadrant(a)
		if x < 0 {
			return -q & 3, -r, -low
		}
		return q, r, low
	}
	n := math.RoundToEven(x * (2 / math.Pi))
	r, low = sum2(x-float64(n*halfPi1), -float64(n*halfPi2))
	r, low = sum2(r, low-float64(n*halfPi3))
	return int(n) & 3, r, low
}

// farQuadrant is quadrant for x > 2^20: Payne and Hanek's reduction, in
// integers.
func farQuadrant(x float64) (q int, r, low float64) {
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
	q = int(top >> 62)
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

// sinNear and cosNear are the series at r+low, |r| <= pi/4.
func sinNear(r, low float64) float64 {
	if r == 0 {
		return r // -0 too
	}
	z := float64(r * r)
	s := 0.0
	for _, c := range sinSeries {
		s = c + float64(z*s)
	}
	return r + (float64(float64(r*z)*s) + float64(low*(1-z/2)))
}

func cosNear(r, low float64) float64 {
	z := float64(r * r)
	s := 0.0
	for _, c := range cosSeries {
		s = c + float64(z*s)
	}
	half := z / 2
	w := 1 - half
	return w + (((1 - w) - half) + (float64(float64(z*z)*s) - float64(r*low)))
}

// The series after r and after 1-r^2/2, from their last term.
var (
	sinSeries = alternating(17, 3)
	cosSeries = alternating(18, 4)
)

// alternating returns ±1/k! for k = from, from-2 … to.
func alternating(from, to int) (c [8]float64) {
	i := 0
	for k := from; k >= to; k -= 2 {
		f := 1.0
		for j := 2; j <= k; j++ {
			f *= float64(j) // exact up to 18!
		}
		c[i] = 1 / f
		if k/2%2 == 1 {
			c[i] = -c[i]
		}
		i++
	}
	return c
}

func sin(x float64) float64 {
	switch q, r, low := quadrant(x); q {
	case 0:
		return sinNear(r, low)
	case 1:
		return cosNear(r, low)
	case 2:
		return -sinNear(r, low)
	default:
		return -cosNear(r, low)
	}
}

func cos(x float64) float64 {
	switch q, r, low := quadrant(x); q {
	case 0:
		return cosNear(r, low)
	case 1:
		return -sinNear(r, low)
	case 2:
		return -cosNear(r, low)
	default:
		return sinNear(r, low)
	}
}

func tan(x float64) float64 {
	q, r, low := quadrant(x)
	s, c := sinNear(r, low), cosNear(r, low)
	if q&1 != 0 {
		return -c / s
	}
	return s / c
}
