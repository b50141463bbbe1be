package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowBlock is the bytes of a row that are computed before those of the next.
const rowBlock = 128

// emitRows writes the routine that goes down several rows at once, two lines of
// each in turn, with stores past the caches. What is the same for every row, its
// pitch being 0, is then read from memory or the L2 cache once, and from L1 for
// all rows but the first.
func (r routine) emitRows(l isa) {
	name := r.name + "Rows" + l.name
	TEXT(name, NOSPLIT, "func(dst, a, b, c *byte, dstPitch, aPitch, bPitch, cPitch, rows, blocks int)")
	Doc(fmt.Sprintf("%s sets dst[i] = %s in rows that lie pitches of bytes apart, past the caches:", name, r.doc),
		fmt.Sprintf("blocks of %d bytes from the first whole line of each row of dst.", rowBlock))
	operands := []string{"dst", "a", "b", "c"}[:1+len(r.args)]
	var firsts, ptrs []reg.GPVirtual // of the first row, and of the one in turn
	for _, o := range operands {
		p := GP64()
		Load(Param(o), p)
		firsts, ptrs = append(firsts, p), append(ptrs, GP64())
	}
	blocks, rows, head := GP64(), GP64(), GP64()
	Load(Param("blocks"), blocks)
	Label("block")
	for k := range ptrs {
		MOVQ(firsts[k], ptrs[k])
		ADDQ(U32(rowBlock), firsts[k])
	}
	Load(Param("rows"), rows)
	Label("row")
	MOVQ(ptrs[0], head) // bytes before the first whole line
	NEGQ(head)
	ANDQ(U8(63), head)
	for at := 0; at < rowBlock; at += l.bytes {
		s := &step{isa: l, lanes: l.bytes / r.out, size: r.out}
		var x []vec
		for k, size := range r.args {
			x = append(x, s.load(size, Mem{Base: ptrs[1+k], Index: head, Scale: 1, Disp: at}))
		}
		VMOVNTPD(part(r.body(s, x), l.bytes), Mem{Base: ptrs[0], Index: head, Scale: 1, Disp: at})
	}
	for k, o := range operands {
		pitch, err := Param(o + "Pitch").Resolve()
		if err != nil {
			panic(err)
		}
		ADDQ(pitch.Addr, ptrs[k])
	}
	DECQ(rows)
	JNE(LabelRef("row"))
	DECQ(blocks)
	JNE(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// elementwiseRows writes such routines of all arithmetic of several arguments.
func elementwiseRows() {
	for _, l := range []isa{avx2, avx512} {
		for _, size := range []int{8, 4} {
			for _, r := range append(arithmetic(size), fused(size)...) {
				if len(r.args) > 1 {
					r.emitRows(l)
				}
			}
		}
	}
}
