package interop

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
	"github.com/ndgrid/ndgrid/ufunc"
)

// computedSample is newSample of an array whose elements are computed.
func computedSample[T nd.Elem](shape, chunk []int, dims ...string) sample {
	s := newSample[T](shape, chunk, dims...)
	s.array = ufunc.Map(chunkgrid.As[T](s.array), func(v T) T { return v })
	return s
}

// growing are arrays with an axis time of 23, in chunks of 4.
func growing() map[string]sample {
	return map[string]sample{
		"rows":    computedSample[float64]([]int{23, 5}, []int{4, 3}, "time", "x"),
		"columns": computedSample[int16]([]int{5, 23}, []int{2, 4}, "x", "time"),
		"flags":   computedSample[bool]([]int{23, 5}, []int{4, 5}, "time", "x"),
		"time":    computedSample[float32]([]int{23}, []int{4}, "time"),
	}
}

// during returns part of an array, all along other axes than time.
func during(a chunkgrid.Any, from, end int) (part chunkgrid.Any, time int) {
	time = slices.Index(a.Dims(), "time")
	at := slices.Repeat([]nd.Range{nd.All}, a.NDim())
	at[time] = nd.Span(from, end)
	return a.View(at...), time
}

// appendRest appends what comes after an index of time, in parts that end
// anywhere in a chunk, and several in one.
func appendRest(t *testing.T, url string, a chunkgrid.Any, from int) {
	t.Helper()
	for _, end := range []int{from + 1, from + 2, 16, 17, 17, 23} {
		part, time := during(a, from, end)
		require.NoError(t, chunkgrid.Append(t.Context(), url, part, time), "%s from %d to %d", url, from, end)
		from = end
	}
}

// TestAppendHDF5 appends to all arrays of files that were made for it, to
// coordinates too, and compares with what h5py reads and with what we do.
func TestAppendHDF5(t *testing.T) {
	needsHDF5(t)
	needs(t, "NDGRID_PYTHON", "Python with h5py")
	file := filepath.Join(t.TempDir(), "ours.nc")
	want := map[string]seen{}
	for group, codecs := range map[string][]string{"default": nil, "none": {}, "checked": {"shuffle", "gzip 1", "fletcher32"}} {
		vars, opts := chunkgrid.Vars{}, []chunkgrid.Option{chunkgrid.DriverOptions(map[string]string{"unlimited": "time"})}
		if codecs != nil {
			opts = append(opts, chunkgrid.Codecs(codecs...))
		}
		for name, s := range growing() {
			vars[name], _ = during(s.array, 0, 6)
		}
		require.NoError(t, chunkgrid.Save(t.Context(), file+"/"+group, vars, opts...))
		for name, s := range growing() {
			url := group + "/" + name
			appendRest(t, file+"/"+url, s.array, 6)
			want[url] = s.want
			assert.Equal(t, s.want, look(t, file+"/"+url))
		}
	}
	got := map[string]seen{}
	python(t, &got, "read-hdf5", file)
	equal(t, want, got)
}

// TestAppendToH5py appends to arrays of h5py, in files of the oldest format and of
// that of 1.10, whose indexes of chunks differ.
func TestAppendToH5py(t *testing.T) {
	needsHDF5(t)
	file := filepath.Join(t.TempDir(), "theirs.h5")
	interpreter := needs(t, "NDGRID_PYTHON", "Python with h5py")
	script := `
import sys, h5py
for libver in "earliest", "v110":
    with h5py.File(sys.argv[1] + libver, "w", libver=(libver, "v110")) as f:
        ways = {"raw": {}, "big": {}, "gzip": {"compression": "gzip", "shuffle": True}, "checked": {"fletcher32": True}}
        for name, way in ways.items():
            dtype = ">f8" if name == "big" else "f8"
            f.create_dataset(name, (0, 5), dtype, chunks=(4, 3), maxshape=(None, 5), **way)
            f.create_dataset(name + " both", (0, 5), dtype, chunks=(4, 3), maxshape=(None, None), **way)
`
	cmd := exec.CommandContext(t.Context(), interpreter, "-c", script, file)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Run())
	for _, version := range []string{"earliest", "v110"} {
		s := growing()["rows"]
		s.want.Dims = []string{"", ""}
		want, got := map[string]seen{}, map[string]seen{}
		for _, name := range []string{"raw", "big", "gzip", "checked"} {
			for _, url := range []string{name, name + " both"} {
				want[url] = s.want
				appendRest(t, file+version+"/"+url, s.array, 0)
				assert.Equal(t, s.want, look(t, file+version+"/"+url), url)
			}
		}
		python(t, &got, "read-hdf5", file+version)
		equal(t, want, got)
	}
}

// TestAppendRefused appends where that can't be done: what was there stays.
func TestAppendRefused(t *testing.T) {
	needsHDF5(t)
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "ours.h5")
	s := growing()["rows"]
	head, _ := during(s.array, 0, 6)
	grows := chunkgrid.DriverOptions(map[string]string{"unlimited": "time"})
	save := func(group string, a chunkgrid.Any, opts ...chunkgrid.Option) {
		require.NoError(t, chunkgrid.Save(ctx, file+"/"+group, chunkgrid.Vars{"rows": a}, opts...))
	}
	save("fixed", head)
	save("contiguous", chunkgrid.As[float64](head).Rechunk(nd.Sizes(6, 5)), chunkgrid.Codecs())
	save("grows", head, grows)
	save("zstd", head, grows, chunkgrid.Codecs("shuffle", "zstd 3"))
	want := look(t, file+"/grows/rows")
	unreadable := chunkgrid.MapChunks(chunkgrid.As[float64](head), func(*nd.Array[float64]) (*nd.Array[float64], error) {
		return nil, errors.New("unreadable")
	})
	for _, c := range []struct {
		array string
		part  chunkgrid.Any
		axis  int
		is    error
		says  string
	}{
		{"fixed/rows", head, 0, storage.ErrUnsupported, "axis 0 was created for a length of at most 6; Spec.MaxShape and option unlimited make axes that grow"},
		{"contiguous/rows", head, 0, storage.ErrUnsupported, "not in chunks"},
		{"grows/rows", head.View(nd.All, nd.Span(0, 2)), 0, nd.ErrShape, "append shape [6 2] to shape [6 5]"},
		{"grows/rows", head, 1, storage.ErrUnsupported, "axis 1 was created for a length of at most 5"},
		{"grows/rows", unreadable, 0, nil, "unreadable"},
		{"zstd/rows", unreadable, 0, nil, "unreadable"},
	} {
		err := chunkgrid.Append(ctx, file+"/"+c.array, c.part, c.axis)
		require.ErrorContains(t, err, c.says, c.array)
		if c.is != nil {
			require.ErrorIs(t, err, c.is, c.array)
		}
		assert.Equal(t, want.Data, look(t, file+"/"+c.array).Data, c.array)
	}
	appendRest(t, file+"/zstd/rows", s.array, 6)
	assert.Equal(t, s.want.Data, look(t, file+"/zstd/rows").Data)
	src, err := storage.OpenArray(ctx, file+"/grows/rows")
	require.NoError(t, err)
	defer src.Close()
	assert.ErrorIs(t, chunkgrid.Append(ctx, file+"/grows/rows", head, 0), hdf5.ErrReading)
}

// TestConsolidatedAfterFailure: what failed leaves consolidated metadata that are those of
// the arrays, for zarr-python and xarray. Where a process was killed in between, they read
// without, and the next Append puts them back.
func TestConsolidatedAfterFailure(t *testing.T) {
	interpreter := needs(t, "NDGRID_PYTHON", "Python with zarr-python and xarray")
	script := `
import sys, warnings, zarr, xarray
warnings.simplefilter("ignore")
consolidated = sys.argv[2] == "yes" or None
shape = zarr.open_group(sys.argv[1], mode="r", use_consolidated=consolidated)["rows"].shape
assert shape == xarray.open_zarr(sys.argv[1], consolidated=consolidated)["rows"].shape
print(*shape)
`
	read := func(store, consolidated string) string {
		cmd := exec.CommandContext(t.Context(), interpreter, "-c", script, store, consolidated)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		require.NoError(t, err)
		return string(out)
	}
	rows := growing()["rows"].array
	head, _ := during(rows, 0, 6)
	more, _ := during(rows, 6, 9)
	unreadable := chunkgrid.MapChunks(chunkgrid.As[float64](more), func(*nd.Array[float64]) (*nd.Array[float64], error) {
		return nil, errors.New("unreadable")
	}).Named("time", "x")
	for _, version := range []string{"2", "3"} {
		store := filepath.Join(t.TempDir(), "ours.zarr")
		require.NoError(t, chunkgrid.Save(t.Context(), store, chunkgrid.Vars{"rows": head}, chunkgrid.DriverOptions(map[string]string{"zarr_format": version})))
		assert.ErrorContains(t, chunkgrid.Append(t.Context(), store+"/rows", unreadable, 0), "unreadable")
		assert.Equal(t, "6 5\n", read(store, "yes"))
		assert.ErrorContains(t, chunkgrid.Save(t.Context(), store, chunkgrid.Vars{"more": unreadable}, chunkgrid.Extend(),
			chunkgrid.Attrs("", storage.Attrs{"title": "new"})), "unreadable")
		assert.Equal(t, "6 5\n", read(store, "yes"))
		if version == "2" {
			continue
		}
		doc := filepath.Join(store, "zarr.json")
		require.NoError(t, os.WriteFile(doc, []byte(`{"zarr_format": 3, "node_type": "group", "consolidated_metadata": null}`), 0o666))
		assert.Equal(t, "6 5\n", read(store, "no"))
		require.NoError(t, chunkgrid.Append(t.Context(), store+"/rows", more, 0))
		assert.Equal(t, "9 5\n", read(store, "yes"))
	}
}
