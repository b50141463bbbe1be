package nd

import (
	"math"
	"strconv"
	"strings"
)

// timeUnits lists the units of Datetime and Timedelta, coarse to fine.
var timeUnits = []string{"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"}

// nat is the value of times that are none.
const nat = math.MinInt64

// parseUnit splits a unit such as "10us" into its number and its name.
func parseUnit(unit string) (n int64, name string, ok bool) {
	name = strings.TrimLeft(unit, "0123456789")
	n = 1
	if digits := unit[:len(unit)-len(name)]; digits != "" {
		v, err := strconv.ParseInt(digits, 10, 32)
		if err != nil || v < 1 {
			return 0, "", false
		}
		n = v
	}
	if name == "generic" {
		return 1, name, n == 1
	}
	for _, u := range timeUnits {
		if u == name {
			return n, name, true
		}
	}
	return 0, "", false
}

// checkUnit refuses a time whose unit is none.
func (d DType) checkUnit(op string) error {
	if d.kind != KindDatetime && d.kind != KindTimedelta {
		return nil
	}
	if _, _, ok := parseUnit(d.unit); !ok {
		return errf(op, ErrDType, "%v: %q is no unit of time", d, d.unit)
	}
	return nil
}
