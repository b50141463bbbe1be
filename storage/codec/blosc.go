package codec

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/storage"
)

// A frame begins with a header of 16 bytes: version, version of the inner
// format, flags, size of an element, and as little-endian 32-bit numbers the
// bytes decoded, in a block, and of the frame. The starts of the blocks follow,
// counted from the start of the frame
// (c-blosc, README_CHUNK_FORMAT.rst, except that it counts otherwise). A block is
// one stream or several, each of them its length and its bytes.
const (
	bloscHeader     = 16
	bloscShuffled   = 0x01 // bytes are shuffled within a block
	bloscStored     = 0x02 // everything is stored as it is after the header
	bloscBitShuffle = 0x04 // bits are shuffled within a block
	bloscUnknown    = 0x08
	bloscNoSplit    = 0x10 // blocks aren't split into one stream per byte of an element
)

// Inner formats, the upper three bits of the flags.
const (
	bloscLZ     = 0
	bloscLZ4    = 1
	bloscSnappy = 2
	bloscZlib   = 3
	bloscZstd   = 4
)

// bloscFormats are the formats in which what a cname stands for is written:
// frames name theirs, so that readers of any can read them. BloscLZ and Snappy
// aren't written, nor is what takes LZ4 longer, or Zstandard's elder.
var bloscFormats = map[string]byte{
	"": bloscZstd, "zstd": bloscZstd, "zlib": bloscZstd,
	"lz4": bloscLZ4, "lz4hc": bloscLZ4, "blosclz": bloscLZ4, "snappy": bloscLZ4,
}

// bindBlosc is bytes→bytes: a Blosc 1 frame. Frames say how they are to be
// decoded; the parameters only matter to the encoder.
func bindBlosc(p Params, in data) (codec, data, error) {
	if in.Size > math.MaxInt32-bloscHeader {
		return nil, in, fmt.Errorf("%w: %d bytes, a Blosc frame holds less than 2 GiB", storage.ErrUnsupported, in.Size)
	}
	b := &blosc{size: in.Size, exact: in.Exact}
	var level, block int
	cname, err := p.string("cname")
	if err == nil {
		level, err = p.int("clevel", 5, 0, 9)
	}
	if err == nil {
		block, err = p.int("blocksize", 0, 0, math.MaxInt32)
	}
	if err == nil {
		b.typesize, err = p.int("typesize", max(in.DType.Size(), 1), 1, math.MaxInt32)
	}
	if err == nil {
		b.shuffle, err = bloscShuffle(p["shuffle"], b.typesize)
	}
	if err == nil {
		err = p.check("cname", "clevel", "shuffle", "typesize", "blocksize")
	}
	if err != nil {
		return nil, in, err
	}
	if b.typesize > 255 {
		b.typesize = 1 // as the Blosc library does
	}
	if b.shuffle == bloscShuffled && b.typesize == 1 {
		b.shuffle = 0
	}
	b.block = bloscBlock(block, b.typesize, in.Size)
	return b, compressible(in), b.setFormat(cname, level)
}

// setFormat chooses what encodes blocks.
func (b *blosc) setFormat(cname string, level int) error {
	var ok bool
	if b.format, ok = bloscFormats[cname]; !ok {
		return fmt.Errorf("%w: cname %q", storage.ErrUnsupported, cname)
	}
	switch {
	case level == 0: // nothing is compressed
	case b.format == bloscLZ4:
		b.cost = lz4Tables
		b.encode = func(dst, src []byte) ([]byte, error) { return encodeLZ4(dst, src, 10-level) }
	default:
		zstd, _, err := bindZstd(Params{"level": 2*level - 1}, data{Size: b.block})
		if err != nil {
			return err
		}
		b.cost, _ = zstd.Cost()
		b.encode = zstd.Encode
	}
	return nil
}

// bloscShuffle reads v3's "noshuffle", "shuffle" and "bitshuffle", or v2's
// numbers, of which -1 is 1, or 2 for elements of a byte. It returns the flag.
func bloscShuffle(v any, typesize int) (byte, error) {
	switch v {
	case "noshuffle":
		return 0, nil
	case nil, "shuffle":
		return bloscShuffled, nil
	case "bitshuffle":
		return bloscBitShuffle, nil
	}
	i, err := toInt(v)
	if err != nil || i < -1 || i > 2 {
		return 0, fmt.Errorf("shuffle %v", v)
	}
	if i < 0 {
		if i = 1; typesize == 1 {
			i = 2
		}
	}
	return [...]byte{0, bloscShuffled, bloscBitShuffle}[i], nil
}

// bloscBlock is how many bytes of size are encoded at once: what is asked for, or
// what stays in the L2 cache with its shuffled copy. Bits are shuffled by eight
// elements.
func bloscBlock(asked, typesize, size int) int {
	const usual, least, most = 256 << 10, 128, 64 << 20
	if asked == 0 {
		asked = usual
	}
	asked = min(max(asked, least, 8*typesize), most)
	return max(min(asked/(8*typesize)*(8*typesize), size), 1)
}

// blosc encodes what it shuffles (a flag) in blocks, and decodes any frame.
type blosc struct {
	size, typesize, block, cost int
	exact                       bool
	shuffle, format             byte
	encode                      func(dst, src []byte) ([]byte, error) // nil where nothing is compressed
}

// blockBuffers holds idle buffers (*[]byte) for shuffled blocks.
var blockBuffers = sync.Pool{New: func() any { return new([]byte) }}

// blockBuffer takes one of n bytes, which goes back to blockBuffers.
func blockBuffer(n int) *[]byte {
	buf := blockBuffers.Get().(*[]byte)
	*buf = slices.Grow((*buf)[:0], n)[:n]
	return buf
}

func (b *blosc) Cost() (encode, decode int) {
	_, decode = zstdLib.Cost(0, b.size)
	return b.cost + 2*b.block, decode + 2*b.size
}

func (b *blosc) Encode(dst, src []byte) ([]byte, error) {
	start, block := len(dst), max(min(b.block, len(src)), 1)
	blocks := (len(src) + block - 1) / block
	dst = extend(dst, bloscHeader+len(src)+8*blocks+block>>7+1<<10) // an incompressible block grows at first
	dst = append(dst, 2, 1, b.shuffle|bloscNoSplit|b.format<<5, byte(b.typesize))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(src)))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(block))
	dst = append(dst, 0, 0, 0, 0)
	if b.encode != nil {
		dst = append(dst, make([]byte, 4*blocks)...)
		for i := range blocks {
			binary.LittleEndian.PutUint32(dst[start+bloscHeader+4*i:], uint32(len(dst)-start))
			var err error
			if dst, err = b.encodeBlock(dst, src[i*block:min((i+1)*block, len(src))]); err != nil {
				return dst[:start], err
			}
		}
	}
	if b.encode == nil || len(dst)-start >= bloscHeader+len(src) {
		dst = append(dst[:start+bloscHeader], src...)
		dst[start+2] = bloscStored | bloscNoSplit | b.format<<5
	}
	binary.LittleEndian.PutUint32(dst[start+12:], uint32(len(dst)-start))
	return dst, nil
}

// encodeBlock appends a block of one stream, which has as many bytes as src
// where it is stored as it is.
func (b *blosc) encodeBlock(dst, src []byte) ([]byte, error) {
	bits := b.shuffle == bloscBitShuffle && len(src)/b.typesize%8 == 0
	if bits || b.shuffle == bloscShuffled {
		buf := blockBuffer(len(src))
		defer blockBuffers.Put(buf)
		if bits {
			tmp := blockBuffer(len(src))
			defer blockBuffers.Put(tmp)
			kernel.ShuffleBits(*buf, src, *tmp, b.typesize)
		} else {
			kernel.Shuffle(*buf, src, b.typesize)
		}
		src = *buf
	}
	start := len(dst)
	dst, err := b.encode(append(dst, 0, 0, 0, 0), src)
	if len(dst)-start-4 >= len(src) {
		dst = append(dst[:start+4], src...)
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst, err
}
