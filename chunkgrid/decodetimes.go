package chunkgrid

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// timeUnits are the units of times that Decode makes, coarse to fine, with what
// the CF conventions call them.
var timeUnits = []struct {
	unit  string
	nanos int64
	names []string
}{
	{"D", 86_400_000_000_000, []string{"days", "day", "d"}},
	{"h", 3_600_000_000_000, []string{"hours", "hour", "hrs", "hr", "h"}},
	{"m", 60_000_000_000, []string{"minutes", "minute", "mins", "min"}},
	{"s", 1_000_000_000, []string{"seconds", "second", "secs", "sec", "s"}},
	{"ms", 1_000_000, []string{"milliseconds", "millisecond", "msecs", "msec", "ms"}},
	{"us", 1_000, []string{"microseconds", "microsecond", "us"}},
	{"ns", 1, []string{"nanoseconds", "nanosecond", "ns"}},
}

// The places of units in timeUnits.
const (
	inSeconds = 3
	inMicros  = 5
)

// since says what numbers mean as times: so many units since a reference.
type since struct {
	place int // of the unit in timeUnits
	span  bool
	ref   time.Time // 1970 of spans
}

// sinceOf reads the attributes of a time in a Gregorian calendar, or of a span as
// xarray writes it: with the attribute dtype.
func sinceOf(a storage.Attrs) (s since, ok bool) {
	units, _ := storage.Attr[string](a, "units")
	name, ref, isDate := strings.Cut(strings.TrimSpace(units), " since ")
	name = strings.ToLower(strings.TrimSpace(name))
	for place, u := range timeUnits {
		if slices.Contains(u.names, name) {
			s.place, ok = place, true
		}
	}
	if !isDate {
		dtype, _ := storage.Attr[string](a, "dtype")
		s.span, s.ref = true, time.Unix(0, 0)
		return s, ok && strings.HasPrefix(dtype, "timedelta64")
	}
	if !ok {
		return s, false
	}
	s.ref, ok = parseReference(ref)
	switch calendar, _ := storage.Attr[string](a, "calendar"); strings.ToLower(calendar) {
	case "proleptic_gregorian":
	case "", "standard", "gregorian": // Julian at first
		ok = ok && !s.ref.Before(time.Date(1582, 10, 15, 0, 0, 0, 0, time.UTC))
	default:
		ok = false
	}
	return s, ok
}

// parseReference reads the date of time units, in UTC unless it says otherwise.
func parseReference(text string) (time.Time, bool) {
	text = strings.Join(strings.Fields(strings.Replace(text, "T", " ", 1)), " ")
	text = strings.TrimSuffix(strings.TrimSuffix(text, "Z"), " U C") // of which T was replaced
	for _, layout := range []string{"2006-1-2", "2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2 15:4:5 -07:00", "2006-1-2 15:4:5-07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// in returns the reference in a unit since 1970, where it is a whole number that
// int64 holds.
func (s since) in(place int) (int64, bool) {
	nanos := timeUnits[place].nanos
	sec, rest := s.ref.Unix(), int64(s.ref.Nanosecond())
	if place <= inSeconds {
		n := nanos / 1_000_000_000
		return sec / n, sec%n == 0 && rest == 0
	}
	n := 1_000_000_000 / nanos
	return sec*n + rest/nanos, rest%nanos == 0 && max(sec, -sec) < math.MaxInt64/n
}

// decode makes times of numbers: of integers in the coarsest unit, that which they
// have or a finer one, of which the reference is a whole number; of floats in
// microseconds, to the nearest, or nanoseconds. Numbers that give no time of int64
// become NaT, as do those of dtype dt that are missing.
func (s since) decode(n *plan.Node, dt nd.DType, missing []float64) *plan.Node {
	place := s.place
	if dt.IsFloat() {
		place = max(place, inMicros)
	}
	offset, ok := s.in(place)
	for !ok && place+1 < len(timeUnits) {
		place++
		offset, ok = s.in(place)
	}
	if !ok {
		return n
	}
	count := s.count(n, dt, timeUnits[s.place].nanos/timeUnits[place].nanos, offset)
	count = without(count, n, dt, missing, Constant(int64(math.MinInt64)).plan())
	to := nd.Datetime64(timeUnits[place].unit)
	if s.span {
		to = nd.Timedelta64(to.Unit())
	}
	return plan.Ufunc("cast", plan.Params{"to": to}, count)
}

// count returns n*scale + offset in int64, NaT where that doesn't hold it.
func (s since) count(n *plan.Node, dt nd.DType, scale, offset int64) *plan.Node {
	op := func(name string, args ...*plan.Node) *plan.Node { return plan.Ufunc(name, nil, args...) }
	number := func(v int64) *plan.Node { return Constant(v).plan() }
	toInt := func(x *plan.Node) *plan.Node { return plan.Ufunc("cast", plan.Params{"to": nd.Int64}, x) }
	lo, hi := (-math.MaxInt64-min(offset, 0))/scale, (math.MaxInt64-max(offset, 0))/scale
	var count, from, to *plan.Node
	if dt.IsFloat() {
		n = plan.Ufunc("cast", plan.Params{"to": nd.Float64}, n)
		whole := op("trunc", n)
		part := op("round", op("mul", op("sub", n, whole), number64(nd.Float64, float64(scale))))
		count = op("add", op("mul", toInt(whole), number(scale)), toInt(part))
		from, to = number64(nd.Float64, float64(lo)), number64(nd.Float64, float64(hi))
	} else {
		n = toInt(n)
		if scale == 1 && offset == 0 {
			return n
		}
		count = op("mul", n, number(scale))
		from, to = number(lo), number(hi)
	}
	inside := op("logical_and", op("greater_equal", n, from), op("less_equal", n, to))
	return op("where", inside, op("add", count, number(offset)), number(math.MinInt64))
}
