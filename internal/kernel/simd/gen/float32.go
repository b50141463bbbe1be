package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The fields of kernel's exponential32,
const (
	exp32Log2 field = constantSize * iota
	exp32Shift
	exp32Hi
	exp32Lo
	exp32One
	exp32C
	_
	_
	_
	_
	_
	exp32Limit
	exp32Magnitude
	exp32Least
	exp32Most
	exp32Bound
)

// of logarithm32,
const (
	log32Start field = constantSize * iota
	log32Fraction
	log32One
	log32Hi
	log32Lo
	log32C
	_
	_
	_
	_
	_
	_
	_
	_
	log32Unit
	log32UnitLo
	log32Normal
	log32Abnormal
	log32Least
	log32Grow
	log32Grown
	log32Inf
	log32Negative
	log32Special
)

// and of sinusoid.
const (
	sinPerQuarter field = constantSize * iota
	sinShift
	sinPi1
	sinPi2
	sinPi3
	sinHalf
	sinOne
	sinSin
	_
	_
	sinCos
	_
	_
	sinLimit
	sinMagnitude
	sinNegative
	sinOdd
)

// singles emits the family "float32": what is computed in float32.
func singles() {
	for _, e := range []elementary{
		{
			name: "ExpFloat32", doc: "b^a[i]",
			registers: append(append([]field{exp32Log2, exp32Shift, exp32Hi, exp32Lo, exp32One}, fields(exp32C, 6)...), exp32Bound), few: 11,
			core: exp32,
		},
		{
			name: "LogFloat32", doc: "log(a[i])",
			registers: append(append([]field{log32Start, log32Hi, log32One, log32Lo}, fields(log32C, 9)...), log32Fraction), few: 8,
			core: func(v *vector, x vec, whole bool) vec { return log32(v, x, whole, false) },
		},
		{
			name: "LogBaseFloat32", doc: "log(a[i]) to a base",
			registers: append(append([]field{log32Start, log32Hi, log32One, log32Unit}, fields(log32C, 9)...), log32Lo, log32UnitLo, log32Fraction), few: 6,
			core: func(v *vector, x vec, whole bool) vec { return log32(v, x, whole, true) },
		},
		{
			name: "SinFloat32", doc: "sin(a[i] + some quadrants)", partial: true,
			registers: append(append([]field{sinPerQuarter, sinShift, sinPi1, sinPi2, sinPi3, sinOne}, fields(sinSin, 6)...), sinHalf, sinLimit, sinMagnitude, sinNegative, sinOdd), few: 8,
			core: sin32,
		},
	} {
		e.single, e.narrow = true, true
		e.emit()
	}
}

// exp32 is kernel's exponential32.of.
func exp32(v *vector, x vec, whole bool) vec {
	switch {
	case v.wide:
	case whole:
		x = v.clamp(x, exp32Least, exp32Most)
	default:
		v.jumpIfAny(isNotLess, v.and(x, v.constant(exp32Magnitude)), exp32Limit, "special")
	}
	t := v.copyOf(x)
	VFMADD213PS(v.constant(exp32Shift), v.inRegister(exp32Log2), t)
	n := v.sub(t, v.constant(exp32Shift))
	r := v.copyOf(x)
	VFNMADD231PS(v.constant(exp32Hi), n, r)
	VFNMADD231PS(v.constant(exp32Lo), n, r)
	if v.wide {
		VRANGEPS(U8(2), v.constant(exp32Bound), r, r) // as in expCore
	}
	y := v.polynomial(r, v.mul(r, r), fields(exp32C, 6)[1:])
	VFMADD213PS(v.constant(exp32C), r, y)
	VFMADD213PS(v.constant(exp32One), r, y)
	switch {
	case v.wide:
		return v.do(VSCALEFPS, n, y)
	case !whole:
		return v.do(VPADDD, v.shiftLeft(t, 23), y)
	}
	// Where 2^k is beyond normal numbers, by two factors: the second rounds.
	k := v.do(VPSUBD, v.constant(exp32Shift), t)
	half := v.do(VPSRAD, U8(1), k)
	for _, part := range []vec{half, v.do(VPSUBD, half, k)} {
		y = v.mul(y, v.do(VPADDD, v.constant(exp32One), v.shiftLeft(part, 23)))
	}
	return y
}

var edges32 = edges{log32Least, log32Grow, log32Grown, log32Special, log32Inf, log32Negative}

// log32 is kernel's logarithm32.of.
func log32(v *vector, x vec, whole, base bool) vec {
	d, x := v.enter(x, whole, edges32)
	b := v.do(VPSUBD, v.constant(log32Start), x)
	k := d.exponent(v.do(VCVTDQ2PS, v.do(VPSRAD, U8(23), b)))
	f := v.sub(v.do(VPADDD, v.constant(log32Start), v.and(b, v.constant(log32Fraction))), v.constant(log32One))
	square := v.mul(f, f)
	q := v.polynomial(f, square, fields(log32C, 9))
	main := f
	if base {
		main = v.mul(f, v.constant(log32Unit))
	}
	sum := v.copyOf(main)
	VFMADD231PS(v.constant(log32Hi), k, sum)
	low := v.copyOf(sum)
	VFMSUB231PS(v.constant(log32Hi), k, low)
	low = v.add(low, main)
	VFMADD231PS(v.constant(log32Lo), k, low)
	if base {
		VFMSUB231PS(v.constant(log32Unit), f, main)
		low = v.add(low, main)
		VFMADD231PS(v.constant(log32UnitLo), f, low)
		rest := v.copyOf(f)
		VFMSUB213PS(square, f, rest)
		VFMADD231PS(v.constant(log32C), rest, low)
	}
	VFMADD231PS(square, q, low)
	return d.leave(v.add(sum, low))
}

// sin32 is kernel's sinusoid.of.
func sin32(v *vector, x vec, _ bool) vec {
	v.jumpIfAny(isGreater, v.and(x, v.constant(sinMagnitude)), sinLimit, "rare")
	t := v.copyOf(x)
	VFMADD213PS(v.constant(sinShift), v.inRegister(sinPerQuarter), t)
	n := v.sub(t, v.constant(sinShift))
	r0 := v.copyOf(x)
	VFNMADD231PS(v.constant(sinPi1), n, r0)
	p := v.mul(n, v.constant(sinPi2))
	r := v.sub(r0, p)
	lost := v.sub(v.sub(r0, r), p)
	VFMSUB231PS(v.constant(sinPi2), n, p)
	low := v.sub(p, lost)
	VFMADD231PS(v.constant(sinPi3), n, low)
	z := v.mul(r, r)
	if v.wide {
		return v.wave32(t, r, low, z)
	}

	rest := v.mul(r, low)
	VFMADD231PS(v.horner(z, fields(sinCos, 3)), v.mul(z, z), rest)
	VFNMADD231PS(v.mul(r, v.constant(sinHalf)), r, rest)
	cosine := v.add(rest, v.constant(sinOne))
	VFMADD231PS(v.horner(z, fields(sinSin, 3)), v.mul(r, z), low)
	sine := v.sub(r, low)
	y := v.blend(sine, cosine, v.shiftLeft(t, 31))
	return v.do(VXORPS, v.and(v.shiftLeft(t, 30), v.constant(sinNegative)), y)
}

// wave32 is AVX-512's end of sin32: one polynomial, whose coefficients and factors
// are those of the cosine in lanes of odd quadrants.
func (v *vector) wave32(t, r, low, z vec) vec {
	odd, even := K(), K()
	VPTESTMD(v.inRegister(sinOdd), t, odd)
	KNOTW(odd, even)
	chosen := func(i int) vec {
		c := v.copyOf(v.constant(fields(sinSin, 3)[i]))
		VMOVAPS(v.constant(fields(sinCos, 3)[i]), odd, c)
		return c
	}
	series := chosen(2)
	VFMADD213PS(chosen(1), z, series)
	VFMADD213PS(chosen(0), z, series)
	factor := v.mul(r, z)
	VMULPS(z, z, odd, factor)
	VMULPS(r, low, odd, low)
	VFMADD231PS(series, factor, low)
	VFNMADD231PS(v.mul(r, v.constant(sinHalf)), r, odd, low)
	y := v.add(low, v.constant(sinOne))
	VSUBPS(low, r, even, y)
	const xorAnd = 0xF0 ^ 0xCC&0xAA // the truth table of y ^ sign&negative
	VPTERNLOGD(U8(xorAnd), v.constant(sinNegative), v.shiftLeft(t, 30), y)
	return y
}
