package main

import (
	"fmt"
	"math"

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

	trigLimit   = 0x1p20
	trigLimit32 = 0x1p40
)

// The polynomials of sine and cosine in r^2.
var (
	sinSeries = []float64{
		-0x1.555555555553ep-3, 0x1.111111110ea51p-7, -0x1.a01a019a831eap-13,
		0x1.71de34428c6d4p-19, -0x1.ae5d8a9891351p-26, 0x1.5d58938cdd5e5p-33,
	}
	cosSeries = []float64{
		0x1.555555555554bp-5, -0x1.6c16c16c14f92p-10, 0x1.a01a019c845c2p-16,
		-0x1.27e4f7eacbb31p-22, 0x1.1ee9d7b87b327p-29, -0x1.8fa49b6c931c1p-37,
	}
	sinSeries32 = []float64{-0x1.5555554c723dep-3, 0x1.1111086a89917p-7, -0x1.a00f7f368facbp-13, 0x1.6cd1f35cef0a2p-19}
	cosSeries32 = []float64{-0x1.ffffffcb80cd7p-2, 0x1.55553c7827409p-5, -0x1.6c07f1497e8f1p-10, 0x1.991699d98ee84p-16}
)

// trig writes sine, cosine and tangent.
func trig() {
	table := newTrigConstants("trig")
	for _, wide := range []bool{false, true} {
		level := map[bool]string{false: "AVX2", true: "AVX512"}[wide]
		for _, f := range []struct {
			name, what string
			size       int
			body       func(l *trigLanes, x, a vec) vec
			pairs      func(l *trigLanes) []Mem
		}{
			{"Sin", "sin", 8, func(l *trigLanes, x, a vec) vec { return l.wave(x, a, false) }, (*trigLanes).pairs},
			{"Cos", "cos", 8, func(l *trigLanes, x, a vec) vec { return l.wave(x, a, true) }, (*trigLanes).pairs},
			{"Tan", "tan", 8, (*trigLanes).tan, nil},
			{"Sin", "sin", 4, func(l *trigLanes, x, _ vec) vec { return l.wave32(x, false) }, (*trigLanes).pairs32},
			{"Cos", "cos", 4, func(l *trigLanes, x, _ vec) vec { return l.wave32(x, true) }, (*trigLanes).pairs32},
			{"Tan", "tan", 4, (*trigLanes).tan32, nil},
		} {
			l := &trigLanes{wide: wide, bytes: f.size, table: table}
			limit, text := trigLimit, "2^20"
			if f.size == 4 {
				limit, text = trigLimit32, "2^40"
			}
			var pairs []Mem
			if f.pairs != nil {
				pairs = f.pairs(l)
			}
			name := fmt.Sprintf("%sFloat%d%s", f.name, 8*f.size, level)
			doc := fmt.Sprintf("%s sets dst[i] = %s a[i] for i < n, until a vector has a finite element beyond %s. It returns how many elements it has done.",
				name, f.what, text)
			l.loop(name, doc, limit, pairs, func(x, a vec) vec { return f.body(l, x, a) })
		}
	}
}

// What follows are the functions of kernel's trig.go, the same operations in
// the same order.

func (l *trigLanes) pairs() []Mem   { return l.pairsOf(sinSeries, cosSeries) }
func (l *trigLanes) pairs32() []Mem { return l.pairsOf(sinSeries32, cosSeries32) }

func (l *trigLanes) pairsOf(even, odd []float64) (all []Mem) {
	for i := range even {
		all = append(all, l.pair(even[i], odd[i]))
	}
	return all
}

// quadrant is a = n*pi/2 + r + low, n in the last bits of t.
func (l *trigLanes) quadrant(a vec) (t, r, low vec) {
	t = l.fma(a, l.float(2/math.Pi), l.constant(l.float(nearest)))
	n := l.sub(t, l.float(nearest))
	r0 := l.fnma(n, l.float(halfPi1), l.copyOf(a))
	r = l.fnma(n, l.float(halfPi2), l.copyOf(r0))
	low = l.fnma(n, l.float(halfPi2), l.sub(r0, r))
	return t, r, l.fnma(n, l.float(halfPi3), low)
}

// versine is 1 - r^2/2 in two parts.
func (l *trigLanes) versine(r vec) (w, rest vec) {
	half := l.mul(r, l.float(0.5))
	one := l.constant(l.float(1))
	w = l.fnma(half, r, l.copyOf(one))
	return w, l.fnma(half, r, l.sub(one, w))
}

// wave is the sine, or the cosine, which is the sine a quadrant later. Lanes in
// odd quadrants take the polynomial of the cosine.
func (l *trigLanes) wave(x, a vec, cosine bool) vec {
	t, r, low := l.quadrant(a)
	if cosine {
		t = l.addInt(t, l.bits(1))
	}
	p := l.parityOf(t)
	w, rest := l.versine(r)
	lo := l.fma(low, l.blend(p, w, l.oddNegative(p, r)), l.oddOnly(p, rest))
	z := l.mul(r, r)
	hi := l.blend(p, r, w)
	factor := l.mul(l.blend(p, r, z), z)
	series := l.estrin(z, l.mul(z, z), func(i int) Op { return l.choose(p, l.pairs()[i]) }, len(sinSeries))
	y := l.add(hi, l.fma(series, factor, lo))
	sign := l.shiftLeft(t, 62)
	if !cosine {
		sign = l.xor(sign, x)
	}
	return l.flip(y, sign)
}

// tan is the quotient of sine and cosine, each in two parts, or its negative
// reciprocal.
func (l *trigLanes) tan(x, a vec) vec {
	t, r, low := l.quadrant(a)
	p := l.parityOf(t)
	w, rest := l.versine(r)
	sinLo := l.mul(low, w)
	cosLo := l.fnma(r, low, rest)
	z := l.mul(r, r)
	z2 := l.mul(z, z)
	l.fma(l.estrin(z, z2, l.series(sinSeries), len(sinSeries)), l.mul(r, z), sinLo)
	l.fma(l.estrin(z, z2, l.series(cosSeries), len(cosSeries)), z2, cosLo)
	sin, sinLo := l.sum(r, sinLo)
	cos, cosLo := l.sum(w, cosLo)
	num, numLo := l.blend(p, sin, cos), l.blend(p, sinLo, cosLo)
	den, denLo := l.blend(p, cos, sin), l.blend(p, cosLo, sinLo)
	over := l.div(l.constant(l.float(1)), den)
	y := l.mul(num, over)
	l.fnma(y, den, num)
	l.fnma(y, denLo, numLo)
	l.fma(over, l.add(num, numLo), y)
	return l.flip(y, l.xor(l.shiftLeft(t, 63), x))
}

// series are the coefficients of one polynomial, for estrin.
func (l *trigLanes) series(c []float64) func(i int) Op {
	return func(i int) Op { return l.float(c[i]) }
}

// sum is hi + lo, and what rounding takes from it, for lo small beside hi.
func (l *trigLanes) sum(hi, lo vec) (sum, rest vec) {
	sum = l.add(hi, lo)
	return sum, l.add(l.sub(hi, sum), lo)
}

// quadrant32 is x = n*pi/2 + r, n in the last bits of t.
func (l *trigLanes) quadrant32(x vec) (t, r vec) {
	t = l.fma(x, l.float(2/math.Pi), l.constant(l.float(nearest)))
	n := l.sub(t, l.float(nearest))
	r = l.fnma(n, l.float(halfPi), l.copyOf(x))
	return t, l.fnma(n, l.float(halfPiLo), r)
}

// wave32 is wave for results in float32.
func (l *trigLanes) wave32(x vec, cosine bool) vec {
	t, r := l.quadrant32(x)
	if cosine {
		t = l.addInt(t, l.bits(1))
	}
	p := l.parityOf(t)
	z := l.mul(r, r)
	y := l.estrin(z, l.mul(z, z), func(i int) Op { return l.choose(p, l.pairs32()[i]) }, len(sinSeries32))
	l.horner(y, z, l.float(1))
	return l.flip(l.timesEven(p, y, r), l.shiftLeft(t, 62))
}

// tan32 is tan for results in float32.
func (l *trigLanes) tan32(x, _ vec) vec {
	t, r := l.quadrant32(x)
	p := l.parityOf(t)
	z := l.mul(r, r)
	z2 := l.mul(z, z)
	sin := l.estrin(z, z2, l.series(sinSeries32), len(sinSeries32))
	cos := l.estrin(z, z2, l.series(cosSeries32), len(cosSeries32))
	l.horner(sin, z, l.float(1))
	l.horner(cos, z, l.float(1))
	sin = l.mul(sin, r)
	y := l.div(l.blend(p, sin, cos), l.blend(p, cos, sin))
	return l.flip(y, l.shiftLeft(t, 63))
}
