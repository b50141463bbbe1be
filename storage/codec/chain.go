package codec

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Chain is a list of codecs bound to the chunks of one array. It is safe for
// concurrent use.
type Chain struct {
	steps   []step
	size    int  // bytes of a decoded chunk
	exact   bool // not fewer either
	encoded data
	buffers sync.Pool // of *[2][]byte
}

type step struct {
	name  string
	codec codec
	in    data
}

// New builds the chain for chunks of a shape: exactly one codec must be
// array→bytes, array→array codecs come before it, bytes→bytes ones after it. An
// unknown codec is storage.ErrCodec, named.
func New(dtype nd.DType, shape []int, configs []Config) (*Chain, error) {
	if dtype.Size() == 0 {
		return nil, fmt.Errorf("%w: dtype %s has no fixed size", storage.ErrUnsupported, dtype)
	}
	n, err := nd.SizeOf(append(slices.Clone(shape), dtype.Size()))
	if err != nil {
		return nil, err
	}
	return bind(data{DType: dtype, Shape: shape, Size: n, Exact: true, Array: true}, configs)
}

// NewBytes builds a chain of bytes→bytes codecs for values of size bytes.
func NewBytes(size int, configs []Config) (*Chain, error) {
	return bind(data{Size: size, Exact: true}, configs)
}

// NewBytesUpTo builds a chain of bytes→bytes codecs for values of any number of
// bytes up to a maximum: its values are decoded by AppendDecoded.
func NewBytesUpTo(most int, configs []Config) (*Chain, error) {
	return bind(data{Size: most}, configs)
}

func bind(in data, configs []Config) (*Chain, error) {
	c := &Chain{size: in.Size, exact: in.Exact}
	if in.Size > math.MaxUint32 {
		return nil, fmt.Errorf("%w: a chunk of %d bytes; 4 GiB is the most", storage.ErrUnsupported, in.Size)
	}
	for i, cfg := range configs {
		k, ok := kinds[short(cfg.Name)]
		if !ok {
			return nil, fmt.Errorf("%w %q", storage.ErrCodec, cfg.Name)
		}
		codec, out, err := k.bind(cfg.Params, in)
		if err != nil {
			return nil, fmt.Errorf("codec %d, %s: %w", i, cfg.Name, err)
		}
		if in.Array && !out.Array && !slices.Contains(arrayToBytes, cfg.Name) {
			return nil, fmt.Errorf("codec %d, %s: an array enters where bytes should", i, cfg.Name)
		}
		if codec != nil {
			c.steps = append(c.steps, step{cfg.Name, codec, in})
		}
		in = out
	}
	if in.Array {
		return nil, fmt.Errorf("%w: no codec turns the array into bytes", storage.ErrCorrupt)
	}
	c.encoded = in
	c.buffers.New = func() any { return new([2][]byte) }
	return c, nil
}

// Size returns the number of bytes of a decoded chunk, or the most it can have.
func (c *Chain) Size() int { return c.size }

// MaxEncoded returns the most bytes an encoded chunk can have; whatever is
// longer isn't one.
func (c *Chain) MaxEncoded() int { return c.encoded.Size }

// Fixed reports whether every encoded chunk has exactly MaxEncoded bytes.
func (c *Chain) Fixed() bool { return c.encoded.Exact }

// Identity reports whether encoded and decoded chunks are the same bytes.
func (c *Chain) Identity() bool { return len(c.steps) == 0 }

// Cost returns the memory in bytes that one call of Encode or Decode takes
// beside its arguments.
func (c *Chain) Cost() (encode, decode int) {
	var enc, dec int
	for i, s := range c.steps {
		e, d := s.codec.Cost()
		enc, dec = max(enc, e), max(dec, d)
		if i > 0 { // what lies between two codecs is in one of two buffers
			encode, decode = max(encode, s.in.Size), max(decode, s.in.Size)
		}
	}
	if len(c.steps) > 2 {
		encode, decode = 2*encode, 2*decode
	}
	return encode + enc, decode + dec
}

// Encode appends the encoded form of src, a whole chunk, to dst.
func (c *Chain) Encode(dst, src []byte) ([]byte, error) {
	if len(src) > c.size || c.exact && len(src) != c.size {
		return dst, fmt.Errorf("encode: chunk of %d bytes, it should have %d", len(src), c.size)
	}
	if len(c.steps) == 0 {
		return append(dst, src...), nil
	}
	bufs := c.buffers.Get().(*[2][]byte)
	defer c.buffers.Put(bufs)
	for i, s := range c.steps {
		if i == len(c.steps)-1 {
			out, err := s.codec.Encode(dst, src)
			if err != nil {
				return dst, fmt.Errorf("encode %s: %w", s.name, err)
			}
			return out, nil
		}
		out, err := s.codec.Encode(bufs[i%2][:0], src)
		if err != nil {
			return dst, fmt.Errorf("encode %s: %w", s.name, err)
		}
		bufs[i%2], src = out, out
	}
	return dst, nil
}

// Decode decodes src into dst, which has exactly Size bytes. What doesn't
// decode to that many bytes is storage.ErrCorrupt. src is not changed.
func (c *Chain) Decode(dst, src []byte) error {
	if len(dst) != c.size {
		return fmt.Errorf("decode: buffer of %d bytes, the chunk has %d", len(dst), c.size)
	}
	bufs := c.buffers.Get().(*[2][]byte)
	defer c.buffers.Put(bufs)
	out, err := c.decode(dst[:0:len(dst)], src, bufs)
	if err != nil {
		return err
	}
	if len(out) != len(dst) {
		return fmt.Errorf("decode: %w: %d bytes, there should be %d", storage.ErrCorrupt, len(out), len(dst))
	}
	if !within(out, dst) {
		copy(dst, out)
	}
	return nil
}

// AppendDecoded decodes src and appends the result to dst. Memory for results
// of unknown size is taken as they grow, up to Size. src is not changed.
func (c *Chain) AppendDecoded(dst, src []byte) ([]byte, error) {
	bufs := c.buffers.Get().(*[2][]byte)
	defer c.buffers.Put(bufs)
	if c.exact {
		dst = extend(dst, c.size)
	}
	out, err := c.decode(dst[len(dst):], src, bufs)
	switch {
	case err != nil:
		return dst, err
	case len(out) > c.size || c.exact && len(out) != c.size:
		return dst, fmt.Errorf("decode: %w: %d bytes, there should be %d", storage.ErrCorrupt, len(out), c.size)
	case cap(dst)-len(dst) >= len(out) && within(out, dst):
		return dst[:len(dst)+len(out)], nil
	case len(dst) == 0 && !within(out, src) && !within(out, bufs[0]) && !within(out, bufs[1]):
		return out, nil // memory of its own already
	}
	return append(dst, out...), nil
}

// decode returns the decoded src: in dst, which is empty, where it has room
// enough and the first codec copies at all.
func (c *Chain) decode(dst, src []byte, bufs *[2][]byte) ([]byte, error) {
	free := 0 // the buffer that src doesn't lie in
	for i := len(c.steps) - 1; i >= 0; i-- {
		s := c.steps[i]
		buf := dst
		if i > 0 {
			if cap(bufs[free]) < s.in.Size && s.in.Exact {
				bufs[free] = make([]byte, 0, s.in.Size)
			}
			buf = bufs[free][:0]
		}
		out, err := s.codec.Decode(buf, src)
		if err != nil {
			return nil, fmt.Errorf("decode %s: %w", s.name, err)
		}
		if len(out) > s.in.Size || s.in.Exact && len(out) != s.in.Size {
			return nil, fmt.Errorf("decode %s: %w: %d bytes, there should be %d", s.name, storage.ErrCorrupt, len(out), s.in.Size)
		}
		if i > 0 && !within(out, src) {
			bufs[free] = out
			free = 1 - free
		}
		src = out
	}
	return src, nil
}

// compressible is what leaves a compressor that in enters. Its size is twenty
// times what any adds to noise at most: whatever is longer is no chunk.
func compressible(in data) data { return data{Size: in.Size + in.Size>>3 + 4<<10} }

// extend returns dst with room for n more bytes, and not for many more.
func extend(dst []byte, n int) []byte {
	if cap(dst)-len(dst) >= n {
		return dst
	}
	return append(make([]byte, 0, len(dst)+n), dst...)
}

// filled is the error of decoding to dst[:0] what should fill dst.
func filled(dst, out []byte, err error) error {
	if err == nil && len(out) != len(dst) {
		err = corrupt("%d bytes, there should be %d", len(out), len(dst))
	}
	return err
}

// within reports whether a begins inside b.
func within(a, b []byte) bool {
	p, q := uintptr(unsafe.Pointer(unsafe.SliceData(a))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return p >= q && p < q+uintptr(cap(b))
}

// corrupt is an error about data that can't be decoded.
func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", storage.ErrCorrupt, fmt.Sprintf(format, args...))
}
