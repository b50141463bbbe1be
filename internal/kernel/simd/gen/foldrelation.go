package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// foldrelation emits counts of the floats that have a relation to a number.
func foldrelation() {
	for _, dtype := range []string{"Float64", "Float32"} {
		for _, f := range folders(dtype, sizes[dtype], Mem{}) {
			for _, r := range relations {
				f.countRelation(r)
			}
		}
	}
}

func (f *folder) countRelation(r relation) {
	f.begin("Count"+r.name, "func(x *"+f.elem()+", n int, v "+f.elem()+") int",
		"returns for how many of n elements x[i] "+r.sign+" v; n is below 1<<31, and a multiple of 16.")
	p, left, bound, counts, one := GP64(), GP64(), f.vec(), f.vecs(4), f.vec()
	Load(Param("x"), p)
	Load(Param("n"), left)
	at, err := Param("v").Resolve()
	if err != nil {
		panic(err)
	}
	orderer{folder: f}.broadcast(at.Addr, bound)
	f.zeros(counts...)
	f.ones(one) // -1: less one is one more
	compare, sub, add := VCMPPD, VPSUBQ, VPADDQ
	if f.size == 4 {
		compare, sub, add = VCMPPS, VPSUBD, VPADDD
	}
	count := func(m Mem, j int) {
		x := f.vec()
		f.loadLanes(m, x)
		if f.avx512 {
			is := K()
			compare(U8(r.predicate), bound, x, is)
			sub(one, counts[j], is, counts[j])
			return
		}
		compare(U8(r.predicate), bound, x, x)
		sub(x, counts[j], counts[j])
	}
	f.streams(p, left, func(j int, a, b Mem) {
		count(a, j)
		count(b, j)
	}, func() {})
	TESTQ(left, left)
	JZ(LabelRef("end"))
	Label("one")
	count(Mem{Base: p}, 0)
	ADDQ(I32(f.lanes()*f.size), p)
	SUBQ(I32(f.lanes()), left)
	JNZ(LabelRef("one"))
	Label("end")
	for j := 1; j < 4; j++ {
		add(counts[j], counts[0], counts[0])
	}
	sum, high, n := counts[0], YMM(), GP64()
	if f.avx512 {
		VEXTRACTI64X4(U8(1), sum, high)
		add(high, sum.AsY(), sum.AsY())
	}
	VEXTRACTI128(U8(1), sum.AsY(), high.AsX())
	add(high.AsX(), sum.AsX(), sum.AsX())
	for bytes := 8; bytes >= f.size; bytes /= 2 {
		VPSRLDQ(U8(bytes), sum.AsX(), high.AsX())
		add(high.AsX(), sum.AsX(), sum.AsX())
	}
	if f.size == 4 {
		VMOVD(sum.AsX(), n.As32()) // and clears the upper half
	} else {
		VMOVQ(sum.AsX(), n)
	}
	Store(n, ReturnIndex(0))
	f.end()
}
