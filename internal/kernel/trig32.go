package kernel

import "math"

// Sine and cosine of float32 take the nearest multiple of pi/2 from x, n of them,
// and are polynomials in what is left, r-low with |r| <= pi/4. The same
// operations in the same order are the assembly of package simd.

// sineLimit32 bounds what the reduction in three parts is good for.
const sineLimit32 = 0x1p17

// sinusoid is what the sine is made of, or the cosine, which is the sine one
// quadrant ahead. Assembly knows the order of its fields.
type sinusoid struct {
	perQuarter lanes32    // 2/pi
	shift      lanes32    // nearest32, and 1 more for the cosine
	pi         [3]lanes32 // pi/2 in three parts, the first rounded down
	half, one  lanes32
	sin        [3]lanes32 // sin r = r - r^3 (c0 + c1*r^2 + …)
	cos        [3]lanes32 // cos r = 1 - r^2/2 + r^4 (c0 + c1*r^2 + …)
	limit      lanes32    // sineLimit32
	magnitude  lanes32    // the bits of |x|
	negative   lanes32    // its sign
	odd        lanes32    // the bit that counts single quadrants
}

// The numbers are of simd/gen/coefficients/float32.py.
func newSinusoid(ahead float32) *sinusoid {
	return &sinusoid{
		perQuarter: all32(0x1.45f306p-1), shift: all32(nearest32 + ahead),
		pi:   [3]lanes32{all32(0x1.921fb4p+0), all32(0x1.4442d2p-24), all32(-0x1.ee59dap-50)},
		half: all32(0.5), one: all32(1),
		sin:   [3]lanes32{all32(0x1.555544p-3), all32(-0x1.1106aap-7), all32(0x1.990d7ep-13)},
		cos:   [3]lanes32{all32(0x1.55554ap-5), all32(-0x1.6c0c04p-10), all32(0x1.99d65ep-16)},
		limit: all32(sineLimit32), magnitude: allBits32(1<<31 - 1), negative: allBits32(1 << 31), odd: allBits32(1),
	}
}

var sine32, cosine32 = newSinusoid(0), newSinusoid(1)

// of returns the sine, some quadrants ahead, of an |x| within the limit.
func (w *sinusoid) of(x float32) float32 {
	t := fma32(x, w.perQuarter[0], w.shift[0]) // its last bits count quadrants
	n := t - w.shift[0]
	r0 := fma32(-n, w.pi[0][0], x) // exact
	p := float32(n * w.pi[1][0])
	r := r0 - p // and what that loses, which is exact, like what p has lost
	lost := float32(r0-r) - p
	low := fma32(n, w.pi[2][0], fma32(n, w.pi[1][0], -p)-lost)
	z := float32(r * r)
	var y float32
	if q := math.Float32bits(t); q&1 == 0 {
		y = r - fma32(float32(r*z), fma32(z, fma32(z, w.sin[2][0], w.sin[1][0]), w.sin[0][0]), low)
	} else {
		rest := fma32(float32(z*z), fma32(z, fma32(z, w.cos[2][0], w.cos[1][0]), w.cos[0][0]), float32(r*low))
		y = 1 + fma32(-0.5*r, r, rest)
	}
	return math.Float32frombits(math.Float32bits(y) ^ math.Float32bits(t)<<30&(1<<31))
}

func sinFloat32(x float32) float32 {
	if math.Abs(float64(x)) > sineLimit32 {
		return float32(sin(float64(x)))
	}
	return sine32.of(x)
}

func cosFloat32(x float32) float32 {
	if math.Abs(float64(x)) > sineLimit32 {
		return float32(cos(float64(x)))
	}
	return cosine32.of(x)
}
