package codec

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"github.com/pierrec/lz4/v4"

	"github.com/ndgrid/ndgrid/storage"
)

// lz4Most is the most bytes that LZ4 compresses at once.
const lz4Most = 0x7e000000

// bindLZ4 is bytes→bytes: the number of bytes, little-endian, in 32 bits, and
// what LZ4 makes of them, as numcodecs has it.
func bindLZ4(p Params, in data) (codec, data, error) {
	acceleration, err := p.int("acceleration", 1, math.MinInt32, math.MaxInt32)
	if err == nil {
		err = p.check("acceleration")
	}
	switch {
	case err != nil:
		return nil, in, err
	case in.Size > lz4Most:
		return nil, in, fmt.Errorf("%w: %d bytes, LZ4 compresses %d at most", storage.ErrUnsupported, in.Size, lz4Most)
	}
	return &lz4Codec{in.Size, in.Exact, acceleration}, compressible(in), nil
}

type lz4Codec struct {
	size         int
	exact        bool
	acceleration int
}

func (c *lz4Codec) Encode(dst, src []byte) ([]byte, error) {
	return encodeLZ4(binary.LittleEndian.AppendUint32(dst, uint32(len(src))), src, c.acceleration)
}

func (c *lz4Codec) Decode(dst, src []byte) ([]byte, error) {
	if len(src) < 4 {
		return dst, corrupt("%d bytes are too few for the number of bytes", len(src))
	}
	size := u32(src)
	switch {
	case size < 0 || size > c.size || c.exact && size != c.size:
		return dst, corrupt("%d bytes, there should be %d", uint32(size), c.size)
	case size/255 > len(src): // a byte of LZ4 never becomes more
		return dst, corrupt("%d bytes can't become %d", len(src), size)
	}
	n := len(dst)
	dst = extend(dst, size)[:n+size]
	if err := decodeLZ4(dst[n:], src[4:]); err != nil {
		return dst[:n], err
	}
	return dst, nil
}

func (c *lz4Codec) Cost() (encode, decode int) { return lz4Tables, 0 }

// lz4Tables is the memory of an encoder.
const lz4Tables = 48 << 10

// lz4Encoders holds idle encoders (*lz4.CompressorCCompat): they make what the
// LZ4 library does, and are the fastest on long input.
var lz4Encoders = sync.Pool{New: func() any { return new(lz4.CompressorCCompat) }}

// encodeLZ4 appends what LZ4 makes of src. More acceleration takes less time and
// saves fewer bytes.
func encodeLZ4(dst, src []byte, acceleration int) ([]byte, error) {
	enc := lz4Encoders.Get().(*lz4.CompressorCCompat)
	defer lz4Encoders.Put(enc)
	enc.Acceleration = acceleration
	n, room := len(dst), lz4.CompressBlockBound(len(src))
	dst = extend(dst, room)
	got, err := enc.CompressBlock(src, dst[n:n+room])
	return dst[:n+got], err
}

// decodeLZ4 decodes what LZ4 has made of len(dst) bytes.
func decodeLZ4(dst, src []byte) error {
	n, err := lz4.UncompressBlock(src, dst)
	if err != nil {
		return corrupt("lz4: %v", err)
	}
	if n != len(dst) {
		return corrupt("lz4: %d bytes, there should be %d", n, len(dst))
	}
	return nil
}
