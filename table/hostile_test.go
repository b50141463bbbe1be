package table

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Memory for a chunk is taken as rows come, however many a chunk may have.
func TestRoomForRows(t *testing.T) {
	for _, rows := range []int{1 << 31, 1 << 60, math.MaxInt} {
		n := allocated(func() {
			chunks, err := stream.Collect(ReadCSVFrom(strings.NewReader("a,b\n1,x\n2,y\n"), ChunkRows(rows)))
			require.NoError(t, err)
			require.Len(t, chunks, 1)
			assert.Equal(t, "a:int64 b:string a,b\n1,x\n2,y\n", shown(t, chunks[0]))
		})
		assert.Less(t, n, uint64(64<<20))
	}
}

// A header of very many columns takes memory and time in proportion.
func TestManyColumns(t *testing.T) {
	const columns = 20_000
	row := func(format string) string {
		var b strings.Builder
		for i := range columns {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",") + "\n"
	}
	text := row("c%d,") + row("%d,") + row("%d.5,")
	n := allocated(func() {
		tab, err := Read(file(t, text))
		require.NoError(t, err)
		assert.Equal(t, []int{2, columns}, []int{tab.rows, len(tab.columns)})
		assert.Equal(t, nd.Float64, tab.columns[columns-1].DType())
	})
	assert.Less(t, n, uint64(256<<20))

	_, err := last(strings.NewReader(strings.Repeat(",", 8<<20)+"\n"), NoHeader())
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	assert.ErrorContains(t, err, "line 1: more than 131072 columns")
}

// A file that is cut after it was opened isn't taken for whole, nor where what is
// left of the last row looks like one.
func TestLazyFileShrinks(t *testing.T) {
	path := file(t, "a\n"+strings.Repeat("1\n", 100_000)+"12345\n")
	files, err := Open(context.Background(), stream.Of(path), sizes(64, 1<<10), ChunkRows(1<<20))
	require.NoError(t, err)
	c, err := files.column("a")
	require.NoError(t, err)
	cut := false
	err = c.read(context.Background(), []int{0}, func(Column) {
		if !cut {
			cut = true
			require.NoError(t, os.Truncate(path, 2+200_000+2))
		}
	})
	assert.ErrorIs(t, err, storage.ErrChanged)
}

// A reader that never gives anything is an error.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestReaderGivesNothing(t *testing.T) {
	_, err := last(io.MultiReader(strings.NewReader("a\n1\n"), idle{}))
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

// Rows end in "\n" or "\r\n", mixed too; a "\r" alone is text, and in a header an
// error: of a file that has no other ends, all rows would be its header.
func TestLineEnds(t *testing.T) {
	tab, err := Read(file(t, "a,b\n1,x\ry\r\n2,z\n\r\n3,\"\r\"\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"x\ry", "z", "\r"}, []string{tab.columns[1].(*Strings).At(0), tab.columns[1].(*Strings).At(1), tab.columns[1].(*Strings).At(2)})
	_, err = Read(file(t, "a,b\r1,x\r2,y\r"))
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	assert.ErrorContains(t, err, `line 1: column 2 is named "b\r1"; rows end in "\n" or "\r\n"`)
	_, err = Read(file(t, "a\r1,5\n"), NoHeader())
	assert.NoError(t, err)
}
