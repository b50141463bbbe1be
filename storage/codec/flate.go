package codec

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
	"hash/crc32"
)

// bindGzip is bytes→bytes: one gzip member when encoding, any number of them
// when decoding.
func bindGzip(p Params, in data) (codec, data, error) { return bindFlate(p, in, true) }

// bindZlib is bytes→bytes: a zlib stream, as HDF5's deflate filter writes it.
func bindZlib(p Params, in data) (codec, data, error) { return bindFlate(p, in, false) }

func bindFlate(p Params, in data, gzip bool) (codec, data, error) {
	level, err := p.int("level", -1, -1, 9)
	if err == nil {
		err = p.check("level")
	}
	if err != nil {
		return nil, in, err
	}
	c := &flate{level: level, size: in.Size, exact: in.Exact, gzip: gzip}
	return c, compressible(in), nil
}

// flate is gzip or zlib: a stream of deflate with a header before it and a
// checksum after it.
type flate struct {
	level, size int
	exact, gzip bool
}

// Headers: a gzip member without name or time, of an unknown system (RFC 1952);
// zlib with a window of 32 KiB (RFC 1950).
var (
	gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	zlibHeader = []byte{0x78, 0x9c}
)

func (f *flate) Encode(dst, src []byte) ([]byte, error) {
	if f.gzip {
		out, err := deflate(append(dst, gzipHeader...), src, f.level)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(src))
		return binary.LittleEndian.AppendUint32(out, uint32(len(src))), err
	}
	out, err := deflate(append(dst, zlibHeader...), src, f.level)
	return binary.BigEndian.AppendUint32(out, adler32.Checksum(src)), err
}

func (f *flate) Decode(dst, src []byte) ([]byte, error) {
	room := f.size
	if !f.exact { // memory is taken as it is needed
		room = min(room, 4*len(src)+512)
	}
	for {
		dst = extend(dst, room)
		n, err := f.decode(dst[len(dst):len(dst)+room], src)
		switch {
		case err == nil:
			return dst[:len(dst)+n], nil
		case !errors.Is(err, ErrLong):
			return dst, corrupt("%v after %d of %d bytes", err, n, f.size)
		case room == f.size:
			return dst, corrupt("more than the %d bytes there should be", f.size)
		}
		room = min(f.size, 4*room)
	}
}

// decode decodes a zlib stream, or all gzip members, into dst.
func (f *flate) decode(dst, src []byte) (n int, err error) {
	for {
		wrote, read, err := inflate(dst[n:], src, f.gzip)
		n, src = n+wrote, src[min(read, len(src)):]
		if err != nil || !f.gzip || len(src) == 0 {
			return n, err
		}
	}
}

// Cost is what klauspost's writers (the highest level) beside libz's, and
// readers, take.
func (f *flate) Cost() (encode, decode int) { return 1700 << 10, 64 << 10 }
