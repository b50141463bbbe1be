package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// elementwiseCast writes conversions.
func elementwiseCast() {
	emitAll(castsOfFloats())
	emitAll(castsToFloats())
	emitAll(castsToSmall())
	emitAll(castsToBool())
	emitAll(castsOfIntegers())
}

// cast makes a table entry; dtypes are given by their names and bytes.
func cast(from string, size int, to string, out int, body func(s *step, x []vec) vec, consts ...constant) routine {
	return routine{name: "Cast" + from + to, doc: fmt.Sprintf("a[i], a %s, as %s", from, to),
		args: []int{size}, out: out, body: body, consts: consts}
}

// on makes a routine one of a single level.
func (r routine) on(l *isa) routine { r.only = l; return r }

// half is the width of registers whose elements have half the bytes.
func (s *step) half() int { return s.bytes / 2 }

// widened has the instruction make whole registers of halves, narrowed halves of
// whole ones.
func (s *step) widened(f instruction, x vec) vec { return s.at(s.half(), s.bytes, f, x) }
func (s *step) halved(f instruction, x vec) vec  { return s.at(s.bytes, s.half(), f, x) }

// suffixed chooses among instructions that narrow: the assembler tells those
// on memory of AVX apart by their names.
func (s *step) suffixed(z, y, x instruction) instruction {
	switch {
	case s.evex():
		return z
	case s.lanes > 1:
		return y
	}
	return x
}

// toFloat32 and toInt32 convert float64.
func (s *step) toFloat32(x vec) vec {
	return s.halved(s.suffixed(VCVTPD2PS, VCVTPD2PSY, VCVTPD2PSX), x)
}
func (s *step) toInt32(x vec) vec {
	return s.halved(s.suffixed(VCVTTPD2DQ, VCVTTPD2DQY, VCVTTPD2DQX), x)
}

// castsOfFloats lists those to floats, and to integers of which the instruction
// gives the minimum where a float is out of range or NaN.
func castsOfFloats() []routine {
	return []routine{
		cast("Float64", 8, "Float32", 4, func(s *step, x []vec) vec { return s.toFloat32(x[0]) }),
		cast("Float32", 4, "Float64", 8, func(s *step, x []vec) vec { return s.widened(VCVTPS2PD, x[0]) }),
		cast("Float64", 8, "Int32", 4, func(s *step, x []vec) vec { return s.toInt32(x[0]) }),
		cast("Float32", 4, "Int32", 4, func(s *step, x []vec) vec { return s.do(VCVTTPS2DQ, x[0]) }),
		cast("Float64", 8, "Int64", 8, func(s *step, x []vec) vec { return s.do(VCVTTPD2QQ, x[0]) }).on(&avx512),
		cast("Float32", 4, "Int64", 8, func(s *step, x []vec) vec { return s.widened(VCVTTPS2QQ, x[0]) }).on(&avx512),
	}
}

// small are the integers that int32 holds.
var small = []struct {
	name   string
	size   int
	signed bool
}{{"Int8", 1, true}, {"Uint8", 1, false}, {"Int16", 2, true}, {"Uint16", 2, false}}

// toLanes extends integers of so many bytes to lanes of more.
func (s *step) toLanes(x vec, from, to int, signed bool) vec {
	unsigned := map[[2]int]instruction{
		{1, 2}: VPMOVZXBW, {1, 4}: VPMOVZXBD, {1, 8}: VPMOVZXBQ, {2, 4}: VPMOVZXWD, {2, 8}: VPMOVZXWQ, {4, 8}: VPMOVZXDQ,
	}
	f := unsigned[[2]int{from, to}]
	if signed {
		f = map[[2]int]instruction{
			{1, 2}: VPMOVSXBW, {1, 4}: VPMOVSXBD, {1, 8}: VPMOVSXBQ, {2, 4}: VPMOVSXWD, {2, 8}: VPMOVSXWQ, {4, 8}: VPMOVSXDQ,
		}[[2]int{from, to}]
	}
	return s.at(s.lanes*from, s.lanes*to, f, x)
}

// castsToFloats lists those of integers and bools.
func castsToFloats() []routine {
	table := []routine{
		cast("Int32", 4, "Float64", 8, func(s *step, x []vec) vec { return s.widened(VCVTDQ2PD, x[0]) }),
		cast("Int32", 4, "Float32", 4, func(s *step, x []vec) vec { return s.do(VCVTDQ2PS, x[0]) }),
		cast("Int64", 8, "Float64", 8, (*step).int64ToFloat64, constant{8, 0x4530000080000000}, constant{8, 0x4530000080100000}, constant{8, 0x4330000000000000}),
		cast("Uint32", 4, "Float64", 8, (*step).uint32ToFloat64, constant{8, 0x4330000000000000}),
		cast("Uint32", 4, "Float32", 4, func(s *step, x []vec) vec { return s.do(VCVTUDQ2PS, x[0]) }).on(&avx512),
		cast("Uint64", 8, "Float64", 8, func(s *step, x []vec) vec { return s.do(VCVTUQQ2PD, x[0]) }).on(&avx512),
		cast("Int64", 8, "Float32", 4, func(s *step, x []vec) vec { return s.halved(VCVTQQ2PS, x[0]) }).on(&avx512),
		cast("Uint64", 8, "Float32", 4, func(s *step, x []vec) vec { return s.halved(VCVTUQQ2PS, x[0]) }).on(&avx512),
		cast("Bool", 1, "Float64", 8, func(s *step, x []vec) vec {
			return s.widened(VCVTDQ2PD, s.toLanes(s.truth(x[0]), 1, 4, false))
		}, trueByte),
		cast("Bool", 1, "Float32", 4, func(s *step, x []vec) vec {
			return s.do(VCVTDQ2PS, s.toLanes(s.truth(x[0]), 1, 4, false))
		}, trueByte),
	}
	for _, d := range small {
		table = append(table,
			cast(d.name, d.size, "Float64", 8, func(s *step, x []vec) vec {
				return s.widened(VCVTDQ2PD, s.toLanes(x[0], d.size, 4, d.signed))
			}),
			cast(d.name, d.size, "Float32", 4, func(s *step, x []vec) vec {
				return s.do(VCVTDQ2PS, s.toLanes(x[0], d.size, 4, d.signed))
			}))
	}
	return table
}

// truth makes 0 and 1 of bytes.
func (s *step) truth(x vec) vec { return s.at(s.lanes, s.lanes, VPMINUB, x, s.consts[0]) }

// int64ToFloat64 has an instruction in AVX-512. For AVX2 it makes two floats of an integer,
// by putting its halves into the bits of great ones of which they are the
// last digits: 2^84 + 2^63 + hi*2^32, and 2^52 + lo. Taking the great ones away from the
// first is exact, so that the sum rounds once. (Known from the compilers' way
// with uint64, and for vectors from A. Yee's answer on Stack Overflow.)
func (s *step) int64ToFloat64(x []vec) vec {
	if s.evex() {
		return s.do(VCVTQQ2PD, x[0])
	}
	hi := s.bitXor(s.do(VPSRLQ, U8(32), x[0]), s.consts[0])
	lo := s.do(four(VPBLENDD), U8(0x55), x[0], s.consts[2])
	return s.do(VADDPD, lo, s.do(VSUBPD, s.consts[1], hi))
}

// uint32ToFloat64 makes the integer the last digits of 2^52.
func (s *step) uint32ToFloat64(x []vec) vec {
	if s.evex() {
		return s.widened(VCVTUDQ2PD, x[0])
	}
	return s.do(VSUBPD, s.consts[0], s.bitOr(s.toLanes(x[0], 4, 8, false), s.consts[0]))
}
