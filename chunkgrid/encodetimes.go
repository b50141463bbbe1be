package chunkgrid

import (
	"fmt"
	"math"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// encodeTimes returns times as the numbers that they are in a stored array whose
// attributes say so: the inverse of Decode. Other arrays it returns as they are.
func encodeTimes(a Any, m *storage.Meta) (Any, error) {
	dt := a.plan().DType
	s, ok := sinceOf(m.Attrs)
	isTime := dt.Kind() == nd.KindDatetime && !s.span || dt.Kind() == nd.KindTimedelta && s.span
	if !ok || !isTime || !m.DType.IsInteger() && !m.DType.IsFloat() {
		return a, nil
	}
	e, err := s.encoder(dt.Unit(), m)
	if err != nil {
		return nil, fmt.Errorf("%v as %v in %q: %w", dt, m.DType, m.Attrs["units"], err)
	}
	counts := Op[int64]("cast", plan.Params{"to": nd.Int64}, a)
	var numbers Any
	if m.DType.IsFloat() {
		numbers = MapChunks(counts, func(c *nd.Array[int64]) (*nd.Array[float64], error) { return encodeChunk(c, e.float) })
	} else {
		numbers = MapChunks(counts, func(c *nd.Array[int64]) (*nd.Array[int64], error) { return encodeChunk(c, e.integer) })
	}
	return wrap(plan.Ufunc("cast", plan.Params{"to": m.DType}, numbers.plan())), nil
}

func encodeChunk[N int64 | float64](c *nd.Array[int64], number func(v int64) (N, error)) (*nd.Array[N], error) {
	numbers := make([]N, 0, c.Size())
	for v := range c.Values() {
		n, err := number(v)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	return nd.FromSlice(numbers, c.Shape()...)
}

// timeEncoder makes stored numbers of times. A time of v units of its own is v*mul - ref
// in a unit fine enough for both, and that divided by div is the number.
type timeEncoder struct {
	mul, ref, div int64
	to            nd.DType
	units         any
	missing       *int64 // the number that means none
}

// encoder returns the encoder of times in a unit for a stored array.
func (s since) encoder(unit string, m *storage.Meta) (e timeEncoder, err error) {
	from := -1
	for i, u := range timeUnits {
		if u.unit == unit {
			from = i
		}
	}
	stored, err := encodingOf(m)
	if err != nil {
		return e, err
	}
	if from < 0 || stored.scaled || stored.unsigned {
		return e, nd.ErrDType
	}
	place := max(from, s.place)
	ref, ok := s.in(place)
	for !ok && place+1 < len(timeUnits) {
		place++
		ref, ok = s.in(place)
	}
	if !ok {
		return e, nd.ErrDType
	}
	fine := timeUnits[place].Duration
	e = timeEncoder{mul: int64(timeUnits[from].Duration / fine), ref: ref, div: int64(timeUnits[s.place].Duration / fine), to: m.DType, units: m.Attrs["units"]}
	for _, v := range stored.missing {
		if n := int64(v); float64(n) == v && holds(m.DType, n) {
			e.missing = &n
		}
	}
	return e, nil
}

// count returns a time in the fine unit since the reference.
func (e *timeEncoder) count(v int64) (int64, error) {
	lo, hi := (-math.MaxInt64+max(e.ref, 0))/e.mul, (math.MaxInt64+min(e.ref, 0))/e.mul
	if v < lo || v > hi {
		return 0, fmt.Errorf("a time is too far from %q: %w", e.units, nd.ErrDType)
	}
	return v*e.mul - e.ref, nil
}

// integer returns a time as a whole number.
func (e *timeEncoder) integer(v int64) (int64, error) {
	if v == math.MinInt64 {
		if e.missing == nil {
			return 0, fmt.Errorf("a time is NaT, and no _FillValue stands for that: %w", nd.ErrDType)
		}
		return *e.missing, nil
	}
	n, err := e.count(v)
	if err == nil && (n%e.div != 0 || !holds(e.to, n/e.div)) {
		err = fmt.Errorf("a time is %v in %q, which isn't stored as %v: %w", float64(n)/float64(e.div), e.units, e.to, nd.ErrDType)
	}
	return n / e.div, err
}

// float returns a time as the nearest number.
func (e *timeEncoder) float(v int64) (float64, error) {
	if v == math.MinInt64 {
		return math.NaN(), nil
	}
	n, err := e.count(v)
	return float64(n/e.div) + float64(n%e.div)/float64(e.div), err
}

// holds reports whether an integer dtype holds a number.
func holds(dt nd.DType, n int64) bool {
	if bits := 8 * dt.Size(); dt.IsSigned() {
		return n>>(bits-1) == 0 || n>>(bits-1) == -1
	} else {
		return n >= 0 && n>>(bits-1)>>1 == 0
	}
}
