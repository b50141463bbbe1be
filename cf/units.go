package cf

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Units are units of time since a date of a calendar, as "days since 1800-01-01".
type Units struct {
	text     string
	calendar Calendar
	step     int64 // nanoseconds
	day      int   // the number of the reference's day
	micros   int64 // and its microseconds of the day, which a time zone may take to another
}

const (
	dayMicros = 24 * 60 * 60 * 1_000_000
	dayNanos  = 1000 * dayMicros
)

// steps are the units by name, in nanoseconds.
var steps = func() map[string]int64 {
	m := map[string]int64{}
	for nanos, names := range map[int64]string{
		1:                 "nanosecond nanoseconds nsec nsecs ns",
		1_000:             "microsecond microseconds microsec microsecs us",
		1_000_000:         "millisecond milliseconds millisec millisecs msec msecs ms",
		1_000_000_000:     "second seconds sec secs s",
		60_000_000_000:    "minute minutes min mins",
		3_600_000_000_000: "hour hours hr hrs h",
		dayNanos:          "day days d",
	} {
		for name := range strings.FieldsSeq(names) {
			m[name] = nanos
		}
	}
	return m
}()

var since = regexp.MustCompile(`(?i)^\s*(\w+)\s+since\s+([+-]?\d{1,8})-(\d{1,2})-(\d{1,2})` +
	`(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(\.\d*)?)?)?)?` +
	`\s*(?:Z|UTC|GMT|([+-])(\d{1,2}):?(\d{2})?)?\s*$`)

// ParseUnits reads the attributes "units" and "calendar" of a time: nanoseconds,
// microseconds, milliseconds, seconds, minutes, hours or days since a date, which may have a
// time of day and an offset from UTC; with calendar 360_day also months, with
// noleap also common_years. A year or a month that is not always as long is an
// error, as is a date that the calendar lacks.
func ParseUnits(units, calendar string) (Units, error) {
	fail := func(err error) (Units, error) { return Units{}, fmt.Errorf("time units %q: %w", units, err) }
	c, err := ParseCalendar(calendar)
	if err != nil {
		return fail(err)
	}
	m := since.FindStringSubmatch(units)
	if m == nil {
		return fail(errors.New(`want "days since 1800-01-01 00:00:00" or alike`))
	}
	u := Units{text: units, calendar: c}
	switch name := strings.ToLower(m[1]); {
	case steps[name] > 0:
		u.step = steps[name]
	case c == Day360 && (name == "month" || name == "months"):
		u.step = 30 * dayNanos
	case c == NoLeap && (name == "common_year" || name == "common_years"):
		u.step = 365 * dayNanos
	default:
		return fail(fmt.Errorf("%q is no unit of fixed length in the calendar %v; there are nanoseconds to days, months of 360_day and common_years of noleap", m[1], c))
	}
	n := make([]int, len(m))
	for i := 2; i < len(m); i++ {
		n[i], _ = strconv.Atoi(m[i]) // digits, or nothing, or a fraction
	}
	year, month, day := n[2], n[3], n[4]
	switch {
	case year == 0 && !c.hasYearZero():
		return fail(fmt.Errorf("there is no year 0 in the calendar %v", c))
	case year < 0 && !c.hasYearZero():
		year++
	}
	if max(year, -year) > lastYear {
		return fail(fmt.Errorf("year %d is out of range, ±%d", n[2], lastYear))
	}
	if !c.valid(year, month, day) {
		return fail(fmt.Errorf("there is no %04d-%02d-%02d in the calendar %v", n[2], month, day, c))
	}
	if n[5] > 24 || n[6] > 59 || n[7] > 60 || n[10] > 24 || n[11] > 59 {
		return fail(errors.New("no time of a day"))
	}
	fraction, _ := strconv.ParseFloat("0"+m[8], 64)
	u.day = c.number(year, month, day)
	u.micros = int64(n[5])*3_600_000_000 + int64(n[6])*60_000_000 + int64(n[7])*1_000_000 + int64(math.Round(fraction*1e6))
	zone := int64(n[10])*3_600_000_000 + int64(n[11])*60_000_000
	if m[9] == "-" {
		zone = -zone
	}
	u.micros -= zone
	return u, nil
}

// Calendar returns the calendar.
func (u Units) Calendar() Calendar { return u.calendar }

// Length returns how long a unit is.
func (u Units) Length() time.Duration { return time.Duration(u.step) }

// Reference returns the date that is counted from, in UTC, and whether dates from
// then on are Gregorian, as those of package time are.
func (u Units) Reference() (t time.Time, ok bool) {
	if u.calendar != ProlepticGregorian && (u.calendar != Standard || u.day < gregorianStart) {
		return time.Time{}, false
	}
	y, m, d := u.calendar.date(u.day)
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Add(time.Duration(u.micros) * time.Microsecond), true
}

// UnitLength returns how long a unit is that the attribute "units" of a duration
// names: nanoseconds to days.
func UnitLength(name string) (d time.Duration, ok bool) {
	n, ok := steps[strings.ToLower(strings.TrimSpace(name))]
	return time.Duration(n), ok
}

// String returns the units as they were written.
func (u Units) String() string { return u.text }

// Date returns the date that is v units after the reference, in UTC, to the
// nearest microsecond. NaN and what lies millions of years away are errors.
func (u Units) Date(v float64) (Date, error) {
	if u.step == 0 {
		return Date{}, errors.New("zero Units have no dates")
	}
	whole, part := math.Modf(v)
	perDay := float64(dayNanos) / float64(u.step)
	if !(math.Abs(v)/perDay <= 366*lastYear && math.Abs(v) < 1<<62) {
		return Date{}, fmt.Errorf("%v %s: no date, or out of range", v, u.text)
	}
	// Whole units in days and the rest of one, so that nothing is rounded.
	days, rest := int64(whole), int64(0)
	if u.step > dayNanos {
		days *= u.step / dayNanos
	} else {
		n := dayNanos / u.step
		days, rest = days/n, days%n*u.step
	}
	micros := u.micros + rest/1000 + int64(math.RoundToEven((float64(rest%1000)+float64(part*float64(u.step)))/1000))
	day := u.day + int(days)
	over := int(micros / dayMicros)
	if micros%dayMicros < 0 {
		over--
	}
	return u.calendar.dateAt(day+over, micros-int64(over)*dayMicros), nil
}

// Date is a date and time of day of a calendar.
type Date struct {
	Year, Month, Day                  int // Month and Day from 1
	Hour, Minute, Second, Microsecond int
	DayOfYear                         int // from 1; of 1582 too as if no days were left out

	calendar Calendar
}

func (c Calendar) dateAt(n int, micros int64) Date {
	y, m, d := c.date(n)
	return Date{c.civil(y), m, d, int(micros / 3_600_000_000), int(micros / 60_000_000 % 60), int(micros / 1_000_000 % 60), int(micros % 1_000_000), c.daysBefore(y, m) + d, c}
}

// Season returns 0 for December to February, 1 for March to May, 2 for June to
// August, 3 for September to November.
func (d Date) Season() int { return d.Month % 12 / 3 }

// Week returns the week of the year by ISO 8601, 1 to 53: weeks begin on Monday and
// are of the year that has their Thursday. Those are weeks of the Gregorian calendar;
// a date of another one, of Standard before 1582-10-15, is an error.
func (d Date) Week() (int, error) {
	if d.calendar != ProlepticGregorian && (d.calendar != Standard || d.calendar.number(d.Year, d.Month, d.Day) < gregorianStart) {
		return 0, fmt.Errorf("%v of the calendar %v is in no week of ISO 8601, whose dates are Gregorian", d, d.calendar)
	}
	_, week := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).ISOWeek()
	return week, nil
}

// String returns the date as ISO 8601 writes it, without microseconds where there
// are none.
func (d Date) String() string {
	s := fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", d.Year, d.Month, d.Day, d.Hour, d.Minute, d.Second)
	if d.Microsecond > 0 {
		s += fmt.Sprintf(".%06d", d.Microsecond)
	}
	return s
}
