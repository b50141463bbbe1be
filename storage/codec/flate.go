package codec

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
	"hash/crc32"
	"sync"

	kflate "github.com/klauspost/compress/flate"
)

// bindGzip is bytes→bytes: one gzip member when encoding, any number of them
// when decoding.
func bindGzip(p Params, in Data) (Codec, Data, error) { return bindFlate(p, in, true) }

// bindZlib is bytes→bytes: a zlib stream, as HDF5's deflate filter writes it.
func bindZlib(p Params, in Data) (Codec, Data, error) { return bindFlate(p, in, false) }

func bindFlate(p Params, in Data, gzip bool) (Codec, Data, error) {
	level, err := p.int("level", -1, -1, 9)
	if err == nil {
		err = p.check("level")
	}
	if err != nil {
		return nil, in, err
	}
	c := &flate{level: level, size: in.Size, exact: in.Exact, gzip: gzip}
	// Stored blocks of 65535 bytes add five each; headers are small.
	return c, Data{Size: in.Size + in.Size>>3 + 4<<10}, nil
}

// flate is gzip or zlib: a stream of deflate with a header before it and a
// checksum after it.
type flate struct {
	level, size int
	exact, gzip bool
}

// segment is how much is encoded in two ways at a time.
const segment = 64 << 10

// deflater encodes every segment twice: with a search for repetitions, and
// with Huffman codes alone. Bytes of measurements, shuffled, are noise in the
// low planes, where short repetitions found by chance cost more than they
// save; the smaller of both is about as small as what zlib makes, in a fraction
// of its time. Both writers end a segment on a byte, so either can be taken.
type deflater struct {
	lz, huffman *kflate.Writer
	out, other  appender
}

// deflaters are idle ones by level (-1 … 9): their windows and tables are too
// big to be made for every chunk.
var deflaters [11]sync.Pool

func newDeflater(level int) (*deflater, error) {
	d := &deflater{}
	var err error
	if d.lz, err = kflate.NewWriter(&d.out, level); err != nil || level == 0 {
		return d, err
	}
	d.huffman, err = kflate.NewWriter(&d.other, kflate.HuffmanOnly)
	return d, err
}

// deflate appends the stream of src to dst.
func (d *deflater) deflate(dst, src []byte) ([]byte, error) {
	d.out.b = dst
	d.lz.Reset(&d.out)
	for last := false; !last; {
		part := src[:min(len(src), segment)]
		src = src[len(part):]
		last = len(src) == 0
		before := len(d.out.b)
		if err := end(d.lz, part, last); err != nil {
			return dst, err
		}
		if d.huffman == nil {
			continue
		}
		d.other.b = d.other.b[:0]
		d.huffman.Reset(&d.other)
		if err := end(d.huffman, part, last); err != nil {
			return dst, err
		}
		if len(d.other.b) < len(d.out.b)-before {
			d.out.b = append(d.out.b[:before], d.other.b...)
		}
	}
	dst, d.out.b = d.out.b, nil
	return dst, nil
}

// end writes the rest of a segment.
func end(w *kflate.Writer, part []byte, last bool) error {
	if _, err := w.Write(part); err != nil {
		return err
	}
	if last {
		return w.Close()
	}
	return w.Flush()
}

// appender is a writer that appends to a slice.
type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

// Headers: a gzip member without name or time, of an unknown system (RFC 1952);
// zlib with a window of 32 KiB (RFC 1950).
var (
	gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	zlibHeader = []byte{0x78, 0x9c}
)

func (f *flate) Encode(dst, src []byte) ([]byte, error) {
	pool := &deflaters[f.level+1]
	d, ok := pool.Get().(*deflater)
	if !ok {
		var err error
		if d, err = newDeflater(f.level); err != nil {
			return dst, err
		}
	}
	defer pool.Put(d)
	if f.gzip {
		out, err := d.deflate(append(dst, gzipHeader...), src)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(src))
		return binary.LittleEndian.AppendUint32(out, uint32(len(src))), err
	}
	out, err := d.deflate(append(dst, zlibHeader...), src)
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

// Cost is what klauspost's writers (the highest level) and readers take.
func (f *flate) Cost() (encode, decode int) { return 1400 << 10, 64 << 10 }
