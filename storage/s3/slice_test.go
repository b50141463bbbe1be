package s3_test

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/s3"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// traffic counts what a client asks for, and the bytes it gets.
type traffic struct {
	mu       sync.Mutex
	requests []string // "GET /bucket/a/c/0 bytes=0-9"
	bytes    int
}

func (c *traffic) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.requests = append(c.requests, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.Header.Get("Range")))
	c.mu.Unlock()
	a, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		a.Body = &body{a.Body, c}
	}
	return a, err
}

type body struct {
	io.ReadCloser
	c *traffic
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.c.mu.Lock()
	b.c.bytes += n
	b.c.mu.Unlock()
	return n, err
}

func TestSlice(t *testing.T) {
	testSlice(t, "http://"+service(t, nil).EndpointURL().Host)
}

// testSlice reads a slice of a large array in shards, which zarr-python wrote:
// from the service come the indexes of the shards it lies in and the chunks it
// lies in.
func testSlice(t *testing.T, url string) {
	folder := t.TempDir()
	peer.Output(t, peer.Python(t, filepath.Join("..", "http", "testdata", "shards.py"), filepath.Join(folder, "x.zarr")))
	c := &traffic{}
	counted, err := minio.New(strings.TrimPrefix(url, "http://"),
		&minio.Options{Creds: credentials.NewStaticV4("access", "secret", ""), Region: "us-east-1", Transport: c})
	require.NoError(t, err)
	s := s3.New(counted, bucket(t, counted), "")
	upload(t, s, folder)
	a, _, err := zarr.OpenStore(t.Context(), s, "x.zarr/a")
	require.NoError(t, err)
	c.requests, c.bytes = nil, 0
	got := make([]int32, 150*150)
	require.NoError(t, storage.ReadBox(t.Context(), a, nd.Box{Start: []int{350, 350}, Shape: []int{150, 150}}, nd.AsBytes(got)))
	for i, v := range got {
		require.EqualValues(t, (350+i/150)*2000+350+i%150, v)
	}
	assert.Len(t, c.requests, 4+4, "4 indexes, and 9 chunks, those of a shard in one piece: %v", c.requests)
	assert.Equal(t, 4*(64*16+4)+(9+1)*50*50*4, c.bytes, "a chunk lies between two that are needed")
}

// upload puts the files of a folder.
func upload(t *testing.T, s storage.Store, folder string) {
	t.Helper()
	files := os.DirFS(folder)
	require.NoError(t, fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		value, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return s.Put(context.Background(), name, value)
	}))
}
