package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of package kernel's pow.
const (
	powOffset   = 0x3fe6aaaaaaaaaaab
	powBias     = 1024
	powLn2      = 0x1.62e42fefa38p-1
	powLn2Low   = 0x1.ef35793c7673p-45
	perSixteen  = 0x1.71547652b82fep+4
	ln2by16     = 0x1.62e42fefa39efp-5
	ln2by16Low  = 0x1.abc9e3b39803fp-60
	powMost     = 708
	powMost32   = 300
	leastNormal = 0x1p-1022
	fraction    = 1<<fractionLen - 1
	powInfinity = 0x7ff << fractionLen
)

// powFamily writes powers, and roots of sums of them.
func powFamily() {
	for _, d := range []doubles{doubles2, doubles512} {
		f64, f32 := &powTables{}, &powTables{}
		function{doubles: d, name: "PowFloat64", doc: "a[i] to the power of b[i]", size: 8, args: "ab", pad: 1, partial: true,
			setup: f64.load64, body: f64.pow64}.emit()
		function{doubles: d, name: "PowFloat32", doc: "a[i] to the power of b[i]", size: 4, args: "ab", pad: 1,
			setup: f32.load32, body: f32.pow32}.emit()
		function{doubles: d, name: "HypotFloat64", doc: "√(a[i]² + b[i]²)", size: 8, args: "ab", body: hypot64}.emit()
		function{doubles: d, name: "HypotFloat32", doc: "√(a[i]² + b[i]²)", size: 4, args: "ab", body: hypot32}.emit()
	}
}

// pow64 is kernel's pow, line by line. A vector with an element whose power is
// not a normal number, or that is itself not normal, is not done, unless
// it is zero, infinite or NaN.
func (t *powTables) pow64(d doubles, args []reg.VecVirtual, stop string) reg.VecVirtual {
	x, y := args[0], args[1]
	a := d.and(x, d.bits(allButSign))
	hi, lo := t.log(d, a)
	p := d.mul(y, hi)
	low := d.addProductTo(d.mulSub(y, hi, p), y, lo)
	v := t.exp(d, p, low)
	beyond := d.compare(d.and(p, d.bits(allButSign)), cmpLessEqual|cmpNot, d.number(powMost))
	v = d.special(x, y, v, beyond, stop)
	return d.choose(d.compare(y, cmpEqual, d.number(2)), d.mul(x, x), v)
}

// log is kernel's powLog, with no shift.
func (t *powTables) log(d doubles, a reg.VecVirtual) (hi, lo reg.VecVirtual) {
	u := d.biased(a)
	row := t.logs(d, u)
	k, m := d.cut(u)
	r := d.lessOne(row[0], m)
	w := d.addProductTo(row[1], k, d.number(powLn2))
	wLow := d.addProductTo(row[2], k, d.number(powLn2Low))
	s := d.add(w, r)
	sLow := d.add(d.sub(w, s), r)
	rr := d.mul(r, r)
	half := d.number(-0.5)
	top := d.mulAdd(rr, half, s)
	topLow := d.addProductTo(d.sub(s, top), rr, half)
	rest := d.mulSub(r, r, rr)

	c := powLogPoly
	q := d.addProductTo(d.linear(r, c), d.linear(r, c[2:]), rr)
	q4 := d.addProductTo(d.linear(r, c[4:]), d.linear(r, c[6:]), rr)
	r4 := d.mul(rr, rr)
	d.addProductTo(q4, r4, d.number(c[8]))
	d.addProductTo(q, q4, r4)
	lo = d.addProductTo(d.add(d.add(sLow, topLow), wLow), rest, half)
	d.addProductTo(lo, d.mul(r, rr), q)
	hi = d.add(top, lo)
	return hi, d.add(d.sub(top, hi), lo)
}

// biased is a's bits from those of the least mantissa on, with an exponent that
// is positive.
func (d doubles) biased(a reg.VecVirtual) reg.VecVirtual {
	return d.addInt(a, d.bits(powBias<<fractionLen-powOffset))
}

// cut returns the exponent and the mantissa that powLog makes of such bits.
func (d doubles) cut(u reg.VecVirtual) (k, m reg.VecVirtual) {
	const whole = 0x1p52
	k = d.sub(d.or(d.shiftRight(u, fractionLen), d.number(whole)), d.number(whole+powBias))
	return k, d.addInt(d.and(u, d.bits(fraction)), d.bits(powOffset))
}

// lessOne is c*m - 1, in the register of c.
func (d doubles) lessOne(c, m reg.VecVirtual) reg.VecVirtual {
	d.do(VFMSUB213PD, VFMSUB213PD_BCST, d.number(1), m, c)
	return c
}

// exp is e^(p+low), as kernel's powExp and pow have it.
func (t *powTables) exp(d doubles, p, low reg.VecVirtual) reg.VecVirtual {
	k := d.mulAddTo(d.keep(perSixteen), p, d.number(toInteger))
	n := d.sub(k, d.number(toInteger))
	h := d.negMulAdd(n, d.number(ln2by16), p)
	h = d.add(h, d.subProductTo(low, n, d.number(ln2by16Low)))
	hh := d.mul(h, h)
	c := powExpPoly
	q := d.addProductTo(d.linear(h, c[2:]), d.linear(h, c[4:]), hh)
	q = d.mulAddTo(q, hh, d.linear(h, c))
	root, rest := t.roots(d, k)
	h = d.add(h, d.addProductTo(rest, hh, q))
	scale := d.addInt(d.shiftLeft(k, fractionLen-4), root)
	return d.mulAdd(scale, h, scale)
}

// special puts the powers of what is no positive normal number into v: of
// negative numbers, zeros, infinities and NaN. beyond says where the power is
// for none of these; there special jumps to stop, unless that is "".
func (d doubles) special(x, y, v reg.VecVirtual, beyond Op, stop string) reg.VecVirtual {
	done := d.label("ordinary")
	d.unless(d.eitherMask(d.unusual(x), beyond), done)
	a := d.and(x, d.bits(allButSign))
	ends := d.eitherMask(d.compare(a, cmpEqual, d.number(0)), d.compare(a, cmpEqual, d.bits(powInfinity)))
	if stop != "" {
		rare := d.butMask(d.eitherMask(d.compare(a, cmpLess, d.number(leastNormal)), beyond), ends)
		d.when(d.butMask(rare, d.compare(x, cmpUnordered, y)), stop)
	}
	one := d.keep(1)
	grown := d.choose(d.compare(y, cmpGreater, d.number(0)), a, d.div(one, a))
	r := d.choose(ends, grown, v)
	r = d.choose(d.compare(a, cmpEqual, one), one, r)
	whole := d.compare(d.round(y), cmpEqual, y)
	none := d.butMask(d.butMask(d.compare(x, cmpLess, d.number(0)), ends), whole)
	r = d.choose(none, d.keep(math.NaN()), r)
	half := d.mul(y, d.number(0.5))
	odd := d.butMask(whole, d.compare(d.round(half), cmpEqual, half))
	r = d.choose(odd, d.or(r, d.and(x, d.bits(signMask))), r)
	r = d.choose(d.compare(x, cmpUnordered, y), d.add(x, y), r)
	r = d.choose(d.eitherMask(d.compare(x, cmpEqual, one), d.compare(y, cmpEqual, d.number(0))), one, r)
	d.do(VMOVAPD, nil, r, v)
	Label(done)
	return v
}

// unusual is where x is no positive normal number.
func (d doubles) unusual(x reg.VecVirtual) Op {
	const least, most = 1 << fractionLen, powInfinity - 1 // the bits of such
	if d.wide() {
		k := K()
		VPCMPUQ_BCST(U8(6), d.bits(most-least).Mem, d.subInt(x, d.bits(least)), k) // greater
		return k
	}
	r := d.reg()
	shifted := d.addInt(x, d.bits(1<<63-least)) // so that signed comparison does
	VPCMPGTQ(d.bits(1<<63+most-least).Mem, shifted, r)
	return r
}

// pow32 is kernel's powFloat32.
func (t *powTables) pow32(d doubles, args []reg.VecVirtual, _ string) reg.VecVirtual {
	x, y := args[0], args[1]
	a := d.and(x, d.bits(allButSign))
	u := d.biased(a)
	row := t.logs(d, u)
	k, m := d.cut(u)
	r := d.lessOne(row[0], m)
	rr := d.mul(r, r)
	c := powLogPoly32
	q := d.addProductTo(d.linear(r, c[2:]), d.linear(r, c[4:]), rr)
	q = d.mulAddTo(q, rr, d.linear(r, c))
	p := d.mul(y, d.mulAddTo(q, r, d.add(k, row[1])))
	nan := d.compare(p, cmpUnordered, p)

	p = d.atMost(p, d.keep(powMost32))
	p = d.to(VMAXPD, VMAXPD_BCST, d.number(-powMost32), p)
	n := d.add(p, d.number(toInteger))
	f := d.sub(p, d.sub(n, d.number(toInteger)))
	ff := d.mul(f, f)
	e := powExpPoly32
	e01 := d.addProductTo(d.linear(f, e), d.linear(f, e[2:]), ff)
	e45 := d.addProductTo(d.linear(f, e[4:]), ff, d.number(e[6]))
	v := d.addProductTo(e01, e45, d.mul(ff, ff))
	v = d.mulAddTo(v, f, d.number(1))
	v = d.addInt(v, d.shiftLeft(n, fractionLen))
	v = d.special(x, y, v, nan, "")
	return d.choose(d.compare(y, cmpEqual, d.number(2)), d.mul(x, x), v)
}
