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
