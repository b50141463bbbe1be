package http_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/cache"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

// traffic counts what a server is asked for and sends.
type traffic struct {
	mu       sync.Mutex
	requests []string // "GET /a/c/0 bytes=0-9"
	bytes    int
}

func (c *traffic) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests, c.bytes = nil, 0
}

// serve starts a server whose traffic is counted.
func serve(t *testing.T, h http.Handler) (url string, c *traffic) {
	t.Helper()
	c = &traffic{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.requests = append(c.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Range")))
		c.mu.Unlock()
		h.ServeHTTP(&counter{w, c}, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, c
}

type counter struct {
	http.ResponseWriter
	c *traffic
}

func (w *counter) Write(b []byte) (int, error) {
	w.c.mu.Lock()
	w.c.bytes += len(b)
	w.c.mu.Unlock()
	return w.ResponseWriter.Write(b)
}

// golden serves a hierarchy that zarr-python wrote, of version "v3" or "v2".
func golden(t *testing.T, version string) http.Handler {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "zarr", "testdata", "golden.json"))
	require.NoError(t, err)
	var g map[string]map[string]string
	require.NoError(t, json.Unmarshal(b, &g))
	values := map[string][]byte{}
	for key, v := range g[version] {
		name := key[strings.LastIndexByte(key, '/')+1:]
		if values["/x/"+key] = []byte(v); name != "zarr.json" && !strings.HasPrefix(name, ".z") {
			values["/x/"+key], err = base64.StdEncoding.DecodeString(v)
			require.NoError(t, err)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, ok := values[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "v.bin", time.Time{}, strings.NewReader(string(v)))
	})
}

// TestShard: of a shard are read its index and the chunk asked for.
func TestShard(t *testing.T) {
	url, c := serve(t, golden(t, "v3"))
	a, err := storage.OpenArray(t.Context(), url+"/x/codecs/sharding")
	require.NoError(t, err)
	assert.Equal(t, []string{"GET /x/codecs/sharding/zarr.json bytes=0-16777216"}, c.requests)
	c.reset()
	got := make([]int16, 2)
	require.NoError(t, storage.ReadBox(t.Context(), a, nd.Box{Start: []int{3, 6}, Shape: []int{1, 2}}, nd.AsBytes(got)))
	assert.Equal(t, []int16{91, 94}, got)
	location, offset, length, err := a.(storage.ChunkLocator).ChunkLocation(t.Context(), []int{1, 2})
	require.NoError(t, err)
	const index = 4*16 + 4 // four chunks, a checksum
	require.Len(t, c.requests, 2)
	assert.Equal(t, fmt.Sprintf("GET /x/%s bytes=-%d", "codecs/sharding/c/0/1", index), c.requests[0])
	assert.Equal(t, fmt.Sprintf("GET /%s bytes=%d-%d", location, offset, offset+length-1), c.requests[1])
	assert.EqualValues(t, index+length, c.bytes)
}

// TestShardChanged: the index of a shard and its chunks are of one version.
func TestShardChanged(t *testing.T) {
	h, version := golden(t, "v3"), ""
	url, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+version+`"`)
		h.ServeHTTP(w, r)
	}))
	read := func(a storage.Array) error {
		return storage.ReadBox(t.Context(), a, nd.Box{Start: []int{3, 6}, Shape: []int{1, 2}}, make([]byte, 4))
	}
	g, err := storage.OpenGroup(t.Context(), url+"/x/codecs")
	require.NoError(t, err)
	a, err := g.Array(t.Context(), "sharding")
	require.NoError(t, err)
	require.NoError(t, read(a))
	version = "2"
	assert.ErrorIs(t, read(a), storage.ErrChanged)
	a, err = storage.OpenArray(t.Context(), url+"/x/codecs/sharding")
	require.NoError(t, err)
	assert.NoError(t, read(a))
	version = "3"
	_, err = g.Array(t.Context(), "default")
	assert.NoError(t, err, "metadata are read whole")
}

// TestSlice reads a slice of a large array in shards that zarr-python wrote.
func TestSlice(t *testing.T) {
	folder := t.TempDir()
	peer.Output(t, peer.Python(t, filepath.Join("testdata", "shards.py"), filepath.Join(folder, "x.zarr")))
	url, c := serve(t, http.FileServer(http.Dir(folder)))
	a, err := storage.OpenArray(t.Context(), url+"/x.zarr/a")
	require.NoError(t, err)
	require.Len(t, c.requests, 1)
	c.reset()
	got := make([]int32, 150*150)
	require.NoError(t, storage.ReadBox(t.Context(), a, nd.Box{Start: []int{350, 350}, Shape: []int{150, 150}}, nd.AsBytes(got)))
	for i, v := range got {
		require.EqualValues(t, (350+i/150)*2000+350+i%150, v)
	}
	// 4 shards of 400 by 400 in chunks of 50 by 50, which aren't compressed: 9 chunks
	// of them, those of a shard in one piece, in which there is one more, and an index
	// of 64 chunks each.
	assert.Len(t, c.requests, 4+4)
	assert.Equal(t, 4*(64*16+4)+(9+1)*50*50*4, c.bytes, "nothing but what is needed")
}

// TestGroups: servers can't list, but consolidated metadata can.
func TestGroups(t *testing.T) {
	for _, version := range []string{"v3", "v2"} {
		url, c := serve(t, golden(t, version))
		g, err := storage.OpenGroup(t.Context(), url+"/x")
		require.NoError(t, err)
		names, err := g.Names(t.Context())
		require.NoError(t, err)
		assert.Contains(t, names, storage.Child{Name: "codecs", IsGroup: true})
		assert.Contains(t, names, storage.Child{Name: "types", IsGroup: true})
		inner, err := storage.OpenGroup(t.Context(), url+"/x/shapes")
		require.NoError(t, err)
		c.reset()
		names, err = inner.Names(t.Context())
		require.NoError(t, err)
		assert.Contains(t, names, storage.Child{Name: "named"})
		assert.NotContains(t, names, storage.Child{Name: "codecs", IsGroup: true})
		a, err := inner.Array(t.Context(), "named")
		require.NoError(t, err)
		assert.Equal(t, []int{4, 2}, a.Meta().Shape)
		_, _, err = storage.Open(t.Context(), url+"/x/nothing", nil)
		assert.ErrorIs(t, err, storage.ErrNotFound)
	}
}

// TestRemote: what a server has is remote, through archives and manifests too; those
// of this machine aren't, unless they refer to a server.
func TestRemote(t *testing.T) {
	const doc = `{"zarr_format": 2, "shape": [4], "chunks": [2], "dtype": "|u1", "compressor": null, "fill_value": 0, "order": "C", "filters": null}`
	folder := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666))
	}
	url, _ := serve(t, http.FileServer(http.Dir(folder)))
	write("a.zarr/.zarray", doc)
	write("here.json", fmt.Sprintf(`{".zarray": %q, "0": ["a.zarr/0"]}`, doc))
	write("there.json", fmt.Sprintf(`{".zarray": %q, "0": [%q]}`, doc, url+"/a.zarr/0"))
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(".zarray")
	require.NoError(t, err)
	_, err = w.Write([]byte(doc))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	write("a.zip", b.String())
	for name, want := range map[string]bool{
		url + "/a.zarr": true, url + "/a.zip": true, url + "/here.json": true, filepath.Join(folder, "there.json"): true,
		filepath.Join(folder, "a.zarr"): false, filepath.Join(folder, "a.zip"): false, filepath.Join(folder, "here.json"): false,
	} {
		a, err := storage.OpenArray(t.Context(), name)
		require.NoError(t, err, name)
		assert.Equal(t, want, storage.IsRemoteArray(a), name)
		assert.Equal(t, want, storage.IsRemoteArray(cache.New(1<<10).Array(a)), name)
		require.NoError(t, a.Close())
	}
}
