package interop

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// writeLayouts writes arrays in every way in which the library lays out Zarr.
func writeLayouts(t *testing.T, url string) map[string]seen {
	t.Helper()
	g, err := storage.Create(t.Context(), url, nil)
	require.NoError(t, err)
	want := map[string]seen{}
	for name, spec := range map[string]storage.Spec{
		"default": {}, "fortran": {Order: "F"}, "plain": {Codecs: []string{}}, "big": {Codecs: []string{"bytes big", "gzip 9"}},
		"dots": {Options: map[string]string{"separator": "."}}, "checked": {Codecs: []string{"zstd 19", "crc32c"}}, "blosc": {Codecs: []string{"blosc"}},
	} {
		want["int16/"+name] = put(t, g, "int16/"+name, newSample[int16]([]int{7, 10}, []int{3, 4}, "y", "x"), spec)
		want["float64/"+name] = put(t, g, "float64/"+name, newSample[float64]([]int{5, 4, 3}, []int{2, 3, 2}), spec)
	}
	want["scalar"] = put(t, g, "scalar", newSample[int64]([]int{}, []int{}), storage.Spec{})
	want["sparse"] = putSparse(t, g)
	require.NoError(t, g.Commit(t.Context()))
	require.NoError(t, g.Close())
	return want
}

// putSparse writes the middle of an array, most of whose chunks stay missing.
func putSparse(t *testing.T, g storage.WritableGroup) seen {
	t.Helper()
	const fill = -1.5
	s := newSample[float32]([]int{3, 4}, []int{3, 4}, "y", "x")
	want := put(t, g, "sparse", s, storage.Spec{Shape: []int{11, 14}, Fill: nd.AsBytes([]float32{fill})}, 3, 2)
	all := nd.Must(nd.Full[float32](fill, 11, 14))
	part := nd.Must(nd.FromSlice(nd.AsSlice[float32](s.want.Data), 3, 4))
	require.NoError(t, nd.Must(all.Slice(nd.Span(3, 6), nd.Span(2, 6))).Assign(part))
	want.Data = all.Bytes()
	return want
}

// zarrCodecs are the codecs that Save is tried with.
var zarrCodecs = map[string][]string{"default": nil, "zstd": {"zstd 1"}, "gzip": {"gzip 5"}, "none": {}}

func TestZarrPythonReadsOurs(t *testing.T) {
	t.Parallel()
	needs(t, "NDGRID_PYTHON", "Python with zarr")
	url := filepath.Join(t.TempDir(), "ours.zarr")
	want := writeLayouts(t, url)
	saveAll(t, want, url, "", common, zarrCodecs)
	saveAll(t, want, url, "more ", others, zarrCodecs)
	got := map[string]seen{}
	python(t, &got, "read-zarr", url)
	equal(t, want, got)
	assert.Len(t, got, len(want))
}

// zarrita runs testdata/zarrita.mjs on arrays of a store.
func zarrita(t *testing.T, url string, names []string) (got map[string]seen) {
	t.Helper()
	folder := needs(t, "NDGRID_ZARRITA", "folder with zarrita")
	script, err := os.Open(filepath.Join("testdata", "zarrita.mjs"))
	require.NoError(t, err)
	defer script.Close()
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"--input-type=module", "-", url}, names...)...)
	cmd.Dir, cmd.Stdin = folder, script
	run(t, &got, cmd)
	return got
}

func TestZarritaReadsOurs(t *testing.T) {
	t.Parallel()
	needs(t, "NDGRID_ZARRITA", "folder with zarrita")
	url := filepath.Join(t.TempDir(), "ours.zarr")
	want := writeLayouts(t, url)
	saveAll(t, want, url, "", common, zarrCodecs)
	equal(t, want, zarrita(t, url, slices.Sorted(maps.Keys(want))))
}

// TestWeReadZarrPython opens stores of both versions of the format.
func TestWeReadZarrPython(t *testing.T) {
	t.Parallel()
	var want map[string]map[string]seen
	python(t, &want, "write-zarr", filepath.Join(t.TempDir(), "theirs.zarr"))
	require.Len(t, want, 2)
	for url, arrays := range want {
		g, err := storage.OpenGroup(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, map[string]any{"title": "from Python"}, plain(t, g.Attrs()))
		require.NoError(t, g.Close())
		for name, w := range arrays {
			t.Run(filepath.Base(url)+"/"+name, func(t *testing.T) { assert.Equal(t, w, look(t, url+"/"+name)) })
		}
	}
}
