package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An element-wise routine is a row of a table: its arguments' sizes, and a body
// that makes one vector of results. This file puts loops around bodies: for
// each level, each choice of scalars among the arguments, and stores past the
// caches; with heads and tails.

// vec is a vector register, to be used at any of its widths.
type vec = reg.VecVirtual

// instruction emits one, its destination last.
type instruction = func(ops ...Op)

// three and four make an instruction of functions that take so many operands.
func three(f func(a, b, c Op)) instruction   { return func(o ...Op) { f(o[0], o[1], o[2]) } }
func four(f func(a, b, c, d Op)) instruction { return func(o ...Op) { f(o[0], o[1], o[2], o[3]) } }

// isa is a set of vector instructions.
type isa struct {
	name   string
	bytes  int // of a register
	unroll int
}

var (
	avx2   = isa{"AVX2", 32, 4}
	avx512 = isa{"AVX512", 64, 2}
)

// routine is a row of the table.
type routine struct {
	name   string // with the dtype: AddFloat64
	doc    string // of dst[i]: "a[i] + b[i]"
	args   []int  // bytes of an element of each argument
	out    int    // bytes of an element of the result
	stream bool   // has loops whose stores go past the caches
	consts []constant
	body   func(s *step, x []vec) vec
	heavy  bool // the body hides what a loop costs: no unrolling
	only   *isa // the level that has it, nil for both
}

// constant is a value that a body finds in every lane of a register.
type constant struct {
	size  int
	value uint64
}

// step is the context of a body: a number of elements that are handled at once.
type step struct {
	isa
	lanes  int          // 1 in tails of AVX2
	mask   reg.Register // of the elements that are there, nil for all
	size   int          // of the first argument's elements
	consts []vec
}

// register returns a new one.
func (l isa) register() vec {
	if l.bytes == 64 {
		return ZMM()
	}
	return YMM()
}

// view is the part of v that holds the step's elements of so many bytes.
func (s *step) view(v vec, size int) reg.Register { return part(v, s.lanes*size) }

func part(v vec, bytes int) reg.Register {
	switch {
	case bytes > 32:
		return v.AsZ()
	case bytes > 16:
		return v.AsY()
	}
	return v.AsX()
}

// do emits an instruction on whole registers, and returns its result. Operands
// are vec, or anything else that an instruction takes.
func (s *step) do(f instruction, operands ...Op) vec { return s.at(s.bytes, s.bytes, f, operands...) }

// at emits an instruction on registers of a width for each source, and one for the
// result; a step of one element has the narrowest.
func (s *step) at(from, to int, f instruction, operands ...Op) vec {
	if s.lanes == 1 {
		from, to = 16, 16
	}
	for i, o := range operands {
		if v, ok := o.(vec); ok {
			operands[i] = part(v, from)
		}
	}
	r := s.register()
	f(append(operands, part(r, to))...)
	return r
}

// evex reports whether the step has AVX-512: masks in registers of their own.
func (s *step) evex() bool { return s.bytes == 64 }

// pick chooses between an instruction for 8-byte and one for 4-byte elements.
func (s *step) pick(wide, narrow instruction) instruction {
	if s.size == 8 {
		return wide
	}
	return narrow
}

// load returns the elements at m.
func (s *step) load(size int, m Mem) vec {
	v := s.register()
	r := s.view(v, size)
	if s.mask != nil {
		bySize(size, VMOVDQU8_Z, VMOVDQU16_Z, VMOVUPS_Z, VMOVUPD_Z)(m, s.mask, r)
		return v
	}
	switch s.lanes * size {
	case 8:
		VMOVSD(m, r)
	case 4:
		VMOVSS(m, r)
	case 2:
		VPXOR(r, r, r)
		VPINSRW(U8(0), m, r, r)
	case 1:
		VPXOR(r, r, r)
		VPINSRB(U8(0), m, r, r)
	default:
		VMOVUPD(m, r)
	}
	return v
}

func bySize[F any](size int, f1, f2, f4, f8 F) F {
	return map[int]F{1: f1, 2: f2, 4: f4, 8: f8}[size]
}

// store writes elements of so many bytes to m.
func (s *step) store(v vec, size int, m Mem) {
	r := s.view(v, size)
	if s.mask != nil {
		bySize[instruction](size, VMOVDQU8, VMOVDQU16, VMOVUPS, VMOVUPD)(r, s.mask, m)
		return
	}
	switch s.lanes * size {
	case 8:
		VMOVSD(r, m)
	case 4:
		VMOVSS(r, m)
	case 2:
		VPEXTRW(U8(0), r, m)
	case 1:
		VPEXTRB(U8(0), r, m)
	default:
		VMOVUPD(r, m)
	}
}

// The bits of form above those that name scalars.
const streamBit = 8

// frame is what a routine keeps in registers.
type frame struct {
	routine
	isa
	dst, i, left reg.GPVirtual // elements done, and to be done
	ptrs         []reg.GPVirtual
	form, ones   reg.GPVirtual
	consts       []vec
	scalars      []vec // nil for an argument that is an array
	labels       int
}

// emit writes the routine for a level.
func (r routine) emit(l isa) {
	name := r.name + l.name
	TEXT(name, NOSPLIT, "func(dst, a, b, c *byte, n, form int)")
	Doc(fmt.Sprintf("%s sets dst[i] = %s for i < n.", name, r.doc))
	f := &frame{routine: r, isa: l, dst: GP64(), i: GP64(), left: GP64(), form: GP64()}
	Load(Param("dst"), f.dst)
	for k := range r.args {
		p := GP64()
		Load(Param("abc"[k:k+1]), p)
		f.ptrs = append(f.ptrs, p)
	}
	Load(Param("n"), f.left)
	XORQ(f.i, f.i)
	for _, c := range r.consts {
		f.consts = append(f.consts, l.broadcast(c.size, literal(c)))
	}
	if l.bytes == 64 {
		f.ones = GP64()
		MOVQ(I64(-1), f.ones)
	}
	Load(Param("form"), f.form)
	f.eachForm(1<<len(r.args)-1, func(form int) { // not all are scalars
		f.loops(form)
		VZEROUPPER()
		RET()
	})
}

// eachForm writes what is done for each choice of scalars among the arguments, the
// first so many, and the jumps there; it returns from the routine.
func (f *frame) eachForm(forms int, write func(form int)) {
	which := GP64()
	if forms > 1 {
		MOVQ(f.form, which)
		ANDQ(U8(7), which)
	}
	for form := range forms {
		next := fmt.Sprint("form", form+1)
		if form < forms-1 {
			CMPQ(which, U8(form))
			JNE(LabelRef(next))
		}
		write(form)
		if form < forms-1 {
			Label(next)
		}
	}
}

// literal is the memory of a constant.
func literal(c constant) Mem {
	name := fmt.Sprintf("c%d_%x", 8*c.size, c.value)
	if m, ok := literals[name]; ok {
		return m
	}
	var m Mem
	switch c.size {
	case 8:
		m = ConstData(name, U64(c.value))
	case 4:
		m = ConstData(name, U32(c.value))
	case 2:
		m = ConstData(name, U16(c.value))
	default:
		m = ConstData(name, U8(c.value))
	}
	literals[name] = m
	return m
}

var literals = map[string]Mem{}

// broadcast returns a register with the element at m in every lane.
func (l isa) broadcast(size int, m Mem) vec {
	v := l.register()
	bySize[instruction](size, VPBROADCASTB, VPBROADCASTW, VBROADCASTSS, VBROADCASTSD)(m, part(v, l.bytes))
	return v
}

// label returns a name that the routine has once.
func (f *frame) label(what string) string {
	f.labels++
	return fmt.Sprint(what, f.labels)
}

// loops writes the loops of one form.
func (f *frame) loops(form int) {
	f.loadScalars(form)
	lanes := f.lanes()
	if f.stream {
		f.streaming(lanes)
	}
	unroll := f.unroll
	if f.heavy {
		unroll = 1
	}
	f.blocks(unroll, lanes, (*step).store)
	if f.bytes == 64 {
		f.masked(f.left)
		return
	}
	if unroll > 1 {
		f.blocks(1, lanes, (*step).store)
	}
	f.singly(f.left)
}

// loadScalars puts the arguments that form says are scalars into registers.
func (f *frame) loadScalars(form int) {
	f.scalars = make([]vec, len(f.args))
	for k, size := range f.args {
		if form>>k&1 != 0 {
			f.scalars[k] = f.broadcast(size, Mem{Base: f.ptrs[k]})
		}
	}
}

// lanes is the number of elements in a vector of the widest.
func (f *frame) lanes() int {
	wide := f.out
	for _, size := range f.args {
		wide = max(wide, size)
	}
	return f.bytes / wide
}

// blocks writes the loop over blocks of some vectors.
func (f *frame) blocks(vectors, lanes int, store func(s *step, v vec, size int, m Mem)) {
	loop, done := f.label("block"), f.label("blocks_done")
	SUBQ(U32(vectors*lanes), f.left)
	JLT(LabelRef(done))
	Label(loop)
	for u := range vectors {
		f.step(lanes, nil, u*lanes, store)
	}
	ADDQ(U32(vectors*lanes), f.i)
	SUBQ(U32(vectors*lanes), f.left)
	JGE(LabelRef(loop))
	Label(done)
	ADDQ(U32(vectors*lanes), f.left)
}

// masked writes the loop over count < 256 elements, under masks.
func (f *frame) masked(count reg.GPVirtual) {
	loop, done := f.label("masked"), f.label("masked_done")
	TESTQ(count, count)
	JLE(LabelRef(done))
	Label(loop)
	bits, k := GP64(), K()
	BZHIQ(count, f.ones, bits)
	KMOVQ(bits, k)
	f.step(f.lanes(), k, 0, (*step).store)
	ADDQ(U32(f.lanes()), f.i)
	SUBQ(U32(f.lanes()), count)
	JG(LabelRef(loop))
	Label(done)
}

// singly writes the loop over count elements, one at a time.
func (f *frame) singly(count reg.GPVirtual) {
	loop, done := f.label("single"), f.label("singles_done")
	TESTQ(count, count)
	JE(LabelRef(done))
	Label(loop)
	f.step(1, nil, 0, (*step).store)
	INCQ(f.i)
	DECQ(count)
	JNE(LabelRef(loop))
	Label(done)
}

// streaming writes the loop over whole lines of dst that goes past the caches,
// one line at a time, as more would fill them in turn. Elements before the first
// come before it; those behind the last are left.
func (f *frame) streaming(lanes int) {
	plain, head, headed := f.label("plain"), GP64(), f.label("aligned")
	TESTQ(U32(streamBit), f.form)
	JEQ(LabelRef(plain))
	TESTQ(U32(f.out-1), f.dst)
	JNE(LabelRef(plain))
	MOVQ(f.dst, head)
	NEGQ(head)
	ANDQ(U8(63), head)
	SHRQ(U8(bits.TrailingZeros(uint(f.out))), head)
	CMPQ(head, f.left)
	JGE(LabelRef(plain))
	SUBQ(head, f.left)
	if f.bytes == 64 {
		TESTQ(head, head)
		JEQ(LabelRef(headed))
		bits, k := GP64(), K()
		BZHIQ(head, f.ones, bits)
		KMOVQ(bits, k)
		f.step(lanes, k, 0, (*step).store)
		ADDQ(head, f.i)
		Label(headed)
	} else {
		f.singly(head)
	}
	f.blocks(64/f.bytes, lanes, func(s *step, v vec, _ int, m Mem) { VMOVNTPD(part(v, s.bytes), m) })
	Label(plain)
}

// step writes the body with its loads and stores, for elements from ahead of
// those done.
func (f *frame) step(lanes int, mask reg.Register, ahead int, store func(s *step, v vec, size int, m Mem)) {
	s := &step{isa: f.isa, lanes: lanes, mask: mask, size: f.args[0], consts: f.consts}
	at := func(p reg.GPVirtual, size int) Mem {
		return Mem{Base: p, Index: f.i, Scale: uint8(size), Disp: ahead * size}
	}
	var x []vec
	for k, size := range f.args {
		if f.scalars[k] != nil {
			x = append(x, f.scalars[k])
		} else {
			x = append(x, s.load(size, at(f.ptrs[k], size)))
		}
	}
	store(s, f.body(s, x), f.out, at(f.dst, f.out))
}

// emitAll writes routines at both levels.
func emitAll(table []routine) {
	for _, l := range []isa{avx2, avx512} {
		for _, r := range table {
			if r.only == nil || r.only.name == l.name {
				r.emit(l)
			}
		}
	}
}
