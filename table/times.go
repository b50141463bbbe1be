package table

import (
	"fmt"
	"math"

	"github.com/ndgrid/ndgrid/nd"
)

// Since returns how long before the times of one column those of another were: a
// duration per row, timedelta64[us], NaT where one is missing.
func (t *Table) Since(end, begin string) (*nd.Array[nd.Timedelta], error) {
	e, err := Col[nd.Datetime](t, end)
	if err != nil {
		return nil, err
	}
	b, err := Col[nd.Datetime](t, begin)
	if err != nil {
		return nil, err
	}
	if e.DType() != b.DType() {
		return nil, fmt.Errorf("%w: columns %q and %q are %v and %v", nd.ErrDType, end, begin, e.DType(), b.DType())
	}
	x, y := e.Data(), b.Data()
	d := make([]nd.Timedelta, len(x))
	for i := range d {
		d[i] = nd.Timedelta(x[i] - y[i])
		if x[i] == noTime || y[i] == noTime {
			d[i] = noTime
		}
	}
	a, err := nd.FromSlice(d, len(d))
	if err != nil {
		return nil, err
	}
	return a.WithDType(nd.Timedelta64(e.DType().Unit()))
}

// TotalSeconds returns durations in microseconds, see Since, as seconds with
// their fraction; NaT is NaN.
func TotalSeconds(d *nd.Array[nd.Timedelta]) (*nd.Array[float64], error) {
	return seconds(d, func(v float64) float64 { return v })
}

// Seconds returns the seconds within the day of durations, 0 to 86399, as pandas'
// dt.seconds: days and fractions are not in it. NaT is NaN.
func Seconds(d *nd.Array[nd.Timedelta]) (*nd.Array[float64], error) {
	const day = 86400
	return seconds(d, func(v float64) float64 { return math.Floor(v) - float64(day*math.Floor(v/day)) })
}

func seconds(d *nd.Array[nd.Timedelta], f func(float64) float64) (*nd.Array[float64], error) {
	if unit := d.DType().Unit(); unit != "us" {
		return nil, fmt.Errorf("%w: durations of %q, not of us", nd.ErrDType, unit)
	}
	return nd.Map(d, func(v nd.Timedelta) float64 {
		if v == noTime {
			return math.NaN()
		}
		return f(float64(v) / 1e6)
	}), nil
}
