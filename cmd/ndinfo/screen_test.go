package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func TestBasinScreens(t *testing.T) {
	file := basin(t)
	golden(t, "basin", show(t, file))
	golden(t, "basin-array", show(t, file+"/basin"))
	golden(t, "basin-stats", show(t, file+"/basin", "--stats"))
	golden(t, "basin-all", show(t, file+"/basin", "--all"))
	golden(t, "basin-coordinate", show(t, file+"/Y"))
	golden(t, "basin-slice", show(t, file+"/basin", "--slice", "0, ::20, ::40", "--stats"))
	golden(t, "basin-raw", show(t, file+"/basin", "--slice", "0", "--raw"))
	golden(t, "basin-csv", show(t, file+"/basin", "--slice", "::16, 90, -1:-4:-1", "--csv"))
}

func TestDemoScreens(t *testing.T) {
	demo(t)
	golden(t, "demo", show(t, "demo.zarr"))
	golden(t, "demo-group", show(t, "demo.zarr/sub"))
	golden(t, "demo-several", show(t, "demo.zarr", "demo.zarr/air", "demo.zarr/sub", "air.npy"))
	var arrays strings.Builder
	for _, name := range []string{"demo.zarr/air", "demo.zarr/time", "demo.zarr/sub/ramp", "demo.zarr/code", "demo.zarr/crs", "demo.zarr/none", "demo.zarr/unwritten", "air.npy"} {
		arrays.WriteString("$ ndinfo " + name + "\n" + show(t, name))
	}
	golden(t, "demo-arrays", arrays.String())
}

func TestDemoStatistics(t *testing.T) {
	demo(t)
	var all strings.Builder
	for _, args := range [][]string{{"air"}, {"air", "--raw"}, {"air", "--slice", "0, 0, :3"}, {"air", "--slice", "2:"}, {"time"}, {"flags"}, {"big"}, {"big", "--raw"},
		{"ubig"}, {"wave"}, {"wave", "--raw"}, {"half"}, {"crs"}, {"none"}, {"unwritten"}} {
		all.WriteString("$ ndinfo --stats demo.zarr/" + strings.Join(args, " ") + "\n" + show(t, append([]string{"--stats", "demo.zarr/" + args[0]}, args[1:]...)...))
	}
	golden(t, "demo-stats", all.String())
	golden(t, "demo-all-stats", show(t, "demo.zarr", "--stats")+show(t, "demo.zarr/sub", "demo.zarr/big", "--raw"))
}

// HDF5 files made here look like Zarr stores of the same content.
func TestHDF5Demo(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	fill(t, "demo.h5")
	golden(t, "demo-hdf5", show(t, "demo.h5"))
	golden(t, "demo-hdf5-array", show(t, "demo.h5/air", "--all", "--stats"))
}

// What NetCDF-4 keeps for a dimension without coordinates is none: rows of CSV have
// indices then.
func TestDimensionWithoutCoordinates(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	ctx := context.Background()
	g, err := storage.Create(ctx, "a.nc", nil)
	require.NoError(t, err)
	put(t, g, "v", storage.Spec{Dims: []string{"x"}}, nd.Must(nd.FromSlice([]int16{7, 8, 9})))
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	assert.Contains(t, show(t, "a.nc/v"), "axes     x 3\n")
	assert.Equal(t, "x,v\n1,8\n2,9\n", show(t, "a.nc/v", "--slice", "1:", "--csv"))
}

func TestErrors(t *testing.T) {
	demo(t)
	require.NoError(t, os.WriteFile("demo.zarr/air/zarr.json", []byte("{"), 0o644))
	_, err := os.Create("nowhere/x")
	noFolder := errors.Unwrap(err).Error() // in the system's words
	for _, c := range []struct {
		args string
		want string
	}{
		{"", "ndinfo: no path given; ndinfo --help says more\n"},
		{"--bogus", "ndinfo: unknown flag: --bogus; ndinfo --help says more\n"},
		{"nothing.nc", "ndinfo: nothing.nc: not found: "},
		{"demo.zarr/nothing", "ndinfo: demo.zarr/nothing: not found: "},
		{"old.nc", "ndinfo: old.nc: not supported: this is a NetCDF-3 file; convert it: nccopy"},
		{"w.grib", "ndinfo: w.grib: not supported: this is a GRIB file; convert it: grib_to_netcdf"},
		{"map.tif", "ndinfo: map.tif: not supported: this is a TIFF file; convert it: gdal_translate"},
		{"what.bin", "ndinfo: what.bin: unknown format: "},
		{"demo.zarr/air", "ndinfo: demo.zarr/air: zarr.json: corrupt: "},
		{"demo.zarr --csv", "ndinfo: demo.zarr: not an array but a group; name an array inside it: demo.zarr/NAME\n"},
		{"demo.zarr --json --slice 0", "ndinfo: demo.zarr: not an array but a group; --slice takes an array: demo.zarr/NAME\n"},
		{"demo.zarr/lat --slice 9", "ndinfo: demo.zarr/lat: --slice: nd.Slice: index 9 along axis 0 of shape [6]\n"},
		{"demo.zarr/lat --slice a", `ndinfo: --slice: nd.ParseRange: "a" in "a" is not an index, start:stop:step, ... or None` + "\n"},
		{"demo.zarr/lat --memory lots", `ndinfo: --memory: nd.ParseBytes: "lots" is not a number`},
		{"demo.zarr/unwritten --stats --memory 100", "memory budget too small\n"},
		{"demo.zarr demo.zarr/lat --slice 0", "ndinfo: --slice, --csv, --output and --png take one path\n"},
		{"demo.zarr --values", "ndinfo: --values goes with --json; --slice prints values\n"},
		{"demo.zarr/lat -o x.h5", "ndinfo: --output x.h5: the name must end in .npy, .csv or .png\n"},
		{"demo.zarr/lat --csv --json", "ndinfo: --csv and --json can't both be given\n"},
		{"demo.zarr/lat -o x.npy --json", "ndinfo: --output and --json can't both be given\n"},
		{"demo.zarr/lat --csv --stats", "ndinfo: --csv and --stats can't both be given\n"},
		{"demo.zarr/wave --png x.png", "ndinfo: demo.zarr/wave: png: not supported: values of dtype complex128 can't be drawn\n"},
		{"demo.zarr/crs --png x.png", "ndinfo: demo.zarr/crs: png: shape [] has 0 axes longer than 1, a picture has one or two; --slice picks\n"},
		{"demo.zarr/none --png x.png", "ndinfo: demo.zarr/none: png: shape [0 5] holds no values\n"},
		{"demo.zarr/lat -o nowhere/x.npy", noFolder},
		{"demo.zarr/lat --png nowhere/x.png", noFolder},
	} {
		_, errs, status := ndinfo(t, strings.Fields(c.args)...)
		assert.Equal(t, 1, status, c.args)
		assert.Contains(t, errs, c.want, c.args)
	}
	_, err = os.Stat("x.png")
	assert.ErrorIs(t, err, os.ErrNotExist, "a picture that failed leaves no file")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A screen that can't be written is a failure.
func TestFullDisk(t *testing.T) {
	demo(t)
	for status, args := range map[int][][]string{1: {{"demo.zarr"}, {"demo.zarr/air"}, {"demo.zarr", "air.npy"}, {"air.npy", "--json"}, {"air.npy", "--csv"}, {"--help"}},
		2: {{"verify", "demo.zarr"}, {"diff", "demo.zarr/air", "demo.zarr/lat"}, {"convert", "air.npy", "full.zarr"}}} {
		for _, a := range args {
			var errs strings.Builder
			assert.Equal(t, status, run(t.Context(), a, full{}, &errs), a)
			assert.Contains(t, errs.String(), "no space left", a)
		}
	}
}

// What can't be read doesn't hide the rest.
func TestPartlyUnreadable(t *testing.T) {
	demo(t)
	require.NoError(t, os.WriteFile("demo.zarr/sub/ramp/zarr.json", []byte("{"), 0o644))
	require.NoError(t, os.WriteFile("demo.zarr/lat/c/0", []byte("short"), 0o644))
	out, errs, status := ndinfo(t, "demo.zarr")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "sub/ramp   unreadable, see below\n")
	assert.Contains(t, out, "air ")
	assert.Contains(t, out, "lat ")
	assert.Contains(t, errs, "ndinfo: demo.zarr/lat: read chunk [0]: key lat/c/0: ")
	assert.Contains(t, errs, "ndinfo: demo.zarr/sub/ramp: zarr.json: corrupt: ")

	out, errs, status = ndinfo(t, "demo.zarr/lat", "demo.zarr/air")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "demo.zarr/air   float32 (time 4, lat 6, lon 8)")
	assert.Contains(t, errs, "ndinfo: demo.zarr/lat: ")

	out, _, status = ndinfo(t, "demo.zarr/lat")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "values   unreadable, see below\n")

	out, _, status = ndinfo(t, "demo.zarr", "--json")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `"name":"sub/ramp","error":"`)
}
