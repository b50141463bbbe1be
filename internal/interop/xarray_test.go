package interop

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/ufunc"
)

// dataset is what xarray sees of a file.
type dataset struct {
	Variables  map[string]seen
	Coords     []string
	Attrs      map[string]any
	Point      float64 // the anomaly of 2000-01-03 at 20° N, 10° E
	Recomputed bool    // xarray computes the same anomaly from sst
	Warnings   []string
}

// coordinates are the values and attributes of the axes of saveClimate's arrays.
var coordinates = map[string]struct {
	values []float64
	attrs  storage.Attrs
}{
	"time": {[]float64{0, 1, 2, 3, 4}, storage.Attrs{"units": "days since 2000-01-01", "calendar": "standard", "axis": "T"}},
	"lat":  {[]float64{-20, 0, 20}, storage.Attrs{"units": "degrees_north", "standard_name": "latitude"}},
	"lon":  {[]float64{0, 10, 20, 30}, storage.Attrs{"units": "degrees_east", "valid_range": []float64{0, 360}}},
}

var sstAttrs = storage.Attrs{"units": "°C", "long_name": "sea surface temperature"}

// saveClimate writes a file with a cube and its coordinates, and, from what it
// reads there, results with the coordinates copied to url.
func saveClimate(t *testing.T, in, url string) (sst, anomaly *nd.Array[float64]) {
	t.Helper()
	ctx := t.Context()
	values := nd.Must(nd.Zeros[float64](5, 3, 4))
	for at := range values.All() {
		values.Set(float64(at[0]*at[0])+0.25*float64(at[1])-8*float64(at[2]), at...)
	}
	cube := chunkgrid.FromND(values, nd.Sizes(2, 3, 3)).Named("time", "lat", "lon")
	vars, opts := chunkgrid.Vars{"sst": cube}, []chunkgrid.Option{chunkgrid.Attrs("sst", sstAttrs)}
	for name, c := range coordinates {
		vars[name] = chunkgrid.FromND(nd.Must(nd.FromSlice(c.values))).Named(name)
		opts = append(opts, chunkgrid.Attrs(name, c.attrs))
	}
	require.NoError(t, chunkgrid.Save(ctx, in, vars, opts...))

	g, err := storage.OpenGroup(ctx, in)
	require.NoError(t, err)
	defer g.Close()
	stored, err := chunkgrid.Open[float64](ctx, in+"/sst")
	require.NoError(t, err)
	mean := reduce.Mean(stored, reduce.Dim("time"))
	departure := ufunc.Sub(stored, mean)
	require.NoError(t, chunkgrid.Save(ctx, url, chunkgrid.Vars{"sst": stored, "mean": mean, "anomaly": departure}, chunkgrid.CopyCoords(g),
		chunkgrid.Attrs("sst", sstAttrs), chunkgrid.Attrs("", storage.Attrs{"title": "ours"})))
	sst, err = stored.Compute(ctx)
	require.NoError(t, err)
	anomaly, err = departure.Compute(ctx)
	require.NoError(t, err)
	return sst, anomaly
}

func checkClimate(t *testing.T, got dataset, sst, anomaly *nd.Array[float64]) {
	t.Helper()
	assert.Equal(t, []string{"lat", "lon", "time"}, got.Coords)
	assert.Equal(t, map[string]any{"title": "ours"}, got.Attrs)
	assert.Equal(t, anomaly.At(2, 2, 1), got.Point)
	assert.True(t, got.Recomputed)
	assert.Len(t, got.Variables, 6)
	for name, c := range coordinates {
		v := got.Variables[name]
		assert.Equal(t, []string{name}, v.Dims)
		if name == "time" { // decoded: xarray has made units and calendar its own
			assert.Equal(t, "datetime64[ns]", v.DType)
			assert.Equal(t, map[string]any{"axis": "T"}, v.Attrs)
			continue
		}
		assert.Equal(t, nd.AsBytes(c.values), v.Data)
		assert.Equal(t, plain(t, c.attrs), v.Attrs)
	}
	for name, a := range map[string]*nd.Array[float64]{"sst": sst, "anomaly": anomaly} {
		v := got.Variables[name]
		assert.Equal(t, []string{"time", "lat", "lon"}, v.Dims)
		assert.Equal(t, []int{2, 3, 3}, v.Chunks)
		assert.Equal(t, a.Bytes(), v.Data, name)
	}
	assert.Equal(t, plain(t, sstAttrs), got.Variables["sst"].Attrs)
	assert.Equal(t, []string{"lat", "lon"}, got.Variables["mean"].Dims)
}

func TestXarrayReadsOurZarr(t *testing.T) {
	t.Parallel()
	needs(t, "NDGRID_PYTHON", "Python with xarray")
	dir := t.TempDir()
	url := filepath.Join(dir, "out.zarr")
	sst, anomaly := saveClimate(t, filepath.Join(dir, "in.zarr"), url)
	var got dataset
	python(t, &got, "xarray-zarr", url)
	checkClimate(t, got, sst, anomaly)
	assert.Empty(t, got.Warnings)
}

// TestXarrayReadsConsolidated copies results into a store with consolidated
// metadata, which xarray opens without a word.
func TestXarrayReadsConsolidated(t *testing.T) {
	t.Parallel()
	needs(t, "NDGRID_PYTHON", "Python with xarray")
	ctx, dir := t.Context(), t.TempDir()
	from, to := filepath.Join(dir, "out.zarr"), filepath.Join(dir, "consolidated.zarr")
	sst, anomaly := saveClimate(t, filepath.Join(dir, "in.zarr"), from)
	src, err := storage.OpenGroup(ctx, from)
	require.NoError(t, err)
	defer src.Close()
	dst, err := storage.Create(ctx, to, map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, dst.SetAttrs(ctx, src.Attrs()))
	children, err := src.Names(ctx)
	require.NoError(t, err)
	for _, child := range children {
		stored, err := src.Array(ctx, child.Name)
		require.NoError(t, err)
		m := stored.Meta()
		out, err := dst.CreateArray(ctx, child.Name, storage.Spec{DType: m.DType, Shape: m.Shape, Chunks: m.WriteGrid, Dims: m.Dims, Attrs: m.Attrs})
		require.NoError(t, err)
		lazy, err := chunkgrid.FromAny(stored)
		require.NoError(t, err)
		_, err = chunkgrid.Run(ctx, []chunkgrid.Out{chunkgrid.To(lazy, out)})
		require.NoError(t, err)
		require.NoError(t, out.Commit(ctx))
		require.NoError(t, out.Close())
		require.NoError(t, stored.Close())
	}
	require.NoError(t, dst.Commit(ctx))
	require.NoError(t, dst.Close())
	var got dataset
	python(t, &got, "xarray-zarr", to)
	checkClimate(t, got, sst, anomaly)
	assert.Empty(t, got.Warnings)
}

func TestXarrayReadsOurNetCDF(t *testing.T) {
	needsHDF5(t)
	needs(t, "NDGRID_PYTHON", "Python with xarray")
	dir := t.TempDir()
	url := filepath.Join(dir, "out.nc")
	sst, anomaly := saveClimate(t, filepath.Join(dir, "in.nc"), url)
	var got dataset
	python(t, &got, "xarray-netcdf", url)
	checkClimate(t, got, sst, anomaly)
	assert.Empty(t, got.Warnings)
}
