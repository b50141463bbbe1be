//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage/codec"
)

// deflated returns a zlib stream or a gzip member as the standard library
// writes it.
func deflated(t require.TestingT, data []byte, isGzip bool) []byte {
	var b bytes.Buffer
	var w io.WriteCloser = zlib.NewWriter(&b)
	if isGzip {
		w = gzip.NewWriter(&b)
	}
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestInflate(t *testing.T) {
	text := bytes.Repeat([]byte("what comes again and again, and what doesn't: 31415926535"), 40)
	for _, isGzip := range []bool{false, true} {
		for _, want := range [][]byte{text, {}, {7}} {
			packed := deflated(t, want, isGzip)
			room := make([]byte, len(want)+1)
			wrote, read, err := inflate(room[:len(want)], append(bytes.Clone(packed), 1, 2, 3), isGzip)
			require.NoError(t, err)
			assert.Equal(t, want, room[:wrote])
			assert.Equal(t, len(packed), read)
			wrote, _, err = inflate(room, packed, isGzip)
			require.NoError(t, err)
			assert.Equal(t, len(want), wrote)
			for n := range len(want) {
				_, _, err := inflate(room[:n], packed, isGzip)
				assert.ErrorIs(t, err, codec.ErrLong)
			}
			for n := range packed {
				_, _, err := inflate(room, packed[:n], isGzip)
				require.Error(t, err)
				assert.NotErrorIs(t, err, codec.ErrLong)
			}
			packed[len(packed)-5] ^= 1 // of the checksum, or the last of the data
			_, _, err = inflate(room, packed, isGzip)
			assert.Error(t, err)
		}
	}
}

// FuzzInflate compares with the standard library. Streams in which only the
// header's flags are unusual may be refused by one.
func FuzzInflate(f *testing.F) {
	f.Add([]byte("abcabcabcabcabc"), []byte{}, false)
	f.Add([]byte("abcabcabcabcabc"), []byte{9, 8}, true)
	f.Fuzz(func(t *testing.T, data, noise []byte, isGzip bool) {
		packed := deflated(t, data, isGzip)
		for i, b := range noise {
			packed[i%len(packed)] ^= b
		}
		got := make([]byte, len(data)+100)
		n, _, err := inflate(got, packed, isGzip)
		if err != nil {
			if len(noise) == 0 {
				t.Fatal(err)
			}
			return
		}
		var r io.Reader
		if isGzip {
			g, bad := gzip.NewReader(bytes.NewReader(packed))
			require.NoError(t, bad)
			g.Multistream(false)
			r = g
		} else {
			r, err = zlib.NewReader(bytes.NewReader(packed))
			require.NoError(t, err)
		}
		want, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, want, got[:n])
	})
}
