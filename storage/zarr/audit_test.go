package zarr

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
)

// Parsing undoes key, and takes nothing that key doesn't write.
func TestParseKeys(t *testing.T) {
	encodings := []keyEncoding{{"c", "/"}, {"c", "."}, {"", "/"}, {"", "."}}
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(encodings).Draw(t, "encoding")
		coord := rapid.SliceOfN(rapid.IntRange(0, 1<<40), 0, 4).Draw(t, "coord")
		got, ok := k.parse(k.key("", coord), len(coord))
		if !ok || len(got) != len(coord) || k.key("", got) != k.key("", coord) {
			t.Fatalf("%v came back as %v, %v", coord, got, ok)
		}
		text := rapid.StringMatching(`c?[/.]?[0-9]{0,2}([/.][0-9+-]{0,2})?`).Draw(t, "text")
		if got, ok := k.parse(text, 2); ok && k.key("", got) != text {
			t.Fatalf("%q was taken for %v", text, got)
		}
	})
}

// audit returns what is found at a node, a line each.
func audit(t *testing.T, s storage.Store, path string) []string {
	t.Helper()
	a, g, err := OpenStore(t.Context(), s, path)
	require.NoError(t, err)
	var node any = g
	if a != nil {
		node = a
	}
	var lines []string
	require.NoError(t, node.(storage.Auditor).Audit(t.Context(), func(key string, finding error) {
		lines = append(lines, key+": "+finding.Error())
	}))
	return lines
}

func TestAuditConsolidated(t *testing.T) {
	ctx := t.Context()
	s := mem.NewStore()
	g, err := CreateStore(ctx, s, "root", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	for _, name := range []string{"a", "sub/b"} {
		a, err := g.CreateArray(ctx, name, storage.Spec{DType: nd.Int16, Shape: []int{4}})
		require.NoError(t, err)
		require.NoError(t, a.WriteChunk(ctx, []int{0}, []byte("12345678")))
		require.NoError(t, a.Commit(ctx))
		require.NoError(t, a.Close())
	}
	require.NoError(t, g.Commit(ctx))
	require.NoError(t, g.Close())
	for _, path := range []string{"root", "root/sub", "root/a", "root/sub/b"} {
		assert.Empty(t, audit(t, s, path), path)
	}
	edit(t, s, "root/sub/b/zarr.json", `"shape": [`, `"shape": [ 9 `)
	edit(t, s, "root/sub/b/zarr.json", "9 ", "")
	assert.Empty(t, audit(t, s, "root"), "the same in other words")
	edit(t, s, "root/sub/b/zarr.json", "int16", "uint16")
	require.NoError(t, s.Delete(ctx, "root/a/zarr.json"))
	put(t, s, "root/new/zarr.json", `{"zarr_format": 3, "node_type": "group"}`)
	assert.Equal(t, []string{
		"root/a: no metadata: nobody finds what is below",
		"root/zarr.json: consolidated metadata have a, which isn't there",
		"root/zarr.json: consolidated metadata lack new",
		"root/zarr.json: consolidated metadata say something else of sub/b than its own do",
	}, audit(t, s, "root"))
}

// TestConsolidatedAgain: what is added or changed is in the consolidated metadata once
// it is committed, of groups that had them.
func TestConsolidatedAgain(t *testing.T) {
	ctx := t.Context()
	for version, holder := range map[string]string{"2": "root/.zmetadata", "3": "root/zarr.json"} {
		s := mem.NewStore()
		consolidated := func() bool {
			b, err := s.Get(ctx, holder, nil)
			return err == nil && bytes.Contains(b, []byte(`"metadata":`))
		}
		add := func(g storage.WritableGroup, name string) {
			a, err := g.CreateArray(ctx, name, storage.Spec{DType: nd.Int16, Shape: []int{4}})
			require.NoError(t, err)
			require.NoError(t, a.Commit(ctx))
		}
		g, err := CreateStore(ctx, s, "root", map[string]string{"consolidated": "true", "zarr_format": version})
		require.NoError(t, err)
		add(g, "a")
		require.NoError(t, g.Commit(ctx))
		g, err = OpenWritableStore(ctx, s, "root")
		require.NoError(t, err)
		add(g, "sub/b")
		assert.False(t, consolidated())
		require.NoError(t, g.Commit(ctx))
		assert.True(t, consolidated())
		assert.Empty(t, audit(t, s, "root"))
		a, err := OpenWritableArrayStore(ctx, s, "root/sub/b")
		require.NoError(t, err)
		require.NoError(t, a.Resize(ctx, []int{7}))
		assert.True(t, consolidated())
		assert.Empty(t, audit(t, s, "root"))
		require.NoError(t, a.Commit(ctx))
		assert.True(t, consolidated())
		assert.Empty(t, audit(t, s, "root"))
	}
}

func TestAuditVersion2(t *testing.T) {
	s := mem.NewStore()
	array := `{"zarr_format": 2, "shape": [4, 4], "chunks": [2, 2], "dtype": "|i1", "fill_value": 0, "order": "C", "filters": null, "compressor": null}`
	put(t, s, ".zgroup", `{"zarr_format": 2}`)
	put(t, s, "a/.zarray", array)
	put(t, s, "a/.zattrs", `{"units": "m"}`)
	put(t, s, "a/0.1", "1234")
	put(t, s, ".zmetadata", `{"zarr_consolidated_format": 1, "metadata": {".zgroup": {"zarr_format": 2}, "a/.zarray": `+array+`, "a/.zattrs": {"units": "m"}}}`)
	assert.Empty(t, audit(t, s, ""))
	assert.Empty(t, audit(t, s, "a"))
	put(t, s, "a/.zattrs", `{"units": "km"}`)
	put(t, s, "a/2.0", "1234")
	put(t, s, "a/0/0", "1234")
	put(t, s, ".zattrs", `{}`)
	assert.Equal(t, []string{".zmetadata: consolidated metadata lack .zattrs",
		".zmetadata: consolidated metadata say something else of a/.zattrs than its own do"}, audit(t, s, ""))
	assert.ElementsMatch(t, []string{"a/2.0: outside the array: chunk [2 0] in a grid of [2 2]", "a/0/0: belongs to no chunk"}, audit(t, s, "a"))
	put(t, s, ".zmetadata", `{"zarr_consolidated_format": 1}`)
	assert.Len(t, audit(t, s, ""), 1)
	put(t, s, ".zmetadata", `{`)
	assert.Len(t, audit(t, s, ""), 1)
}

func put(t *testing.T, s storage.Store, key, text string) {
	t.Helper()
	require.NoError(t, s.Put(t.Context(), key, []byte(text)))
}

func edit(t *testing.T, s storage.Store, key, old, new string) {
	t.Helper()
	b, err := s.Get(t.Context(), key, nil)
	require.NoError(t, err)
	require.Contains(t, string(b), old)
	require.NoError(t, s.Put(t.Context(), key, []byte(strings.Replace(string(b), old, new, 1))))
}
