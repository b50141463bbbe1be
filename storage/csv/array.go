package csv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

func init() {
	storage.Register(&storage.Driver{
		Name:   "csv",
		Exts:   []string{".csv", ".tsv"},
		Detect: detect,
		Open:   openDriver,
		Create: func(_ context.Context, path string, _ map[string]string) (storage.WritableGroup, error) {
			return nil, readOnly(path)
		},
		CreateArray: func(_ context.Context, path string, _ storage.Spec, _ map[string]string) (storage.WritableArray, error) {
			return nil, readOnly(path)
		},
	})
}

// detect takes text in files named as tables are: no content tells a table
// from any other text.
func detect(path string, head []byte) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return len(head) > 0 && slices.Contains([]string{".csv", ".tsv", ".txt", ".dat"}, ext) &&
		!bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\r\f", r) })
}

func readOnly(path string) error {
	return &storage.Error{Op: "create", Name: path, Err: fmt.Errorf("%w: arrays aren't written as csv, but npy and zarr; package table writes columns", storage.ErrUnsupported)}
}

func openDriver(ctx context.Context, path, inner string, opts map[string]string) (storage.Array, storage.Group, error) {
	fail := func(err error) (storage.Array, storage.Group, error) {
		return nil, nil, &storage.Error{Op: "open", Name: path, Err: err}
	}
	if inner != "" {
		return fail(fmt.Errorf("%w: %s; package table reads columns by name", storage.ErrNotFound, inner))
	}
	dt, o, err := parseOptions(path, opts)
	if err != nil {
		return fail(err)
	}
	a, err := open(ctx, path, dt, o)
	if err != nil {
		return fail(err)
	}
	a.opts = maps.Clone(opts)
	return a, nil, nil
}

// parseOptions reads the driver's options, which are named as those of loadtxt:
// dtype (float64 if not given), delimiter ("tab", or a character; a .tsv file has
// tabs), usecols ("1,2,-1"), skiprows, comment, empty.
func parseOptions(path string, opts map[string]string) (dt nd.DType, o Options, err error) {
	dt = nd.Float64
	if strings.EqualFold(filepath.Ext(path), ".tsv") {
		o.Delimiter = '\t'
	}
	for _, name := range slices.Sorted(maps.Keys(opts)) {
		v := opts[name]
		switch name {
		case "dtype":
			dt, err = nd.ParseDType(v)
		case "delimiter":
			if v == "tab" {
				v = "\t"
			}
			o.Delimiter, err = character(v)
		case "comment":
			o.Comment, err = character(v)
		case "empty":
			o.Empty = v
		case "skiprows":
			o.SkipRows, err = strconv.Atoi(v)
		case "usecols":
			for c := range strings.SplitSeq(v, ",") {
				n, e := strconv.Atoi(strings.TrimSpace(c))
				o.UseCols, err = append(o.UseCols, n), errors.Join(err, e)
			}
		default:
			err = fmt.Errorf("%w: there are dtype, delimiter, usecols, skiprows, comment and empty", storage.ErrUnsupported)
		}
		if err != nil {
			return dt, o, fmt.Errorf("option %s=%q: %w", name, opts[name], err)
		}
	}
	return dt, o, nil
}

func character(s string) (rune, error) {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || n != len(s) || r == utf8.RuneError {
		return 0, fmt.Errorf("%w: want one character", nd.ErrSyntax)
	}
	return r, nil
}

// chunkBytes is about how many bytes the elements of a chunk have.
const chunkBytes = 1 << 20

// array is a table open for reading by chunks of rows. Opening reads the file
// once, to count rows and note where chunks begin; reading parses one chunk.
type array struct {
	f     *os.File
	path  string // absolute
	opts  map[string]string
	meta  *storage.Meta
	table *scanner // what opening found out about columns; not read from any more
	set   setter
	marks []int64 // where chunks begin in the file; the last one is the end
}

func open(ctx context.Context, path string, dt nd.DType, o Options) (*array, error) {
	set, err := setterOf(dt)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	a := &array{f: f, path: path, set: set}
	if err := a.index(ctx, dt, o, chunkBytes); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return a, nil
}

// index reads the rows once and sets shape, grid and marks; the elements of a
// chunk shall have about that many bytes.
func (a *array) index(ctx context.Context, dt nd.DType, o Options, bytes int) error {
	s, err := newScanner(a.f, o)
	if err != nil {
		return err
	}
	a.table, a.marks = s, nil
	rows, per := 0, 1
	for ; ; rows++ {
		if rows%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if rows%per == 0 {
			a.marks = append(a.marks, s.offset())
		}
		if _, err := s.next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if rows == 0 {
			per = max(1, bytes/max(1, len(s.cols)*dt.Size()))
		}
	}
	if rows%per != 0 {
		a.marks = append(a.marks, s.offset())
	}
	shape := []int{rows, len(s.cols)}
	g, err := nd.NewGrid(shape, []int{per, -1})
	if err != nil {
		return err
	}
	a.meta = &storage.Meta{DType: dt, Shape: shape, ReadGrid: g, WriteGrid: g, Format: "CSV", Order: "C"}
	return nil
}

// Meta describes the array.
func (a *array) Meta() *storage.Meta { return a.meta }

// Ref lets another process open the file, with the same options.
func (a *array) Ref() storage.Ref {
	return storage.Ref{Driver: "csv", URL: a.path, Options: a.opts, Fingerprint: storage.Fingerprint(a.meta)}
}

// Close closes the file.
func (a *array) Close() error { return a.f.Close() }

// ReadCost is the memory a read takes beside dst: buffers and a row or two of text.
func (a *array) ReadCost() int { return 128 << 10 }

// StoredSize is the length of a chunk's text.
func (a *array) StoredSize(_ context.Context, coord []int) (int64, bool, error) {
	if !a.meta.ReadGrid.Contains(coord) {
		return 0, false, a.fail("size of chunk", coord, nd.ErrIndex)
	}
	return a.marks[coord[0]+1] - a.marks[coord[0]], true, nil
}

// ReadChunk parses the rows of a chunk; all are present.
func (a *array) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	if !a.meta.ReadGrid.Contains(coord) {
		return false, a.fail("read chunk", coord, fmt.Errorf("%w: the grid has %v chunks", nd.ErrIndex, a.meta.ReadGrid.NumChunks()))
	}
	box := a.meta.ReadGrid.Box(coord)
	if want := box.Size() * a.meta.DType.Size(); len(dst) != want {
		return false, a.fail("read chunk", coord, fmt.Errorf("%w: a buffer of %d bytes for %d", nd.ErrShape, len(dst), want))
	}
	if err := a.readRows(ctx, a.marks[coord[0]], a.marks[coord[0]+1], box.Shape[0], dst); err != nil {
		return false, a.fail("read chunk", coord, err)
	}
	return true, nil
}

// readRows parses the rows between two places in the file.
func (a *array) readRows(ctx context.Context, from, to int64, rows int, dst []byte) error {
	s, err := a.table.resume(io.NewSectionReader(a.f, from, to-from), from, func() int { return linesBefore(a.f, from) })
	if err != nil {
		return err
	}
	width := len(dst) / rows
	for r := range rows {
		if r%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		fields, err := s.next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w the file was opened: %d rows, %d were there", storage.ErrChanged, r, rows)
		}
		if err != nil {
			return err
		}
		if err := s.parse(dst[r*width:(r+1)*width], fields, a.set); err != nil {
			return err
		}
	}
	return nil
}

// linesBefore counts the lines of a file up to an offset. Only errors ask.
func linesBefore(f io.ReaderAt, offset int64) int {
	lines, buf := 0, make([]byte, 64<<10)
	r := newLineEnds(io.NewSectionReader(f, 0, offset))
	for {
		n, err := r.Read(buf)
		lines += bytes.Count(buf[:n], []byte{'\n'})
		if err != nil {
			return lines
		}
	}
}

func (a *array) fail(op string, coord []int, err error) error {
	if errors.Is(err, os.ErrClosed) {
		err = storage.ErrClosed
	}
	return &storage.Error{Op: op, Name: fmt.Sprintf("%s %v", a.path, coord), Err: err}
}
