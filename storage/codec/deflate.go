package codec

import (
	"sync"

	kflate "github.com/klauspost/compress/flate"
)

// Deflater appends src as a stream of deflate to dst, without header and
// checksum. The level is 1 to 9, or -1 for what is usual. It is safe for
// concurrent use.
type Deflater func(dst, src []byte, level int) ([]byte, error)

// thorough is what gzip and zlib encode with where the quick way makes too much
// of it: klauspost's better levels until something better registers.
var thorough Deflater = deflateGo

// SetDeflater makes gzip and zlib encode with f what is not encoded well by
// quicker means. It is for init functions, as SetInflater is.
func SetDeflater(f Deflater) { thorough = f }

// thoroughs are idle writers of levels 7 to 9.
var thoroughs [3]sync.Pool

func deflateGo(dst, src []byte, level int) ([]byte, error) {
	level = max(level, 7)
	pool, out := &thoroughs[level-7], appender{dst}
	w, ok := pool.Get().(*kflate.Writer)
	if !ok {
		var err error
		if w, err = kflate.NewWriter(nil, level); err != nil {
			return dst, err
		}
	}
	defer pool.Put(w)
	w.Reset(&out)
	err := end(w, src, true)
	w.Reset(nil)
	return out.b, err
}

// segment is how much is encoded in two ways at a time: as much as klauspost's
// writers make one block of.
const segment = 64<<10 - 1

// deflater encodes every segment twice: with a search for repetitions, and
// with Huffman codes alone. Bytes of measurements, shuffled, are noise in the
// low planes, where short repetitions found by chance cost more than they
// save; the smaller of both is about as small as what zlib makes, in a fraction
// of its time. Both writers end a segment on a byte, so either can be taken.
type deflater struct {
	lz, huffman *kflate.Writer
	out, other  appender
	sample      []byte
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

// deflate appends the stream of src to dst, by the quick way where that is
// about as small as the thorough one.
func deflate(dst, src []byte, level int) ([]byte, error) {
	pool := &deflaters[level+1]
	d, ok := pool.Get().(*deflater)
	if !ok {
		var err error
		if d, err = newDeflater(level); err != nil {
			return dst, err
		}
	}
	defer pool.Put(d)
	if level != 0 {
		small, err := d.small(src, level)
		if err != nil {
			return dst, err
		}
		if !small {
			return thorough(dst, src, level)
		}
	}
	return d.deflate(dst, src)
}

// small encodes a few pieces of src in both ways, and reports whether the quick
// one makes at most 2% more. Where nearly nothing is left, it is repetitions
// from afar that count, which pieces don't show; nor do they in a short src.
func (d *deflater) small(src []byte, level int) (bool, error) {
	const pieces, least = 8, 1 << 10
	if len(src) < 2*pieces*least {
		return false, nil
	}
	n := max(least, len(src)/(32*pieces))
	var quick, best int
	for i := range pieces {
		at := (2*i+1)*(len(src)/(2*pieces)) - n/2
		var err error
		if d.sample, err = d.deflate(d.sample[:0], src[at:at+n]); err != nil {
			return false, err
		}
		quick += len(d.sample)
		if d.sample, err = thorough(d.sample[:0], src[at:at+n], level); err != nil {
			return false, err
		}
		best += len(d.sample)
	}
	return quick*50 <= best*51 && quick > n*pieces/16, nil
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
