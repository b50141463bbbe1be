package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// doubles writes arithmetic on vectors of float64 at a level: 4 elements with
// AVX2, 8 with AVX-512. Its functions return new registers; those whose names
// end in To change their first operand.
type doubles struct {
	level string
	bytes int // of a register
}

var doubles2, doubles512 = doubles{"AVX2", 32}, doubles{"AVX512", 64}

func (d doubles) wide() bool { return d.bytes == 64 }
func (d doubles) lanes() int { return d.bytes / 8 }

func (d doubles) reg() reg.VecVirtual {
	if d.wide() {
		return ZMM()
	}
	return YMM()
}

// constant is the memory of a number: 32 bytes that repeat it, of which AVX-512
// reads one and repeats it itself.
type numberAt struct{ Mem }

var numbers = map[uint64]numberAt{}

// bits is the constant with these bits.
func (d doubles) bits(b uint64) numberAt {
	if _, ok := numbers[b]; !ok {
		numbers[b] = numberAt{GLOBL(fmt.Sprintf("number_%016x", b), RODATA|NOPTR)}
		for i := range 4 {
			DATA(8*i, U64(b))
		}
	}
	return numbers[b]
}

func (d doubles) number(x float64) numberAt { return d.bits(math.Float64bits(x)) }

// keep puts a number into a register, keepBits one with these bits.
func (d doubles) keep(x float64) reg.VecVirtual { return d.keepBits(math.Float64bits(x)) }
func (d doubles) keepBits(b uint64) reg.VecVirtual {
	v := d.reg()
	VBROADCASTSD(d.bits(b).Mem, v)
	return v
}

type operation = func(ops ...Op)

// repeated are the instructions that repeat a number in memory.
func (d doubles) do(plain, repeating operation, ops ...Op) {
	f := plain
	for i, o := range ops {
		if c, ok := o.(numberAt); ok {
			ops[i] = c.Mem
			if d.wide() {
				f = repeating
			}
		}
	}
	f(ops...)
}

// to is do with a new register for the result.
func (d doubles) to(plain, repeating operation, ops ...Op) reg.VecVirtual {
	r := d.reg()
	d.do(plain, repeating, append(ops, r)...)
	return r
}

// Where one operand is a number, it is the second.
func (d doubles) add(a reg.VecVirtual, b Op) reg.VecVirtual { return d.to(VADDPD, VADDPD_BCST, b, a) }
func (d doubles) sub(a reg.VecVirtual, b Op) reg.VecVirtual { return d.to(VSUBPD, VSUBPD_BCST, b, a) }
func (d doubles) mul(a reg.VecVirtual, b Op) reg.VecVirtual { return d.to(VMULPD, VMULPD_BCST, b, a) }
func (d doubles) div(a reg.VecVirtual, b Op) reg.VecVirtual { return d.to(VDIVPD, VDIVPD_BCST, b, a) }
func (d doubles) and(a reg.VecVirtual, b Op) reg.VecVirtual { return d.to(VANDPD, VANDPD_BCST, b, a) }
func (d doubles) or(a reg.VecVirtual, b Op) reg.VecVirtual  { return d.to(VORPD, VORPD_BCST, b, a) }

// The integers in the same lanes.
func (d doubles) addInt(a reg.VecVirtual, b Op) reg.VecVirtual {
	return d.to(VPADDQ, VPADDQ_BCST, b, a)
}
func (d doubles) subInt(a reg.VecVirtual, b Op) reg.VecVirtual {
	return d.to(VPSUBQ, VPSUBQ_BCST, b, a)
}
func (d doubles) shiftLeft(a reg.VecVirtual, by uint8) reg.VecVirtual {
	return d.to(VPSLLQ, nil, U8(by), a)
}
func (d doubles) shiftRight(a reg.VecVirtual, by uint8) reg.VecVirtual {
	return d.to(VPSRLQ, nil, U8(by), a)
}

// copy returns a register to be changed by a function whose name ends in To.
func (d doubles) copy(a reg.VecVirtual) reg.VecVirtual { return d.to(VMOVAPD, nil, a) }

// mulAddTo sets p to p*x + c.
func (d doubles) mulAddTo(p, x reg.VecVirtual, c Op) reg.VecVirtual {
	d.do(VFMADD213PD, VFMADD213PD_BCST, c, x, p)
	return p
}

// mulAdd is a*b + c, mulSub a*b - c, and negMulAdd -a*b + c; b may be a number.
func (d doubles) mulAdd(a reg.VecVirtual, b Op, c reg.VecVirtual) reg.VecVirtual {
	return d.addProductTo(d.copy(c), a, b)
}
func (d doubles) negMulAdd(a reg.VecVirtual, b Op, c reg.VecVirtual) reg.VecVirtual {
	return d.subProductTo(d.copy(c), a, b)
}
func (d doubles) mulSub(a reg.VecVirtual, b Op, c reg.VecVirtual) reg.VecVirtual {
	c = d.copy(c)
	d.do(VFMSUB231PD, VFMSUB231PD_BCST, b, a, c)
	return c
}

// addProductTo sets c to a*b + c, subProductTo to -a*b + c.
func (d doubles) addProductTo(c, a reg.VecVirtual, b Op) reg.VecVirtual {
	d.do(VFMADD231PD, VFMADD231PD_BCST, b, a, c)
	return c
}
func (d doubles) subProductTo(c, a reg.VecVirtual, b Op) reg.VecVirtual {
	d.do(VFNMADD231PD, VFNMADD231PD_BCST, b, a, c)
	return c
}

// horner is the polynomial in x with these coefficients, by ascending power.
func (d doubles) horner(x reg.VecVirtual, c []float64) reg.VecVirtual {
	p := d.keep(c[len(c)-1])
	for k := len(c) - 2; k >= 0; k-- {
		d.mulAddTo(p, x, d.number(c[k]))
	}
	return p
}

// linear is c[0] + c[1]*x.
func (d doubles) linear(x reg.VecVirtual, c []float64) reg.VecVirtual {
	return d.mulAddTo(d.keep(c[1]), x, d.number(c[0]))
}

// atMost is the lesser of a and limit, and NaN where a is.
func (d doubles) atMost(a, limit reg.VecVirtual) reg.VecVirtual {
	r := d.reg()
	VMINPD(a, limit, r)
	return r
}

// Predicates of compare.
const (
	cmpEqual     = 0x00
	cmpLess      = 0x11
	cmpLessEqual = 0x12
	cmpGreater   = 0x1e
	cmpUnordered = 0x03 // one is NaN
	cmpNot       = 0x04 // with cmpLessEqual: greater or unordered
)

// compare returns where a and b are so related: a mask register with AVX-512,
// lanes of ones with AVX2.
func (d doubles) compare(a reg.VecVirtual, predicate uint8, b Op) Op {
	if d.wide() {
		k := K()
		d.do(VCMPPD, VCMPPD_BCST, U8(predicate), b, a, k)
		return k
	}
	return d.to(VCMPPD, nil, U8(predicate), b, a)
}

// choose is yes where the mask is set, and else no.
func (d doubles) choose(mask Op, yes, no reg.VecVirtual) reg.VecVirtual {
	if d.wide() {
		r := d.copy(no)
		VMOVAPD(yes, mask, r)
		return r
	}
	r := d.reg()
	VBLENDVPD(mask, yes, no, r)
	return r
}

// bothMasks, eitherMask and butMask (of the first, not the second) combine what
// compare returns.
func (d doubles) bothMasks(a, b Op) Op  { return d.combine(KANDB, VANDPD, a, b) }
func (d doubles) eitherMask(a, b Op) Op { return d.combine(KORB, VORPD, a, b) }
func (d doubles) butMask(a, not Op) Op  { return d.combine(KANDNB, VANDNPD, a, not) }
func (d doubles) combine(k func(a, b, c Op), v operation, a, b Op) Op {
	if d.wide() {
		r := K()
		k(a, b, r)
		return r
	}
	return d.to(v, nil, a, b)
}

// label returns a name that no other label of the file has.
func (d doubles) label(what string) string {
	labels++
	return fmt.Sprint(what, labels)
}

var labels int

// unless jumps to label if a mask is empty, when if it is not.
func (d doubles) unless(mask Op, label string) { d.test(mask); JEQ(LabelRef(label)) }
func (d doubles) when(mask Op, label string)   { d.test(mask); JNE(LabelRef(label)) }
func (d doubles) test(mask Op) {
	if d.wide() {
		KORTESTB(mask, mask)
		return
	}
	bits := GP32()
	VMOVMSKPD(mask, bits)
	TESTL(bits, bits)
}

// round is the nearest integer, the even one of two.
func (d doubles) round(a reg.VecVirtual) reg.VecVirtual {
	if d.wide() {
		return d.to(VRNDSCALEPD, nil, U8(8), a)
	}
	return d.to(func(o ...Op) { VROUNDPD(o[0], o[1], o[2]) }, nil, U8(8), a)
}
