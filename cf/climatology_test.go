package cf_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/cf"
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/ufunc"
)

// daily writes the temperatures of the days from 1999 to the middle of 2004, two
// leap years among them, at three latitudes.
func daily(ctx context.Context, url string) error {
	const days, lats = 2000, 3
	t := chunkgrid.FromFunc("", []int{days, lats}, nd.Sizes(365, 2), func(dst []float64, box nd.Box) {
		for i := range dst {
			day, lat := box.Start[0]+i/box.Shape[1], box.Start[1]+i%box.Shape[1]
			dst[i] = 10 + 8*math.Sin(2*math.Pi*float64(day)/365.25) + float64(day*7919%101)/50 - float64(lat)
		}
	}).Named("time", "lat")
	time := chunkgrid.Arange[int32](0, days, 1, nd.Auto).Named("time")
	lat := chunkgrid.Arange[float32](-30, 60, 30, nd.Auto).Named("lat")
	return chunkgrid.Save(ctx, url, chunkgrid.Vars{"t": t, "time": time, "lat": lat},
		chunkgrid.Attrs("time", storage.Attrs{"units": "days since 1999-01-01", "calendar": "standard"}))
}

// The mean of every month over the years, and how far each day is from it.
func Example() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "cf")
	defer os.RemoveAll(dir)
	store := filepath.Join(dir, "daily.zarr")
	if err := daily(ctx, store); err != nil {
		fmt.Println(err)
		return
	}
	f, err := storage.OpenGroup(ctx, store)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	t, _ := chunkgrid.Open[float64](ctx, store+"/t")
	month, err := cf.Months(ctx, f, "time")
	clim := reduce.Mean(t, reduce.Dim("time"), reduce.By(month, 12))
	anom := ufunc.Sub(t, clim.Take(0, month))
	fmt.Println(month[28:33], err)
	fmt.Println(clim)
	fmt.Println(anom)
	err = chunkgrid.Save(ctx, filepath.Join(dir, "anom.zarr"), chunkgrid.Vars{"clim": clim, "anom": anom}, chunkgrid.CopyCoords(f))
	fmt.Println(err)
	// Output:
	// [0 0 0 1 1] <nil>
	// float64 (group 12, lat 3)  chunks (12, 2), 2 chunks, 288 B, not computed
	// float64 (time 2000, lat 3)  chunks (365, 2), 12 chunks, 47 KiB, not computed
	// <nil>
}

// TestClimatology compares groups by dates with xarray's, of daily data with leap
// years.
func TestClimatology(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	store, anomalies := filepath.Join(dir, "daily.zarr"), filepath.Join(dir, "anom.zarr")
	require.NoError(t, daily(ctx, store))
	f, err := storage.OpenGroup(ctx, store)
	require.NoError(t, err)
	defer f.Close()
	x, err := chunkgrid.Open[float64](ctx, store+"/t")
	require.NoError(t, err)
	by := func(labels func(context.Context, storage.Group, string) ([]int, error), first, n int) (l []int, o reduce.Option) {
		l, err := labels(ctx, f, "time")
		require.NoError(t, err)
		for i := range l {
			l[i] -= first
		}
		return l, reduce.By(l, n)
	}
	month, byMonth := by(cf.Months, 0, 12)
	_, byDay := by(cf.DaysOfYear, 0, 366)
	_, byWeek := by(cf.Weeks, 0, 53)
	_, byYear := by(cf.Years, 1999, 6)
	_, bySeason := by(cf.Seasons, 0, 4)
	time := reduce.Dim("time")
	clim := reduce.Mean(x, time, byMonth)
	anom := ufunc.Sub(x, clim.Take(0, month))
	require.NoError(t, chunkgrid.Save(ctx, anomalies, chunkgrid.Vars{"anom": anom}, chunkgrid.CopyCoords(f)))
	ours := map[string]*chunkgrid.Array[float64]{
		"month": clim, "day": reduce.Mean(x, time, byDay), "week": reduce.Mean(x, time, byWeek), "year": reduce.Max(x, time, byYear), "season": reduce.Std(x, time, bySeason),
		"anomaly": anom, "want": anom,
	}
	out := peer.Output(t, peer.Python(t, "testdata/climatology.py", store, anomalies))
	for line := range strings.Lines(string(out)) {
		p := strings.Split(strings.TrimSpace(line), "|")
		got, err := ours[p[0]].Compute(ctx)
		require.NoError(t, err)
		assert.Equal(t, p[1], strings.ReplaceAll(fmt.Sprint(got.Shape()), " ", ", "), p[0])
		for i, text := range strings.Fields(p[2]) {
			v, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			require.InDelta(t, v, got.Data()[i], 1e-12, "%s at %d", p[0], i)
		}
		delete(ours, p[0])
	}
	assert.Empty(t, ours, "results that climatology.py lacks")
}

// TestDatesErrors: a variable without units, of two axes, with a missing date, of a
// calendar or of units that nobody knows.
func TestDatesErrors(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	store := filepath.Join(dir, "times.zarr")
	v := chunkgrid.Arange[float64](0, 3, 1, nd.Auto).Named("x")
	require.NoError(t, chunkgrid.Save(ctx, store, chunkgrid.Vars{"bare": v, "leapless": v, "missing": v, "martian": v, "number": v, "months": v, "square": chunkgrid.Full(1.0, []int{2, 2}, nd.Auto)},
		chunkgrid.Attrs("missing", storage.Attrs{"units": "days since 2000-01-01", "missing_value": 2.0}),
		chunkgrid.Attrs("leapless", storage.Attrs{"units": "days since 2000-01-01", "calendar": "noleap"}),
		chunkgrid.Attrs("martian", storage.Attrs{"units": "days since 2000-01-01", "calendar": "martian"}),
		chunkgrid.Attrs("number", storage.Attrs{"units": "days since 2000-01-01", "calendar": 360.0}),
		chunkgrid.Attrs("months", storage.Attrs{"units": "months since 2000-01-01", "calendar": "noleap"})))
	f, err := storage.OpenGroup(ctx, store)
	require.NoError(t, err)
	defer f.Close()
	for name, want := range map[string]string{
		"bare": "dates of bare: ", "missing": "dates of missing: the value at 2 is missing (2)", "square": "dates of square: shape [2 2], want one axis",
		"martian": `dates of martian: time units "days since 2000-01-01": unknown calendar "martian"; there are standard`,
		"number":  "dates of number: ", "months": `"months" is no unit of fixed length in the calendar noleap`,
		"none": "dates of none: ",
	} {
		_, err := cf.Months(ctx, f, name)
		assert.ErrorContains(t, err, want)
		_, err = cf.Weeks(ctx, f, name)
		assert.ErrorContains(t, err, want)
	}
	_, err = cf.Weeks(ctx, f, "leapless")
	assert.ErrorContains(t, err, "weeks of leapless: at 0: 2000-01-01 00:00:00 of the calendar noleap is in no week of ISO 8601")
}

// TestDatesOfDatetimes reads datetimes of all units that are always as long; the
// dates are those of Go's package time.
func TestDatesOfDatetimes(t *testing.T) {
	ctx, store := t.Context(), filepath.Join(t.TempDir(), "t.zarr")
	noon := time.Date(1969, 3, 1, 12, 0, 0, 0, time.UTC)
	vars, dates := chunkgrid.Vars{}, map[string]time.Time{}
	for unit, d := range map[string]time.Duration{"D": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second,
		"ms": time.Millisecond, "us": time.Microsecond, "ns": time.Nanosecond, "NaT": 0} {
		v, at := int64(math.MinInt64), noon.Truncate(max(d, time.Hour)) // days have no hours
		if d > 0 {
			v = at.UnixNano() / int64(d)
		} else {
			unit = "s"
		}
		a, err := nd.DynFromBytes(nd.Datetime64(unit), []int{1}, nd.AsBytes([]int64{v}))
		require.NoError(t, err)
		if of, err := cf.DatesOf(nd.Must(nd.As[nd.Datetime](a))); d > 0 {
			require.NoError(t, err)
			assert.Equal(t, at.Format(time.DateTime), of[0].String())
		} else {
			assert.ErrorContains(t, err, "the value at 0 is missing")
		}
		vars[d.String()], dates[d.String()] = chunkgrid.FromDyn(a), at
	}
	require.NoError(t, chunkgrid.Save(ctx, store, vars))
	g, err := storage.OpenGroup(ctx, store)
	require.NoError(t, err)
	defer g.Close()
	for name, at := range dates {
		got, err := cf.Dates(ctx, g, name)
		if name == "0s" {
			assert.ErrorContains(t, err, "the value at 0 is missing")
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, at.Format(time.DateTime), got[0].String(), name)
		hours, err := cf.Hours(ctx, g, name)
		require.NoError(t, err, name)
		assert.Equal(t, []int{at.Hour()}, hours, name)
	}
}
