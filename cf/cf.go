// Package cf reads times as the CF conventions for climate and forecast data
// write them: numbers, with the attributes "units" ("days since 1800-01-01") and
// "calendar".
//
//	f, err := storage.OpenGroup(ctx, "air.day.nc")
//	month, err := cf.Months(ctx, f, "time")
//	clim := reduce.NaNMean(air, reduce.Dim("time"), reduce.By(month, 12))
//	anom := ufunc.Sub(air, clim.Take(0, month))
package cf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Dates returns the dates of a variable with one axis: numbers in CF's units, or
// datetimes. One that is missing, NaN, NaT or the variable's _FillValue or
// missing_value, is an error.
func Dates(ctx context.Context, g storage.Group, name string) ([]Date, error) {
	dates, err := read(ctx, g, name)
	if err != nil {
		return nil, fmt.Errorf("dates of %s: %w", name, err)
	}
	return dates, nil
}

func read(ctx context.Context, g storage.Group, name string) (dates []Date, err error) {
	src, err := g.Array(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	m := src.Meta()
	if len(m.Shape) != 1 {
		return nil, fmt.Errorf("shape %v, want one axis: %w", m.Shape, nd.ErrShape)
	}
	u, missing, err := unitsOf(m)
	if err != nil {
		return nil, err
	}
	n := m.Shape[0]
	if free := int(diag.FreeMemory()); n > free/int(unsafe.Sizeof(Date{})) {
		return nil, fmt.Errorf("%d dates don't fit the %s of memory that are free", n, nd.FormatBytes(free))
	}
	values, err := numbers(ctx, src)
	if err != nil {
		return nil, err
	}
	return u.dates(values, missing)
}

// DatesOf returns the dates of datetimes, as of a column of a table. NaT is an error.
func DatesOf(times *nd.Array[nd.Datetime]) ([]Date, error) {
	u, missing, err := unitsOf(&storage.Meta{DType: times.DType()})
	if err != nil {
		return nil, fmt.Errorf("dates of %v: %w", times.DType(), err)
	}
	values := make([]float64, 0, times.Size())
	for v := range times.Values() {
		values = append(values, float64(v))
	}
	return u.dates(values, missing)
}

// dates returns the dates that values stand for, none of them missing.
func (u Units) dates(values, missing []float64) (dates []Date, err error) {
	dates = make([]Date, len(values))
	for i, v := range values {
		if v != v || slices.Contains(missing, v) {
			return nil, fmt.Errorf("the value at %d is missing (%v)", i, v)
		}
		if dates[i], err = u.Date(v); err != nil {
			return nil, fmt.Errorf("at %d: %w", i, err)
		}
	}
	return dates, nil
}

// unitsOf returns the units of stored times, and the numbers that are none.
func unitsOf(m *storage.Meta) (u Units, missing []float64, err error) {
	if m.DType.Kind() == nd.KindDatetime {
		unit := m.DType.Unit()
		if unit == "m" {
			unit = "min" // m is CF's metre
		}
		u, err = ParseUnits(unit+" since 1970-01-01", ProlepticGregorian.String())
		return u, []float64{math.MinInt64}, err
	}
	for _, a := range []string{"_FillValue", "missing_value"} {
		if v, err := storage.Attr[float64](m.Attrs, a); err == nil {
			missing = append(missing, v)
		}
	}
	units, err := storage.Attr[string](m.Attrs, "units")
	if err != nil {
		return Units{}, nil, err
	}
	calendar := ""
	if m.Attrs["calendar"] != nil {
		if calendar, err = storage.Attr[string](m.Attrs, "calendar"); err != nil {
			return Units{}, nil, err
		}
	}
	u, err = ParseUnits(units, calendar)
	return u, missing, err
}

// numbers returns the elements of an array of one axis.
func numbers(ctx context.Context, src storage.Array) ([]float64, error) {
	dt, n := src.Meta().DType, src.Meta().Shape[0]
	if dt.Kind() == nd.KindDatetime {
		dt = nd.Int64
	}
	cast, _ := kernel.LookupUfunc("cast")
	to := kernel.Params{"to": nd.Float64}
	if _, err := cast.Result(to, []nd.DType{dt}); err != nil {
		return nil, err
	}
	stored, values := nd.MakeBytes(n*dt.Size()), make([]float64, n)
	if err := storage.ReadBox(ctx, src, nd.Box{Start: []int{0}, Shape: []int{n}}, stored); err != nil {
		return nil, err
	}
	cast.Bind(to, []nd.DType{dt})(nd.AsBytes(values), [][]byte{stored})
	return values, nil
}

// labels returns a number of each date.
func labels(ctx context.Context, g storage.Group, name string, of func(Date) int) ([]int, error) {
	dates, err := Dates(ctx, g, name)
	n := make([]int, len(dates))
	for i, d := range dates {
		n[i] = of(d)
	}
	return n, err
}

// Months returns the months of a variable's dates, 0 to 11, as reduce.By wants them.
func Months(ctx context.Context, g storage.Group, name string) ([]int, error) {
	return labels(ctx, g, name, func(d Date) int { return d.Month - 1 })
}

// Seasons returns the seasons of a variable's dates: 0 is December to February, 3
// September to November.
func Seasons(ctx context.Context, g storage.Group, name string) ([]int, error) {
	return labels(ctx, g, name, Date.Season)
}

// DaysOfYear returns the days of the year of a variable's dates, 0 to 365.
func DaysOfYear(ctx context.Context, g storage.Group, name string) ([]int, error) {
	return labels(ctx, g, name, func(d Date) int { return d.DayOfYear - 1 })
}

// Weeks returns the weeks of a variable's dates by ISO 8601, 0 to 52: the first days of
// January may be in the last week of the year before. A date that is not of the Gregorian
// calendar is an error; see Date.Week.
func Weeks(ctx context.Context, g storage.Group, name string) ([]int, error) {
	dates, err := Dates(ctx, g, name)
	weeks := make([]int, len(dates))
	for i, d := range dates {
		w, err := d.Week()
		if err != nil {
			return nil, fmt.Errorf("weeks of %s: at %d: %w", name, i, err)
		}
		weeks[i] = w - 1
	}
	return weeks, err
}

// Hours returns the hours of a variable's dates, 0 to 23.
func Hours(ctx context.Context, g storage.Group, name string) ([]int, error) {
	return labels(ctx, g, name, func(d Date) int { return d.Hour })
}

// Years returns the years of a variable's dates, as they are written.
func Years(ctx context.Context, g storage.Group, name string) ([]int, error) {
	return labels(ctx, g, name, func(d Date) int { return d.Year })
}
