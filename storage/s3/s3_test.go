package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/s3"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// service is a service in this process, with a hook before each request.
func service(t testing.TB, before func(w http.ResponseWriter, r *http.Request) (done bool)) *minio.Client {
	t.Helper()
	fake := gofakes3.New(s3mem.New()).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil || !before(w, r) {
			fake.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return client(t, server.URL, "access", "secret")
}

func client(t testing.TB, url, access, secret string) *minio.Client {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(url, "http://"), &minio.Options{Creds: credentials.NewStaticV4(access, secret, ""), Region: "us-east-1"})
	require.NoError(t, err)
	return c
}

var buckets atomic.Int64

// bucket makes a bucket of a name nobody has used.
func bucket(t testing.TB, c *minio.Client) string {
	t.Helper()
	name := fmt.Sprintf("bucket%d", buckets.Add(1))
	require.NoError(t, c.MakeBucket(context.Background(), name, minio.MakeBucketOptions{}))
	return name
}

func TestContract(t *testing.T) {
	c := service(t, nil)
	for _, prefix := range []string{"", "some/where/"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			storagetest.TestStore(t, func(t *testing.T) storage.Store { return s3.New(c, bucket(t, c), prefix) })
		})
	}
}

// testZarr writes a Zarr hierarchy and reads it back.
func testZarr(t *testing.T, s storage.Store) {
	ctx := t.Context()
	g, err := zarr.CreateStore(ctx, s, "x.zarr", map[string]string{"consolidated": "true"})
	require.NoError(t, err)
	chunks, err := nd.NewGrid([]int{5, 6}, []int{2, 3})
	require.NoError(t, err)
	a, err := g.CreateArray(ctx, "g/a", storage.Spec{DType: nd.Int32, Shape: []int{5, 6}, Chunks: chunks})
	require.NoError(t, err)
	want := make([]int32, 30)
	for i := range want {
		want[i] = int32(i)
	}
	all := nd.Box{Start: []int{0, 0}, Shape: []int{5, 6}}
	require.NoError(t, storage.WriteBox(ctx, a, all, nd.AsBytes(want)))
	require.NoError(t, a.Commit(ctx))
	require.NoError(t, g.Commit(ctx))
	r, _, err := zarr.OpenStore(ctx, s, "x.zarr/g/a")
	require.NoError(t, err)
	got := make([]int32, 30)
	require.NoError(t, storage.ReadBox(ctx, r, all, nd.AsBytes(got)))
	assert.Equal(t, want, got)
	for e, err := range storage.List(ctx, s, "") {
		require.NoError(t, err)
		assert.Equal(t, "x.zarr", e.Name, "nothing else is left")
	}
}

func TestZarr(t *testing.T) {
	c := service(t, nil)
	testZarr(t, s3.New(c, bucket(t, c), ""))
}

// A part of an object takes one request, for that part.
func TestRequests(t *testing.T) {
	var gets []string
	c := service(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/k") {
			gets = append(gets, r.Header.Get("Range"))
		}
		return false
	})
	s := s3.New(c, bucket(t, c), "")
	require.NoError(t, s.Put(t.Context(), "k", []byte("0123456789")))
	for _, r := range [][2]int64{{2, 3}, {-4, -1}, {5, -1}, {0, -1}, {0, 1}} {
		_, err := s.GetRange(t.Context(), "k", r[0], r[1], nil)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"bytes=2-4", "bytes=-4", "bytes=5-", "", "bytes=0-0"}, gets)
}

func TestErrors(t *testing.T) {
	var n atomic.Int32
	fails := func(w http.ResponseWriter) {}
	c := service(t, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/unwell") && n.Add(1) <= 2 {
			fails(w)
			return true
		}
		return false
	})
	b := bucket(t, c)
	s := s3.New(c, b, "p")
	for _, fail := range []func(w http.ResponseWriter){
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "5")
			w.Header().Set("ETag", `"x"`)
			w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
			_, _ = io.WriteString(w, "va") // and the connection ends
		},
	} {
		n.Store(2)
		require.NoError(t, s.Put(t.Context(), "unwell", []byte("value")))
		fails = fail
		n.Store(0)
		v, err := s.Get(t.Context(), "unwell", []byte("a "))
		require.NoError(t, err)
		assert.Equal(t, "a value", string(v))
		assert.EqualValues(t, 3, n.Load())
	}
	_, err := s.Get(t.Context(), "absent", nil)
	assert.EqualError(t, err, "get s3://"+b+"/p/absent: not found")
	s = s3.New(c, "nobucket", "")
	_, err = s.Get(t.Context(), "k", nil)
	assert.ErrorContains(t, err, "there is no bucket nobucket")
	assert.NotErrorIs(t, err, storage.ErrNotFound, "which would mean a chunk of fill values")
	assert.ErrorContains(t, s.Put(t.Context(), "k", nil), "put s3://nobucket/k")
	for _, err := range s.List(t.Context(), "") {
		assert.ErrorContains(t, err, "list s3://nobucket/")
	}
	c = service(t, func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	})
	_, err = s3.New(c, "closed", "").Get(t.Context(), "k", nil)
	assert.ErrorContains(t, err, "access denied")
	assert.False(t, errors.Is(err, storage.ErrNotFound))
}

// A service that sends another part than it was asked for is not believed.
func TestLies(t *testing.T) {
	lie := func(*http.Request) {}
	c := service(t, func(_ http.ResponseWriter, r *http.Request) bool {
		lie(r)
		return false
	})
	s := s3.New(c, bucket(t, c), "")
	require.NoError(t, s.Put(t.Context(), "k", []byte("0123456789")))
	for _, sent := range []string{"", "bytes=1-3", "bytes=2-5", "bytes=-3"} {
		lie = func(r *http.Request) {
			if r.Header.Del("Range"); sent != "" {
				r.Header.Set("Range", sent)
			}
		}
		for _, part := range [][2]int64{{2, 3}, {-4, -1}, {-4, 2}, {5, -1}} {
			v, err := s.GetRange(t.Context(), "k", part[0], part[1], []byte("dst"))
			assert.ErrorIs(t, err, storage.ErrCorrupt, "%v %s", part, sent)
			assert.ErrorContains(t, err, "the service sends Content-Range")
			assert.Equal(t, "dst", string(v))
		}
	}
}

// TestURL opens what lies behind a URL, with settings of the environment.
func TestURL(t *testing.T) {
	c := service(t, nil)
	b := bucket(t, c)
	s := s3.New(c, b, "d")
	g, err := zarr.CreateStore(t.Context(), s, "100% x#%20.zarr", nil)
	require.NoError(t, err)
	require.NoError(t, g.SetAttrs(t.Context(), storage.Attrs{"title": "air"}))
	require.NoError(t, g.Commit(t.Context()))
	t.Setenv("AWS_ENDPOINT_URL", c.EndpointURL().String())
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "access")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	r, err := storage.OpenGroup(t.Context(), "s3://"+b+"/d/100% x#%20.zarr")
	require.NoError(t, err)
	assert.Equal(t, storage.Attrs{"title": "air"}, r.Attrs())
	_, err = s3.Open("s3://")
	assert.ErrorIs(t, err, storage.ErrUnsupported)
	for _, where := range []string{"nowhere", "ftp://host", "http://host/below"} {
		t.Setenv("AWS_ENDPOINT_URL", where)
		_, err = s3.Open("s3://" + b)
		assert.ErrorContains(t, err, where)
	}
}

// TestRequesterPays: where the reader pays, all requests that read say so.
func TestRequesterPays(t *testing.T) {
	var said []string
	c := service(t, func(_ http.ResponseWriter, r *http.Request) bool {
		said = append(said, r.Method+" "+r.Header.Get("X-Amz-Request-Payer"))
		return false
	})
	b := bucket(t, c)
	require.NoError(t, s3.New(c, b, "").Put(t.Context(), "k", []byte("0123456789")))
	t.Setenv("AWS_ENDPOINT_URL", c.EndpointURL().String())
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "access")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REQUEST_PAYER", "requester")
	s, err := s3.Open("s3://" + b)
	require.NoError(t, err)
	said = nil
	_, err = s.GetRange(t.Context(), "k", 2, 3, nil)
	require.NoError(t, err)
	_, err = s.Size(t.Context(), "k")
	require.NoError(t, err)
	for _, err := range s.List(t.Context(), "") {
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"GET requester", "HEAD requester", "GET requester"}, said)
}

func Example() {
	fake := httptest.NewServer(gofakes3.New(s3mem.New()).Server()) // a real service in real life
	defer fake.Close()
	client, err := minio.New(strings.TrimPrefix(fake.URL, "http://"), &minio.Options{Creds: credentials.NewStaticV4("access", "secret", "")})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	if err := client.MakeBucket(ctx, "data", minio.MakeBucketOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	s := s3.New(client, "data", "climate")
	if err := s.Put(ctx, "air/c/0", []byte("a chunk")); err != nil {
		fmt.Println(err)
		return
	}
	part, err := s.GetRange(ctx, "air/c/0", -5, 5, nil)
	fmt.Printf("%s %v\n", part, err)
	// Output: chunk <nil>
}
