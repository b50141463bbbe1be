package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// elementwiseStream writes what goes with stores past the caches.
func elementwiseStream() {
	copyLines()
	secondLines(4)
	secondLines(8)
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

// secondLines copies every second element, a line at a time.
func secondLines(size int) {
	name := fmt.Sprintf("SecondLines%dAVX2", size)
	TEXT(name, NOSPLIT, "func(dst, src *byte, lines int)")
	Doc(fmt.Sprintf("%s makes lines of 64 bytes of every second element of size %d of 128 bytes each, past the caches; dst is aligned to a line.", name, size))
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	lines := Load(Param("lines"), GP64())
	TESTQ(lines, lines)
	JEQ(LabelRef("done"))
	Label("line")
	for half := range 2 {
		low, high := YMM(), YMM()
		VMOVUPD(Mem{Base: src, Disp: 64 * half}, low)
		VMOVUPD(Mem{Base: src, Disp: 64*half + 32}, high)
		if size == 8 {
			VUNPCKLPD(high, low, low)
		} else {
			VSHUFPS(U8(0x88), high, low, low)
		}
		VPERMQ(U8(0xd8), low, low) // the lanes had some of both
		VMOVNTDQ(low, Mem{Base: dst, Disp: 32 * half})
	}
	ADDQ(U8(128), src)
	ADDQ(U8(64), dst)
	DECQ(lines)
	JNE(LabelRef("line"))
	Label("done")
	VZEROUPPER()
	RET()
}
