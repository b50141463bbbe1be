package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// pieceBytes is about how much text is parsed at a time by one of the workers:
// little memory, and still a thousand times what handing it over costs.
const pieceBytes = 128 << 10

// maxRow bounds the text of a row: a quote that is never closed must not pull the
// rest of a file into memory.
const maxRow = 16 << 20

// maxIdle is how often a reader may give nothing, one time after the other.
const maxIdle = 100

// cutter cuts text into pieces of whole rows. A newline ends a row where the
// quotes before it are even in number, which is so wherever quoting is correct;
// where it isn't, parsing fails before it matters.
type cutter struct {
	r    io.Reader
	size int    // of a piece, where rows aren't larger
	max  int    // of a row
	rest []byte // read, and in no piece yet
	done bool
}

var errLongRow = errors.New("a long row")

// next returns the next rows, ending in a newline, in buf's memory where that is
// large enough; io.EOF after the last. With errLongRow there is a row that isn't whole.
func (c *cutter) next(buf []byte) ([]byte, error) {
	buf = append(buf[:0], c.rest...)
	c.rest = c.rest[:0]
	size := max(c.size, len(buf))
	for !c.done {
		if cap(buf) < size+2 {
			buf = append(make([]byte, 0, size+2), buf...)
		}
		for idle := 0; !c.done && len(buf) < size; idle++ { // not io.ReadFull: an unexpected EOF of r's own is an error
			n, err := c.r.Read(buf[len(buf):size])
			if buf = buf[:len(buf)+n]; n > 0 {
				idle = 0
			} else if idle == maxIdle && err == nil {
				return nil, io.ErrNoProgress
			}
			if c.done = err == io.EOF; err != nil && !c.done {
				return nil, err
			}
		}
		if c.done {
			break
		}
		if end := lastRowEnd(buf); end > 0 {
			c.rest = append(c.rest, buf[end:]...)
			return buf[:end], nil
		}
		if size >= c.max {
			return append(buf, '\n'), errLongRow
		}
		size = min(2*size, c.max)
	}
	if len(buf) == 0 {
		return nil, io.EOF
	}
	if buf[len(buf)-1] != '\n' {
		buf = append(buf, '\n')
	}
	return buf, nil
}

// lastRowEnd returns where the last whole row of b ends; 0: there is none.
func lastRowEnd(b []byte) int {
	end := bytes.LastIndexByte(b, '\n') + 1
	quotes := bytes.Count(b[:end], quote)
	for quotes%2 == 1 {
		before := bytes.LastIndexByte(b[:end-1], '\n') + 1
		quotes -= bytes.Count(b[before:end], quote)
		end = before
	}
	return end
}

var quote = []byte{'"'}

// quoteError is what is wrong with the quotes of a field.
type quoteError string

func (e quoteError) Error() string { return string(e) }

// field returns the text of the field that begins at src[at], without its quotes,
// and where it ends: at a separator, or the newline, or the "\r" before it. src
// ends in a newline. Quoting is as in RFC 4180 and encoding/csv.
func field(src []byte, at int, sep byte) (text []byte, end int, err error) {
	if src[at] != '"' {
		for end = at; !ends(src, end, sep); end++ {
			if src[end] == '"' {
				return nil, end, quoteError("a quote in a field that doesn't begin with one")
			}
		}
		return src[at:end], end, nil
	}
	from := at + 1
	for {
		n := bytes.IndexByte(src[from:], '"')
		if n < 0 {
			return nil, at, quoteError("a quote that is never closed")
		}
		part := src[from : from+n]
		switch from += n + 1; {
		case from == len(src):
			return nil, at, quoteError("a quote that is never closed")
		case src[from] == '"':
			text = append(text, src[from-n-1:from]...) // with one of the two
			from++
		case ends(src, from, sep):
			if text == nil {
				return part, from, nil
			}
			return append(text, part...), from, nil
		default:
			return nil, from, quoteError("text after a quoted field")
		}
	}
}

// skipBlank returns where the next row begins that isn't blank.
func skipBlank(src []byte, at int) int {
	for at < len(src) && ends(src, at, '\n') {
		at = afterRow(src, at)
	}
	return at
}

// afterRow returns where the row begins after the one that ends at src[end].
func afterRow(src []byte, end int) int {
	if src[end] == '\r' {
		end++
	}
	return end + 1
}

// fields returns the texts of a row, and where the next begins; of a row of more
// than most fields, one more than most.
func fields(src []byte, at int, sep byte, most int) (texts [][]byte, next int, err error) {
	for {
		text, end, err := field(src, at, sep)
		if err != nil {
			return nil, end, err
		}
		texts = append(texts, text)
		if src[end] != sep || len(texts) > most {
			return texts, afterRow(src, end), nil
		}
		at = end + 1
	}
}

// part is the values of a piece.
type part struct {
	text    []byte // the piece
	columns []parser
	rows    int
	err     error // a *placeError, or what reading failed with

	widen func(column int) // gives a column a parser for other fields; nil: such are errors
}

// placeError is what is wrong at a place in a piece.
type placeError struct {
	line   int // in the piece, from 0
	column int // -1: of the whole row
	err    error
}

func (e *placeError) Error() string { return e.err.Error() }

func (e *placeError) Unwrap() error { return e.err }

// parse parses all rows of a piece.
func (p *part) parse(sep byte) {
	for _, c := range p.columns {
		c.clear()
	}
	p.rows, p.err = 0, nil
	src, last := p.text, len(p.columns)-1
	for at := skipBlank(src, 0); at < len(src); at = skipBlank(src, at) {
		for i, c := range p.columns {
			end := c.fast(src, at, sep)
			if end < 0 {
				if end = p.slow(src, at, sep, i); p.err != nil {
					return
				}
			}
			if (src[end] == sep) != (i < last) {
				p.ragged(at, i, end, sep)
				return
			}
			at = end + 1
			if i == last && src[end] == '\r' {
				at++
			}
		}
		p.rows++
	}
}

var newline = []byte{'\n'}

// lines is how many the piece has.
func (p *part) lines() int { return bytes.Count(p.text, newline) }

// slow parses a field that isn't written as usual and returns where it ends.
func (p *part) slow(src []byte, at int, sep byte, i int) int {
	text, end, err := field(src, at, sep)
	if err != nil {
		p.fail(end, i, err)
		return 0
	}
	for err := p.columns[i].set(text); err != nil; err = p.columns[i].set(text) {
		if p.widen == nil {
			p.fail(at, i, &misfit{fmt.Errorf("%q: %w", brief(text), err)})
			break
		}
		p.widen(i)
	}
	return end
}

// brief is as much of a text as an error shows.
func brief(text []byte) []byte { return text[:min(len(text), 40)] }

// misfit is the error about a text that a column of another dtype could hold.
type misfit struct{ error }

func (m *misfit) Unwrap() error { return m.error }

// ragged fails for a row with too few or too many fields.
func (p *part) ragged(at, i, end int, sep byte) {
	n := i + 1
	for ; p.text[end] == sep; n++ {
		var err error
		if _, end, err = field(p.text, end+1, sep); err != nil {
			p.fail(end, i, err)
			return
		}
	}
	p.fail(at, -1, fmt.Errorf("the row has %d fields, there are %d columns", n, len(p.columns)))
}

func (p *part) fail(at, column int, err error) {
	p.err = &placeError{bytes.Count(p.text[:at], newline), column, err}
}
