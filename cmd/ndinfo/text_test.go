package main

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func TestSpaced(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", -999: "-999", 1000: "1 000", -1000: "-1 000", 2138400: "2 138 400", math.MinInt64: "-9 223 372 036 854 775 808",
	} {
		assert.Equal(t, want, spaced(n))
	}
}

func TestNumberText(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", -42.616964: "-42.61696", 0.001: "0.001", 1234567.25: "1234567.25", 1e-9: "1e-09", 1.5e12: "1.5e+12", math.Inf(-1): "-Inf",
	} {
		assert.Equal(t, want, numberText(v))
	}
	assert.Equal(t, "NaN", numberText(math.NaN()))
}

func TestAttrText(t *testing.T) {
	long := strings.Repeat("é", 50)
	for want, v := range map[string]any{
		`"m"`: "m", `1`: []int32{1}, `[1, 2.5]`: []float64{1, 2.5}, `[1, 2, 3, 4, …] (7 values)`: []uint8{1, 2, 3, 4, 5, 6, 7},
		`"` + strings.Repeat("é", 25) + `…" (50 characters)`: long, `["a", "b"]`: []string{"a", "b"}, `{"a":null}`: map[string]any{"a": nil},
		`{"a":"ééééééééééééééééééé… (58 characters)`: map[string]any{"a": long}, `null`: nil, `[null, true]`: []any{nil, true},
		`0.1`: float32(0.1), `(1+2i)`: complex64(1 + 2i), `[]`: []int8{}, `18446744073709551615`: uint64(math.MaxUint64), `"a\nb\x1b"`: "a\nb\x1b",
	} {
		assert.Equal(t, want, attrText(v, false))
	}
	assert.Equal(t, `"`+long+`"`, attrText(long, true))
	assert.Equal(t, `[1, 2, 3, 4, 5, 6, 7]`, attrText([]uint8{1, 2, 3, 4, 5, 6, 7}, true))
}

func TestPercentText(t *testing.T) {
	assert.Equal(t, "46.0 %", percentText(0.4598))
	assert.Equal(t, "100.0 %", percentText(1))
	assert.Equal(t, "0.006 %", percentText(7.0/120000))
}

// Text from files can't move the cursor.
func TestNamesOfFilesAreSafe(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx := context.Background()
	g, err := storage.Create(ctx, "x.zarr", nil)
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"Conventions": "\x1b[31m", "title": "a\rb"}))
	put(t, g, "a", storage.Spec{Dims: []string{"d\x1b"}, Attrs: storage.Attrs{"units": "\x07\n", "long_name": "\u202e"}}, nd.Must(nd.FromSlice([]int8{1})))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	for _, args := range [][]string{{"x.zarr"}, {"x.zarr/a"}, {"x.zarr", "x.zarr/a"}, {"x.zarr/a", "--slice", "0"}} {
		out := show(t, args...)
		assert.NotContains(t, out, "\x1b")
		assert.NotContains(t, out, "\x07")
		assert.NotContains(t, out, "\u202e")
	}
}

func TestTableKeepsColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOfN(rapid.SampledFrom([]rune("ab×é …")), 0, maxColumn, -1)
		rows := rapid.SliceOf(rapid.SliceOfN(cell, 3, 3)).Draw(t, "rows")
		text := aligned(rows, []int{2, 3, 0})
		assert.Equal(t, len(rows), strings.Count(text, "\n"))
		starts := map[int]bool{}
		for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			if len(rows) > 0 && strings.TrimSpace(rows[i][2]) != "" {
				starts[len([]rune(strings.TrimRight(line, " ")))-len([]rune(strings.TrimRight(rows[i][2], " ")))] = true
			}
		}
		assert.LessOrEqual(t, len(starts), 1, text)
	})
}

// TestTableLongCell: a long name doesn't move the columns of other rows.
func TestTableLongCell(t *testing.T) {
	long := strings.Repeat("n", maxColumn+1)
	rows := [][]string{{"a", "float32", "(3)"}, {long, "int8", "(x 4)"}, {"bb", "int8", "(5)"}}
	assert.Equal(t, "a   float32  (3)\n"+long+"  int8     (x 4)\nbb  int8     (5)\n", aligned(rows, []int{2, 3, 0}))
}

func TestTableOfWideLetters(t *testing.T) {
	rows := [][]string{{"日本", "K", "x"}, {"e\u0301", "", "y"}, {"🎉", "mm", "z"}}
	assert.Equal(t, "日本  K   x\ne\u0301         y\n🎉    mm  z\n", aligned(rows, []int{0, 0, 0}))
}

// A table that is wider than the terminal gets narrower, and is cut.
func TestFitTable(t *testing.T) {
	rows := [][]string{{"a", "", "x", "long name"}, {"bb", "", "", "日本語"}}
	widths := []int{5, 7, 3, 0}
	wide := "a               x    long name\nbb                   日本語\n"
	assert.Equal(t, wide, fitTable(rows, widths, 0))
	assert.Equal(t, wide, fitTable(rows, widths, 30))
	assert.Equal(t, "a   x  long name\nbb     日本語\n", fitTable(rows, widths, 29))
	assert.Equal(t, "a   x  lon…\nbb     日…\n", fitTable(rows, widths, 11))
}

func TestDates(t *testing.T) {
	days := &coordRange{dtype: nd.Int64, n: 366, first: int64(0), last: int64(365), step: 1}
	hours := &coordRange{dtype: nd.Float64, n: 3, first: 0.0, last: 12.0, step: 6}
	for _, c := range []struct {
		r                     *coordRange
		units, calendar, want string
	}{
		{days, "days since 2020-01-01", "standard", "2020-01-01 … 2020-12-31 step 1 day"},
		{days, "days since 2020-01-01", "noleap", "2020-01-01 … 2021-01-01 step 1 day, noleap"},
		{hours, "hours since 2020-01-01 12:00", "", "2020-01-01 12:00:00 … 2020-01-02 00:00:00 step 6 hours"},
		{&coordRange{n: 1, first: float32(1), last: float32(1)}, "days since 2020-01-01", "", "2020-01-02"},
		{&coordRange{n: 2, first: 0.0, last: math.NaN()}, "days since 2020-01-01", "", ""},
		{&coordRange{}, "days since 2020-01-01", "", ""},
		{days, "K", "", ""},
		{nil, "days since 2020-01-01", "", ""},
	} {
		assert.Equal(t, c.want, c.r.dates(storage.Attrs{"units": c.units, "calendar": c.calendar}), c)
	}
}

func TestUnpacked(t *testing.T) {
	s := &statistics{dtype: nd.Int16, moments: moments{min: int16(-100), max: int16(50), mean: 2.0, std: 10.0}}
	assert.Equal(t, "         unpacked: min 0   max 15   mean 4.8   std 1   K\n", s.unpacked(storage.Attrs{"scale_factor": -0.1, "add_offset": 5, "units": "K"}))
	assert.Equal(t, "         unpacked: min -95   max 55   mean 7   std 10\n", s.unpacked(storage.Attrs{"add_offset": []float32{5}}))
	assert.Empty(t, s.unpacked(storage.Attrs{"units": "K"}))
	assert.Empty(t, (&statistics{}).unpacked(storage.Attrs{"add_offset": 5}))
}

func TestRatio(t *testing.T) {
	for bytes, want := range map[int64]string{0: "", 40: "25 000:1", 1_000_000: "", 999_000: "1.0:1", 2_000_000: "0.5:1"} {
		assert.Equal(t, want, ratioText(1_000_000, storedSize{bytes: bytes, known: true}), bytes)
	}
}

func TestDeclaredMissing(t *testing.T) {
	m := &storage.Meta{DType: nd.Int8, Attrs: storage.Attrs{"_FillValue": []int8{-1}, "missing_value": []float64{-9999, 7, 2.5}}}
	assert.Equal(t, []int8{-1, 7}, declaredMissing[int8](m), "what no element can be is left out")
	m.Attrs = storage.Attrs{"_FillValue": uint64(math.MaxUint64)}
	assert.Equal(t, []uint64{math.MaxUint64}, declaredMissing[uint64](m))
	assert.Empty(t, declaredMissing[int64](m))
	m.Attrs = storage.Attrs{"_FillValue": math.NaN(), "missing_value": 1e20}
	assert.Equal(t, []float32{1e20}, declaredMissing[float32](m), "NaN is counted as such")
	m = &storage.Meta{DType: nd.Float32, Attrs: storage.Attrs{"_FillValue": -999.5}}
	assert.Equal(t, "-999.5 (_FillValue); storage fill 0", missingText(m))
}

// In Zarr v2 as xarray writes it the fill value is missing.
func TestFillOfZarr2IsMissing(t *testing.T) {
	m := &storage.Meta{DType: nd.Half, Format: "Zarr v2", Dims: []string{"x"}, Fill: nd.AsBytes([]nd.Float16{nd.NewFloat16(-9)})}
	assert.Equal(t, []float32{-9}, declaredMissing[float32](m))
	assert.Equal(t, "-9 (fill_value); storage fill -9", missingText(m))
	m.Dims = nil
	assert.Empty(t, missingValues(m), "not xarray's")
	m.Dims, m.Attrs = []string{"x"}, storage.Attrs{"_FillValue": 3.0}
	assert.Equal(t, []float32{3}, declaredMissing[float32](m))
}

func TestExtremes(t *testing.T) {
	lo8, hi8 := extremes[int8]()
	assert.Equal(t, [2]int8{math.MinInt8, math.MaxInt8}, [2]int8{lo8, hi8})
	lo, hi := extremes[int64]()
	assert.Equal(t, [2]int64{math.MinInt64, math.MaxInt64}, [2]int64{lo, hi})
	u, v := extremes[uint64]()
	assert.Equal(t, [2]uint64{0, math.MaxUint64}, [2]uint64{u, v})
	f, g := extremes[float32]()
	assert.Equal(t, [2]float32{float32(math.Inf(-1)), float32(math.Inf(1))}, [2]float32{f, g})
}

func TestRegularStep(t *testing.T) {
	assert.Equal(t, -2.5, regularStep([]float64{5, 2.5, 0}, nd.Float64))
	assert.Zero(t, regularStep([]float64{0, 1, 2.01}, nd.Float64))
	assert.Zero(t, regularStep([]float64{3, 3, 3}, nd.Int32))
	assert.Zero(t, regularStep([]float64{0, math.NaN(), 2}, nd.Float64))
	assert.Zero(t, regularStep([]float64{0, math.Inf(1)}, nd.Float64))
	tenths := make([]float64, 3600)
	for i := range tenths {
		tenths[i] = float64(float32(0.1) * float32(i))
	}
	assert.InDelta(t, 0.1, regularStep(tenths, nd.Float32), 1e-6)
}
