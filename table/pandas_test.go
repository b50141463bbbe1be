package table

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pandas is a process that reads texts.
type pandas struct {
	in  io.WriteCloser
	out *json.Decoder
}

// newPandas starts the process.
func newPandas(t testing.TB) *pandas {
	t.Helper()
	cmd := peer.Python(t, filepath.Join("testdata", "pandas_rows.py"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		assert.NoError(t, cmd.Wait())
	})
	return &pandas{in, json.NewDecoder(out)}
}

// rows returns the rows as pandas reads them, or its error.
func (p *pandas) rows(t testing.TB, text string) (rows [][]string, failed string) {
	t.Helper()
	require.NoError(t, json.NewEncoder(p.in).Encode(text))
	var reply struct {
		Rows  [][]string
		Error string
	}
	require.NoError(t, p.out.Decode(&reply))
	return reply.Rows, reply.Error
}

// Texts of which pandas means something else: it takes a "\r" alone for the end of a
// row, drops lines of white space only, and rows of white space before quotes.
var otherThanPandas = regexp.MustCompile(`\r(?:[^\n]|$)|(?:^|[\r\n])[ \t]+(?:$|[\r\n])`)

// FuzzQuotesAsPandas compares what is read with pandas, where both read it: we take
// bare quotes and ragged rows for errors, which pandas mends. Inputs are made of
// the characters that matter.
func FuzzQuotesAsPandas(f *testing.F) {
	p := newPandas(f)
	for _, s := range []string{"a,b\n1,2\n", "\"a\"\"b\",c\r\n\"x\ny\",\"\"\n", "\"\",\"\"\"\"\n,\n", "a\n\n\"\"\nb", "\"a\",\"b\nc\"\n\"\r\n\",d", "é,\" \"\n \"a\",b\n", "\"a"} {
		f.Add([]byte(s))
	}
	letters := []rune("a,\"\n\",\"\n,\"b \ré1")
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1000 {
			return
		}
		text := string(b)
		if !utf8.Valid(b) || !bytes.ContainsRune(b, ',') {
			var s strings.Builder
			for _, c := range b {
				s.WriteRune(letters[int(c)%len(letters)])
			}
			text = s.String()
		}
		if strings.Count(text, ",") >= manyColumns || otherThanPandas.MatchString(text) || strings.ContainsRune(text, 0) || strings.HasPrefix(text, "\ufeff") {
			return
		}
		got, err := stream.Collect(ReadCSVFrom(strings.NewReader(text), NoHeader(), textOnly))
		want, failed := p.rows(t, text)
		if err != nil { // pandas mends what isn't right
			return
		}
		require.Empty(t, failed, "%q", text)
		assert.Equal(t, want, rowsOf(got), "%q", text)
	})
}

// rowsOf returns all fields of columns of text.
func rowsOf(tables []*Table) (rows [][]string) {
	for _, t := range tables {
		for i := range t.rows {
			row := make([]string, len(t.columns))
			for k, c := range t.columns {
				row[k] = c.(*Strings).At(i)
			}
			rows = append(rows, row)
		}
	}
	return rows
}
