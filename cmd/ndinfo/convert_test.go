package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
)

// A NetCDF-4 file is the same as a Zarr store, and back in a file.
func TestConvertBasin(t *testing.T) {
	file := basin(t)
	t.Chdir(t.TempDir())
	assert.Equal(t, "basin.zarr   4 arrays, 2.0 MiB\n", show(t, "convert", file, "basin.zarr", "--chunks", "X=90, Y=auto"))
	assert.Equal(t, "basin.nc   4 arrays, 2.0 MiB\n", show(t, "convert", "basin.zarr", "basin.nc"))
	assert.Empty(t, show(t, "diff", file, "basin.zarr"))
	assert.Empty(t, show(t, "diff", file, "basin.nc"))
	assert.Contains(t, show(t, "verify", "basin.zarr"), "nothing is wrong")
	a, err := storage.OpenArray(context.Background(), "basin.nc/basin")
	require.NoError(t, err)
	assert.Equal(t, int8(-100), a.Meta().Attrs["missing_value"]) // of the array's dtype, as in the first file
	require.NoError(t, a.Close())
	show(t, "convert", "basin.nc", "basin2.zarr", "--format", "v2", "--codecs", "shuffle, zlib 5")
	assert.Equal(t, "basin: fill: -127 / 0\n", different(t, file, "basin2.zarr"))
	python(t, "datasets.py", file, "basin.zarr", "basin.nc", "basin2.zarr")
}

// different says what differs between two paths.
func different(t *testing.T, a, b string) string {
	t.Helper()
	out, errs, _ := ndinfo(t, "diff", a, b)
	assert.Empty(t, errs)
	return out
}

// Values that mean none do so to xarray in all formats, and others don't: that
// elements never written are 0 doesn't make 0 missing.
func TestConvertMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx := context.Background()
	g, err := storage.Create(ctx, "a.zarr", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	put(t, g, "f", storage.Spec{Dims: []string{"x"}, Attrs: storage.Attrs{"_FillValue": float32(1e20), "missing_value": float32(1e20)}}, nd.Must(nd.FromSlice([]float32{0, 1e20, 3})))
	put(t, g, "nan", storage.Spec{Dims: []string{"x"}, Attrs: storage.Attrs{"_FillValue": math.NaN()}}, nd.Must(nd.FromSlice([]float64{0, math.NaN(), -1})))
	put(t, g, "i", storage.Spec{Dims: []string{"x"}, Attrs: storage.Attrs{"_FillValue": int16(-1), "scale_factor": 0.5, "add_offset": 10.0}}, nd.Must(nd.FromSlice([]int16{0, -1, 7})))
	put(t, g, "none", storage.Spec{Dims: []string{"x"}}, nd.Must(nd.FromSlice([]int32{0, -1, 7})))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	stores := []string{"a.zarr", "v2.zarr", "b.zarr"}
	show(t, "convert", "a.zarr", "v2.zarr", "--format", "v2")
	show(t, "convert", "v2.zarr", "b.zarr")
	if hdf5.Available() {
		show(t, "convert", "v2.zarr", "a.nc")
		show(t, "convert", "a.nc", "c.zarr")
		stores = append(stores, "a.nc", "c.zarr")
	}
	python(t, "datasets.py", stores...)
}

// What can't be read, or be written in a format, doesn't keep the rest from it.
func TestConvertLeavesOut(t *testing.T) {
	if !hdf5.Available() {
		t.Skip("this build has no HDF5")
	}
	file := filepath.Join(home, "../../storage/hdf5/testdata/compounds.h5")
	t.Chdir(t.TempDir())
	out, errs, status := ndinfo(t, "convert", file, "a.h5")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "a.h5   12 arrays")
	assert.Contains(t, errs, "ndinfo: arrays: not supported: elements of type compound{v array of float32, k int16} can't be read; it is left out\n")
	assert.Equal(t, 5, strings.Count(errs, "\n"))
	assert.NotContains(t, show(t, "a.h5"), "arrays  ")
	out, _, _ = ndinfo(t, "diff", file, "a.h5")
	assert.Contains(t, out, "arrays: only in A: array compound{v array of float32, k int16} (")
	_, errs, status = ndinfo(t, "convert", file, "a.zarr")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "ndinfo: plain: not supported: dtype struct{n int32, x float64} has no Zarr data type; it is left out\n")
	_, errs, status = ndinfo(t, "convert", file+"/arrays", "b.h5")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "can't be read")
}

// Times and durations are the same to xarray in NetCDF-4, and back in Zarr, NaT too.
func TestConvertTimes(t *testing.T) {
	if !hdf5.Available() {
		t.Skip("this build has no HDF5")
	}
	t.Chdir(t.TempDir())
	ctx := context.Background()
	g, err := storage.Create(ctx, "a.zarr", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	counts := nd.AsBytes([]int64{1_700_000_000_123_456_789, math.MinInt64, -1})
	for name, d := range map[string]nd.DType{"t": nd.Datetime64("ns"), "at": nd.Datetime64("ns"), "span": nd.Timedelta64("ns")} {
		a, err := nd.DynFromBytes(d, []int{3}, counts)
		require.NoError(t, err)
		put(t, g, name, storage.Spec{Dims: []string{"t"}, Attrs: storage.Attrs{"long_name": "a time"}}, a)
	}
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	show(t, "convert", "a.zarr", "a.nc")
	show(t, "convert", "a.nc", "b.zarr")
	assert.Empty(t, show(t, "diff", "a.nc", "b.zarr"))
	python(t, "datasets.py", "a.zarr", "a.nc", "b.zarr")
}

// The fill value of Zarr v2 as xarray writes it means missing, without an attribute
// that says so; and an array without axes has an empty list of names.
func TestConvertFromXarray(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx := context.Background()
	g, err := storage.Create(ctx, "a.zarr", map[string]string{"zarr_format": "2", "consolidated": "true"})
	require.NoError(t, err)
	put(t, g, "i", storage.Spec{Dims: []string{"x"}, Fill: nd.AsBytes([]int16{-9}), Attrs: storage.Attrs{"scale_factor": 0.5}}, nd.Must(nd.FromSlice([]int16{0, -9, 7})))
	put(t, g, "f", storage.Spec{Dims: []string{"x"}, Fill: nd.AsBytes([]float32{1e20})}, nd.Must(nd.FromSlice([]float32{0, 1e20, 7})))
	put(t, g, "scalar", storage.Spec{}, nd.Scalar(int64(3)))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	show(t, "convert", "a.zarr", "b.zarr")
	show(t, "convert", "a.zarr", "c.zarr", "--format", "v2")
	stores := []string{"a.zarr", "b.zarr", "c.zarr"}
	if hdf5.Available() {
		show(t, "convert", "a.zarr", "a.nc")
		stores = append(stores, "a.nc")
	}
	for _, store := range stores[1:] {
		a, err := storage.OpenArray(ctx, store+"/i")
		require.NoError(t, err)
		assert.Equal(t, []int16{-9}, declaredMissing[int16](a.Meta()), store)
		require.NoError(t, a.Close())
	}
	python(t, "datasets.py", stores...)
}

// Everything of a hierarchy arrives: nested groups, arrays without axes, without
// elements and never written, dtypes, names, fill values and attributes.
func TestConvertDemo(t *testing.T) {
	demo(t)
	assert.Equal(t, "copy.zarr   14 arrays, 79 KiB\n", show(t, "convert", "demo.zarr", "copy.zarr"))
	assert.Empty(t, show(t, "diff", "demo.zarr", "copy.zarr"))
	show(t, "convert", "demo.zarr", "same.zarr", "--codecs", "none")
	assert.Empty(t, show(t, "diff", "demo.zarr", "same.zarr", "--storage"))
	show(t, "convert", "demo.zarr/sub", "copy.zarr/deeper/sub")
	assert.Empty(t, show(t, "diff", "demo.zarr/sub", "copy.zarr/deeper/sub"))
	needHDF5(t)
	show(t, "convert", "demo.zarr", "copy.h5")
	assert.Empty(t, show(t, "diff", "demo.zarr", "copy.h5"))
	show(t, "convert", "copy.h5", "back.zarr", "--memory", "4MiB")
	assert.Empty(t, show(t, "diff", "demo.zarr", "back.zarr"))
}

// Texts of one length, which HDF5 doesn't have, get any length there.
func TestConvertText(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	ctx := context.Background()
	d := nd.Must(nd.NewDyn(nd.Sized(nd.KindUTF32, 16), []int{3}))
	copy(nd.AsSlice[rune](d.Bytes()), []rune("Oslo東京\x00\x00"))
	g, err := storage.Create(ctx, "a.zarr", nil)
	require.NoError(t, err)
	put(t, g, "name", storage.Spec{Dims: []string{"station"}, Attrs: storage.Attrs{"long_name": "names"}}, d)
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	show(t, "convert", "a.zarr", "a.nc")
	show(t, "convert", "a.zarr/name", "b.nc/name")
	for _, file := range []string{"a.nc", "b.nc"} {
		assert.Equal(t, "name: dtype: str16 / string\n", different(t, "a.zarr/name", file+"/name"))
		assert.Contains(t, show(t, file+"/name", "--slice", ":"), "['Oslo' '東京' '']")
	}
}

func TestConvertArray(t *testing.T) {
	demo(t)
	assert.Equal(t, "lone.zarr   1 array, 768 B\n", show(t, "convert", "demo.zarr/air", "lone.zarr"))
	assert.Empty(t, show(t, "diff", "demo.zarr/air", "lone.zarr"))
	show(t, "convert", "demo.zarr/air", "lone.npy")
	show(t, "convert", "lone.npy", "packed.zarr/temperature/air", "--codecs", "shuffle, transpose (2, 0, 1), zstd 9")
	assert.Empty(t, show(t, "diff", "air.npy", "packed.zarr/temperature/air"))
	assert.Contains(t, show(t, "packed.zarr/temperature/air"), "transpose (2, 0, 1), shuffle 4, zstd 9")
}

func TestConvertIntoItself(t *testing.T) {
	demo(t)
	_, errs, status := ndinfo(t, "convert", "demo.zarr", "./demo.zarr/copy")
	assert.Equal(t, 2, status)
	assert.Equal(t, "ndinfo: ./demo.zarr/copy is inside demo.zarr: it would be copied into itself\n", errs)
	show(t, "convert", "demo.zarr/sub", "demo.zarr/copy")
	assert.Empty(t, show(t, "diff", "demo.zarr/sub", "demo.zarr/copy"))
}

func TestConvertChunks(t *testing.T) {
	demo(t)
	for chunks, want := range map[string]map[string]string{
		"3, 4, -1":          {"air": "(3, 4, 8)", "unwritten": "(10, 10)", "lat": "(6)"},
		"-1, 7":             {"air": "(2, 6, 5)", "unwritten": "(100, 7)", "none": "(1, 5)"},
		"auto":              {"air": "(4, 6, 8)", "unwritten": "(100, 100)"},
		"64B":               {"air": "(2, 2, 4)", "unwritten": "(2, 4)"},
		"lat=4, time = 1":   {"air": "(1, 4, 5)", "lat": "(4)", "sub/ramp": "(4)", "time": "(1)", "unwritten": "(10, 10)"},
		"lon=auto, other=2": {"air": "(2, 6, 8)", "lat": "(6)"},
	} {
		show(t, "convert", "demo.zarr", "cut.zarr", "--overwrite", "--chunks", chunks)
		assert.Empty(t, show(t, "diff", "demo.zarr", "cut.zarr"))
		for name, grid := range want {
			a, err := storage.OpenArray(context.Background(), "cut.zarr/"+name)
			require.NoError(t, err)
			assert.Equal(t, grid, a.Meta().ReadGrid.String(), "%s of %s", chunks, name)
			require.NoError(t, a.Close())
		}
	}
}

func TestConvertShards(t *testing.T) {
	demo(t)
	show(t, "convert", "demo.zarr", "shards.zarr", "--chunks", "time=1, lat=2, lon=4", "--shards", "time=2, lat=-1, lon=5")
	assert.Empty(t, show(t, "diff", "demo.zarr", "shards.zarr"))
	a, err := storage.OpenArray(context.Background(), "shards.zarr/air")
	require.NoError(t, err)
	assert.Equal(t, "(1, 2, 4)", a.Meta().ReadGrid.String())
	assert.Equal(t, "(2, 6, 8)", a.Meta().WriteGrid.String())
	require.NoError(t, a.Close())
	show(t, "convert", "shards.zarr", "plain.zarr", "--format", "v2")
	assert.Empty(t, show(t, "diff", "shards.zarr/sub", "plain.zarr/sub"))
	assert.Contains(t, show(t, "plain.zarr/air"), "format   Zarr v2")
}

// What was written before a convert failed is not read again.
func TestConvertResume(t *testing.T) {
	demo(t)
	show(t, "convert", "demo.zarr", "whole.zarr")
	const first, last = "demo.zarr/air/c/0/0/0", "demo.zarr/wave/c/0"
	good, err := os.ReadFile(last)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(last, good[:5], 0o644))
	_, errs, status := ndinfo(t, "convert", "demo.zarr", "out.zarr", "--resume")
	assert.Equal(t, 2, status)
	assert.Contains(t, errs, "wave")
	assert.NoDirExists(t, "out.zarr")
	require.NoError(t, os.WriteFile(last, good, 0o644))
	require.NoError(t, os.WriteFile(first, []byte("short"), 0o644))
	show(t, "convert", "demo.zarr", "out.zarr", "--resume")
	assert.Empty(t, show(t, "diff", "whole.zarr", "out.zarr"))
	_, errs, _ = ndinfo(t, "convert", "demo.zarr", "out.zarr", "--resume")
	assert.Contains(t, errs, "exists already")
	assert.Contains(t, show(t, "verify", "out.zarr"), "nothing is wrong")
}

func TestConvertTrouble(t *testing.T) {
	demo(t)
	show(t, "convert", "demo.zarr/sub", "there.zarr")
	for args, want := range map[string]string{
		"convert demo.zarr":                                     "takes ",
		"convert nothing.zarr out.zarr":                         "ndinfo: nothing.zarr: not found: ",
		"convert demo.zarr there.zarr":                          "exists already",
		"convert demo.zarr air.npy --overwrite":                 "can't create groups",
		"convert air.npy out.csv":                               "csv",
		"convert air.npy out.npy --codecs zstd":                 "npy files are not compressed",
		"convert demo.zarr out.zarr --codecs zest":              `unknown codec "zest"`,
		"convert demo.zarr out.zarr --codecs zstd(lvl=5)":       `zstd: unknown parameter "lvl"; there are level, checksum`,
		"convert demo.zarr out.zarr --codecs zstd(level=5":      `codec zstd: "(level=5" is not a number, a word or a list of axes`,
		"convert demo.zarr out.zarr --chunks 1,2,3,4":           `--chunks: wrong chunks: "1,2,3,4" is for arrays of 4 axes, and there are none`,
		"convert demo.zarr out.zarr --chunks level=3":           `--chunks: wrong chunks: no array has an axis named in "level=3"`,
		"convert demo.zarr out.zarr --chunks level=3,4":         `--chunks: syntax error: "4" in "level=3,4" is not like `,
		"convert demo.zarr out.zarr --chunks 1,x":               `--chunks: nd.ParseChunks: "x" in "1,x" is `,
		"convert demo.zarr out.zarr --shards level=3":           `--shards: wrong chunks: no array has an axis named in "level=3"`,
		"convert demo.zarr out.zarr --shards 2,6,8 --format v2": "--shards: Zarr v2 has none",
		"convert demo.zarr out.zarr --format v1":                "--format v1: Zarr has v2 and v3",
		"convert air.npy out.npy --format v2":                   "zarr_format",
		"convert air.npy out.npy --resume":                      "resume",
		"convert air.npy demo.zarr/sub/two --resume":            "resuming inside of what is there already",
		"convert demo.zarr demo.zarr/sub/two --resume":          "it would be copied into itself",
		"convert demo.zarr out.zarr --memory 1kB":               "memory budget too small",
		"convert air.npy demo.zarr/sub/ramp":                    "exists already",
		"convert demo.zarr/air demo.zarr/lat/c --overwrite":     "not a group but an array",
	} {
		_, errs, status := ndinfo(t, strings.Fields(args)...)
		assert.Equal(t, 2, status, args)
		assert.Contains(t, errs, want, args)
		assert.NoFileExists(t, "out.npy")
		assert.NoDirExists(t, "out.zarr", args)
	}
	assert.Empty(t, show(t, "diff", "demo.zarr/sub", "there.zarr"))
	assert.Contains(t, show(t, "verify", "demo.zarr"), "nothing is wrong")
}

func TestKeptAttrs(t *testing.T) {
	attrs := storage.Attrs{
		"_FillValue": 1e20, "missing_value": []any{int64(-9), int64(7)}, "valid_min": "NaN", "valid_range": []float64{0, 1}, "flag_values": "a",
		"scale_factor": 0.1, "_ARRAY_DIMENSIONS": []string{"x"}, "CLASS": "DIMENSION_SCALE", "one": []int32{5}, "two": []int32{5, 6},
	}
	single := &storage.Meta{DType: nd.Float32, Dims: []string{"x"}}
	got := keptAttrs(attrs, storage.Ref{Driver: "zarr"}, single)
	assert.True(t, math.IsNaN(float64(got["valid_min"].(float32))))
	delete(got, "valid_min")
	assert.Equal(t, storage.Attrs{
		"_FillValue": float32(1e20), "missing_value": []float32{-9, 7}, "valid_range": []float32{0, 1}, "flag_values": "a",
		"scale_factor": 0.1, "one": []int32{5}, "two": []int32{5, 6},
	}, got)
	got = keptAttrs(attrs, storage.Ref{Driver: "hdf5"}, &storage.Meta{DType: nd.Int8})
	assert.Equal(t, storage.Attrs{
		"_FillValue": 1e20, "missing_value": []int8{-9, 7}, "valid_min": "NaN", "valid_range": []int8{0, 1}, "flag_values": "a",
		"scale_factor": 0.1, "_ARRAY_DIMENSIONS": "x", "one": int32(5), "two": []int32{5, 6},
	}, got)
	assert.Equal(t, storage.Attrs{"title": "x"}, keptAttrs(storage.Attrs{"title": "x", "_NCProperties": "y"}, storage.Ref{}, nil))
	assert.Empty(t, keptAttrs(nil, storage.Ref{}, nil))
}

func TestParseCodecs(t *testing.T) {
	assert.Nil(t, parseCodecs(""))
	assert.Equal(t, []string{}, parseCodecs("none"))
	assert.Equal(t, []string{"transpose (1, 0)", "zstd(level=3, checksum=true)"}, parseCodecs("transpose (1, 0), zstd(level=3, checksum=true)"))
}

// Names and text that aren't UTF-8 are, in what convert writes.
func TestConvertLatin1(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	python(t, "latin1.py", "make", "old.h5")
	for _, dst := range []string{"new.nc", "new.zarr"} {
		_, errs, status := ndinfo(t, "convert", "old.h5", dst)
		assert.Zero(t, status)
		assert.Equal(t, `ndinfo: "s\xfcd": the name isn't UTF-8, and taken for Latin-1: süd
ndinfo: "temp\xe9rature": the name isn't UTF-8, and taken for Latin-1: température
`, errs)
	}
	show(t, "convert", "new.zarr", "again.nc")
	for _, file := range []string{"new.nc", "again.nc"} {
		assert.Equal(t, "data température süd température °C 3 température 1\n", python(t, "latin1.py", "read", file))
	}
	g, err := storage.Create(t.Context(), "refused.h5", nil)
	require.NoError(t, err)
	defer g.Close()
	_, err = g.CreateGroup(t.Context(), "s\xfcd")
	assert.ErrorContains(t, err, `the name "s\xfcd" isn't UTF-8`)
	_, err = g.CreateArray(t.Context(), "s\xfcd", storage.Spec{DType: nd.Int8})
	assert.ErrorIs(t, err, storage.ErrUnsupported)
	assert.ErrorIs(t, g.SetAttrs(t.Context(), storage.Attrs{"s\xfcd": 1}), storage.ErrUnsupported)
}
