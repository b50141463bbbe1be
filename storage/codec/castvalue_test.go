package codec_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// castCase is a case of testdata/casts.py.
type castCase struct {
	From, To, Rounding string
	OutOfRange         string `json:"out_of_range"`
	Pairs              [][2][]byte
	Data, Cast         []byte
	OK                 []bool
}

type scaledCase struct {
	DType                                string
	Offset, Scale, Data, Stored, Decoded []byte
}

func castCases(t testing.TB) (all struct {
	Casts  []castCase
	Scaled []scaledCase
}) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "casts.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &all))
	require.NotEmpty(t, all.Casts)
	return all
}

// castChain is the chain for one element, and castParams its parameters.
func castChain(t testing.TB, plain, stored nd.DType, p codec.Params) *codec.Chain {
	t.Helper()
	p["dtype"], p["data_type"] = plain, stored
	c, err := codec.New(plain, []int{1}, []codec.Config{{Name: "cast_value", Params: p}, {Name: "bytes", Params: codec.Params{"endian": "little"}}})
	require.NoError(t, err)
	return c
}

// TestCastsGolden casts, by decoding and by encoding, what cast-value casts.
func TestCastsGolden(t *testing.T) {
	for _, c := range castCases(t).Casts {
		from, err := nd.ParseDType(c.From)
		require.NoError(t, err)
		to, err := nd.ParseDType(c.To)
		require.NoError(t, err)
		var pairs []codec.Pair
		for _, p := range c.Pairs {
			pairs = append(pairs, codec.Pair{From: p[0], To: p[1]})
		}
		dec := castChain(t, to, from, codec.Params{"rounding": c.Rounding, "out_of_range": c.OutOfRange, "decode": pairs})
		enc := castChain(t, from, to, codec.Params{"rounding": c.Rounding, "out_of_range": c.OutOfRange, "encode": pairs})
		for i, ok := range c.OK {
			in, want := c.Data[i*from.Size():(i+1)*from.Size()], c.Cast[i*to.Size():(i+1)*to.Size()]
			got := make([]byte, to.Size())
			err := dec.Decode(got, in)
			out, err2 := enc.Encode(nil, in)
			if !ok {
				assert.ErrorIs(t, err, storage.ErrCorrupt, "element %d of %s to %s, %s, %s", i, c.From, c.To, c.Rounding, c.OutOfRange)
				assert.ErrorContains(t, err2, "is no "+c.To)
				continue
			}
			assert.NoError(t, err)
			assert.NoError(t, err2)
			if isNaN(to, want) {
				assert.True(t, isNaN(to, got) && isNaN(to, out))
				continue
			}
			assert.Equal(t, want, got, "element %d of %s to %s, %s, %s", i, c.From, c.To, c.Rounding, c.OutOfRange)
			assert.Equal(t, want, out)
		}
	}
}

// isNaN reports whether little-endian bytes are a NaN.
func isNaN(d nd.DType, b []byte) bool {
	switch d {
	case nd.Half:
		return b[1]&0x7c == 0x7c && (b[1]&3 != 0 || b[0] != 0)
	case nd.Float32:
		return math.IsNaN(float64(nd.AsSlice[float32](b)[0]))
	case nd.Float64:
		return math.IsNaN(nd.AsSlice[float64](b)[0])
	}
	return false
}

// TestCastLimits has what the specification says and cast-value doesn't do:
// infinities are clamped, floats too, and 64-bit integers round in one step.
func TestCastLimits(t *testing.T) {
	clamp := func() codec.Params { return codec.Params{"out_of_range": "clamp", "rounding": "towards-positive"} }
	got := make([]byte, 1)
	require.NoError(t, castChain(t, nd.Uint8, nd.Float64, clamp()).Decode(got, nd.AsBytes([]float64{math.Inf(1)})))
	assert.Equal(t, []byte{255}, got)
	require.NoError(t, castChain(t, nd.Int8, nd.Float64, clamp()).Decode(got, nd.AsBytes([]float64{math.Inf(-1)})))
	assert.Equal(t, []byte{0x80}, got)
	f32 := make([]float32, 1)
	require.NoError(t, castChain(t, nd.Float32, nd.Float64, clamp()).Decode(nd.AsBytes(f32), nd.AsBytes([]float64{-1e300})))
	assert.Equal(t, float32(-math.MaxFloat32), f32[0])
	f64 := make([]float64, 1)
	require.NoError(t, castChain(t, nd.Float64, nd.Uint64, clamp()).Decode(nd.AsBytes(f64), nd.AsBytes([]uint64{1<<53 + 1})))
	assert.Equal(t, float64(1<<53+2), f64[0])
	u64 := make([]uint64, 1)
	require.NoError(t, castChain(t, nd.Uint64, nd.Float64, codec.Params{"out_of_range": "wrap"}).Decode(nd.AsBytes(u64), nd.AsBytes([]float64{-3})))
	assert.Equal(t, uint64(math.MaxUint64-2), u64[0])
	require.ErrorIs(t, castChain(t, nd.Uint8, nd.Float64, codec.Params{"out_of_range": "wrap"}).Decode(got, nd.AsBytes([]float64{math.Inf(1)})), storage.ErrCorrupt)
	require.ErrorIs(t, castChain(t, nd.Uint8, nd.Float64, clamp()).Decode(got, nd.AsBytes([]float64{math.NaN()})), storage.ErrCorrupt)
}

// TestScaleOffsetGolden scales as NumPy does.
func TestScaleOffsetGolden(t *testing.T) {
	for _, c := range castCases(t).Scaled {
		d, err := nd.ParseDType(c.DType)
		require.NoError(t, err)
		params := codec.Params{"dtype": d, "offset": c.Offset, "scale": c.Scale}
		chain, err := codec.New(d, []int{len(c.Data) / d.Size()}, []codec.Config{{Name: "scale_offset", Params: params}, {Name: "bytes", Params: codec.Params{"endian": "little"}}})
		require.NoError(t, err)
		enc, err := chain.Encode(nil, c.Data)
		require.NoError(t, err)
		assert.Equal(t, c.Stored, enc, c.DType)
		got := make([]byte, len(c.Data))
		require.NoError(t, chain.Decode(got, c.Stored))
		assert.Equal(t, c.Decoded, got, c.DType)
	}
}
