package codec

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestZstdSizes: numbers of all kinds get about as small as libzstd makes them;
// zstd.py makes the same ones.
func TestZstdSizes(t *testing.T) {
	const size = 1 << 20
	noise := func(i int) uint64 {
		k := uint64(i) + 0x9e3779b97f4a7c15
		k = (k ^ k>>30) * 0xbf58476d1ce4e5b9
		k = (k ^ k>>27) * 0x94d049bb133111eb
		return k ^ k>>31
	}
	wave := func(i int) int {
		up := i%3000 - 1500
		return max(up, -up) + int(noise(i)%500)
	}
	label := 0
	kinds := map[string][]byte{
		"decimals float64": bytesOf(size, func(i int) float64 { return float64(wave(i)) / 100 }),
		"decimals float32": bytesOf(size, func(i int) float32 { return float32(float64(wave(i)) / 100) }),
		"thirds float32":   bytesOf(size, func(i int) float32 { return float32(wave(i)*1000+i%997) / 3 }),
		"integers int16":   bytesOf(size, func(i int) int16 { return int16(wave(i)) }),
		"integers int32":   bytesOf(size, func(i int) int32 { return int32(wave(i)) }),
		"labels uint8": bytesOf(size, func(i int) uint8 {
			if noise(i)%20 == 0 {
				label++
			}
			return uint8(label % 12)
		}),
		"noise uint64": bytesOf(size, noise),
	}
	var want map[string]int
	text, err := os.ReadFile("testdata/zstd.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &want))
	require.Len(t, want, len(kinds))
	for kind, data := range kinds {
		cfg, err := Parse("zstd 3")
		require.NoError(t, err)
		c, err := NewBytes(size, []Config{cfg})
		require.NoError(t, err)
		enc, err := c.Encode(nil, data)
		require.NoError(t, err)
		t.Logf("%s: %d bytes, libzstd %d", kind, len(enc), want[kind])
		assert.LessOrEqual(t, len(enc), want[kind]+want[kind]*5/100, "%s: bytes, libzstd's %d and 5 %%", kind, want[kind])
		got := make([]byte, size)
		require.NoError(t, c.Decode(got, enc))
		assert.Equal(t, data, got, kind)
	}
}

// What lies behind the place of the result stays, and so does an error about
// what doesn't fit into it, whether it is decoded there or elsewhere.
func TestZstdRoom(t *testing.T) {
	for _, size := range []int{1, 15, 4000, 128 << 10, 300 << 10, zstdAside, zstdAside + 1, 2 << 20} {
		data := bytesOf(size+7, func(i int) uint8 { return uint8(i * i / 100) })
		enc := func(n int) []byte {
			b, err := zstdLib.Encode(nil, data[:n], 1, false)
			require.NoError(t, err)
			return b
		}
		for _, spare := range []int{0, 1, zstdSlack, 100} {
			all := bytesOf(3+size+spare+64, func(int) uint8 { return 0xa5 })
			got, err := decodeZstd(all[:3:3+size+spare], enc(size), size)
			require.NoError(t, err)
			assert.True(t, within(got, all), "%d bytes and %d", size, spare)
			assert.Equal(t, data[:size], got[3:], "%d bytes and %d", size, spare)
			assert.Equal(t, all[3+size+spare:], bytesOf(64, func(int) uint8 { return 0xa5 }), "%d bytes and %d", size, spare)
			for _, more := range []int{1, 7} {
				_, err = decodeZstd(all[:3:3+size+spare], enc(size+more), size)
				assert.ErrorIs(t, err, storage.ErrCorrupt, "%d bytes, %d and %d", size, spare, more)
			}
		}
		got, err := decodeZstd(nil, enc(size), size+5)
		require.NoError(t, err)
		assert.Equal(t, data[:size], got, "memory is taken")
	}
}

// bytesOf returns size bytes of f(0), f(1) …
func bytesOf[T nd.Real](size int, f func(i int) T) []byte {
	b := nd.MakeBytes(size)
	for i, s := 0, nd.AsSlice[T](b); i < len(s); i++ {
		s[i] = f(i)
	}
	return b
}
