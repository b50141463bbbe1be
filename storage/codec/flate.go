package codec

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// bindGzip is bytes→bytes: one gzip member when encoding, any number of them
// when decoding.
func bindGzip(p Params, in Data) (Codec, Data, error) {
	return bindFlate(p, in, &gzipPools, newGzipWriter, newGzipReader)
}

// bindZlib is bytes→bytes: a zlib stream, as HDF5's deflate filter writes it.
func bindZlib(p Params, in Data) (Codec, Data, error) {
	return bindFlate(p, in, &zlibPools, newZlibWriter, newZlibReader)
}

func bindFlate(p Params, in Data, pools *flatePools, w func(int) (deflater, error), r func(io.Reader) (inflater, error)) (Codec, Data, error) {
	level, err := p.int("level", -1, -1, 9)
	if err == nil {
		err = p.check("level")
	}
	if err != nil {
		return nil, in, err
	}
	c := &flate{level: level, size: in.Size, pools: pools, newWriter: w, newReader: r}
	// Stored blocks of 65535 bytes add five each; headers are small.
	return c, Data{Size: in.Size + in.Size>>3 + 4<<10}, nil
}

// flate is gzip or zlib.
type flate struct {
	level, size int
	pools       *flatePools
	newWriter   func(level int) (deflater, error)
	newReader   func(io.Reader) (inflater, error)
}

// flatePools hold idle writers by level (-1 … 9) and readers; their windows and
// tables are too big to be made for every chunk.
type flatePools struct {
	writers [11]sync.Pool
	readers sync.Pool
}

var gzipPools, zlibPools flatePools

type deflater interface {
	io.WriteCloser
	Reset(io.Writer)
}

type inflater interface {
	io.Reader
	restart(io.Reader) error
}

type gzipReader struct{ *gzip.Reader }

func (r gzipReader) restart(src io.Reader) error { return r.Reset(src) }

type zlibReader struct{ io.ReadCloser }

func (r zlibReader) restart(src io.Reader) error { return r.ReadCloser.(zlib.Resetter).Reset(src, nil) }

func newGzipWriter(level int) (deflater, error) { return gzip.NewWriterLevel(nil, level) }
func newZlibWriter(level int) (deflater, error) { return zlib.NewWriterLevel(nil, level) }

func newGzipReader(src io.Reader) (inflater, error) {
	r, err := gzip.NewReader(src)
	return gzipReader{r}, err
}

func newZlibReader(src io.Reader) (inflater, error) {
	r, err := zlib.NewReader(src)
	return zlibReader{r}, err
}

// appender is a writer that appends to a slice.
type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

func (f *flate) Encode(dst, src []byte) ([]byte, error) {
	pool := &f.pools.writers[f.level+1]
	w, ok := pool.Get().(deflater)
	if !ok {
		var err error
		if w, err = f.newWriter(f.level); err != nil {
			return dst, err
		}
	}
	out := &appender{dst}
	w.Reset(out)
	if _, err := w.Write(src); err != nil {
		return dst, err
	}
	if err := w.Close(); err != nil {
		return dst, err
	}
	pool.Put(w)
	return out.b, nil
}

func (f *flate) Decode(dst, src []byte) ([]byte, error) {
	in := bytes.NewReader(src)
	r, ok := f.pools.readers.Get().(inflater)
	var err error
	if ok {
		err = r.restart(in)
	} else {
		r, err = f.newReader(in)
	}
	if err != nil {
		return dst, corrupt("%v", err)
	}
	dst, err = fill(dst, r, f.size)
	if err == nil {
		f.pools.readers.Put(r)
	}
	return dst, err
}

// Cost is what compress/flate's writers (the highest level) and readers take.
func (f *flate) Cost() (encode, decode int) { return 1200 << 10, 64 << 10 }
