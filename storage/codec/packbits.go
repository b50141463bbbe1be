package codec

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// bindNumpyPackBits is array→array, or bytes→bytes: a byte that says how many bits
// are left over in the last one, and bools in bits, the highest first, as
// numcodecs has it.
func bindNumpyPackBits(p Params, in data) (codec, data, error) {
	if err := p.check(); err != nil {
		return nil, in, err
	}
	if in.DType.Size() != 1 && in.DType.Valid() {
		return nil, in, fmt.Errorf("elements of %s are no bools", in.DType)
	}
	n := in.Size
	in.DType, in.Size = nd.Uint8, 1+(n+7)/8
	if in.Array {
		in.Shape = []int{in.Size}
	}
	return numpyPackBits{n, in.Exact}, in, nil
}

// numpyPackBits has the number of bools.
type numpyPackBits struct {
	n     int
	exact bool
}

func (numpyPackBits) Encode(dst, src []byte) ([]byte, error) {
	dst = append(dst, byte(-len(src)&7))
	at := len(dst)
	dst = append(dst, make([]byte, (len(src)+7)/8)...)
	for i, b := range src {
		if b != 0 {
			dst[at+i/8] |= 0x80 >> (i % 8)
		}
	}
	return dst, nil
}

func (c numpyPackBits) Decode(dst, src []byte) ([]byte, error) {
	if len(src) < 1 || src[0] > 7 || 8*(len(src)-1) < int(src[0]) {
		return dst, corrupt("%d bytes of packed bits", len(src))
	}
	n := 8*(len(src)-1) - int(src[0])
	if n > c.n || c.exact && n != c.n {
		return dst, corrupt("%d bits, there should be %d", n, c.n)
	}
	at := len(dst)
	dst = slices.Grow(dst, n)[:at+n]
	for i := range n {
		dst[at+i] = src[1+i/8] >> (7 - i%8) & 1
	}
	return dst, nil
}

func (numpyPackBits) Cost() (encode, decode int) { return 0, 0 }

// bindPackBits is array→bytes: of every number, or half of a complex one, the bits
// from first_bit to last_bit, one after the other, the lowest first. A byte before
// or after them may say how many bits are left over at the end.
func bindPackBits(p Params, in data) (codec, data, error) {
	if !in.Array {
		return nil, in, fmt.Errorf("bytes enter where an array should")
	}
	if !in.DType.Computable() {
		return nil, in, fmt.Errorf("%w: bits of %s", storage.ErrUnsupported, in.DType)
	}
	c := &packBits{size: in.DType.WordSize(), signed: in.DType.IsSigned() || in.DType.Kind() == nd.KindDatetime || in.DType.Kind() == nd.KindTimedelta}
	most := 8*c.size - 1
	if in.DType == nd.Bool {
		most = 0
	}
	last := most
	var err error
	c.padding, err = p.string("padding_encoding")
	if err == nil {
		c.first, err = p.int("first_bit", 0, 0, most)
	}
	if err == nil {
		last, err = p.int("last_bit", most, 0, most)
	}
	if err == nil {
		err = p.check("padding_encoding", "first_bit", "last_bit")
	}
	switch c.bits = last - c.first + 1; {
	case err != nil:
		return nil, in, err
	case c.bits < 1:
		return nil, in, fmt.Errorf("last_bit %d before first_bit %d", last, c.first)
	case !slices.Contains([]string{"", "none", "first_byte", "last_byte"}, c.padding):
		return nil, in, fmt.Errorf("padding_encoding %q", c.padding)
	}
	c.n = in.Size / c.size
	c.bytes = c.n/8*c.bits + (c.n%8*c.bits+7)/8 // n*bits may not fit on 32-bit machines
	size := c.bytes
	if c.counts() {
		size++
	}
	return c, data{Size: size, Exact: !c.mayBeBare()}, nil
}

type packBits struct {
	size, first, bits int // bytes of a number, and which of its bits are stored
	n, bytes          int // numbers, and bytes of their bits
	signed            bool
	padding           string
}

// counts reports whether a byte says how many bits are left over.
func (c *packBits) counts() bool { return c.padding == "first_byte" || c.padding == "last_byte" }

// mayBeBare reports whether chunks may lack the byte that says so: zarrs leaves it
// out where all bits of a number are stored.
func (c *packBits) mayBeBare() bool { return c.counts() && c.bits == 8*c.size }

// left is how many bits are left over.
func (c *packBits) left() byte { return byte(-(c.n % 8 * c.bits) & 7) }

func (c *packBits) Encode(dst, src []byte) ([]byte, error) {
	if c.padding == "first_byte" {
		dst = append(dst, c.left())
	}
	at := len(dst)
	dst = append(dst, make([]byte, c.bytes)...)
	out := dst[at:]
	place, bit := 0, 0
	for i := range c.n {
		v := c.load(src[i*c.size:]) >> c.first
		for todo := c.bits; todo > 0; {
			k := min(8-bit, todo)
			out[place] |= byte(v&(1<<k-1)) << bit
			v >>= k
			todo -= k
			if bit += k; bit == 8 {
				place, bit = place+1, 0
			}
		}
	}
	if c.padding == "last_byte" {
		dst = append(dst, c.left())
	}
	return dst, nil
}

func (c *packBits) Decode(dst, src []byte) ([]byte, error) {
	want, count := c.bytes, c.left()
	if c.counts() {
		want++
	}
	switch {
	case len(src) == c.bytes && c.mayBeBare():
	case len(src) != want:
		return dst, corrupt("%d bytes, there should be %d", len(src), want)
	case c.padding == "first_byte":
		count, src = src[0], src[1:]
	case c.padding == "last_byte":
		count = src[c.bytes]
	}
	if count != c.left() {
		return dst, corrupt("%d bits are left over, it should be %d", count, c.left())
	}
	at := len(dst)
	dst = slices.Grow(dst, c.n*c.size)[:at+c.n*c.size]
	place, bit := 0, 0
	for i := range c.n {
		var v uint64
		for done := 0; done < c.bits; {
			k := min(8-bit, c.bits-done)
			v |= uint64(src[place]>>bit&(1<<k-1)) << done
			done += k
			if bit += k; bit == 8 {
				place, bit = place+1, 0
			}
		}
		if c.signed {
			v = uint64(int64(v<<(64-c.bits)) >> (64 - c.bits))
		}
		c.store(dst[at+i*c.size:], v<<c.first)
	}
	return dst, nil
}

// load reads a number's bits.
func (c *packBits) load(b []byte) uint64 {
	switch c.size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.NativeEndian.Uint16(b))
	case 4:
		return uint64(binary.NativeEndian.Uint32(b))
	}
	return binary.NativeEndian.Uint64(b)
}

// store writes them.
func (c *packBits) store(b []byte, v uint64) {
	switch c.size {
	case 1:
		b[0] = byte(v)
	case 2:
		binary.NativeEndian.PutUint16(b, uint16(v))
	case 4:
		binary.NativeEndian.PutUint32(b, uint32(v))
	default:
		binary.NativeEndian.PutUint64(b, v)
	}
}

func (c *packBits) Cost() (encode, decode int) { return 0, 0 }
