package chunkgrid

import (
	"math"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/cf"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// timeUnits are the units of times that Decode makes, coarse to fine.
var timeUnits = []struct {
	unit string
	time.Duration
}{
	{"D", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second},
	{"ms", time.Millisecond}, {"us", time.Microsecond}, {"ns", time.Nanosecond},
}

// inMicros is the place of microseconds in timeUnits.
const inMicros = 5

// since says what numbers mean as times: so many units since a reference.
type since struct {
	place int // of the unit in timeUnits
	span  bool
	ref   time.Time // 1970 of spans
}

// sinceOf reads the attributes of a time whose dates are Gregorian, or of a span as
// xarray writes it: with the attribute dtype.
func sinceOf(a storage.Attrs) (s since, ok bool) {
	text, _ := storage.Attr[string](a, "units")
	calendar, _ := storage.Attr[string](a, "calendar")
	dtype, _ := storage.Attr[string](a, "dtype")
	var unit time.Duration
	if s.span = strings.HasPrefix(dtype, "timedelta64"); s.span {
		unit, ok = cf.UnitLength(text)
		s.ref = time.Unix(0, 0)
	} else if u, err := cf.ParseUnits(text, calendar); err == nil {
		unit = u.Length()
		s.ref, ok = u.Reference()
	}
	for i, t := range timeUnits {
		if t.Duration == unit {
			s.place = i
		}
	}
	return s, ok && timeUnits[s.place].Duration == unit
}

// in returns the reference in a unit since 1970, where it is a whole number that
// int64 holds.
func (s since) in(place int) (int64, bool) {
	unit := int64(timeUnits[place].Duration)
	sec, rest := s.ref.Unix(), int64(s.ref.Nanosecond())
	if n := unit / int64(time.Second); n > 0 {
		return sec / n, sec%n == 0 && rest == 0
	}
	n := int64(time.Second) / unit
	return sec*n + rest/unit, rest%unit == 0 && max(sec, -sec) < math.MaxInt64/n
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
	count := s.count(n, dt, int64(timeUnits[s.place].Duration/timeUnits[place].Duration), offset)
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
