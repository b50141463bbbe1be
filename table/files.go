package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"slices"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Files is a table in CSV files, the rows of one after those of the other, of which
// columns are read as lazy arrays.
type Files struct {
	schema
	paths []csvFile
	marks []mark
	rows  int

	places map[string]int // of columns by name
	ahead  []ahead        // of chunks
}

// csvFile is a file as it was when its rows were counted.
type csvFile struct {
	path     string
	size     int64
	modified time.Time
	packed   bool // compressed
}

// mark is where rows of a chunk lie.
type mark struct {
	file     int
	from, to int64 // in the text, decompressed
	line     int   // at from, counted from 0
	rows     int
}

// Open counts the rows of CSV files, with one pass over them in little memory, and
// returns them as one table. All have the same columns, whose dtypes are declared
// or follow from the beginning of the first file that has rows, see ReadCSV.
//
//	trips, err := table.Open(ctx, stream.Glob("trips-2015-*.csv"), table.Times("", "pickup", "dropoff"))
//	fares, err := table.Lazy[float64](trips, "fare")
//	mean, err := reduce.Mean(fares).Value(ctx)
//
// A chunk of a column is ChunkRows rows of a file, and what is left at its end; of
// a compressed file, all rows.
func Open(ctx context.Context, paths iter.Seq2[string, error], opts ...Option) (*Files, error) {
	o, err := newOptions(opts)
	if err == nil && ctx == nil {
		err = storage.ErrContext
	}
	if err != nil {
		return nil, &storage.Error{Op: "open csv", Name: "files", Err: err}
	}
	f := &Files{schema: schema{options: o}}
	for path, err := range paths {
		if err != nil {
			return nil, err
		}
		if err := f.add(ctx, path); err != nil {
			return nil, &storage.Error{Op: "open csv", Name: path, Err: err}
		}
	}
	if len(f.paths) == 0 {
		return nil, &storage.Error{Op: "open csv", Name: "files", Err: fmt.Errorf("%w: there are none", storage.ErrNotFound)}
	}
	f.places, f.ahead = placesOf(f.names), make([]ahead, len(f.marks))
	return f, nil
}

// add counts the rows of one more file.
func (f *Files) add(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	plain, packed, closer, err := uncompressed(file)
	if err != nil {
		return err
	}
	head := &reader{schema: schema{options: f.options}, cut: cutter{r: plain, size: f.piece, max: f.row}}
	err = head.begin()
	closer()
	if err != nil {
		return err
	}
	if len(f.paths) > 0 && !slices.Equal(f.names, head.names) {
		return fmt.Errorf("%w: columns %s, those of %s are %s", nd.ErrShape, quoted(head.names), f.paths[0].path, quoted(f.names))
	}
	if f.rows == 0 { // dtypes say nothing where there are no rows
		f.schema = head.schema
	}
	f.paths = append(f.paths, csvFile{path, info.Size(), info.ModTime(), packed})
	return f.count(ctx, file)
}

// count notes where the chunks of the last file lie.
func (f *Files) count(ctx context.Context, file *os.File) error {
	this := len(f.paths) - 1
	per := f.chunk
	if f.paths[this].packed {
		per = math.MaxInt
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	plain, _, closer, err := uncompressed(file)
	if err != nil {
		return err
	}
	defer closer()
	c := cutter{r: plain, size: f.piece, max: f.row}
	header, at, line := !f.noHeader, int64(0), 0
	var m mark
	for piece, err := c.next(nil); ; piece, err = c.next(piece) {
		if err == io.EOF {
			break
		} else if errors.Is(err, errLongRow) {
			return f.longRow(line)
		} else if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for begin := skipBlank(piece, 0); begin < len(piece); begin = skipBlank(piece, begin) {
			end := rowEnd(piece, begin)
			switch {
			case header:
				header = false
			case m.rows == 0 || m.rows == per:
				place := at + int64(begin)
				m.to = place
				f.mark(m)
				m = mark{file: this, from: place, line: line + bytes.Count(piece[:begin], newline), rows: 1}
			default:
				m.rows++
			}
			begin = end
		}
		at, line = at+int64(len(piece)), line+bytes.Count(piece, newline)
	}
	m.to = at
	f.mark(m)
	return nil
}

// mark adds a chunk that has rows.
func (f *Files) mark(m mark) {
	if m.rows > 0 {
		f.marks, f.rows = append(f.marks, m), f.rows+m.rows
	}
}

// rowEnd returns where the row after the one that begins at src[at] does. Where a
// quote is never closed, that is src's end, and reading finds it.
func rowEnd(src []byte, at int) int {
	for quotes := 0; ; {
		n := bytes.IndexByte(src[at:], '\n') + 1
		if n == 0 {
			return len(src)
		}
		quotes += bytes.Count(src[at:at+n], quote)
		if at += n; quotes%2 == 0 {
			return at
		}
	}
}

// Shape returns the numbers of rows and columns.
func (f *Files) Shape() (rows, columns int) { return f.rows, len(f.names) }

// Columns returns the names of the columns, a copy.
func (f *Files) Columns() []string { return slices.Clone(f.names) }

// Column returns a column as a lazy array of one axis, named "row". chunkgrid.MapText and
// Factorize make bools and numbers of one of text, Texts reads it; missing text is the
// empty text. Every run that needs a column reads the files anew, and parses that column
// only; for who goes through columns one after the other, those behind it are parsed
// too, of which the table keeps 16 MiB at most, beside what runs are given. An error of a
// field names file, line and column.
func (f *Files) Column(name string) (chunkgrid.Any, error) {
	a, err := f.Array(name)
	if err != nil {
		return nil, err
	}
	return chunkgrid.FromAny(a)
}

// Array returns a column as a stored array, of text a storage.StringReader.
func (f *Files) Array(name string) (storage.Array, error) {
	c, err := f.column(name)
	if err != nil {
		return nil, err
	}
	if c.meta.DType == nd.Text {
		return lazyText{c}, nil
	}
	return c, nil
}

// column describes a column.
func (f *Files) column(name string) (*lazyColumn, error) {
	i, ok := f.places[name]
	if !ok {
		return nil, fmt.Errorf("%w: column %q; there are %s", storage.ErrNotFound, name, quoted(f.names))
	}
	sizes := make([]int, len(f.marks))
	for k, m := range f.marks {
		sizes[k] = m.rows
	}
	g, err := nd.NewGridSizes([][]int{sizes})
	if err != nil {
		return nil, err
	}
	return &lazyColumn{f, i, &storage.Meta{DType: f.types[i], Shape: []int{f.rows}, Dims: []string{"row"}, ReadGrid: g, WriteGrid: g, Format: "CSV", Order: "C"}}, nil
}

// Lazy returns a column as a lazy array of T; of another dtype it is nd.ErrDType.
// Col is the same for a table in memory, and Compute of the array gives a column
// for such.
func Lazy[T nd.Elem](f *Files, name string) (*chunkgrid.Array[T], error) {
	a, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	if want := nd.DTypeOf[T](); a.DType().Kind() != want.Kind() {
		return nil, fmt.Errorf("%w: column %q is %v, not %v", nd.ErrDType, name, a.DType(), want)
	}
	return chunkgrid.As[T](a), nil
}

// lazyColumn is a column as an array in storage.
type lazyColumn struct {
	files *Files
	i     int
	meta  *storage.Meta
}

// Meta describes the array.
func (c *lazyColumn) Meta() *storage.Meta { return c.meta }

// Ref is empty: options are functions, which don't travel.
func (c *lazyColumn) Ref() storage.Ref { return storage.Ref{} }

// Close does nothing: files are open while they are read.
func (c *lazyColumn) Close() error { return nil }

// ReadCost is the text of pieces and their values; of compressed files, what is
// decompressed too.
func (c *lazyColumn) ReadCost() int {
	cost := 8 * c.files.piece
	if slices.ContainsFunc(c.files.paths, func(p csvFile) bool { return p.packed }) {
		cost += maxWindow
	}
	return cost
}

// ReadChunk reads some rows.
func (c *lazyColumn) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	err := c.read(ctx, coord, func(values Column) { dst = dst[copy(dst, values.(nd.Dyn).Bytes()):] })
	return err == nil, err
}

// read hands over the values of a chunk, piece by piece, each valid until the next.
func (c *lazyColumn) read(ctx context.Context, coord []int, take func(Column)) error {
	f, i := c.files, coord[0]
	file, err := f.reopen(f.marks[i])
	if err == nil {
		defer file.Close()
		err = f.ahead[i].read(ctx, c.i, take, &chunkReader{f, f.marks[i], file})
	}
	if err != nil {
		return &storage.Error{Op: "read csv", Name: f.paths[f.marks[i].file].path, Err: err}
	}
	return nil
}

// reopen opens the file of a chunk if it is as it was.
func (f *Files) reopen(m mark) (*os.File, error) {
	was := f.paths[m.file]
	file, err := os.Open(was.path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && (info.Size() != was.size || !info.ModTime().Equal(was.modified)) {
		err = fmt.Errorf("%w its rows were counted: %d bytes then, %d now", storage.ErrChanged, was.size, info.Size())
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// chunkReader parses a chunk of a file.
type chunkReader struct {
	f    *Files
	m    mark
	file *os.File
}

// parse parses the columns of a chunk that have a parser, and calls do for every piece.
func (c *chunkReader) parse(ctx context.Context, columns []parser, do func(p *part) error) error {
	f, m := c.f, c.m
	if _, err := c.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	text, packed, closer, err := uncompressed(c.file)
	if err != nil {
		return err
	}
	defer closer()
	if !packed { // go there, from after a byte order mark
		_, err = c.file.Seek(m.from-int64(text.Buffered()), io.SeekCurrent)
		text.Reset(c.file)
	} else {
		_, err = io.CopyN(io.Discard, text, m.from)
	}
	if err != nil {
		return err
	}
	plain := &io.LimitedReader{R: text, N: m.to - m.from}
	r := &reader{schema: f.schema, cut: cutter{r: plain, size: f.piece, max: f.row}, line: m.line}
	rows, err := r.some(ctx, columns, do)
	switch {
	case err != nil:
	case plain.N > 1: // a newline at the end may be missing
		err = fmt.Errorf("%w its rows were counted: it ends %d bytes early, after line %d", storage.ErrChanged, plain.N, r.line)
	case rows != m.rows:
		err = fmt.Errorf("%w its rows were counted: %d then, %d now, from line %d on", storage.ErrChanged, m.rows, rows, m.line+1)
	}
	return err
}

// some parses the columns of all that is left to read that have a parser, and returns
// the number of rows.
func (r *reader) some(ctx context.Context, columns []parser, do func(p *part) error) (rows int, err error) {
	p := &part{columns: columns}
	for ctx.Err() == nil {
		switch p.text, err = r.cut.next(p.text); {
		case err == io.EOF:
			return rows, nil
		case errors.Is(err, errLongRow):
			return rows, r.longRow(r.line)
		case err != nil:
			return rows, err
		}
		if p.parse(r.sep); p.err != nil {
			return rows, r.place(p)
		}
		if err := do(p); err != nil {
			return rows, err
		}
		rows, r.line = rows+p.rows, r.line+p.lines()
	}
	return rows, ctx.Err()
}

// skipped parses fields that nobody asked for: it finds their ends.
type skipped struct{}

func (skipped) fast(src []byte, at int, sep byte) int { return plainEnd(src, at, sep) }
func (skipped) set([]byte) error                      { return nil }
func (skipped) move(parser, int, int)                 {}
func (skipped) column() (Column, error)               { return nil, nil }
func (skipped) within(parser, int, int)               {}
func (skipped) bytes() int                            { return 0 }
func (skipped) clear()                                {}
