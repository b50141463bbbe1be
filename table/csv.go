package table

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/stream"
)

// Option says how a file is to be read.
type Option func(*options)

type options struct {
	chunk    int // rows
	sep      byte
	noHeader bool
	types    map[any]nd.DType // by name or place of the column
	layouts  map[any]string
	least    []nd.DType // of the columns; nil: as the first rows have it
	piece    int        // bytes
	row      int        // bytes at most
	keep     int        // bytes of columns nobody has asked for yet
}

// ChunkRows is the number of rows of a chunk, 50,000 if not given; the last has
// what is left.
func ChunkRows(n int) Option { return func(o *options) { o.chunk = n } }

// Separator is between fields, a comma if not given.
func Separator(c byte) Option { return func(o *options) { o.sep = c } }

// NoHeader reads the first row as values; columns are named "0", "1", ….
func NoHeader() Option { return func(o *options) { o.noHeader = true } }

// Types declares the dtype of columns by name, or by place from 0, instead of
// finding it out: nd.Int64, nd.Uint64, nd.Float64, nd.Bool or nd.Text.
func Types[C string | int](dt nd.DType, columns ...C) Option {
	return func(o *options) {
		for _, c := range columns {
			o.types[c] = dt
		}
	}
}

// Times declares columns of times, by name or by place from 0. layout is as in
// package time; "" stands for ISO 8601, such as 2006-01-02 15:04:05 with or without a
// fraction and a zone (Z, +01:00). The dtype is datetime64[us], in UTC, as which times
// without a zone are taken; what is finer than a microsecond is cut off.
func Times[C string | int](layout string, columns ...C) Option {
	return func(o *options) {
		for _, c := range columns {
			o.types[c], o.layouts[c] = timeType, layout
		}
	}
}

func newOptions(opts []Option) (*options, error) {
	o := &options{chunk: 50_000, sep: ',', types: map[any]nd.DType{}, layouts: map[any]string{}, piece: pieceBytes, row: maxRow, keep: keepBytes}
	for _, f := range opts {
		f(o)
	}
	switch {
	case o.chunk < 1:
		return nil, fmt.Errorf("%w: chunks of %d rows", nd.ErrShape, o.chunk)
	case !bytes.ContainsRune([]byte("\t ,;:|&!#~^"), rune(o.sep)):
		return nil, fmt.Errorf("%w: separator %q", storage.ErrUnsupported, o.sep)
	}
	return o, nil
}

// ReadCSV returns the rows of a file in chunks, in constant memory, parsed by all
// processors. Nothing is read before the first chunk is asked for; every range
// reads the file anew. Files that gzip, zstd or bzip2 made are recognised by their
// first bytes.
//
// Fields are quoted as in RFC 4180. Rows end in "\n" or "\r\n"; a "\r" alone is text,
// and an error in a header. Blank lines are skipped, a byte order mark too. Columns
// without a name, and further ones of the same name, are named as pandas does:
// "Unnamed: 2" by the place from 0, "fare.1".
// Where no dtype is declared it follows from the rows in the first 128 KiB: int64,
// uint64, float64, bool (true, false in any case) or text, and it is the same for all
// chunks: a field further on that doesn't fit is an error that names file, line and
// column. A missing value (an empty field, NA, NaN, null and others that pandas knows) is
// NaN or NaT; integers and bools have none, and text is as it stands. Integers are float64,
// and rounded, where others are missing or have fractions; where they are beyond int64
// without that, they are uint64, or text if that can't hold them either.
func ReadCSV(path string, opts ...Option) iter.Seq2[*Table, error] {
	return func(yield func(*Table, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(nil, &storage.Error{Op: "read csv", Name: path, Err: err})
			return
		}
		defer f.Close()
		read(path, &sameSize{File: f, left: -1}, opts)(yield)
	}
}

// ReadCSVFrom is ReadCSV of a reader. It can be ranged over once; a second range
// gets stream.ErrConsumed.
func ReadCSVFrom(r io.Reader, opts ...Option) iter.Seq2[*Table, error] {
	return stream.Once(read("csv", r, opts))
}

// Read reads a whole file into memory. It is as ReadCSV, but dtypes follow from
// all rows: a column has the first of int64, uint64, float64 and text that holds every field.
func Read(path string, opts ...Option) (*Table, error) {
	for {
		chunks, err := stream.Collect(ReadCSV(path, opts...))
		wider := widened(err)
		if wider == nil {
			if err != nil {
				return nil, err
			}
			return Concat(chunks...)
		}
		opts = append(opts[:len(opts):len(opts)], wider)
	}
}

// widened returns the option that makes columns wider, for the field that err is
// about; nil: nothing is wider, or the dtype was declared.
func widened(err error) Option {
	var bad *fieldError
	if !errors.As(err, &bad) || slices.Equal(bad.wider, bad.types) {
		return nil
	}
	return func(o *options) { o.least = bad.wider }
}

// widen returns the dtypes of columns of s.types after some rows: of those that
// aren't declared, the first from there on that holds all fields. Rows that are wrong
// end it. With begin these are the first rows, so that integers may be bools still.
func (s *schema) widen(rows []byte, begin bool) []nd.DType {
	types := slices.Clone(s.types)
	p := part{text: rows, columns: make([]parser, len(types))}
	try := func(i int) {
		p.columns[i] = skipped{}
		switch dt := types[i]; {
		case s.known[i] || dt == nd.Text:
		case dt == nd.Int64 || dt == nd.Uint64:
			p.columns[i] = &integers{big: dt == nd.Uint64}
		default:
			p.columns[i], _ = newParser(dt, "", 0) // there is one for these
		}
	}
	p.widen = func(i int) {
		switch dt := types[i]; {
		case dt == nd.Int64 && begin && p.rows == 0:
			types[i] = nd.Bool
		case dt == nd.Int64, dt == nd.Uint64, dt == nd.Bool && begin && p.rows == 0:
			types[i] = nd.Float64
		default:
			types[i] = nd.Text
		}
		try(i)
	}
	for i := range types {
		try(i)
	}
	p.parse(s.sep)
	for i, c := range p.columns {
		if c, ok := c.(*integers); ok {
			types[i] = c.dtype()
		}
	}
	return types
}

// fieldError is about a field that doesn't fit its column.
type fieldError struct {
	name     string
	dt       nd.DType
	declared bool
	types    []nd.DType // of all columns
	wider    []nd.DType // those that the rows around it need, see widen
	line     int
	err      error
}

func (e *fieldError) Error() string {
	s := fmt.Sprintf("line %d, column %q: %v; the column is %v", e.line, e.name, e.err, e.dt)
	if !e.declared {
		s += " by its first rows, declare another with Types"
	}
	return s
}

func (e *fieldError) Unwrap() error { return e.err }

// read returns the chunks of a text; errors name it.
func read(name string, r io.Reader, opts []Option) iter.Seq2[*Table, error] {
	return func(yield func(*Table, error) bool) {
		fail := func(err error) { yield(nil, &storage.Error{Op: "read csv", Name: name, Err: err}) }
		o, err := newOptions(opts)
		if err != nil {
			fail(err)
			return
		}
		plain, _, closer, err := uncompressed(r)
		if err != nil {
			fail(err)
			return
		}
		defer closer()
		c := &reader{schema: schema{options: o}, cut: cutter{r: plain, size: o.piece, max: o.row}}
		if err := c.begin(); err != nil {
			fail(err)
			return
		}
		for t, err := range c.chunks() {
			if err != nil {
				fail(err)
				return
			}
			if !yield(t, nil) {
				return
			}
		}
	}
}

// maxWindow bounds what decompressing takes.
const maxWindow = 64 << 20

// uncompressed looks at the first bytes of a text. It returns the text without a
// byte order mark, and whether it was compressed.
func uncompressed(r io.Reader) (text *bufio.Reader, packed bool, closer func(), err error) {
	text, closer = bufio.NewReaderSize(r, 64<<10), func() {}
	head, _ := text.Peek(4) // an error comes again
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(text)
		if err != nil {
			return nil, true, nil, err
		}
		text, packed, closer = bufio.NewReaderSize(z, 64<<10), true, func() { _ = z.Close() }
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(text, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return nil, true, nil, err
		}
		text, packed, closer = bufio.NewReaderSize(z, 64<<10), true, z.Close
	case bytes.HasPrefix(head, []byte("BZh")):
		text, packed = bufio.NewReaderSize(bzip2.NewReader(text), 64<<10), true
	}
	const mark = "\xef\xbb\xbf"
	if head, _ = text.Peek(len(mark)); string(head) == mark {
		_, err = text.Discard(len(mark))
	}
	return text, packed, closer, err
}

// sameSize fails where a file ends before it did when it was opened.
type sameSize struct {
	*os.File
	left int64 // to read; -1: not begun
	size int64
}

func (s *sameSize) Read(b []byte) (int, error) {
	if s.left < 0 {
		info, err := s.Stat()
		if err != nil {
			return 0, err
		}
		s.size, s.left = info.Size(), info.Size()
	}
	n, err := s.File.Read(b)
	s.left -= min(s.left, int64(n))
	if errors.Is(err, io.EOF) && s.left > 0 {
		return n, fmt.Errorf("%w the file was opened: %d bytes are left of %d", storage.ErrChanged, s.size-s.left, s.size)
	}
	return n, err
}

// declared returns the dtype and layout of a column, if there are any.
func (o *options) declared(i int, name string) (dt nd.DType, layout string, ok bool) {
	for _, key := range []any{i, name} {
		if dt, ok = o.types[key]; ok {
			return dt, o.layouts[key], true
		}
	}
	return dt, "", false
}

// checkDeclared refuses declarations of columns that aren't there.
func (o *options) checkDeclared(names []string) error {
	known := map[any]bool{}
	for i, name := range names {
		known[i], known[name] = true, true
	}
	for key, dt := range o.types {
		if !known[key] {
			return fmt.Errorf("%w: no column %v, declared as %v; there are %s", storage.ErrNotFound, key, dt, quoted(names))
		}
	}
	return nil
}
