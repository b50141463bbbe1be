package zarr

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"math"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// fillAttr is the attribute in which CF keeps the value that means none. JSON
// doesn't hold all floats, so xarray writes that of a float array into version 3
// as the base64 of a little-endian float64, and reads nothing else there.
const fillAttr = "_FillValue"

// decodeFillAttr makes the attribute of a float array a number.
func decodeFillAttr(a storage.Attrs, d nd.DType) {
	text, ok := a[fillAttr].(string)
	if !ok || !d.IsFloat() {
		return
	}
	if b, err := base64.StdEncoding.DecodeString(text); err == nil && len(b) == 8 {
		a[fillAttr] = math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
}

// encodeFillAttr returns attributes as version 3 has them.
func encodeFillAttr(a storage.Attrs, d nd.DType) storage.Attrs {
	v, err := storage.Attr[float64](a, fillAttr)
	if err != nil || !d.IsFloat() {
		return a
	}
	a = maps.Clone(a)
	a[fillAttr] = base64.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
	return a
}
