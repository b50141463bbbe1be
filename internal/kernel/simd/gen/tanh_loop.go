package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// function is a routine that computes in float64 whatever its elements are,
// one vector at a time; what remains at the end is loaded and stored under a
// mask.
type function struct {
	doubles
	name, doc string  // with the dtype, without the level
	size      int     // bytes of an element
	args      string  // the names of the arguments
	pad       float64 // takes the place of what is not there
	// body makes the results of a vector, or jumps to stop where it has an
	// element that it cannot do: the routine then returns the number of
	// elements done. A function with stop "" always does all.
	partial bool
	setup   func(d doubles) // before the loop, if not nil
	body    func(d doubles, x []reg.VecVirtual, stop string) reg.VecVirtual
}

// emit writes the routine. Routines of two arguments take the bytes from one
// vector to the next in each, 0 for an element that is used over and over.
func (f function) emit() {
	params, result := "dst, a *%[1]s, n, past int", ""
	if len(f.args) == 2 {
		params = "dst, a, b *%[1]s, aStep, bStep, n, past int"
	}
	if f.partial {
		result = " int"
	}
	TEXT(f.name+f.level, NOSPLIT, fmt.Sprintf("func("+params+")", map[int]string{4: "float32", 8: "float64"}[f.size])+result)
	doc := fmt.Sprintf("%s%s sets dst[i] = %s for i < n.", f.name, f.level, f.doc)
	if f.partial {
		doc = fmt.Sprintf("%s%s sets dst[i] = %s for i < the number it returns, n or where a vector begins that it cannot do.", f.name, f.level, f.doc)
	}
	Doc(doc, pastDoc)
	l := &functionLoop{function: f, dst: GP64(), n: GP64(), left: GP64(), pastStores: newPastStores()}
	Load(Param("dst"), l.dst)
	for _, name := range f.args {
		p, step := GP64(), GP64()
		Load(Param(string(name)), p)
		if len(f.args) == 2 {
			Load(Param(string(name)+"Step"), step)
		}
		l.ptrs, l.steps = append(l.ptrs, p), append(l.steps, step)
	}
	Load(Param("n"), l.n)
	if len(f.args) == 2 {
		l.repeat()
	}
	MOVQ(l.n, l.left)
	if f.setup != nil {
		f.setup(f.doubles)
	}
	l.vectors()
	l.tail()
	Label("done")
	VZEROUPPER()
	if f.partial {
		SUBQ(l.left, l.n)
		Store(l.n, ReturnIndex(0))
	}
	RET()
	l.end()
}

// functionLoop is what a function keeps in registers.
type functionLoop struct {
	function
	*pastStores
	dst, n, left reg.GPVirtual
	ptrs, steps  []reg.GPVirtual
}

// repeat makes a vector on the stack of an argument whose step is 0.
func (l *functionLoop) repeat() {
	for k, p := range l.ptrs {
		array, local, v := l.label("array"), AllocLocal(64), l.reg()
		TESTQ(l.steps[k], l.steps[k])
		JNE(LabelRef(array))
		if l.size == 8 {
			VBROADCASTSD(Mem{Base: p}, v)
		} else {
			VBROADCASTSS(Mem{Base: p}, v)
		}
		VMOVUPD(v, local)
		LEAQ(local, p)
		Label(array)
	}
}

// vectors writes the loop over whole vectors.
func (l *functionLoop) vectors() {
	Label("vectors")
	CMPQ(l.left, U8(l.lanes()))
	JLT(LabelRef("tail"))
	var x []reg.VecVirtual
	for _, p := range l.ptrs {
		v := l.reg()
		if l.size == 8 {
			VMOVUPD(Mem{Base: p}, v)
		} else {
			VCVTPS2PD(Mem{Base: p}, v)
		}
		x = append(x, v)
	}
	y := l.body(l.doubles, x, "done")
	if l.size == 8 {
		l.store(y, Mem{Base: l.dst}, VMOVUPD, VMOVNTPD)
	} else {
		l.store(l.narrow(y), Mem{Base: l.dst}, VMOVUPS, VMOVNTPS)
	}
	step := l.lanes() * l.size
	ADDQ(U8(step), l.dst)
	for k, p := range l.ptrs {
		if len(l.ptrs) == 1 {
			ADDQ(U8(step), p)
		} else {
			ADDQ(l.steps[k], p)
		}
	}
	SUBQ(U8(l.lanes()), l.left)
	JMP(LabelRef("vectors"))
}

// narrow is x as float32, in half a register.
func (d doubles) narrow(x reg.VecVirtual) reg.Register {
	y := d.reg()
	if d.wide() {
		VCVTPD2PS(x, y.AsY())
		return y.AsY()
	}
	VCVTPD2PSY(x, y.AsX())
	return y.AsX()
}

// tail writes what does the last, partial vector.
func (l *functionLoop) tail() {
	Label("tail")
	TESTQ(l.left, l.left)
	JE(LabelRef("done"))
	load, store, present := l.masks()
	var x []reg.VecVirtual
	for _, p := range l.ptrs {
		v := load(Mem{Base: p})
		if l.pad != 0 {
			v = l.choose(present, v, l.keep(l.pad))
		}
		x = append(x, v)
	}
	store(l.body(l.doubles, x, "done"), Mem{Base: l.dst})
	XORQ(l.left, l.left)
}

// masks returns functions that load and store the elements left, fewer than a
// vector, and the mask of their lanes. Masks are made where they are needed,
// which leaves their registers to the body.
func (l *functionLoop) masks() (load func(Mem) reg.VecVirtual, store func(reg.VecVirtual, Mem), present Op) {
	if l.wide() {
		bits := GP64()
		MOVQ(U32(0xff), bits)
		BZHIQ(l.left, bits, bits)
		mask := func() reg.Register {
			k := K()
			KMOVW(bits.As32(), k)
			return k
		}
		k := mask()
		load = func(m Mem) reg.VecVirtual {
			v := l.reg()
			if l.size == 8 {
				VMOVUPD_Z(m, k, v)
			} else {
				VMOVUPS_Z(m, k, v.AsY())
				VCVTPS2PD(v.AsY(), v)
			}
			return v
		}
		store = func(v reg.VecVirtual, m Mem) {
			if l.size == 8 {
				VMOVUPD(v, mask(), m)
			} else {
				VMOVUPS(l.narrow(v), mask(), m)
			}
		}
		return load, store, k
	}
	at, offset := GP64(), GP64()
	LEAQ(windowMask().Offset(16), at)
	MOVQ(l.left, offset)
	NEGQ(offset)
	LEAQ(Mem{Base: at, Index: offset, Scale: 4}, at)
	lanes := func() reg.VecVirtual {
		v := l.reg()
		VPMOVSXDQ(Mem{Base: at}, v)
		return v
	}
	singles := func() reg.Register {
		v := XMM()
		VMOVUPS(Mem{Base: at}, v)
		return v
	}
	load = func(m Mem) reg.VecVirtual {
		v := l.reg()
		if l.size == 8 {
			VMASKMOVPD(m, lanes(), v)
		} else {
			VMASKMOVPS(m, singles(), v.AsX())
			VCVTPS2PD(v.AsX(), v)
		}
		return v
	}
	store = func(v reg.VecVirtual, m Mem) {
		if l.size == 8 {
			VMASKMOVPD(v, lanes(), m)
		} else {
			VMASKMOVPS(l.narrow(v), singles(), m)
		}
	}
	return load, store, lanes()
}

// windowMask is the memory of 4 lanes of ones followed by 4 of zeros: from
// 4-n on it is the mask of n lanes.
func windowMask() Mem {
	if window.Base == nil {
		window = GLOBL("window", RODATA|NOPTR)
		DATA(0, U64(1<<64-1))
		DATA(8, U64(1<<64-1))
		DATA(16, U64(0))
		DATA(24, U64(0))
	}
	return window
}

var window Mem
