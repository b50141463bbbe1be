package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func TestVerifySound(t *testing.T) {
	demo(t)
	assert.Equal(t, "demo.zarr   14 arrays, 15 of 115 chunks present, 992 B decoded; nothing is wrong\n", show(t, "verify", "demo.zarr"))
	assert.Equal(t, "air.npy   1 array, 1 of 1 chunk present, 768 B decoded; nothing is wrong\n", show(t, "verify", "air.npy"))
	var doc verifyDoc
	require.NoError(t, json.Unmarshal([]byte(show(t, "verify", "demo.zarr/air", "--json")), &doc))
	assert.Equal(t, verifyDoc{header{1, "demo.zarr/air"}, "verify", 1, []string{}, 4, 4, 768, []findingDoc{}}, doc)
}

// Of an array of 10^12 chunks those are looked at that are there.
func TestSparse(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx := context.Background()
	for _, codecs := range [][]string{{"zstd 3"}, {"sharding (10, 10)", "zstd 3"}} {
		g, err := storage.Create(ctx, "s.zarr", map[string]string{"overwrite": "true"})
		require.NoError(t, err)
		const n = 100_000_000
		a, err := g.CreateArray(ctx, "a", storage.Spec{DType: nd.Int16, Shape: []int{n, n}, Chunks: nd.Must(nd.NewGrid([]int{n, n}, []int{100, 100})), Codecs: codecs})
		require.NoError(t, err)
		require.NoError(t, storage.WriteBox(ctx, a, nd.Box{Start: []int{95, n - 5}, Shape: []int{10, 5}}, bytes.Repeat([]byte{7}, 100)))
		require.NoError(t, errors.Join(a.Commit(ctx), a.Close(), g.Commit(ctx), g.Close()))
		assert.Regexp(t, "s.zarr   1 array, 2 of 1[0 ]+ chunks present, .* decoded; nothing is wrong\n", show(t, "verify", "s.zarr"))
		assert.Regexp(t, ", 2 of 1[0 ]+ present ", show(t, "s.zarr/a"))
		require.NoError(t, os.WriteFile("s.zarr/a/c/1/999999", []byte("short"), 0o666))
		out, _, status := ndinfo(t, "verify", "s.zarr")
		assert.Equal(t, 1, status)
		assert.Contains(t, out, "a: chunk [1")
	}
}

// The same of HDF5, where chunks have an index.
func TestSparseHDF5(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	ctx := context.Background()
	g, err := storage.Create(ctx, "s.h5", nil)
	require.NoError(t, err)
	const n = 100_000_000
	for name, spec := range map[string]storage.Spec{
		"a":     {DType: nd.Int16, Shape: []int{n, n}, Chunks: nd.Must(nd.NewGrid([]int{n, n}, []int{100, 100}))},
		"never": {DType: nd.Int8, Shape: []int{n, n}, Chunks: nd.Must(nd.NewGrid([]int{n, n}, []int{n, n})), Codecs: []string{}},
	} {
		a, err := g.CreateArray(ctx, name, spec)
		require.NoError(t, err)
		if name == "a" {
			require.NoError(t, storage.WriteBox(ctx, a, nd.Box{Start: []int{95, n - 5}, Shape: []int{10, 5}}, bytes.Repeat([]byte{7}, 100)))
		}
		require.NoError(t, errors.Join(a.Commit(ctx), a.Close()))
	}
	require.NoError(t, errors.Join(g.Commit(ctx), g.Close()))
	assert.Regexp(t, "s.h5   2 arrays, 2 of [0-9 ]+ chunks present, 39 KiB decoded; nothing is wrong\n", show(t, "verify", "s.h5"))
	assert.Regexp(t, ", 2 of 1[0 ]+ present ", show(t, "s.h5/a"))
	assert.Contains(t, show(t, "s.h5/never"), "in 0 B\n")
}

// A file that claims to hold more than it does is told of once.
func TestVerifyHugeClaim(t *testing.T) {
	needHDF5(t)
	t.Chdir(t.TempDir())
	const n = 5_234_567
	peer.Output(t, peer.Python(t, "-c", fmt.Sprintf(`import h5py, numpy; h5py.File("claim.h5", "w")["a"] = numpy.ones(%d, "i1")`, n)))
	b, err := os.ReadFile("claim.h5")
	require.NoError(t, err)
	was, claim := binary.LittleEndian.AppendUint64(nil, n), binary.LittleEndian.AppendUint64(nil, 1<<50)
	require.Contains(t, string(b), string(was))
	require.NoError(t, os.WriteFile("claim.h5", bytes.ReplaceAll(b, was, claim), 0o666))
	out, errs, status := ndinfo(t, "verify", "claim.h5")
	assert.Equal(t, 1, status)
	assert.Empty(t, errs)
	assert.Regexp(t, `^a: from element \[4194304\] on: corrupt: the file ends before the data at [0-9]+ do
claim.h5   1 array, 2 of 536 870 912 chunks present, 4.0 MiB decoded; 1 problem\n$`, out)
}

func TestVerifyHDF5(t *testing.T) {
	file := basin(t)
	assert.Contains(t, show(t, "verify", file), "   4 arrays, 4 of 4 chunks present, 2.0 MiB decoded; nothing is wrong\n")
	// Damage in the middle of the compressed chunk of the largest array.
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	for i := range 64 {
		b[len(b)/2+i] ^= 0x5a
	}
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("damaged.nc", b, 0o644))
	out, errs, status := ndinfo(t, "verify", "damaged.nc")
	assert.Equal(t, 1, status)
	assert.Empty(t, errs)
	assert.Contains(t, out, "basin: chunk [0 0 0]: ")
	assert.Contains(t, out, "; 1 problem\n")
}

// Every kind of damage is one line that names the key or the chunk.
func TestVerifyFindings(t *testing.T) {
	demo(t)
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	write("demo.zarr/lat/c/0", "short")
	write("demo.zarr/lon/c/0", strings.Repeat("long", 100))
	write("demo.zarr/air/c/2/0/0", "outside")
	write("demo.zarr/air/c/0/01", "no number")
	write("demo.zarr/air/c/__beef.partial", "")
	write("demo.zarr/air/zarr.json.__lock", "")
	write("demo.zarr/flags/notes.txt", "")
	write("demo.zarr/__tmp-air-0123", "")
	write("demo.zarr/lost/c/0", "")
	write("demo.zarr/README", "files beside nodes are nobody's business")
	write("demo.zarr/crs/zarr.json", "{")
	write("__tmp-demo.zarr-0123/zarr.json", "")
	write("air.npy.0123.partial", "")
	out, errs, status := ndinfo(t, "verify", "demo.zarr")
	assert.Equal(t, 1, status)
	assert.Empty(t, errs)
	golden(t, "verify", strings.ReplaceAll(out, mustGetwd(t)+string(filepath.Separator), ""))

	out, _, status = ndinfo(t, "verify", "--json", "demo.zarr/crs")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, `"name":"demo.zarr/crs","problem":"zarr.json: corrupt: `)
	out, _, status = ndinfo(t, "verify", "air.npy")
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "air.npy.0123.partial: left by a write")
}

func mustGetwd(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	return dir
}

// A codec nobody knows is told of once, not for every chunk.
func TestVerifyUnknownCodec(t *testing.T) {
	demo(t)
	b, err := os.ReadFile("demo.zarr/air/zarr.json")
	require.NoError(t, err)
	text := strings.Replace(string(b), `"codecs": [`, `"codecs": [{"name": "mystery"},`, 1)
	require.NoError(t, os.WriteFile("demo.zarr/air/zarr.json", []byte(text), 0o644))
	out, _, status := ndinfo(t, "verify", "demo.zarr/air")
	assert.Equal(t, 1, status)
	assert.Equal(t, 2, strings.Count(out, "\n"), out)
	assert.Contains(t, out, "mystery")
}

// Metadata that zarr-python has consolidated are those of its nodes.
func TestVerifyZarrPython(t *testing.T) {
	t.Chdir(t.TempDir())
	python(t, "consolidate.py", "3", "theirs3.zarr")
	python(t, "consolidate.py", "2", "theirs2.zarr")
	for _, store := range []string{"theirs3.zarr", "theirs2.zarr"} {
		assert.Contains(t, show(t, "verify", store), "   3 arrays, 7 of 8 chunks present, 148 B decoded; nothing is wrong\n")
	}
	python(t, "consolidate.py", "change", "theirs3.zarr", "theirs2.zarr")
	for _, store := range []string{"theirs3.zarr", "theirs2.zarr"} {
		out, _, status := ndinfo(t, "verify", store)
		assert.Equal(t, 1, status)
		assert.Contains(t, out, "consolidated metadata say something else of group/b")
		assert.Contains(t, out, "; 1 problem\n")
		out, _, _ = ndinfo(t, "verify", "--json", store)
		_, err := compare(t, out)
		assert.NoError(t, err)
	}
}

// python runs a script of testdata, and returns what it prints.
func python(t *testing.T, script string, args ...string) string {
	t.Helper()
	return string(peer.Output(t, peer.Python(t, append([]string{filepath.Join(home, "testdata", script)}, args...)...)))
}

func TestVerifyTrouble(t *testing.T) {
	demo(t)
	for args, want := range map[string]string{
		"verify":                                   "verify takes PATH, 0 given",
		"verify nothing.zarr":                      "ndinfo: nothing.zarr: not found: ",
		"verify what.bin":                          "ndinfo: what.bin: unknown format: ",
		"verify demo.zarr --memory lots":           "ndinfo: --memory: ",
		"verify --bogus demo.zarr":                 "unknown flag: --bogus; ndinfo verify --help says more",
		"diff demo.zarr":                           "ndinfo: diff takes A and B, 1 given; ndinfo diff --help says more",
		"verify demo.zarr/unwritten --memory 100B": "ndinfo: unwritten: decoding a chunk takes ",
	} {
		_, errs, status := ndinfo(t, strings.Fields(args)...)
		assert.Equal(t, 2, status, args)
		assert.Contains(t, errs, want, args)
	}
}
