//go:build cgo && !nohdf5

package hdf5

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestTimesInNetCDF writes times of all units, none among them, and lets xarray
// read them.
func TestTimesInNetCDF(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.nc")
	g, err := create(t.Context(), file, nil)
	require.NoError(t, err)
	data := nd.AsBytes([]int64{-1_000_000_007, math.MinInt64, 0, 1_234_567_890_123})
	small := nd.AsBytes([]int64{-100_007, math.MinInt64, 0, 100_123}) // xarray has no more days
	for _, unit := range []string{"D", "h", "m", "s", "ms", "us", "ns"} {
		v := data
		if len(unit) == 1 {
			v = small
		}
		put(t, g, "date_"+unit, storage.Spec{DType: nd.Datetime64(unit), Shape: []int{4}, Dims: []string{"x"}, Attrs: storage.Attrs{"note": "a"}}, v)
		put(t, g, "span_"+unit, storage.Spec{DType: nd.Timedelta64(unit), Shape: []int{4}, Dims: []string{"x"}, Codecs: []string{}}, v)
	}
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())

	a, _, err := open(t.Context(), file, "date_ms", nil)
	require.NoError(t, err)
	defer a.Close()
	assert.Equal(t, nd.Int64, a.Meta().DType)
	assert.Equal(t, storage.Attrs{"units": "milliseconds since 1970-01-01", "calendar": "proleptic_gregorian",
		"_FillValue": int64(math.MinInt64), "note": "a"}, a.Meta().Attrs)

	out, err := python(t, "", "-W", "error", "-c", `
import sys, netCDF4, numpy as np, xarray as xr
with netCDF4.Dataset(sys.argv[1]) as f:
    assert len(f.variables) == 14, f.variables.keys()
    assert f["date_s"][...].tolist() == [-100007, None, 0, 100123]
data, small = [-1000000007, "NaT", 0, 1234567890123], [-100007, "NaT", 0, 100123]
f = xr.open_dataset(sys.argv[1])
for name, v in f.items():
    kind, unit = name.split("_")
    want = np.array(small if len(unit) == 1 else data, ("M8[%s]" if kind == "date" else "m8[%s]") % unit)
    np.testing.assert_array_equal(v.values, want, strict=False)
    assert v.dtype.kind == want.dtype.kind and v.dims == ("x",), v
print(len(f))`, file).Output()
	require.NoError(t, err)
	assert.Equal(t, "14\n", string(out))
}
