package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// places writes the extremes of columns and the first rows that have them.
func (o orderer) places() {
	place := map[int]string{1: "int8", 2: "int16", 4: "int32", 8: "int64"}[o.size]
	doc := "sets best, which has cols elements, to the " + o.doc() + " of each of them and of a column of x, and place to the first row that has it; other places remain." + rowsDoc
	if o.overlap {
		doc += " There are 32 bytes of columns or more."
	}
	o.begin(o.name()+"PlaceRows", "func(best *"+o.elem()+", place *"+place+", x *"+o.elem()+", cols, rows, stride int)", doc)
	o.constants()
	best, where := Load(Param("best"), GP64()), Load(Param("place"), GP64())
	m, top, one := newMatrix(o.size), o.vec(), o.vec()
	o.zeros(top)
	o.ones(one)
	o.integers(VPSUBB, VPSUBW, VPSUBD, VPSUBQ)(one, top, one)
	m.fetch = beside
	m.next = func() {
		for range m.rowsAtOnce {
			o.integers(VPADDB, VPADDW, VPADDD, VPADDQ)(one, top, top)
		}
	}
	o.down("rows", m, func(m *matrix) {
		atBest, atPlace := Mem{Base: best, Index: m.i, Scale: uint8(o.size)}, Mem{Base: where, Index: m.i, Scale: uint8(o.size)}
		v, at, row, x := o.vec(), o.vec(), o.vec(), o.vec()
		o.loadLanes(atBest, v)
		o.loadLanes(atPlace, at)
		o.move(top, row)
		for r := range m.rowsAtOnce {
			o.prefetch(m, r)
			o.loadLanes(m.row(r), x)
			o.better(x, v, row, at)
			if r+1 < m.rowsAtOnce {
				o.integers(VPADDB, VPADDW, VPADDD, VPADDQ)(one, row, row)
			}
		}
		o.storeLanes(v, atBest)
		o.storeLanes(at, atPlace)
	})
	o.end()
}

// integers returns the instruction for integers as wide as an element.
func (f *folder) integers(b, w, d, q func(...Op)) func(...Op) {
	return map[int]func(...Op){1: b, 2: w, 4: d, 8: q}[f.size]
}

// ones sets all bits of v.
func (f *folder) ones(v reg.VecVirtual) {
	if f.avx512 {
		VPTERNLOGD(U8(0xff), v, v, v)
	} else {
		VPCMPEQD(v, v, v)
	}
}

// better replaces v by x and at by row where x is beyond v, or NaN and v is not.
func (o orderer) better(x, v, row, at reg.VecVirtual) {
	switch {
	case o.avx512:
		k := o.beyond(x, v)
		o.integers(VMOVDQU8, VMOVDQU16, VMOVDQU32, VMOVDQU64)(x, k, v)
		o.integers(VMOVDQU8, VMOVDQU16, VMOVDQU32, VMOVDQU64)(row, k, at)
	case o.dtype[0] == 'F':
		wins, number := o.vec(), o.vec()
		o.ps(VCMPPD, VCMPPS)(o.notWithin(), v, x, wins)
		o.ps(VCMPPD, VCMPPS)(U8(whereOrdered), v, v, number)
		VANDPD(number, wins, wins)
		o.blends()(wins, x, v, v)
		o.blends()(wins, row, at, at)
	default:
		old, same := o.vec(), o.vec()
		o.move(v, old)
		o.combine(x, v)
		o.integers(VPCMPEQB, VPCMPEQW, VPCMPEQD, VPCMPEQQ)(old, v, same)
		VPBLENDVB(same, at, row, at)
	}
}

// notWithin is the predicate that a number is beyond another, or one is NaN.
func (o orderer) notWithin() Constant {
	if o.greatest {
		return U8(0x16) // not less or equal
	}
	return U8(0x19) // not greater or equal
}

// beyond returns the lanes where x is beyond v, or NaN and v is not.
func (o orderer) beyond(x, v reg.VecVirtual) reg.Register {
	number, k := K(), K()
	if o.dtype[0] == 'F' {
		o.ps(VCMPPD, VCMPPS)(U8(whereOrdered), v, v, number)
		o.ps(VCMPPD, VCMPPS)(o.notWithin(), v, x, number, k)
		return k
	}
	predicate := U8(1) // less
	if o.greatest {
		predicate = 6 // greater
	}
	if o.dtype[0] == 'U' {
		o.integers(VPCMPUB, VPCMPUW, VPCMPUD, VPCMPUQ)(predicate, v, x, k)
	} else {
		o.integers(VPCMPB, VPCMPW, VPCMPD, VPCMPQ)(predicate, v, x, k)
	}
	return k
}
