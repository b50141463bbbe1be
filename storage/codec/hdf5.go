package codec

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/storage"
)

// Codecs that only HDF5 files have, as filters, and that are read here and not
// written: lzf (h5py's own), lz4 (32004) and bitshuffle (32008), in the frames
// of their plugins. All numbers of these are big-endian.

// readOnly is a bytes→bytes codec that decodes: whole values into dst, of which
// it says how many bytes it filled.
type readOnly struct {
	name   string
	size   int
	decode func(dst, src []byte) (int, error)
}

func bindReadOnly(name string, decode func(dst, src []byte) (int, error), p Params, in data) (codec, data, error) {
	if err := p.check(); err != nil {
		return nil, in, err
	}
	return &readOnly{name, in.Size, decode}, compressible(in), nil
}

func (r *readOnly) Encode(dst, _ []byte) ([]byte, error) {
	return dst, fmt.Errorf("%w: %s is read, not written", storage.ErrUnsupported, r.name)
}

func (r *readOnly) Decode(dst, src []byte) ([]byte, error) {
	dst = extend(dst, r.size)
	n, err := r.decode(dst[len(dst):len(dst)+r.size], src)
	if err != nil {
		return dst, err
	}
	return dst[:len(dst)+n], nil
}

// Cost is that of the two blocks bitshuffle puts aside.
func (r *readOnly) Cost() (encode, decode int) { return 0, 2 * r.size }

// bindHDF5LZ4 is bytes→bytes: the lz4 filter's frame.
func bindHDF5LZ4(p Params, in data) (codec, data, error) {
	return bindReadOnly("lz4", decodeHDF5LZ4, p, in)
}

// frame reads the head of a frame of blocks: the bytes it decodes to, at most
// most of them, and those of a block.
func frame(src []byte, most int) (size, block int, rest []byte, err error) {
	if len(src) < 12 {
		return 0, 0, nil, corrupt("%d bytes are too few for a header", len(src))
	}
	n, b := binary.BigEndian.Uint64(src), binary.BigEndian.Uint32(src[8:])
	if n > uint64(most) {
		return 0, 0, nil, corrupt("%d bytes, %d are the most", n, most)
	}
	if b == 0 || b > math.MaxInt32 {
		return 0, 0, nil, corrupt("blocks of %d bytes", b)
	}
	return int(n), int(b), src[12:], nil
}

// compressed cuts the next block of a frame off: its length and its bytes.
func compressed(src []byte) (block, rest []byte, err error) {
	if len(src) < 4 {
		return nil, nil, corrupt("the length of a block is cut off")
	}
	n := binary.BigEndian.Uint32(src)
	if src = src[4:]; uint64(n) > uint64(len(src)) {
		return nil, nil, corrupt("a block of %d bytes, %d are left", n, len(src))
	}
	return src[:n], src[n:], nil
}

// decodeHDF5LZ4 decodes blocks one after the other; one as long as what it
// decodes to is stored as it is.
func decodeHDF5LZ4(dst, src []byte) (int, error) {
	size, block, src, err := frame(src, len(dst))
	if err != nil {
		return 0, err
	}
	for at := 0; at < size; at += block {
		out := dst[at:min(size, at+block)]
		var in []byte
		if in, src, err = compressed(src); err != nil {
			return at, err
		}
		if len(in) == len(out) {
			copy(out, in)
		} else if err := decodeLZ4(out, in); err != nil {
			return at, err
		}
	}
	return size, nil
}

// bindBitshuffle is bytes→bytes: bits shuffled in blocks of elements, and each
// block compressed by cname: "", "lz4" or "zstd". Parameter blocksize is the
// elements of a block where nothing is compressed; otherwise the frame says.
func bindBitshuffle(p Params, in data) (codec, data, error) {
	elem, err := p.int("elementsize", 4, 1, 1<<16)
	block := 0
	if err == nil {
		block, err = p.int("blocksize", 0, 0, 1<<24)
	}
	var cname string
	if err == nil {
		cname, err = p.string("cname")
	}
	if err == nil {
		err = p.check("elementsize", "blocksize", "cname")
	}
	if err != nil {
		return nil, in, err
	}
	if block == 0 { // 8192 bytes, 128 elements at least, as the plugin does
		block = max(8192/elem/8*8, 128)
	}
	b := bitshuffle{elem, block * elem}
	decode := map[string]func(dst, src []byte) (int, error){"": b.plain, "lz4": b.lz4, "zstd": b.zstd}[cname]
	if decode == nil || block%8 != 0 {
		return nil, in, fmt.Errorf("bitshuffle with blocks of %d elements, compressed by %q", block, cname)
	}
	return bindReadOnly("bitshuffle", decode, nil, in)
}

// bitshuffle has the bytes of an element and of a block.
type bitshuffle struct{ elem, block int }

// each calls do for every block of dst; the last is shorter, but a multiple of 8
// elements. It returns where the blocks end: the few elements after that are
// stored as they are.
func (b bitshuffle) each(dst []byte, block int, do func(dst []byte) error) (int, error) {
	end := len(dst) / (8 * b.elem) * (8 * b.elem)
	for at := 0; at < end; at += block {
		if err := do(dst[at:min(end, at+block)]); err != nil {
			return at, err
		}
	}
	return end, nil
}

func (b bitshuffle) plain(dst, src []byte) (int, error) {
	if len(src) != len(dst) {
		return 0, corrupt("%d bytes, there should be %d", len(src), len(dst))
	}
	tmp := blockBuffer(min(b.block, len(dst)))
	defer blockBuffers.Put(tmp)
	end, _ := b.each(dst, b.block, func(dst []byte) error {
		kernel.UnshuffleBits(dst, src[:len(dst)], (*tmp)[:len(dst)], b.elem)
		src = src[len(dst):]
		return nil
	})
	copy(dst[end:], src)
	return len(dst), nil
}

func (b bitshuffle) lz4(dst, src []byte) (int, error) { return b.framed(dst, src, decodeLZ4) }

func (b bitshuffle) zstd(dst, src []byte) (int, error) {
	return b.framed(dst, src, func(dst, src []byte) error {
		out, err := decodeZstd(dst[:0], src, len(dst))
		return filled(dst, out, err)
	})
}

// framed decodes a frame of compressed blocks.
func (b bitshuffle) framed(dst, src []byte, decode func(dst, src []byte) error) (int, error) {
	size, block, src, err := frame(src, len(dst))
	if err != nil {
		return 0, err
	}
	if block%(8*b.elem) != 0 {
		return 0, corrupt("blocks of %d bytes for elements of %d", block, b.elem)
	}
	dst = dst[:size]
	bits, tmp := blockBuffer(min(block, size)), blockBuffer(min(block, size))
	defer blockBuffers.Put(bits)
	defer blockBuffers.Put(tmp)
	end, err := b.each(dst, block, func(dst []byte) (err error) {
		var in []byte
		if in, src, err = compressed(src); err != nil {
			return err
		}
		if err = decode((*bits)[:len(dst)], in); err == nil {
			kernel.UnshuffleBits(dst, (*bits)[:len(dst)], (*tmp)[:len(dst)], b.elem)
		}
		return err
	})
	if err != nil {
		return end, err
	}
	if len(src) != size-end {
		return end, corrupt("%d bytes at the end, there should be %d", len(src), size-end)
	}
	copy(dst[end:], src)
	return size, nil
}
