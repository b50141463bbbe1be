package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// foldsumof emits sums of what arithmetic makes of floats, in the 16 lanes of float64
// and the tree of other sums.
func foldsumof() {
	for _, f := range append(folders("Float64", 8, Mem{}), folders("Float32", 8, Mem{})...) {
		l := avx2
		if f.avx512 {
			l = avx512
		}
		for _, r := range append(arithmetic(f.size), fused(f.size)...) {
			r.emitSum(f, l)
		}
	}
}

// emitSum writes the routine that adds the results.
func (r routine) emitSum(sum *folder, l isa) {
	name := "SumOf" + r.name + l.name
	TEXT(name, NOSPLIT, "func(a, b, c *byte, n, form int) float64")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s returns the sum of %s for i < n, a multiple of 16 above 0: 16 lanes, then their tree.", name, r.doc))
	f := &frame{routine: r, isa: l, dst: GP64(), i: GP64(), left: GP64(), form: GP64()}
	for k := range r.args {
		f.ptrs = append(f.ptrs, Load(Param("abc"[k:k+1]), GP64()).(reg.GPVirtual))
	}
	for _, c := range r.consts {
		f.consts = append(f.consts, l.broadcast(c.size, literal(c)))
	}
	Load(Param("n"), f.left)
	Load(Param("form"), f.form)
	XORQ(f.i, f.i)
	f.eachForm(1<<len(r.args), func(form int) {
		f.loadScalars(form)
		lanes := sum.vecs(16 / sum.lanes())
		sum.zeros(lanes...)
		loop := f.label("sum")
		Label(loop)
		for j := 0; j < 16; j += l.bytes / r.out {
			f.step(l.bytes/r.out, nil, j, func(_ *step, v vec, _ int, _ Mem) {
				for i, x := range l.float64s(v, r.out) {
					k := j/sum.lanes() + i
					VADDPD(x, lanes[k], lanes[k])
				}
			})
		}
		ADDQ(U32(16), f.i)
		SUBQ(U32(16), f.left)
		JNE(LabelRef(loop))
		Store(sum.tree(lanes).AsX(), ReturnIndex(0))
		sum.end()
	})
}

// float64s returns the elements of v, of so many bytes, as float64s: in two registers
// if they were float32s.
func (l isa) float64s(v vec, size int) []Op {
	if size == 8 {
		return []Op{part(v, l.bytes)}
	}
	low, high := l.register(), l.register()
	half := l.bytes / 2
	if l.bytes == 64 {
		VEXTRACTF64X4(U8(1), part(v, 64), part(high, half))
	} else {
		VEXTRACTF128(U8(1), part(v, 32), part(high, half))
	}
	VCVTPS2PD(part(high, half), part(high, l.bytes))
	VCVTPS2PD(part(v, half), part(low, l.bytes))
	return []Op{part(low, l.bytes), part(high, l.bytes)}
}
