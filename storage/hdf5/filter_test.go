//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// FuzzDecode feeds stored chunks to pipelines of all filters Go undoes.
func FuzzDecode(f *testing.F) {
	lists := [][]filter{
		{{filterShuffle, "", []int{4}}, {filterDeflate, "", []int{4}}, {filterFletcher32, "", nil}},
		{{filterFletcher32, "", nil}, {filterZstd, "", nil}},
		{{filterShuffle, "", []int{4}}, {filterLZF, "", nil}, {filterFletcher32, "", nil}},
		{{filterLZ4, "", nil}},
		{{filterBlosc, "", nil}},
		{{filterBitshuffle, "", []int{0, 2, 4, 0, 2}}},
		{{filterBitshuffle, "", []int{0, 2, 4, 8, 3}}},
		{{filterBitshuffle, "", []int{0, 2, 4, 8, 0}}},
		{},
	}
	var pipes []*pipeline
	for i, list := range lists {
		p, err := newPipeline(nd.Int32, 32, []string{"little", "big"}[i%2], list)
		require.NoError(f, err)
		pipes = append(pipes, p)
		if stored, err := p.encode(nil, bytes.Repeat([]byte{1, 2, 3, 4}, 32), 0); err == nil {
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
	stored, err := p.encode(nil, raw, 0)
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
		{{id: 4}}, {{filterShuffle, "", []int{0}}}, {{filterBitshuffle, "", []int{0, 2, 4, 0, 1}}}, {{filterBitshuffle, "", []int{0, 2, 4, 9, 2}}},
	} {
		_, err := newPipeline(nd.Int32, 32, "little", bad)
		assert.Error(t, err, "%v", texts(bad))
	}
	for f, text := range map[*filter]string{{id: 300}: "filter 300", {id: 300, name: "own"}: "filter 300 (own)", {id: 1}: "gzip", {id: 4}: "szip"} {
		assert.Equal(t, text, f.String())
	}
}

// TestLentFilters has the library itself read what went through our filters.
func TestLentFilters(t *testing.T) {
	files := goldens(t, "testdata/plugins.json")
	files["filters.h5"] = goldens(t, "testdata/golden.json")["filters.h5"]
	for file, arrays := range files {
		for path, want := range arrays {
			a := openArrayT(t, filepath.Join("testdata", file), path).(*array)
			a.pipe, a.plain = nil, false
			got, _ := contents(t, a)
			assert.Equal(t, want.Data, got, "%s/%s", file, path)
		}
	}
	for _, f := range []filter{{id: filterLZF}, {id: filterLZ4}, {id: filterBlosc}, {filterBitshuffle, "", []int{0, 2, 4, 0, 2}}, {id: filterZstd}, {id: 300}} {
		for _, bad := range [][]byte{{1}, bytes.Repeat([]byte{255}, 40)} {
			_, err := f.decodeAlone(bad)
			assert.Error(t, err, "%v %v", f, bad)
		}
	}
}

// TestPythonLentFilters reads what only the library can, of files of h5py: fields
// of compounds, virtual data, and filters of its own beside lzf.
func TestPythonLentFilters(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, python(t, dir, "-c", `
import h5py, numpy as np
with h5py.File("f.h5", "w") as f:
    x = np.arange(60, dtype="i4").reshape(6, 10)
    f.create_dataset("x", data=x, chunks=(4, 4), compression="lzf", scaleoffset=0)
    f.create_dataset("lzf", data=x, chunks=(4, 4), compression="lzf")
    c = np.zeros((6, 10), [("x", "i4"), ("y", "f8")])
    c["x"] = x
    f.create_dataset("c", data=c, chunks=(4, 4), compression="lzf", shuffle=True)
    v = h5py.VirtualLayout((6, 10), "i4")
    v[:] = h5py.VirtualSource(f["lzf"])
    f.create_virtual_dataset("v", v)`).Run())
	want := make([]int32, 60)
	for i := range want {
		want[i] = int32(i)
	}
	for _, path := range []string{"x", "c/x", "v"} {
		got, _ := contents(t, openArrayT(t, filepath.Join(dir, "f.h5"), path))
		assert.Equal(t, want, nd.AsSlice[int32](got), path)
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
