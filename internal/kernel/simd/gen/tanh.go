package main

import (
	"github.com/mmcloughlin/avo/reg"
)

// The constants of package kernel's tanh.
const (
	halvings    = 0x1.71547652b82fep+1
	halfLn2     = 0x1.62e42fefa39efp-2
	halfLn2Low  = 0x1.abc9e3b39803fp-57
	toInteger   = 0x1.8p52
	tanhShift   = 0x1p-7
	tanhFar     = 18
	tanhEnd     = 20
	tanhEnd32   = 10
	signMask    = 1 << 63
	allButSign  = signMask - 1
	fractionLen = 52
)

var (
	tanhPoly = []float64{
		-0x1.5555555555555p-2, 0x1.1111111110fbbp-3, -0x1.ba1ba1b97bd94p-5, 0x1.664f47a2c98bfp-6,
		-0x1.226d9fb75ba18p-7, 0x1.d66cf21357224p-9, -0x1.6c0525ef92b7ap-10,
	}
	tanhPoly32 = []float64{-0x1.5555555459e64p-2, 0x1.111108f7b0803p-3, -0x1.ba06b9ba760cbp-5, 0x1.5da5e90f01904p-6}
)

// tanhFamily writes the hyperbolic functions.
func tanhFamily() {
	for _, d := range []doubles{doubles2, doubles512} {
		function{doubles: d, name: "TanhFloat64", doc: "tanh a[i]", size: 8, args: "a", body: tanh64}.emit()
		function{doubles: d, name: "TanhFloat32", doc: "tanh a[i]", size: 4, args: "a", body: tanh32}.emit()
		sinhAndCosh(d)
	}
}

// halved returns what tanh begins with: n of |x| = n ln(2)/2 + h, h, and 2^n less
// and plus one.
func (d doubles) halved(a, shifted reg.VecVirtual) (n, h, less, plus reg.VecVirtual) {
	k := d.mulAddTo(d.keep(halvings), shifted, d.number(toInteger))
	n = d.sub(k, d.number(toInteger))
	h = d.negMulAdd(n, d.number(halfLn2), a)
	e := d.addInt(d.shiftLeft(k, fractionLen), d.number(1))
	return n, h, d.sub(e, d.number(1)), d.add(e, d.number(1))
}

// tanh64 is kernel's tanh, line by line.
func tanh64(d doubles, x []reg.VecVirtual, _ string) reg.VecVirtual {
	a := d.atMost(d.and(x[0], d.bits(allButSign)), d.keep(tanhEnd))
	n, h, m, e := d.halved(a, d.sub(a, d.number(tanhShift)))
	z := d.mul(h, h)
	z2, c := d.mul(z, z), tanhPoly
	p23, p01 := d.linear(z, c[2:]), d.linear(z, c)
	p45 := d.linear(z, c[4:])
	d.addProductTo(p01, p23, z2)
	d.addProductTo(p45, z2, d.number(c[6]))
	p := d.addProductTo(p01, p45, d.mul(z2, z2))
	low := d.addProductTo(d.mul(n, d.number(-halfLn2Low)), d.mul(h, z), p)
	num, numLow := d.shifted(m, e, h, low)
	den, denLow := d.shifted(e, m, h, low)
	r := d.div(d.keep(1), d.add(den, denLow))
	q := d.mul(d.add(num, numLow), r)
	rest := d.subProductTo(d.add(d.negMulAdd(q, den, num), numLow), q, denLow)
	far := d.compare(a, cmpGreater, d.number(tanhFar))
	rest = d.choose(far, d.mulAddTo(d.copy(h), d.keep(2), d.number(-2)), rest)
	q = d.choose(far, d.keep(1), q)
	return d.or(d.addProductTo(q, rest, r), d.and(x[0], d.bits(signMask)))
}

// shifted is c + by*(h+low) in two parts.
func (d doubles) shifted(c, by, h, low reg.VecVirtual) (sum, rest reg.VecVirtual) {
	sum = d.mulAdd(by, h, c)
	rest = d.addProductTo(d.sub(c, sum), by, h)
	return sum, d.addProductTo(rest, by, low)
}

// tanh32 is kernel's tanh32.
func tanh32(d doubles, x []reg.VecVirtual, _ string) reg.VecVirtual {
	a := d.atMost(d.and(x[0], d.bits(allButSign)), d.keep(tanhEnd32))
	_, h, m, p := d.halved(a, a)
	z := d.mul(h, h)
	t := d.mulAdd(d.mul(h, z), d.horner(z, tanhPoly32), h)
	q := d.div(d.addProductTo(d.copy(m), p, t), d.addProductTo(p, m, t))
	return d.or(q, d.and(x[0], d.bits(signMask)))
}
