package http

import (
	"cmp"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// span is a part of a value: offset and length as in storage.RangeReader.
type span struct{ offset, length int64 }

// header is what asks for the span; "" asks for the whole value.
func (p span) header() string {
	switch {
	case p.offset < 0:
		return fmt.Sprintf("bytes=%d", p.offset)
	case p.length >= 0:
		return fmt.Sprintf("bytes=%d-%d", p.offset, p.end()-1)
	case p.offset > 0:
		return fmt.Sprintf("bytes=%d-", p.offset)
	}
	return ""
}

// end is where a span ends that counts from the start.
func (p span) end() int64 {
	if p.length < 0 || p.length > math.MaxInt64-p.offset {
		return math.MaxInt64
	}
	return p.offset + p.length
}

// maxWhole is how much of a value is read only to get at a part of it, where a
// server knows no ranges. maxValue is the most a value may have.
const (
	maxWhole = 16 << 20
	maxValue = 1 << 32
)

// little is how much of an answer nobody wants is read all the same, which costs
// less than a new connection.
const little = 64 << 10

// do makes a request.
func (s *Store) do(ctx context.Context, alive func(), method, key, spans string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.at(key).String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "identity")
	if spans != "" {
		r.Header.Set("Range", spans)
	}
	a, err := s.client.Do(r)
	if err != nil {
		return nil, explain(err)
	}
	alive()
	return a, nil
}

// ask requests a value, or part of it. Where the server has it encoded for the way,
// a part counts encoded bytes: then all of it is asked for.
func (s *Store) ask(ctx context.Context, alive func(), key, spans string) (*http.Response, error) {
	r, err := s.do(ctx, alive, http.MethodGet, key, spans)
	if err != nil || spans == "" || r.StatusCode != http.StatusPartialContent || plain(r) {
		return r, err
	}
	r.Body.Close()
	return s.do(ctx, alive, http.MethodGet, key, "")
}

// finish reads the rest of an answer, if it is little, so that its connection can
// be used again.
func finish(r *http.Response) {
	_, _ = io.CopyN(io.Discard, r.Body, little)
	r.Body.Close()
}

// explain takes the URL off an error, which may hold secrets, and tells what
// may pass.
func explain(err error) error {
	if errors.Is(err, errFolder) {
		return storage.ErrNotFound
	}
	for u, ok := errors.AsType[*url.Error](err); ok; u, ok = errors.AsType[*url.Error](err) {
		err = u.Err
	}
	dns, isDNS := errors.AsType[*net.DNSError](err)
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	if errors.Is(err, errRedirect) || isCertificate || isDNS && dns.IsNotFound {
		return err
	}
	return &passing{error: err}
}

// whole reports whether a span of which n bytes came is all of the value for
// certain.
func (p span) whole(n int) bool {
	return p.offset == 0 && (p.length < 0 || int64(n) < p.length)
}

// get reads a span of a value, once.
func (s *Store) get(ctx context.Context, alive func(), key string, p span, dst []byte) ([]byte, error) {
	r, err := s.ask(ctx, alive, key, p.header())
	if err != nil {
		return dst, err
	}
	if p.offset < 0 && r.StatusCode == http.StatusOK && plain(r) && r.ContentLength > little {
		// Ranges from the end on are unknown to some servers that know others (Azure).
		r.Body.Close()
		lo, hi := storage.Range(r.ContentLength, p.offset, p.length)
		if err := s.same(key, r); err != nil {
			return dst, err
		}
		return s.get(ctx, alive, key, span{lo, hi - lo}, dst)
	}
	defer finish(r)
	n, body := len(dst), &body{r.Body, alive}
	switch r.StatusCode {
	case http.StatusPartialContent:
		dst, err = p.part(r, body, dst)
	case http.StatusOK:
		dst, err = p.cut(r, body, dst)
	case http.StatusRequestedRangeNotSatisfiable:
		err = p.beyond(r)
	default:
		err = status(r)
	}
	switch {
	case p.whole(len(dst) - n):
	case err == nil, errors.Is(err, errBeyond):
		err = cmp.Or(s.same(key, r), err)
	case errors.Is(err, storage.ErrNotFound):
		err = s.versions.Absent(key)
	}
	return dst, err
}

// same fails where an answer about part of a value, or its length, is of another
// version than the first such answer.
func (s *Store) same(key string, r *http.Response) error {
	return s.versions.Same(key, r.Header.Get("ETag"), r.Header.Get("Last-Modified"))
}

// body tells whenever something has come.
type body struct {
	io.Reader
	alive func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if n > 0 {
		b.alive()
	}
	if err != nil && err != io.EOF {
		err = &passing{error: err} // it broke off
	}
	return n, err
}

var contentRange = regexp.MustCompile(`^bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)$`)

// part reads the part of a value that a server sends, which must be the one
// asked for.
func (p span) part(r *http.Response, b io.Reader, dst []byte) ([]byte, error) {
	says := r.Header.Get("Content-Range")
	m := contentRange.FindStringSubmatch(says)
	if m == nil || !plain(r) {
		return dst, fmt.Errorf("%w: asked for %s the server sends Content-Range %q, Content-Encoding %q, %q", storage.ErrCorrupt,
			p.header(), says, r.Header.Get("Content-Encoding"), r.Header.Get("Content-Type"))
	}
	first, _ := strconv.ParseInt(m[1], 10, 64)
	last, _ := strconv.ParseInt(m[2], 10, 64)
	size, err := strconv.ParseInt(m[3], 10, 64)
	known := err == nil
	lo, hi := p.offset, min(p.end(), last+1)
	if p.offset < 0 {
		lo, hi = max(0, last+1+p.offset), last+1 // the end of the value, wherever that is
	}
	if known {
		lo, hi = storage.Range(size, p.offset, -1)
		if p.offset >= 0 {
			lo, hi = storage.Range(size, p.offset, p.length)
		}
	}
	n := last + 1 - first
	if first != lo || last+1 != hi || n <= 0 || r.ContentLength >= 0 && r.ContentLength != n {
		return dst, fmt.Errorf("%w: asked for %s the server sends %q in %d bytes", storage.ErrCorrupt, p.header(), says, r.ContentLength)
	}
	return p.read(b, n, p.length, dst)
}

// read appends the first want bytes (all if negative) of a body that has n.
func (p span) read(b io.Reader, n, want int64, dst []byte) ([]byte, error) {
	start := int64(len(dst))
	dst, err := storage.Append(dst, b, n)
	if err != nil {
		return dst, err
	}
	if got := int64(len(dst)) - start; got < n {
		return dst, &passing{error: fmt.Errorf("%w: the server sends %d of %d bytes", storage.ErrCorrupt, got, n)}
	}
	if want >= 0 && want < n {
		dst = dst[:start+want]
	}
	return dst, nil
}

// plain reports whether an answer is the value itself, not encoded for the way.
func plain(r *http.Response) bool { return encoding(r) == "" }

// encoding is how an answer is encoded for the way. "aws-chunked" is how an object
// once came to its store; some keep it as if it said something about the object.
func encoding(r *http.Response) string {
	var all []string
	for e := range strings.SplitSeq(strings.Join(r.Header.Values("Content-Encoding"), ","), ",") {
		switch e = strings.ToLower(strings.TrimSpace(e)); e {
		case "", "identity", "aws-chunked":
		default:
			all = append(all, e)
		}
	}
	return strings.Join(all, ", ")
}

// cut reads the span from an answer that is the whole value.
func (p span) cut(r *http.Response, b io.Reader, dst []byte) ([]byte, error) {
	size := r.ContentLength
	switch e := encoding(r); e {
	case "":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(b)
		if err != nil {
			return dst, fmt.Errorf("%w: Content-Encoding gzip: %w", storage.ErrCorrupt, err)
		}
		b, size = &unzipped{z}, -1
	default:
		return dst, fmt.Errorf("%w: the server sends Content-Encoding %q, though asked not to", storage.ErrUnsupported, e)
	}
	if p.offset < 0 {
		if size < 0 || size > maxWhole {
			return p.tail(b, dst)
		}
		lo, hi := storage.Range(size, p.offset, p.length)
		p = span{lo, hi - lo}
	}
	if p.offset > maxWhole {
		return dst, errNoRanges(p)
	}
	if _, err := io.CopyN(io.Discard, b, p.offset); err == io.EOF {
		return dst, nil
	} else if err != nil {
		return dst, err
	}
	want := p.length
	if want < 0 {
		want = maxValue + 1
	}
	if size >= 0 {
		want = min(want, max(0, size-p.offset))
	}
	if size >= 0 && want <= maxValue {
		return p.read(b, want, -1, dst) // what the server says it sends has to come
	}
	start := len(dst)
	dst, err := storage.Append(dst, b, min(want, maxValue+1))
	if len(dst)-start > maxValue {
		err = fmt.Errorf("%w: a value of more than %d bytes", storage.ErrUnsupported, maxValue)
	}
	return dst, err
}

// unzipped is a body that was compressed on the way.
type unzipped struct{ io.Reader }

func (u *unzipped) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if _, ok := errors.AsType[*passing](err); err != nil && err != io.EOF && !ok {
		err = fmt.Errorf("%w: Content-Encoding gzip: %w", storage.ErrCorrupt, err)
	}
	return n, err
}

func errNoRanges(p span) error {
	return fmt.Errorf("%w: the server knows no range requests, and would send all of a large value for %s", storage.ErrUnsupported, p.header())
}

// tail reads a span that counts from an end nobody knows.
func (p span) tail(b io.Reader, dst []byte) ([]byte, error) {
	whole, err := storage.Append(nil, b, maxWhole+1)
	if err != nil {
		return dst, err
	}
	if len(whole) > maxWhole {
		return dst, errNoRanges(p)
	}
	lo, hi := storage.Range(int64(len(whole)), p.offset, p.length)
	return append(dst, whole[lo:hi]...), nil
}

var unsatisfied = regexp.MustCompile(`^bytes \*/(\d{1,18})$`)

var errBeyond = errors.New("the server has nothing there")

// beyond is errBeyond where a server may say that there is nothing in the span.
func (p span) beyond(r *http.Response) error {
	m := unsatisfied.FindStringSubmatch(r.Header.Get("Content-Range"))
	if m == nil {
		return errBeyond // it doesn't say how long the value is
	}
	size, _ := strconv.ParseInt(m[1], 10, 64)
	if lo, hi := storage.Range(size, p.offset, p.length); lo < hi {
		return fmt.Errorf("%w: the server has %d bytes and none of %s", storage.ErrCorrupt, size, p.header())
	}
	return errBeyond
}

// end reads a span in which a server says there is nothing (errBeyond): that may be
// true of the bytes of an encoded value only, or said to all requests for ranges.
func (s *Store) end(ctx context.Context, alive func(), key string, p span, dst []byte) ([]byte, error) {
	size, err := s.size(ctx, alive, key)
	if lo, hi := storage.Range(size, p.offset, p.length); err != nil || lo == hi {
		return dst, err
	}
	r, err := s.do(ctx, alive, http.MethodGet, key, "")
	if err != nil {
		return dst, err
	}
	defer finish(r)
	if r.StatusCode != http.StatusOK {
		return dst, status(r)
	}
	return p.cut(r, &body{r.Body, alive}, dst)
}

// size asks how long a value is, once: by HEAD, or by its first byte where that
// says nothing.
func (s *Store) size(ctx context.Context, alive func(), key string) (int64, error) {
	r, err := s.do(ctx, alive, http.MethodHead, key, "")
	if err != nil {
		return 0, err
	}
	r.Body.Close()
	if r.StatusCode == http.StatusOK {
		if r.ContentLength >= 0 && plain(r) {
			return r.ContentLength, s.same(key, r)
		}
	} else if err := status(r); errors.Is(err, storage.ErrNotFound) || errors.As(err, new(*passing)) {
		return 0, err
	}
	// Servers may not know HEAD, or not allow it: URLs can be signed for GET alone.
	if r, err = s.ask(ctx, alive, key, "bytes=0-0"); err != nil {
		return 0, err
	}
	defer finish(r)
	n, err := length(r, alive)
	if err == nil {
		err = s.same(key, r)
	}
	return n, err
}

// length is that of a value, from the answer to a request for its first byte.
func length(r *http.Response, alive func()) (int64, error) {
	switch r.StatusCode {
	case http.StatusPartialContent:
		if m := contentRange.FindStringSubmatch(r.Header.Get("Content-Range")); m != nil && m[3] != "*" {
			return strconv.ParseInt(m[3], 10, 64)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		if m := unsatisfied.FindStringSubmatch(r.Header.Get("Content-Range")); m != nil {
			return strconv.ParseInt(m[1], 10, 64)
		}
	case http.StatusOK:
		if r.ContentLength >= 0 && plain(r) {
			return r.ContentLength, nil
		}
		whole, err := span{0, maxWhole + 1}.cut(r, &body{r.Body, alive}, nil)
		if err != nil || len(whole) <= maxWhole {
			return int64(len(whole)), err
		}
	default:
		return 0, status(r)
	}
	return 0, fmt.Errorf("%w: the server doesn't say how long the value is", storage.ErrUnsupported)
}
