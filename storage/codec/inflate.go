package codec

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// Inflater decodes one zlib stream, or one gzip member, at the start of src into
// dst, checksum included, and says how many bytes it wrote and read. What it
// does with more bytes than dst has room for is ErrLong; any other error means
// that src is damaged or cut off. It is safe for concurrent use.
type Inflater func(dst, src []byte, gzip bool) (wrote, read int, err error)

// ErrLong is an Inflater's error where dst is too small.
var ErrLong = errors.New("more bytes than there is room for")

// inflate is what gzip and zlib decode with: klauspost's until something
// faster registers.
var inflate Inflater = inflateGo

// SetInflater makes gzip and zlib decode with f. It is for init functions of
// packages that bring a library in C with them, as storage/hdf5 does.
func SetInflater(f Inflater) { inflate = f }

// reader is an idle reader of one of the formats. Readers of two workers must
// not share a cache line.
type reader struct {
	in bytes.Reader
	r  io.Reader
	_  [128]byte
}

var gzipReaders, zlibReaders sync.Pool

func inflateGo(dst, src []byte, isGzip bool) (wrote, read int, err error) {
	pool := &zlibReaders
	if isGzip {
		pool = &gzipReaders
	}
	r, ok := pool.Get().(*reader)
	if !ok {
		r = &reader{}
	}
	r.in.Reset(src)
	if err := r.restart(isGzip); err != nil {
		return 0, 0, err
	}
	wrote, err = io.ReadFull(r.r, dst)
	switch err {
	case nil:
		// The checksum comes after the last byte; anything before it is too much.
		var more [1]byte
		if extra, err := io.ReadFull(r.r, more[:]); extra > 0 {
			return wrote, 0, ErrLong
		} else if err != io.EOF {
			return wrote, 0, err
		}
	case io.EOF: // a whole stream, of no bytes
	case io.ErrUnexpectedEOF:
		// Either a whole stream that is shorter, or one that was cut off.
		if _, end := r.r.Read(dst[:1]); end != io.EOF {
			return wrote, 0, err
		}
	default:
		return wrote, 0, err
	}
	read = len(src) - r.in.Len()
	r.in.Reset(nil)
	pool.Put(r)
	return wrote, read, nil
}

// restart begins to read a new stream from r.in.
func (r *reader) restart(isGzip bool) (err error) {
	switch z := r.r.(type) {
	case zlib.Resetter:
		return z.Reset(&r.in, nil)
	case *gzip.Reader:
		err = z.Reset(&r.in)
		z.Multistream(false)
		return err
	}
	if !isGzip {
		r.r, err = zlib.NewReader(&r.in)
		return err
	}
	z, err := gzip.NewReader(&r.in)
	if err != nil {
		return err
	}
	z.Multistream(false)
	r.r = z
	return nil
}
