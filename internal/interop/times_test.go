package interop

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// TestDecodeTimes compares the times that Decode makes of numbers with xarray's.
func TestDecodeTimes(t *testing.T) {
	needsHDF5(t)
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "times.nc")
	want := map[string][]int64{}
	python(t, &want, "write-times", file)
	require.Len(t, want, 11)
	units := map[string]string{"days": "D", "hours": "m", "minutes": "m", "seconds": "s", "fraction": "us", "single": "us",
		"nanos": "ns", "millis": "ms", "zoned": "h", "packed": "us", "span": "m"}
	nanos := map[string]int64{"D": 86400e9, "h": 3600e9, "m": 60e9, "s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}
	for name, w := range want {
		a, err := chunkgrid.OpenAny(ctx, file+"/"+name, chunkgrid.Decode())
		require.NoError(t, err, name)
		if assert.Equal(t, units[name], a.DType().Unit(), name) {
			got, err := chunkgrid.ComputeDyn(ctx, a)
			require.NoError(t, err)
			scale := nanos[units[name]]
			for i, v := range nd.AsSlice[int64](got.Bytes()) {
				if v != math.MinInt64 {
					v *= scale
				}
				if name == "fraction" || name == "single" {
					assert.InDelta(t, w[i], v, 500, "%s %d", name, i)
				} else {
					assert.Equal(t, w[i], v, "%s %d", name, i)
				}
			}
		}
	}
	for _, name := range []string{"noleap", "plain"} {
		a, err := chunkgrid.OpenAny(ctx, file+"/"+name, chunkgrid.Decode())
		require.NoError(t, err)
		assert.Equal(t, nd.Int32, a.DType())
		_, err = chunkgrid.Open[nd.Datetime](ctx, file+"/"+name, chunkgrid.Decode())
		assert.ErrorIs(t, err, nd.ErrDType)
	}
	days, err := chunkgrid.Open[float64](ctx, file+"/days", chunkgrid.Decode())
	require.NoError(t, err)
	got, err := days.Compute(ctx)
	require.NoError(t, err)
	assert.True(t, nd.AllClose(nd.Must(nd.FromSlice([]float64{0, 73000, -5, math.NaN()})), got, 0, 0, true), "%v", got)
	_, err = chunkgrid.Open[nd.Datetime](ctx, file+"/days")
	assert.ErrorContains(t, err, "the option Decode, its numbers are days since 1800-01-01")
}

// TestTimesComeBack saves times as NetCDF-4 and reads them again, NaT and those
// that numbers of 53 bits don't hold among them.
func TestTimesComeBack(t *testing.T) {
	needsHDF5(t)
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "t.nc")
	counts := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1<<53 + 1, math.MaxInt64}
	vars := chunkgrid.Vars{}
	for _, unit := range []string{"D", "h", "m", "s", "ms", "us", "ns"} {
		for _, d := range []nd.DType{nd.Datetime64(unit), nd.Timedelta64(unit)} {
			a, err := nd.DynFromBytes(d, []int{len(counts)}, nd.AsBytes(counts))
			require.NoError(t, err)
			vars[d.String()] = chunkgrid.FromDyn(a)
		}
	}
	require.NoError(t, chunkgrid.Save(ctx, file, vars))
	for name := range vars {
		a, err := chunkgrid.OpenAny(ctx, file+"/"+name, chunkgrid.Decode())
		require.NoError(t, err)
		got, err := chunkgrid.ComputeDyn(ctx, a)
		require.NoError(t, err)
		assert.Equal(t, name, got.DType().String())
		assert.Equal(t, counts, nd.AsSlice[int64](got.Bytes()), name)
	}
	typed, err := chunkgrid.Open[nd.Datetime](ctx, file+"/datetime64[s]", chunkgrid.Decode())
	require.NoError(t, err)
	assert.Equal(t, nd.Datetime64("s"), typed.DType())
}
