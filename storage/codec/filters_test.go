package codec_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// filterCase is a case of testdata/filters.py.
type filterCase struct {
	Config        map[string]any
	DType         string
	Strings       []string // where elements vary in length
	Data, Encoded []byte
	Decoded       []byte // nil where it is Data
}

// filterCases returns the cases about certain codecs, or all of them.
func filterCases(t testing.TB, ids ...string) (cases []filterCase) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "filters.json"))
	require.NoError(t, err)
	var all []filterCase
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // as package zarr does
	require.NoError(t, d.Decode(&all))
	for _, c := range all {
		for _, id := range ids {
			if c.Config["id"] == id {
				cases = append(cases, c)
			}
		}
	}
	require.NotEmpty(t, cases)
	return cases
}

// config is that of a case, under the name that Zarr v3 has for it.
func (c filterCase) config() codec.Config {
	params := codec.Params(maps.Clone(c.Config))
	delete(params, "id")
	return codec.Config{Name: "numcodecs." + c.Config["id"].(string), Params: params}
}

// dtype is that of the data of a case, and the codec that stores its byte order.
func (c filterCase) dtype(t testing.TB) (nd.DType, codec.Config) {
	t.Helper()
	kinds := map[string]nd.DType{"b1": nd.Bool, "i1": nd.Int8, "i2": nd.Int16, "i4": nd.Int32, "i8": nd.Int64,
		"u1": nd.Uint8, "u2": nd.Uint16, "u4": nd.Uint32, "u8": nd.Uint64, "f2": nd.Half, "f4": nd.Float32, "f8": nd.Float64,
		"c8": nd.Complex64, "c16": nd.Complex128}
	d, ok := kinds[c.DType[1:]]
	require.True(t, ok, c.DType)
	endian := "little"
	if c.DType[0] == '>' {
		endian = "big"
	}
	return d, codec.Config{Name: "bytes", Params: codec.Params{"endian": endian}}
}

// losesImaginary: no cast here drops the imaginary part.
func (c filterCase) losesImaginary() bool {
	return c.Config["encode_dtype"] == "<c8" && c.Config["decode_dtype"] == "<i2"
}

// compressors may make of the same data something else than numcodecs does.
var compressors = []string{"zlib", "gzip", "zstd", "lz4"}

// filterIDs are the ids of all cases.
var filterIDs = []string{"zlib", "gzip", "zstd", "lz4", "crc32", "crc32c", "adler32", "fletcher32", "jenkins_lookup3", "shuffle",
	"delta", "fixedscaleoffset", "quantize", "bitround", "astype", "packbits", "bz2", "lzma"}

// TestFiltersGolden decodes and encodes, as version 2 has it, what numcodecs does:
// to the byte, except for compressors.
func TestFiltersGolden(t *testing.T) {
	for _, c := range filterCases(t, filterIDs...) {
		d, order := c.dtype(t)
		n := len(c.Data) / d.Size()
		plain, err := codec.New(d, []int{n}, []codec.Config{order})
		require.NoError(t, err)
		chain, err := codec.New(d, []int{n}, []codec.Config{order, c.config()})
		if c.losesImaginary() {
			require.ErrorIs(t, err, storage.ErrUnsupported)
			continue
		}
		require.NoError(t, err, "%v", c.Config)
		want := c.Decoded
		if want == nil {
			want = c.Data
		}
		got, native := make([]byte, len(c.Data)), make([]byte, len(c.Data))
		require.NoError(t, chain.Decode(got, c.Encoded), "%v of %s", c.Config, c.DType)
		require.NoError(t, plain.Decode(native, want))
		require.Equal(t, native, got, "%v of %s", c.Config, c.DType)
		for cut := range len(c.Encoded) {
			require.ErrorIs(t, chain.Decode(got, c.Encoded[:cut]), storage.ErrCorrupt, "%v of %s, cut at %d", c.Config, c.DType, cut)
		}
		require.ErrorIs(t, chain.Decode(got, make([]byte, chain.MaxEncoded()+1)), storage.ErrCorrupt, "%v", c.Config)

		require.NoError(t, plain.Decode(native, c.Data))
		enc, err := chain.Encode([]byte("before"), native)
		if id := c.Config["id"]; id == "bz2" || id == "lzma" {
			require.ErrorIs(t, err, storage.ErrUnsupported)
			continue
		}
		require.NoError(t, err, "%v of %s", c.Config, c.DType)
		enc = enc[len("before"):]
		if slices.Contains(compressors, c.Config["id"].(string)) {
			require.NoError(t, chain.Decode(got, enc))
			require.Equal(t, native, got, "%v of %s", c.Config, c.DType)
		} else {
			require.Equal(t, c.Encoded, enc, "%v of %s", c.Config, c.DType)
		}
	}
}

// TestArrayFilters has the filters of numbers before bytes, as version 3 has it.
func TestArrayFilters(t *testing.T) {
	for _, c := range filterCases(t, "delta", "fixedscaleoffset", "quantize", "bitround", "astype", "packbits") {
		d, order := c.dtype(t)
		stored, _ := c.Config["astype"].(string)
		if stored == "" {
			stored, _ = c.Config["encode_dtype"].(string)
		}
		if strings.Contains(c.DType+stored, ">") || c.losesImaginary() {
			continue // there are no byte orders before bytes
		}
		n := len(c.Data) / d.Size()
		chain, err := codec.New(d, []int{1, n}, []codec.Config{c.config(), order})
		require.NoError(t, err, "%v", c.Config)
		want := c.Decoded
		if want == nil {
			want = c.Data
		}
		got := make([]byte, len(c.Data))
		require.NoError(t, chain.Decode(got, c.Encoded), "%v of %s", c.Config, c.DType)
		require.Equal(t, want, got, "%v of %s", c.Config, c.DType)
		enc, err := chain.Encode(nil, c.Data)
		require.NoError(t, err)
		require.Equal(t, c.Encoded, enc, "%v of %s", c.Config, c.DType)
	}
}

// FuzzFilters gives any bytes to the codec of any case.
func FuzzFilters(f *testing.F) {
	cases := filterCases(f, filterIDs...)
	for i, c := range cases {
		f.Add(uint16(i), c.Encoded)
	}
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		c := cases[int(which)%len(cases)]
		d, order := c.dtype(t)
		chain, err := codec.New(d, []int{len(c.Data) / d.Size()}, []codec.Config{order, c.config()})
		if err != nil {
			return // what can't be bound is no codec
		}
		if err := chain.Decode(make([]byte, len(c.Data)), data); err != nil {
			require.ErrorIs(t, err, storage.ErrCorrupt)
		}
	})
}

// TestDeltaOfMinusZero: the first element stays what it is. The bytes are numcodecs', of
// -0, -0 and 1.5 as differences, and of these decoded.
func TestDeltaOfMinusZero(t *testing.T) {
	for dtype, hexes := range map[nd.DType][3]string{
		nd.Half:    {"<f2", "00800000003e", "00800000003e"},
		nd.Float32: {"<f4", "00000080000000000000c03f", "00000080000000000000c03f"},
		nd.Float64: {"<f8", "00000000000000800000000000000000000000000000f83f", "00000000000000800000000000000000000000000000f83f"},
	} {
		c, err := codec.New(dtype, []int{3}, []codec.Config{{Name: "bytes", Params: codec.Params{"endian": "little"}},
			{Name: "delta", Params: codec.Params{"dtype": hexes[0]}}})
		require.NoError(t, err)
		stored, err := hex.DecodeString(hexes[1])
		require.NoError(t, err)
		got := make([]byte, 3*dtype.Size())
		require.NoError(t, c.Decode(got, stored))
		require.Equal(t, hexes[2], hex.EncodeToString(got))
	}
}
