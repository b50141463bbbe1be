package kernel

import "math"

// Parts of ln 2: k*ln2Hi is exact for |k| < 2^16.
const (
	ln2Hi = 0x1.62e42fefap-1
	ln2Lo = 0x1.cf79abc9e3b3ap-40
)

// expSum is exp(x+low) for a low that is small beside x.
func expSum(x, low float64) float64 {
	switch {
	case x != x || x > 709.8:
		return x * math.Inf(1)
	case x < -745.2:
		return 0
	}
	root, q, k := expParts(x, low)
	v := root[0] + (root[1] + float64(root[0]*q))
	if k < -1022 || k > 1023 {
		return math.Ldexp(v, k)
	}
	return v * math.Float64frombits(uint64(k+1023)<<52)
}

// expParts returns exp(x+low) = 2^k * root * (1+q), where root is in two parts
// and q at most 1/40 or so.
func expParts(x, low float64) (root [2]float64, q float64, k int) {
	n := math.RoundToEven(x * (16 / math.Ln2))
	j := int(n)
	r := x - float64(n*(ln2Hi/16))
	low -= float64(n * (ln2Lo / 16))
	r, low = r+low, (r-(r+low))+low
	q = 1./720 + float64(r*(1./5040)) // (e^r-1-r)/r^2
	q = 1./120 + float64(r*q)
	q = 1./24 + float64(r*q)
	q = 1./6 + float64(r*q)
	q = 1./2 + float64(r*q)
	return roots[j&15], r + (float64(float64(r*r)*q) + low), j >> 4
}

// split returns m and k with x = m * 2^k and sqrt(1/2) < m <= sqrt(2), for
// finite x > 0: log(m) then has no part of the result to lose.
func split(x float64) (m, k float64) {
	if x < 0x1p-1022 {
		x *= 0x1p54
		k = -54
	}
	b := math.Float64bits(x)
	m = math.Float64frombits(b&(1<<52-1) | 1023<<52)
	k += float64(int(b>>52) - 1023)
	if m > math.Sqrt2 {
		return m / 2, k + 1
	}
	return m, k
}

// logParts is log(x) in two parts, to some 2^-65 of it, for finite x > 0.
func logParts(x float64) (hi, lo float64) {
	m, k := split(x)
	f := m - 1
	// s = f/(2+f), log(m) = 2 atanh(s) = 2s + 2/3 s^3 + 2/5 s^5 + …
	den := 2 + f
	s := f / den
	sLo := (math.FMA(-s, den, f) - float64(s*((2-den)+f))) / den
	z := float64(s * s)
	zLo := math.FMA(s, s, -z) + float64(2*s*sLo)
	cube := float64(s * z)
	cubeLo := math.FMA(s, z, -cube) + float64(s*zLo) + float64(sLo*z)
	const third, thirdLo = 2. / 3, 0x1.5555555555555p-55
	t := float64(cube * third)
	tLo := math.FMA(cube, third, -t) + float64(cube*thirdLo) + float64(cubeLo*third)
	series := 0.0
	for i := 25; i >= 5; i -= 2 { // s <= 0.1716: what is left out is below 2^-72
		series = 2/float64(i) + float64(z*series)
	}
	tLo += float64(float64(cube*z) * series)
	hi, lo = sum2(2*s, t)
	lo += 2*sLo + tLo
	big, rest := sum2(float64(k*ln2Hi), hi)
	return sum2(big, rest+lo+float64(k*ln2Lo))
}

// sum2 is a+b and what rounding took from it.
func sum2(a, b float64) (sum, rest float64) {
	sum = a + b
	t := sum - a
	return sum, (a - (sum - t)) + (b - t)
}
