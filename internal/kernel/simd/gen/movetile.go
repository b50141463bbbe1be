package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transposeTiles emits TransposeN, which transposes square tiles in registers:
// as many elements on a side as a vector holds. A group of as many rows as a
// lane holds elements is transposed within the lanes, then the lanes of the
// groups change places.
func transposeTiles(size, lanes int, stream bool) {
	perLane := 16 / size
	side := perLane * lanes
	name, how := fmt.Sprintf("Transpose%d%s", size, levelOf(lanes)), ""
	if stream {
		name = fmt.Sprintf("TransposeStream%d%s", size, levelOf(lanes))
		how = fmt.Sprintf(" dst and dstStride are multiples of %d; what is written goes around the cache.", 16*lanes)
	}
	TEXT(name, NOSPLIT, "func(dst, src *byte, rows, cols, dstStride, srcStride int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s moves element (r, c) of size %d, at src+r*srcStride+%d*c, to dst+c*dstStride+%d*r for r < rows, c < cols, both multiples of %d.%s",
		name, size, size, size, side, how))
	dst, src := Load(Param("dst"), GP64()).(reg.GPVirtual), Load(Param("src"), GP64()).(reg.GPVirtual)
	rows, cols := Load(Param("rows"), GP64()).(reg.GPVirtual), Load(Param("cols"), GP64()).(reg.GPVirtual)
	dstStride, srcStride := Load(Param("dstStride"), GP64()).(reg.GPVirtual), Load(Param("srcStride"), GP64()).(reg.GPVirtual)

	// Down the rows first, so that what is written of a column is neighbours.
	p, q, r := GP64(), GP64(), GP64()
	Label("column")
	CMPQ(cols, U8(side))
	JL(LabelRef("done"))
	MOVQ(src, p)
	MOVQ(dst, q)
	MOVQ(rows, r)
	Label("row")
	CMPQ(r, U8(side))
	JL(LabelRef("next"))
	at := GP64()
	MOVQ(q, at)
	for _, v := range transposeTile(p, srcStride, perLane, lanes) {
		if stream {
			VMOVNTDQ(v, Mem{Base: at})
		} else {
			storeLanes(v, Mem{Base: at}, lanes)
		}
		ADDQ(dstStride, at)
	}
	ADDQ(U8(16*lanes), q)
	SUBQ(U8(side), r)
	JMP(LabelRef("row"))
	Label("next")
	ADDQ(U8(16*lanes), src)
	next := GP64()
	MOVQ(dstStride, next)
	SHLQ(U8(log2(side)), next)
	ADDQ(next, dst)
	SUBQ(U8(side), cols)
	JMP(LabelRef("column"))
	Label("done")
	VZEROUPPER()
	RET()
}

// transposeTile loads the rows of a tile, the first of them at p, which it
// moves behind the last, and returns the columns.
func transposeTile(p, stride reg.GPVirtual, perLane, lanes int) []reg.VecVirtual {
	groups := make([][]reg.VecVirtual, lanes)
	for g := range groups {
		for range perLane {
			v := lanesReg(lanes)
			loadLanes(Mem{Base: p}, v, lanes)
			ADDQ(stride, p)
			groups[g] = append(groups[g], v)
		}
		groups[g] = transposeUnits(groups[g], 16/perLane, lanes)
	}
	columns := make([]reg.VecVirtual, perLane*lanes)
	for k := range perLane {
		var same []reg.VecVirtual
		for _, g := range groups {
			same = append(same, g[k])
		}
		for l, v := range transposeLanes(same, lanes) {
			columns[l*perLane+k] = v
		}
	}
	return columns
}

func log2(n int) (k int) {
	for ; n > 1; n >>= 1 {
		k++
	}
	return k
}
