package codec_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// bloscCase is a frame of testdata/blosc.py.
type bloscCase struct {
	Name        string
	TypeSize, N int
	Frame       []byte
}

func (c bloscCase) data() []byte {
	b := make([]byte, c.N)
	for i := range b {
		b[i] = byte((i / c.TypeSize / 7) >> (8 * (i % c.TypeSize)))
	}
	return b
}

func bloscCases(t testing.TB) (cases []bloscCase) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "blosc.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &cases))
	return cases
}

func bloscChain(t testing.TB, n int, params codec.Params) *codec.Chain {
	t.Helper()
	c, err := codec.NewBytes(n, []codec.Config{{Name: "blosc", Params: params}})
	require.NoError(t, err)
	return c
}

// TestBloscGolden decodes what the Blosc library wrote, whole, cut and changed.
func TestBloscGolden(t *testing.T) {
	for _, c := range bloscCases(t) {
		chain := bloscChain(t, c.N, nil)
		dst := make([]byte, c.N)
		require.NoError(t, chain.Decode(dst, c.Frame), c.Name)
		require.Equal(t, c.data(), dst, c.Name)
		for cut := 0; cut < len(c.Frame); cut += 1 + len(c.Frame)/20 {
			require.ErrorIs(t, chain.Decode(dst, c.Frame[:cut]), storage.ErrCorrupt, "%s cut at %d", c.Name, cut)
		}
		for at := 4; at < len(c.Frame); at += 1 + len(c.Frame)/60 {
			bad := bytes.Clone(c.Frame)
			bad[at] ^= 0xa5
			_ = chain.Decode(dst, bad) // an error or other bytes, but nothing worse
		}
	}
}

func TestBloscEncode(t *testing.T) {
	for _, params := range []codec.Params{
		nil, {"cname": "zstd", "clevel": 9, "shuffle": "shuffle", "typesize": 4, "blocksize": 0},
		{"shuffle": 1, "typesize": 8}, {"shuffle": "bitshuffle", "typesize": 2}, {"shuffle": "shuffle", "typesize": 300}, {"clevel": 0},
		{"cname": "lz4", "blocksize": 1000, "shuffle": -1, "typesize": 8}, {"cname": "lz4", "shuffle": 0}, {"cname": "snappy", "typesize": 255},
		{"cname": "lz4", "blocksize": 1, "shuffle": 2, "typesize": 3},
	} {
		for _, n := range []int{0, 1, 15, 4000, 70001, 600_000} {
			for _, src := range [][]byte{noise(n), make([]byte, n)} {
				c := bloscChain(t, n, params)
				enc, err := c.Encode([]byte("x"), src)
				require.NoError(t, err)
				enc = enc[1:]
				require.LessOrEqual(t, len(enc), c.MaxEncoded())
				assert.EqualValues(t, len(enc), binary.LittleEndian.Uint32(enc[12:]))
				dst := make([]byte, n)
				require.NoError(t, c.Decode(dst, enc))
				require.Equal(t, src, dst)
			}
		}
	}
	for _, params := range []codec.Params{{"clevel": 10}, {"shuffle": "some"}, {"shuffle": 3}, {"typesize": 0}, {"delta": 1}, {"cname": "lzma"}} {
		_, err := codec.NewBytes(8, []codec.Config{{Name: "blosc", Params: params}})
		assert.Error(t, err, "%v", params)
	}
}

// TestBloscElements: what version 2 leaves out follows from the dtype.
func TestBloscElements(t *testing.T) {
	for dtype, want := range map[nd.DType][2]byte{nd.Float64: {0x01, 8}, nd.Uint8: {0x04, 1}, nd.Complex128: {0x01, 16}} {
		c, err := codec.New(dtype, []int{4000}, []codec.Config{{Name: "bytes", Params: codec.Params{"endian": "little"}},
			{Name: "blosc", Params: codec.Params{"cname": "lz4", "clevel": 5, "shuffle": -1, "blocksize": 0}}})
		require.NoError(t, err)
		enc, err := c.Encode(nil, make([]byte, c.Size()))
		require.NoError(t, err)
		assert.Equal(t, want, [2]byte{enc[2] & 0x05, enc[3]}, dtype)
	}
}

// TestBloscRefuses frames of another version and with flags that mean nothing here.
func TestBloscRefuses(t *testing.T) {
	c := bloscChain(t, 4000, nil)
	good, err := c.Encode(nil, make([]byte, 4000))
	require.NoError(t, err)
	for at, bad := range map[int]byte{0: 3, 2: good[2] | 0x08} {
		frame := bytes.Clone(good)
		frame[at] = bad
		assert.ErrorIs(t, c.Decode(make([]byte, 4000), frame), storage.ErrUnsupported)
	}
}

func FuzzBlosc(f *testing.F) {
	for _, c := range bloscCases(f) {
		if c.N < 5000 {
			f.Add(uint16(c.N), c.Frame)
		}
	}
	f.Fuzz(func(t *testing.T, n uint16, frame []byte) {
		c := bloscChain(t, int(n), nil)
		_ = c.Decode(make([]byte, n), frame)
	})
}

// BenchmarkBlosc decodes the longest frames of the Blosc library.
func BenchmarkBlosc(b *testing.B) {
	for _, c := range bloscCases(b) {
		if c.N < 12008 {
			continue
		}
		chain, dst := bloscChain(b, c.N, nil), make([]byte, c.N)
		b.Run(c.Name, func(b *testing.B) {
			b.SetBytes(int64(c.N))
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, chain.Decode(dst, c.Frame))
			}
		})
	}
}
