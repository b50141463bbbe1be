package kernel

import "math"

// log(x) of float32 is k*log(2) + log(1+f) with x = (1+f) * 2^k and 1+f from
// sqrt(1/2) to sqrt(2): f itself and a polynomial. The sum of k*log(2) and f is kept in two
// parts. The same operations in the same order are the assembly of package simd.

// logStart32 is the least 1+f.
const logStart32 = 0x1.6a09e6p-1

// logarithm32 is what the logarithm to a base is made of. Assembly knows the
// order of its fields.
type logarithm32 struct {
	start    lanes32    // logStart32
	fraction lanes32    // the bits of a number's fraction
	one      lanes32    //
	hi, lo   lanes32    // log(2) in two parts: k times the first is exact
	c        [9]lanes32 // log(1+f) - unit*f = c0*f^2 + c1*f^3 + …
	unit     lanes32    // 1/ln(base) in two parts
	unitLo   lanes32    //
	normal   lanes32    // added to the bits of finite normal x > 0, makes integers
	abnormal lanes32    // of at most this
	least    lanes32    // the least normal number
	grow     lanes32    // 2^23, for subnormal numbers
	grown    lanes32    // 23
	inf      lanes32
	negative lanes32 // the sign of a number
	special  lanes32 // VFIXUPIMM's table, see fixups
}

// newLogarithm32 fills the fields that are always the same.
func newLogarithm32(l logarithm32) *logarithm32 {
	l.start, l.fraction, l.one = all32(logStart32), allBits32(1<<23-1), all32(1)
	l.normal, l.abnormal = allBits32(1<<31-1<<23), allBits32(1<<31+0x7f<<24-1)
	l.least, l.grow, l.grown = all32(0x1p-126), all32(0x1p23), all32(23)
	l.inf, l.negative, l.special = all32(float32(math.Inf(1))), allBits32(1<<31), allBits32(fixups)
	return &l
}

// The numbers are of simd/gen/coefficients/float32.py.
var (
	natural32 = newLogarithm32(logarithm32{
		hi: all32(0x1.62e4p-1), lo: all32(0x1.7f7d1cp-20), unit: all32(1),
		c: [9]lanes32{
			all32(-0x1.fffff8p-2), all32(0x1.55554ep-2), all32(-0x1.000412p-2), all32(0x1.99a662p-3), all32(-0x1.542f2ap-3),
			all32(0x1.223b6ep-3), all32(-0x1.0eb664p-3), all32(0x1.0990bap-3), all32(-0x1.3e021ap-4),
		},
	})
	binary32 = newLogarithm32(logarithm32{
		hi: all32(1), lo: all32(0), unit: all32(0x1.715476p+0), unitLo: all32(0x1.4ae0cp-26),
		c: [9]lanes32{
			all32(-0x1.715472p-1), all32(0x1.ec7086p-2), all32(-0x1.7159c2p-2), all32(0x1.2781dcp-2), all32(-0x1.eaddeep-3),
			all32(0x1.a28cf4p-3), all32(-0x1.85dc5ap-3), all32(0x1.7fb7ep-3), all32(-0x1.cee494p-4),
		},
	})
	decimal32 = newLogarithm32(logarithm32{
		hi: all32(0x1.3442p-2), lo: all32(-0x1.95ec1p-19), unit: all32(0x1.bcb7b2p-2), unitLo: all32(-0x1.5b235ep-27),
		c: [9]lanes32{
			all32(-0x1.bcb7acp-3), all32(0x1.287a68p-3), all32(-0x1.bcbe22p-4), all32(0x1.63d384p-4), all32(-0x1.2786c2p-4),
			all32(0x1.f7fa66p-5), all32(-0x1.d580ep-5), all32(0x1.ce1bc8p-5), all32(-0x1.16a07ep-5),
		},
	})
)

// of returns the logarithm of x.
func (l *logarithm32) of(x float32) float32 {
	if !positive(float64(x)) {
		return float32(math.Log(float64(x)))
	}
	grown := float32(0)
	if x < 0x1p-126 {
		x, grown = x*0x1p23, 23
	}
	b := int32(math.Float32bits(x) - math.Float32bits(logStart32))
	k := float32(b>>23) - grown
	f := math.Float32frombits(uint32(b)&(1<<23-1)+math.Float32bits(logStart32)) - 1
	square := float32(f * f)
	q := polynomial32(l.c[:], f, square)
	main := float32(f * l.unit[0])
	sum := fma32(k, l.hi[0], main) // of which k*hi is 0 or above main
	low := fma32(k, l.hi[0], -sum) + main
	low = fma32(k, l.lo[0], low)
	if l.unit[0] != 1 { // with what f*unit and the square have lost
		low = fma32(f, l.unitLo[0], low+fma32(f, l.unit[0], -main))
		low = fma32(fma32(f, f, -square), l.c[0][0], low)
	}
	return sum + fma32(square, q, low)
}

func logFloat32(x float32) float32 { return natural32.of(x) }

func log2Float32(x float32) float32 { return binary32.of(x) }

func log10Float32(x float32) float32 { return decimal32.of(x) }
