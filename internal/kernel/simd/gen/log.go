package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The fields of kernel's logarithm.
const (
	logStep field = constantSize * iota
	logStart
	logFraction
	logExponent
	logNegative
	logMagic
	logBias
	logOne
	logHi
	logLo
	logC
	_
	_
	_
	_
	_
	_
	_
	logUnit
	logUnitLo
	logWhole
	logC32
	_
	_
	_
	_
	logLeast
	logInf
	logGrow
	logGrown
	logTopScale
	logNear1
	logSpecial
	logPlace
	logTable
	logInverse  = logTable + 16*32
	logLog      = logInverse + 16*8
	logLogLo    = logLog + 16*8
	logLogWhole = logLogLo + 16*8
)

// logarithms emits the family "log".
func logarithms() {
	common := []field{logStep, logFraction, logMagic, logOne, logStart, logBias}
	double := append(fields(logC, 8), logHi, logLo)
	paired := slices.Concat(common, []field{logHi, logLo}) // registers are left for two vectors
	tables := []field{logInverse, logLog, logLogLo}
	elementary{
		name: "LogFloat64", doc: "log(a[i])", registers: paired, few: 3, tables: tables, pairs: true,
		core: func(v *vector, x vec, whole bool) vec { return logCore(v, x, whole, false) },
	}.emit()
	elementary{
		name: "LogBaseFloat64", doc: "log(a[i]) to a base", registers: paired, few: 3, tables: tables, pairs: true,
		core: func(v *vector, x vec, whole bool) vec { return logCore(v, x, whole, true) },
	}.emit()
	elementary{
		name: "Log1pFloat64", doc: "log(1 + a[i])", registers: append(common, double...), few: 1, tables: tables,
		core: log1pCore,
	}.emit()
	single := append(fields(logC32, 5), logWhole)
	elementary{
		name: "Log1pFloat32", doc: "log(1 + a[i])", single: true,
		registers: append(common, single...), few: 3, tables: []field{logInverse, logLogWhole},
		core: log1p32Core,
	}.emit()
}

// reduced is a number cut up as kernel's logarithm.reduce does.
type reduced struct {
	bits  vec // its exponent, and its place in the table at bit 48
	k, m  vec
	cInv  vec // c
	log   vec // of 1/c
	logLo vec // nil where log is in one part
}

// reduce cuts up x; single means that one part of log is enough.
func (v *vector) reduce(x vec, single bool) reduced {
	var r reduced
	r.bits = v.do(VPADDQ, v.constant(logStep), x)
	r.k = v.sub(v.or(v.shiftRight(r.bits, 52), v.constant(logMagic)), v.constant(logBias))
	r.m = v.do(VPADDQ, v.constant(logStart), v.and(r.bits, v.constant(logFraction)))
	switch {
	case v.wide && single:
		found := v.lookUp(v.shiftRight(r.bits, 48), logInverse, logLogWhole)
		r.cInv, r.log = found[0], found[1]
	case v.wide:
		found := v.lookUp(v.shiftRight(r.bits, 48), logInverse, logLog, logLogLo)
		r.cInv, r.log, r.logLo = found[0], found[1], found[2]
	default:
		rows := v.rows(logTable, v.and(v.shiftRight(r.bits, 48-5), v.constant(logPlace)))
		if single {
			r.cInv, r.log = v.singles(rows, 0), v.singles(rows, 24)
			break
		}
		r.cInv, r.log = v.pairs(rows, 0)
		r.logLo = v.singles(rows, 16)
	}
	return r
}

// rest returns m*c - 1.
func (v *vector) rest(r reduced) vec {
	VFMSUB213PD(v.constant(logOne), r.cInv, r.m)
	return r.m
}

// sum is the end of kernel's logarithm.of.
func (v *vector) sum(r reduced, x vec, base bool) vec {
	square := v.mul(x, x)
	q := v.polynomial(x, square, fields(logC, 8))
	low := r.logLo
	VFMADD231PD(v.constant(logLo), r.k, low)
	VFMADD231PD(square, q, low)
	main := x
	if base {
		VFMADD231PD(v.constant(logUnitLo), x, low)
		main = v.mul(x, v.constant(logUnit))
		VFMSUB132PD(v.constant(logUnit), main, x)
		low = v.add(low, x)
	}
	high := r.log
	VFMADD231PD(v.constant(logHi), r.k, high)
	sum := v.add(high, main)
	return v.add(sum, v.add(v.add(v.sub(high, sum), main), low))
}

// edges are the constants for what has no logarithm, or is subnormal.
type edges struct{ least, grow, grown, special, inf, negative field }

var edges64 = edges{logLeast, logGrow, logGrown, logSpecial, logInf, logNegative}

// domain is what becomes of zeros, negative and subnormal numbers, infinities and
// NaN.
type domain struct {
	edges
	v     *vector
	x     vec          // as it was
	small reg.Register // mask of subnormal numbers, or less; nil if they were left to the other core
	clean bool         // what has no logarithm was left to it too
}

// enter looks at x before its logarithm is taken. It returns x with subnormal
// numbers grown, if all are to be handled, else leaves those to the other core.
func (v *vector) enter(x vec, whole bool, e edges) (d domain, y vec) {
	d = domain{edges: e, v: v, x: x}
	switch {
	case whole && v.wide:
		const subnormal = 0x20
		d.small = v.ofClass(subnormal, x)
		y = v.copyOf(x)
		v.pick(VMULPD, VMULPS)(v.constant(e.grow), x, d.small, y)
		return d, y
	case whole:
		d.small = v.compare(isLess, x, v.constant(e.least))
		return d, v.blend(x, v.mul(x, v.constant(e.grow)), d.small)
	case v.wide:
		const notPositiveNormal = 0xff
		v.jumpIfSet(v.ofClass(notPositiveNormal, x), "special")
		d.clean = true
	case v.narrow:
		v.jumpIfSigned(v.do(VPCMPGTD, v.constant(log32Abnormal), v.do(VPADDD, v.constant(log32Normal), x)), "special")
		d.clean = true
	default:
		v.jumpIfAny(isLess, x, e.least, "special")
	}
	return d, x
}

// ofClass is AVX-512's mask of numbers of some classes.
func (v *vector) ofClass(classes uint8, x vec) reg.OpmaskVirtual {
	k := K()
	v.pick(VFPCLASSPDZ, VFPCLASSPSZ)(U8(classes), x, k)
	return k
}

// exponent takes from k what enter has put on.
func (d domain) exponent(k vec) vec {
	switch {
	case d.small == nil:
		return k
	case d.v.wide:
		d.v.pick(VSUBPD, VSUBPS)(d.v.constant(d.grown), k, d.small, k)
		return k
	}
	return d.v.sub(k, d.v.and(d.small.(vec), d.v.constant(d.grown)))
}

// leave puts the results in where x has no logarithm.
func (d domain) leave(y vec) vec {
	v := d.v
	switch {
	case d.clean:
		return y
	case v.wide:
		v.pick(VFIXUPIMMPD, VFIXUPIMMPS)(U8(0), v.constant(d.special), d.x, y)
		return y
	}
	if d.small != nil {
		y = v.poles(d.x, y, d.inf, d.negative)
	}
	return v.blend(y, d.x, v.compare(isNotLess, d.x, v.constant(d.inf)))
}

// poles is AVX2's: it puts -Inf in where x is zero, NaN where it is less.
func (v *vector) poles(x, y vec, inf, negative field) vec {
	none := v.register()
	VXORPD(none, none, none)
	zero, below := v.compare(isEqual, x, none), v.compare(isLess, x, none)
	infinity := v.inRegister(inf)
	y = v.blend(y, v.or(infinity, v.constant(negative)), zero)
	return v.blend(y, v.sub(infinity, infinity), below)
}

// logCore is kernel's logarithm.of.
func logCore(v *vector, x vec, whole, base bool) vec {
	d, x := v.enter(x, whole, edges64)
	r := v.reduce(x, false)
	r.k = d.exponent(r.k)
	return d.leave(v.sum(r, v.rest(r), base))
}

// enterSingle is enter where no number is subnormal.
func (v *vector) enterSingle(x vec, whole bool) (domain, vec) {
	if v.wide {
		return domain{edges: edges64, v: v, x: x}, x
	}
	return v.enter(x, whole, edges64)
}

// sum32 is kernel's logarithm.of32Parts.
func (v *vector) sum32(r reduced, x vec) vec {
	y := v.polynomial(x, v.mul(x, x), fields(logC32, 5))
	VFMADD231PD(v.constant(logWhole), r.k, r.log)
	VFMADD213PD(r.log, x, y)
	return y
}

// log1pCore is kernel's log1p.
func log1pCore(v *vector, x vec, whole bool) vec {
	one := v.inRegister(logOne)
	total := v.add(x, one)
	great, small := v.do(VMAXPD, one, x), v.do(VMINPD, one, x)
	lost := v.sub(small, v.sub(total, great))
	d, total := v.enterSingle(total, whole)
	r := v.reduce(total, false)
	// What was lost in the sum, as a part of it.
	exponent := v.and(r.bits, v.constant(logExponent))
	if v.wide {
		exponent = v.do(VPMINUQ, v.constant(logTopScale), exponent)
	} else {
		exponent = v.do(VPMINUD, v.constant(logTopScale), exponent)
	}
	change := v.mul(v.mul(lost, v.do(VPSUBQ, exponent, v.inRegister(logTopScale))), r.cInv)
	first := v.rest(r)
	second := v.add(first, change)
	r.logLo = v.add(r.logLo, v.add(v.sub(first, second), change))
	return v.signed(x, d.leave(v.sum(r, second, false)), logNegative)
}

// log1p32Core is kernel's log1pFloat32.
func log1p32Core(v *vector, x vec, whole bool) vec {
	x = v.widened(x)
	d, total := v.enterSingle(v.add(x, v.constant(logOne)), whole)
	r := v.reduce(total, true)
	near := v.shiftRight(r.bits, 48)
	m := v.rest(r)
	if v.wide {
		k := K()
		VPCMPEQQ(v.constant(logNear1), near, k)
		VMOVAPD(x, k, m)
	} else {
		VPCMPEQQ(v.constant(logNear1), near, near)
		m = v.blend(m, x, near)
	}
	return v.signed(x, d.leave(v.sum32(r, m)), logNegative)
}
