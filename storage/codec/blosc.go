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

// bindBlosc is bytes→bytes: a Blosc 1 frame. Frames say how they are to be
// decoded; the parameters only matter to the encoder, which puts Zstandard
// inside whatever cname says.
func bindBlosc(p Params, in Data) (Codec, Data, error) {
	if in.Array {
		return nil, in, fmt.Errorf("an array enters where bytes should")
	}
	if in.Size > math.MaxInt32-bloscHeader {
		return nil, in, fmt.Errorf("%w: %d bytes, a Blosc frame holds less than 2 GiB", storage.ErrUnsupported, in.Size)
	}
	b := &blosc{size: in.Size, exact: in.Exact}
	level, err := p.int("clevel", 5, 0, 9)
	if err == nil {
		b.typesize, err = p.int("typesize", 1, 1, math.MaxInt32)
	}
	if err == nil {
		b.shuffle, err = bloscShuffle(p["shuffle"])
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
	zstd, out, err := bindZstd(Params{"level": max(level, 1)}, in)
	b.zstd = zstd
	out.Size += bloscHeader + 8*(in.Size>>8+2) // starts and lengths of small blocks
	return b, out, err
}

// bloscShuffle reads v3's "noshuffle", "shuffle" and "bitshuffle", or v2's
// numbers, of which -1 leaves the choice to the encoder. It reports whether
// the encoder should shuffle bytes.
func bloscShuffle(v any) (bool, error) {
	switch v {
	case nil, "noshuffle", "bitshuffle":
		return false, nil
	case "shuffle":
		return true, nil
	}
	i, err := toInt(v)
	if err != nil || i < -1 || i > 2 {
		return false, fmt.Errorf("shuffle %v", v)
	}
	return i == 1, nil
}

// A frame begins with a header of 16 bytes: version, version of the inner
// format, flags, size of an element, and as little-endian 32-bit numbers the
// bytes decoded, in a block, and of the frame. The starts of the blocks follow,
// counted from the start of the frame
// (c-blosc, README_CHUNK_FORMAT.rst, except that it counts otherwise).
const (
	bloscHeader     = 16
	bloscShuffled   = 0x01 // bytes are shuffled within a block
	bloscStored     = 0x02 // everything is stored as it is after the header
	bloscBitShuffle = 0x04 // bits are shuffled within a block
	bloscNoSplit    = 0x10 // blocks aren't split into one stream per byte of an element
)

// Inner formats, the upper three bits of the flags.
const (
	bloscLZ   = 0
	bloscLZ4  = 1
	bloscZlib = 3
	bloscZstd = 4
)

type blosc struct {
	size, typesize int
	exact, shuffle bool
	zstd           Codec
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
	encode, decode = b.zstd.Cost()
	return encode + 2*b.size, decode + 2*b.size
}

// Encode makes a frame of a single block.
func (b *blosc) Encode(dst, src []byte) ([]byte, error) {
	start := len(dst)
	flags := byte(bloscNoSplit | bloscZstd<<5)
	plain := src
	if b.shuffle && b.typesize > 1 {
		flags |= bloscShuffled
		buf := blockBuffer(len(src))
		defer blockBuffers.Put(buf)
		kernel.Shuffle(*buf, src, b.typesize)
		src = *buf
	}
	n := uint32(len(src))
	dst = append(dst, 2, 1, flags, byte(b.typesize))
	dst = binary.LittleEndian.AppendUint32(dst, n)
	dst = binary.LittleEndian.AppendUint32(dst, n)
	dst = append(dst, make([]byte, 4+4+4)...) // bytes of the frame, start of the block, bytes of its stream
	binary.LittleEndian.PutUint32(dst[start+bloscHeader:], bloscHeader+4)
	body := len(dst)
	dst, err := b.zstd.Encode(dst, src)
	if err != nil {
		return dst[:start], err
	}
	if len(dst)-body >= len(src) {
		dst = append(dst[:start+bloscHeader], plain...)
		dst[start+2] = bloscStored | bloscNoSplit | bloscZstd<<5
	} else {
		binary.LittleEndian.PutUint32(dst[body-4:], uint32(len(dst)-body))
	}
	binary.LittleEndian.PutUint32(dst[start+12:], uint32(len(dst)-start))
	return dst, nil
}

func (b *blosc) Decode(dst, src []byte) ([]byte, error) {
	if len(src) < bloscHeader {
		return dst, corrupt("%d bytes are too few for a frame", len(src))
	}
	flags, typesize := src[2], int(src[3])
	nbytes, blocksize, cbytes := u32(src[4:]), u32(src[8:]), u32(src[12:])
	switch {
	case src[0] < 1 || src[0] > 2:
		return dst, fmt.Errorf("%w: Blosc format version %d", storage.ErrUnsupported, src[0])
	case nbytes > b.size || b.exact && nbytes != b.size:
		return dst, corrupt("a frame of %d bytes, there should be %d", nbytes, b.size)
	case cbytes > len(src) || cbytes < bloscHeader:
		return dst, corrupt("a frame of %d bytes was cut to %d", cbytes, len(src))
	}
	src = src[:cbytes]
	if flags&bloscStored != 0 {
		if len(src)-bloscHeader != nbytes {
			return dst, corrupt("%d bytes are stored, there should be %d", len(src)-bloscHeader, nbytes)
		}
		return src[bloscHeader:], nil
	}
	n := len(dst)
	dst = slices.Grow(dst, nbytes)[:n+nbytes]
	if nbytes == 0 {
		return dst, nil
	}
	if blocksize < 1 || typesize < 1 || (nbytes-1)/blocksize >= (len(src)-bloscHeader)/4 {
		return dst[:n], corrupt("blocks of %d bytes, elements of %d", blocksize, typesize)
	}
	for i := 0; i*blocksize < nbytes; i++ {
		out := dst[n+i*blocksize : n+min((i+1)*blocksize, nbytes)]
		start := u32(src[bloscHeader+4*i:])
		if start > len(src) {
			return dst[:n], corrupt("block %d begins at %d of %d", i, start, len(src))
		}
		splits := 1
		if flags&bloscNoSplit == 0 && typesize <= 16 && blocksize/typesize >= 128 && len(out) == blocksize {
			splits = typesize
		}
		if err := bloscBlock(out, src[start:], flags, typesize, splits); err != nil {
			return dst[:n], fmt.Errorf("block %d: %w", i, err)
		}
	}
	return dst, nil
}

// u32 reads an unsigned number; on 32-bit machines one too big for int is negative
// and as such out of every bound.
func u32(b []byte) int { return int(binary.LittleEndian.Uint32(b)) }

// bloscBlock decodes the streams of a block and undoes its shuffling.
func bloscBlock(out, src []byte, flags byte, typesize, splits int) error {
	into := out
	shuffled := flags&bloscShuffled != 0 && typesize > 1
	bits := flags&bloscBitShuffle != 0 && len(out)/typesize%8 == 0
	if shuffled || bits {
		buf := blockBuffer(len(out))
		defer blockBuffers.Put(buf)
		into = *buf
	}
	part := len(out) / splits
	for i := range splits {
		if len(src) < 4 {
			return corrupt("stream %d is missing", i)
		}
		n := u32(src)
		if src = src[4:]; n < 0 || n > len(src) {
			return corrupt("stream %d of %d bytes was cut to %d", i, n, len(src))
		}
		piece := into[i*part : (i+1)*part : (i+1)*part]
		if n == part {
			copy(piece, src[:n])
		} else if err := bloscStream(piece, src[:n], flags>>5); err != nil {
			return fmt.Errorf("stream %d: %w", i, err)
		}
		src = src[n:]
	}
	switch {
	case bits:
		tmp := blockBuffer(len(out))
		defer blockBuffers.Put(tmp)
		kernel.UnshuffleBits(out, into, *tmp, typesize)
	case shuffled:
		kernel.Unshuffle(out, into, typesize)
	}
	return nil
}

// bloscStream decodes a stream that fills dst.
func bloscStream(dst, src []byte, format byte) error {
	switch format {
	case bloscLZ:
		return decodeBloscLZ(dst, src)
	case bloscLZ4:
		return decodeLZ4(dst, src)
	case bloscZlib, bloscZstd:
		var out []byte
		var err error
		if format == bloscZstd {
			out, err = decodeZstd(dst[:0], src, len(dst))
		} else {
			c := flate{size: len(dst), exact: true}
			out, err = c.Decode(dst[:0], src)
		}
		if err == nil && len(out) != len(dst) {
			err = corrupt("%d bytes, there should be %d", len(out), len(dst))
		}
		return err
	}
	return fmt.Errorf("%w: format %d inside Blosc", storage.ErrUnsupported, format)
}
