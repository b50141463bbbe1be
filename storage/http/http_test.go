package http

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/storagetest"
)

// files answers as a good server does.
func files(values map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := strings.TrimPrefix(r.URL.Path, "/")
		v, ok := values[key]
		if !ok {
			for other := range values {
				if !strings.HasSuffix(key, "/") && strings.HasPrefix(other, key+"/") {
					http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently) // a folder
					return
				}
			}
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "value.bin", time.Time{}, strings.NewReader(v))
	})
}

// serve opens the store of a server, with short pauses.
func serve(t testing.TB, h http.Handler, opts ...Option) *Store {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := Open(server.URL, opts...)
	require.NoError(t, err)
	s.pause = time.Microsecond
	return s
}

func TestContract(t *testing.T) {
	for name, wrap := range map[string]func(http.Handler) http.Handler{
		"ranges": func(h http.Handler) http.Handler { return h },
		"no ranges": func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Range")
				h.ServeHTTP(w, r)
			})
		},
		"no ranges, no lengths": func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Range")
				h.ServeHTTP(unsized{w}, r)
			})
		},
		"no HEAD": func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodHead {
					w.WriteHeader(http.StatusMethodNotAllowed)
					return
				}
				h.ServeHTTP(w, r)
			})
		},
		"redirects": func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/there/") {
					http.StripPrefix("/there", h).ServeHTTP(w, r)
				} else {
					http.Redirect(w, r, "/there"+r.URL.EscapedPath(), http.StatusTemporaryRedirect)
				}
			})
		},
		"gzip": func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Range")
				zipped := &zipped{ResponseWriter: w, z: gzip.NewWriter(w)}
				h.ServeHTTP(zipped, r)
				if zipped.ok && r.Method != http.MethodHead {
					zipped.z.Close()
				}
			})
		},
		"fails every other time": func(h http.Handler) http.Handler {
			var n atomic.Int32
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1)%2 == 1 {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				h.ServeHTTP(w, r)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			storagetest.TestReadOnly(t, func(t *testing.T, values map[string]string) storage.Store {
				return serve(t, wrap(files(values)), Retries(20))
			})
		})
	}
}

// unsized sends no Content-Length.
type unsized struct{ http.ResponseWriter }

func (u unsized) WriteHeader(status int) {
	u.Header().Del("Content-Length")
	u.ResponseWriter.WriteHeader(status)
	u.ResponseWriter.(http.Flusher).Flush()
}

// zipped compresses what it sends, though nobody has asked for that.
type zipped struct {
	http.ResponseWriter
	z  *gzip.Writer
	ok bool
}

func (z *zipped) WriteHeader(status int) {
	if z.ok = status == http.StatusOK; z.ok {
		z.Header().Del("Content-Length")
		z.Header().Set("Content-Encoding", "gzip")
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipped) Write(b []byte) (int, error) {
	if z.ok {
		return z.z.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// answer sends one answer to everything, as it is.
func answer(status int, header http.Header, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, body) // what goes wrong shows at the other end
		}
	})
}

func TestLies(t *testing.T) {
	ranges := func(s string) http.Header { return http.Header{"Content-Range": {s}} }
	for name, c := range map[string]struct {
		h              http.Handler
		offset, length int64
		want           string // contained in the error
	}{
		"other range":       {answer(206, ranges("bytes 0-3/10"), "0123"), 4, 4, `asked for bytes=4-7 the server sends "bytes 0-3/10"`},
		"more than asked":   {answer(206, ranges("bytes 4-9/10"), "456789"), 4, 4, `"bytes 4-9/10"`},
		"less than asked":   {answer(206, ranges("bytes 4-5/10"), "45"), 4, 4, `"bytes 4-5/10"`},
		"less of suffix":    {answer(206, ranges("bytes 9-9/10"), "9"), -2, -1, `"bytes 9-9/10"`},
		"backwards":         {answer(206, ranges("bytes 7-4/10"), ""), 4, 4, `"bytes 7-4/10"`},
		"huge":              {answer(206, ranges("bytes 4-999999999999999999/*"), "4567"), 4, -1, `corrupt`},
		"no range":          {answer(206, nil, "4567"), 4, 4, `Content-Range ""`},
		"several":           {answer(206, http.Header{"Content-Type": {"multipart/byteranges; boundary=x"}}, "--x"), 4, 4, "multipart/byteranges"},
		"encoded":           {answer(206, http.Header{"Content-Range": {"bytes 4-7/10"}, "Content-Encoding": {"br"}}, "abcd"), 4, 4, `"br"`},
		"encoded whole":     {answer(200, http.Header{"Content-Encoding": {"br"}}, "abcd"), 0, -1, `Content-Encoding "br"`},
		"not gzip":          {answer(200, http.Header{"Content-Encoding": {"gzip"}}, "abcd"), 0, -1, "Content-Encoding gzip"},
		"nothing there":     {answer(416, ranges("bytes */10"), ""), 4, 4, "has 10 bytes and none of bytes=4-7"},
		"short":             {answer(206, http.Header{"Content-Range": {"bytes 4-7/10"}, "Content-Length": {"4"}}, "45"), 4, 4, "unexpected EOF (tried 3 times)"},
		"short, no length":  {unsizedAnswer(206, ranges("bytes 4-7/10"), "45"), 4, 4, "sends 2 of 4 bytes (tried 3 times)"},
		"short whole":       {answer(200, http.Header{"Content-Length": {"10"}}, "0123"), 0, -1, "unexpected EOF (tried 3 times)"},
		"far into whole":    {answer(200, nil, "0123"), 1 << 40, 4, "knows no range requests"},
		"forbidden":         {answer(403, nil, ""), 0, -1, `the server answers "403 Forbidden"`},
		"always unwell":     {answer(502, nil, ""), 0, -1, `"502 Bad Gateway" (tried 3 times)`},
		"redirects forever": {http.RedirectHandler("/again", http.StatusFound), 0, -1, "redirected more than 10 times"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.h, Retries(2))
			v, err := s.GetRange(t.Context(), "a/key", c.offset, c.length, []byte("dst"))
			assert.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "/a/key", "the error names the key")
			assert.NotErrorIs(t, err, storage.ErrNotFound, "which would mean a chunk of fill values")
			assert.Equal(t, "dst", string(v))
		})
	}
}

func unsizedAnswer(status int, header http.Header, body string) http.Handler {
	h := answer(status, header, body)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(unsized{w}, r) })
}

// A server that sends nothing is given up, before an answer and within it.
func TestStall(t *testing.T) {
	for name, start := range map[string]func(w http.ResponseWriter){
		"no answer": func(http.ResponseWriter) {},
		"half of it": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "01234")
			w.(http.Flusher).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			gone := make(chan struct{})
			t.Cleanup(func() { close(gone) })
			var n atomic.Int32
			s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n.Add(1)
				start(w)
				select {
				case <-gone:
				case <-r.Context().Done():
				}
			}), Timeout(20*time.Millisecond), Retries(1))
			_, err := s.Get(t.Context(), "key", nil)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorContains(t, err, "sent nothing for 20ms")
			assert.EqualValues(t, 2, n.Load())
		})
	}
}

// Connections that are cut are made again; the caller's context ends it all.
func TestReset(t *testing.T) {
	var n atomic.Int32
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) < 4 {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0) // a reset
				_ = conn.Close()
			}
			return
		}
		_, _ = io.WriteString(w, "at last")
	}))
	v, err := s.Get(t.Context(), "key", nil)
	require.NoError(t, err)
	assert.Equal(t, "at last", string(v))

	s = serve(t, answer(503, nil, ""), Retries(1<<30))
	s.pause = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err = s.Get(ctx, "key", nil)
	assert.ErrorIs(t, err, context.Canceled)
}

// A server may say when to come again.
func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		header string
		want   time.Duration
	}{{"7", 7 * time.Second}, {"-5", 0}, {"soon", 0}, {"99999999", time.Hour}} {
		r := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {c.header}}}
		p, ok := status(r).(*passing)
		require.True(t, ok)
		assert.Equal(t, c.want, p.after, c.header)
	}
}

// One connection serves many requests, also of several stores.
func TestConnections(t *testing.T) {
	var mu sync.Mutex
	conns := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		conns[r.RemoteAddr] = true
		files(map[string]string{"k": "0123456789"}).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for range 3 {
		s, err := Open(server.URL)
		require.NoError(t, err)
		for range 5 {
			_, err := s.GetRange(t.Context(), "k", 2, 4, nil)
			require.NoError(t, err)
			_, err = s.Size(t.Context(), "absent")
			require.ErrorIs(t, err, storage.ErrNotFound)
			_, err = s.Get(t.Context(), "absent", nil) // which has a text for people
			require.ErrorIs(t, err, storage.ErrNotFound)
		}
	}
	assert.Len(t, conns, 1)
}

// What may be a secret is sent, and told to nobody.
func TestSecrets(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		_, _ = fmt.Fprint(w, r.URL.RawQuery, user, password)
	}))
	root := strings.Replace(s.root.String(), "http://", "http://me:hidden@", 1) + "/x?sig=secret"
	s, err := Open(root, Client(http.DefaultClient))
	require.NoError(t, err)
	v, err := s.Get(t.Context(), "k", nil)
	require.NoError(t, err)
	assert.Equal(t, "sig=secretmehidden", string(v))
	err = s.Put(t.Context(), "k", nil)
	assert.ErrorContains(t, err, "/x/k")
	assert.NotContains(t, err.Error(), "secret")
	assert.NotContains(t, err.Error(), "hidden")
	for _, url := range []string{"ftp://host", "http://", "host/x", "http://ho st"} {
		_, err := Open(url)
		assert.ErrorIs(t, err, storage.ErrUnsupported, url)
	}
}

// FuzzAnswer reads from a server that answers anything: no more bytes than were
// asked for are taken, and where they are taken they are the body's.
func FuzzAnswer(f *testing.F) {
	f.Add(206, "bytes 4-7/10", "", "4567", int64(4), int64(4))
	f.Add(206, "bytes 6-9/10", "", "6789", int64(-4), int64(-1))
	f.Add(200, "", "gzip", "0123456789", int64(4), int64(4))
	f.Add(416, "bytes */10", "", "", int64(40), int64(4))
	f.Fuzz(func(t *testing.T, code int, contentRange, encoding, text string, offset, length int64) {
		p := span{offset, length}
		if length == 0 {
			return
		}
		r := &http.Response{StatusCode: code, Header: http.Header{}, ContentLength: int64(len(text))}
		r.Header.Set("Content-Range", contentRange)
		r.Header.Set("Content-Encoding", encoding)
		read := p.cut
		if code == 206 {
			read = p.part
		}
		got, err := read(r, strings.NewReader(text), nil)
		if err != nil {
			return
		}
		assert.True(t, length < 0 || int64(len(got)) <= length)
		if encoding != "gzip" {
			assert.True(t, bytes.Contains([]byte(text), got))
		}
		_ = p.beyond(r)
	})
}
