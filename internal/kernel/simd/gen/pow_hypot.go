package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// hypot64 is kernel's hypot: three scales in place of its switch.
func hypot64(d doubles, args []reg.VecVirtual, _ string) reg.VecVirtual {
	a, b := d.and(args[0], d.bits(allButSign)), d.and(args[1], d.bits(allButSign))
	x, y := d.to(VMAXPD, VMAXPD_BCST, a, b), d.to(VMINPD, VMINPD_BCST, a, b)
	great, small := d.compare(x, cmpGreater, d.number(0x1p500)), d.compare(x, cmpLess, d.number(0x1p-500))
	one := d.keep(1)
	down := d.choose(great, d.keep(0x1p-600), d.choose(small, d.keep(0x1p600), one))
	up := d.choose(great, d.keep(0x1p600), d.choose(small, d.keep(0x1p-600), one))
	x, y = d.mul(x, down), d.mul(y, down)
	root := d.to(VSQRTPD, nil, d.addProductTo(d.mul(y, y), x, x))
	return d.infiniteOrNaN(a, b, d.mul(root, up))
}

// hypot32 is kernel's hypotFloat32.
func hypot32(d doubles, args []reg.VecVirtual, _ string) reg.VecVirtual {
	a, b := d.and(args[0], d.bits(allButSign)), d.and(args[1], d.bits(allButSign))
	root := d.to(VSQRTPD, nil, d.addProductTo(d.mul(b, b), a, a))
	return d.infiniteOrNaN(a, b, root)
}

// infiniteOrNaN is NaN where a or b is NaN and neither infinite, +Inf where one
// is infinite, and elsewhere v.
func (d doubles) infiniteOrNaN(a, b, v reg.VecVirtual) reg.VecVirtual {
	v = d.choose(d.compare(a, cmpUnordered, b), d.add(a, b), v)
	inf := d.bits(powInfinity)
	return d.choose(d.eitherMask(d.compare(a, cmpEqual, inf), d.compare(b, cmpEqual, inf)), d.keepBits(powInfinity), v)
}
