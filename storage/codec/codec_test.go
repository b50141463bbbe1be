package codec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

func parse(t testing.TB, texts ...string) []codec.Config {
	t.Helper()
	var list []codec.Config
	for _, text := range texts {
		c, err := codec.Parse(text)
		require.NoError(t, err)
		list = append(list, c)
	}
	return list
}

func chain(t testing.TB, d nd.DType, shape []int, texts ...string) *codec.Chain {
	t.Helper()
	c, err := codec.New(d, shape, parse(t, texts...))
	require.NoError(t, err)
	return c
}

// noise is n bytes, half of them random.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		if i%8 < 4 {
			b[i] = byte(r.Uint32())
		}
	}
	return b
}

func TestText(t *testing.T) {
	for _, text := range []string{"bytes big", "transpose (2, 1, 0)", "zstd 3", "zstd -5", "gzip 5", "zlib 9", "crc32c", "shuffle 8", "fletcher32", "lz4 1", "blosc lz4"} {
		assert.Equal(t, text, parse(t, text)[0].String())
	}
	c := codec.Config{Name: "transpose", Params: codec.Params{"order": []any{json.Number("1"), json.Number("0")}}}
	assert.Equal(t, "transpose (1, 0)", c.String())
	assert.Equal(t, "blosc", codec.Config{Name: "blosc"}.String())
	assert.True(t, codec.Known("zstd"))
	assert.True(t, codec.Known("numcodecs.zlib"))
	assert.False(t, codec.Known("numcodecs.bytes"))
	assert.Equal(t, "zlib 4", codec.Config{Name: "numcodecs.zlib", Params: codec.Params{"level": 4}}.String())
	assert.False(t, codec.Known("lzw"))
}

// TestRoundTrip draws chains, dtypes and shapes.
func TestRoundTrip(t *testing.T) {
	dtypes := []nd.DType{nd.Bool, nd.Int16, nd.Float32, nd.Float64, nd.Complex128, nd.Half, nd.Sized(nd.KindRaw, 3), nd.Sized(nd.KindUTF32, 12)}
	filters := []string{"zstd 3", "zstd 1", "zstd 7", "gzip 1", "gzip 0", "zlib 6", "crc32c", "fletcher32", "shuffle 4", "shuffle 8", "shuffle 3", "blosc zstd", "blosc lz4", "lz4"}
	rapid.Check(t, func(r *rapid.T) {
		d := rapid.SampledFrom(dtypes).Draw(r, "dtype")
		shape := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 4).Draw(r, "shape")
		var list []codec.Config
		for range rapid.IntRange(0, 2).Draw(r, "transposes") {
			order := rapid.Permutation(seq(len(shape))).Draw(r, "order")
			list = append(list, codec.Config{Name: "transpose", Params: codec.Params{"order": order}})
		}
		list = append(list, parse(t, "bytes "+rapid.SampledFrom([]string{"little", "big"}).Draw(r, "endian"))...)
		list = append(list, parse(t, rapid.SliceOfN(rapid.SampledFrom(filters), 0, 4).Draw(r, "filters")...)...)
		c, err := codec.New(d, shape, list)
		require.NoError(r, err)
		src := noise(c.Size())
		enc, err := c.Encode([]byte("before"), src)
		require.NoError(r, err)
		enc, ok := bytes.CutPrefix(enc, []byte("before"))
		require.True(r, ok, "Encode appends")
		require.LessOrEqual(r, len(enc), c.MaxEncoded())
		kept := bytes.Clone(enc)
		dst := make([]byte, c.Size())
		require.NoError(r, c.Decode(dst, enc))
		require.Equal(r, src, dst)
		require.Equal(r, kept, enc, "Decode leaves its source alone")
	})
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func TestTranspose(t *testing.T) {
	// Axis i of the result is axis order[i] of the array, as in NumPy.
	src := make([]int16, 2*3*4)
	for i := range src {
		src[i] = int16(i)
	}
	enc, err := chain(t, nd.Int16, []int{2, 3, 4}, "transpose (2, 0, 1)", "bytes little").Encode(nil, nd.AsBytes(src))
	require.NoError(t, err)
	assert.Equal(t, []int16{0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23}, nd.AsSlice[int16](enc))
}

func TestByteOrder(t *testing.T) {
	enc, err := chain(t, nd.Complex64, []int{1}, "bytes big").Encode(nil, nd.AsBytes([]complex64{complex(1, -2)}))
	require.NoError(t, err)
	assert.Equal(t, []byte{0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0}, enc, "each half of a complex number is swapped")
	assert.True(t, chain(t, nd.Uint8, []int{3}, "bytes").Identity())
	assert.True(t, chain(t, nd.Float32, []int{3}, "transpose (0)", "bytes little").Identity())
}

func TestBindErrors(t *testing.T) {
	for _, c := range []struct {
		want  string
		texts []string
	}{
		{"no codec turns the array into bytes", nil},
		{"endian", []string{"bytes"}},
		{"endian", []string{"bytes middle"}},
		{"order", []string{"transpose", "bytes little"}},
		{"permutation", []string{"transpose (0, 0)", "bytes little"}},
		{"shape", []string{"transpose (1, 0, 2)", "bytes little"}},
		{"where an array should", []string{"bytes little", "transpose (1, 0)"}},
		{"where bytes should", []string{"shuffle 4", "bytes little"}},
		{"level 23", []string{"bytes little", "zstd 23"}},
		{"level 10", []string{"bytes little", "gzip 10"}},
		{"not an integer", []string{"bytes little", "zlib high"}},
	} {
		_, err := codec.New(nd.Float32, []int{2, 3}, parse(t, c.texts...))
		assert.ErrorContains(t, err, c.want, "%v", c.texts)
	}
	_, err := codec.New(nd.Float32, []int{2}, []codec.Config{{Name: "lzw"}})
	assert.ErrorIs(t, err, storage.ErrCodec)
	assert.ErrorContains(t, err, `"lzw"`)
	_, err = codec.New(nd.Float32, []int{2}, []codec.Config{{Name: "zstd", Params: codec.Params{"dictionary": 1}}})
	assert.ErrorContains(t, err, "dictionary")
	_, err = codec.New(nd.Float32, []int{1 << 31}, parse(t, "bytes little"))
	assert.ErrorIs(t, err, storage.ErrUnsupported)
	_, err = codec.New(nd.Float32, []int{1 << 40, 1 << 40}, parse(t, "bytes little"))
	assert.ErrorIs(t, err, nd.ErrOverflow)
}

// TestBombs decodes what is longer, shorter, cut off or changed.
func TestBombs(t *testing.T) {
	for _, name := range []string{"zstd 3", "gzip 6", "zlib 6", "crc32c", "fletcher32", "lz4", "blosc zstd", "blosc lz4"} {
		c, err := codec.NewBytes(1000, parse(t, name))
		require.NoError(t, err)
		for _, n := range []int{0, 1, 999, 1001, 1 << 20} {
			other, err := codec.NewBytes(n, parse(t, name))
			require.NoError(t, err)
			enc, err := other.Encode(nil, make([]byte, n))
			require.NoError(t, err)
			err = c.Decode(make([]byte, 1000), enc)
			assert.ErrorIs(t, err, storage.ErrCorrupt, "%s: %d bytes", name, n)
			word, _, _ := bytes.Cut([]byte(name), []byte(" "))
			assert.ErrorContains(t, err, "decode "+string(word))
		}
		src := noise(1000)
		good, err := c.Encode(nil, src)
		require.NoError(t, err)
		dst := make([]byte, 1000)
		for cut := range len(good) {
			assert.ErrorIs(t, c.Decode(dst, good[:cut]), storage.ErrCorrupt, "%s cut at %d of %d", name, cut, len(good))
		}
		require.NoError(t, c.Decode(dst, good))
		require.Equal(t, src, dst)
	}
}

func TestGzipMembers(t *testing.T) {
	half, err := codec.NewBytes(5, parse(t, "gzip 1"))
	require.NoError(t, err)
	enc, err := half.Encode(nil, []byte("hello"))
	require.NoError(t, err)
	enc, err = half.Encode(enc, []byte("world"))
	require.NoError(t, err)
	both, err := codec.NewBytes(10, parse(t, "gzip 1"))
	require.NoError(t, err)
	dst := make([]byte, 10)
	require.NoError(t, both.Decode(dst, enc))
	assert.Equal(t, "helloworld", string(dst))
}

func TestChecksums(t *testing.T) {
	c, err := codec.NewBytes(9, parse(t, "crc32c"))
	require.NoError(t, err)
	enc, err := c.Encode(nil, []byte("123456789"))
	require.NoError(t, err)
	assert.Equal(t, []byte{0x83, 0x92, 0x06, 0xe3}, enc[9:], "the check value of CRC-32C is e3069283")
	enc[3] ^= 1
	assert.ErrorIs(t, c.Decode(make([]byte, 9), enc), storage.ErrCorrupt)
	// From the HDF5 library, by way of numcodecs.fletcher32.
	for text, want := range map[string]uint32{"": 0, "a": 0x61006100, "abcde": 0x4ff029c7, "abcdefgh": 0xe1eb9195} {
		assert.Equal(t, fmt.Sprintf("%08x", want), fmt.Sprintf("%08x", codec.Fletcher32([]byte(text))), text)
	}
	assert.NotEqual(t, crc32.ChecksumIEEE([]byte("abc")), codec.Fletcher32([]byte("abc")))
}

func TestConcurrent(t *testing.T) {
	c := chain(t, nd.Float32, []int{64, 64}, "transpose (1, 0)", "bytes big", "shuffle 4", "zstd 3", "crc32c")
	src := noise(c.Size())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				enc, err := c.Encode(nil, src)
				assert.NoError(t, err)
				dst := make([]byte, c.Size())
				assert.NoError(t, c.Decode(dst, enc))
				assert.True(t, slices.Equal(src, dst))
			}
		})
	}
	wg.Wait()
	encode, decode := c.Cost()
	assert.Greater(t, encode, decode)
	assert.Greater(t, decode, c.Size())
}

// A pooled chain makes no garbage worth mentioning.
func TestAllocations(t *testing.T) {
	for _, texts := range [][]string{{"bytes little", "zstd 3"}, {"bytes little", "blosc lz4"}, {"bytes little", "lz4"}, {"bytes big", "gzip 1"}, {"transpose (1, 0)", "bytes little", "crc32c"}} {
		c := chain(t, nd.Float64, []int{256, 256}, texts...)
		src := noise(c.Size())
		enc, err := c.Encode(nil, src)
		require.NoError(t, err)
		dst := make([]byte, c.Size())
		n := testing.AllocsPerRun(5, func() {
			if err := c.Decode(dst, enc); err != nil {
				t.Error(err)
			}
		})
		assert.LessOrEqual(t, n, 12.0, "%v", texts)
	}
}

func FuzzDecode(f *testing.F) {
	names := []string{"zstd 3", "gzip 1", "zlib 1", "crc32c", "fletcher32", "lz4"}
	for i, name := range names {
		c, err := codec.NewBytes(100, parse(f, name))
		require.NoError(f, err)
		enc, err := c.Encode(nil, noise(100))
		require.NoError(f, err)
		f.Add(uint8(i), enc)
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		c, err := codec.NewBytes(100, parse(t, names[int(which)%len(names)], "shuffle 4", "crc32c"))
		require.NoError(t, err)
		dst := make([]byte, 100)
		if err := c.Decode(dst, data); err != nil {
			require.ErrorIs(t, err, storage.ErrCorrupt)
		}
		single, err := codec.NewBytes(100, parse(t, names[int(which)%len(names)]))
		require.NoError(t, err)
		if err := single.Decode(dst, data); err != nil {
			require.ErrorIs(t, err, storage.ErrCorrupt)
		}
	})
}

func ExampleChain() {
	transpose, _ := codec.Parse("transpose (1, 0)")
	order, _ := codec.Parse("bytes big")
	sum, _ := codec.Parse("crc32c")
	c, err := codec.New(nd.Int16, []int{2, 2}, []codec.Config{transpose, order, sum})
	if err != nil {
		fmt.Println(err)
		return
	}
	enc, err := c.Encode(nil, nd.AsBytes([]int16{1, 2, 3, 4}))
	fmt.Println(enc[:8], len(enc), err)
	dst := make([]int16, 4)
	err = c.Decode(nd.AsBytes(dst), enc)
	fmt.Println(dst, err)
	// Output:
	// [0 1 0 3 0 2 0 4] 12 <nil>
	// [1 2 3 4] <nil>
}

func BenchmarkCodec(b *testing.B) {
	for _, text := range []string{"zstd 3", "gzip 5", "lz4", "blosc lz4", "blosc zstd", "shuffle 2", "shuffle 4", "shuffle 8", "crc32c", "fletcher32"} {
		c, err := codec.NewBytes(1<<20, parse(b, text))
		require.NoError(b, err)
		src := noise(1 << 20)
		enc, err := c.Encode(nil, src)
		require.NoError(b, err)
		dst := make([]byte, 1<<20)
		b.Run("decode "+text, func(b *testing.B) {
			b.SetBytes(1 << 20)
			for b.Loop() {
				if err := c.Decode(dst, enc); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("encode "+text, func(b *testing.B) {
			b.SetBytes(1 << 20)
			for b.Loop() {
				if enc, err = c.Encode(enc[:0], src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	c := chain(b, nd.Float32, []int{512, 512}, "transpose (1, 0)", "bytes little")
	src, dst := noise(c.Size()), make([]byte, c.Size())
	b.Run("decode transpose", func(b *testing.B) {
		b.SetBytes(int64(c.Size()))
		for b.Loop() {
			if err := c.Decode(dst, src); err != nil {
				b.Fatal(err)
			}
		}
	})
}
