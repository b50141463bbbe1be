package zarr_test

import (
	"encoding/json"
	"fmt"
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

// TestOverlappingShard reads chunks that share bytes with each other and with
// the index, which nothing forbids, and writes to their shard: each chunk has
// bytes of its own then.
func TestOverlappingShard(t *testing.T) {
	ctx := t.Context()
	for name, c := range map[string]struct {
		value []byte
		want  string
	}{
		"the same":  {shard("ab", 0, 2, 0, 2), "abab"},
		"partly":    {shard("abc", 0, 2, 1, 2), "abbc"},
		"the index": {shard("ab", 0, 2, 2, 2), "ab\x00\x00"},
	} {
		s := mem.NewStore()
		doc, err := json.Marshal(shardDoc(nil))
		require.NoError(t, err)
		require.NoError(t, s.Put(ctx, "x/zarr.json", doc))
		require.NoError(t, s.Put(ctx, "x/c/0", c.value))
		a, _, err := zarr.OpenStore(ctx, s, "x")
		require.NoError(t, err)
		assert.Equal(t, c.want+"\x00\x00\x00", string(readAll(t, a)), name)
		g, err := zarr.OpenWritableStore(ctx, s, "")
		require.NoError(t, err)
		w, err := g.Array(ctx, "x")
		require.NoError(t, err)
		require.NoError(t, storage.WriteBox(ctx, w.(storage.WritableArray), nd.Box{Start: []int{0}, Shape: []int{1}}, []byte("A")))
		require.NoError(t, w.(storage.WritableArray).Commit(ctx))
		a, _, err = zarr.OpenStore(ctx, s, "x")
		require.NoError(t, err)
		assert.Equal(t, "A"+c.want[1:]+"\x00\x00\x00", string(readAll(t, a)), name)
	}
}

// TestManyDimensions claims 100,000 axes, and lengths whose product overflows: that
// is refused for what it says, and no memory is taken for it.
func TestManyDimensions(t *testing.T) {
	long, names := slices.Repeat([]int{1}, 1<<17), slices.Repeat([]string{"x"}, 1<<17)
	for _, c := range []struct {
		name   string
		good   map[string]any
		member string
		value  any
		class  error
	}{
		{"zarr.json", good3, "shape", long, storage.ErrUnsupported},
		{"zarr.json", good3, "dimension_names", names, storage.ErrCorrupt},
		{"zarr.json", good3, "chunk_grid", named("regular", map[string]any{"chunk_shape": long}), storage.ErrUnsupported},
		{".zarray", good2, "shape", long, storage.ErrUnsupported},
		{".zarray", good2, "chunks", long, storage.ErrUnsupported},
	} {
		_, err := open(t, c.name, c.good, c.member, c.value)
		assert.ErrorIs(t, err, c.class, "%s %s", c.name, c.member)
		assert.Less(t, len(fmt.Sprint(err)), 400, "%s %s", c.name, c.member)
	}
	for _, shape := range []string{"[1099511627776,1099511627776]", "[4611686018427387904,4]", "[1000000000,1000000000,1000000000]"} {
		_, err := openText(t, "zarr.json", fmt.Sprintf(`{"zarr_format":3,"node_type":"array","shape":%s,"data_type":"uint8","chunk_grid":{"name":"regular",
			"configuration":{"chunk_shape":%s}},"chunk_key_encoding":{"name":"default"},"fill_value":0,"codecs":["bytes"]}`, shape, ones(shape)))
		assert.ErrorIs(t, err, storage.ErrCorrupt, shape)
	}
}

// ones is a list of as many ones as a list has numbers.
func ones(list string) string {
	return "[" + strings.Repeat("1,", strings.Count(list, ",")) + "1]"
}
