package codec

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestThorough counts what is left to the thorough way: words, and what is short
// or shrinks to nearly nothing, but not noise.
func TestThorough(t *testing.T) {
	whole := 0
	before := thorough
	defer SetDeflater(before)
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(r.IntN(100))
	}
	var words []byte
	for len(words) < 1<<20 {
		word := noise[8*int(400*r.Float64()*r.Float64()):]
		words = append(words, word[:2+word[0]%6]...)
	}
	for name, c := range map[string]struct {
		src  []byte
		want int
	}{
		"noise": {noise, 0}, "words": {words, 1},
		"short": {noise[:1000], 1}, "zeros": {make([]byte, 1<<20), 1}, "none": {nil, 1},
	} {
		whole = 0
		SetDeflater(func(dst, src []byte, level int) ([]byte, error) {
			assert.Equal(t, 1, level)
			if len(src) == len(c.src) {
				whole++
			}
			return before(dst, src, level)
		})
		f := &flate{level: 1, size: len(c.src), exact: true}
		out, err := f.Encode([]byte("before"), c.src)
		require.NoError(t, err)
		assert.Equal(t, c.want, whole, name)
		z, err := zlib.NewReader(bytes.NewReader(out[len("before"):]))
		require.NoError(t, err)
		got, err := io.ReadAll(z)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(c.src, got), name)
	}
}
