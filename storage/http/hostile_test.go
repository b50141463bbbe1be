package http

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A server that sends a byte now and then is waited for as long as the caller's
// context lets it, but not longer between two bytes than the timeout.
func TestTrickle(t *testing.T) {
	trickle := func(every time.Duration, sent func(n int)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(1<<20))
			for n := range 1 << 20 {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				sent(n)
				select {
				case <-time.After(every):
				case <-r.Context().Done():
					return
				}
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, trickle(time.Millisecond, func(n int) {
		if n == 5 {
			cancel()
		}
	}))
	v, err := s.Get(ctx, "key", []byte("dst"))
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "dst", string(v))
	s = serve(t, trickle(time.Hour, func(int) {}), Timeout(20*time.Millisecond), Retries(1))
	_, err = s.Get(t.Context(), "key", nil)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, "sent nothing for 20ms")
}

// A value that is replaced between two tries is never half the old and half the
// new one.
func TestReplacedBetweenTries(t *testing.T) {
	for _, old := range []string{"old", "a longer one"} {
		var n atomic.Int32
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if n.Add(1) == 1 {
				w.Header().Set("Content-Length", "20")
				_, _ = io.WriteString(w, old)
				return // the connection breaks off
			}
			_, _ = io.WriteString(w, "new one")
		}))
		v, err := s.Get(t.Context(), "key", []byte("dst "))
		require.NoError(t, err)
		assert.Equal(t, "dst new one", string(v))
		assert.EqualValues(t, 2, n.Load())
	}
}

// TestEncoded: values that a server keeps compressed (Content-Encoding) are read as
// what they were, also where it answers ranges by those of the compressed bytes.
func TestEncoded(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(strings.Repeat("0123456789", 100)))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for name, coding := range map[string]string{"gzip": "gzip", "capitals": "X-Gzip", "sent in chunks": "aws-chunked, gzip", "none": "aws-chunked"} {
		stored := b.String()
		if name == "none" {
			stored = strings.Repeat("0123456789", 100)
		}
		s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", coding)
			http.ServeContent(w, r, "value.bin", time.Time{}, strings.NewReader(stored))
		}))
		for _, p := range []struct {
			offset, length int64
			want           string
		}{{0, 4, "0123"}, {995, 4, "5678"}, {-3, -1, "789"}, {0, 2000, strings.Repeat("0123456789", 100)}, {2000, 5, ""}} {
			v, err := s.GetRange(t.Context(), "key", p.offset, p.length, nil)
			require.NoError(t, err, name)
			assert.Equal(t, p.want, string(v), name)
		}
		n, err := s.Size(t.Context(), "key")
		require.NoError(t, err, name)
		assert.EqualValues(t, 1000, n, name)
	}
}

// TestNoSuffix: a server that knows no ranges from the end on is asked for others.
func TestNoSuffix(t *testing.T) {
	value := strings.Repeat("0123456789", 1<<20)
	var asked []string
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		spans := r.Header.Get("Range")
		if asked = append(asked, spans); strings.HasPrefix(spans, "bytes=-") {
			r.Header.Del("Range")
		}
		http.ServeContent(w, r, "value.bin", time.Time{}, strings.NewReader(value))
	}))
	v, err := s.GetRange(t.Context(), "key", -3, -1, nil)
	require.NoError(t, err)
	assert.Equal(t, "789", string(v))
	assert.Equal(t, []string{"bytes=-3", "bytes=10485757-10485759"}, asked)
}

// TestRefusesRanges: a server may answer all ranges by saying that there is nothing.
func TestRefusesRanges(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		http.ServeContent(w, r, "value.bin", time.Time{}, strings.NewReader("0123456789"))
	}))
	for want, p := range map[string]span{"2345": {2, 4}, "789": {-3, -1}, "9": {9, 4}, "": {10, 4}} {
		v, err := s.GetRange(t.Context(), "key", p.offset, p.length, nil)
		require.NoError(t, err)
		assert.Equal(t, want, string(v))
	}
}

// TestHeadForbidden: where HEAD isn't allowed, GET may be.
func TestHeadForbidden(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		http.ServeContent(w, r, "value.bin", time.Time{}, strings.NewReader("0123456789"))
	}))
	n, err := s.Size(t.Context(), "key")
	require.NoError(t, err)
	assert.EqualValues(t, 10, n)
}

// TestReferer: the query that signs requests isn't told to hosts that they are sent
// on to.
func TestReferer(t *testing.T) {
	var told string
	other := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told = fmt.Sprint(r.URL, r.Header) }))
	s := serve(t, http.RedirectHandler(other.root.String()+"/there", http.StatusFound))
	s.root.RawQuery = "sig=secret"
	_, err := s.Get(t.Context(), "key", nil)
	require.NoError(t, err)
	assert.Contains(t, told, "/there")
	assert.NotContains(t, told, "secret")
}
