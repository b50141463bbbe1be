package random

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
)

// TestPublished compares the words of two keys with NumPy's test vectors,
// numpy/random/tests/data/philox-testset-1.csv and -2.csv (NumPy 2.4.6), of 1000
// words each. The files name seeds; the keys are what NumPy's SeedSequence makes
// of them: numpy.random.Philox(0xdeadbeaf).state["state"]["key"].
func TestPublished(t *testing.T) {
	for _, c := range []struct {
		key  key
		want map[int]uint64
	}{
		{key{0x50312a63d516e24a, 0x4063bc8bca44dc77}, map[int]uint64{0: 0xedc95200e2bd66a5, 1: 0x581d4e43b7682352,
			2: 0x4be7278f5e373eab, 3: 0xee47f17991a9e7ea, 4: 0x38a7d2ae422f2e2c, 999: 0x1f83a32d4adfd2ed}},
		{key{0xdb2cd7e7b0f478be, 0xabf4641a2c71ba49}, map[int]uint64{0: 0x399e5b222b82fa9, 1: 0x41fd08c1f00f3bc5, 999: 0x57c05f47ff62380d}},
	} {
		words := make([]uint64, 1000)
		c.key.words(words, 0)
		for i, w := range c.want {
			assert.Equal(t, w, words[i], "word %d of key %x", i, c.key)
		}
	}
}

// TestPublishedWhole compares all words of both files, where NumPy is installed.
func TestPublishedWhole(t *testing.T) {
	out := peer.Output(t, peer.Python(t, "testdata/published.py"))
	files := 0
	for line := range strings.Lines(string(out)) {
		var n []uint64
		for _, f := range strings.Fields(line) {
			v, err := strconv.ParseUint(f, 16, 64)
			require.NoError(t, err)
			n = append(n, v)
		}
		require.Len(t, n, 2+1000)
		words := make([]uint64, 1000)
		key{n[0], n[1]}.words(words, 0)
		require.Equal(t, n[2:], words, "key %x", n[:2])
		files++
	}
	require.Equal(t, 2, files)
}

// TestWords: a stretch of a stream is the same wherever it begins.
func TestWords(t *testing.T) {
	k := key{7, 1}
	whole := make([]uint64, 40)
	k.words(whole, 0)
	for first := range whole {
		part := make([]uint64, len(whole)-first)
		k.words(part, uint64(first))
		require.Equal(t, whole[first:], part)
	}
}
