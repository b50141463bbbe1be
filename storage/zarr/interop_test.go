package zarr_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

// seen is what testdata/read.py prints about an array.
type seen struct {
	Shape, Chunks []int
	Dims          []*string
	Attrs         map[string]any
	Fill, Data    []byte
}

var interopTypes = []nd.DType{
	nd.Bool, nd.Int8, nd.Int16, nd.Int32, nd.Int64, nd.Uint8, nd.Uint16, nd.Uint32, nd.Uint64, nd.Half, nd.Float32, nd.Float64,
	nd.Complex64, nd.Complex128, nd.Datetime64("D"), nd.Timedelta64("10us"), nd.Sized(nd.KindBytes, 4), nd.Sized(nd.KindUTF32, 8),
}

// randomSpec draws an array; the same r always draws the same.
func randomSpec(t *testing.T, r *rand.Rand, d nd.DType) storage.Spec {
	n := r.IntN(4)
	s := storage.Spec{DType: d, Shape: make([]int, n)}
	chunk := make([]int, n)
	for k := range n {
		s.Shape[k], chunk[k] = r.IntN(7), 1+r.IntN(5)
	}
	var err error
	s.Chunks, err = nd.NewGrid(s.Shape, chunk)
	require.NoError(t, err)
	s.Order = []string{"", "C", "F"}[r.IntN(3)]
	s.Codecs = [][]string{nil, {}, {"zstd 19"}, {"gzip 1"}, {"crc32c"}, {"bytes big", "zstd -1", "crc32c"}, {"bytes big"}, {"shuffle", "zlib 1"},
		{"blosc"}, {"blosc(cname=lz4, clevel=7, shuffle=bitshuffle)"}, {"zstd(level=5, checksum=true)"}}[r.IntN(11)]
	if n > 0 && r.IntN(4) == 0 { // shards of chunks that reach beyond the ends of axes
		s.Chunks, err = nd.NewGrid(s.Shape, slices.Repeat([]int{7}, n))
		require.NoError(t, err)
		s.Codecs = append([]string{"sharding (" + strings.Repeat("2, ", n-1) + "2)"}, s.Codecs...)
	}
	if d.Computable() {
		s.Fill = make([]byte, d.Size())
		storagetest.Pattern(d, s.Fill, r.IntN(9))
	}
	if n > 0 && r.IntN(2) == 0 {
		s.Dims = make([]string, n)
		for k := range s.Dims {
			s.Dims[k] = []string{"", "x", "time"}[r.IntN(3)]
		}
	}
	s.Attrs = storage.Attrs{"seed": r.IntN(1000), "text": "ünï \"quoted\" <&>", "floats": []float32{0.1, -2}, "big": uint64(math.MaxUint64)}
	return s
}

// TestPythonReadsOurs writes random arrays; zarr-python must see the same.
func TestPythonReadsOurs(t *testing.T) {
	ctx := t.Context()
	r := rand.New(rand.NewPCG(3, 4))
	path := filepath.Join(t.TempDir(), "ours.zarr")
	cmd := peer.Python(t, filepath.Join("testdata", "read.py"), path)
	g, err := storage.Create(ctx, path, map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(ctx, storage.Attrs{"title": "ours"}))
	specs, data := map[string]storage.Spec{}, map[string][]byte{}
	for i := range 4 * len(interopTypes) {
		name := fmt.Sprintf("g%d/a%d", i%3, i)
		s := randomSpec(t, r, interopTypes[i%len(interopTypes)])
		a, err := g.CreateArray(ctx, name, s)
		require.NoError(t, err, "%+v", s)
		specs[name] = s
		for coord, box := range a.Meta().WriteGrid.Boxes() {
			buf := make([]byte, box.Size()*s.DType.Size())
			switch {
			case r.IntN(4) == 0:
				continue // a missing chunk
			case s.DType.Kind() == nd.KindUTF32:
				for i := 0; i < len(buf); i += 4 {
					buf[i] = 'a' + byte(i%26)
				}
			default:
				storagetest.Pattern(s.DType, buf, i)
			}
			require.NoError(t, a.WriteChunk(ctx, coord, buf))
		}
		data[name] = readAll(t, a)
		require.NoError(t, a.Commit(ctx))
		require.NoError(t, a.Close())
	}
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())

	var got struct {
		Attrs  map[string]any
		Arrays map[string]seen
	}
	require.NoError(t, json.Unmarshal(peer.Output(t, cmd), &got))
	assert.Equal(t, map[string]any{"title": "ours"}, got.Attrs)
	require.Len(t, got.Arrays, len(specs))
	for name, s := range specs {
		a := got.Arrays[name]
		about := fmt.Sprintf("%s %+v", name, s)
		assert.Equal(t, append([]int{}, s.Shape...), append([]int{}, a.Shape...), about)
		assert.Equal(t, base64.StdEncoding.EncodeToString(data[name]), base64.StdEncoding.EncodeToString(a.Data), about)
		if s.Fill != nil {
			assert.Equal(t, s.Fill, a.Fill, about)
		}
		for k, want := range s.Dims {
			if want == "" {
				assert.Nil(t, a.Dims[k], about)
			} else {
				assert.Equal(t, want, *a.Dims[k], about)
			}
		}
		assert.EqualValues(t, s.Attrs["seed"], a.Attrs["seed"])
		assert.Equal(t, s.Attrs["text"], a.Attrs["text"])
	}
}
