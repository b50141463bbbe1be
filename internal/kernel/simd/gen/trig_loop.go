package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// This file puts loops around functions of a vector.

func (l *trigLanes) label(what string) string {
	l.labels++
	return fmt.Sprintf("%s%d", what, l.labels)
}

// far leaves the loop where a finite element of x is beyond limit.
func (l *trigLanes) far(x vec, limit float64) {
	const greater, lessEqual = 0x1e, 0x12
	far, near := l.label("far"), l.label("near")
	a := l.abs(x)
	if l.wide {
		beyond := K()
		l.do(VCMPPD, VCMPPD_BCST, U8(greater), l.float(limit), a, beyond)
		KORTESTB(beyond, beyond)
		l.later = append(l.later, func() {
			Label(far)
			l.do(VCMPPD, VCMPPD_BCST, U8(lessEqual), l.float(math.MaxFloat64), a, beyond, beyond)
			KORTESTB(beyond, beyond)
		})
	} else {
		found, beyond := GP32(), l.register()
		VCMPPD(U8(greater), l.float(limit), a, beyond)
		VMOVMSKPD(beyond, found)
		TESTL(found, found)
		l.later = append(l.later, func() {
			Label(far)
			finite := l.register()
			VCMPPD(U8(lessEqual), l.float(math.MaxFloat64), a, finite)
			VANDPD(finite, beyond, finite)
			VMOVMSKPD(finite, found)
			TESTL(found, found)
		})
	}
	JNE(LabelRef(far))
	l.later = append(l.later, func() {
		JNE(LabelRef("done"))
		JMP(LabelRef(near))
	})
	Label(near)
}

// load and store move a vector, or as many of its first elements as tail says.
func (l *trigLanes) load(m Mem, tail *trigTail) vec {
	v := l.register()
	switch {
	case l.bytes == 4 && tail == nil:
		VCVTPS2PD(m, v)
	case l.bytes == 4:
		half := part(v, 4*l.width())
		if l.wide {
			VMOVUPS_Z(m, tail.k, half)
		} else {
			VMASKMOVPS(m, tail.mask, half)
		}
		VCVTPS2PD(half, v)
	case tail == nil:
		VMOVUPD(m, v)
	case l.wide:
		VMOVUPD_Z(m, tail.k, v)
	default:
		VMASKMOVPD(m, tail.mask, v)
	}
	return v
}

func (l *trigLanes) store(v vec, m Mem, tail *trigTail) {
	move, past, moveMasked := VMOVUPD, VMOVNTPD, VMASKMOVPD
	var result Op = v
	if l.bytes == 4 {
		move, past, moveMasked, result = VMOVUPS, VMOVNTPS, VMASKMOVPS, part(v, 4*l.width())
		if l.wide {
			VCVTPD2PS(v, result)
		} else {
			VCVTPD2PSY(v, result)
		}
	}
	switch {
	case tail == nil:
		l.pastStores.store(result, m, move, past)
	case l.wide:
		move(result, tail.k, m)
	default:
		moveMasked(result, tail.mask, m)
	}
}

// trigTail stands for the elements of the last vector.
type trigTail struct {
	k    reg.OpmaskVirtual // AVX-512
	mask Op                // AVX2
}

// tailOf is for n elements, fewer than a vector holds.
func (l *trigLanes) tailOf(n reg.GPVirtual) *trigTail {
	if l.wide {
		ones, k := GP32(), K()
		MOVQ(n, reg.RCX)
		MOVL(U32(1), ones)
		SHLL(reg.CL, ones)
		DECL(ones)
		KMOVB(ones, k)
		return &trigTail{k: k}
	}
	// From a table of ones and then zeros, as many of each as lanes.
	at, table := GP64(), GP64()
	LEAQ(l.table.tails[l.bytes], table)
	MOVQ(U64(4), at)
	SUBQ(n, at)
	var mask reg.VecVirtual = YMM()
	if l.bytes == 4 {
		mask = XMM()
	}
	VMOVUPD(Mem{Base: table, Index: at, Scale: uint8(l.bytes)}, mask)
	return &trigTail{mask: mask}
}

// trigRoutine is a function of each element. With a limit, the routine stops at
// a vector with a finite element beyond it, and returns how many it has done.
type trigRoutine struct {
	name      string // of the function
	size      int    // of an element, in bytes
	limit     float64
	constants func(l *trigLanes) []Mem // to be kept in registers
	pairs     func(l *trigLanes) []Mem // likewise
	prepare   func(l *trigLanes)       // before the loop
	body      func(l *trigLanes, x vec) vec
}

// emitTrig writes a file's routines for both levels.
func emitTrig(file string, routines []trigRoutine) {
	table := newTrigConstants(file)
	for _, level := range []string{"AVX2", "AVX512"} {
		for _, r := range routines {
			r.emit(&trigLanes{wide: level == "AVX512", bytes: r.size, table: table}, level)
		}
	}
}

func (r trigRoutine) emit(l *trigLanes, level string) {
	name := fmt.Sprintf("%sFloat%d%s", r.name, 8*r.size, level)
	doc := fmt.Sprintf("%s sets dst[i] = %s a[i] for i < n", name, strings.ToLower(r.name))
	result := ""
	if r.limit != 0 {
		doc += fmt.Sprintf(", until a vector has a finite element beyond 2^%g. It returns how many elements it has done", math.Log2(r.limit))
		result = " int"
	}
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst, a *float%d, n, past int)%s", 8*r.size, result))
	Pragma("noescape")
	Doc(doc+".", pastDoc)
	l.pastStores = newPastStores()
	dst, a, n := Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("n"), GP64()).(reg.GPVirtual)
	l.hold(r.constants(l), r.pairs)
	if r.prepare != nil {
		r.prepare(l)
	}
	step := func(t *trigTail) {
		x := l.load(Mem{Base: a}, t)
		if r.limit != 0 {
			l.far(x, r.limit)
		}
		l.store(r.body(l, x), Mem{Base: dst}, t)
	}
	Label("vectors")
	CMPQ(n, U8(l.width()))
	JL(LabelRef("tail"))
	step(nil)
	ADDQ(U8(l.width()*l.bytes), a)
	ADDQ(U8(l.width()*l.bytes), dst)
	SUBQ(U8(l.width()), n)
	JMP(LabelRef("vectors"))
	Label("tail")
	TESTQ(n, n)
	JE(LabelRef("done"))
	step(l.tailOf(n))
	if r.limit != 0 {
		XORQ(n, n)
	}
	Label("done")
	if r.limit != 0 {
		done := Load(Param("n"), GP64())
		SUBQ(n, done)
		Store(done, ReturnIndex(0))
	}
	VZEROUPPER()
	RET()
	for _, f := range l.later {
		f()
	}
	l.end()
}
