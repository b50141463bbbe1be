package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The fields of kernel's exponential.
const (
	expLog2 field = constantSize * iota
	expShift
	expHi
	expLo
	expC
	_
	_
	_
	_
	_
	expShift32
	expC32
	_
	_
	_
	_
	expLimit
	expLeast
	expMost
	expLeast32
	expMost32
	expBound
	expHalf
	expOne
	expPairs
	expRoot32
	expBias
	expPlace
	expNegative
	expTable
	expRoot   = expTable + 16*16
	expRootLo = expRoot + 16*8
)

// exponentials emits the family "exp".
func exponentials() {
	elementary{
		name: "ExpFloat64", doc: "b^a[i]",
		registers: append([]field{expLog2, expShift, expHi, expLo, expOne, expLimit, expNegative, expBound}, fields(expC, 6)...), few: 4,
		tables: []field{expRoot, expRootLo},
		core:   expCore,
	}.emit()
	elementary{
		name: "Expm1Float64", doc: "e^a[i] - 1", partial: true,
		registers: append([]field{expLog2, expShift, expHi, expLo, expOne, expLeast, expMost, expNegative}, fields(expC, 6)...), few: 4,
		tables: []field{expRoot, expRootLo},
		core:   expm1Core,
	}.emit()
	elementary{
		name: "Expm1Float32", doc: "e^a[i] - 1", single: true,
		registers: append([]field{expLog2, expShift32, expLeast32, expMost32, expRoot32, expOne, expNegative}, fields(expC32, 5)...), few: 4,
		core: expm1Core32,
	}.emit()
}

// rounded returns n, and the number whose last bits are its 16ths.
func (v *vector) rounded(x vec) (n, sixteenths vec) {
	sixteenths = v.copyOf(x)
	VFMADD213PD(v.constant(expShift), v.inRegister(expLog2), sixteenths)
	return v.sub(sixteenths, v.constant(expShift)), sixteenths
}

// roots returns 2^(j/16) in two parts.
func (v *vector) roots(sixteenths vec) (root, rest vec) {
	if v.wide {
		found := v.lookUp(sixteenths, expRoot, expRootLo)
		return found[0], found[1]
	}
	return v.pairs(v.rows(expTable, v.offsets(sixteenths)), 0)
}

// offsets are those of rows in the table.
func (v *vector) offsets(sixteenths vec) vec {
	return v.and(v.shiftLeft(sixteenths, 4), v.constant(expPlace))
}

// power2 returns 2^k, for sixteenths of k + j/16, where that is a normal number.
func (v *vector) power2(sixteenths vec) vec {
	k := v.shiftLeft(v.shiftRight(sixteenths, 4), 52)
	return v.do(VPADDQ, v.constant(expOne), k)
}

// expCore is kernel's exponential.of.
func expCore(v *vector, x vec, whole bool) vec {
	switch {
	case v.wide:
	case whole:
		x = v.clamp(x, expLeast, expMost)
	default:
		magnitude := v.do(VANDNPD, x, v.copyOf(v.constant(expNegative)))
		v.jumpIfAny(isGreaterOrEqual, magnitude, expLimit, "special")
	}
	n, sixteenths := v.rounded(x)
	r := v.copyOf(x)
	VFNMADD231PD(v.constant(expHi), n, r)
	VFNMADD231PD(v.constant(expLo), n, r)
	if v.wide {
		// NaN of infinities and what is left of large numbers does no harm: what
		// is beyond the bound has a k that makes 0 or infinity of any result.
		VRANGEPD(U8(2), v.constant(expBound), r, r)
	}
	root, rest := v.roots(sixteenths)
	p := v.polynomial(r, v.mul(r, r), fields(expC, 6))
	VFMADD231PD(v.mul(root, r), p, rest)
	y := v.add(root, rest)
	switch {
	case v.wide:
		return v.do(VSCALEFPD, n, y)
	case !whole:
		return v.mul(y, v.power2(sixteenths))
	}
	// Where 2^k is beyond normal numbers, by two factors: the second rounds.
	k := v.floor(n)
	half := v.floor(v.mul(k, v.constant(expHalf)))
	for _, part := range []vec{half, v.sub(k, half)} {
		y = v.mul(y, v.shiftLeft(v.add(part, v.constant(expBias)), 52))
	}
	return y
}

// clamp returns x between two constants, or NaN where it is that.
func (v *vector) clamp(x vec, least, most field) vec {
	return v.do(v.pick(VMAXPD, VMAXPS), v.do(v.pick(VMINPD, VMINPS), x, v.inRegister(most)), v.inRegister(least))
}

// floor is AVX2's.
func (v *vector) floor(x vec) vec {
	r := v.register()
	VROUNDPD(U8(9), x, r)
	return r
}

// scaled32 returns 2^n and r, as kernel's exponential.scaled32.
func (v *vector) scaled32(x vec) (scaled, r vec) {
	narrow := v.half()
	VMINPS(x, v.part(v.inRegister(expMost32)), narrow) // x where that is NaN
	VMAXPS(narrow, v.part(v.inRegister(expLeast32)), narrow)
	r = v.do(VCVTPS2PD, narrow)
	t := v.copyOf(r)
	log2 := v.inRegister(expLog2)
	VFMADD213PD(v.constant(expShift32), log2, t)
	n := v.sub(t, v.constant(expShift32))
	VFMSUB213PD(n, log2, r)
	return v.do(VPADDQ, v.root32(t), v.shiftLeft(t, 49)), r
}

// root32 returns entries of the table root32, for places in the last 3 bits of t.
func (v *vector) root32(t vec) vec {
	if v.wide {
		return v.do(VPERMPD, v.constant(expRoot32), t)
	}
	// The halves of numbers, from both halves of the table.
	place := v.do(func(o ...Op) { VPSHUFD(o[0], o[1], o[2]) }, U8(0xa0), t)
	VPADDD(place, place, place)
	VPADDD(v.constant(expPairs), place, place)
	table := Mem{Base: v.base, Disp: int(expRoot32)}
	low, high := v.do(VPERMPS, table, place), v.do(VPERMPS, table.Offset(32), place)
	return v.blend(low, high, v.shiftLeft(t, 61))
}

// expm1Core is kernel's expm1, where that isn't exp.
func expm1Core(v *vector, x vec, whole bool) vec {
	v.jumpIfAny(isGreater, x, expMost, "rare")
	clamped := v.do(VMAXPD, x, v.inRegister(expLeast))
	n, sixteenths := v.rounded(clamped)
	first := clamped
	VFNMADD231PD(v.constant(expHi), n, first)
	r := v.copyOf(first)
	VFNMADD231PD(v.constant(expLo), n, r)
	rLo := v.sub(first, r)
	VFNMADD231PD(v.constant(expLo), n, rLo)
	square := v.mul(r, r)
	VFMADD231PD(square, v.polynomial(r, square, fields(expC, 6)), rLo)

	root, rootLo := v.roots(sixteenths)
	scale := v.power2(sixteenths)
	root, rootLo = v.mul(root, scale), v.mul(rootLo, scale)
	main := v.sub(root, v.constant(expOne))
	// What rounding took from it, as sum2.
	t := v.sub(main, root)
	rest := v.sub(root, v.sub(main, t))
	rest = v.sub(rest, v.add(t, v.constant(expOne)))

	VFMADD231PD(rootLo, r, rootLo)
	VFMADD231PD(root, rLo, rootLo)
	rest = v.add(rest, rootLo)
	change := v.mul(root, r)
	VFMSUB213PD(change, root, r) // what rounding took from change
	rest = v.add(rest, r)
	sum := v.add(main, change)
	y := v.add(sum, v.add(v.add(v.sub(main, sum), change), rest))
	return v.signed(x, y, expNegative)
}

// expm1Core32 is kernel's expm1Float32.
func expm1Core32(v *vector, x vec, _ bool) vec {
	scaled, r := v.scaled32(x)
	p := v.polynomial(r, v.mul(r, r), fields(expC32, 5))
	VFMADD213PD(v.sub(scaled, v.constant(expOne)), v.mul(scaled, r), p)
	return v.signed(v.widened(x), p, expNegative)
}
