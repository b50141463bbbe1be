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
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/ufunc"
)

// Dates returns the dates of a variable with one axis. One that is missing, NaN or
// the variable's _FillValue or missing_value, is an error.
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
	units, err := storage.Attr[string](m.Attrs, "units")
	if err != nil {
		return nil, err
	}
	calendar := ""
	if m.Attrs["calendar"] != nil {
		if calendar, err = storage.Attr[string](m.Attrs, "calendar"); err != nil {
			return nil, err
		}
	}
	u, err := ParseUnits(units, calendar)
	if err != nil {
		return nil, err
	}
	var missing []float64
	for _, a := range []string{"_FillValue", "missing_value"} {
		if v, err := storage.Attr[float64](m.Attrs, a); err == nil {
			missing = append(missing, v)
		}
	}
	a, err := chunkgrid.FromAny(src)
	if err != nil {
		return nil, err
	}
	x, err := ufunc.Cast[float64](a).Compute(ctx)
	if err != nil {
		return nil, err
	}
	dates = make([]Date, x.Size())
	for i, v := range x.Data() {
		if v != v || slices.Contains(missing, v) {
			return nil, fmt.Errorf("the value at %d is missing (%v)", i, v)
		}
		if dates[i], err = u.Date(v); err != nil {
			return nil, fmt.Errorf("at %d: %w", i, err)
		}
	}
	return dates, nil
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
