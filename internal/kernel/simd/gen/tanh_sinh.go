package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of package kernel's sinh and cosh.
const (
	perLn2    = 0x1.71547652b82fep+0
	wholeLn2  = 0x1.62e42fefa39efp-1
	lnTail    = 0x1.abc9e3b39803fp-56
	sinhMost  = 708
	sinhEnd32 = 100
)

var (
	sinhPoly = []float64{
		0x1.5555555555555p-3, 0x1.1111111111111p-7, 0x1.a01a01a0196a5p-13,
		0x1.71de3a5aaaf32p-19, 0x1.ae642c71ad6fcp-26, 0x1.61bfc9f4f7abcp-33,
	}
	coshPoly = []float64{
		0x1p-1, 0x1.5555555555557p-5, 0x1.6c16c16c15a5ap-10,
		0x1.a01a01a9ef9a7p-16, 0x1.27e4d409439a6p-22, 0x1.1f7f454dc2cb1p-29,
	}
	sinhPoly32 = []float64{0x1.5555555a7c167p-3, 0x1.1110e0de7d76fp-7, 0x1.a12528595bf9bp-13}
	coshPoly32 = []float64{0x1.0000000b98475p-1, 0x1.5554e8d9cb676p-5, 0x1.6d4362048ff32p-10}
)

// sinhAndCosh writes sinh and cosh.
func sinhAndCosh(d doubles) {
	function{doubles: d, name: "SinhFloat64", doc: "sinh a[i]", size: 8, args: "a", partial: true, body: sinh64}.emit()
	function{doubles: d, name: "CoshFloat64", doc: "cosh a[i]", size: 8, args: "a", partial: true, body: cosh64}.emit()
	function{doubles: d, name: "SinhFloat32", doc: "sinh a[i]", size: 4, args: "a", body: sinh32}.emit()
	function{doubles: d, name: "CoshFloat32", doc: "cosh a[i]", size: 4, args: "a", body: cosh32}.emit()
}

// sinh64 and cosh64 are kernel's sinh and cosh, line by line, up to where
// halfExp takes over; infinity is done.
func sinh64(d doubles, x []reg.VecVirtual, stop string) reg.VecVirtual {
	a := d.and(x[0], d.bits(allButSign))
	t := d.addends(a)
	s, c := d.sub(t.up, t.down), d.add(t.up, t.down)
	v := t.addProducts(s, d.sub(d.sub(t.up, s), t.down), c)
	return d.or(d.ends(a, v, stop), d.and(x[0], d.bits(signMask)))
}

func cosh64(d doubles, x []reg.VecVirtual, stop string) reg.VecVirtual {
	a := d.and(x[0], d.bits(allButSign))
	t := d.addends(a)
	s, c := d.sub(t.up, t.down), d.add(t.up, t.down)
	v := t.addProducts(c, d.add(d.sub(t.up, c), t.down), s)
	return d.ends(a, v, stop)
}

// addends is what kernel's functions of that name and halfPowers return.
type addends struct {
	doubles
	up, down, h, sh, ch reg.VecVirtual
}

func (d doubles) addends(a reg.VecVirtual) addends {
	k := d.mulAddTo(d.keep(perLn2), a, d.number(toInteger))
	n := d.sub(k, d.number(toInteger))
	up, down := d.halfPowers(k)
	r := d.negMulAdd(n, d.number(wholeLn2), a)
	low := d.mul(n, d.number(-lnTail))
	h := d.add(r, low)
	low = d.add(d.sub(r, h), low)
	z := d.mul(h, h)
	zz := d.mul(z, z)
	sh := d.addProductTo(low, d.mul(h, z), d.six(z, zz, sinhPoly))
	return addends{d, up, down, h, sh, d.mul(z, d.six(z, zz, coshPoly))}
}

// six is the polynomial in z with six coefficients.
func (d doubles) six(z, zz reg.VecVirtual, c []float64) reg.VecVirtual {
	p := d.addProductTo(d.linear(z, c[2:]), d.linear(z, c[4:]), zz)
	return d.mulAddTo(p, zz, d.linear(z, c))
}

// halfPowers is 2^n/2 and 2^-n/2 for the n in the lowest bits of k.
func (d doubles) halfPowers(k reg.VecVirtual) (up, down reg.VecVirtual) {
	n := d.shiftLeft(k, fractionLen)
	return d.addInt(n, d.number(0.5)), d.subInt(d.keep(0.5), n)
}

// addProducts is kernel's.
func (t addends) addProducts(f, rest, g reg.VecVirtual) reg.VecVirtual {
	sum := t.mulAdd(g, t.h, f)
	low := t.add(t.addProductTo(t.sub(f, sum), g, t.h), rest)
	return t.add(sum, t.addProductTo(t.addProductTo(low, f, t.ch), g, t.sh))
}

// ends makes v infinite where a is, and jumps to stop where a is great otherwise.
func (d doubles) ends(a, v reg.VecVirtual, stop string) reg.VecVirtual {
	done := d.label("ordinary")
	great := d.compare(a, cmpGreater, d.number(sinhMost))
	d.unless(great, done)
	infinite := d.compare(a, cmpEqual, d.bits(powInfinity))
	d.when(d.butMask(great, infinite), stop)
	d.do(VMOVAPD, nil, d.choose(infinite, a, v), v)
	Label(done)
	return v
}

// sinh32 and cosh32 are kernel's sinhFloat32 and coshFloat32.
func sinh32(d doubles, x []reg.VecVirtual, _ string) reg.VecVirtual {
	s, c, sh, ch := d.addends32(x[0])
	return d.or(d.addProductTo(d.mul(s, ch), c, sh), d.and(x[0], d.bits(signMask)))
}

func cosh32(d doubles, x []reg.VecVirtual, _ string) reg.VecVirtual {
	s, c, sh, ch := d.addends32(x[0])
	return d.addProductTo(d.mul(c, ch), s, sh)
}

func (d doubles) addends32(x reg.VecVirtual) (s, c, sh, ch reg.VecVirtual) {
	a := d.atMost(d.and(x, d.bits(allButSign)), d.keep(sinhEnd32))
	k := d.mulAddTo(d.keep(perLn2), a, d.number(toInteger))
	up, down := d.halfPowers(k)
	h := d.negMulAdd(d.sub(k, d.number(toInteger)), d.number(wholeLn2), a)
	z := d.mul(h, h)
	sh = d.mulAdd(d.mul(h, z), d.horner(z, sinhPoly32), h)
	ch = d.mulAddTo(d.horner(z, coshPoly32), z, d.number(1))
	return d.sub(up, down), d.add(up, down), sh, ch
}
