package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// trigLanes emits instructions for vectors of float64: four in a YMM register
// with AVX2, eight in a ZMM register with AVX-512. Functions of float32 are
// computed in such vectors too. Constants come from memory, four alike, of which
// AVX-512 broadcasts one.
type trigLanes struct {
	wide  bool
	bytes int // of an element in memory
	table *trigConstants

	loaded map[Mem]vec // constants that stay in registers
	nodes  nodeTable
	later  []func() // what comes behind the loop
	*pastStores
	labels int
}

// trigConstants is the read-only table of a file.
type trigConstants struct {
	base Mem
	size int               // bytes that are placed
	at   map[[4]uint64]int // of which these, four alike mostly
	// tails are four elements of ones and then as many of zeros, by their size.
	tails map[int]Mem
}

func newTrigConstants(name string) *trigConstants {
	c := &trigConstants{base: GLOBL(name, RODATA|NOPTR), at: map[[4]uint64]int{}}
	const ones = 1<<64 - 1
	c.tails = map[int]Mem{8: c.append(ones, ones, ones, ones, 0, 0, 0, 0), 4: c.append(ones, ones, 0, 0)}
	return c
}

// place returns where the table has four numbers.
func (c *trigConstants) place(bits [4]uint64) Mem {
	at, ok := c.at[bits]
	if !ok {
		at = c.size
		c.at[bits] = at
		c.append(bits[:]...)
	}
	return c.base.Offset(at)
}

// append adds numbers to the table, and returns where.
func (c *trigConstants) append(bits ...uint64) Mem {
	m := c.base.Offset(c.size)
	for i, b := range bits {
		DATA(c.size+8*i, U64(b))
	}
	c.size += 8 * len(bits)
	return m
}

// bits and float are constants for every lane.
func (l *trigLanes) bits(b uint64) Mem   { return l.table.place([4]uint64{b, b, b, b}) }
func (l *trigLanes) float(x float64) Mem { return l.bits(math.Float64bits(x)) }

func (l *trigLanes) floats(x []float64) (all []Mem) {
	for _, x := range x {
		all = append(all, l.float(x))
	}
	return all
}

// pick is what is for results in float64 or in float32.
func (l *trigLanes) pick(c64, c32 []float64) []float64 {
	if l.bytes == 4 {
		return c32
	}
	return c64
}

// pair is a constant for choose: one number for even lanes, one for odd.
func (l *trigLanes) pair(even, odd float64) Mem {
	e, o := math.Float64bits(even), math.Float64bits(odd)
	return l.table.place([4]uint64{e, o, e, o})
}

func (l *trigLanes) width() int {
	if l.wide {
		return 8
	}
	return 4
}

func (l *trigLanes) register() vec {
	if l.wide {
		return ZMM()
	}
	return YMM()
}

// do emits f, or where an operand is a constant and has to be broadcast, the
// other form.
func (l *trigLanes) do(f, broadcast instruction, operands ...Op) {
	for i, o := range operands {
		if m, ok := o.(Mem); ok && l.wide {
			if v, ok := l.loaded[m]; ok {
				operands[i] = v
			} else {
				f = broadcast
			}
		}
	}
	f(operands...)
}

// constant returns a copy of a constant in a register of its own.
func (l *trigLanes) constant(m Mem) vec {
	v := l.register()
	if c, ok := l.loaded[m]; ok {
		VMOVAPD(c, v)
	} else if l.wide {
		VBROADCASTSD(m, v)
	} else {
		VMOVUPD(m, v)
	}
	return v
}

func (l *trigLanes) copyOf(x vec) vec {
	v := l.register()
	VMOVAPD(x, v)
	return v
}

// fma sets z to x*y + z and fnma to z - x*y.
func (l *trigLanes) fma(x vec, y Op, z vec) vec {
	l.do(VFMADD231PD, VFMADD231PD_BCST, y, x, z)
	return z
}

func (l *trigLanes) fnma(x vec, y Op, z vec) vec {
	l.do(VFNMADD231PD, VFNMADD231PD_BCST, y, x, z)
	return z
}

// fms sets z to x*y - z.
func (l *trigLanes) fms(x vec, y Op, z vec) vec {
	l.do(VFMSUB231PD, VFMSUB231PD_BCST, y, x, z)
	return z
}

// horner sets x to x*y + z.
func (l *trigLanes) horner(x, y vec, z Op) vec {
	l.do(VFMADD213PD, VFMADD213PD_BCST, z, y, x)
	return x
}

func (l *trigLanes) three(f, broadcast instruction, x vec, y Op) vec {
	v := l.register()
	l.do(f, broadcast, y, x, v)
	return v
}

func (l *trigLanes) add(x vec, y Op) vec    { return l.three(VADDPD, VADDPD_BCST, x, y) }
func (l *trigLanes) sub(x vec, y Op) vec    { return l.three(VSUBPD, VSUBPD_BCST, x, y) }
func (l *trigLanes) mul(x vec, y Op) vec    { return l.three(VMULPD, VMULPD_BCST, x, y) }
func (l *trigLanes) div(x vec, y Op) vec    { return l.three(VDIVPD, VDIVPD_BCST, x, y) }
func (l *trigLanes) and(x vec, y Op) vec    { return l.three(VANDPD, VANDPD_BCST, x, y) }
func (l *trigLanes) xor(x vec, y Op) vec    { return l.three(VXORPD, VXORPD_BCST, x, y) }
func (l *trigLanes) addInt(x vec, y Op) vec { return l.three(VPADDQ, VPADDQ_BCST, x, y) }
func (l *trigLanes) subInt(x vec, y Op) vec { return l.three(VPSUBQ, VPSUBQ_BCST, x, y) }

// min and max are y where an operand is NaN.
func (l *trigLanes) min(x vec, y Op) vec { return l.three(VMINPD, VMINPD_BCST, x, y) }
func (l *trigLanes) max(x vec, y Op) vec { return l.three(VMAXPD, VMAXPD_BCST, x, y) }

func (l *trigLanes) abs(x vec) vec { return l.and(x, l.bits(1<<63-1)) }

func (l *trigLanes) sqrt(x vec) vec {
	v := l.register()
	VSQRTPD(x, v)
	return v
}

func (l *trigLanes) shiftRight(x vec, by uint8) vec {
	v := l.register()
	VPSRLQ(U8(by), x, v)
	return v
}

func (l *trigLanes) shiftLeft(x vec, by uint8) vec {
	v := l.register()
	VPSLLQ(U8(by), x, v)
	return v
}

// flip changes the sign of x where the first bit of sign is 1.
func (l *trigLanes) flip(x, sign vec) vec {
	signBit := l.bits(1 << 63)
	if l.wide {
		const xorAnd = 0xF0 ^ 0xCC&0xAA // the truth table of x ^ sign&signBit
		l.do(VPTERNLOGQ, VPTERNLOGQ_BCST, U8(xorAnd), signBit, sign, x)
		return x
	}
	return l.xor(x, l.and(sign, signBit))
}

// subset tells some lanes from the others.
type subset struct {
	in   reg.OpmaskVirtual // AVX-512: the lanes that are in it
	sign vec               // AVX2: negative in the lanes that are in it
	two  vec               // AVX2, of oddLanes alone: the same as the bit worth two
}

// oddLanes are those whose last bit is set.
func (l *trigLanes) oddLanes(t vec) (s subset) {
	if l.wide {
		s.in = K()
		l.do(VPTESTMQ, VPTESTMQ_BCST, l.bits(1), t, s.in)
		return s
	}
	return subset{sign: l.shiftLeft(t, 63), two: l.addInt(t, t)}
}

// greater are the lanes where x is greater than a constant, negative those with
// its first bit set.
func (l *trigLanes) greater(x vec, than float64) (s subset) {
	const greaterThan = 0x1e
	if l.wide {
		s.in = K()
		l.do(VCMPPD, VCMPPD_BCST, U8(greaterThan), l.float(than), x, s.in)
		return s
	}
	s.sign = l.register()
	VCMPPD(U8(greaterThan), l.float(than), x, s.sign)
	return s
}

func (l *trigLanes) negative(x vec) (s subset) {
	if l.wide {
		s.in = K()
		VPMOVQ2M(x, s.in)
		return s
	}
	return subset{sign: x}
}

// blend takes lanes of in where they are in the subset, of out elsewhere.
func (l *trigLanes) blend(s subset, out, in vec) vec {
	v := l.register()
	if l.wide {
		blend, err := x86.VBLENDMPD(in, out, s.in, v)
		if err != nil {
			panic(err)
		}
		blend.Inputs = blend.Inputs[:3] // avo takes v for one, as if the mask kept lanes of it
		Instruction(blend)
	} else {
		VBLENDVPD(s.sign, in, out, v)
	}
	return v
}

// blendNegative is blend with the negative of in.
func (l *trigLanes) blendNegative(s subset, out, in vec) vec {
	if l.wide {
		v := l.copyOf(out)
		l.do(VXORPD, VXORPD_BCST, l.bits(1<<63), in, s.in, v)
		return v
	}
	return l.blend(s, out, l.xor(in, s.sign))
}

// only makes the lanes zero that are not in the subset.
func (l *trigLanes) only(s subset, x vec) vec {
	if l.wide {
		v := l.register()
		VMOVAPD_Z(x, s.in, v)
		return v
	}
	return l.blend(s, l.zero(), x)
}

func (l *trigLanes) zero() vec {
	v := l.register()
	VXORPD(v, v, v)
	return v
}

// choose takes lanes of a pair of constants.
func (l *trigLanes) choose(odd subset, pair Mem) vec {
	if l.wide {
		return l.blend(odd, l.loaded[pair], l.loaded[pair.Offset(8)])
	}
	v := l.constant(pair)
	VPERMILPD(odd.two, v, v)
	return v
}

// hold keeps constants in registers, where there are enough of them.
func (l *trigLanes) hold(constants []Mem, pairs func(l *trigLanes) []Mem) {
	if !l.wide {
		return
	}
	if pairs != nil {
		for _, m := range pairs(l) {
			constants = append(constants, m, m.Offset(8))
		}
	}
	loaded := map[Mem]vec{}
	for _, m := range constants {
		loaded[m] = l.constant(m)
	}
	l.loaded = loaded
}

// coefficients make operands, which may be overwritten if they are registers.
type coefficients []func() Op

// polynomial is that of z with these coefficients, by Horner's scheme: there is
// enough else to do while one step waits for another.
func (l *trigLanes) polynomial(z vec, c coefficients) vec {
	last := len(c) - 1
	p := l.inRegister(c[last]())
	for i := last - 1; i >= 0; i-- {
		l.horner(p, z, c[i]())
	}
	return p
}

// series are the same coefficients for all lanes, chosen those of one
// polynomial for even lanes and of another for odd ones.
func (l *trigLanes) series(c []float64) (all coefficients) {
	for _, x := range c {
		all = append(all, func() Op { return l.float(x) })
	}
	return all
}

func (l *trigLanes) chosen(s subset, even, odd []float64) (all coefficients) {
	for _, m := range l.pairsOf(even, odd) {
		all = append(all, func() Op { return l.choose(s, m) })
	}
	return all
}

func (l *trigLanes) pairsOf(even, odd []float64) (all []Mem) {
	for i := range even {
		all = append(all, l.pair(even[i], odd[i]))
	}
	return all
}

// inRegister is a copy of a constant, or the register itself.
func (l *trigLanes) inRegister(x Op) vec {
	if m, ok := x.(Mem); ok {
		return l.constant(m)
	}
	return x.(vec)
}
