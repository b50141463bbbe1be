package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// castsToSmall lists those of floats to integers that int32 holds: by way of it,
// the minimum (0 for unsigned) in place of what does not survive the way to the
// narrow one and back.
func castsToSmall() (table []routine) {
	for _, d := range small {
		lowest := constant{4, 0}
		if d.signed {
			lowest.value = -(uint64(1) << (8*d.size - 1)) & 0xffffffff
		}
		digits := constant{4, 1<<(8*d.size) - 1}
		narrow := func(s *step, x vec) vec {
			w := 4 * s.lanes
			low := s.at(w, w, VANDPS, s.consts[0], x)
			if d.signed {
				shift := U8(32 - 8*d.size)
				low = s.at(w, w, VPSRAD, shift, s.at(w, w, VPSLLD, shift, x))
			}
			return s.packed(s.unless(low, x, s.consts[1]), d.size, d.signed)
		}
		table = append(table,
			cast("Float64", 8, d.name, d.size, func(s *step, x []vec) vec { return narrow(s, s.toInt32(x[0])) }, digits, lowest),
			cast("Float32", 4, d.name, d.size, func(s *step, x []vec) vec { return narrow(s, s.do(VCVTTPS2DQ, x[0])) }, digits, lowest))
	}
	return table
}

// unless is x in the lanes of 4 bytes where low is the same, else otherwise.
func (s *step) unless(low, x, otherwise vec) vec {
	w := 4 * s.lanes
	if s.evex() {
		k := K()
		VPCMPEQD(part(low, w), part(x, w), k)
		return s.at(w, w, VPBLENDMD, x, otherwise, k)
	}
	return s.at(w, w, four(VBLENDVPS), s.at(w, w, VPCMPEQD, low, x), x, otherwise)
}

// packed makes lanes of so many bytes of lanes of 4, whose values they hold.
func (s *step) packed(x vec, size int, signed bool) vec {
	if s.evex() {
		return s.at(4*s.lanes, size*s.lanes, bySize[instruction](size, VPMOVDB, VPMOVDW, nil, nil), x)
	}
	high := x // of a register with more than 4 lanes
	if s.lanes > 4 {
		high = s.register()
		VEXTRACTI128(U8(1), x.AsY(), high.AsX())
	}
	words := VPACKSSDW
	if size == 2 && !signed {
		words = VPACKUSDW
	}
	r := s.at(16, 16, instruction(words), high, x)
	if size == 2 {
		return r
	}
	if signed {
		return s.at(16, 16, VPACKSSWB, r, r)
	}
	return s.at(16, 16, VPACKUSWB, r, r)
}

// castsToBool lists what numbers are cast to bool by: anything but zero is true.
func castsToBool() (table []routine) {
	for _, size := range []int{8, 4} {
		table = append(table, toBool(size, 1, "Cast"+floats[size]+"Bool", "a[i] != 0",
			func(s *step, x []vec) vec { return s.bools(s.compare(ne, x[0], s.consts[1])) }, constant{size, 0}))
	}
	for _, size := range widths {
		table = append(table, toBool(size, 1, "Cast"+integerName(size, true)+"Bool", "a[i] != 0",
			func(s *step, x []vec) vec {
				if s.evex() {
					k := K()
					bySize[instruction](size, VPTESTMB, VPTESTMW, VPTESTMD, VPTESTMQ)(x[0].AsZ(), x[0].AsZ(), k)
					return s.bools(k)
				}
				return s.integerRelation(ne, x[0], s.consts[1], true)
			}, constant{size, 0}))
	}
	return table
}

// castsOfIntegers lists those that extend integers, by their sign or by zeros,
// and those that cut them; the latter under the names of signed ones alone.
func castsOfIntegers() (table []routine) {
	cut := map[[2]int]instruction{
		{8, 4}: VPMOVQD, {8, 2}: VPMOVQW, {8, 1}: VPMOVQB, {4, 2}: VPMOVDW, {4, 1}: VPMOVDB, {2, 1}: VPMOVWB,
	}
	for _, from := range widths {
		for _, to := range widths {
			switch {
			case from < to:
				for _, signed := range []bool{true, false} {
					table = append(table, cast(integerName(from, signed), from, integerName(to, true), to,
						func(s *step, x []vec) vec { return s.toLanes(x[0], from, to, signed) }))
				}
			case from > to:
				r := cast(integerName(from, true), from, integerName(to, true), to,
					func(s *step, x []vec) vec { return s.at(s.bytes, s.lanes*to, cut[[2]int{from, to}], x[0]) })
				r.only = &avx512
				if from == 8 && to == 4 {
					r.only, r.body = nil, (*step).lowHalves
				}
				table = append(table, r)
			}
		}
	}
	return table
}

// lowHalves cuts integers of 8 bytes to 4.
func (s *step) lowHalves(x []vec) vec {
	switch {
	case s.evex():
		return s.halved(VPMOVQD, x[0])
	case s.lanes == 1:
		return x[0]
	}
	high := s.register()
	VEXTRACTI128(U8(1), x[0].AsY(), high.AsX())
	return s.at(16, 16, VSHUFPS, U8(0x88), high, x[0])
}
