package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func elementwise() {
	square64()
}

// square64 is a first routine, to show the pattern: whole vectors, then a tail
// by scalars.
func square64() {
	TEXT("Square64AVX2", NOSPLIT, "func(dst, a *float64, n int)")
	Doc("Square64AVX2 sets dst[i] = a[i]*a[i] for i < n.")
	dst := Load(Param("dst"), GP64())
	a := Load(Param("a"), GP64())
	n := Load(Param("n"), GP64())
	Label("vectors")
	CMPQ(n, U8(4))
	JL(LabelRef("tail"))
	v := YMM()
	VMOVUPD(Mem{Base: a}, v)
	VMULPD(v, v, v)
	VMOVUPD(v, Mem{Base: dst})
	ADDQ(U8(32), a)
	ADDQ(U8(32), dst)
	SUBQ(U8(4), n)
	JMP(LabelRef("vectors"))
	Label("tail")
	TESTQ(n, n)
	JE(LabelRef("done"))
	x := XMM()
	VMOVSD(Mem{Base: a}, x)
	VMULSD(x, x, x)
	VMOVSD(x, Mem{Base: dst})
	ADDQ(U8(8), a)
	ADDQ(U8(8), dst)
	DECQ(n)
	JMP(LabelRef("tail"))
	Label("done")
	VZEROUPPER()
	RET()
}
