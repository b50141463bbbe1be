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
)

// singles emits the family "float32": what is computed in float32.
func singles() {
	for _, e := range []elementary{
		{
			name: "ExpFloat32", doc: "b^a[i]",
			registers: append([]field{exp32Log2, exp32Shift, exp32Hi, exp32Lo, exp32One}, fields(exp32C, 6)...), few: 11,
			core: exp32,
		},
		{
			name: "LogFloat32", doc: "log(a[i])",
			registers: append([]field{log32Start, log32Hi, log32One, log32Lo}, fields(log32C, 9)...), few: 8,
			core: func(v *vector, x vec, whole bool) vec { return log32(v, x, whole, false) },
		},
		{
			name: "LogBaseFloat32", doc: "log(a[i]) to a base",
			registers: append([]field{log32Start, log32Hi, log32One, log32Unit}, fields(log32C, 9)...), few: 6,
			core: func(v *vector, x vec, whole bool) vec { return log32(v, x, whole, true) },
		},
		{
			name: "SinFloat32", doc: "sin(a[i] + some quadrants)", partial: true,
			registers: append([]field{sinPerQuarter, sinShift, sinPi1, sinPi2, sinPi3, sinOne}, fields(sinSin, 6)...), few: 8,
			core: sin32,
		},
	} {
		e.single, e.narrow = true, true
		e.at("AVX2", false)
		e.name, e.stream = e.name+"Stream", true
		e.at("AVX2", false)
	}
}

// exp32 is kernel's exponential32.of.
func exp32(v *vector, x vec, whole bool) vec {
	if whole {
		x = v.clamp(x, exp32Least, exp32Most)
	} else {
		v.jumpIfAny(isNotLess, v.and(x, v.constant(exp32Magnitude)), exp32Limit, "special")
	}
	t := v.copyOf(x)
	VFMADD213PS(v.constant(exp32Shift), v.inRegister(exp32Log2), t)
	n := v.sub(t, v.constant(exp32Shift))
	r := v.copyOf(x)
	VFNMADD231PS(v.constant(exp32Hi), n, r)
	VFNMADD231PS(v.constant(exp32Lo), n, r)
	y := v.polynomial(r, v.mul(r, r), fields(exp32C, 6)[1:])
	VFMADD213PS(v.constant(exp32C), r, y)
	VFMADD213PS(v.constant(exp32One), r, y)
	if !whole {
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

// log32 is kernel's logarithm32.of.
func log32(v *vector, x vec, whole, base bool) vec {
	given, small := x, vec(nil)
	if whole {
		small = v.compare(isLess, x, v.constant(log32Least))
		x = v.blend(x, v.mul(x, v.constant(log32Grow)), small)
	} else {
		v.jumpIfSigned(v.do(VPCMPGTD, v.constant(log32Abnormal), v.do(VPADDD, v.constant(log32Normal), x)), "special")
	}
	b := v.do(VPSUBD, v.constant(log32Start), x)
	k := v.do(VCVTDQ2PS, v.do(VPSRAD, U8(23), b))
	if whole {
		k = v.sub(k, v.and(small, v.constant(log32Grown)))
	}
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
	y := v.add(sum, low)
	if !whole {
		return y
	}
	y = v.poles(given, y, log32Inf, log32Negative)
	return v.blend(y, given, v.compare(isNotLess, given, v.constant(log32Inf)))
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

	rest := v.mul(r, low)
	VFMADD231PS(v.horner(z, fields(sinCos, 3)), v.mul(z, z), rest)
	VFNMADD231PS(v.mul(r, v.constant(sinHalf)), r, rest)
	cosine := v.add(rest, v.constant(sinOne))
	VFMADD231PS(v.horner(z, fields(sinSin, 3)), v.mul(r, z), low)
	sine := v.sub(r, low)
	y := v.blend(sine, cosine, v.shiftLeft(t, 31))
	return v.do(VXORPS, v.and(v.shiftLeft(t, 30), v.constant(sinNegative)), y)
}
