package kernel

import "math"

// atans holds atan(i/16), i from 2 on, in two parts.
var atans = [...][2]float64{
	{0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59}, // 2/16
	{0x1.7b97b4bce5b02p-3, 0x1.347b0b4f881cap-58},  // 3/16
	{0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},  // 4/16
	{0x1.362773707ebccp-2, -0x1.963a544b672d8p-57}, // 5/16
	{0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56}, // 6/16
	{0x1.a64eec3cc23fdp-2, -0x1.24dec1b50b7ffp-56}, // 7/16
	{0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},  // 8/16
	{0x1.0657e94db30d0p-1, -0x1.d5b495f6349e6p-56}, // 9/16
	{0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58}, // 10/16
	{0x1.345f01cce37bbp-1, 0x1.1021137c71102p-55},  // 11/16
	{0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},  // 12/16
	{0x1.5d58987169b18p-1, 0x1.0028e4bc5e7cap-57},  // 13/16
	{0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56}, // 14/16
	{0x1.819d0b7158a4dp-1, -0x1.bf76229d3b917p-56}, // 15/16
	{0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55},  // 16/16
}

// atan leaves |x| > 1 to 1/x, and takes the nearest i/16 from what is not near
// zero: atan(x) = atan(c) + atan((x-c)/(1+xc)).
func atan(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x:
		return x
	case a > 1:
		hi, lo := atanParts(1 / a)
		return math.Copysign(halfPi-(hi+(lo-halfPiLo)), x)
	}
	hi, lo := atanParts(a)
	return math.Copysign(hi+lo, x)
}

// atanParts is atan of 0 <= a <= 1 as a sum; the second part is small.
func atanParts(a float64) (hi, lo float64) {
	if a < 1./8 {
		return a, atanSeries(a, 19)
	}
	i := int(a*16 + 0.5)
	c := float64(i) / 16
	t := (a - c) / (1 + float64(a*c))
	base := atans[i-2]
	return base[0], t + (base[1] + atanSeries(t, 11))
}

// atanSeries is -t^3/3 + t^5/5 … to t^last/last.
func atanSeries(t float64, last int) float64 {
	z := float64(t * t)
	s := 0.0
	for k := last; k >= 3; k -= 2 {
		s = 1/float64(k) - float64(z*s)
	}
	return -float64(float64(t*z) * s)
}

// atan2 is the angle of the point (x, y).
func atan2(y, x float64) float64 {
	if x == 0 || y == 0 || x-x != 0 || y-y != 0 {
		return math.Atan2(y, x)
	}
	angle := atan(math.Abs(y / x))
	if x < 0 {
		angle = math.Pi - (angle - 2*halfPiLo)
	}
	return math.Copysign(angle, y)
}

// asin and acos are angles of points on the circle, which keeps their digits
// near ±1.
func asin(x float64) float64 { return atan2(x, math.Sqrt((1-x)*(1+x))) }

func acos(x float64) float64 { return atan2(math.Sqrt((1-x)*(1+x)), x) }
