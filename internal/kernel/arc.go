package kernel

import "math"

// atanNode is a row of atanNodes.
type atanNode struct{ x, y, hi, lo float64 }

// atanNodes has a row for each interval between 1/8 and 8 of numbers with the
// same exponent and first bit, one for numbers below and one for those above:
// a point of the line through cosine and sine of an angle in the interval, and
// the angle in two parts. Arctangents are that angle and that of
//
//	t = (a*x - y) / (a*y + x)
//
// which is at most 1/8.
var atanNodes = [...]atanNode{
	{1, 0, 0, 0},
	{1, 0x1.3fb1faabbf66ap-3, 0x1.3d22c4c92395cp-3, 0x1.9298edb86f68ep-57},
	{1, 0x1.bf9535a96540dp-3, 0x1.b8a78a27d6df0p-3, -0x1.ace5c9c52eb55p-57},
	{1, 0x1.3edd6983a7389p-2, 0x1.351ea1f3d8fafp-2, 0x1.c743bfdd20be0p-56},
	{1, 0x1.be89019b51d1dp-2, 0x1.a514023a34d20p-2, 0x1.efa4c5b5e22bfp-58},
	{1, 0x1.3c6ef372fe950p-1, 0x1.1b6e192ebbe45p-1, -0x1.c780684241a31p-56},
	{1, 0x1.bc0e249480c49p-1, 0x1.6dcc57bb565fdp-1, -0x1.7185e47b3e037p-56},
	{1, 0x1.3845118db5992p+0, 0x1.c4a83936311dap-1, -0x1.c8af5e24281f4p-56},
	{1, 0x1.b9224dab8d580p+0, 0x1.0b833be165cc9p+0, -0x1.7627ba873f18ep-56},
	{1, 0x1.3504f333f9de6p+1, 0x1.2d97c7f3321d2p+0, 0x1.fc774dbe287a0p-56},
	{1, 0x1.b78f34fc55f09p+1, 0x1.49952004c912ep+0, 0x1.d490b838e679fp-55},
	{1, 0x1.33b6101db3b50p+2, 0x1.5da0a7c6d9b5dp+0, -0x1.7a298fce94360p-54},
	{1, 0x1.b70b2ceac5110p+2, 0x1.6d114072b01efp+0, -0x1.718837bb4e766p-58},
	{0, 1, halfPi, halfPiLo},
}

const (
	atanLeast = 0x1.8p-4 // stands for all numbers of the first row
	atanMost  = 0x1p3    // and for those of the last

	atanHuge = 0x1p100 // has the arctangent of all above it
)

// The polynomials of the arctangent in t^2, after t^3: minimax, their relative
// errors are 2^-58 and 2^-34.
const (
	atanC0 = -0x1.55555555554ccp-2
	atanC1 = 0x1.9999999945d67p-3
	atanC2 = -0x1.2492489cbaa5cp-3
	atanC3 = 0x1.c71ba705e06d2p-4
	atanC4 = -0x1.741071fefa05bp-4
	atanC5 = 0x1.2cc15afd87271p-4

	atan32c0 = -0x1.55555040648fep-2
	atan32c1 = 0x1.998a2192a4538p-3
	atan32c2 = -0x1.1ddc2fd376d85p-3
)

// atanRow is the row for a >= 0 or NaN.
func atanRow(a float64) *atanNode {
	if !(a > atanLeast) {
		return &atanNodes[0]
	}
	const shift = 51 // the bits from here on tell rows apart
	return &atanNodes[math.Float64bits(min(a, atanMost))>>shift-math.Float64bits(atanLeast)>>shift]
}

func atan(x float64) float64 {
	a := math.Abs(x)
	if a > atanHuge {
		a = atanHuge
	}
	n := atanRow(a)
	t := math.FMA(a, n.x, -n.y) / math.FMA(a, n.y, n.x)
	return flip(n.hi+(t+atanRest(t, n.lo)), math.Float64bits(x))
}

// atanRest is atan t - t + low.
func atanRest(t, low float64) float64 {
	z := float64(t * t)
	p := math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, atanC5, atanC4), atanC3), atanC2), atanC1), atanC0)
	return math.FMA(float64(t*z), p, low)
}

func atanFloat32(x float32) float32 {
	wide := float64(x)
	a := math.Abs(wide)
	if a > atanHuge {
		a = atanHuge
	}
	n := atanRow(a)
	t := math.FMA(a, n.x, -n.y) / math.FMA(a, n.y, n.x)
	z := float64(t * t)
	p := math.FMA(z, math.FMA(z, atan32c2, atan32c1), atan32c0)
	return float32(flip(n.hi+math.FMA(float64(t*z), p, t), math.Float64bits(wide)))
}

// atan2 is the angle of the point (x, y): atan of |y/x| with t of both numbers,
// which division would round, taken from pi where x is negative.
func atan2(y, x float64) float64 {
	ax, ay := math.Abs(x), math.Abs(y)
	if !(max(ax, ay) <= math.MaxFloat64) {
		return math.Atan2(y, x)
	}
	// The greater one is brought to about 2^1000, or as far as 2^1023 takes it:
	// nothing overflows, and the smaller one keeps its digits, if it counts.
	scale := math.Float64frombits(3046<<52 - math.Float64bits(max(ax, ay, 0x1p-23))&(0x7ff<<52))
	ax, ay = max(ax*scale, 0x1p-200), ay*scale // no x is 0
	n := atanRow(ay / ax)
	p := float64(ax * n.y)
	num := math.FMA(ay, n.x, -p) - math.FMA(ax, n.y, -p)
	den := math.FMA(ay, n.y, float64(ax*n.x))
	t := num / den
	over := math.Float64frombits(overMagic - math.Float64bits(den))
	over = math.FMA(over, math.FMA(-den, over, 1), over)
	low := float64(math.FMA(-t, den, num) * over) // what the division has left
	hi, tail := n.hi, t+atanRest(t, n.lo+low)
	base, baseLo := 0.0, 0.0
	if math.Signbit(x) {
		base, baseLo = 2*halfPi, 2*halfPiLo
		hi, tail = -hi, -tail
	}
	sum := base + hi
	rest := (base - sum) + hi
	return flip(sum+(rest+(baseLo+tail)), math.Float64bits(y))
}

// overMagic less the bits of a number are the bits of one within an eighth of
// its reciprocal.
const overMagic = 0x7fde623822fc16e6

// The polynomials of the arcsine in t^2, after t^3, for |t| <= 1/2: minimax,
// their relative errors are 2^-55 and 2^-35.
const (
	asin0  = 0x1.5555555555390p-3
	asin1  = 0x1.333333336e7d5p-4
	asin2  = 0x1.6db6db427bedcp-5
	asin3  = 0x1.f1c72c3896931p-6
	asin4  = 0x1.6e89f447bacc4p-6
	asin5  = 0x1.1c6be14406962p-6
	asin6  = 0x1.c6fdc876bf1e6p-7
	asin7  = 0x1.8ec2d3650eab4p-7
	asin8  = 0x1.abd0aed9e72c9p-8
	asin9  = 0x1.3ff3caa3da7b5p-6
	asin10 = -0x1.09d1d2d245272p-6
	asin11 = 0x1.056cf95da8e85p-5

	asin32c0 = 0x1.55555605c54dfp-3
	asin32c1 = 0x1.3332aa08d65c3p-4
	asin32c2 = 0x1.6ddabf9be0ae8p-5
	asin32c3 = 0x1.ed5d1bdd2f65ep-6
	asin32c4 = 0x1.931f8cd493b81p-6
	asin32c5 = 0x1.ec24b6dda2ca7p-8
	asin32c6 = 0x1.1bd2931c4be99p-5
)

// Up to 1/2 arcsines are polynomials; beyond that
//
//	asin x = pi/2 - 2 asin sqrt((1-x)/2)
//
// and arccosines are pi/2 - asin x, or 2 asin sqrt((1-x)/2), or that taken from
// pi: all are a base and v + v z p(z), where v is ±x or twice the root of z.

// asin is an odd function.
func asin(x float64) float64 {
	a := math.Abs(x)
	if a > 0.5 {
		z := math.FMA(a, -0.5, 0.5)
		v, low := twiceRoot(z)
		return flip(arc(halfPi, halfPiLo, -v, -low, z), math.Float64bits(x))
	}
	return flip(arc(0, 0, a, 0, float64(a*a)), math.Float64bits(x))
}

func acos(x float64) float64 {
	a := math.Abs(x)
	if a > 0.5 {
		z := math.FMA(a, -0.5, 0.5)
		v, low := twiceRoot(z)
		if x > 0 {
			return arc(0, 0, v, low, z)
		}
		return arc(2*halfPi, 2*halfPiLo, -v, -low, z)
	}
	return arc(halfPi, halfPiLo, -x, 0, float64(a*a))
}

// twiceRoot is twice the square root of z in two parts. What the first leaves is
// divided by the root roughly: by an approximation of 1/sqrt(z) from its
// exponent, and one step of Newton's.
func twiceRoot(z float64) (v, low float64) {
	s := math.Sqrt(z)
	h := math.Float64frombits(rootMagic - math.Float64bits(z)>>1)
	h = math.FMA(h, math.FMA(-float64(float64(0.5*z)*h), h, 0.5), h)
	return 2 * s, float64(math.FMA(-s, s, z) * h)
}

// rootMagic less half the bits of z are the bits of a number within 4% of
// 1/sqrt(z).
const rootMagic = 0x5fe6eb50c7b537a9

// arc is base + v + v*z*p(z), where base and v have second parts.
func arc(base, baseLo, v, low, z float64) float64 {
	p := math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, asin11, asin10), asin9), asin8), asin7), asin6)
	p = math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, math.FMA(z, p, asin5), asin4), asin3), asin2), asin1), asin0)
	low = math.FMA(float64(v*z), p, low)
	sum := base + v
	rest := (base - sum) + v
	return sum + (rest + (baseLo + low))
}

func asinFloat32(x float32) float32 {
	wide := float64(x)
	a := math.Abs(wide)
	y := 0.0
	if a > 0.5 {
		z := math.FMA(a, -0.5, 0.5)
		y = arc32(halfPi, -2*math.Sqrt(z), z)
	} else {
		y = arc32(0, a, float64(a*a))
	}
	return float32(flip(y, math.Float64bits(wide)))
}

func acosFloat32(x float32) float32 {
	wide := float64(x)
	a := math.Abs(wide)
	if a > 0.5 {
		z := math.FMA(a, -0.5, 0.5)
		v := 2 * math.Sqrt(z)
		if x > 0 {
			return float32(arc32(0, v, z))
		}
		return float32(arc32(2*halfPi, -v, z))
	}
	return float32(arc32(halfPi, -wide, float64(a*a)))
}

// arc32 is arc for results in float32.
func arc32(base, v, z float64) float64 {
	p := math.FMA(z, math.FMA(z, math.FMA(z, asin32c6, asin32c5), asin32c4), asin32c3)
	p = math.FMA(z, math.FMA(z, math.FMA(z, p, asin32c2), asin32c1), asin32c0)
	return base + float64(v*math.FMA(z, p, 1))
}
