package nd

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
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

// DatetimeOf returns a point in time as the count of a unit since 1970-01-01 UTC, rounded
// down, as numpy.datetime64(t, unit) does: an element of an array of that unit, or what
// one is compared with.
func DatetimeOf(t time.Time, unit string) (Datetime, error) {
	n, name, ok := parseUnit(unit)
	place := slices.Index(timeUnits, name)
	if !ok || place < 0 {
		return nat, errf("DatetimeOf", ErrDType, "%q is no unit of time", unit)
	}
	t = t.UTC()
	count := t.Unix()
	switch name {
	case "Y":
		count = int64(t.Year()) - 1970
	case "M":
		count = 12*(int64(t.Year())-1970) + int64(t.Month()) - 1
	case "W":
		count = floorDiv(count, 7*86400)
	case "D":
		count = floorDiv(count, 86400)
	case "h":
		count = floorDiv(count, 3600)
	case "m":
		count = floorDiv(count, 60)
	default: // seconds and their parts
		perSecond := int64(1)
		for range place - slices.Index(timeUnits, "s") {
			perSecond *= 1000
		}
		part := int64(t.Nanosecond())
		if perSecond > 1e9 {
			part *= perSecond / 1e9
		} else {
			part /= 1e9 / perSecond
		}
		whole, fits := mul64(count, perSecond)
		if !fits || whole > math.MaxInt64-part {
			return nat, errf("DatetimeOf", ErrOverflow, "%v in %s", t, unit)
		}
		count = whole + part
	}
	return Datetime(floorDiv(count, n)), nil
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
