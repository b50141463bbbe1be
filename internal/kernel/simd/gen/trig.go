package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The numbers of package kernel's trig.go, where they are explained.
const (
	halfPi1 = 0x1.921fb54442d18p+0
	halfPi2 = 0x1.1a62633100000p-54
	halfPi3 = 0x1.1701b839a2520p-88

	halfPi   = halfPi1
	halfPiLo = 0x1.1a62633145c07p-54

	nearest = 0x1.8p52

	trigLimit  = 0x1p20
	tanLimit32 = 0x1p40
)

// The polynomials in r^2.
var (
	sinSeries = []float64{
		0x1.555555555553ep-3, -0x1.111111110ea51p-7, 0x1.a01a019a831eap-13,
		-0x1.71de34428c6d4p-19, 0x1.ae5d8a9891351p-26, -0x1.5d58938cdd5e5p-33,
	}
	cosSeries = []float64{
		-0x1.555555555554bp-5, 0x1.6c16c16c14f92p-10, -0x1.a01a019c845c2p-16,
		0x1.27e4f7eacbb31p-22, -0x1.1ee9d7b87b327p-29, 0x1.8fa49b6c931c1p-37,
	}
	sinSeries32 = []float64{-0x1.5555554c723dep-3, 0x1.1111086a89917p-7, -0x1.a00f7f368facbp-13, 0x1.6cd1f35cef0a2p-19}
	cosSeries32 = []float64{-0x1.ffffffcb80cd7p-2, 0x1.55553c7827409p-5, -0x1.6c07f1497e8f1p-10, 0x1.991699d98ee84p-16}
)

// trig writes sine, cosine and tangent.
func trig() {
	emitTrig("trig", []trigRoutine{
		wave("Sin", 0), wave("Cos", 1),
		{name: "Tan", size: 8, limit: trigLimit, constants: func(l *trigLanes) []Mem { return l.reduction(0) }, body: (*trigLanes).tan},
		{name: "Tan", size: 4, limit: tanLimit32, constants: (*trigLanes).reduction32, body: (*trigLanes).tan32},
	})
}

// wave is the routine of the sine, or of the cosine, which is the sine one
// quadrant ahead.
func wave(name string, ahead float64) trigRoutine {
	return trigRoutine{name: name, size: 8, limit: trigLimit,
		constants: func(l *trigLanes) []Mem { return l.reduction(ahead) },
		pairs:     func(l *trigLanes) []Mem { return l.pairsOf(sinSeries, cosSeries) },
		body:      func(l *trigLanes, x vec) vec { return l.wave(x, ahead) }}
}

// What follows are the functions of kernel's trig.go, the same operations in
// the same order.

// reduction and reduction32 are constants worth a register.
func (l *trigLanes) reduction(ahead float64) []Mem {
	return []Mem{
		l.float(nearest + ahead), l.float(2 / math.Pi), l.float(halfPi1), l.float(halfPi2), l.float(halfPi3),
		l.float(0.5), l.float(1), l.bits(1), l.bits(1 << 63),
	}
}

func (l *trigLanes) reduction32() []Mem {
	return []Mem{
		l.float(nearest), l.float(2 / math.Pi), l.float(halfPi), l.float(halfPiLo),
		l.float(1), l.bits(1), l.bits(1 << 63),
	}
}

// quadrant is x = n*pi/2 + r + low, n+ahead in the last bits of t.
func (l *trigLanes) quadrant(x vec, ahead float64) (t, r, low vec) {
	t = l.fma(x, l.float(2/math.Pi), l.constant(l.float(nearest+ahead)))
	n := l.sub(t, l.float(nearest+ahead))
	r0 := l.fnma(n, l.float(halfPi1), l.copyOf(x))
	r = l.fnma(n, l.float(halfPi2), l.copyOf(r0))
	low = l.fnma(n, l.float(halfPi2), l.sub(r0, r))
	return t, r, l.fnma(n, l.float(halfPi3), low)
}

// versine is 1 - r^2/2 as w, and in two parts as w-rest; rest is 0 in lanes
// that are not odd.
func (l *trigLanes) versine(r vec, odd *subset) (w, rest vec) {
	half := l.mul(r, l.float(0.5))
	w = l.fnma(half, r, l.constant(l.float(1)))
	rest = l.sub(w, l.float(1))
	switch {
	case odd == nil:
		return w, l.fma(half, r, rest)
	case l.wide:
		VFMADD231PD_Z(half, r, odd.in, rest)
		return w, rest
	}
	return w, l.only(*odd, l.fma(half, r, rest))
}

// wave is the sine some quadrants ahead. Lanes in odd quadrants take the
// polynomial of the cosine.
func (l *trigLanes) wave(x vec, ahead float64) vec {
	t, r, low := l.quadrant(x, ahead)
	odd := l.oddLanes(t)
	w, rest := l.versine(r, &odd)
	lo := l.fnma(low, l.blendNegative(odd, w, r), rest)
	z := l.mul(r, r)
	hi := l.blend(odd, r, w)
	factor := l.mul(l.blend(odd, r, z), z)
	series := l.polynomial(z, l.chosen(odd, sinSeries, cosSeries))
	return l.flip(l.sub(hi, l.fma(series, factor, lo)), l.shiftLeft(t, 62))
}

// tan is the quotient of sine and cosine, each in two parts, or its negative
// reciprocal.
func (l *trigLanes) tan(x vec) vec {
	t, r, low := l.quadrant(x, 0)
	w, cosLo := l.versine(r, nil)
	l.fma(low, r, cosLo)
	sinLo := l.zero()
	l.fnma(low, w, sinLo)
	z := l.mul(r, r)
	l.fma(l.polynomial(z, l.series(sinSeries)), l.mul(r, z), sinLo)
	l.fma(l.polynomial(z, l.series(cosSeries)), l.mul(z, z), cosLo)
	sin, sinLo := l.difference(r, sinLo)
	cos, cosLo := l.difference(w, cosLo)
	odd := l.oddLanes(t)
	num, numLo := l.blend(odd, sin, cos), l.blend(odd, sinLo, cosLo)
	den, denLo := l.blend(odd, cos, sin), l.blend(odd, cosLo, sinLo)
	over := l.div(l.constant(l.float(1)), den)
	y := l.mul(num, over)
	l.fnma(over, l.add(l.fms(y, den, num), l.fms(y, denLo, numLo)), y)
	return l.flip(y, l.shiftLeft(t, 63))
}

// difference is hi - lo, and what rounding takes from it, for lo small beside
// hi.
func (l *trigLanes) difference(hi, lo vec) (y, rest vec) {
	y = l.sub(hi, lo)
	return y, l.sub(l.sub(hi, y), lo)
}

// quadrant32 is x = n*pi/2 + r, n in the last bits of t.
func (l *trigLanes) quadrant32(x vec) (t, r vec) {
	t = l.fma(x, l.float(2/math.Pi), l.constant(l.float(nearest)))
	n := l.sub(t, l.float(nearest))
	r = l.fnma(n, l.float(halfPi), l.copyOf(x))
	return t, l.fnma(n, l.float(halfPiLo), r)
}

// tan32 is tan for results in float32.
func (l *trigLanes) tan32(x vec) vec {
	t, r := l.quadrant32(x)
	odd := l.oddLanes(t)
	z := l.mul(r, r)
	sin := l.polynomial(z, l.series(sinSeries32))
	cos := l.polynomial(z, l.series(cosSeries32))
	l.horner(sin, z, l.float(1))
	l.horner(cos, z, l.float(1))
	sin = l.mul(sin, r)
	y := l.div(l.blend(odd, sin, cos), l.blend(odd, cos, sin))
	return l.flip(y, l.shiftLeft(t, 63))
}
