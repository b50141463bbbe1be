//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func TestUnpackLZF(t *testing.T) {
	for _, c := range []struct{ packed, want string }{
		{"", ""},
		{"\x02abc", "abc"},
		{"\x00a\x20\x00", "aaaa"}, // a copy that overlaps itself
		{"\x01ab\xe0\x0a\x01", "ab" + "abababababababababa"}, // a long copy: 7+10+2
		{"\x03abcd\x20\x03\x00e", "abcd" + "abc" + "e"},      // four bytes back
	} {
		got, err := unpackLZF(make([]byte, 0, len(c.want)), []byte(c.packed))
		require.NoError(t, err, "%q", c.packed)
		assert.Equal(t, c.want, string(got))
		if len(c.want) > 0 {
			_, err = unpackLZF(make([]byte, 0, len(c.want)-1), []byte(c.packed))
			assert.ErrorIs(t, err, storage.ErrCorrupt)
		}
	}
	for _, bad := range []string{"\x02ab", "\x20", "\x00a\x20\x01", "\x00a\xe0\x00", "\xff"} {
		_, err := unpackLZF(make([]byte, 0, 100), []byte(bad))
		assert.ErrorIs(t, err, storage.ErrCorrupt, "%q", bad)
	}
}

func FuzzUnpackLZF(f *testing.F) {
	f.Add([]byte("\x03abcd\x20\x03\x00e"))
	f.Add([]byte("\x01ab\xe0\x0a\x01"))
	f.Fuzz(func(t *testing.T, packed []byte) {
		dst := make([]byte, 0, 1000)
		got, err := unpackLZF(dst, packed)
		if len(got) > cap(dst) {
			t.Fatalf("%d bytes, %d are the most", len(got), cap(dst))
		}
		if err != nil && len(got) == 0 && len(packed) == 0 {
			t.Fatal("nothing is not corrupt")
		}
	})
}

// FuzzDecode feeds stored chunks to pipelines of all filters Go undoes.
func FuzzDecode(f *testing.F) {
	lists := [][]filter{
		{{filterShuffle, "", []int{4}}, {filterDeflate, "", []int{4}}, {filterFletcher32, "", nil}},
		{{filterFletcher32, "", nil}, {filterZstd, "", nil}},
		{{filterShuffle, "", []int{4}}, {filterLZF, "", nil}, {filterFletcher32, "", nil}},
		{},
	}
	var pipes []*pipeline
	for i, list := range lists {
		p, err := newPipeline(nd.Int32, 32, []string{"little", "big"}[i%2], list)
		require.NoError(f, err)
		pipes = append(pipes, p)
		if stored, err := p.encode(nil, bytes.Repeat([]byte{1, 2, 3, 4}, 32)); err == nil {
			f.Add(uint8(i), uint32(0), stored)
		}
		f.Add(uint8(i), uint32(7), bytes.Repeat([]byte{1, 2, 3, 4}, 32))
	}
	f.Fuzz(func(t *testing.T, which uint8, mask uint32, stored []byte) {
		dst := make([]byte, 128)
		_ = pipes[int(which)%len(pipes)].decode(dst, stored, mask)
	})
}

func TestPipelines(t *testing.T) {
	raw := bytes.Repeat([]byte{1, 2, 3, 4, 0, 0, 9, 9}, 16)
	list, err := parseCodecs([]string{"shuffle", "gzip", "fletcher32"}, 4)
	require.NoError(t, err)
	assert.Equal(t, []string{"shuffle", "gzip 4", "fletcher32"}, texts(list))
	p, err := newPipeline(nd.Int32, 32, "big", list)
	require.NoError(t, err)
	stored, err := p.encode(nil, raw)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(stored), p.limit)
	got := make([]byte, len(raw))
	require.NoError(t, p.decode(got, stored, 0))
	assert.Equal(t, raw, got)
	require.NoError(t, p.decode(got, stored, 1)) // the mask says that nothing was shuffled
	assert.NotEqual(t, raw, got)
	stored[3] ^= 1
	assert.ErrorIs(t, p.decode(got, stored, 0), storage.ErrCorrupt)

	for _, bad := range [][]filter{
		{{id: 4}}, {{filterLZF, "", nil}, {filterDeflate, "", []int{1}}}, {{filterLZF, "", nil}, {filterLZF, "", nil}}, {{filterShuffle, "", []int{0}}},
	} {
		_, err := newPipeline(nd.Int32, 32, "little", bad)
		assert.Error(t, err, "%v", texts(bad))
	}
	for f, text := range map[*filter]string{{id: 300}: "filter 300", {id: 300, name: "own"}: "filter 300 (own)", {id: 1}: "gzip", {id: 4}: "szip"} {
		assert.Equal(t, text, f.String())
	}
}

// TestReadRows compares boxes read in place with the same parts of memory.
func TestReadRows(t *testing.T) {
	shape := []int{3, 200, 5, 40}
	all := make([]byte, 3*200*5*40*2)
	for i := range all {
		all[i] = byte(i * 31 >> 3)
	}
	file := bytes.NewReader(append(make([]byte, 100), all...))
	for _, box := range []nd.Box{
		{Start: []int{0, 0, 0, 0}, Shape: shape}, {Start: []int{1, 0, 0, 0}, Shape: []int{2, 200, 5, 40}},
		{Start: []int{1, 3, 0, 0}, Shape: []int{2, 190, 5, 40}}, {Start: []int{0, 3, 1, 0}, Shape: []int{3, 9, 3, 40}},
		{Start: []int{2, 3, 1, 7}, Shape: []int{1, 190, 2, 30}}, {Start: []int{0, 0, 0, 39}, Shape: []int{3, 200, 5, 1}},
		{Start: []int{0, 0, 4, 0}, Shape: []int{3, 200, 1, 1}}, {Start: []int{0, 199, 4, 39}, Shape: []int{3, 1, 1, 1}},
	} {
		want, got := make([]byte, box.Size()*2), make([]byte, box.Size()*2)
		storage.CopyBox(want, box, all, allOf(shape), box, 2)
		require.NoError(t, readRows(t.Context(), file, 100, shape, 2, box, got))
		require.Equal(t, want, got, "box %v", box)
	}
	assert.Error(t, readRows(t.Context(), file, 101, shape, 2, allOf(shape), make([]byte, len(all))))
}
