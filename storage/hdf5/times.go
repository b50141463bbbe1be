//go:build cgo && !nohdf5

package hdf5

import (
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// isNetCDF reports whether the file is called NetCDF.
func (f *file) isNetCDF() bool {
	return slices.Contains([]string{".nc", ".nc4"}, strings.ToLower(filepath.Ext(f.path)))
}

// cfUnits are the names that the CF conventions have for units of time.
var cfUnits = map[string]string{"D": "days", "h": "hours", "m": "minutes", "s": "seconds",
	"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}

// numbered describes times as NetCDF has them, by the CF conventions, and durations
// as xarray does: the same 64 bits as integers, of which attributes say what they
// count, and that the least is none. Times of other units stay what they are.
func numbered(s storage.Spec) storage.Spec {
	unit := cfUnits[s.DType.Unit()]
	if unit == "" {
		return s
	}
	attrs := storage.Attrs{}
	maps.Copy(attrs, s.Attrs)
	attrs["_FillValue"] = int64(math.MinInt64)
	if s.DType.Kind() == nd.KindDatetime {
		attrs["units"], attrs["calendar"] = unit+" since 1970-01-01", "proleptic_gregorian"
	} else {
		attrs["units"], attrs["dtype"] = unit, s.DType.String()
		if len(s.DType.Unit()) == 1 { // xarray has none longer than seconds
			attrs["dtype"] = nd.Timedelta64("s").String()
		}
	}
	s.DType, s.Attrs = nd.Int64, attrs
	return s
}
