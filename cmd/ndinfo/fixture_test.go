package main

import (
	"bytes"
	"context"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
	"github.com/ndgrid/ndgrid/storage/npy"
)

var update = flag.Bool("update", false, "write the golden files")

// home is the folder of this package; tests run elsewhere.
var home = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()

// ndinfo runs the command in this process.
func ndinfo(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(context.Background(), args, &out, &errs)
	return out.String(), errs.String(), status
}

// show runs a command that must succeed in silence.
func show(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, status := ndinfo(t, args...)
	require.Empty(t, errs)
	require.Zero(t, status)
	return out
}

// golden compares text with a file under testdata.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(home, "testdata", name+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}

// basin is the NetCDF-4 file beside the repository.
func basin(t *testing.T) string {
	t.Helper()
	file := filepath.Join(home, "../../../shared/data/basin_mask.nc")
	if _, err := os.Stat(file); err != nil {
		t.Skip("no example data: ", err)
	}
	needHDF5(t)
	return file
}

func needHDF5(t *testing.T) {
	t.Helper()
	if !hdf5.Available() {
		t.Skip("this build has no HDF5")
	}
}

// demo makes a folder with small files of all formats and goes there.
func demo(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	fill(t, "demo.zarr")
	require.NoError(t, npy.Write("air.npy", temperatures()))
	for name, head := range map[string]string{"old.nc": "CDF\x01", "w.grib": "GRIB", "map.tif": "II*\x00", "what.bin": "hello", "cut.h5": "\x89HDF\r\n\x1a\n"} {
		require.NoError(t, os.WriteFile(name, []byte(head+"\x00\x00\x00\x00\x00\x00\x00\x00"), 0o644))
	}
}

// temperatures are 4×6×8 float32 with three missing values and a NaN.
func temperatures() *nd.Array[float32] {
	a := nd.Must(nd.Zeros[float32](4, 6, 8))
	for i := range a.Data() {
		a.Data()[i] = 15 + 0.25*float32(i%29)
	}
	a.Set(float32(math.NaN()), 1, 0, 0)
	for i := range 3 {
		a.Set(-999, 0, 0, i)
	}
	return a
}

// fill makes a store or file with arrays of many kinds in it.
func fill(t *testing.T, url string) {
	t.Helper()
	ctx := context.Background()
	g, err := storage.Create(ctx, url, nil)
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"title": "a test", "Conventions": "CF-1.8", "history": "made here, then looked at and looked at again"}))
	time := nd.Must(nd.Must(nd.Arange[int64](18262, 18266, 1)).Copy().Reshape(4))
	put(t, g, "time", storage.Spec{Dims: []string{"time"}}, nd.Must(nd.DynFromBytes(nd.Datetime64("D"), []int{4}, time.Bytes())))
	put(t, g, "lat", storage.Spec{Dims: []string{"lat"}, Attrs: storage.Attrs{"units": "degrees_north"}}, nd.Must(nd.Linspace(50.0, 37.5, 6)))
	lon := nd.Must(nd.FromSlice([]float32{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}))
	put(t, g, "lon", storage.Spec{Dims: []string{"lon"}, Attrs: storage.Attrs{"units": "degrees_east"}}, lon)
	air := storage.Attrs{"units": "degC", "long_name": "air temperature", "_FillValue": float32(-999), "valid_range": []float64{-80, 60}}
	put(t, g, "air", storage.Spec{Dims: []string{"time", "lat", "lon"}, Chunks: nd.Must(nd.NewGrid([]int{4, 6, 8}, []int{2, 6, 5})), Attrs: air}, temperatures())
	put(t, g, "flags", storage.Spec{}, nd.Must(nd.FromSlice([]bool{true, false, true, true})))
	put(t, g, "big", storage.Spec{Attrs: storage.Attrs{"missing_value": int64(math.MinInt64)}}, nd.Must(nd.FromSlice([]int64{math.MaxInt64, math.MinInt64, 1<<53 + 1})))
	put(t, g, "ubig", storage.Spec{}, nd.Must(nd.FromSlice([]uint64{math.MaxUint64, 7})))
	put(t, g, "wave", storage.Spec{}, nd.Must(nd.FromSlice([]complex128{1 + 2i, 3 - 4i, complex(math.NaN(), math.Inf(1))})))
	put(t, g, "half", storage.Spec{}, nd.Must(nd.FromSlice([]nd.Float16{nd.NewFloat16(1), nd.NewFloat16(2.5)})))
	put(t, g, "crs", storage.Spec{}, nd.Scalar(int32(4326)))
	put(t, g, "none", storage.Spec{}, nd.Must(nd.Zeros[int16](0, 5)))
	put(t, g, "code", storage.Spec{}, nd.Must(nd.DynFromBytes(nd.Sized(nd.KindBytes, 3), []int{2}, []byte("abcd\x00\x00"))))
	unwritten, err := g.CreateArray(ctx, "unwritten", storage.Spec{DType: nd.Float64, Shape: []int{100, 100}, Chunks: nd.Must(nd.NewGrid([]int{100, 100}, []int{10, 10})), Codecs: []string{}})
	require.NoError(t, err)
	require.NoError(t, unwritten.Commit(ctx))
	require.NoError(t, unwritten.Close())
	sub, err := g.CreateGroup(ctx, "sub")
	require.NoError(t, err)
	require.NoError(t, sub.SetAttrs(ctx, storage.Attrs{"title": "below"}))
	put(t, sub, "ramp", storage.Spec{Dims: []string{"lat"}}, nd.Must(nd.Arange[uint8](0, 6, 1)))
	require.NoError(t, sub.Commit(ctx))
	require.NoError(t, sub.Close())
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
}

// put writes an array without codecs, whose stored size depends on no library.
func put(t *testing.T, g storage.WritableGroup, name string, s storage.Spec, d nd.Dyn) {
	t.Helper()
	ctx := context.Background()
	s.DType, s.Shape, s.Codecs = d.DType(), d.Shape(), []string{}
	a, err := g.CreateArray(ctx, name, s)
	require.NoError(t, err)
	if d.Size() > 0 {
		require.NoError(t, storage.WriteBox(ctx, a, nd.WholeBox(d.Shape()), d.Bytes()))
	}
	require.NoError(t, a.Commit(ctx))
	require.NoError(t, a.Close())
}
