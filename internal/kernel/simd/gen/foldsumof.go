package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// foldsumof emits sums of what arithmetic makes of float64s, in the 16 lanes and the
// tree of other sums.
func foldsumof() {
	for _, f := range folders("Float64", 8, Mem{}) {
		l := avx2
		if f.avx512 {
			l = avx512
		}
		for _, r := range append(arithmetic(8), fused(8)...) {
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
		for j, lane := range lanes {
			f.step(sum.lanes(), nil, j*sum.lanes(), func(s *step, v vec, _ int, _ Mem) {
				VADDPD(part(v, l.bytes), lane, lane)
			})
		}
		ADDQ(U32(16), f.i)
		SUBQ(U32(16), f.left)
		JNE(LabelRef(loop))
		Store(sum.tree(lanes).AsX(), ReturnIndex(0))
		sum.end()
	})
}
