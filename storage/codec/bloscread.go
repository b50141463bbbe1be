package codec

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/klauspost/compress/snappy"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/storage"
)

func (b *blosc) Decode(dst, src []byte) ([]byte, error) {
	if len(src) < bloscHeader {
		return dst, corrupt("%d bytes are too few for a frame", len(src))
	}
	flags, typesize := src[2], int(src[3])
	nbytes, blocksize, cbytes := u32(src[4:]), u32(src[8:]), u32(src[12:])
	switch {
	case src[0] < 1 || src[0] > 2:
		return dst, fmt.Errorf("%w: Blosc format version %d", storage.ErrUnsupported, src[0])
	case flags&bloscUnknown != 0:
		return dst, fmt.Errorf("%w: Blosc flags %#x", storage.ErrUnsupported, flags)
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
		if err := decodeBlock(out, src[start:], flags, typesize, splits); err != nil {
			return dst[:n], fmt.Errorf("block %d: %w", i, err)
		}
	}
	return dst, nil
}

// u32 reads an unsigned number; on 32-bit machines one too big for int is negative
// and as such out of every bound.
func u32(b []byte) int { return int(binary.LittleEndian.Uint32(b)) }

// decodeBlock decodes the streams of a block and undoes its shuffling.
func decodeBlock(out, src []byte, flags byte, typesize, splits int) error {
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
		} else if err := decodeStream(piece, src[:n], flags>>5); err != nil {
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

// decodeStream decodes a stream that fills dst.
func decodeStream(dst, src []byte, format byte) error {
	switch format {
	case bloscLZ:
		return decodeBloscLZ(dst, src)
	case bloscLZ4:
		return decodeLZ4(dst, src)
	case bloscSnappy:
		return decodeSnappy(dst, src)
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

// decodeSnappy decodes what Snappy has made of len(dst) bytes.
func decodeSnappy(dst, src []byte) error {
	n, err := snappy.DecodedLen(src)
	if err == nil && n != len(dst) {
		return corrupt("snappy: %d bytes, there should be %d", n, len(dst))
	}
	if err == nil {
		_, err = snappy.DecodeStrict(dst[:0], src)
	}
	if err != nil {
		return corrupt("snappy: %v", err)
	}
	return nil
}
