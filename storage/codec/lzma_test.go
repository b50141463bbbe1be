package codec_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// TestStreamBombs gives streams of one element more than there should be.
func TestStreamBombs(t *testing.T) {
	for _, c := range filterCases(t, "bz2", "lzma", "zlib", "gzip", "zstd", "lz4") {
		d, order := c.dtype(t)
		n := len(c.Data)/d.Size() - 1
		chain, err := codec.New(d, []int{n}, []codec.Config{order, c.config()})
		require.NoError(t, err)
		require.ErrorIs(t, chain.Decode(make([]byte, n*d.Size()), c.Encoded), storage.ErrCorrupt, "%v", c.Config)
	}
}

// TestLZMAWindow has streams say that their window is 4 GiB: they are decoded all
// the same, with the memory that their bytes need.
func TestLZMAWindow(t *testing.T) {
	for _, c := range filterCases(t, "lzma") {
		enc := bytes.Clone(c.Encoded)
		switch {
		case bytes.HasPrefix(enc, []byte("\xfd7zXZ")):
			head := enc[12 : 12+4*int(enc[12])]
			at := bytes.Index(head, []byte{0x21, 1}) + 2
			require.Greater(t, at, 2)
			head[at] = 40
			binary.LittleEndian.PutUint32(enc[12+len(head):], crc32.ChecksumIEEE(head))
		case enc[0] == 0x5d:
			binary.LittleEndian.PutUint32(enc[1:], 0xffffffff)
		}
		d, order := c.dtype(t)
		chain, err := codec.New(d, []int{len(c.Data) / d.Size()}, []codec.Config{order, c.config()})
		require.NoError(t, err)
		got := make([]byte, len(c.Data))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.NoError(t, chain.Decode(got, enc), "%v", c.Config)
		runtime.ReadMemStats(&after)
		assert.Equal(t, c.Data, got, "%v", c.Config)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), "%v", c.Config)
	}
}

func TestLZMAErrors(t *testing.T) {
	filter := func(f ...any) codec.Params { return codec.Params{"format": 3, "filters": f} }
	lzma2, delta := map[string]any{"id": 0x21}, map[string]any{"id": 3, "dist": 4}
	for _, c := range []struct {
		want   string
		params codec.Params
	}{
		{"format 4", codec.Params{"format": 4}},
		{"no list of filters", codec.Params{"format": 3}},
		{"no filter", filter("lzma2")},
		{"filter 0x21 at its place", filter(lzma2, delta)},
		{"filter 0x4 at its place", filter(map[string]any{"id": 4}, lzma2)}, // x86 jumps
		{"dist 257", filter(map[string]any{"id": 3, "dist": 257}, lzma2)},
		{"dictionary", codec.Params{"dictionary": 1}},
	} {
		_, err := codec.New(nd.Uint8, []int{4}, []codec.Config{{Name: "bytes"}, {Name: "numcodecs.lzma", Params: c.params}})
		assert.ErrorContains(t, err, c.want)
	}
	for _, text := range []string{"bz2 9", "lzma"} {
		_, err := codec.Parse(text)
		assert.ErrorIs(t, err, storage.ErrUnsupported)
		assert.ErrorContains(t, err, "read, not written")
	}
}
