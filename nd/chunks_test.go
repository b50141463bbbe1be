package nd_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
)

func TestChunksGrid(t *testing.T) {
	for _, c := range []struct {
		chunks   string
		shape    []int
		itemsize int
		want     string
	}{
		{"366, 2", []int{1000, 5}, 8, "(366, 2)"},
		{"-1, 100", []int{1000, 50}, 8, "(1000, 50)"},
		{"(3 3 5), -1", []int{11, 4}, 4, "(3 3 5, 4)"},
		{"auto", []int{1000, 1000}, 8, "(1000, 1000)"},
		{"auto", []int{10000, 10000}, 8, "(1429, 1429)"},
		{"auto", []int{10000, 10000, 3}, 8, "(834, 834, 3)"},
		{"-1, auto", []int{1000, 1000000}, 8, "(1000, 2097)"},
		{"64MiB", []int{1 << 30}, 4, "(16777216)"},
		{"1KiB, -1", []int{100, 1000000}, 4, "(1, 1000000)"},
		{"auto, 8KiB", []int{100, 100}, 8, "(25, 34)"},
		{"auto", []int{}, 8, "()"},
		{"auto", []int{0, 5}, 8, "(1, 5)"},
		{"auto", []int{1 << 30}, 0, "(1048576)"},
		{"5", []int{0}, 8, "(1)"},
	} {
		chunks, err := nd.ParseChunks(c.chunks)
		require.NoError(t, err, c.chunks)
		g, err := chunks.Grid(c.shape, c.itemsize)
		require.NoError(t, err, c.chunks)
		assert.Equal(t, c.want, g.String(), "%s of %v", c.chunks, c.shape)
		assert.Equal(t, c.shape, g.Shape())
	}
}

func TestChunksMatch(t *testing.T) {
	shape := []int{11, 40}
	same := func(a, b nd.Chunks) {
		t.Helper()
		assert.Equal(t, a.String(), b.String())
		assert.True(t, nd.Must(a.Grid(shape, 8)).Equal(nd.Must(b.Grid(shape, 8))))
	}
	same(nd.Sizes(4, -1), nd.Must(nd.ParseChunks("4,-1")))
	same(nd.Lists([][]int{{3, 3, 5}, {40}}), nd.Must(nd.ParseChunks("(3 3 5), (40)")))
	same(nd.MaxBytes(100), nd.Must(nd.ParseChunks("100B")))
	same(nd.Auto, nd.Chunks{})
}

func TestChunksErrors(t *testing.T) {
	for _, text := range []string{"", "0", "-2", "1,,2", "(3", "3)", "(0)", "(a)", "(-1)", "12 3", "autos", "64Mb4", "1e3", "5,"} {
		_, err := nd.ParseChunks(text)
		assert.ErrorIs(t, err, nd.ErrSyntax, text)
	}
	for _, c := range []nd.Chunks{
		nd.Sizes(4), nd.Sizes(0, 4), nd.Sizes(4, -2), nd.Lists([][]int{{3, 3}, {7}}), nd.Lists([][]int{{5, 5}, {8}}),
		nd.Lists([][]int{{10}, {-7, 14}}), nd.Lists([][]int{{10}, {0, 7}}), nd.Lists([][]int{{10}, {}}), nd.Lists(nil),
		nd.Lists([][]int{{10}, {math.MaxInt, math.MaxInt, 9}}),
	} {
		_, err := c.Grid([]int{10, 7}, 8)
		assert.ErrorIs(t, err, nd.ErrChunks, "%v", c)
	}
	_, err := nd.Auto.Grid([]int{1 << 40, 1 << 40}, 8)
	assert.ErrorIs(t, err, nd.ErrOverflow)
	_, err = nd.Auto.Grid([]int{-1}, 8)
	assert.ErrorIs(t, err, nd.ErrShape)
	_, err = nd.Sizes(3).Grid([]int{5, 6}, 8)
	assert.EqualError(t, err, "nd.Chunks: chunks 3 are for 1 axes, shape [5 6] has 2")
}

// TestMaxBytesHolds checks the promise of automatic chunks: never larger than
// asked for, and not needlessly small.
func TestMaxBytesHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 20000), 1, 4).Draw(t, "shape")
		limit := rapid.IntRange(1, 1<<26).Draw(t, "limit")
		itemsize := rapid.SampledFrom([]int{1, 2, 4, 8, 16}).Draw(t, "itemsize")
		g := nd.Must(nd.MaxBytes(limit).Grid(shape, itemsize))
		chunk := g.MaxChunk()
		bytes := nd.Must(nd.SizeOf(chunk)) * itemsize
		if bytes > limit {
			require.Equal(t, itemsize, bytes, "%v", g)
		}
		if !slices.Equal(chunk, shape) && limit > 1<<16 {
			require.Greater(t, bytes<<(len(shape)+1), limit, "%v", g)
		}
	})
}

func FuzzParseChunks(f *testing.F) {
	for _, s := range []string{"366, 2", "-1, auto", "auto", "64MiB", "(3 3 5), -1", "()", "1.5GB", "99999999999999999999", "1..2B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := nd.ParseChunks(text)
		if err != nil {
			assert.ErrorIs(t, err, nd.ErrSyntax)
			return
		}
		again, err := nd.ParseChunks(c.String())
		require.NoError(t, err, "%q", c)
		assert.Equal(t, c, again)
		if g, err := c.Grid([]int{100, 30}, 8); err == nil {
			assert.Equal(t, []int{100, 30}, g.Shape())
		}
	})
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "4096": 4096, "7B": 7, "64MiB": 64 << 20, "64 mib": 64 << 20, "1.5GB": 1500000000, " 1 kB ": 1000, "0.5KiB": 512,
		"9007199254740993": 9007199254740993, "1TiB": 1 << 40, "2 PB": 2e15, "1EiB": 1 << 60,
	} {
		got, err := nd.ParseBytes(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for text, class := range map[string]error{
		"": nd.ErrSyntax, "B": nd.ErrSyntax, "-1": nd.ErrSyntax, "1e3": nd.ErrSyntax, "1 XB": nd.ErrSyntax, "1.2.3": nd.ErrSyntax, "inf": nd.ErrSyntax,
		"0x10": nd.ErrSyntax, "8EiB": nd.ErrOverflow, "99999999999999999999": nd.ErrOverflow,
	} {
		_, err := nd.ParseBytes(text)
		assert.ErrorIs(t, err, class, text)
	}
	for n, want := range map[int]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 93184: "91 KiB", 2 << 20: "2.0 MiB", 312811520: "298 MiB", 1<<20 - 1: "1.0 MiB",
		10188: "9.9 KiB", 10190: "10 KiB", math.MaxInt: "8.0 EiB", -2048: "-2.0 KiB",
	} {
		assert.Equal(t, want, nd.FormatBytes(n))
	}
}
