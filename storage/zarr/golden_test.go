package zarr_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// golden is what testdata/golden.py writes.
type golden struct {
	V3     map[string]string  `json:"v3"`
	V2     map[string]string  `json:"v2"`
	Arrays map[string]*string `json:"arrays"`
}

func loadGolden(t testing.TB) golden {
	t.Helper()
	var g golden
	b, err := os.ReadFile(filepath.Join("testdata", "golden.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &g))
	return g
}

// store puts golden values into a store.
func store(t testing.TB, values map[string]string) *mem.Store {
	t.Helper()
	s := mem.NewStore()
	for key, v := range values {
		b := []byte(v)
		if !isDoc(key) {
			var err error
			b, err = base64.StdEncoding.DecodeString(v)
			require.NoError(t, err)
		}
		require.NoError(t, s.Put(t.Context(), key, b))
	}
	return s
}

func isDoc(key string) bool {
	return strings.HasSuffix(key, "zarr.json") || strings.Contains(key[strings.LastIndex(key, "/")+1:], ".z")
}

func readAll(t testing.TB, a storage.Array) []byte {
	t.Helper()
	m := a.Meta()
	box := nd.Box{Start: make([]int, len(m.Shape)), Shape: m.Shape}
	buf := make([]byte, box.Size()*m.DType.Size())
	require.NoError(t, storage.ReadBox(t.Context(), a, box, buf))
	return buf
}

// TestGolden reads what zarr-python wrote, both versions.
func TestGolden(t *testing.T) {
	g := loadGolden(t)
	roots := map[string]storage.Group{}
	for version, values := range map[string]map[string]string{"3": g.V3, "2": g.V2} {
		_, root, err := zarr.OpenStore(t.Context(), store(t, values), "")
		require.NoError(t, err)
		roots[version] = root
	}
	for path, want := range g.Arrays {
		t.Run(path, func(t *testing.T) {
			version, inner, _ := strings.Cut(path, "/")
			a, err := roots[version].Array(t.Context(), inner)
			require.NoError(t, err)
			defer a.Close()
			assert.Equal(t, "Zarr v"+version, a.Meta().Format)
			if want == nil {
				assert.NotEmpty(t, a.Meta().Codecs)
				first := make([]int, len(a.Meta().Shape))
				_, err := a.ReadChunk(t.Context(), first, make([]byte, a.Meta().ReadGrid.Box(first).Size()*a.Meta().DType.Size()))
				assert.True(t, errors.Is(err, storage.ErrCodec) || errors.Is(err, storage.ErrUnsupported), "%v", err)
				return
			}
			data, err := base64.StdEncoding.DecodeString(*want)
			require.NoError(t, err)
			assert.Equal(t, data, readAll(t, a))
		})
	}
}

// TestPacked reads arrays of which zarrs stored the only chunk, with packbits and
// reshape; the array ends before the chunk does.
func TestPacked(t *testing.T) {
	var packed struct {
		Cases []struct {
			DType         string
			Shape         []int
			Codecs        json.RawMessage
			Data, Encoded []byte
			Decoded       []byte
		}
	}
	b, err := os.ReadFile(filepath.Join("..", "codec", "testdata", "packed.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &packed))
	for _, c := range packed.Cases {
		want := c.Decoded
		if want == nil {
			want = c.Data
		}
		d, err := nd.ParseDType(c.DType)
		require.NoError(t, err)
		chunk, shape := c.Shape, slices.Clone(c.Shape)
		if shape[0] > 1 {
			shape[0]--
		}
		lengths := func(n []int) string { return strings.Join(strings.Fields(fmt.Sprint(n)), ",") }
		fill := "0"
		switch {
		case d == nd.Bool:
			fill = "false"
		case d.IsComplex():
			fill = "[0,0]"
		}
		s := mem.NewStore()
		require.NoError(t, s.Put(t.Context(), "zarr.json", fmt.Appendf(nil, `{"zarr_format": 3, "node_type": "array", "shape": %s, "data_type": %q,
			"fill_value": %s, "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": %s}},
			"chunk_key_encoding": {"name": "v2"}, "codecs": %s}`, lengths(shape), c.DType, fill, lengths(chunk), c.Codecs)))
		key := strings.TrimSuffix(strings.Repeat("0.", len(chunk)), ".")
		require.NoError(t, s.Put(t.Context(), key, c.Encoded))
		a, _, err := zarr.OpenStore(t.Context(), s, "")
		require.NoError(t, err, "%s", c.Codecs)
		row := len(want) / chunk[0]
		require.Equal(t, want[:row*shape[0]], readAll(t, a), "%s of %s", c.Codecs, c.DType)
	}
}

func TestGoldenMetadata(t *testing.T) {
	g := loadGolden(t)
	_, root, err := zarr.OpenStore(t.Context(), store(t, g.V3), "")
	require.NoError(t, err)
	names, err := root.Names(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []storage.Child{{Name: "codecs", IsGroup: true}, {Name: "keys", IsGroup: true}, {Name: "shapes", IsGroup: true}, {Name: "types", IsGroup: true}}, names)
	attrs := root.Attrs()
	nan := attrs["nan"].(float64)
	assert.True(t, math.IsNaN(nan))
	delete(attrs, "nan")
	assert.Equal(t, storage.Attrs{"title": "golden", "n": int64(7), "big": uint64(1 << 63), "pi": 3.0, "list": []float64{1, 2.5},
		"nested": map[string]any{"a": []any{nil, true}}}, attrs)

	array := func(path string) *storage.Meta {
		a, err := root.Array(t.Context(), path)
		require.NoError(t, err, path)
		return a.Meta()
	}
	m := array("shapes/named")
	assert.Equal(t, []string{"y", ""}, m.Dims)
	assert.Equal(t, storage.Attrs{"units": "K"}, m.Attrs)
	assert.Equal(t, nd.AsBytes([]int16{-1}), m.Fill)
	assert.Equal(t, []string{"zstd 0"}, m.Codecs)
	assert.Equal(t, "C", m.Order)
	assert.Equal(t, "little", m.ByteOrder)
	m = array("codecs/transpose3")
	assert.Equal(t, []string{"transpose (1, 2, 0)", "bytes big", "zstd 0"}, m.Codecs)
	assert.Equal(t, "big", m.ByteOrder)
	assert.Equal(t, "F", array("codecs/transpose").Order)
	assert.Equal(t, []string{"zstd 1", "crc32c"}, array("codecs/crc32c").Codecs)
	assert.Equal(t, []string{"blosc lz4"}, array("codecs/blosc").Codecs)
	assert.Equal(t, nd.Timedelta64("10us"), array("types/timedelta64").DType)
	assert.Equal(t, nd.AsBytes([]int64{math.MinInt64}), array("types/int64").Fill)
	assert.Equal(t, nd.AsBytes([]uint64{math.MaxUint64}), array("types/uint64").Fill)
	assert.Equal(t, nd.AsBytes([]int64{math.MinInt64}), array("types/datetime64").Fill)

	_, root, err = zarr.OpenStore(t.Context(), store(t, g.V2), "")
	require.NoError(t, err)
	m = array("shapes/named")
	assert.Equal(t, []string{"y", "x"}, m.Dims)
	assert.Equal(t, storage.Attrs{"units": "K"}, m.Attrs)
	assert.Nil(t, m.Fill)
	m = array("codecs/zlibF")
	assert.Equal(t, "F", m.Order)
	assert.Equal(t, []string{"transpose (1, 0)", "zlib 1"}, m.Codecs)
	assert.Equal(t, "big", array("types/big-int32").ByteOrder)
}
