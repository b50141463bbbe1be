package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// elementwiseStream writes what goes with stores past the caches.
func elementwiseStream() {
	copyLines()
	TEXT("FenceAVX2", NOSPLIT, "func()")
	Doc("FenceAVX2 makes stores that went past the caches visible before any store that follows.")
	SFENCE()
	VZEROUPPER()
	RET()
}

// copyLines copies one line at a time: two stores fill one buffer of the
// processor's before it begins the next.
func copyLines() {
	TEXT("CopyLinesAVX2", NOSPLIT, "func(dst, src *byte, lines int)")
	Doc("CopyLinesAVX2 copies lines of 64 bytes past the caches; dst is aligned to a line.")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	lines := Load(Param("lines"), GP64())
	TESTQ(lines, lines)
	JEQ(LabelRef("done"))
	Label("line")
	low, high := YMM(), YMM()
	VMOVDQU(Mem{Base: src}, low)
	VMOVDQU(Mem{Base: src, Disp: 32}, high)
	VMOVNTDQ(low, Mem{Base: dst})
	VMOVNTDQ(high, Mem{Base: dst, Disp: 32})
	ADDQ(U8(64), src)
	ADDQ(U8(64), dst)
	DECQ(lines)
	JNE(LabelRef("line"))
	Label("done")
	VZEROUPPER()
	RET()
}
