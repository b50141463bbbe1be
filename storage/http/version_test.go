package http

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/storage"
)

// changing serves a value that can be replaced. What tells versions apart is up to
// stamp, which has the number of the version.
type changing struct {
	mu    sync.Mutex
	n     int
	value string // not there if ""
	stamp func(h http.Header, n int)
	quirk func(r *http.Request)
}

func (c *changing) replace(value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.value, c.n = value, c.n+1
}

func (c *changing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.value == "" {
		http.NotFound(w, r)
		return
	}
	if c.quirk != nil {
		c.quirk(r)
	}
	c.stamp(w.Header(), c.n)
	http.ServeContent(w, r, "value.bin", time.Time{}, strings.NewReader(c.value))
}

// stamps are the ways in which servers tell versions apart.
var stamps = map[string]func(h http.Header, n int){
	"ETag":      func(h http.Header, n int) { h.Set("ETag", `"v`+string(rune('0'+n))+`"`) },
	"weak ETag": func(h http.Header, n int) { h.Set("ETag", `W/"v`+string(rune('0'+n))+`"`) },
	"Last-Modified": func(h http.Header, n int) {
		h.Set("Last-Modified", time.Unix(int64(n), 0).UTC().Format(http.TimeFormat))
	},
	"both": func(h http.Header, n int) {
		h.Set("ETag", `"v`+string(rune('0'+n))+`"`)
		h.Set("Last-Modified", time.Unix(7, 0).UTC().Format(http.TimeFormat))
	},
}

// TestChanged: parts of two versions are never put together, however a value is
// read in parts, and a store that is opened anew has the new version.
func TestChanged(t *testing.T) {
	part := func(offset, length int64) func(t *testing.T, s *Store) error {
		return func(t *testing.T, s *Store) error {
			v, err := s.GetRange(t.Context(), "key", offset, length, []byte("dst"))
			if err != nil {
				assert.Equal(t, "dst", string(v))
			}
			return err
		}
	}
	size := func(t *testing.T, s *Store) error { _, err := s.Size(t.Context(), "key"); return err }
	reads := map[string]func(t *testing.T, s *Store) error{
		"part": part(2, 3), "first part": part(0, 4), "end": part(-4, -1), "from": part(5, -1), "size": size,
	}
	noRanges := func(r *http.Request) { r.Header.Del("Range") }
	for name, stamp := range stamps {
		for before, first := range reads {
			for after, second := range reads {
				for _, quirk := range []func(*http.Request){nil, noRanges} {
					c := &changing{value: "0123456789", stamp: stamp, quirk: quirk}
					s := serve(t, c)
					require.NoError(t, first(t, s))
					require.NoError(t, second(t, s))
					c.replace("the second version")
					err := second(t, s)
					assert.ErrorIs(t, err, storage.ErrChanged, "%s: %s, then %s", name, before, after)
					assert.ErrorContains(t, err, "/key: changed since another part of it was read")
					assert.ErrorIs(t, first(t, s), storage.ErrChanged, "the old version is the one that counts")
					again, err := Open(s.root.String())
					require.NoError(t, err)
					assert.NoError(t, second(t, again))
				}
			}
		}
	}
}

// TestChangedWhole: a value that is read whole, also by asking for more than it
// has, may change.
func TestChangedWhole(t *testing.T) {
	for _, stamp := range stamps {
		c := &changing{value: "0123456789", stamp: stamp}
		s := serve(t, c)
		for _, want := range []string{"0123456789", "the second version", "3"} {
			c.replace(want)
			v, err := s.Get(t.Context(), "key", nil)
			require.NoError(t, err)
			assert.Equal(t, want, string(v))
			v, err = s.GetRange(t.Context(), "key", 0, 1<<20, nil)
			require.NoError(t, err)
			assert.Equal(t, want, string(v))
		}
		_, err := s.GetRange(t.Context(), "key", 0, 1, nil)
		require.NoError(t, err)
		c.replace("")
		_, err = s.Get(t.Context(), "key", nil)
		assert.ErrorIs(t, err, storage.ErrNotFound)
	}
}

// TestGone: a value that was there isn't one that never was, which would mean fill
// values.
func TestGone(t *testing.T) {
	c := &changing{value: "0123456789", stamp: stamps["ETag"]}
	s := serve(t, c)
	_, err := s.GetRange(t.Context(), "key", -4, -1, nil)
	require.NoError(t, err)
	c.replace("")
	_, err = s.GetRange(t.Context(), "key", 2, 3, nil)
	assert.ErrorIs(t, err, storage.ErrChanged)
	assert.NotErrorIs(t, err, storage.ErrNotFound)
	assert.ErrorContains(t, err, "the server no longer has it")
	_, err = s.GetRange(t.Context(), "never", 2, 3, nil)
	assert.ErrorIs(t, err, storage.ErrNotFound)
}

// TestUnversioned: a server that tells no versions apart, or stops doing so, is
// believed.
func TestUnversioned(t *testing.T) {
	for _, stamp := range []func(h http.Header, n int){
		func(http.Header, int) {},
		func(h http.Header, n int) {
			if n == 0 {
				stamps["ETag"](h, n)
			}
		},
		func(h http.Header, n int) {
			if n == 0 {
				stamps["ETag"](h, n)
			} else {
				stamps["Last-Modified"](h, n)
			}
		},
	} {
		c := &changing{value: "0123456789", stamp: stamp}
		s := serve(t, c)
		_, err := s.GetRange(t.Context(), "key", 0, 4, nil)
		require.NoError(t, err)
		c.replace("the second version")
		v, err := s.GetRange(t.Context(), "key", 4, 6, nil)
		require.NoError(t, err)
		assert.Equal(t, "second", string(v))
	}
}

// TestChangedWhileRead: of many that read parts at once while a value changes, those
// that succeed have all seen the same version.
func TestChangedWhileRead(t *testing.T) {
	n, c := 0, &changing{value: strings.Repeat("0", 100), stamp: stamps["ETag"]}
	c.quirk = func(*http.Request) {
		if n++; n == 5 {
			c.value, c.n = strings.Repeat("1", 100), 1
		}
	}
	s := serve(t, c)
	var mu sync.Mutex
	seen, failed := map[string]int{}, 0
	var readers sync.WaitGroup
	for i := range int64(20) {
		readers.Go(func() {
			v, err := s.GetRange(t.Context(), "key", i, 1, nil)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				seen[string(v)]++
				return
			}
			failed++
			assert.ErrorIs(t, err, storage.ErrChanged)
		})
	}
	readers.Wait()
	assert.Len(t, seen, 1)
	assert.Positive(t, failed)
}
