//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(p, data, 0o600))
		return p
	}
	whole, err := os.ReadFile("testdata/groups.h5")
	require.NoError(t, err)
	for _, c := range []struct {
		path string
		err  error
		text string
	}{
		{filepath.Join(dir, "nothing.h5"), storage.ErrNotFound, "no such file"},
		{dir, storage.ErrFormat, "a directory"},
		{file("empty.h5", nil), storage.ErrFormat, "is empty"},
		{file("text.h5", []byte("just text, no data")), storage.ErrFormat, `starts with "just text, no da"`},
		{file("cut.h5", whole[:len(whole)/2]), storage.ErrCorrupt, "truncated file"},
		{file("header.h5", whole[:20]), nil, "libhdf5"},
		{file("garbage.h5", append(bytes.Clone(whole[:8]), bytes.Repeat([]byte{7}, 4000)...)), nil, "libhdf5"},
	} {
		_, _, err := open(t.Context(), c.path, "", nil)
		require.Error(t, err, c.path)
		if c.err != nil {
			assert.ErrorIs(t, err, c.err, c.path)
		}
		assert.ErrorContains(t, err, c.text)
		assert.ErrorContains(t, err, c.path)
		_, err = openWritable(t.Context(), c.path, nil)
		assert.ErrorContains(t, err, c.text)
	}
	var lib *LibraryError
	_, _, err = open(t.Context(), filepath.Join(dir, "cut.h5"), "", nil)
	require.ErrorAs(t, err, &lib)
	assert.Contains(t, lib.Text, "H5Fopen: unable to open file")

	_, err = storage.OpenArray(t.Context(), "testdata/dims.h5/temperature")
	require.ErrorIs(t, err, storage.ErrNotFound)
	assert.ErrorContains(t, err, `there is no "temperature" in it; the group holds forged, plain, t, v, y`)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = open(ctx, "testdata/groups.h5", "", nil)
	assert.ErrorIs(t, err, context.Canceled)
}

// TestDamagedChild damages the header of one array; the others stay readable.
func TestDamagedChild(t *testing.T) {
	data, err := os.ReadFile("testdata/types.h5")
	require.NoError(t, err)
	first := bytes.Index(data, []byte("OHDR")) // the root; headers of the format v110 have a signature
	second := first + 4 + bytes.Index(data[first+4:], []byte("OHDR"))
	copy(data[second:], "XXXX")
	file := filepath.Join(t.TempDir(), "damaged.h5")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	g := openGroupT(t, file, "")
	names, err := g.Names(t.Context())
	require.NoError(t, err)
	failed := 0
	for _, c := range names {
		a, err := g.Array(t.Context(), c.Name)
		if err != nil {
			failed++
			assert.ErrorContains(t, err, "libhdf5")
			assert.ErrorContains(t, err, c.Name)
			continue
		}
		require.NoError(t, a.Close())
	}
	assert.Equal(t, 1, failed)
}

func TestDetect(t *testing.T) {
	for file, want := range map[string]bool{"types.h5": true, "userblock.h5": true, "golden.json": false, "make.py": false} {
		path := filepath.Join("testdata", file)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, want, detect(path, data[:100]), file)
	}
	assert.False(t, detect("testdata", nil))
	assert.False(t, detect("testdata/nothing.h5", []byte("x")))
}

func TestCorruptChunks(t *testing.T) {
	for _, path := range []string{"deflate", "short", "long", "adler", "fletcher", "lzf", "huge"} {
		a := openArrayT(t, "testdata/corrupt.h5", path)
		buf := make([]byte, 64)
		present, err := a.ReadChunk(t.Context(), []int{0}, buf)
		require.NoError(t, err, path)
		require.True(t, present)
		assert.Equal(t, int32(15), nd.AsSlice[int32](buf)[15])
		_, err = a.ReadChunk(t.Context(), []int{1}, buf)
		require.Error(t, err, path)
		assert.ErrorIs(t, err, storage.ErrCorrupt, path)
		assert.ErrorContains(t, err, "read chunk [1] of")
		assert.ErrorContains(t, err, "corrupt.h5/"+path)
	}
}

func TestMisuse(t *testing.T) {
	ctx := t.Context()
	_, g, err := open(ctx, "testdata/layouts.h5", "", nil)
	require.NoError(t, err)
	sparse, err := g.Array(ctx, "sparse")
	require.NoError(t, err)
	flat, err := g.Array(ctx, "unset")
	require.NoError(t, err)
	buf := make([]byte, 1000)
	for _, coord := range [][]int{nil, {0}, {3, 0}, {0, -1}, {0, 0, 0}} {
		_, err := sparse.ReadChunk(ctx, coord, buf[:32])
		assert.ErrorIs(t, err, nd.ErrIndex)
		_, _, err = sparse.(storage.StoredSizer).StoredSize(ctx, coord)
		assert.ErrorIs(t, err, nd.ErrIndex)
	}
	_, err = sparse.ReadChunk(ctx, []int{1, 1}, buf[:31])
	assert.ErrorIs(t, err, nd.ErrShape)
	boxes := flat.(storage.BoxReader)
	assert.ErrorIs(t, boxes.ReadBox(ctx, nd.Box{Start: []int{0, 2}, Shape: []int{1, 3}}, buf[:24]), nd.ErrIndex)
	assert.ErrorIs(t, boxes.ReadBox(ctx, nd.Box{Start: []int{0}, Shape: []int{1}}, buf[:8]), nd.ErrIndex)
	assert.ErrorIs(t, boxes.ReadBox(ctx, nd.Box{Start: []int{0, 0}, Shape: []int{1, 3}}, buf[:23]), nd.ErrShape)
	_, err = g.Array(ctx, "")
	assert.ErrorIs(t, err, storage.ErrNotFound)

	require.NoError(t, g.Close())
	require.NoError(t, g.Close())
	_, err = g.Array(ctx, "sparse")
	assert.ErrorIs(t, err, storage.ErrClosed)
	_, err = g.Names(ctx)
	assert.ErrorIs(t, err, storage.ErrClosed)
	_, err = sparse.ReadChunk(ctx, []int{1, 1}, buf[:32])
	assert.NoError(t, err, "the file is open as long as an array is")
	require.NoError(t, sparse.Close())
	require.NoError(t, flat.Close())
	_, err = sparse.ReadChunk(ctx, []int{1, 1}, buf[:32])
	assert.ErrorIs(t, err, storage.ErrClosed)
	_, _, err = sparse.(storage.StoredSizer).StoredSize(ctx, []int{1, 1})
	assert.ErrorIs(t, err, storage.ErrClosed)
	assert.ErrorIs(t, boxes.ReadBox(ctx, nd.Box{Start: []int{0, 0}, Shape: []int{1, 3}}, buf[:24]), storage.ErrClosed)
}

// TestConcurrent reads arrays of all kinds from many goroutines, some of which
// lose the file under their hands.
func TestConcurrent(t *testing.T) {
	all := goldens(t, "testdata/golden.json")
	var wg sync.WaitGroup
	for _, c := range []struct{ file, path string }{
		{"types.h5", "flat_lf8"}, {"types.h5", "gzip_lf8"}, {"types.h5", "gzip_bc16"}, {"filters.h5", "szip"}, {"filters.h5", "lzf"},
	} {
		a, _, err := open(t.Context(), filepath.Join("testdata", c.file), c.path, nil)
		require.NoError(t, err)
		m := a.Meta()
		want := all[c.file][c.path].Data
		for range 4 {
			wg.Go(func() {
				got := make([]byte, len(want))
				err := storage.ReadBox(t.Context(), a, allOf(m.Shape), got)
				if !errors.Is(err, storage.ErrClosed) {
					assert.NoError(t, err)
					assert.Equal(t, want, got)
				}
			})
		}
		wg.Go(func() { assert.NoError(t, a.Close()) })
	}
	wg.Wait()
}

// TestLibraryText: an array that the library doesn't open says why.
func TestLibraryText(t *testing.T) {
	g := openGroupT(t, "testdata/types.h5", "").(*group)
	lib.Lock()
	defer lib.Unlock()
	_, err := g.openArray("nothing", "nothing", nil)
	assert.ErrorContains(t, err, "H5Dopen2: unable to open dataset")
}
