//go:build amd64 && !purego

package kernel

import (
	"github.com/ndgrid/ndgrid/internal/kernel/simd"
	"github.com/ndgrid/ndgrid/nd"
)

// castEnd is what a routine casts from or to: one kind, or two where only the
// bits count.
type castEnd struct {
	size  int
	kinds []nd.Kind
}

var (
	bools    = castEnd{1, []nd.Kind{nd.KindBool}}
	float64s = castEnd{8, []nd.Kind{nd.KindFloat64}}
	float32s = castEnd{4, []nd.Kind{nd.KindFloat32}}
	int8s    = castEnd{1, []nd.Kind{nd.KindInt8}}
	uint8s   = castEnd{1, []nd.Kind{nd.KindUint8}}
	int16s   = castEnd{2, []nd.Kind{nd.KindInt16}}
	uint16s  = castEnd{2, []nd.Kind{nd.KindUint16}}
	int32s   = castEnd{4, []nd.Kind{nd.KindInt32}}
	uint32s  = castEnd{4, []nd.Kind{nd.KindUint32}}
	int64s   = castEnd{8, []nd.Kind{nd.KindInt64}}
	uint64s  = castEnd{8, []nd.Kind{nd.KindUint64}}
	any8s    = castEnd{1, []nd.Kind{nd.KindInt8, nd.KindUint8}}
	any16s   = castEnd{2, []nd.Kind{nd.KindInt16, nd.KindUint16}}
	any32s   = castEnd{4, []nd.Kind{nd.KindInt32, nd.KindUint32}}
	any64s   = castEnd{8, []nd.Kind{nd.KindInt64, nd.KindUint64}}
)

// castRoutines are the casts in assembly.
var castRoutines = []struct {
	from, to castEnd
	f        byLevel
}{
	{float64s, float32s, both(simd.CastFloat64Float32AVX2, simd.CastFloat64Float32AVX512)},
	{float32s, float64s, both(simd.CastFloat32Float64AVX2, simd.CastFloat32Float64AVX512)},
	{float64s, int32s, both(simd.CastFloat64Int32AVX2, simd.CastFloat64Int32AVX512)},
	{float64s, int64s, both(nil, simd.CastFloat64Int64AVX512)},
	{float64s, int8s, both(simd.CastFloat64Int8AVX2, simd.CastFloat64Int8AVX512)},
	{float64s, uint8s, both(simd.CastFloat64Uint8AVX2, simd.CastFloat64Uint8AVX512)},
	{float64s, int16s, both(simd.CastFloat64Int16AVX2, simd.CastFloat64Int16AVX512)},
	{float64s, uint16s, both(simd.CastFloat64Uint16AVX2, simd.CastFloat64Uint16AVX512)},
	{float64s, bools, both(simd.CastFloat64BoolAVX2, simd.CastFloat64BoolAVX512)},
	{float32s, int32s, both(simd.CastFloat32Int32AVX2, simd.CastFloat32Int32AVX512)},
	{float32s, int64s, both(nil, simd.CastFloat32Int64AVX512)},
	{float32s, int8s, both(simd.CastFloat32Int8AVX2, simd.CastFloat32Int8AVX512)},
	{float32s, uint8s, both(simd.CastFloat32Uint8AVX2, simd.CastFloat32Uint8AVX512)},
	{float32s, int16s, both(simd.CastFloat32Int16AVX2, simd.CastFloat32Int16AVX512)},
	{float32s, uint16s, both(simd.CastFloat32Uint16AVX2, simd.CastFloat32Uint16AVX512)},
	{float32s, bools, both(simd.CastFloat32BoolAVX2, simd.CastFloat32BoolAVX512)},
	{int8s, float64s, both(simd.CastInt8Float64AVX2, simd.CastInt8Float64AVX512)},
	{int8s, float32s, both(simd.CastInt8Float32AVX2, simd.CastInt8Float32AVX512)},
	{uint8s, float64s, both(simd.CastUint8Float64AVX2, simd.CastUint8Float64AVX512)},
	{uint8s, float32s, both(simd.CastUint8Float32AVX2, simd.CastUint8Float32AVX512)},
	{int16s, float64s, both(simd.CastInt16Float64AVX2, simd.CastInt16Float64AVX512)},
	{int16s, float32s, both(simd.CastInt16Float32AVX2, simd.CastInt16Float32AVX512)},
	{uint16s, float64s, both(simd.CastUint16Float64AVX2, simd.CastUint16Float64AVX512)},
	{uint16s, float32s, both(simd.CastUint16Float32AVX2, simd.CastUint16Float32AVX512)},
	{int32s, float64s, both(simd.CastInt32Float64AVX2, simd.CastInt32Float64AVX512)},
	{int32s, float32s, both(simd.CastInt32Float32AVX2, simd.CastInt32Float32AVX512)},
	{int64s, float64s, both(simd.CastInt64Float64AVX2, simd.CastInt64Float64AVX512)},
	{int64s, float32s, both(nil, simd.CastInt64Float32AVX512)},
	{uint32s, float64s, both(simd.CastUint32Float64AVX2, simd.CastUint32Float64AVX512)},
	{uint32s, float32s, both(nil, simd.CastUint32Float32AVX512)},
	{uint64s, float64s, both(nil, simd.CastUint64Float64AVX512)},
	{uint64s, float32s, both(nil, simd.CastUint64Float32AVX512)},
	{bools, float64s, both(simd.CastBoolFloat64AVX2, simd.CastBoolFloat64AVX512)},
	{bools, float32s, both(simd.CastBoolFloat32AVX2, simd.CastBoolFloat32AVX512)},
	{any8s, bools, both(simd.CastInt8BoolAVX2, simd.CastInt8BoolAVX512)},
	{any16s, bools, both(simd.CastInt16BoolAVX2, simd.CastInt16BoolAVX512)},
	{any32s, bools, both(simd.CastInt32BoolAVX2, simd.CastInt32BoolAVX512)},
	{any64s, bools, both(simd.CastInt64BoolAVX2, simd.CastInt64BoolAVX512)},
	{int8s, any16s, both(simd.CastInt8Int16AVX2, simd.CastInt8Int16AVX512)},
	{uint8s, any16s, both(simd.CastUint8Int16AVX2, simd.CastUint8Int16AVX512)},
	{int8s, any32s, both(simd.CastInt8Int32AVX2, simd.CastInt8Int32AVX512)},
	{uint8s, any32s, both(simd.CastUint8Int32AVX2, simd.CastUint8Int32AVX512)},
	{int8s, any64s, both(simd.CastInt8Int64AVX2, simd.CastInt8Int64AVX512)},
	{uint8s, any64s, both(simd.CastUint8Int64AVX2, simd.CastUint8Int64AVX512)},
	{any16s, any8s, both(nil, simd.CastInt16Int8AVX512)},
	{int16s, any32s, both(simd.CastInt16Int32AVX2, simd.CastInt16Int32AVX512)},
	{uint16s, any32s, both(simd.CastUint16Int32AVX2, simd.CastUint16Int32AVX512)},
	{int16s, any64s, both(simd.CastInt16Int64AVX2, simd.CastInt16Int64AVX512)},
	{uint16s, any64s, both(simd.CastUint16Int64AVX2, simd.CastUint16Int64AVX512)},
	{any32s, any8s, both(nil, simd.CastInt32Int8AVX512)},
	{any32s, any16s, both(nil, simd.CastInt32Int16AVX512)},
	{int32s, any64s, both(simd.CastInt32Int64AVX2, simd.CastInt32Int64AVX512)},
	{uint32s, any64s, both(simd.CastUint32Int64AVX2, simd.CastUint32Int64AVX512)},
	{any64s, any8s, both(nil, simd.CastInt64Int8AVX512)},
	{any64s, any16s, both(nil, simd.CastInt64Int16AVX512)},
	{any64s, any32s, both(simd.CastInt64Int32AVX2, simd.CastInt64Int32AVX512)},
}

func init() {
	for _, c := range castRoutines {
		for l, f := range c.f {
			if f == nil {
				continue
			}
			for _, from := range c.from.kinds {
				for _, to := range c.to.kinds {
					fastCasts.add(Level(l), fromTo{from, to}, assembled(f, 0, c.to.size, c.from.size))
				}
			}
		}
	}
}
