//go:build cgo && !nohdf5

package hdf5

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// deflated returns a zlib stream or a gzip member as the standard library
// writes it.
func deflated(t require.TestingT, data []byte, isGzip bool) []byte {
	var b bytes.Buffer
	var w io.WriteCloser = zlib.NewWriter(&b)
	if isGzip {
		w = gzip.NewWriter(&b)
	}
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestInflate(t *testing.T) {
	text := bytes.Repeat([]byte("what comes again and again, and what doesn't: 31415926535"), 40)
	for _, isGzip := range []bool{false, true} {
		for _, want := range [][]byte{text, {}, {7}} {
			packed := deflated(t, want, isGzip)
			room := make([]byte, len(want)+1)
			wrote, read, err := inflate(room[:len(want)], append(bytes.Clone(packed), 1, 2, 3), isGzip)
			require.NoError(t, err)
			assert.Equal(t, want, room[:wrote])
			assert.Equal(t, len(packed), read)
			wrote, _, err = inflate(room, packed, isGzip)
			require.NoError(t, err)
			assert.Equal(t, len(want), wrote)
			for n := range len(want) {
				_, _, err := inflate(room[:n], packed, isGzip)
				assert.ErrorIs(t, err, codec.ErrLong)
			}
			for n := range packed {
				_, _, err := inflate(room, packed[:n], isGzip)
				require.Error(t, err)
				assert.NotErrorIs(t, err, codec.ErrLong)
			}
			packed[len(packed)-5] ^= 1 // of the checksum, or the last of the data
			_, _, err = inflate(room, packed, isGzip)
			assert.Error(t, err)
		}
	}
}

// FuzzInflate compares with the standard library. Streams in which only the
// header's flags are unusual may be refused by one.
func FuzzInflate(f *testing.F) {
	f.Add([]byte("abcabcabcabcabc"), []byte{}, false)
	f.Add([]byte("abcabcabcabcabc"), []byte{9, 8}, true)
	f.Fuzz(func(t *testing.T, data, noise []byte, isGzip bool) {
		packed := deflated(t, data, isGzip)
		for i, b := range noise {
			packed[i%len(packed)] ^= b
		}
		got := make([]byte, len(data)+100)
		n, _, err := inflate(got, packed, isGzip)
		if err != nil {
			if len(noise) == 0 {
				t.Fatal(err)
			}
			return
		}
		var r io.Reader
		if isGzip {
			g, bad := gzip.NewReader(bytes.NewReader(packed))
			require.NoError(t, bad)
			g.Multistream(false)
			r = g
		} else {
			r, err = zlib.NewReader(bytes.NewReader(packed))
			require.NoError(t, err)
		}
		want, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, want, got[:n])
	})
}

// TestSizes compares the sizes of gzipped datasets with those h5py makes of the
// same values at the same level: 5% more at most, and 7% without shuffle.
func TestSizes(t *testing.T) {
	const n = 1 << 17
	r := rand.New(rand.NewPCG(3, 4))
	smooth, decimals, walk, counter, image := make([]float64, n), make([]float64, n), make([]int32, n), make([]int32, n), make([]int16, n)
	single, classes, at := make([]float32, n), make([]uint8, n), 0
	for i := range n {
		v := 280 + 20*math.Sin(float64(i%1000)/160)*math.Cos(float64(i/1000)/60)
		at += r.IntN(7) - 3
		smooth[i], single[i], decimals[i] = v, float32(v), math.Round(100*(v+r.NormFloat64()))/100
		walk[i], counter[i], image[i], classes[i] = int32(at), int32(i), int16(3*v)+int16(r.IntN(8)), uint8(v/8)
	}
	file := save(t, func(g storage.WritableGroup) {
		for name, s := range map[string]struct {
			d nd.DType
			b []byte
		}{
			"smooth": {nd.Float64, nd.AsBytes(smooth)}, "single": {nd.Float32, nd.AsBytes(single)}, "decimals": {nd.Float64, nd.AsBytes(decimals)},
			"walk": {nd.Int32, nd.AsBytes(walk)}, "counter": {nd.Int32, nd.AsBytes(counter)}, "image": {nd.Int16, nd.AsBytes(image)},
			"classes": {nd.Uint8, classes},
		} {
			put(t, g, "shuffled/"+name, storage.Spec{DType: s.d, Shape: []int{n}, Codecs: []string{"shuffle", "gzip 4"}}, s.b)
			put(t, g, "plain/"+name, storage.Spec{DType: s.d, Shape: []int{n}, Codecs: []string{"gzip 4"}}, s.b)
		}
	})
	out, err := python(t, "", "-c", `import h5py, json, sys
f, g, sizes = h5py.File(sys.argv[1]), h5py.File("again", "w", driver="core", backing_store=False), {}
for name in [a + "/" + b for a in f for b in f[a]]:
    d = f[name]
    again = g.create_dataset(name, data=d[:], chunks=d.chunks, compression="gzip", compression_opts=4, shuffle=d.shuffle)
    sizes[name] = [d.id.get_storage_size(), again.id.get_storage_size()]
print(json.dumps(sizes))`, file).Output()
	require.NoError(t, err)
	var sizes map[string][2]float64
	require.NoError(t, json.Unmarshal(out, &sizes))
	assert.Len(t, sizes, 14)
	for name, s := range sizes {
		limit := 1.05
		if strings.HasPrefix(name, "plain/") {
			limit = 1.07
		}
		assert.LessOrEqual(t, s[0], limit*s[1], name)
	}
}
