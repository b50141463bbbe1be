package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// powTables is where the tables of pow are. With AVX-512 they are in registers,
// and an element is picked by a permutation; with AVX2 they are in memory, a
// row has the entries for one number, and four rows are transposed.
type powTables struct {
	rows, powers reg.GPVirtual

	columns   []column32          // of the logarithms
	roots16   [2][]reg.VecVirtual // and what they leave
	high, low reg.OpmaskVirtual   // the halves of lanes
}

// column32 is a table of 32 numbers in registers: their upper and lower halves,
// two registers each. Where lower is nil those are zero.
type column32 struct{ upper, lower []reg.VecVirtual }

func (t *powTables) load64(d doubles) {
	rows := make([][]float64, len(powLogs))
	for i, row := range powLogs {
		rows[i] = row[:]
	}
	t.load(d, "powLogs", rows)
	roots := [2][]uint64{}
	var both []uint64
	for j, row := range powRoots {
		// The exponent of the result is added in sixteenths.
		root := math.Float64bits(row[0]) - uint64(j)<<(fractionLen-4)
		roots[0], roots[1] = append(roots[0], root), append(roots[1], math.Float64bits(row[1]))
		both = append(both, root, math.Float64bits(row[1]))
	}
	if !d.wide() {
		t.powers = GP64()
		LEAQ(tableOf("powRoots", both), t.powers)
		return
	}
	for i := range roots {
		t.roots16[i] = d.loadTable(fmt.Sprint("powRoots", i), roots[i])
	}
}

func (t *powTables) load32(d doubles) {
	rows := make([][]float64, len(powLogs32))
	for i, row := range powLogs32 {
		rows[i] = row[:]
	}
	t.load(d, "powLogs32", rows)
}

// load makes the table of logarithms ready.
func (t *powTables) load(d doubles, name string, rows [][]float64) {
	if !d.wide() {
		var padded []uint64
		for _, row := range rows {
			for k := range 4 {
				v := 0.0
				if k < len(row) {
					v = row[k]
				}
				padded = append(padded, math.Float64bits(v))
			}
		}
		t.rows = GP64()
		LEAQ(tableOf(name, padded), t.rows)
		return
	}
	t.high, t.low = K(), K()
	bits := GP32()
	MOVL(U32(0xaaaa), bits)
	KMOVW(bits, t.high)
	KNOTW(t.high, t.low)
	for k := range rows[0] {
		upper, lower, any := make([]uint64, 16), make([]uint64, 16), uint64(0)
		for i, row := range rows {
			b := math.Float64bits(row[k])
			upper[i/2] |= b >> 32 << (32 * (i % 2))
			lower[i/2] |= b & (1<<32 - 1) << (32 * (i % 2))
			any |= b & (1<<32 - 1)
		}
		c := column32{upper: d.loadTable(fmt.Sprint(name, "Upper", k), upper)}
		if any != 0 {
			c.lower = d.loadTable(fmt.Sprint(name, "Lower", k), lower)
		}
		t.columns = append(t.columns, c)
	}
}

// tableOf is the memory of a table, which all routines share.
func tableOf(name string, values []uint64) Mem {
	m, ok := tables[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i, v := range values {
			DATA(8*i, U64(v))
		}
		tables[name] = m
	}
	return m
}

var tables = map[string]Mem{}

// loadTable returns registers with 16 lanes of a table.
func (d doubles) loadTable(name string, values []uint64) []reg.VecVirtual {
	m := tableOf(name, values)
	lower, upper := d.reg(), d.reg()
	VMOVUPD(m, lower)
	VMOVUPD(m.Offset(64), upper)
	return []reg.VecVirtual{lower, upper}
}

// logs returns the entries of powLogs for the bits of cut.
func (t *powTables) logs(d doubles, u reg.VecVirtual) []reg.VecVirtual {
	if !d.wide() {
		index := d.and(d.shiftRight(u, fractionLen-5-5), d.bits(31<<5)) // in bytes
		var rows []reg.VecVirtual
		for _, i := range d.extract(index) {
			row := YMM()
			VMOVUPD(Mem{Base: t.rows, Index: i, Scale: 1}, row)
			rows = append(rows, row)
		}
		return d.transpose(rows)
	}
	index := d.shiftRight(u, fractionLen-5)
	VPSHUFD(U8(0xa0), index, index) // in both halves
	var entries []reg.VecVirtual
	for _, c := range t.columns {
		v := d.copy(index)
		if c.lower == nil {
			VPERMI2D_Z(c.upper[1], c.upper[0], t.high, v)
		} else {
			VPERMI2D(c.upper[1], c.upper[0], t.high, v)
			VPERMI2D(c.lower[1], c.lower[0], t.low, v)
		}
		entries = append(entries, v)
	}
	return entries
}

// roots returns the entries of powRoots for the lowest bits of k.
func (t *powTables) roots(d doubles, k reg.VecVirtual) (root, rest reg.VecVirtual) {
	if !d.wide() {
		at := d.extract(d.and(d.shiftLeft(k, 4), d.bits(15<<4)))
		var pairs [2]reg.VecVirtual
		for i := range pairs {
			pairs[i] = YMM()
			VMOVUPD(Mem{Base: t.powers, Index: at[i], Scale: 1}, pairs[i].AsX())
			VINSERTF128(U8(1), Mem{Base: t.powers, Index: at[i+2], Scale: 1}, pairs[i], pairs[i])
		}
		return d.to(VUNPCKLPD, nil, pairs[1], pairs[0]), d.to(VUNPCKHPD, nil, pairs[1], pairs[0])
	}
	root, rest = d.copy(k), d.copy(k)
	VPERMI2PD(t.roots16[0][1], t.roots16[0][0], root)
	VPERMI2PD(t.roots16[1][1], t.roots16[1][0], rest)
	return root, rest
}

// extract returns the four integers of v.
func (d doubles) extract(v reg.VecVirtual) (r [4]reg.GPVirtual) {
	upper := XMM()
	VEXTRACTI128(U8(1), v, upper)
	for i, half := range []Op{v.AsX(), upper} {
		r[2*i], r[2*i+1] = GP64(), GP64()
		VMOVQ(half, r[2*i])
		VPEXTRQ(U8(1), half, r[2*i+1])
	}
	return r
}

// transpose returns the first three columns of four rows.
func (d doubles) transpose(rows []reg.VecVirtual) []reg.VecVirtual {
	even01, even23 := d.to(VUNPCKLPD, nil, rows[1], rows[0]), d.to(VUNPCKLPD, nil, rows[3], rows[2])
	odd01, odd23 := d.to(VUNPCKHPD, nil, rows[1], rows[0]), d.to(VUNPCKHPD, nil, rows[3], rows[2])
	join := func(halves uint8, a, b reg.VecVirtual) reg.VecVirtual {
		r := YMM()
		VPERM2F128(U8(halves), b, a, r)
		return r
	}
	return []reg.VecVirtual{join(0x20, even01, even23), join(0x20, odd01, odd23), join(0x31, even01, even23)}
}
