package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposeBits emits TransposeBits: in every word of 64 bits, an 8×8 matrix,
// single bits, then squares of 2×2 and of 4×4 change sides.
func transposeBits() {
	TEXT("TransposeBitsAVX2", NOSPLIT, "func(p *byte, n int)")
	Pragma("noescape")
	Doc("TransposeBitsAVX2 transposes the 8×8 matrices of bits, a row per byte, in n bytes at p, a multiple of 32 and not 0.")
	p, n := Load(Param("p"), GP64()).(reg.GPVirtual), Load(Param("n"), GP64()).(reg.GPVirtual)
	steps := []struct{ shift, mask uint64 }{{7, 0x00aa00aa00aa00aa}, {14, 0x0000cccc0000cccc}, {28, 0x00000000f0f0f0f0}}
	masks := make([]reg.VecVirtual, len(steps))
	for k, s := range steps {
		masks[k] = YMM()
		VPBROADCASTQ(ConstData([]string{"pairs", "squares", "quarters"}[k], U64(s.mask)), masks[k])
	}
	end := GP64()
	LEAQ(Mem{Base: p, Index: n, Scale: 1}, end)
	Label("words")
	x, t, u := YMM(), YMM(), YMM()
	VMOVDQU(Mem{Base: p}, x)
	for k, s := range steps {
		VPSRLQ(U8(s.shift), x, t)
		VPXOR(x, t, t)
		VPAND(masks[k], t, t)
		VPSLLQ(U8(s.shift), t, u)
		VPXOR(t, x, x)
		VPXOR(u, x, x)
	}
	VMOVDQU(x, Mem{Base: p})
	ADDQ(U8(32), p)
	CMPQ(p, end)
	JL(LabelRef("words"))
	VZEROUPPER()
	RET()
}
