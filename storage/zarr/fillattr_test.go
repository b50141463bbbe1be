package zarr

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
)

// In version 3 the attribute _FillValue of floats is stored as xarray reads it,
// in version 2 as a number. It is a number here, whatever it was.
func TestFillAttr(t *testing.T) {
	ctx := t.Context()
	for format, stored := range map[string]map[string]string{
		"3": {"f": `"_FillValue": "AAAAAAA4j8A="`, "n": `AAAA+H8="`, "i": `"_FillValue": -999`, "s": `"_FillValue": "none"`},
		"2": {"f": `"_FillValue": -999.0`, "n": `"_FillValue": "NaN"`, "i": `"_FillValue": -999`, "s": `"_FillValue": "none"`},
	} {
		s := mem.NewStore()
		g, err := CreateStore(ctx, s, "", map[string]string{"zarr_format": format})
		require.NoError(t, err)
		given := map[string]any{"f": float32(-999), "n": math.NaN(), "i": int16(-999), "s": "none"}
		for name, v := range given {
			attrs := storage.Attrs{"_FillValue": v, "units": "K"}
			d := map[string]nd.DType{"f": nd.Float32, "n": nd.Float64, "i": nd.Int16, "s": nd.Float64}[name]
			a, err := g.CreateArray(ctx, name, storage.Spec{DType: d, Shape: []int{2}, Attrs: attrs})
			require.NoError(t, err)
			require.NoError(t, a.Commit(ctx))
			assert.Equal(t, reflect.TypeOf(v), reflect.TypeOf(attrs["_FillValue"]), "the caller's")
			doc, err := s.Get(ctx, name+map[string]string{"3": "/zarr.json", "2": "/.zattrs"}[format], nil)
			require.NoError(t, err)
			assert.Contains(t, string(doc), stored[name])
			b, err := g.Array(ctx, name)
			require.NoError(t, err)
			switch got := b.Meta().Attrs["_FillValue"]; name {
			case "n":
				f, err := storage.Attr[float64](b.Meta().Attrs, "_FillValue")
				require.NoError(t, err)
				assert.True(t, math.IsNaN(f))
			case "s":
				assert.Equal(t, "none", got)
			default:
				assert.EqualValues(t, -999, got)
			}
		}
	}
}
