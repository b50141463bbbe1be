//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// TestIndex compares the places of chunks with what the library says, which is wrong where
// the axis that grows isn't the first, see TestIndexLatest.
func TestIndex(t *testing.T) {
	for path, want := range map[string]bool{
		"index.h5/tree": true, "index.h5/holes": true, "index.h5/masked": true, "index.h5/grown": true, "index.h5/newer": true,
		"layouts.h5/few": true, "layouts.h5/never": true, "layouts.h5/sparse": true, "filters.h5/mask": true,
		"types.h5/gzip_lf8": true, "latest.h5/fixed": true, "latest.h5/pages": true, "latest.h5/grows": true, "latest.h5/tree": true,
		"userblock.h5/few": false, // the library's places are wrong there
		"index.h5/chunked": false, // in another file
	} {
		t.Run(path, func(t *testing.T) {
			file, name := filepath.Split(path)
			a := openArrayT(t, filepath.Join("testdata", filepath.Clean(file)), name).(*array)
			x, ok := a.places()
			require.Equal(t, want, ok)
			if !ok {
				return
			}
			g, stored := a.Meta().ReadGrid, 0
			for coord := range g.Boxes() {
				lib, err := a.locationByLibrary(coord)
				if errors.Is(err, storage.ErrNotFound) {
					_, ok := x.find(g.Index(coord))
					assert.False(t, ok)
					continue
				}
				require.NoError(t, err)
				stored++
				lib.number = g.Index(coord)
				ours, ok := x.find(lib.number)
				assert.True(t, ok)
				assert.Equal(t, lib, ours)
			}
			assert.Len(t, x, stored)
		})
	}
}

// TestManyChunks lists, finds and reads 90,000 chunks, of which the library finds
// one by going through all: that would take minutes here.
func TestManyChunks(t *testing.T) {
	shape := []int{300, 300}
	grid, err := nd.NewGrid(shape, []int{1, 1})
	require.NoError(t, err)
	want := make([]int32, 90_000)
	for i := range want {
		want[i] = int32(i)
	}
	file := save(t, func(g storage.WritableGroup) {
		put(t, g, "x", storage.Spec{DType: nd.Int32, Shape: shape, Chunks: grid, Codecs: []string{}}, nd.AsBytes(want))
	})
	a := openArrayT(t, file, "x")
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	sizes := int64(0)
	for coord := range a.Meta().ReadGrid.Boxes() {
		n, present, err := a.(storage.StoredSizer).StoredSize(t.Context(), coord)
		require.NoError(t, err)
		require.True(t, present)
		sizes += n
		_, at, n, err := a.(storage.ChunkLocator).ChunkLocation(t.Context(), coord)
		require.NoError(t, err)
		require.Equal(t, nd.AsBytes(want[a.Meta().ReadGrid.Index(coord):][:1]), raw[at:at+n])
	}
	assert.Equal(t, int64(4*90_000), sizes)
	got := make([]int32, len(want))
	require.NoError(t, storage.ReadBox(t.Context(), a, allOf(shape), nd.AsBytes(got)))
	assert.Equal(t, want, got)
}

// FuzzIndex reads indexes out of damaged files. What is found is in order, in the
// grid, and no more than the grid has.
func FuzzIndex(f *testing.F) {
	file, err := os.ReadFile("testdata/index.h5")
	require.NoError(f, err)
	headers := map[string]int64{}
	for _, name := range []string{"tree", "holes", "grown", "newer"} {
		a, _, err := open(f.Context(), "testdata/index.h5", name, nil)
		require.NoError(f, err)
		headers[name] = a.(*array).header
		require.NoError(f, a.Close())
		f.Add(file, headers[name], uint8(len(name)))
	}
	latest, err := os.ReadFile("testdata/latest.h5")
	require.NoError(f, err)
	for kind, name := range map[uint8]string{3: "grows", 4: "columns", 5: "tree", 6: "fixed", 7: "pages"} {
		a, _, err := open(f.Context(), "testdata/latest.h5", name, nil)
		require.NoError(f, err)
		f.Add(latest, a.(*array).header, kind)
		require.NoError(f, a.Close())
	}
	f.Fuzz(func(t *testing.T, file []byte, header int64, kind uint8) {
		shape, chunk, elem, most := []int{50, 60}, []int{2, 3}, 2, []int(nil)
		switch kind % 8 {
		case 3:
			shape, chunk, elem, most = []int{300}, []int{2}, 1, []int{storage.Unlimited}
		case 4:
			shape, chunk, elem, most = []int{3, 90}, []int{2, 3}, 1, []int{7, storage.Unlimited}
		case 5:
			shape, chunk, elem = []int{30, 60}, []int{2, 1}, 1
		case 6:
			shape, chunk, elem, most = []int{7, 9}, []int{2, 3}, 1, []int{9, 9}
		case 7:
			shape, chunk, elem = []int{60, 70}, []int{1, 2}, 1
		case 1:
			shape, chunk = []int{20, 12}, []int{2, 3}
		case 2:
			shape, chunk = []int{50, 60}, []int{25, 30}
		}
		g, err := nd.NewGrid(shape, chunk)
		require.NoError(t, err)
		x, err := readIndex(bytes.NewReader(file), max(header, 0), g, chunk, elem, most)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(x), g.Len())
		for i, l := range x {
			require.True(t, l.number < g.Len() && (i == 0 || l.number > x[i-1].number))
			found, ok := x.find(l.number)
			require.True(t, ok)
			require.Equal(t, l, found)
		}
	})
}

// TestStoredFew lists the one chunk of arrays that may have 10^12 and 10^9.
func TestStoredFew(t *testing.T) {
	for name, want := range map[string][]int{"huge": {12345, 678901}, "many": {1000}} {
		a := openArrayT(t, "testdata/latest.h5", name)
		listed := [][]int{}
		for coord, err := range a.(storage.ChunkLister).StoredChunks(t.Context()) {
			require.NoError(t, err)
			listed = append(listed, coord)
		}
		assert.Equal(t, [][]int{want}, listed)
	}
}

// TestStoredChunks: the chunks that are listed are those that are there.
func TestStoredChunks(t *testing.T) {
	for path, want := range map[string]bool{
		"index.h5/tree": true, "index.h5/holes": true, "index.h5/grown": true, "index.h5/newer": true, "index.h5/chunked": false,
		"layouts.h5/few": true, "layouts.h5/never": true, "layouts.h5/sparse": true, "types.h5/gzip_lf8": true, "userblock.h5/few": false,
		"layouts.h5/scalar": false, "layouts.h5/compact": false, "layouts.h5/unset": true, "layouts.h5/empty": true,
	} {
		t.Run(path, func(t *testing.T) {
			file, name := filepath.Split(path)
			a := openArrayT(t, filepath.Join("testdata", filepath.Clean(file)), name)
			lister, ok := a.(storage.ChunkLister)
			require.True(t, ok)
			listed := [][]int{}
			for coord, err := range lister.StoredChunks(t.Context()) {
				if !want {
					require.ErrorIs(t, err, storage.ErrUnsupported)
					return
				}
				require.NoError(t, err)
				listed = append(listed, coord)
			}
			require.True(t, want)
			present := [][]int{}
			for coord := range a.Meta().ReadGrid.Boxes() {
				if _, ok, err := a.(storage.StoredSizer).StoredSize(t.Context(), coord); ok {
					require.NoError(t, err)
					present = append(present, coord)
				}
			}
			assert.ElementsMatch(t, present, listed)
		})
	}
}
