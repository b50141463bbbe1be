package codec

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/ulikunitz/xz/lzma"

	"github.com/ndgrid/ndgrid/storage"
)

// bindBZ2 is bytes→bytes: what bzip2 makes of them.
func bindBZ2(p Params, in data) (codec, data, error) {
	if err := p.check("level"); err != nil {
		return nil, in, err
	}
	open := func(src []byte) (io.Reader, error) { return bzip2.NewReader(bytes.NewReader(src)), nil }
	return &stream{size: in.Size, exact: in.Exact, memory: 4 << 20, open: open}, compressible(in), nil
}

// The formats of Python's module lzma; 0 is either of the first two.
const (
	lzmaXZ    = 1
	lzmaAlone = 2
	lzmaRaw   = 3
)

// bindLZMA is bytes→bytes: LZMA in one of the formats that Python's module of the
// name has. Raw streams need their filters among the parameters.
func bindLZMA(p Params, in data) (codec, data, error) {
	format, err := p.int("format", lzmaXZ, 0, lzmaRaw)
	if err == nil {
		err = p.check("format", "check", "preset", "filters")
	}
	var filters xzFilters
	if err == nil && format == lzmaRaw {
		filters, err = p.xzFilters()
	}
	if err != nil {
		return nil, in, err
	}
	window := max(in.Size, lzma.MinDictCap) // no match is longer ago than all there is
	open := func(src []byte) (io.Reader, error) {
		switch {
		case format == lzmaRaw:
			return filters.open(bytes.NewReader(src), window)
		case format == lzmaXZ, format != lzmaAlone && bytes.HasPrefix(src, xzMagic):
			return newXZ(src, window)
		}
		return openAlone(src, window)
	}
	return &stream{size: in.Size, exact: in.Exact, memory: window + 64<<10, open: open}, compressible(in), nil
}

// openAlone reads a stream of the older format. What it says about its window is
// no reason to take more memory than there can be bytes.
func openAlone(src []byte, window int) (io.Reader, error) {
	const header = 13
	if len(src) < header {
		return nil, io.ErrUnexpectedEOF
	}
	src = slices.Clone(src)
	if own := binary.LittleEndian.Uint32(src[1:]); int64(own) > int64(window) {
		binary.LittleEndian.PutUint32(src[1:], uint32(window))
	}
	return lzma.ReaderConfig{DictCap: window}.NewReader(bytes.NewReader(src))
}

// xzFilters are what bytes have gone through: LZMA2, and before it differences of
// bytes so far apart; 0 for none.
type xzFilters struct{ distance int }

// xzFilters reads parameter filters, a list as Python's module lzma has it.
func (p Params) xzFilters() (f xzFilters, err error) {
	list, ok := p["filters"].([]any)
	if !ok || len(list) == 0 {
		return f, fmt.Errorf("filters: %v is no list of filters", p["filters"])
	}
	for i, v := range list {
		o, ok := v.(map[string]any)
		if !ok {
			return f, fmt.Errorf("filters: %v is no filter", v)
		}
		filter := Params(o)
		id, err := filter.int("id", -1, 0, math.MaxInt)
		if err != nil {
			return f, err
		}
		dist, err := filter.int("dist", 1, 1, 256)
		if err == nil {
			err = f.add(id, dist, i == len(list)-1)
		}
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

// add takes a filter by its number in xz files.
func (f *xzFilters) add(id, distance int, last bool) error {
	const delta, lzma2 = 3, 0x21
	switch {
	case id == lzma2 && last:
	case id == delta && !last && f.distance == 0:
		f.distance = distance
	default:
		return fmt.Errorf("%w: LZMA filter %#x at its place; there are delta (3) and, last, LZMA2 (0x21)", storage.ErrUnsupported, id)
	}
	return nil
}

// open reads what has gone through the filters, no byte further than its end.
func (f xzFilters) open(src io.Reader, window int) (io.Reader, error) {
	r, err := lzma.Reader2Config{DictCap: window}.NewReader2(src)
	if err != nil || f.distance == 0 {
		return r, err
	}
	return &undelta{r: r, before: make([]byte, f.distance)}, nil
}

// undelta adds to each byte the one so long before it.
type undelta struct {
	r      io.Reader
	before []byte
	at     int
}

func (u *undelta) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	for i := range b[:n] {
		u.before[u.at] += b[i]
		b[i] = u.before[u.at]
		u.at = (u.at + 1) % len(u.before)
	}
	return n, err
}

// stream is a compressor that is only read: open decodes as it is read from.
type stream struct {
	size   int
	exact  bool
	memory int
	open   func(src []byte) (io.Reader, error)
}

func (s *stream) Encode(dst, _ []byte) ([]byte, error) {
	return dst, fmt.Errorf("%w: it is only read", storage.ErrUnsupported)
}

func (s *stream) Decode(dst, src []byte) ([]byte, error) {
	if len(src) == 0 {
		return dst, corrupt("no bytes")
	}
	start := len(dst)
	if s.exact {
		dst = extend(dst, s.size)
	}
	r, err := s.open(src)
	var excess [1]byte // where there should be nothing more, only the end
	for err == nil {
		had, room := len(dst)-start, excess[:]
		if had < s.size {
			dst = slices.Grow(dst, 1)
			room = dst[len(dst):min(cap(dst), start+s.size)]
		}
		var n int
		n, err = r.Read(room)
		if had+n > s.size {
			return dst[:start], corrupt("more than the %d bytes there should be", s.size)
		}
		dst = dst[:len(dst)+n]
	}
	if err != io.EOF {
		return dst[:start], corrupt("%v after %d of %d bytes", err, len(dst)-start, s.size)
	}
	return dst, nil
}

func (s *stream) Cost() (encode, decode int) { return 0, s.memory }
