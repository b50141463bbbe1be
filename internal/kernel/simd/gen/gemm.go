package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm emits the innermost loops of matrix products, in the way of Goto and van
// de Geijn ("Anatomy of High-Performance Matrix Multiplication", 2008): a tile
// of the result stays in registers while packed panels of the operands go by.
func gemm() {
	for _, bits := range []int{64, 32} {
		productTile(bits, 2, 4)
		productTile(bits, 4, 8)
	}
}

// tileVectors is the width of a tile in vectors: with rows times as many
// accumulators, a row of b and an element of a the registers are full.
const tileVectors = 3

// productTile emits GemmN for elements of so many bits and tiles of rows rows.
func productTile(bits, lanes, rows int) {
	size, width := bits/8, 16*lanes
	cols := tileVectors * width / size
	name := fmt.Sprintf("Gemm%d%s", bits, levelOf(lanes))
	elem := fmt.Sprintf("float%d", bits)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(c, a, b *%s, k, stride int)", elem))
	Pragma("noescape")
	Doc(fmt.Sprintf("%s adds to the %d×%d tile c, whose rows lie stride bytes apart, the products a[%d*l+i]*b[%d*l+j] for l < k, in this order, each with a fused multiply-add.",
		name, rows, cols, rows, cols))
	c, a, b := Load(Param("c"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64())
	k, stride := Load(Param("k"), GP64()), Load(Param("stride"), GP64())

	sums := make([][tileVectors]reg.VecVirtual, rows)
	p := GP64()
	MOVQ(c, p)
	for i := range sums {
		for v := range tileVectors {
			sums[i][v] = lanesReg(lanes)
			loadFloats(bits, Mem{Base: p, Disp: v * width}, sums[i][v])
		}
		ADDQ(stride, p)
	}
	TESTQ(k, k)
	JE(LabelRef("done"))
	Label("product")
	var row [tileVectors]reg.VecVirtual
	for v := range row {
		row[v] = lanesReg(lanes)
		loadFloats(bits, Mem{Base: b, Disp: v * width}, row[v])
	}
	for i := range sums {
		x := lanesReg(lanes)
		broadcastFloat(bits, Mem{Base: a, Disp: i * size}, x)
		for v := range row {
			fusedAddFloats(bits, x, row[v], sums[i][v])
		}
	}
	ADDQ(U32(rows*size), a)
	ADDQ(U32(tileVectors*width), b)
	DECQ(k)
	JNE(LabelRef("product"))
	Label("done")
	for i := range sums {
		for v := range tileVectors {
			loadFloats(bits, sums[i][v], Mem{Base: c, Disp: v * width})
		}
		ADDQ(stride, c)
	}
	VZEROUPPER()
	RET()
}

// loadFloats moves a vector of floats to or from memory.
func loadFloats(bits int, from, to Op) {
	if bits == 64 {
		VMOVUPD(from, to)
	} else {
		VMOVUPS(from, to)
	}
}

// broadcastFloat fills a vector with an element of memory.
func broadcastFloat(bits int, m, v Op) {
	if bits == 64 {
		VBROADCASTSD(m, v)
	} else {
		VBROADCASTSS(m, v)
	}
}

// fusedAddFloats adds x*y to sum with a single rounding.
func fusedAddFloats(bits int, x, y, sum Op) {
	if bits == 64 {
		VFMADD231PD(y, x, sum)
	} else {
		VFMADD231PS(y, x, sum)
	}
}
