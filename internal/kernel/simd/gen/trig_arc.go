package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The numbers of package kernel's arc.go, where they are explained.

// atanNodes are the rows of x, y, hi and lo.
var atanNodes = [][4]float64{
	{1, 0, 0, 0},
	{1, 0x1.3fb1faabbf66ap-3, 0x1.3d22c4c92395cp-3, 0x1.9298edb86f68ep-57},
	{1, 0x1.bf9535a96540dp-3, 0x1.b8a78a27d6df0p-3, -0x1.ace5c9c52eb55p-57},
	{1, 0x1.3edd6983a7389p-2, 0x1.351ea1f3d8fafp-2, 0x1.c743bfdd20be0p-56},
	{1, 0x1.be89019b51d1dp-2, 0x1.a514023a34d20p-2, 0x1.efa4c5b5e22bfp-58},
	{1, 0x1.3c6ef372fe950p-1, 0x1.1b6e192ebbe45p-1, -0x1.c780684241a31p-56},
	{1, 0x1.bc0e249480c49p-1, 0x1.6dcc57bb565fdp-1, -0x1.7185e47b3e037p-56},
	{1, 0x1.3845118db5992p+0, 0x1.c4a83936311dap-1, -0x1.c8af5e24281f4p-56},
	{1, 0x1.b9224dab8d580p+0, 0x1.0b833be165cc9p+0, -0x1.7627ba873f18ep-56},
	{1, 0x1.3504f333f9de6p+1, 0x1.2d97c7f3321d2p+0, 0x1.fc774dbe287a0p-56},
	{1, 0x1.b78f34fc55f09p+1, 0x1.49952004c912ep+0, 0x1.d490b838e679fp-55},
	{1, 0x1.33b6101db3b50p+2, 0x1.5da0a7c6d9b5dp+0, -0x1.7a298fce94360p-54},
	{1, 0x1.b70b2ceac5110p+2, 0x1.6d114072b01efp+0, -0x1.718837bb4e766p-58},
	{0, 1, halfPi, halfPiLo},
}

const (
	atanLeast = 0x1.8p-4
	atanMost  = 0x1p3
	atanHuge  = 0x1p100

	rootMagic = 0x5fe6eb50c7b537a9
)

var (
	atanSeries = []float64{
		-0x1.55555555554ccp-2, 0x1.9999999945d67p-3, -0x1.2492489cbaa5cp-3,
		0x1.c71ba705e06d2p-4, -0x1.741071fefa05bp-4, 0x1.2cc15afd87271p-4,
	}
	atanSeries32 = []float64{-0x1.55555040648fep-2, 0x1.998a2192a4538p-3, -0x1.1ddc2fd376d85p-3}
	asinSeries   = []float64{
		0x1.5555555555390p-3, 0x1.333333336e7d5p-4, 0x1.6db6db427bedcp-5, 0x1.f1c72c3896931p-6,
		0x1.6e89f447bacc4p-6, 0x1.1c6be14406962p-6, 0x1.c6fdc876bf1e6p-7, 0x1.8ec2d3650eab4p-7,
		0x1.abd0aed9e72c9p-8, 0x1.3ff3caa3da7b5p-6, -0x1.09d1d2d245272p-6, 0x1.056cf95da8e85p-5,
	}
	// This one for 1 + z p(z).
	asinSeries32 = []float64{
		1, 0x1.55555605c54dfp-3, 0x1.3332aa08d65c3p-4, 0x1.6ddabf9be0ae8p-5, 0x1.ed5d1bdd2f65ep-6,
		0x1.931f8cd493b81p-6, 0x1.ec24b6dda2ca7p-8, 0x1.1bd2931c4be99p-5,
	}
)

// trigArc writes the inverse functions.
func trigArc() {
	var routines []trigRoutine
	for _, size := range []int{8, 4} {
		routines = append(routines,
			trigRoutine{name: "Asin", size: size, constants: (*trigLanes).arcConstants, body: (*trigLanes).asin},
			trigRoutine{name: "Acos", size: size, constants: (*trigLanes).arcConstants, body: (*trigLanes).acos},
			trigRoutine{name: "Atan", size: size, constants: (*trigLanes).atanConstants, prepare: (*trigLanes).atanTable, body: (*trigLanes).atan})
	}
	emitTrig("trig_arc", routines)
}

// What follows are the functions of kernel's arc.go, the same operations in the
// same order.

// nodeTable is where atanNodes are.
type nodeTable struct {
	columns [4][2]vec     // AVX-512: in registers, 16 numbers each
	rows    reg.GPVirtual // AVX2: in memory
}

// A row is for numbers alike in all bits from nodeShift on.
const (
	nodeShift = 51
	firstNode = 0x3fb8000000000000 >> nodeShift // of atanLeast
)

// atanTable prepares for atanRow.
func (l *trigLanes) atanTable() {
	if !l.wide {
		var rows []uint64
		for _, row := range atanNodes {
			for _, x := range row {
				rows = append(rows, math.Float64bits(x))
			}
		}
		l.nodes.rows = GP64()
		LEAQ(l.table.append(rows...), l.nodes.rows)
		return
	}
	for i := range l.nodes.columns[:l.nodeColumns()] {
		var column [16]uint64
		for row, n := range atanNodes {
			column[(firstNode+row)%16] = math.Float64bits(n[i])
		}
		m := l.table.append(column[:]...)
		for half := range l.nodes.columns[i] {
			v := l.register()
			VMOVUPD(m.Offset(64*half), v)
			l.nodes.columns[i][half] = v
		}
	}
}

// nodeColumns is the number of columns that count.
func (l *trigLanes) nodeColumns() int {
	if l.bytes == 4 {
		return 3 // not lo
	}
	return 4
}

// atanRow returns the columns of the row for a >= 0.
func (l *trigLanes) atanRow(a vec) (columns [4]vec) {
	row := l.max(l.min(a, l.float(atanMost)), l.float(atanLeast))
	row = l.shiftRight(row, nodeShift)
	if l.wide {
		for i, halves := range l.nodes.columns[:l.nodeColumns()] {
			columns[i] = l.copyOf(row)
			VPERMI2PD(halves[1], halves[0], columns[i])
		}
		return columns
	}
	row = l.shiftLeft(row, 5)
	high := XMM()
	VEXTRACTI128(U8(1), row, high)
	var rows [4]Mem
	for i := range rows {
		at := GP64()
		from := row.AsX()
		if i >= 2 {
			from = high.AsX()
		}
		VPEXTRQ(U8(i%2), from, at)
		rows[i] = Mem{Base: l.nodes.rows, Index: at, Scale: 1, Disp: -32 * firstNode}
	}
	for half := range 2 {
		even, odd := YMM(), YMM()
		VMOVUPD(rows[0].Offset(16*half), even.AsX())
		VMOVUPD(rows[1].Offset(16*half), odd.AsX())
		VINSERTF128(U8(1), rows[2].Offset(16*half), even, even)
		VINSERTF128(U8(1), rows[3].Offset(16*half), odd, odd)
		for i, unpack := range []instruction{VUNPCKLPD, VUNPCKHPD} {
			columns[2*half+i] = YMM()
			unpack(odd, even, columns[2*half+i])
		}
	}
	return columns
}

func (l *trigLanes) atanConstants() []Mem {
	return append(l.floats(l.pick(atanSeries, atanSeries32)),
		l.float(atanHuge), l.float(atanMost), l.float(atanLeast), l.bits(1<<63), l.bits(1<<63-1))
}

func (l *trigLanes) atan(x vec) vec {
	a := l.min(l.constant(l.float(atanHuge)), l.abs(x)) // NaN stays, as the second operand
	c := l.atanRow(a)
	den := l.fma(a, c[1], l.copyOf(c[0]))
	num := l.fms(a, c[0], c[1])
	t := l.div(num, den)
	z := l.mul(t, t)
	p := l.polynomial(z, l.series(l.pick(atanSeries, atanSeries32)))
	if l.bytes == 4 {
		return l.flip(l.add(c[2], l.fma(l.mul(t, z), p, t)), x)
	}
	return l.flip(l.add(c[2], l.add(t, l.fma(l.mul(t, z), p, c[3]))), x)
}

func (l *trigLanes) arcConstants() []Mem {
	return append(l.floats(l.pick(asinSeries, asinSeries32)),
		l.float(0.5), l.float(-0.5), l.float(halfPi), l.float(halfPiLo), l.float(2*halfPi), l.float(2*halfPiLo),
		l.bits(rootMagic), l.bits(1<<63), l.bits(1<<63-1))
}

// arcRange returns the lanes with |x| > 1/2, and z.
func (l *trigLanes) arcRange(x vec) (a vec, large subset, z vec) {
	a = l.abs(x)
	large = l.greater(a, 0.5)
	return a, large, l.blend(large, l.mul(a, a), l.fma(a, l.float(-0.5), l.constant(l.float(0.5))))
}

// minusTwiceRoot is -2 sqrt(z), for float64 in two parts.
func (l *trigLanes) minusTwiceRoot(z vec) (v, low vec) {
	s := l.sqrt(z)
	v = l.mul(s, l.float(-2))
	if l.bytes == 4 {
		return v, nil
	}
	h := l.subInt(l.constant(l.bits(rootMagic)), l.shiftRight(z, 1))
	u := l.fnma(l.mul(l.mul(z, l.float(0.5)), h), h, l.constant(l.float(0.5)))
	l.fma(h, u, h)
	return v, l.mul(l.fms(s, s, l.copyOf(z)), h)
}

func (l *trigLanes) asin(x vec) vec {
	a, large, z := l.arcRange(x)
	v, low := l.minusTwiceRoot(z)
	v = l.blend(large, a, v)
	base := func(x float64) vec { return l.only(large, l.constant(l.float(x))) }
	if l.bytes == 4 {
		return l.flip(l.arc32(base(halfPi), v, z), x)
	}
	return l.flip(l.arc(base(halfPi), base(halfPiLo), v, l.only(large, low), z), x)
}

func (l *trigLanes) acos(x vec) vec {
	_, large, z := l.arcRange(x)
	v, low := l.minusTwiceRoot(z)
	minus := l.xor(x, l.bits(1<<63))
	negative := l.negative(x)
	v = l.blend(large, minus, l.flip(v, minus))
	base := func(x float64) vec {
		return l.blend(large, l.constant(l.float(x)), l.only(negative, l.constant(l.float(2*x))))
	}
	if l.bytes == 4 {
		return l.arc32(base(halfPi), v, z)
	}
	return l.arc(base(halfPi), base(halfPiLo), v, l.only(large, l.flip(low, minus)), z)
}

func (l *trigLanes) arc(base, baseLo, v, low, z vec) vec {
	p := l.polynomial(z, l.series(asinSeries))
	l.fma(l.mul(v, z), p, low)
	sum := l.add(base, v)
	rest := l.add(l.sub(base, sum), v)
	return l.add(sum, l.add(rest, l.add(baseLo, low)))
}

func (l *trigLanes) arc32(base, v, z vec) vec {
	return l.add(base, l.mul(v, l.polynomial(z, l.series(asinSeries32))))
}
