// Package http reads a storage.Store from a web server: key "a/b" below root
// "http://host/x.zarr" is the resource http://host/x.zarr/a/b. Importing it
// registers the schemes "http" and "https", so that
// "https://host/x.zarr/a" opens an array.
//
// Parts of values are asked for with range requests; of a server that knows
// none, small values are read whole. Requests that fail for reasons that may
// pass are repeated.
//
// All parts of a value are of one version, as far as the server tells versions
// apart, by ETag or Last-Modified: a value that has changed since the first part
// of it was read is storage.ErrChanged from then on; whoever opens the store
// again sees the new one. Values that are read whole may change between reads.
//
// HTTP has no way to list: what lies in a Zarr group is known
// where its metadata are consolidated.
package http

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/storage"
)

func init() {
	for _, scheme := range []string{"http", "https"} {
		storage.RegisterScheme(scheme, func(_ context.Context, root string) (storage.Store, error) { return Open(root) })
	}
}

// Store is what lies below a URL. All methods are safe for concurrent use.
type Store struct {
	root    *url.URL
	client  *http.Client
	retries int
	timeout time.Duration
	pause   time.Duration // before the first repetition

	versions storage.Versions
}

var (
	_ storage.RangeReader = (*Store)(nil)
	_ storage.Sizer       = (*Store)(nil)
	_ storage.Remote      = (*Store)(nil)
)

// Option changes how a Store works.
type Option func(*Store)

// Client sets what makes the requests, in place of a client that all stores
// share. One that adds headers of its own is how to sign requests.
func Client(c *http.Client) Option {
	return func(s *Store) {
		own := *c
		if own.CheckRedirect == nil {
			own.CheckRedirect = checkRedirect
		}
		s.client = &own
	}
}

// Retries sets how often a request is repeated that failed for a reason that
// may pass: no connection, an answer that breaks off, no answer in time, status
// 408, 425, 429 and 5xx. Between them are pauses that double, from 100 ms on.
// The default is 4.
func Retries(n int) Option { return func(s *Store) { s.retries = n } }

// Timeout sets how long a server may send nothing, before and within an
// answer, until it counts as failed. The default is 30 s.
func Timeout(d time.Duration) Option { return func(s *Store) { s.timeout = d } }

// shared makes the requests of stores without a client of their own, so that
// connections outlive a store. Compression is for the web: what is stored here
// is compressed already.
var shared = &http.Client{Transport: transport(), CheckRedirect: checkRedirect}

func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true
	t.MaxIdleConnsPerHost = 64
	t.MaxResponseHeaderBytes = 1 << 16
	return t
}

const maxRedirects = 10

var errRedirect = errors.New("redirected")

// errFolder ends requests that are sent on to the same place with a slash: that
// is how servers answer for folders, which have no value.
var errFolder = errors.New("a folder")

func checkRedirect(r *http.Request, via []*http.Request) error {
	last := via[len(via)-1]
	r.Header.Del("Referer") // where we come from may be a secret: a query that signs requests
	switch {
	case r.URL.Path == last.URL.Path+"/":
		return errFolder
	case r.URL.Scheme == "http" && last.URL.Scheme == "https":
		return fmt.Errorf("%w from https to %s", errRedirect, r.URL.Host)
	case len(via) >= maxRedirects:
		return fmt.Errorf("%w more than %d times", errRedirect, maxRedirects)
	}
	return nil
}

// Open returns the store below a URL. No request is made. A user and a query in
// the URL are sent with every request, and don't show in errors.
func Open(root string, opts ...Option) (*Store, error) {
	u, err := url.Parse(root)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, &storage.Error{Op: "open", Name: root, Err: fmt.Errorf("%w: not the URL of a host, http://… or https://…", storage.ErrUnsupported)}
	}
	s := &Store{root: u, client: shared, retries: 4, timeout: 30 * time.Second, pause: 100 * time.Millisecond}
	for _, o := range opts {
		o(s)
	}
	return s, nil
}

// at returns the URL of a value.
func (s *Store) at(key string) *url.URL {
	parts := strings.Split(key, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	u := s.root.JoinPath(parts...)
	u.RawQuery = s.root.RawQuery
	return u
}

func (s *Store) fail(op, key string, err error) error {
	u := *s.root
	u.RawQuery, u.User = "", nil // they may be secrets
	return &storage.Error{Op: op, Name: strings.TrimSuffix(u.String(), "/") + "/" + key, Err: err}
}

// IsRemote is true: every request goes to the server.
func (s *Store) IsRemote() bool { return true }

// Get appends a value to dst.
func (s *Store) Get(ctx context.Context, key string, dst []byte) ([]byte, error) {
	return s.GetRange(ctx, key, 0, -1, dst)
}

// GetRange appends part of a value to dst.
func (s *Store) GetRange(ctx context.Context, key string, offset, length int64, dst []byte) ([]byte, error) {
	if length == 0 {
		_, err := s.Size(ctx, key) // is there a value?
		return dst, err
	}
	n := len(dst)
	err := s.repeat(ctx, key, func(ctx context.Context, alive func()) error {
		var err error
		dst, err = s.get(ctx, alive, key, span{offset, length}, dst[:n])
		return err
	})
	if errors.Is(err, errBeyond) {
		err = s.repeat(ctx, key, func(ctx context.Context, alive func()) error {
			var err error
			dst, err = s.end(ctx, alive, key, span{offset, length}, dst[:n])
			return err
		})
	}
	if err != nil {
		return dst[:n], s.fail("get", key, err)
	}
	return dst, nil
}

// Size returns the length of a value.
func (s *Store) Size(ctx context.Context, key string) (int64, error) {
	size := int64(0)
	err := s.repeat(ctx, key, func(ctx context.Context, alive func()) (err error) {
		size, err = s.size(ctx, alive, key)
		return err
	})
	if err != nil {
		return 0, s.fail("size", key, err)
	}
	return size, nil
}

// Put is refused: the store is only read.
func (s *Store) Put(_ context.Context, key string, _ []byte) error {
	return s.fail("put", key, storage.ErrReadOnly)
}

// Delete is refused: the store is only read.
func (s *Store) Delete(_ context.Context, key string) error {
	return s.fail("delete", key, storage.ErrReadOnly)
}
