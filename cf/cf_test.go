package cf

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDates compares with cftime: testdata/dates.py.
func TestDates(t *testing.T) {
	text, err := os.ReadFile("testdata/dates.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		u, err := ParseUnits(f[0], f[1])
		require.NoError(t, err, line)
		v, err := strconv.ParseFloat(f[2], 64)
		require.NoError(t, err)
		d, err := u.Date(v)
		require.NoError(t, err, line)
		assert.Equal(t, f[3], d.String(), line)
		assert.Equal(t, f[4], strconv.Itoa(d.DayOfYear), line)
	}
}

// TestWeeks compares with xarray: testdata/weeks.py.
func TestWeeks(t *testing.T) {
	text, err := os.ReadFile("testdata/weeks.txt")
	require.NoError(t, err)
	none := 0
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "|")
		u, err := ParseUnits(f[0], f[1])
		require.NoError(t, err, line)
		v, err := strconv.ParseFloat(f[2], 64)
		require.NoError(t, err)
		d, err := u.Date(v)
		require.NoError(t, err, line)
		week, err := d.Week()
		if f[3] == "none" {
			require.ErrorContains(t, err, d.String()+" of the calendar "+u.Calendar().String(), line)
			none++
			continue
		}
		require.NoError(t, err, line)
		assert.Equal(t, f[3], strconv.Itoa(week), line)
	}
	assert.Greater(t, none, 9, "dates without a week")
}

// TestDays: in every calendar the day after a day is the next date, and back.
func TestDays(t *testing.T) {
	for c := Standard; c <= Day360; c++ {
		for _, start := range []int{-5000 * 365, 0, gregorianStart - 1000, 700_000, lastYear * 365} {
			y, m, d := c.date(start)
			for n := start; n < start+3000; n++ {
				require.Equal(t, n, c.number(y, m, d), "%v %d", c, n)
				gy, gm, gd := c.date(n)
				require.Equal(t, [3]int{y, m, d}, [3]int{gy, gm, gd}, "%v %d", c, n)
				for d++; !c.valid(y, m, d); d++ { // the next valid date
					if d > 31 {
						if d, m = 0, m+1; m > 12 {
							y, m = y+1, 1
						}
					}
				}
			}
		}
	}
}

func TestUnitsErrors(t *testing.T) {
	for _, c := range []struct{ units, calendar, want string }{
		{"days since 2000-01-01", "martian", `time units "days since 2000-01-01": unknown calendar "martian"; there are standard`},
		{"years since 2000-01-01", "", `"years" is no unit of fixed length in the calendar standard`},
		{"months since 2000-01-01", "noleap", `"months" is no unit of fixed length in the calendar noleap`},
		{"days since 2001-02-29", "noleap", "there is no 2001-02-29 in the calendar noleap"},
		{"days since 1582-10-10", "", "there is no 1582-10-10 in the calendar standard"},
		{"days since 0000-01-01", "", "there is no year 0 in the calendar standard"},
		{"days since 2000", "", `want "days since`},
		{"days since 2000-01-01 25:00", "", "no time of a day"},
		{"K", "", `time units "K": want "days since 1800-01-01 00:00:00" or alike`},
		{"days since 99999999-01-01", "", "year 99999999 is out of range"},
	} {
		_, err := ParseUnits(c.units, c.calendar)
		require.Error(t, err, c.units)
		assert.Contains(t, err.Error(), c.want)
	}
	u, err := ParseUnits("days since 2000-01-01 00:00 -6", "")
	require.NoError(t, err)
	d, err := u.Date(0)
	require.NoError(t, err)
	assert.Equal(t, "2000-01-01 06:00:00", d.String())
	assert.Equal(t, 0, d.Season())
	nanos, err := ParseUnits("nanoseconds since 1970-01-01", "")
	require.NoError(t, err)
	d, err = nanos.Date(1.25e18 + 3e9 + 0.6e3)
	require.NoError(t, err)
	assert.Equal(t, "2009-08-11 14:13:23.000001", d.String())
	for _, v := range []string{"NaN", "Inf", "1e300", "-4e18"} {
		f, _ := strconv.ParseFloat(v, 64)
		_, err := u.Date(f)
		assert.ErrorContains(t, err, "no date, or out of range", v)
	}
	_, err = Units{}.Date(1)
	require.ErrorContains(t, err, "zero Units")
	assert.Equal(t, "calendar 99", Calendar(99).String())
}

func FuzzUnits(f *testing.F) {
	f.Add("days since 1800-01-01 00:00:00.25 +01:30", "standard", 1.5)
	f.Add("months since -1-12-30T1Z", "360_day", -1e9)
	f.Fuzz(func(t *testing.T, units, calendar string, v float64) {
		u, err := ParseUnits(units, calendar)
		if err != nil {
			return
		}
		d, err := u.Date(v)
		if err != nil {
			return
		}
		year := d.Year
		if year < 0 && !u.calendar.hasYearZero() {
			year++
		}
		if !u.calendar.valid(year, d.Month, d.Day) || d.Hour > 23 || d.Minute > 59 || d.Second > 59 || min(d.Hour, d.Minute, d.Second, d.Microsecond) < 0 {
			t.Fatalf("%q %q %v: %v", units, calendar, v, d)
		}
	})
}
