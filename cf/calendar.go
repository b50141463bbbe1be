package cf

import (
	"fmt"
	"strings"
)

// Calendar says which dates there are.
type Calendar int

// The calendars of the CF conventions, section 4.4.1. Standard and Julian have no
// year 0: 1 follows -1. The others count years astronomically.
const (
	Standard           Calendar = iota // Julian until 1582-10-04, Gregorian from the next day on, 1582-10-15
	ProlepticGregorian                 // Gregorian at all times
	Julian
	NoLeap  // 365 days a year
	AllLeap // 366 days a year
	Day360  // 12 months of 30 days
)

// calendarNames are the values of the attribute "calendar".
var calendarNames = map[string]Calendar{
	"": Standard, "standard": Standard, "gregorian": Standard, "proleptic_gregorian": ProlepticGregorian, "julian": Julian,
	"noleap": NoLeap, "365_day": NoLeap, "all_leap": AllLeap, "366_day": AllLeap, "360_day": Day360,
}

// ParseCalendar returns the calendar that the attribute "calendar" names; without
// one it is Standard.
func ParseCalendar(name string) (Calendar, error) {
	c, ok := calendarNames[strings.ToLower(strings.TrimSpace(name))]
	if !ok {
		return 0, fmt.Errorf("unknown calendar %q; there are standard (gregorian), proleptic_gregorian, julian, noleap (365_day), all_leap (366_day) and 360_day", name)
	}
	return c, nil
}

// String returns the calendar's name in files.
func (c Calendar) String() string {
	if c < Standard || c > Day360 {
		return fmt.Sprintf("calendar %d", int(c))
	}
	return [...]string{"standard", "proleptic_gregorian", "julian", "noleap", "all_leap", "360_day"}[c]
}

// Day numbers count from 0000-03-01 of the Gregorian calendar, astronomically: so
// a leap day is the last of a year. Years beyond ±lastYear are out of range.
const (
	gregorianStart = 578041 // 1582-10-15
	lastYear       = 10_000_000
)

// monthDays are the days before each month of a year that begins in March.
func monthDays(m int) int { return (153*m + 2) / 5 }

// floorDiv and floorMod divide rounding down.
func floorDiv(a, b int) int { return (a - floorMod(a, b)) / b }
func floorMod(a, b int) int { return ((a % b) + b) % b }

// fixed returns the days of a year where all have as many, else 0.
func (c Calendar) fixed() int { return [...]int{Day360: 360, NoLeap: 365, AllLeap: 366}[c] }

// hasYearZero reports whether 0 is a year.
func (c Calendar) hasYearZero() bool { return c != Standard && c != Julian }

// leapDays are the leap days of the years before y, from a year 0 that begins in March.
func leapDays(y int, gregorian bool) int {
	n := floorDiv(y, 4)
	if gregorian {
		n += floorDiv(y, 400) - floorDiv(y, 100)
	}
	return n
}

// number returns the number of a day, astronomical year, month and day from 1.
func (c Calendar) number(year, month, day int) int {
	switch c {
	case Day360:
		return year*360 + (month-1)*30 + day - 1
	case NoLeap, AllLeap:
		return year*c.fixed() + c.daysBefore(year, month) + day - 1
	}
	y, m := year, month-3
	if m < 0 {
		y, m = y-1, m+12
	}
	n := 365*y + monthDays(m) + day - 1
	gregorian := n + leapDays(y, true)
	if c == ProlepticGregorian || c == Standard && gregorian >= gregorianStart {
		return gregorian
	}
	return n + leapDays(y, false) - 2 // in the year 0 the Julian 0000-03-01 is two days before
}

// date returns the astronomical year, month and day of a number.
func (c Calendar) date(n int) (year, month, day int) {
	if f := c.fixed(); f > 0 {
		year, n = floorDiv(n, f), floorMod(n, f)
		for month = 12; c.daysBefore(year, month) > n; month-- {
		}
		return year, month, n - c.daysBefore(year, month) + 1
	}
	gregorian := c == ProlepticGregorian || c == Standard && n >= gregorianStart
	var y int
	if gregorian {
		era, d := floorDiv(n, 146097), floorMod(n, 146097)
		within := (d - d/1460 + d/36524 - d/146096) / 365
		y, n = 400*era+within, d-(365*within+leapDays(within, true))
	} else {
		n += 2
		four, d := floorDiv(n, 1461), floorMod(n, 1461)
		within := min(d/365, 3)
		y, n = 4*four+within, d-365*within
	}
	m := (5*n + 2) / 153
	day = n - monthDays(m) + 1
	if m < 10 {
		return y, m + 3, day
	}
	return y + 1, m - 9, day
}

// leap reports whether an astronomical year has a February 29.
func (c Calendar) leap(year int) bool {
	switch {
	case c == NoLeap || c == Day360:
		return false
	case c == AllLeap:
		return true
	case c == Julian || c == Standard && year <= 1582:
		return year%4 == 0
	}
	return year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

var before = [13]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// daysBefore returns the days of an astronomical year before a month, 1 to 13.
func (c Calendar) daysBefore(year, month int) int {
	if c == Day360 {
		return 30 * (month - 1)
	}
	n := before[month-1]
	if month > 2 && c.leap(year) {
		n++
	}
	return n
}

// valid reports whether there is such a day.
func (c Calendar) valid(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 || day > c.daysBefore(year, month+1)-c.daysBefore(year, month) {
		return false
	}
	return c != Standard || year != 1582 || month != 10 || day <= 4 || day >= 15
}

// civil returns the year as it is written.
func (c Calendar) civil(year int) int {
	if year <= 0 && !c.hasYearZero() {
		return year - 1
	}
	return year
}
