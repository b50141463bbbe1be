//go:build cgo && !nohdf5

package hdf5

import (
	"encoding/json"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writeLatest makes arrays of every kind of index, of many sizes, filtered or not, with holes,
// grown and cut, and prints a hash of what HDF5 gives for their chunks. (It
// doesn't say reliably where they are: not where the axis that grows isn't the first.)
const writeLatest = `
import sys, json, itertools, random, zlib, h5py
random.seed(5)
places = {}
with h5py.File(sys.argv[1], "w", libver=("v110", "v110")) as f:
    shapes = [((40,), (3,)), ((5000,), (2,)), ((7, 9), (2, 3)), ((60, 70), (1, 2)), ((3, 400000), (2, 1)), ((300000, 2), (1, 1)), ((3, 4, 90), (1, 2, 1))]
    for number, (shape, chunk) in enumerate(shapes):
        for limits in itertools.product((0, 1, None), repeat=len(shape)):
            if len(shape) == 3 and random.random() < 0.6:
                continue
            most = [n + 7 if l == 1 else None if l is None else n for n, l in zip(shape, limits)]
            for filtered in False, True:
                name = "%d %s %s" % (number, "".join(str(l)[0] for l in limits), filtered)
                d = f.create_dataset(name, shape, "u1", chunks=chunk, maxshape=most, compression=1 if filtered else None)
                few, touched = max(shape) > 1e5, set()
                for _ in range(random.choice([0, 1, 5, 60, 900] if not few else [0, 1, 9, 40])):
                    at = tuple(random.randrange(n) for n in shape)
                    d[at] = random.randrange(1, 256)
                    touched.add(tuple(i // c for i, c in zip(at, chunk)))
                if not few and random.random() < 0.3:
                    d[...] = 1
                if not few and limits[-1] is None and random.random() < 0.5:
                    d.resize(shape[-1] + 5, len(shape) - 1)
                    d[..., -1] = 9
                elif not few and limits[0] is None and random.random() < 0.5:
                    d.resize(shape[0] - 2, 0)
                f.flush()
                found = []
                grid = [range((n + c - 1) // c) for n, c in zip(d.shape, chunk)]
                for coord in touched if few else itertools.product(*grid):
                    try:
                        mask, raw = d.id.read_direct_chunk(tuple(i * c for i, c in zip(coord, chunk)))
                    except Exception:
                        continue
                    found.append([coord, mask, zlib.crc32(raw), len(raw)])
                places[name] = {"found": found, "all": d.id.get_num_chunks()}
json.dump(places, sys.stdout)
`

// TestIndexLatest compares what is at the places of chunks in files of the latest format
// with the stored chunks that HDF5 gives h5py.
func TestIndexLatest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "latest.h5")
	out, err := python(t, "", "-c", writeLatest, file).Output()
	require.NoError(t, err)
	var arrays map[string]struct {
		Found [][]any
		All   int
	}
	require.NoError(t, json.Unmarshal(out, &arrays))
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	chunks := 0
	for name, want := range arrays {
		a := openArrayT(t, file, name).(*array)
		x, ok := a.places()
		require.True(t, ok, name)
		require.Len(t, x, want.All, name)
		for _, p := range want.Found {
			var coord []int
			for _, c := range p[0].([]any) {
				coord = append(coord, int(c.(float64)))
			}
			at, ok := x.find(a.Meta().ReadGrid.Index(coord))
			require.True(t, ok, "%s %v", name, coord)
			stored := raw[at.at:][:at.size]
			require.Equal(t, p[1:], []any{float64(at.skipped), float64(crc32.ChecksumIEEE(stored)), float64(at.size)}, "%s %v", name, coord)
			chunks++
		}
	}
	assert.Greater(t, chunks, 10_000)
	t.Log(len(arrays), "arrays", chunks, "chunks")
}
