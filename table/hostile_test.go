package table

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/stretchr/testify/assert"
)

// madeUp is a text that is nowhere: rows over and over, n bytes of them, and an end.
func madeUp(begin, row string, n int64, end string) io.Reader {
	return io.MultiReader(bytes.NewReader([]byte(begin)), io.LimitReader(&endless{rows: bytes.Repeat([]byte(row), 1000)}, n), bytes.NewReader([]byte(end)))
}

type endless struct {
	rows []byte
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.rows[e.at:])
	e.at = (e.at + n) % len(e.rows)
	return n, nil
}

// last returns the error of a stream, and the rows before it.
func last(r io.Reader, opts ...Option) (rows int, err error) {
	for t, err := range ReadCSVFrom(r, opts...) {
		if err != nil {
			return rows, err
		}
		rows += t.rows
	}
	return rows, nil
}

func TestIntsTurnToText(t *testing.T) {
	rows, err := last(madeUp("id,n\n", "7,12\n", 5*899_999, "7,twelve\n"))
	assert.Equal(t, 850_000, rows, "of whole chunks before")
	assert.EqualError(t, err, `read csv csv: line 900001, column "n": "twelve": invalid syntax; the column is int64 by its first rows, declare another with Types`)
}

// The rows before are read; the quote pulls no more into memory than a row may have.
func TestUnclosedQuoteAfterAGigabyte(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 1 GiB")
	}
	row := `1,"` + strings.Repeat("x", 1<<10-5) + "\"\n"
	text := &counting{r: madeUp("a,b\n", row, 1<<30, "2,\"never closed\n3,x\n")}
	rows, err := last(text, ChunkRows(1000))
	assert.Equal(t, 1<<20/1000*1000, rows)
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	assert.ErrorContains(t, err, `line 1048578, column "b": a quote that is never closed`)

	text = &counting{r: madeUp("a,b\n1,\"never closed\n", row, 1<<30, "")}
	_, err = last(text)
	assert.ErrorContains(t, err, "line 2: a row longer than 16 MiB; is a quote never closed?")
	assert.Less(t, text.n, 2*maxRow)
}

func TestLongField(t *testing.T) {
	for quotes, want := range map[string]string{"": "line 3: a row longer than 16 MiB", `"`: `line 3, column "b": a quote that is never closed within 16 MiB`} {
		text := &counting{r: madeUp("a,b\n1,2\n3,"+quotes, "x", 200_000_000, quotes+"\n")}
		_, err := last(text)
		assert.ErrorContains(t, err, want)
		assert.ErrorIs(t, err, storage.ErrCorrupt)
		assert.Less(t, text.n, 2*maxRow)
	}
}

// A file that is cut while it is read, in the middle of a row too, is never taken for
// a shorter one: see TestFileShrinks; a reader that ends early is.
func TestReaderEndsEarly(t *testing.T) {
	errCut := io.ErrUnexpectedEOF
	r := io.MultiReader(madeUp("a,b\n", "1,2\n", 4<<20, "3"), &failing{errCut})
	_, err := stream.Collect(ReadCSVFrom(r))
	assert.ErrorIs(t, err, errCut)
}
