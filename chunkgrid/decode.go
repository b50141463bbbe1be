package chunkgrid

import (
	"fmt"
	"math"
	"reflect"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Decode has Open apply the conventions of NetCDF and CF that the array's
// attributes ask for: _Unsigned, then _FillValue and missing_value become NaN,
// then scale_factor and add_offset. Where any of the last four is present the
// result is float32 if that holds the stored integers (or the stored dtype is
// float32) and the factors, as xarray chooses, else float64; Open[T] converts
// to T.
//
// Numbers in units of time since a date, "days since 1800-01-01", in a Gregorian
// calendar become datetimes, and those that xarray or Save wrote for durations
// timedeltas, unless Open[T] is asked for numbers. Integers keep their unit if the date
// is a whole number of it since 1970, floats come to the nearest microsecond; what
// is missing is NaT. Other calendars, and dates that Go's package time doesn't
// know, stay numbers: see package cf.
func Decode() Option { return func(c *config) { c.decode = true } }

// encoding is what the attributes say of the stored values.
type encoding struct {
	unsigned      bool
	missing       []float64 // stored values that mean none
	scale, offset float64
	scaled        bool
	wide          bool // scale or offset need float64
}

func encodingOf(m *storage.Meta) (encoding, error) {
	e := encoding{scale: 1}
	if u, err := storage.Attr[string](m.Attrs, "_Unsigned"); err == nil {
		e.unsigned = u == "true" && m.DType.IsSigned()
	}
	for _, name := range []string{"_FillValue", "missing_value"} {
		if m.Attrs[name] == nil {
			continue
		}
		v, err := storage.Attr[[]float64](m.Attrs, name)
		if err != nil {
			return e, fmt.Errorf("attribute %s: %w", name, err)
		}
		e.missing = append(e.missing, v...)
	}
	for name, p := range map[string]*float64{"scale_factor": &e.scale, "add_offset": &e.offset} {
		raw, ok := m.Attrs[name]
		if !ok {
			continue
		}
		v, err := storage.Attr[float64](m.Attrs, name)
		if err != nil {
			return e, fmt.Errorf("attribute %s: %w", name, err)
		}
		*p, e.scaled = v, true
		k := reflect.TypeOf(raw)
		if k.Kind() == reflect.Slice {
			k = k.Elem()
		}
		e.wide = e.wide || k.Kind() != reflect.Float32
	}
	return e, nil
}

// decode applies an array's encoding; times too, unless numbers are wanted.
func decode(a Any, m *storage.Meta, numbers bool) (Any, error) {
	e, err := encodingOf(m)
	if err != nil {
		return nil, err
	}
	dt := m.DType
	if !dt.IsInteger() && !dt.IsFloat() {
		return a, nil
	}
	n := a.plan()
	if e.unsigned {
		unsigned := map[nd.DType]nd.DType{nd.Int8: nd.Uint8, nd.Int16: nd.Uint16, nd.Int32: nd.Uint32, nd.Int64: nd.Uint64}[dt]
		n = plan.Ufunc("cast", plan.Params{"to": unsigned}, n)
		for i, v := range e.missing {
			if v < 0 {
				e.missing[i] = v + math.Ldexp(1, 8*dt.Size())
			}
		}
		dt = unsigned
	}
	times, isTime := sinceOf(m.Attrs)
	isTime = isTime && !numbers && dt != nd.Uint64
	switch {
	case isTime && !e.scaled:
		n = times.decode(n, dt, e.missing)
		return wrap(n), n.Err
	case len(e.missing) == 0 && !e.scaled:
		return wrap(n), n.Err
	}
	to := nd.Float64
	if (dt.Size() <= 2 || dt == nd.Float32) && !e.wide {
		to = nd.Float32
	}
	x := without(plan.Ufunc("cast", plan.Params{"to": to}, n), n, dt, e.missing, number64(to, math.NaN()))
	if e.scale != 1 {
		x = plan.Ufunc("mul", nil, x, number64(to, e.scale))
	}
	if e.offset != 0 {
		x = plan.Ufunc("add", nil, x, number64(to, e.offset))
	}
	if isTime {
		x = times.decode(x, to, nil)
	}
	return wrap(x), x.Err
}

// without gives x the value none where stored numbers n, of dtype dt, are missing.
func without(x, n *plan.Node, dt nd.DType, missing []float64, none *plan.Node) *plan.Node {
	for _, v := range missing {
		if v != v {
			continue // NaN is missing already
		}
		stored, ok := exactly(dt, v)
		if !ok {
			continue // no stored value can be it
		}
		x = plan.Ufunc("where", nil, plan.Ufunc("equal", nil, n, stored), none, x)
	}
	return x
}

// number64 returns a 0-d constant of float32 or float64.
func number64(dt nd.DType, v float64) *plan.Node {
	if dt == nd.Float32 {
		return Constant(float32(v)).plan()
	}
	return Constant(v).plan()
}

// exactly returns the constant of dtype dt that equals v.
func exactly(dt nd.DType, v float64) (*plan.Node, bool) {
	n := plan.Ufunc("cast", plan.Params{"to": dt}, Constant(v).plan())
	if dt.IsFloat() {
		return n, true
	}
	lo, hi := 0.0, math.Ldexp(1, 8*dt.Size())
	if dt.IsSigned() {
		lo, hi = -hi/2, hi/2
	}
	return n, v == math.Trunc(v) && v >= lo && v < hi
}

// castTo converts to T.
func castTo[T nd.Elem](a Any) *Array[T] {
	return Op[T]("cast", plan.Params{"to": nd.DTypeOf[T]()}, a)
}
