package codec_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// TestStringsGolden reads and writes what numcodecs does, to the byte.
func TestStringsGolden(t *testing.T) {
	for _, c := range filterCases(t, "vlen-utf8", "vlen-bytes") {
		got, err := codec.DecodeStrings(c.Encoded, len(c.Strings))
		require.NoError(t, err)
		assert.Equal(t, c.Strings, got)
		enc, err := codec.EncodeStrings([]byte("x"), c.Strings)
		require.NoError(t, err)
		assert.Equal(t, append([]byte("x"), c.Encoded...), enc)
		for cut := range len(c.Encoded) {
			_, err := codec.DecodeStrings(c.Encoded[:cut], len(c.Strings))
			require.ErrorIs(t, err, storage.ErrCorrupt, "cut at %d", cut)
		}
		for _, n := range []int{-1, len(c.Strings) + 1, 1 << 40} {
			_, err := codec.DecodeStrings(c.Encoded, n)
			require.ErrorIs(t, err, storage.ErrCorrupt, "%d strings", n)
		}
		_, err = codec.DecodeStrings(append(bytes.Clone(c.Encoded), 0), len(c.Strings))
		assert.ErrorContains(t, err, "1 bytes follow")
	}
	_, err := codec.DecodeStrings([]byte{255, 255, 255, 255, 1, 0, 0, 0, 'a'}, 1<<32-1)
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	_, err = codec.DecodeStrings([]byte{1, 0, 0, 0, 255, 255, 255, 255, 'a'}, 1)
	assert.ErrorContains(t, err, "string 0 of 4294967295 bytes was cut to 1")
}

func FuzzStrings(f *testing.F) {
	for _, c := range filterCases(f, "vlen-utf8", "vlen-bytes") {
		f.Add(uint16(len(c.Strings)), c.Encoded)
	}
	f.Fuzz(func(t *testing.T, n uint16, src []byte) {
		list, err := codec.DecodeStrings(src, int(n))
		if err != nil {
			require.ErrorIs(t, err, storage.ErrCorrupt)
			return
		}
		enc, err := codec.EncodeStrings(nil, list)
		require.NoError(t, err)
		require.Equal(t, src, enc)
	})
}

// TestUpTo decodes values whose size isn't known.
func TestUpTo(t *testing.T) {
	const most = 100_000
	for _, texts := range [][]string{
		nil, {"zstd 3"}, {"gzip 1"}, {"zlib 1"}, {"blosc zstd"}, {"blosc lz4"}, {"lz4"}, {"crc32c"}, {"shuffle 4", "zstd 3", "crc32c"}, {"zstd 3", "gzip 1"}, {"gzip 1", "zstd 1"},
	} {
		c, err := codec.NewBytesUpTo(most, parse(t, texts...))
		require.NoError(t, err)
		require.False(t, c.Fixed())
		var enc []byte
		for _, n := range []int{0, 1, 1000, 70_000, most} {
			for _, src := range [][]byte{noise(n), make([]byte, n)} {
				enc, err = c.Encode(enc[:0], src)
				require.NoError(t, err, "%v", texts)
				for _, dst := range [][]byte{nil, []byte("before"), make([]byte, 3, n+3), make([]byte, 0, 2*most)} {
					got, err := c.AppendDecoded(dst, enc)
					require.NoError(t, err, "%v: %d bytes", texts, n)
					require.Equal(t, len(dst)+n, len(got))
					require.True(t, bytes.Equal(got, append(bytes.Clone(dst), src...)), "%v: %d bytes", texts, n)
				}
			}
		}
		_, err = c.Encode(nil, make([]byte, most+1))
		assert.Error(t, err)
		longer, err := codec.NewBytesUpTo(10*most, parse(t, texts...))
		require.NoError(t, err)
		enc, err = longer.Encode(nil, make([]byte, most+1))
		require.NoError(t, err)
		_, err = c.AppendDecoded(nil, enc)
		assert.ErrorIs(t, err, storage.ErrCorrupt, "%v", texts)
	}
}

// TestUpToMemory: a maximum is not taken for what there is.
func TestUpToMemory(t *testing.T) {
	for _, text := range []string{"zstd 3", "gzip 1", "zlib 1"} {
		c, err := codec.NewBytesUpTo(1<<30, parse(t, text))
		require.NoError(t, err)
		enc, err := c.Encode(nil, make([]byte, 5000))
		require.NoError(t, err)
		got, err := c.AppendDecoded(nil, enc)
		require.NoError(t, err)
		assert.Len(t, got, 5000)
		assert.Less(t, cap(got), 1<<16)
	}
}
