package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strconv"
	"sync/atomic"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// reader is a text being read.
type reader struct {
	schema
	cut   cutter
	first []byte // the piece that dtypes were found out from; header cut off
	line  int    // in the text, at which the next part begins, from 0
	free  chan *piece
	now   *room       // that pieces get memory of
	full  *room       // of the chunk before
	loose atomic.Bool // pieces get memory of their own
}

// schema is what a file's columns are, and how they are read.
type schema struct {
	*options
	names   []string
	types   []nd.DType
	layouts []string
	known   []bool // which were declared
}

// begin reads the header, and the first rows, which dtypes follow from.
func (r *reader) begin() error {
	piece, err := r.nextRows()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the file is empty, it has no header", storage.ErrCorrupt)
	} else if err != nil {
		return err
	}
	at := skipBlank(piece, 0)
	head, next, err := fields(piece, at, r.sep, maxColumns)
	if err == nil {
		err = r.name(head)
	}
	if err != nil {
		return fmt.Errorf("%w: line %d: %w", storage.ErrCorrupt, r.line+bytes.Count(piece[:at], newline)+1, err)
	}
	if err := r.checkDeclared(r.names); err != nil {
		return err
	}
	if !r.noHeader {
		r.line += bytes.Count(piece[:next], newline)
		piece = piece[next:]
	}
	if skipBlank(piece, 0) == len(piece) { // no rows beside the header
		r.line += bytes.Count(piece, newline)
		if piece, err = r.nextRows(); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	r.first = piece
	r.choose(piece)
	return nil
}

// maxColumns bounds what is taken for a header: a column takes a thousand times its
// name's memory.
const maxColumns = 1 << 17

// name names the columns by the fields of the first row, as pandas does: one without
// a name by its place, and those of equal names by a number too.
func (r *reader) name(head [][]byte) error {
	if len(head) > maxColumns {
		return fmt.Errorf("more than %d columns", maxColumns)
	}
	given, times := make(map[string]bool, len(head)), make(map[string]int, len(head))
	var named, unnamed []int
	for i, name := range head {
		switch {
		case r.noHeader:
			name = strconv.AppendInt(nil, int64(i), 10)
		case !utf8.Valid(name) || bytes.IndexByte(name, 0) >= 0:
			return fmt.Errorf("column %d is named %q, which isn't text in UTF-8", i+1, brief(name))
		case bytes.Count(name, []byte{'\r'}) > bytes.Count(name, []byte("\r\n")):
			return fmt.Errorf(`column %d is named %q; rows end in "\n" or "\r\n"`, i+1, brief(name))
		}
		if len(name) == 0 {
			name = strconv.AppendInt([]byte("Unnamed: "), int64(i), 10)
			unnamed = append(unnamed, i)
		} else {
			named = append(named, i)
		}
		given[string(name)] = true
		r.names = append(r.names, string(name))
	}
	for _, i := range append(named, unnamed...) { // names that were given stay, where there is a choice
		name := r.names[i]
		for times[name] > 0 && given[r.names[i]] {
			r.names[i] = name + "." + strconv.Itoa(times[name])
			times[name]++
		}
		given[r.names[i]], times[name] = true, max(times[name], 1)
	}
	return nil
}

// nextRows returns the next piece that has rows.
func (r *reader) nextRows() ([]byte, error) {
	for {
		piece, err := r.cut.next(nil)
		switch {
		case errors.Is(err, errLongRow):
			return nil, r.longRow(r.line)
		case err != nil:
			return nil, err
		case skipBlank(piece, 0) < len(piece):
			return piece, nil
		}
		r.line += bytes.Count(piece, newline)
	}
}

// choose fixes the dtypes of all columns by some rows. Rows that are wrong are
// left to the parser. Without rows, columns are float64, which holds what isn't there.
func (r *reader) choose(rows []byte) {
	narrow := nd.Int64
	if skipBlank(rows, 0) == len(rows) {
		narrow = nd.Float64
	}
	for i, name := range r.names {
		dt, layout, ok := r.declared(i, name)
		if !ok && i < len(r.least) {
			dt = r.least[i]
		} else if !ok {
			dt = narrow
		}
		r.types, r.layouts, r.known = append(r.types, dt), append(r.layouts, layout), append(r.known, ok)
	}
	r.types = r.widen(rows, true)
}

func (o *options) longRow(line int) error {
	return fmt.Errorf("%w: line %d: a row longer than %s; is a quote never closed?", storage.ErrCorrupt, line+1, nd.FormatBytes(o.row))
}

// parsers returns empty parsers of all columns.
func (r *reader) parsers(rows int) ([]parser, error) {
	list := make([]parser, len(r.types))
	for i, dt := range r.types {
		var err error
		if list[i], err = newParser(dt, r.layouts[i], rows); err != nil {
			return nil, fmt.Errorf("column %q: %w", r.names[i], err)
		}
	}
	return list, nil
}

// parts returns the parsed pieces in order; each is valid until the next is asked
// for. As many as there are processors are parsed at a time.
func (r *reader) parts() iter.Seq2[*piece, error] {
	return func(yield func(*piece, error) bool) {
		workers := runtime.GOMAXPROCS(0)
		stop, ended := make(chan struct{}), make(chan struct{})
		r.free = make(chan *piece, 4*workers+3) // as many as there are at any time
		order := make(chan chan *piece, 4*workers)
		go func() {
			defer close(ended)
			defer close(order)
			r.produce(order, stop)
		}()
		defer func() {
			close(stop)
			for done := range order {
				<-done
			}
			<-ended
		}()
		for done := range order {
			p := <-done
			if !yield(p, p.err) || p.err != nil {
				return
			}
			r.free <- p
		}
	}
}

// produce cuts the text and lets pieces be parsed, until it ends or fails.
func (r *reader) produce(order chan<- chan *piece, stop <-chan struct{}) {
	for begun := false; ; begun = true {
		p, err := r.emptyPiece(), error(nil)
		if !begun {
			p.text = r.first
		} else if p.text, err = r.cut.next(p.text); errors.Is(err, io.EOF) {
			return
		}
		done := make(chan *piece, 1)
		select {
		case order <- done:
		case <-stop:
			return
		}
		if err != nil && !errors.Is(err, errLongRow) {
			p.err = err
			done <- p
			return
		}
		r.seat(p)
		go func() {
			p.parse(r.sep)
			if err != nil {
				p.err = r.cutShort(p.err, err)
			}
			if p.rows < p.lines {
				r.loose.Store(true)
			}
			done <- p
		}()
		if err != nil {
			return
		}
	}
}

// cutShort returns the error about a row that was cut short: about its quotes, or
// that it is long. Nothing else means anything.
func (r *reader) cutShort(err, long error) error {
	var place *placeError
	var quotes quoteError
	if errors.As(err, &place) && errors.As(err, &quotes) {
		place.err = fmt.Errorf("%w within %s", quotes, nd.FormatBytes(r.row))
		return place
	}
	return long
}

// emptyPiece returns a piece that is used no more, or a new one.
func (r *reader) emptyPiece() *piece {
	select {
	case p := <-r.free:
		return p
	default:
		return &piece{}
	}
}

// chunks joins parts to chunks. A text without rows is one chunk of none, so that
// its columns are known.
func (r *reader) chunks() iter.Seq2[*Table, error] {
	return func(yield func(*Table, error) bool) {
		if err := r.checkTypes(); err != nil {
			yield(nil, err)
			return
		}
		var chunk []parser
		rows, given := 0, false
		give := func() bool {
			t, err := r.table(chunk, rows)
			chunk, rows, given = nil, 0, true
			return yield(t, err) && err == nil
		}
		for p, err := range r.parts() {
			if err != nil {
				yield(nil, r.place(&p.part))
				return
			}
			for lo := 0; lo < p.rows; {
				if chunk == nil {
					chunk = r.chunkFor(p, p.rows-lo)
				}
				hi := lo + min(p.rows-lo, r.chunk-rows)
				for i, c := range p.columns {
					c.move(chunk[i], lo, hi)
				}
				rows, lo = rows+hi-lo, hi
				if rows == r.chunk && !give() {
					return
				}
			}
			r.line += p.lines
		}
		if rows > 0 || !given {
			if chunk == nil {
				chunk, _ = r.parsers(0)
			}
			give()
		}
	}
}

// checkTypes refuses dtypes that no column has.
func (r *reader) checkTypes() error {
	_, err := r.parsers(0)
	return err
}

// table makes a table of parsed columns.
func (r *reader) table(columns []parser, rows int) (*Table, error) {
	t := &Table{names: r.names, rows: rows}
	for _, c := range columns {
		v, err := c.column()
		if err != nil {
			return nil, err
		}
		t.columns = append(t.columns, v)
	}
	return t, nil
}

// place returns the error of a part, and says where in the text it is.
func (r *reader) place(p *part) error {
	err := p.err
	var bad *placeError
	switch {
	case errors.Is(err, errLongRow):
		return r.longRow(r.line)
	case !errors.As(err, &bad):
		return err
	}
	line := r.line + bad.line + 1
	if bad.column < 0 {
		return fmt.Errorf("%w: line %d: %w", storage.ErrCorrupt, line, bad.err)
	}
	i := bad.column
	var fit *misfit
	if !errors.As(bad.err, &fit) {
		return fmt.Errorf("%w: line %d, column %q: %w", storage.ErrCorrupt, line, r.names[i], bad.err)
	}
	return &fieldError{name: r.names[i], dt: r.types[i], declared: r.known[i], types: r.types, wider: r.widen(p.text, false), line: line, err: fit.error}
}
