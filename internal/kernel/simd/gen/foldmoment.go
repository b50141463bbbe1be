package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// foldmoment emits what is done with the states of var and std: each is three
// float64s side by side, a count, a sum and a sum of squared deviations. Four
// states are three vectors.
func foldmoment() {
	mergeMoments()
	joinMoments()
}

const fourMoments = 4 * 3 * 8 // bytes

// advance is by how many bytes a place moves.
type advance struct {
	place reg.Register
	bytes uint32
}

// byFours runs body n/4 times, and advances after each.
func byFours(n reg.Register, body func(), advances ...advance) {
	SHRQ(U8(2), n)
	JZ(LabelRef("end"))
	Label("next")
	body()
	for _, s := range advances {
		ADDQ(U32(s.bytes), s.place)
	}
	DECQ(n)
	JNZ(LabelRef("next"))
	Label("end")
	VZEROUPPER()
	RET()
}

// apart reads four states: their counts, sums and squared deviations.
func apart(p reg.Register) []reg.VecVirtual {
	m := Mem{Base: p}
	a, b, c := YMM(), YMM(), YMM()
	first, second, third := YMM(), YMM(), YMM()
	out := []reg.VecVirtual{YMM(), YMM(), YMM()}
	VMOVUPD(m, a)
	VMOVUPD(m.Offset(32), b)
	VMOVUPD(m.Offset(64), c)
	VBLENDPD(U8(0b1100), b, a, first)  // n0 s0 n2 s2
	VBLENDPD(U8(0b1100), c, b, second) // s1 q1 s3 q3
	VPERM2F128(U8(0x21), c, a, third)  // q0 n1 q2 n3
	VSHUFPD(U8(0b1010), third, first, out[0])
	VSHUFPD(U8(0b0101), second, first, out[1])
	VSHUFPD(U8(0b1010), second, third, out[2])
	return out
}

// together writes four states.
func together(n, sum, m2 reg.VecVirtual, p reg.Register) {
	m := Mem{Base: p}
	a, b, c := YMM(), YMM(), YMM()
	first, second, third := YMM(), YMM(), YMM()
	VUNPCKLPD(sum, n, first)          // n0 s0 n2 s2
	VUNPCKHPD(m2, sum, second)        // s1 q1 s3 q3
	VSHUFPD(U8(0b1010), n, m2, third) // q0 n1 q2 n3
	VPERM2F128(U8(0x20), third, first, a)
	VBLENDPD(U8(0b1100), first, second, b)
	VPERM2F128(U8(0x31), second, third, c)
	VMOVUPD(a, m)
	VMOVUPD(b, m.Offset(32))
	VMOVUPD(c, m.Offset(64))
}

func mergeMoments() {
	TEXT("MergeMomentsAVX2", NOSPLIT, "func(a, b *float64, n int)")
	Pragma("noescape")
	Doc("MergeMomentsAVX2 merges each of n states with the one in its place in b, by Chan's formula; n is a multiple of 4.")
	pa, pb, left := Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("n"), GP64())
	zero := YMM()
	VXORPD(zero, zero, zero)
	byFours(left, func() {
		a, b := apart(pa), apart(pb)
		n, sum, m2, share, delta, mean, isA, isB := YMM(), YMM(), YMM(), YMM(), YMM(), YMM(), YMM(), YMM()
		VCMPPD(U8(0), zero, a[0], isB) // nothing in a: b as it is
		VCMPPD(U8(0), zero, b[0], isA)
		VADDPD(b[0], a[0], n)
		VADDPD(b[1], a[1], sum)
		VADDPD(b[2], a[2], m2)
		VDIVPD(n, b[0], share)
		VDIVPD(b[0], b[1], delta)
		VDIVPD(a[0], a[1], mean)
		VSUBPD(mean, delta, delta)
		VMULPD(share, delta, share)
		VMULPD(delta, share, share)
		VMULPD(a[0], share, share)
		VADDPD(share, m2, m2)
		merged := []reg.VecVirtual{n, sum, m2}
		for i, v := range merged {
			VBLENDVPD(isA, a[i], v, v)
			VBLENDVPD(isB, b[i], v, v)
		}
		together(merged[0], merged[1], merged[2], pa)
	}, advance{pa, fourMoments}, advance{pb, fourMoments})
}

func joinMoments() {
	TEXT("JoinMomentsAVX2", NOSPLIT, "func(states, counts, sums, m2s *float64, n int)")
	Pragma("noescape")
	Doc("JoinMomentsAVX2 makes n states of their parts; n is a multiple of 4.")
	p, left := Load(Param("states"), GP64()), Load(Param("n"), GP64())
	counts, sums, m2s := Load(Param("counts"), GP64()), Load(Param("sums"), GP64()), Load(Param("m2s"), GP64())
	byFours(left, func() {
		n, sum, m2 := YMM(), YMM(), YMM()
		VMOVUPD(Mem{Base: counts}, n)
		VMOVUPD(Mem{Base: sums}, sum)
		VMOVUPD(Mem{Base: m2s}, m2)
		together(n, sum, m2, p)
	}, advance{p, fourMoments}, advance{counts, 32}, advance{sums, 32}, advance{m2s, 32})
}
