package interop

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
)

// TestCopyCoords saves results of a file whose latitudes and longitudes have two
// axes, as those of ocean models, and a coordinate without any, from NetCDF-4 to
// Zarr and the other way.
func TestCopyCoords(t *testing.T) {
	t.Parallel()
	needsHDF5(t)
	needs(t, "NDGRID_PYTHON", "Python with xarray")
	ctx, dir := t.Context(), t.TempDir()
	full := func(v float64, dims ...string) *chunkgrid.Array[float64] {
		lengths := map[string]int{"time": 3, "y": 4, "x": 5}
		shape := make([]int, len(dims))
		for k, d := range dims {
			shape[k] = lengths[d]
		}
		return chunkgrid.Full(v, shape, nd.Auto).Named(dims...)
	}
	attrs := map[string]storage.Attrs{
		"sst": {"units": "K", "coordinates": "lat lon height gone"}, "lat": {"units": "degrees_north"}, "lon": {"units": "degrees_east"},
		"height": {"units": "m"}, "time": {"axis": "T"},
	}
	vars := chunkgrid.Vars{
		"sst": full(1, "time", "y", "x"), "lat": full(2, "y", "x"), "lon": full(3, "y", "x"), "height": full(4), "time": full(5, "time"), "other": full(6, "y"),
	}
	var opts []chunkgrid.Option
	for name, a := range attrs {
		opts = append(opts, chunkgrid.Attrs(name, a))
	}
	for in, out := range map[string]string{"in.nc": "out.zarr", "in.zarr": "out.nc"} {
		in, out := filepath.Join(dir, in), filepath.Join(dir, out)
		require.NoError(t, chunkgrid.Save(ctx, in, vars, opts...))
		g, err := storage.OpenGroup(ctx, in)
		require.NoError(t, err)
		sst, err := chunkgrid.Open[float64](ctx, in+"/sst")
		require.NoError(t, err)
		require.NoError(t, chunkgrid.Save(ctx, out, chunkgrid.Vars{
			"sst": sst, "mean": reduce.Mean(sst, reduce.Dim("time")), "row": reduce.Mean(sst, reduce.Dim("time", "y")),
		}, chunkgrid.CopyCoords(g), chunkgrid.Attrs("mean", storage.Attrs{"units": "K"})))
		require.NoError(t, g.Close())
		var got struct {
			Coords    []string
			Variables map[string][]string
			Attrs     map[string]storage.Attrs
		}
		python(t, &got, "xarray-coords", out)
		assert.Equal(t, []string{"height", "lat", "lon", "time"}, got.Coords)
		assert.Equal(t, map[string][]string{"sst": {"height", "lat", "lon", "time"}, "mean": {"height", "lat", "lon"}, "row": {"height"}}, got.Variables)
		for _, name := range got.Coords {
			assert.Equal(t, attrs[name], got.Attrs[name], name)
		}
	}
}

// TestCopyBounds saves results of a file with bounds and a grid mapping: xarray sees
// the same coordinates as there.
func TestCopyBounds(t *testing.T) {
	t.Parallel()
	needsHDF5(t)
	needs(t, "NDGRID_PYTHON", "Python with xarray")
	ctx, dir := t.Context(), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	python(t, &struct{}{}, "write-cf", at("in.nc"))
	g, err := storage.OpenGroup(ctx, at("in.nc"))
	require.NoError(t, err)
	defer g.Close()
	tas, err := chunkgrid.Open[float64](ctx, at("in.nc/tas"))
	require.NoError(t, err)
	for _, out := range []string{"out.zarr", "out.nc"} {
		require.NoError(t, chunkgrid.Save(ctx, at(out), chunkgrid.Vars{
			"tas": tas, "mean": reduce.Mean(tas, reduce.Dim("time")), "series": reduce.Mean(tas, reduce.Dim("y", "x")),
			"given": reduce.Max(tas, reduce.Dim("time")),
		}, chunkgrid.CopyCoords(g), chunkgrid.Attrs("given", storage.Attrs{"grid_mapping": "crs"})))
	}
	require.NoError(t, chunkgrid.Save(ctx, at("short.zarr"), chunkgrid.Vars{"tas": tas.Slice(nd.To(2))}, chunkgrid.CopyCoords(g)))
	type dataset struct {
		Coords, Variables map[string]any
	}
	var got []dataset
	python(t, &got, "xarray-cf", strings.Join([]string{at("in.nc"), at("out.zarr"), at("out.nc"), at("short.zarr")}, ","))
	want := got[0]
	require.Len(t, want.Coords, 11, "time, y, x, lat, lon, their bounds, and crs")
	plane := []any{"crs", "lat", "lon", "x", "y"}
	for _, d := range got[1:3] {
		assert.Equal(t, want.Coords, d.Coords)
		assert.Equal(t, map[string]any{
			"tas": want.Variables["tas"], "mean": []any{plane, "crs: x y"}, "given": []any{plane, "crs"}, "series": []any{[]any{"crs", "time"}, ""},
		}, d.Variables)
	}
	short := got[3]
	delete(want.Coords, "time") // which is of another length
	delete(want.Coords, "time_bnds")
	assert.Equal(t, want.Coords, short.Coords)
}
