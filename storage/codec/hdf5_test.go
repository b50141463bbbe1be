package codec_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// decodeUpTo decodes a value of at most most bytes.
func decodeUpTo(t *testing.T, most int, c codec.Config, src []byte) ([]byte, error) {
	t.Helper()
	chain, err := codec.NewBytesUpTo(most, []codec.Config{c})
	require.NoError(t, err)
	return chain.AppendDecoded(nil, src)
}

func TestLZF(t *testing.T) {
	lzf := codec.Config{Name: "lzf"}
	for _, c := range []struct{ packed, want string }{
		{"", ""},
		{"\x02abc", "abc"},
		{"\x00a\x20\x00", "aaaa"}, // a match that overlaps itself
		{"\x01ab\xe0\x0a\x01", "ab" + "abababababababababa"}, // a long match: 7+10+2
		{"\x03abcd\x20\x03\x00e", "abcd" + "abc" + "e"},      // four bytes back
	} {
		got, err := decodeUpTo(t, len(c.want), lzf, []byte(c.packed))
		require.NoError(t, err, "%q", c.packed)
		assert.Equal(t, c.want, string(got))
		if len(c.want) > 0 {
			_, err = decodeUpTo(t, len(c.want)-1, lzf, []byte(c.packed))
			assert.ErrorIs(t, err, storage.ErrCorrupt)
		}
	}
	for _, bad := range []string{"\x02ab", "\x20", "\x00a\x20\x01", "\x00a\xe0\x00", "\xff"} {
		_, err := decodeUpTo(t, 100, lzf, []byte(bad))
		assert.ErrorIs(t, err, storage.ErrCorrupt, "%q", bad)
	}
}

// TestHDF5Frames checks what is refused; filters_test.go of package hdf5 reads
// what the plugins have written.
func TestHDF5Frames(t *testing.T) {
	head := func(size uint64, block uint32, rest ...byte) []byte {
		b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, size), block)
		return append(b, rest...)
	}
	lz4 := codec.Config{Name: "hdf5-lz4"}
	got, err := decodeUpTo(t, 8, lz4, head(5, 3, 0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 2, 'd', 'e'))
	require.NoError(t, err)
	assert.Equal(t, "abcde", string(got))
	bits := codec.Config{Name: "bitshuffle", Params: codec.Params{"elementsize": 1, "cname": "lz4"}}
	for text, b := range map[string][]byte{
		"too few for a header":    make([]byte, 11),
		"9 bytes, 8 are the most": head(9, 8),
		"blocks of 0 bytes":       head(8, 0),
		"is cut off":              head(8, 8, 0, 0, 0),
		"a block of 7 bytes":      head(8, 8, 0, 0, 0, 7),
		"lz4":                     head(8, 8, 0, 0, 0, 1, 0x50),
	} {
		for _, c := range []codec.Config{lz4, bits} {
			_, err := decodeUpTo(t, 8, c, b)
			require.ErrorIs(t, err, storage.ErrCorrupt, "%s %s", c, text)
			assert.ErrorContains(t, err, text, "%s", c)
		}
	}
	_, err = decodeUpTo(t, 8, bits, head(8, 7, 0, 0, 0, 1, 0))
	assert.ErrorContains(t, err, "blocks of 7 bytes for elements of 1")
	_, err = decodeUpTo(t, 8, bits, head(3, 8, 1, 2))
	assert.ErrorContains(t, err, "2 bytes at the end, there should be 3")
	plain := codec.Config{Name: "bitshuffle", Params: codec.Params{"elementsize": 1}}
	_, err = decodeUpTo(t, 10, plain, nil)
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	chain, err := codec.NewBytes(8, []codec.Config{lz4})
	require.NoError(t, err)
	_, err = chain.Encode(nil, make([]byte, 8))
	assert.ErrorIs(t, err, storage.ErrUnsupported)
}
