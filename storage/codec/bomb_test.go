package codec_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// TestBombMemory gives small texts that decode to 16 MiB where 1000 bytes are
// expected: they are refused before memory is taken for what they say.
func TestBombMemory(t *testing.T) {
	const n = 16 << 20
	zeros := make([]byte, n)
	for _, name := range []string{"zstd 3", "gzip 6", "zlib 6", "lz4", "blosc zstd", "blosc lz4"} {
		big, err := codec.NewBytes(n, parse(t, name))
		require.NoError(t, err)
		enc, err := big.Encode(nil, zeros)
		require.NoError(t, err)
		require.Less(t, len(enc), n/100, name)
		small, err := codec.NewBytes(1000, parse(t, name))
		require.NoError(t, err)
		dst := make([]byte, 1000)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err = small.Decode(dst, enc)
		runtime.ReadMemStats(&after)
		assert.ErrorIs(t, err, storage.ErrCorrupt, name)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), name)
	}
}
