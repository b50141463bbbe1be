package main

import (
	"iter"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// This file puts loops around the cores of exponentials and logarithms, and of
// what is computed in float32. A core makes a vector of results. Routines are given
// the constants, a struct of package kernel.

// field is a constant's place in the struct, in bytes.
type field int

// constantSize is that of a constant: one for each lane of the widest register.
const constantSize = 64

// fields counts the places of constants one after the other.
func fields(first field, count int) []field {
	all := make([]field, count)
	for i := range all {
		all[i] = first + field(i)*constantSize
	}
	return all
}

// elementary is a routine: a function of each element.
type elementary struct {
	name string // with the dtype, without the level
	doc  string // of dst[i]
	// single: elements are float32. The core computes in float64 nevertheless,
	// half as many at a time, unless the routine is narrow.
	single, narrow bool
	// partial: the routine returns how many elements it has done; a core stops
	// it by a jump to the label "rare".
	partial bool
	// registers are the constants that are kept in registers, the first few in
	// those of AVX2.
	registers []field
	few       int
	// core returns f(x), of x in the routine's dtype. A core that is not whole may
	// leave x to one that is, by a jump to the label "special".
	core func(v *vector, x vec, whole bool) vec
	// tables are loaded with AVX-512, two registers each.
	tables []field
	// pairs: with AVX-512 two vectors are computed at a time, their instructions in
	// turns: many wait for each other, and a processor doesn't look far ahead.
	pairs bool
}

// vector is the context of a core.
type vector struct {
	wide   bool // AVX-512
	narrow bool // lanes are float32, not float64
	base   reg.Register
	inside map[field]vec    // constants in registers
	tables map[field][2]vec // of 16 numbers
	turn   func()           // lets the other of a pair emit an instruction
}

// bytes is the size of a register.
func (v *vector) bytes() int {
	if v.wide {
		return 64
	}
	return 32
}

// register returns a new one.
func (v *vector) register() vec {
	if v.wide {
		return ZMM()
	}
	return YMM()
}

// half returns a new register for as many float32 as there are float64.
func (v *vector) half() vec {
	if v.wide {
		return YMM()
	}
	return XMM()
}

// part is the lower half of a register.
func (v *vector) part(x vec) vec {
	if v.wide {
		return x.AsY().(vec)
	}
	return x.AsX().(vec)
}

// widened is float32 as float64.
func (v *vector) widened(x vec) vec { return v.do(VCVTPS2PD, x) }

// constant is an operand: a register or memory.
func (v *vector) constant(f field) Op {
	if r, ok := v.inside[f]; ok {
		return r
	}
	return Mem{Base: v.base, Disp: int(f)}
}

// inRegister is a constant for where an operand cannot be memory.
func (v *vector) inRegister(f field) vec {
	if r, ok := v.inside[f]; ok {
		return r
	}
	return v.copyOf(v.constant(f))
}

// copyOf returns a register that may be written to.
func (v *vector) copyOf(x Op) vec {
	return v.do(VMOVUPD, x)
}

// do emits an instruction with a new register for its result, which it returns.
func (v *vector) do(f func(...Op), operands ...Op) vec {
	r := v.register()
	f(append(operands, r)...)
	if v.turn != nil {
		v.turn()
	}
	return r
}

// inTurns emits core for two vectors, an instruction or a few of one and then of
// the other. Both leave special ones to the label "single".
func (v *vector) inTurns(core func(v *vector, x vec, whole bool) vec, x [2]vec) (y [2]vec) {
	var next [2]func() (struct{}, bool)
	for i := range x {
		next[i], _ = iter.Pull(func(yield func(struct{}) bool) {
			w := *v
			w.turn = func() { yield(struct{}{}) }
			y[i] = core(&w, x[i], false)
		})
	}
	for more := true; more; {
		_, more = next[0]()
		next[1]()
	}
	return y
}

// pick chooses between an instruction for lanes of float64 and one for float32.
func (v *vector) pick(double, single instruction) instruction {
	if v.narrow {
		return single
	}
	return double
}

// The operations below return new registers; the second operand may be memory.
func (v *vector) add(x vec, y Op) vec { return v.do(v.pick(VADDPD, VADDPS), y, x) }
func (v *vector) sub(x vec, y Op) vec { return v.do(v.pick(VSUBPD, VSUBPS), y, x) }
func (v *vector) mul(x vec, y Op) vec { return v.do(v.pick(VMULPD, VMULPS), y, x) }

// shiftLeft and shiftRight are of a lane's bits.
func (v *vector) shiftLeft(x vec, by int) vec  { return v.do(v.pick(VPSLLQ, VPSLLD), U8(by), x) }
func (v *vector) shiftRight(x vec, by int) vec { return v.do(v.pick(VPSRLQ, VPSRLD), U8(by), x) }

// and and or are bitwise.
func (v *vector) and(x vec, y Op) vec { return v.do(VANDPD, y, x) }
func (v *vector) or(x vec, y Op) vec  { return v.do(VORPD, y, x) }

// blend is AVX2's: y where the mask's signs are set, else x.
func (v *vector) blend(x, y vec, mask reg.Register) vec {
	return v.do(v.pick(four(VBLENDVPD), four(VBLENDVPS)), mask, y, x)
}

// signed returns y, which is zero or has it anyway, with the sign of x.
func (v *vector) signed(x, y vec, negative field) vec { return v.or(y, v.and(x, v.constant(negative))) }

// polynomial is c[0] + c[1]*x + …, for square = x*x: as kernel's polynomial,
// Horner's scheme in the square, with two terms a step, which wait for each other
// half as long.
func (v *vector) polynomial(x, square vec, c []field) vec {
	var p vec
	last := len(c) - 1
	for i := last &^ 1; i >= 0; i -= 2 {
		terms := v.copyOf(v.constant(c[min(i+1, last)]))
		if i < last {
			v.pick(VFMADD213PD, VFMADD213PS)(v.constant(c[i]), x, terms)
		}
		if p != nil {
			v.pick(VFMADD231PD, VFMADD231PS)(p, square, terms)
		}
		p = terms
	}
	return p
}

// horner is a polynomial of float32: c[0] + c[1]*x + …
func (v *vector) horner(x vec, c []field) vec {
	p := v.copyOf(v.constant(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		VFMADD213PS(v.constant(c[i]), x, p)
	}
	return p
}

// lookUp returns entries of tables for places in the last 4 bits of index.
func (v *vector) lookUp(index vec, tables ...field) []vec {
	var found []vec
	for _, t := range tables {
		r := v.copyOf(index)
		VPERMI2PD(v.tables[t][1], v.tables[t][0], r)
		found = append(found, r)
	}
	return found
}

// rows returns the addresses of a table's rows, for offsets in bytes.
func (v *vector) rows(table field, offsets vec) [4]Mem {
	var rows [4]Mem
	half := XMM()
	VEXTRACTI128(U8(1), offsets, half)
	for i, x := range []reg.Register{offsets.AsX(), half} {
		for j := range 2 {
			r := GP64()
			if j == 0 {
				VMOVQ(x, r)
			} else {
				VPEXTRQ(U8(1), x, r)
			}
			rows[2*i+j] = Mem{Base: v.base, Index: r, Scale: 1, Disp: int(table)}
		}
	}
	return rows
}

// pairs returns the two numbers at an offset in each row.
func (v *vector) pairs(rows [4]Mem, offset int) (first, second vec) {
	var halves [2]vec
	for i := range halves {
		halves[i] = v.register()
		VMOVUPD(rows[i].Offset(offset), halves[i].AsX())
		VINSERTF128(U8(1), rows[i+2].Offset(offset), halves[i], halves[i])
	}
	return v.do(VUNPCKLPD, halves[1], halves[0]), v.do(VUNPCKHPD, halves[1], halves[0])
}

// singles returns the number at an offset in each row.
func (v *vector) singles(rows [4]Mem, offset int) vec {
	var halves [2]vec
	for i := range halves {
		halves[i] = v.register()
		VMOVSD(rows[2*i].Offset(offset), halves[i].AsX())
		VMOVHPD(rows[2*i+1].Offset(offset), halves[i].AsX(), halves[i].AsX())
	}
	VINSERTF128(U8(1), halves[1].AsX(), halves[0], halves[0])
	return halves[0]
}

// jumpIfAny jumps where a lane's number compares so with a constant; lanes of
// NaN never do with an ordered predicate.
func (v *vector) jumpIfAny(predicate int, x vec, f field, label string) {
	if v.wide {
		k := K()
		v.pick(VCMPPD, VCMPPS)(U8(predicate), v.constant(f), x, k)
		v.jumpIfSet(k, label)
		return
	}
	v.jumpIfSigned(v.compare(predicate, x, v.constant(f)), label)
}

// compare is AVX2's: all bits are set in lanes where x compares so with y.
func (v *vector) compare(predicate int, x vec, y Op) vec {
	return v.do(v.pick(VCMPPD, VCMPPS), U8(predicate), y, x)
}

// jump is to a label; of a pair, "special" is a label before the loop that takes
// one vector at a time.
func (v *vector) jump(label string) {
	if v.turn != nil && label == "special" {
		label = "single"
	}
	JNE(LabelRef(label))
}

// jumpIfSigned is AVX2's: it jumps where a lane's first bit is set.
func (v *vector) jumpIfSigned(x vec, label string) {
	if v.narrow {
		VTESTPS(x, x)
	} else {
		VTESTPD(x, x)
	}
	v.jump(label)
}

// jumpIfSet is AVX-512's: it jumps where a lane's bit of the mask is set.
func (v *vector) jumpIfSet(k reg.OpmaskVirtual, label string) {
	if v.narrow {
		KORTESTW(k, k)
	} else {
		KORTESTB(k, k)
	}
	v.jump(label)
}

// Predicates of VCMPPD, none of which signals.
const (
	isLess           = 0x11
	isGreater        = 0x1e
	isGreaterOrEqual = 0x1d
	isEqual          = 0x00
	isNotLess        = 0x15 // or NaN
)

// emit writes the routine for both levels.
func (e elementary) emit() {
	e.at("AVX2", false)
	e.at("AVX512", true)
}

// at writes the routine. Whole vectors go to the core; those that it leaves, and
// the last few elements, to the core that handles all.
func (e elementary) at(level string, wide bool) {
	result := ""
	if e.partial {
		result = " int"
	}
	dtype := "float64"
	if e.single {
		dtype = "float32"
	}
	TEXT(e.name+level, NOSPLIT, "func(dst, a *"+dtype+", n int, c *float64, past int)"+result)
	Pragma("noescape")
	doc := []string{e.name + level + " sets dst[i] = " + e.doc + " for i < n; c points to the constants.", pastDoc}
	if e.partial {
		doc = append(doc, "It returns how many elements it has done: it stops where a vector holds one", "that is too great.")
	}
	Doc(doc...)
	l := loopWriter{elementary: e, v: &vector{wide: wide, narrow: e.narrow, inside: map[field]vec{}, tables: map[field][2]vec{}}}
	l.dst, l.a, l.n = Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("n"), GP64())
	l.v.base, l.pastStores = Load(Param("c"), GP64()), newPastStores()
	l.v.load(e)
	l.write()
}

// load brings constants and tables into registers.
func (v *vector) load(e elementary) {
	for i, f := range e.registers {
		if !v.wide && i == e.few {
			return
		}
		v.inside[f] = v.copyOf(Mem{Base: v.base, Disp: int(f)})
	}
	for _, t := range e.tables {
		if v.wide {
			v.tables[t] = [2]vec{v.copyOf(Mem{Base: v.base, Disp: int(t)}), v.copyOf(Mem{Base: v.base, Disp: int(t) + 64})}
		}
	}
}

// loopWriter is what writes a routine.
type loopWriter struct {
	elementary
	*pastStores
	v         *vector
	dst, a, n reg.Register
	mask      reg.Register // of the elements that the last core handles
}

// write emits the loop and what is behind it. Between vectors, n is how many
// elements there are beyond the next one.
func (l *loopWriter) write() {
	v, x := l.v, l.v.register()
	if l.half() {
		x = v.half()
	}
	if l.pairs && v.wide {
		l.writePairs()
	} else {
		SUBQ(U8(l.count()), l.n)
	}
	JL(LabelRef("tail"))
	Label("vectors")
	l.load(x, 0)
	l.store(l.core(v, x, false), 0)
	Label("next")
	ADDQ(U8(l.count()*l.elementSize()), l.a)
	ADDQ(U8(l.count()*l.elementSize()), l.dst)
	SUBQ(U8(l.count()), l.n)
	JGE(LabelRef("vectors"))

	Label("tail")
	CMPQ(l.n, I8(-l.count()))
	JE(LabelRef("done"))
	l.someElements()
	l.loadSome(x)
	Label("special")
	y := l.core(v, x, true)
	TESTQ(l.n, l.n)
	JL(LabelRef("rest"))
	l.store(y, 0)
	JMP(LabelRef("next"))
	Label("rest")
	l.someElements()
	l.storeSome(y)
	if l.partial {
		MOVQ(I32(-l.count()), l.n)
		Label("rare")
	}
	Label("done")
	if l.partial {
		done := Load(Param("n"), GP64())
		SUBQ(U8(l.count()), done)
		SUBQ(l.n, done)
		Store(done, ReturnIndex(0))
	}
	VZEROUPPER()
	RET()
	l.end()
}

// writePairs emits the loop over pairs of vectors, and what goes on with single
// ones.
func (l *loopWriter) writePairs() {
	both := 2 * l.count()
	SUBQ(U8(both), l.n)
	JL(LabelRef("single"))
	Label("pairs")
	x := [2]vec{l.v.register(), l.v.register()}
	for i := range x {
		l.load(x[i], i)
	}
	for i, y := range l.v.inTurns(l.core, x) {
		l.store(y, i)
	}
	ADDQ(U8(both*l.elementSize()), l.a)
	ADDQ(U8(both*l.elementSize()), l.dst)
	SUBQ(U8(both), l.n)
	JGE(LabelRef("pairs"))
	Label("single")
	ADDQ(U8(l.count()), l.n)
}

// half reports whether elements are half the size of lanes.
func (l *loopWriter) half() bool { return l.single && !l.narrow }

// count is that of a vector's elements.
func (l *loopWriter) count() int {
	if l.narrow {
		return l.v.bytes() / 4
	}
	return l.v.bytes() / 8
}

// elementSize is that of dst's and a's elements.
func (l *loopWriter) elementSize() int {
	if l.single {
		return 4
	}
	return 8
}

// load reads the i-th vector of elements from here on into x.
func (l *loopWriter) load(x vec, i int) {
	m := Mem{Base: l.a, Disp: i * l.count() * l.elementSize()}
	if l.single {
		VMOVUPS(m, x)
		return
	}
	VMOVUPD(m, x)
}

// store writes the i-th vector of elements from here on.
func (l *loopWriter) store(y vec, i int) {
	m := Mem{Base: l.dst, Disp: i * l.count() * l.elementSize()}
	if l.half() {
		l.pastStores.store(l.narrowed(y), m, VMOVUPS, VMOVNTPS)
		return
	}
	l.pastStores.store(y, m, VMOVUPD, VMOVNTPD)
}

// narrowed is y as float32.
func (l *loopWriter) narrowed(y vec) vec {
	r := l.v.half()
	if l.v.wide {
		VCVTPD2PS(y, r)
	} else {
		VCVTPD2PSY(y, r)
	}
	return r
}

// someElements makes the mask of the elements that there are, fewer than a
// vector has.
func (l *loopWriter) someElements() {
	n := GP64()
	LEAQ(Mem{Base: l.n, Disp: l.count()}, n)
	if l.v.wide {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(n, ones, ones)
		l.mask = K()
		KMOVW(ones.As32(), l.mask)
		return
	}
	at := GP64()
	LEAQ(tailMask(), at)
	NEGQ(n)
	l.mask = YMM()
	if l.half() {
		l.mask = XMM()
	}
	VMOVDQU(Mem{Base: at, Index: n, Scale: uint8(l.elementSize()), Disp: 16 * 4}, l.mask)
}

// loadSome reads the elements of the mask, and zeros.
func (l *loopWriter) loadSome(x vec) {
	switch {
	case l.v.wide && l.single:
		VMOVUPS_Z(Mem{Base: l.a}, l.mask, x)
	case l.v.wide:
		VMOVUPD_Z(Mem{Base: l.a}, l.mask, x)
	case l.single:
		VMASKMOVPS(Mem{Base: l.a}, l.mask, x)
	default:
		VMASKMOVPD(Mem{Base: l.a}, l.mask, x)
	}
}

// storeSome writes the elements of the mask.
func (l *loopWriter) storeSome(y vec) {
	var result reg.Register = y
	if l.half() {
		result = l.narrowed(y)
	}
	switch {
	case l.v.wide && l.single:
		VMOVUPS(result, l.mask, Mem{Base: l.dst})
	case l.v.wide:
		VMOVUPD(y, l.mask, Mem{Base: l.dst})
	case l.single:
		VMASKMOVPS(result, l.mask, Mem{Base: l.dst})
	default:
		VMASKMOVPD(y, l.mask, Mem{Base: l.dst})
	}
}

// maskTable is the symbol that tailMask has made.
var maskTable *Mem

// tailMask is a table of 16 words of ones and as many of zeros: from n elements
// before its middle on, the first n elements are ones.
func tailMask() Mem {
	if maskTable == nil {
		m := GLOBL("onesZeros", RODATA|NOPTR)
		for i := range 16 {
			DATA(8*i, U64(uint64(int64(i/8-1))))
		}
		maskTable = &m
	}
	return *maskTable
}
