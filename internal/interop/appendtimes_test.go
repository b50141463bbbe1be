package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// appended are the dtypes and units of variables of time, to which the days 2000-03-01
// to 2000-03-03 at noon, and a time that is missing, are appended.
var appended = []struct{ name, dtype, fill, units string }{
	{"hours", "i4", "-1", "hours since 1900-01-01"},
	{"half", "f8", "nan", "days since 2000-01-01"},
	{"noon", "i2", "-99", "days since 2000-01-01 12:00"},
	{"zone", "i8", "-9223372036854775808", "seconds since 1970-01-01T00:00:00+02:00"},
	{"single", "f4", "1e20", "hours since 2000-01-01"},
}

// TestAppendTimes appends datetimes to variables of NetCDF, and compares with what
// netCDF4-python makes of them, and Decode.
func TestAppendTimes(t *testing.T) {
	needsHDF5(t)
	interpreter := needs(t, "NDGRID_PYTHON", "Python with netCDF4")
	file := filepath.Join(t.TempDir(), "times.nc")
	script := func(text string, args ...string) string {
		cmd := exec.CommandContext(t.Context(), interpreter, append([]string{"-c", "import sys, netCDF4, numpy as np\n" + text, file}, args...)...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		require.NoError(t, err)
		return string(out)
	}
	var args []string
	for _, v := range appended {
		args = append(args, v.name, v.dtype, v.fill, v.units)
	}
	script(`
with netCDF4.Dataset(sys.argv[1], "w") as f:
    f.createDimension("t", None)
    f.createDimension("u", None)
    args = sys.argv[2:]
    for name, dtype, fill, units in zip(*[iter(args)] * 4):
        v = f.createVariable(name, dtype, ("t",), chunksizes=(3,), fill_value=np.dtype(dtype).type(fill))
        v.units, v.calendar = units, "standard"
    v = f.createVariable("unfilled", "i8", ("u",), chunksizes=(3,), fill_value=False)
    v.units = "days since 2000-01-01"
`, args...)
	noons := []int64{951_912_000, 951_998_400, 952_084_800}
	times := func(unit string, v ...int64) chunkgrid.Any {
		d := nd.Must(nd.DynFromBytes(nd.Datetime64(unit), []int{len(v)}, nd.AsBytes(v)))
		return chunkgrid.FromDyn(d)
	}
	const none = -1 << 63
	for _, v := range appended {
		require.NoError(t, chunkgrid.Append(t.Context(), file+"/"+v.name, times("s", noons...), 0), v.name)
		require.NoError(t, chunkgrid.Append(t.Context(), file+"/"+v.name, times("ms", none), 0), v.name)
	}
	for _, c := range []struct {
		name string
		a    chunkgrid.Any
		is   error
		says string
	}{
		{"unfilled", times("s", noons...), nd.ErrDType, `a time is 60.5 in "days since 2000-01-01", which isn't stored as int64`},
		{"unfilled", times("D", none), nd.ErrDType, "a time is NaT, and no _FillValue stands for that"},
		{"noon", times("h", 24*50_000+12), nd.ErrDType, `a time is 39043 in "days since 2000-01-01 12:00"`},
		{"zone", times("D", 1<<62), nd.ErrDType, "too far from"},
		{"hours", times("W", 1), nd.ErrDType, `datetime64[W] as int32 in "hours since 1900-01-01"`},
	} {
		err := chunkgrid.Append(t.Context(), file+"/"+c.name, c.a, 0)
		require.ErrorIs(t, err, c.is, c.says)
		assert.ErrorContains(t, err, c.says)
	}
	require.NoError(t, chunkgrid.Append(t.Context(), file+"/unfilled", times("D", 11016), 0))
	got := script(`
with netCDF4.Dataset(sys.argv[1]) as f:
    for name, v in f.variables.items():
        if name != "unfilled":
            assert v[3] is np.ma.masked or np.isnan(v[3]), v[:]
            print(name, *(d.isoformat() for d in netCDF4.num2date(v[:3], v.units, v.calendar)))
`)
	want := ""
	for _, v := range appended {
		want += v.name + " 2000-03-01T12:00:00 2000-03-02T12:00:00 2000-03-03T12:00:00\n"
	}
	assert.Equal(t, want, got)

	for _, v := range appended {
		a, err := chunkgrid.OpenAny(t.Context(), file+"/"+v.name, chunkgrid.Decode())
		require.NoError(t, err)
		d, err := chunkgrid.ComputeDyn(t.Context(), a)
		require.NoError(t, err)
		assert.Regexp(t, `^\['2000-03-01T12\S* '2000-03-02T12\S* '2000-03-03T12\S* +'NaT'\]$`, strings.ReplaceAll(d.String(), "\n", ""), v.name)
	}
	a, err := chunkgrid.Open[int64](t.Context(), file+"/unfilled")
	require.NoError(t, err)
	n, err := a.Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int64{59}, n.Data()) // what failed has left nothing
}
