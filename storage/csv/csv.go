// Package csv reads tables of numbers in text files: whole, as NumPy's loadtxt
// does (Load), or by chunks of rows as a stored array (storage.Open, driver
// "csv"). Quoting follows RFC 4180, as encoding/csv reads it.
package csv

import (
	"bufio"
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Options say how a file is to be read. The zero value reads all columns of a
// comma-separated file without a header.
type Options struct {
	Delimiter rune   // between fields; 0: a comma
	UseCols   []int  // columns to read, from 0, negative from the end of each row; nil: all, and all rows must have as many
	SkipRows  int    // lines to skip first, such as a header
	Comment   rune   // lines that begin with it are skipped; 0: none are
	Empty     string // what an empty field stands for, such as "nan"; "": empty fields are errors
}

// Load reads a table into memory: rows along axis 0, columns along axis 1, also
// where there is one row or column only (numpy.loadtxt with ndmin=2). Blank
// lines are skipped. Fields are numbers as Go and NumPy write them, with white
// space around; bools are 0, 1, true or false. The error about a field that is
// none, or doesn't fit T, names the file, the line from 1 and the column from 0.
// Datetime and Timedelta are nd.ErrDType.
func Load[T nd.Elem](ctx context.Context, path string, o Options) (*nd.Array[T], error) {
	fail := func(err error) (*nd.Array[T], error) {
		return nil, &storage.Error{Op: "load", Name: path, Err: err}
	}
	set, err := setterOf(nd.DTypeOf[T]())
	if err == nil && ctx == nil {
		err = storage.ErrContext
	}
	if err != nil {
		return fail(err)
	}
	f, err := os.Open(path)
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	s, err := newScanner(f, o)
	if err != nil {
		return fail(err)
	}
	var data []T
	rows := 0
	for ; ; rows++ {
		if rows%1024 == 0 && ctx.Err() != nil {
			return fail(ctx.Err())
		}
		fields, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fail(err)
		}
		n := len(data)
		data = slices.Grow(data, len(fields))[:n+len(fields)]
		if err := s.parse(nd.AsBytes(data[n:]), fields, set); err != nil {
			return fail(err)
		}
	}
	a, err := nd.FromSlice(data, rows, len(s.cols))
	if err != nil {
		return fail(err)
	}
	return a, nil
}

// maxRow bounds the text of a row: a quote that is never closed must not pull
// the rest of a file into memory.
const maxRow = 16 << 20

// scanner reads the used columns of a table row by row.
type scanner struct {
	o     Options
	csv   *stdcsv.Reader
	limit *rowLimit
	base  int64      // bytes before what csv reads
	lines func() int // lines before it; only errors ask
	width int        // fields of the first row
	cols  []int      // used ones of the last row, from 0; as many for all rows
	used  []string
}

// newScanner starts at the beginning of a file.
func newScanner(f io.Reader, o Options) (*scanner, error) {
	r := bufio.NewReaderSize(newLineEnds(f), 64<<10)
	s := &scanner{o: o}
	if bom, err := r.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		s.base += 3
		if _, err := r.Discard(3); err != nil {
			return nil, err
		}
	}
	lines := 0
	for lines < o.SkipRows {
		part, err := r.ReadSlice('\n')
		s.base += int64(len(part))
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(part) > 0 && lines+1 == o.SkipRows: // a header without a newline
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("skiprows is %d, the file has %d lines", o.SkipRows, lines)
		case err != nil:
			return nil, err
		}
		lines++
	}
	s.lines = func() int { return lines }
	return s, s.start(r)
}

// resume starts at a row in the middle of the same file.
func (s *scanner) resume(r io.Reader, offset int64, lines func() int) (*scanner, error) {
	t := &scanner{o: s.o, base: offset, lines: lines, width: s.width, cols: slices.Clone(s.cols)}
	return t, t.start(newLineEnds(r))
}

func (s *scanner) start(r io.Reader) error {
	s.limit = &rowLimit{r: r, left: maxRow}
	s.csv = stdcsv.NewReader(s.limit)
	s.csv.FieldsPerRecord = -1
	s.csv.ReuseRecord = true
	s.csv.Comment = s.o.Comment
	if s.o.Delimiter != 0 {
		s.csv.Comma = s.o.Delimiter
	}
	s.csv.TrimLeadingSpace = s.csv.Comma != '\t' && s.csv.Comma != ' '
	bad := func(r rune) bool {
		return r == '\n' || r == '\r' || r == '"' || r == utf8.RuneError || !utf8.ValidRune(r)
	}
	if bad(s.csv.Comma) || bad(s.o.Comment) || s.csv.Comma == s.o.Comment {
		return fmt.Errorf("%w: delimiter %q with comment %q", storage.ErrUnsupported, s.csv.Comma, s.o.Comment)
	}
	if s.o.SkipRows < 0 {
		return fmt.Errorf("%w: skiprows is %d", nd.ErrIndex, s.o.SkipRows)
	}
	return nil
}

// offset is where the next row begins in the file, or blank lines before it.
func (s *scanner) offset() int64 { return s.base + s.csv.InputOffset() }

// next returns the used fields of the next row, valid until the next call, and
// io.EOF after the last.
func (s *scanner) next() ([]string, error) {
	s.limit.left = maxRow
	row, err := s.csv.Read()
	if err != nil {
		return nil, s.readError(err)
	}
	if s.cols == nil {
		if err := s.choose(len(row)); err != nil {
			return nil, err
		}
	}
	if s.o.UseCols == nil {
		if len(row) != s.width {
			return nil, fmt.Errorf("%w: line %d has %d columns, the first row %d", storage.ErrCorrupt, s.line(0), len(row), s.width)
		}
		return row, nil
	}
	s.used = s.used[:0]
	for i, c := range s.o.UseCols {
		if c < 0 {
			c += len(row)
		}
		if c < 0 || c >= len(row) {
			return nil, fmt.Errorf("%w: line %d has %d columns; column %d is wanted", storage.ErrCorrupt, s.line(0), len(row), s.o.UseCols[i])
		}
		s.cols[i] = c
		s.used = append(s.used, row[c])
	}
	return s.used, nil
}

// choose says by the first row how many columns are used.
func (s *scanner) choose(width int) error {
	s.width = width
	if s.o.UseCols == nil {
		s.cols = make([]int, width)
		for c := range s.cols {
			s.cols[c] = c
		}
		return nil
	}
	s.cols = make([]int, len(s.o.UseCols))
	for _, c := range s.o.UseCols {
		if c < -width || c >= width {
			return fmt.Errorf("%w: column %d; line %d has %d", nd.ErrIndex, c, s.line(0), width)
		}
	}
	return nil
}

// line is the line in the file on which field i of the last row stands.
func (s *scanner) line(i int) int {
	l, _ := s.csv.FieldPos(i)
	return s.lines() + l
}

func (s *scanner) readError(err error) error {
	var bad *stdcsv.ParseError
	if errors.As(err, &bad) {
		return fmt.Errorf("%w: line %d, character %d: %w", storage.ErrCorrupt, s.lines()+bad.Line, bad.Column, bad.Err)
	}
	return err
}

// parse sets the elements of a row.
func (s *scanner) parse(dst []byte, fields []string, set setter) error {
	for i, f := range fields {
		f = strings.TrimSpace(f)
		if f == "" {
			f = s.o.Empty
		}
		if err := set(dst, i, f); err != nil {
			return fmt.Errorf("line %d, column %d: %w", s.line(s.cols[i]), s.cols[i], err)
		}
	}
	return nil
}

// lineEnds reads lines that end in \r alone as if they ended in \n, byte for byte.
type lineEnds struct{ r *bufio.Reader }

func newLineEnds(r io.Reader) lineEnds { return lineEnds{bufio.NewReaderSize(r, 64<<10)} }

func (l lineEnds) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	for b = b[:n]; ; b = b[1:] {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return n, err
		}
		b = b[i:]
		next := b[1:]
		if len(next) == 0 {
			next, _ = l.r.Peek(1) // an error comes again
		}
		if len(next) == 0 || next[0] != '\n' {
			b[0] = '\n'
		}
	}
}

// rowLimit fails once a row has taken too much.
type rowLimit struct {
	r    io.Reader
	left int
}

func (l *rowLimit) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("%w: a row longer than %d bytes; is a quote never closed?", storage.ErrCorrupt, maxRow)
	}
	n, err := l.r.Read(b)
	l.left -= n
	return n, err
}
