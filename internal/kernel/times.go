package kernel

import (
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// nat is "not a time": no order, and no arithmetic but to itself.
const nat = math.MinInt64

// timeOps lists what datetimes and timedeltas have on their own. Comparisons
// with NaT are false, not_equal is true.
func timeOps[T nd.Datetime | nd.Timedelta]() opSet {
	compare := func(f func(x, y T) bool) typed {
		return each2(func(x, y T) bool { return x != nat && y != nat && f(x, y) })
	}
	return join(logicalOps(func(x T) bool { return x != 0 }), opSet{
		"equal":         compare(func(x, y T) bool { return x == y }),
		"not_equal":     each2(func(x, y T) bool { return x != y || x == nat }),
		"less":          compare(func(x, y T) bool { return x < y }),
		"less_equal":    compare(func(x, y T) bool { return x <= y }),
		"greater":       compare(func(x, y T) bool { return x > y }),
		"greater_equal": compare(func(x, y T) bool { return x >= y }),
		"isnan":         each(func(x T) bool { return x == nat }),
		"isinf":         each(func(T) bool { return false }),
		"isfinite":      each(func(x T) bool { return x != nat }),
	})
}

// timedeltaOps lists what only durations have.
func timedeltaOps() opSet {
	return opSet{
		"neg": each(func(x nd.Timedelta) nd.Timedelta { return -x }), // -nat is nat
		"abs": each(func(x nd.Timedelta) nd.Timedelta { return max(x, -x) }),
	}
}

// withTimes adds to u, which is add or sub, what it does with times of one unit.
func withTimes(u *Ufunc) *Ufunc {
	loop := each2(func(x, y int64) int64 { return timeSum(x, y) }).loop
	if u.Name == "sub" {
		loop = each2(func(x, y int64) int64 { return timeSum(x, -y) }).loop // -nat is nat
	}
	return &Ufunc{
		Name:  u.Name,
		NArgs: 2,
		Result: func(p Params, args []nd.DType) (nd.DType, error) {
			if len(args) != 2 || !isTime(args[0]) {
				return u.Result(p, args)
			}
			return timeResult(u.Name, args[0], args[1])
		},
		Bind: func(p Params, args []nd.DType) Loop {
			if isTime(args[0]) {
				return loop
			}
			return u.Bind(p, args)
		},
	}
}

func isTime(d nd.DType) bool { return d.Kind() == nd.KindDatetime || d.Kind() == nd.KindTimedelta }

func timeSum(x, y int64) int64 {
	if x == nat || y == nat {
		return nat
	}
	return x + y
}

// timeResult is the dtype of a sum or difference of times of one unit:
// timedelta ± timedelta, datetime ± timedelta, timedelta + datetime,
// datetime - datetime.
func timeResult(name string, a, b nd.DType) (nd.DType, error) {
	switch bothDates := a.Kind() == nd.KindDatetime && b.Kind() == nd.KindDatetime; {
	case a.Unit() != b.Unit():
	case b.Kind() == nd.KindTimedelta:
		return a, nil
	case name == "sub" && bothDates:
		return nd.Timedelta64(a.Unit()), nil
	case name == "add" && a.Kind() == nd.KindTimedelta:
		return b, nil
	}
	return nd.DType{}, noLoop(name, a, b)
}
