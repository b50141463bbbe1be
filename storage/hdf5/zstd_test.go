//go:build cgo && !nohdf5 && !nolibzstd

package hdf5

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage/codec"
)

// zstdGo reads and writes frames by another implementation.
func zstdGo(t testing.TB) (*zstd.Encoder, *zstd.Decoder) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	require.NoError(t, err)
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return w, r
}

func TestZstd(t *testing.T) {
	enc, dec := zstdGo(t)
	long := make([]byte, 300<<10)
	for i := range long {
		long[i] = byte(rand.Uint32N(uint32(1 + i>>12)))
	}
	skipped := []byte{0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}
	for _, want := range [][]byte{{}, {7}, bytes.Repeat([]byte("again and "), 40), long} {
		for _, level := range []int{-7, 1, 3, 19, 22} {
			for _, checksum := range []bool{false, true} {
				packed, err := libzstd{}.Encode([]byte{1, 2}, want, level, checksum)
				require.NoError(t, err)
				require.Equal(t, []byte{1, 2}, packed[:2])
				got, err := dec.DecodeAll(packed[2:], make([]byte, 0, len(want)+1))
				require.NoError(t, err)
				assert.True(t, bytes.Equal(want, got))
			}
		}
		frame := enc.EncodeAll(want, nil)
		if len(want) == 0 {
			frame = []byte{0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0}
		}
		room := make([]byte, 2*len(want)+1)
		wrote, err := libzstd{}.Decode(room[:len(want)], frame)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, room[:wrote]))
		wrote, err = libzstd{}.Decode(room, bytes.Join([][]byte{skipped, frame, skipped, frame}, nil))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(append(bytes.Clone(want), want...), room[:wrote]), "two frames")
		for _, n := range []int{0, len(want) / 2, len(want) - 1} {
			if n >= 0 && n < len(want) {
				_, err = libzstd{}.Decode(room[:n], frame)
				assert.ErrorIs(t, err, codec.ErrLong)
			}
		}
		for n := range min(len(frame), 200) {
			_, err = libzstd{}.Decode(room, frame[:n])
			require.Error(t, err, "cut off")
			assert.NotErrorIs(t, err, codec.ErrLong)
		}
		_, err = libzstd{}.Decode(room, append(bytes.Clone(frame), 1))
		assert.Error(t, err, "a byte too many")
		if len(want) > 0 {
			frame[len(frame)-1] ^= 1 // of the checksum
			_, err = libzstd{}.Decode(room, frame)
			assert.Error(t, err)
		}
	}
	_, err := libzstd{}.Decode(make([]byte, 100), []byte{0x27, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0})
	assert.ErrorIs(t, err, errZstdDamaged, "a format older than the specification")
}

// TestZstdRegistered: the codec of all formats is libzstd, whose levels differ.
func TestZstdRegistered(t *testing.T) {
	data := make([]byte, 100_000)
	for i := range data {
		data[i] = byte(rand.Uint32N(20))
	}
	for _, level := range []string{"zstd 7", "zstd 12", "zstd -50"} {
		cfg, err := codec.Parse(level)
		require.NoError(t, err)
		c, err := codec.NewBytes(len(data), []codec.Config{cfg})
		require.NoError(t, err)
		packed, err := c.Encode(nil, data)
		require.NoError(t, err)
		want, err := libzstd{}.Encode(nil, data, map[string]int{"zstd 7": 7, "zstd 12": 12, "zstd -50": -50}[level], false)
		require.NoError(t, err)
		assert.Equal(t, want, packed, level)
		got := make([]byte, len(data))
		require.NoError(t, c.Decode(got, packed))
		assert.Equal(t, data, got)
	}
}

// A frame may claim a window or contents of any size: only what fits into the
// place that is given is written, and what another implementation makes of it.
func FuzzZstd(f *testing.F) {
	enc, dec := zstdGo(f)
	text := bytes.Repeat([]byte("again and again, and 31415926535"), 100)
	f.Add(enc.EncodeAll(text, nil), len(text))
	f.Add(enc.EncodeAll(text, nil), 10)
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0, 255, 255, 255, 255, 255, 255, 255, 127, 1, 0, 0}, 100)
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, 3, 0, 0, 7}, 1000) // a window of 3.75 TiB
	unknown := bytes.Repeat([]byte{255}, 8)                          // as the size of the contents, where a frame has that: libzstd's word for none
	f.Add(slices.Concat([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0}, unknown, []byte{1, 0, 0}), 100)
	f.Fuzz(func(t *testing.T, src []byte, room int) {
		if room < 0 || room > 1<<20 {
			return
		}
		dst := bytes.Repeat([]byte{0xa5}, room+64)
		wrote, err := libzstd{}.Decode(dst[:room:room], src)
		assert.Equal(t, bytes.Repeat([]byte{0xa5}, 64), dst[room:], "nothing behind the place")
		want, goErr := dec.DecodeAll(src, make([]byte, 0, room))
		switch {
		case err == nil && goErr == nil:
			assert.True(t, bytes.Equal(want, dst[:wrote]))
		case goErr == nil && len(src) > 0:
			t.Fatalf("%v, where Go decodes %d bytes", err, len(want))
		case errors.Is(goErr, zstd.ErrDecoderSizeExceeded) && !bytes.Contains(src, unknown):
			assert.Error(t, err)
		}
	})
}
