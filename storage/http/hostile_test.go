package http

import (
	"context"
	"io"
	"net/http"
	"strconv"
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
