package nd

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
)

// timeNames are the units as durations are printed with.
var timeNames = map[string]string{
	"Y": "years", "M": "months", "W": "weeks", "D": "days", "h": "hours", "m": "minutes", "s": "seconds",
	"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds", "ps": "picoseconds", "fs": "femtoseconds", "as": "attoseconds",
	"generic": "generic time units",
}

func datetimeWords(vals []Datetime, unit string, scalar bool) []string {
	words := make([]string, len(vals))
	for i, v := range vals {
		if words[i] = FormatDatetime(v, unit); !scalar {
			words[i] = "'" + words[i] + "'"
		}
	}
	return alignRight(words, 0)
}

func timedeltaWords(vals []Timedelta, unit string, scalar bool) []string {
	words := make([]string, len(vals))
	n, name, ok := parseUnit(unit)
	for i, v := range vals {
		p, fits := mul64(int64(v), n)
		switch {
		case v == nat && scalar:
			words[i] = "NaT"
		case v == nat:
			words[i] = "'NaT'"
		case scalar && ok && fits:
			words[i] = fmt.Sprintf("%d %s", p, timeNames[name])
		default:
			words[i] = strconv.FormatInt(int64(v), 10)
		}
	}
	return alignRight(words, 0)
}

// mul64 returns x*n for n > 0 and whether it fits.
func mul64(x, n int64) (int64, bool) {
	abs := uint64(x)
	if x < 0 {
		abs = -abs
	}
	hi, lo := bits.Mul64(abs, uint64(n))
	return x * n, hi == 0 && lo < 1<<63
}

// FormatDatetime writes a time as ISO 8601, to the digit its unit has:
// "2020-01" for M, "2020-01-31T12" for h. A time the unit can't express
// (unknown unit, or years beyond int64) is written as the bare count.
func FormatDatetime(v Datetime, unit string) string {
	if v == nat {
		return "NaT"
	}
	n, name, ok := parseUnit(unit)
	count, fits := mul64(int64(v), n)
	place := slices.Index(timeUnits, name)
	if !ok || !fits || place < 0 || count > 1<<62 || count < -1<<62 {
		return strconv.FormatInt(int64(v), 10)
	}
	switch name {
	case "Y":
		return fmt.Sprintf("%04d", 1970+count)
	case "M":
		return fmt.Sprintf("%04d-%02d", 1970+floorDiv(count, 12), floorMod(count, 12)+1)
	case "W":
		if count, fits = mul64(count, 7); !fits || count > 1<<62 || count < -1<<62 {
			return strconv.FormatInt(int64(v), 10)
		}
		return isoDate(count)
	case "D":
		return isoDate(count)
	}
	clock := []int64{24, 60, 60} // units per day: hours, minutes, seconds
	place -= slices.Index(timeUnits, "h")
	digits := 3 * max(place-2, 0)
	frac := ""
	if digits > 0 {
		second := int64(1)
		for range digits {
			second *= 10
		}
		frac = fmt.Sprintf(".%0*d", digits, floorMod(count, second))
		count, place = floorDiv(count, second), 2
	}
	text := ""
	for ; place >= 0; place-- {
		text = fmt.Sprintf(":%02d", floorMod(count, clock[place])) + text
		count = floorDiv(count, clock[place])
	}
	return isoDate(count) + "T" + text[1:] + frac
}

// isoDate writes the day that many days after 1970-01-01 in the Gregorian
// calendar, extended to all years.
func isoDate(days int64) string {
	days += 719468 // from 0000-03-01, the day after a leap day
	era, day := floorDiv(days, 146097), floorMod(days, 146097)
	year := (day - day/1460 + day/36524 - day/146096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153 // counted from March
	day -= (153*month+2)/5 - 1
	year += 400 * era
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

func floorDiv(a, b int64) int64 { return (a - floorMod(a, b)) / b }

func floorMod(a, b int64) int64 { return (a%b + b) % b }
