package table

import (
	"bytes"
	"compress/gzip"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sizes makes pieces and rows small.
func sizes(piece, row int) Option { return func(o *options) { o.piece, o.row = piece, row } }

func file(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "table.csv")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// shown writes a table as text: dtypes, then rows.
func shown(t testing.TB, tab *Table) string {
	t.Helper()
	var b strings.Builder
	for i, c := range tab.columns {
		fmt.Fprintf(&b, "%s:%v ", tab.names[i], c.DType())
	}
	require.NoError(t, WriteCSV(&b, stream.Of(tab)))
	return b.String()
}

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		opts       []Option
	}{
		"types":      {"i,f,b,s\n1,.5,True,x\n-2,1e3,false,y\n", "i:int64 f:float64 b:bool s:string i,f,b,s\n1,0.5,true,x\n-2,1000,false,y\n", nil},
		"missing":    {"i,f,s\n1,,\nNA,nan,z\n", "i:float64 f:float64 s:string i,f,s\n1,,\n,,z\n", nil},
		"quotes":     {"a,\"b \"\"c\"\"\"\n\"x,\n\"\"y\",\"1\"\n", "a:string b \"c\":int64 a,\"b \"\"c\"\"\"\n\"x,\n\"\"y\",1\n", nil},
		"windows":    {"\xef\xbb\xbfa,b\r\n1,x\r\n\r\n2,y\r\n", "a:int64 b:string a,b\n1,x\n2,y\n", nil},
		"mixed ends": {"a,b\r\n1,x\n2,y\r\n3,z", "a:int64 b:string a,b\n1,x\n2,y\n3,z\n", nil},
		"no header":  {"1;2\n3;4\n", "0:int64 1:int64 0,1\n1,2\n3,4\n", []Option{NoHeader(), Separator(';')}},
		"declared":   {"a,b\n01,2\n", "a:string b:float64 a,b\n01,2\n", []Option{Types(nd.Text, "a"), Types(nd.Float64, 1)}},
		"times": {"t,u\n2015-01-31 23:59:58,31/01/15\n,01/02/15\n1969-12-31T00:00:00,\n", "t:datetime64[us] u:datetime64[us] t,u\n2015-01-31T23:59:58,2015-01-31T00:00:00\n,2015-02-01T00:00:00\n1969-12-31T00:00:00,\n",
			[]Option{Times("", "t"), Times("02/01/06", 1)}},
		"names as pandas'":   {",a,a,,a.1,a\n1,2,3,4,5,6\n", "Unnamed: 0:int64 a:int64 a.2:int64 Unnamed: 3:int64 a.1:int64 a.3:int64 Unnamed: 0,a,a.2,Unnamed: 3,a.1,a.3\n1,2,3,4,5,6\n", nil},
		"zones":              {"t\n2015-01-31 23:59:58+01:00\n2015-01-31T23:59:58.25Z\n2015-01-31 23:59:58Z\n2015-01-31T23:59:58-02:30\n2015-01-31 23:59:58.5+01\n2015-01-31T23:59+0030\n2015-01-31 23:59:58-0230\n", "t:datetime64[us] t\n2015-01-31T22:59:58\n2015-01-31T23:59:58.250000\n2015-01-31T23:59:58\n2015-02-01T02:29:58\n2015-01-31T22:59:58.500000\n2015-01-31T23:29:00\n2015-02-01T02:29:58\n", []Option{Times("", "t")}},
		"missing on Windows": {"f\n1.#IND\n-1.#QNAN\n2\n", "f:float64 f\n\"\"\n\"\"\n2\n", nil},
		"header only":        {"a,b\n", "a:float64 b:float64 a,b\n", nil},
		"one column":         {"a\n\"\"\n1.5\n", "a:float64 a\n\"\"\n1.5\n", nil},
		"long numbers":       {"a,b\n9223372036854775807,0.1234567890123456789\n", "a:int64 b:float64 a,b\n9223372036854775807,0.12345678901234568\n", nil},
		"beyond int64":       {"a\n-0\n+9223372036854775808\n18446744073709551615\n", "a:uint64 a\n0\n9223372036854775808\n18446744073709551615\n", nil},
		"beyond uint64":      {"a,b\n18446744073709551616,-1\n1,9223372036854775808\n", "a:string b:string a,b\n18446744073709551616,-1\n1,9223372036854775808\n", nil},
		"beyond, missing":    {"a,b\n,18446744073709551616\n9223372036854775808,.5\n", "a:string b:float64 a,b\n,1.8446744073709552e+19\n9223372036854775808,0.5\n", nil},
		"later beyond int64": {"a,b\n" + strings.Repeat("1,-1\n", 100) + "18446744073709551615,9223372036854775808\n", "a:uint64 b:string a,b\n" + strings.Repeat("1,-1\n", 100) + "18446744073709551615,9223372036854775808\n", []Option{sizes(16, 100)}},
		"long fractions":     {"a\n179769313486231570000000000000000000000.5\n", "a:float64 a\n1.7976931348623156e+38\n", nil},
		"nearly missing":     {"a,b\nNAN,Nan\n", "a:string b:string a,b\nNAN,Nan\n", nil},
		"bools in any case":  {"a\ntRUE\nfalse\n", "a:bool a\ntrue\nfalse\n", nil},
		"names given stay":   {",Unnamed: 0\n1,2\n", "Unnamed: 0.1:int64 Unnamed: 0:int64 Unnamed: 0.1,Unnamed: 0\n1,2\n", nil},
		"unicode":            {"a\nżółw\n", "a:string a\nżółw\n", nil},
		"later no int":       {"a\n" + strings.Repeat("1\n", 100) + "2.5\n", "a:float64 a\n" + strings.Repeat("1\n", 100) + "2.5\n", []Option{sizes(16, 100)}},
		"later text":         {"a\n" + strings.Repeat("1\n", 100) + "x\n", "a:string a\n" + strings.Repeat("1\n", 100) + "x\n", []Option{sizes(16, 100)}},
		"all are blanks":     {"a,b\n,\n,\n", "a:float64 b:float64 a,b\n,\n,\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			tab, err := Read(file(t, c.text), c.opts...)
			require.NoError(t, err)
			assert.Equal(t, c.want, shown(t, tab))
		})
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		opts       []Option
	}{
		"few fields":    {"a,b\n1,2\n\n3\n", "line 4: the row has 1 fields, there are 2 columns", nil},
		"many fields":   {"a,b\n1,2\n3,4,5,6\n", "line 3: the row has 4 fields, there are 2 columns", nil},
		"turns to text": {"a,b\n" + strings.Repeat("1,2\n", 900) + "1,x\n", `line 902, column "b": "x": invalid syntax; the column is int64 by its first rows, declare another with Types`, []Option{sizes(64, 1000)}},
		"missing int":   {"a,b\n" + strings.Repeat("1,2\n", 900) + "1,\n", `line 902, column "b": "": a missing value; the column is int64`, []Option{sizes(64, 1000)}},
		"declared":      {"a\n1\n2.5\n", `line 3, column "a": "2.5": invalid syntax; the column is int64`, []Option{Types(nd.Int64, "a")}},
		"open quote":    {"a\n1\n2\n\"3\n4\n", `line 4, column "a": a quote that is never closed`, nil},
		"long quote":    {"a\n1\n\"" + strings.Repeat("2\n", 900), `line 3, column "a": a quote that is never closed`, []Option{sizes(4, 64)}},
		"long field":    {"a,b\n1,2\n3," + strings.Repeat("4", 900) + "\n", "line 3: a row longer than 64 B", []Option{sizes(8, 64)}},
		"long header":   {strings.Repeat("a", 100) + "\n", "line 1: a row longer than 64 B", []Option{sizes(8, 64)}},
		"bare quote":    {"a,b\n1,x\n2,y\"z\n3,\"w\"\n", `line 3, column "b": a quote in a field that doesn't begin with one`, []Option{sizes(8, 100)}},
		"after quote":   {"a\n\"x\"y\n", `line 2, column "a": text after a quoted field`, nil},
		"empty":         {"", "the file is empty", nil},
		"only a BOM":    {"\xef\xbb\xbf", "the file is empty", nil},
		"blank":         {"\n\r\n\n", "the file is empty", nil},
		"not UTF-8":     {"a\nx\n\xff\n", `line 3, column "a": "\xff": not UTF-8`, nil},
		"NUL":           {"a\nx\n\x00\n", `line 3, column "a": "\x00": a NUL byte`, nil},
		"NUL number":    {"a\n1\n\x00\n", `column "a": "\x00"`, []Option{Types(nd.Float64, "a")}},
		"name no UTF-8": {"\na,b\xff\n", `line 2: column 2 is named "b\xff", which isn't text in UTF-8`, nil},
		"name with NUL": {"a,\x00\n", `line 1: column 2 is named "\x00"`, nil},
		"no column":     {"a\n1\n", `no column b`, []Option{Types(nd.Int64, "b")}},
		"no dtype":      {"a\n1\n", `column "a": wrong dtype`, []Option{Types(nd.Int8, "a")}},
		"no time":       {"a\n2015-02-30 00:00:00\n", `line 2, column "a": "2015-02-30 00:00:00": not a time such as`, []Option{Times("", "a")}},
		"not layout":    {"a\n2015\n", `not written as "06"`, []Option{Times("06", 0)}},
		"chunks":        {"a\n1\n", "chunks of 0 rows", []Option{ChunkRows(0)}},
		"separator":     {"a\n1\n", `separator '"'`, []Option{Separator('"')}},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, c.text)
			_, err := stream.Collect(ReadCSV(path, c.opts...))
			assert.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, path)
		})
	}
	_, err := Read(filepath.Join(t.TempDir(), "none.csv"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = Read(t.TempDir())
	assert.Error(t, err)
}

func TestFileShrinks(t *testing.T) {
	path := file(t, "a\n"+strings.Repeat("1\n", 100_000))
	var err error
	n := 0
	for _, e := range ReadCSV(path, ChunkRows(10), sizes(64, 1<<10)) {
		if n++; n == 1 {
			require.NoError(t, os.Truncate(path, 100_000))
		}
		err = e
	}
	assert.ErrorIs(t, err, storage.ErrChanged)
	assert.ErrorContains(t, err, "of 200002")
}

func TestCompressed(t *testing.T) {
	const text = "a,b\n1,x\n2,y\n"
	var gz, zst bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = io.WriteString(g, "\xef\xbb\xbf"+text)
	require.NoError(t, g.Close())
	z, err := zstd.NewWriter(&zst)
	require.NoError(t, err)
	_, _ = io.WriteString(z, text)
	require.NoError(t, z.Close())
	bz2 := bytes.NewBufferString("\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xbc\xc7\x28\x45\x00\x00\x04\x59\x80\x00\x10\x00\x04\x30\x00\x30\x00\x00\x60\x20\x00\x31\x0c\x08\x23\x41\x9a\x8e\x04\x22\x17\x8b\xb9\x22\x9c\x28\x48\x5e\x63\x94\x22\x80") // Python's bz2.compress
	for _, b := range []*bytes.Buffer{&gz, &zst, bz2} {
		tab, err := Read(file(t, b.String()))
		require.NoError(t, err)
		assert.Equal(t, "a:int64 b:string "+text, shown(t, tab))
		_, err = Read(file(t, b.String()[:b.Len()-3]))
		assert.Error(t, err)
	}
}

// counting counts the bytes that were read.
type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

func TestLazyAndOnce(t *testing.T) {
	r := &counting{r: strings.NewReader("a\n" + strings.Repeat("1\n", 1<<20))}
	chunks := ReadCSVFrom(r, ChunkRows(10), sizes(64, 1<<10))
	assert.Zero(t, r.n)
	next, stop := iter.Pull2(chunks)
	_, err, _ := next()
	require.NoError(t, err)
	stop()
	assert.Less(t, r.n, 1<<20)
	_, err = stream.Collect(chunks)
	assert.ErrorIs(t, err, stream.ErrConsumed)
}

func TestReaderFails(t *testing.T) {
	errTest := errors.New("test")
	r := io.MultiReader(strings.NewReader("a\n"+strings.Repeat("1\n", 1000)), &failing{errTest})
	_, err := stream.Collect(ReadCSVFrom(r, sizes(64, 1<<10)))
	assert.ErrorIs(t, err, errTest)
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// Chunks are what reading the whole gives, and have the same dtypes, however the
// text is cut into pieces.
func TestChunksAreTheWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(1, 300).Draw(rt, "rows")
		var text strings.Builder
		text.WriteString("i,f,s\n")
		for r := range rows {
			s := rapid.SampledFrom([]string{"x", "", `"a ""quote"""`, "\"two\nlines\"", "ż", "\",\""}).Draw(rt, "s")
			fmt.Fprintf(&text, "%d,%g,%s%s", r, float64(r)/3, s, rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(rt, "end"))
		}
		path := file(t, text.String())
		want, err := Read(path, Types(nd.Text, "s"), Types(nd.Float64, 1))
		require.NoError(rt, err)
		per := rapid.IntRange(1, 100).Draw(rt, "rows per chunk")
		chunks, err := stream.Collect(ReadCSV(path, ChunkRows(per), sizes(rapid.IntRange(1, 200).Draw(rt, "piece"), 1<<10), Types(nd.Text, "s"), Types(nd.Float64, 1)))
		require.NoError(rt, err)
		assert.Len(rt, chunks, (rows+per-1)/per)
		all, err := Concat(chunks...)
		require.NoError(rt, err)
		assert.Equal(rt, shown(t, want), shown(t, all))
	})
}

// Rows of several lines, and blank lines, make rows come earlier than their lines say:
// whole chunks earlier, where chunks are small.
func TestRowsBeforeTheirPlaces(t *testing.T) {
	const rows = 200
	var text strings.Builder
	text.WriteString("i,s\n")
	for r := range rows {
		fmt.Fprintf(&text, "%d,%s", r, []string{"x\n", "\"two\nlines\"\r\n", "y\n\n", "z\n"}[r*r/7%4])
	}
	path := file(t, text.String())
	for per := 1; per < 50; per += 3 {
		for piece := 16; piece < 400; piece += 37 {
			chunks, err := stream.Collect(ReadCSV(path, ChunkRows(per), sizes(piece, 1<<10)))
			require.NoError(t, err)
			all, err := Concat(chunks...)
			require.NoError(t, err)
			is, err := Col[int64](all, "i")
			require.NoError(t, err)
			for r, i := range is.Data() {
				require.EqualValues(t, r, i, "chunks of %d rows, pieces of %d bytes", per, piece)
			}
		}
	}
}

// manyColumns is more than textOnly makes.
const manyColumns = 100

// textOnly makes columns wide enough for any text.
func textOnly(o *options) {
	o.least = slices.Repeat([]nd.DType{nd.Text}, manyColumns)
}

// FuzzReadCSV compares texts with encoding/csv. It differs in three things: "\r\n"
// in quotes is "\n" there, it takes any bytes as text, and rows of other lengths.
func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a\n\"x\ny\"\"\"\r\n", "\"a\",\n\n,", "a\r\r\nb\r", "a\n\"", "a\"b\n", "\xef\xbb\xbfa\n\"b\"c", "\n00"} {
		f.Add([]byte(s), uint8(len(s)%4))
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint8) {
		if bytes.Count(b, []byte(",")) >= manyColumns {
			return
		}
		got, err := stream.Collect(ReadCSVFrom(bytes.NewReader(b), NoHeader(), ChunkRows(3), sizes(1+int(piece), 1<<20), textOnly))
		plain := bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		want, err2 := stdcsv.NewReader(bytes.NewReader(plain)).ReadAll()
		if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) || bytes.HasPrefix(b, []byte{0x28, 0xb5, 0x2f, 0xfd}) || len(want) == 0 && err2 == nil {
			return
		}
		if err != nil {
			if strings.Contains(err.Error(), "UTF-8") || strings.Contains(err.Error(), "NUL") {
				return
			}
			assert.Error(t, err2, "ours: %v", err)
			return
		}
		require.NoError(t, err2)
		all := rowsOf(got)
		for _, row := range all {
			for k, field := range row {
				row[k] = strings.ReplaceAll(field, "\r\n", "\n")
			}
		}
		assert.Equal(t, want, all)
	})
}

// FuzzNumbers compares numbers with strconv.
func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.5", ".5", "5.", "-", ".", "9007199254740993", "123456789012345678901", "1e5", "0.00000000000000000000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		src := []byte(s + ",\n")
		fl := &floats{}
		if end := fl.fast(src, 0, ','); end > 0 {
			want, err := strconv.ParseFloat(string(src[:end]), 64)
			require.NoError(t, err)
			assert.Equal(t, math.Float64bits(want), math.Float64bits(fl.v[0]))
		}
		in := &ints{}
		if end := in.fast(src, 0, ','); end > 0 {
			want, err := strconv.ParseInt(string(src[:end]), 10, 64)
			require.NoError(t, err)
			assert.Equal(t, want, in.v[0])
		}
	})
}
