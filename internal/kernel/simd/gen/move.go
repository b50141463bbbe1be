package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// move emits the routines that move bytes and bits and compute nothing:
// shuffling and transposed tiles.
func move() {
	transposeBits()
	for _, size := range []int{2, 4, 8} {
		m := shuffleIndex(size)
		for _, lanes := range []int{2, 4} {
			shuffleBytes(size, lanes, m)
			unshuffleBytes(size, lanes)
		}
	}
	for _, size := range []int{4, 8, 16} {
		for _, lanes := range []int{2, 4} {
			transposeTiles(size, lanes, false)
			transposeTiles(size, lanes, true)
		}
	}
}

// levelOf is the ending of the names of routines with vectors of so many lanes
// of 16 bytes.
func levelOf(lanes int) string { return map[int]string{2: "AVX2", 4: "AVX512"}[lanes] }

// lanesReg returns a new register of so many lanes.
func lanesReg(lanes int) reg.VecVirtual {
	if lanes == 2 {
		return YMM()
	}
	return ZMM()
}

// storeLanes writes v to unaligned memory, whatever its size.
func storeLanes(v, m Op, lanes int) {
	if lanes == 2 {
		VMOVDQU(v, m)
	} else {
		VMOVDQU64(v, m)
	}
}

// loadLanes reads v from unaligned memory.
func loadLanes(m, v Op, lanes int) { storeLanes(m, v, lanes) }

// unpack returns the units of width bytes of a and b in turn, of the low and
// of the high halves of their lanes.
func unpack(a, b reg.VecVirtual, width, lanes int) (lo, hi reg.VecVirtual) {
	lo, hi = lanesReg(lanes), lanesReg(lanes)
	switch width {
	case 1:
		VPUNPCKLBW(b, a, lo)
		VPUNPCKHBW(b, a, hi)
	case 2:
		VPUNPCKLWD(b, a, lo)
		VPUNPCKHWD(b, a, hi)
	case 4:
		VPUNPCKLDQ(b, a, lo)
		VPUNPCKHDQ(b, a, hi)
	case 8:
		VPUNPCKLQDQ(b, a, lo)
		VPUNPCKHQDQ(b, a, hi)
	}
	return lo, hi
}

// transposeUnits transposes, within every lane, the matrix whose rows are the
// registers and whose elements are units of width bytes, as many in a lane as
// there are registers.
func transposeUnits(rows []reg.VecVirtual, width, lanes int) []reg.VecVirtual {
	if len(rows) == 1 {
		return rows
	}
	var lo, hi []reg.VecVirtual
	for i := 0; i < len(rows); i += 2 {
		l, h := unpack(rows[i], rows[i+1], width, lanes)
		lo, hi = append(lo, l), append(hi, h)
	}
	return append(transposeUnits(lo, 2*width, lanes), transposeUnits(hi, 2*width, lanes)...)
}

// evenOdd returns lanes 0 and 2 of a and b, and lanes 1 and 3; of two lanes
// those of a and b with the same number.
func evenOdd(a, b reg.VecVirtual, lanes int) (even, odd reg.VecVirtual) {
	even, odd = lanesReg(lanes), lanesReg(lanes)
	if lanes == 2 {
		VPERM2I128(U8(0x20), b, a, even)
		VPERM2I128(U8(0x31), b, a, odd)
	} else {
		VSHUFI64X2(U8(0x88), b, a, even)
		VSHUFI64X2(U8(0xdd), b, a, odd)
	}
	return even, odd
}

// transposeLanes transposes the matrix of lanes whose rows are as many
// registers as they have lanes.
func transposeLanes(rows []reg.VecVirtual, lanes int) []reg.VecVirtual {
	even, odd := evenOdd(rows[0], rows[1], lanes)
	if lanes == 2 {
		return []reg.VecVirtual{even, odd}
	}
	even2, odd2 := evenOdd(rows[2], rows[3], lanes)
	r0, r2 := evenOdd(even, even2, lanes)
	r1, r3 := evenOdd(odd, odd2, lanes)
	return []reg.VecVirtual{r0, r1, r2, r3}
}

// shuffleIndex emits the order in which VPSHUFB sorts a lane's elements of size
// bytes into their first bytes, their second bytes…
func shuffleIndex(size int) Mem {
	index := GLOBL(fmt.Sprintf("shuffle%d", size), RODATA|NOPTR)
	for k := range size {
		for e := range 16 / size {
			at := k*(16/size) + e
			DATA(at, U8(e*size+k))
		}
	}
	return index
}

const shuffleArgs = "func(dst, src *byte, n, stride int)"

// groups emits a loop over groups of step elements, the last of which ends at
// n and overlaps the one before where n is no multiple: body moves the group
// that begins at element i.
func groups(n reg.GPVirtual, step int, body func(i reg.GPVirtual)) {
	i, last := GP64(), GP64()
	XORQ(i, i)
	LEAQ(Mem{Base: n, Disp: -step}, last)
	Label("group")
	CMPQ(i, last)
	CMOVQGT(last, i)
	body(i)
	ADDQ(U8(step), i)
	CMPQ(i, n)
	JL(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// planes returns the addresses of element i in planes 0 to 7: stride apart.
func planes(base, i, stride reg.GPVirtual, size int) []Mem {
	p := GP64()
	LEAQ(Mem{Base: base, Index: i, Scale: 1}, p)
	m := []Mem{{Base: p}, {Base: p, Index: stride, Scale: 1}, {Base: p, Index: stride, Scale: 2}}
	if size == 2 {
		return m[:2]
	}
	p3 := GP64()
	LEAQ(Mem{Base: p, Index: stride, Scale: 2}, p3)
	ADDQ(stride, p3)
	m = append(m, Mem{Base: p3}, Mem{Base: p, Index: stride, Scale: 4}, Mem{Base: p3, Index: stride, Scale: 2})
	p7 := GP64()
	LEAQ(Mem{Base: p3, Index: stride, Scale: 4}, p7)
	m = append(m, Mem{}, Mem{Base: p7})
	if size == 8 {
		p6 := GP64()
		MOVQ(p7, p6)
		SUBQ(stride, p6)
		m[6] = Mem{Base: p6}
	}
	return m[:size]
}

// times returns the address of element i of size bytes.
func times(base, i reg.GPVirtual, size int) Mem { return Mem{Base: base, Index: i, Scale: uint8(size)} }

// shuffleBytes emits ShuffleN: register r gets, in lane l, bytes 16*r to
// 16*r+15 of the l-th 16 elements; a lane's bytes are sorted by their place in
// the element, and what a lane then holds of every plane is gathered.
func shuffleBytes(size, lanes int, index Mem) {
	name := fmt.Sprintf("Shuffle%d%s", size, levelOf(lanes))
	TEXT(name, NOSPLIT, shuffleArgs)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s moves byte k of element i, src[%d*i+k], to dst[k*stride+i] for i < n, where n >= %d.", name, size, 16*lanes))
	dst, src := Load(Param("dst"), GP64()).(reg.GPVirtual), Load(Param("src"), GP64()).(reg.GPVirtual)
	n, stride := Load(Param("n"), GP64()).(reg.GPVirtual), Load(Param("stride"), GP64()).(reg.GPVirtual)
	order := lanesReg(lanes)
	if lanes == 2 {
		VBROADCASTI128(index, order)
	} else {
		VBROADCASTI32X4(index, order)
	}
	groups(n, 16*lanes, func(i reg.GPVirtual) {
		rows := gatherLanes(times(src, i, size), size, lanes)
		for _, r := range rows {
			VPSHUFB(order, r, r)
		}
		out := planes(dst, i, stride, size)
		for k, r := range transposeUnits(rows, 16/size, lanes) {
			storeLanes(r, out[k], lanes)
		}
	})
}

// gatherLanes loads 16*lanes elements of size bytes into size registers:
// register r holds in lane l bytes 16*r to 16*r+15 of the l-th 16 elements.
func gatherLanes(m Mem, size, lanes int) []reg.VecVirtual {
	rows := make([]reg.VecVirtual, size)
	if lanes == 2 {
		for r := range rows {
			rows[r] = YMM()
			VBROADCASTI128(m.Offset(16*r), rows[r])
			VINSERTI128(U8(1), m.Offset(16*r+16*size), rows[r], rows[r])
		}
		return rows
	}
	for j := range rows {
		rows[j] = ZMM()
		loadLanes(m.Offset(64*j), rows[j], lanes)
	}
	switch size {
	case 2:
		rows[0], rows[1] = evenOdd(rows[0], rows[1], lanes)
	case 4:
		rows = transposeLanes(rows, lanes)
	case 8:
		even := transposeLanes([]reg.VecVirtual{rows[0], rows[2], rows[4], rows[6]}, lanes)
		odd := transposeLanes([]reg.VecVirtual{rows[1], rows[3], rows[5], rows[7]}, lanes)
		rows = append(even, odd...)
	}
	return rows
}

// unshuffleBytes emits UnshuffleN: a lane of the planes is interleaved byte by
// byte to 16 elements.
func unshuffleBytes(size, lanes int) {
	name := fmt.Sprintf("Unshuffle%d%s", size, levelOf(lanes))
	TEXT(name, NOSPLIT, shuffleArgs)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s moves src[k*stride+i] to byte k of element i, dst[%d*i+k], for i < n, where n >= %d.", name, size, 16*lanes))
	dst, src := Load(Param("dst"), GP64()).(reg.GPVirtual), Load(Param("src"), GP64()).(reg.GPVirtual)
	n, stride := Load(Param("n"), GP64()).(reg.GPVirtual), Load(Param("stride"), GP64()).(reg.GPVirtual)
	groups(n, 16*lanes, func(i reg.GPVirtual) {
		rows := make([]reg.VecVirtual, size)
		for k, m := range planes(src, i, stride, size) {
			rows[k] = lanesReg(lanes)
			loadLanes(m, rows[k], lanes)
		}
		scatterLanes(interleave(rows, lanes), times(dst, i, size), size, lanes)
	})
}

// interleave returns, lane by lane, the bytes of the registers in turn.
func interleave(rows []reg.VecVirtual, lanes int) []reg.VecVirtual {
	if len(rows) == 1 {
		return rows
	}
	var even, odd []reg.VecVirtual
	for k := 0; k < len(rows); k += 2 {
		even, odd = append(even, rows[k]), append(odd, rows[k+1])
	}
	even, odd = interleave(even, lanes), interleave(odd, lanes)
	var all []reg.VecVirtual
	for k := range even {
		lo, hi := unpack(even[k], odd[k], 1, lanes)
		all = append(all, lo, hi)
	}
	return all
}

// scatterLanes undoes gatherLanes.
func scatterLanes(rows []reg.VecVirtual, m Mem, size, lanes int) {
	if lanes == 2 {
		for r := range rows {
			VMOVDQU(rows[r].AsX(), m.Offset(16*r))
			VEXTRACTI128(U8(1), rows[r], m.Offset(16*r+16*size))
		}
		return
	}
	switch size {
	case 2:
		lo, hi := ZMM(), ZMM()
		VSHUFI64X2(U8(0x44), rows[1], rows[0], lo)
		VSHUFI64X2(U8(0xee), rows[1], rows[0], hi)
		VSHUFI64X2(U8(0xd8), lo, lo, lo)
		VSHUFI64X2(U8(0xd8), hi, hi, hi)
		rows = []reg.VecVirtual{lo, hi}
	case 4:
		rows = transposeLanes(rows, lanes)
	case 8:
		even, odd := transposeLanes(rows[:4], lanes), transposeLanes(rows[4:], lanes)
		rows = nil
		for l := range even {
			rows = append(rows, even[l], odd[l])
		}
	}
	for j, r := range rows {
		storeLanes(r, m.Offset(64*j), lanes)
	}
}
