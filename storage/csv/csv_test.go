package csv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var ctx = context.Background()

// file writes a table.
func file(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "table.csv")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func loaded[T nd.Elem](t *testing.T, text string, o Options) ([]int, []T) {
	t.Helper()
	a, err := Load[T](ctx, file(t, text), o)
	require.NoError(t, err)
	return a.Shape(), a.Data()
}

func TestLoad(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    Options
		want [][]float64
	}{
		"plain":             {"1,2\n3,4\n", Options{}, [][]float64{{1, 2}, {3, 4}}},
		"no newline at end": {"1,2\n3,4", Options{}, [][]float64{{1, 2}, {3, 4}}},
		"windows":           {"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3,4\r\n", Options{SkipRows: 1}, [][]float64{{1, 2}, {3, 4}}},
		"carriage returns":  {"a,b\r1,2\r\r3,4\r\n5,6\r", Options{SkipRows: 1, UseCols: []int{0}}, [][]float64{{1}, {3}, {5}}},
		"spaces":            {" 1 ,\t2\n", Options{}, [][]float64{{1, 2}}},
		"quotes":            {"x\n\"a\nb\",\"1\"\n\"a,\"\"b\",2\n", Options{SkipRows: 1, UseCols: []int{1}}, [][]float64{{1}, {2}}},
		"columns":           {"1,x,3\n4,y,6\n", Options{UseCols: []int{-1, 0}}, [][]float64{{3, 1}, {6, 4}}},
		"ragged but used":   {"1,2,3\n4,5\n", Options{UseCols: []int{0, 1}}, [][]float64{{1, 2}, {4, 5}}},
		"from the end":      {"1,2,3\n4,5\n", Options{UseCols: []int{-1}}, [][]float64{{3}, {5}}},
		"tabs":              {"1\t2\n", Options{Delimiter: '\t'}, [][]float64{{1, 2}}},
		"semicolons":        {"1;2\n", Options{Delimiter: ';'}, [][]float64{{1, 2}}},
		"comments":          {"# head\n1\n#2\n3\n", Options{Comment: '#'}, [][]float64{{1}, {3}}},
		"empty field":       {"1,,3\n", Options{Empty: "7"}, [][]float64{{1, 7, 3}}},
		"signs":             {"+1e3,-.5,1E-2\n", Options{}, [][]float64{{1000, -.5, .01}}},
		"header alone":      {"a,b", Options{SkipRows: 1}, nil},
		"nothing":           {"", Options{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			shape, got := loaded[float64](t, c.text, c.o)
			var want []float64
			width := 0
			for _, row := range c.want {
				want, width = append(want, row...), len(row)
			}
			assert.Equal(t, []int{len(c.want), width}, shape)
			assert.Equal(t, want, got)
		})
	}
}

func TestLoadTypes(t *testing.T) {
	_, b := loaded[bool](t, "1,0,true,False\n", Options{})
	assert.Equal(t, []bool{true, false, true, false}, b)
	_, i := loaded[int8](t, "-128,+127\n", Options{})
	assert.Equal(t, []int8{-128, 127}, i)
	_, u := loaded[uint64](t, "18446744073709551615,+1\n", Options{})
	assert.Equal(t, []uint64{1<<64 - 1, 1}, u)
	_, h := loaded[nd.Float16](t, "1,-2,inf\n", Options{})
	assert.Equal(t, []nd.Float16{0x3c00, 0xc000, 0x7c00}, h)
	_, f := loaded[float32](t, "0.1,-Infinity\n", Options{})
	assert.Equal(t, "[0.1 -Inf]", fmt.Sprint(f))
	_, f = loaded[float32](t, "-nan,+NaN\n", Options{})
	assert.Equal(t, "[NaN NaN]", fmt.Sprint(f))
	_, z := loaded[complex128](t, "1+2j,(3-1j),2i,4\n", Options{})
	assert.Equal(t, []complex128{1 + 2i, 3 - 1i, 2i, 4}, z)
}

func TestErrorsNameThePlace(t *testing.T) {
	for _, c := range []struct {
		text string
		o    Options
		load func(string, Options) error
		want string
	}{
		{"a\n1,2\n\"x\ny\",2\n3,4.5\n", Options{SkipRows: 1, UseCols: []int{1}}, try[int16], `line 5, column 1: "4.5" is no int16`},
		{"1,300\n", Options{}, try[uint8], `line 1, column 1: "300" doesn't fit uint8`},
		{"1,-3\n", Options{}, try[uint8], `line 1, column 1: "-3" is no uint8`},
		{"70000\n", Options{}, try[nd.Float16], `line 1, column 0: "70000" doesn't fit float16`},
		{"1e400\n", Options{}, try[float64], `line 1, column 0: "1e400" doesn't fit float64`},
		{"1,\n", Options{}, try[float64], "line 1, column 1: an empty field is no float64"},
		{"1,2\n3\n", Options{}, try[float64], "line 2 has 1 columns, the first row 2"},
		{"1,2\n3\n", Options{UseCols: []int{1}}, try[float64], "line 2 has 1 columns; column 1 is wanted"},
		{"1,2\n", Options{UseCols: []int{2}}, try[float64], "column 2; line 1 has 2"},
		{"1,2\n", Options{UseCols: []int{-3}}, try[float64], "column -3; line 1 has 2"},
		{"1\n", Options{SkipRows: 3}, try[float64], "skiprows is 3, the file has 1 lines"},
		{"1\n", Options{SkipRows: -1}, try[float64], "skiprows is -1"},
		{"1\n", Options{Delimiter: '"'}, try[float64], "delimiter '\"'"},
		{"1\n", Options{Delimiter: '#', Comment: '#'}, try[float64], "delimiter '#' with comment '#'"},
		{"1\n2,\"x\" y\n", Options{UseCols: []int{0}}, try[float64], "line 2, character 5"},
		{"1\r2\rx\r", Options{}, try[float64], "line 3, column 0"},
		{"1\n\"2\n", Options{}, try[float64], "line 2, character"},
		{"2012-01-01\n", Options{}, try[nd.Datetime], "can't be read as datetime64"},
	} {
		name := file(t, c.text)
		err := c.load(name, c.o)
		assert.ErrorContains(t, err, c.want)
		assert.ErrorContains(t, err, name)
	}
	assert.ErrorIs(t, try[int8](filepath.Join(t.TempDir(), "none.csv"), Options{}), os.ErrNotExist)
}

func try[T nd.Elem](name string, o Options) error {
	_, err := Load[T](ctx, name, o)
	return err
}

func TestQuoteNeverClosed(t *testing.T) {
	err := try[float64](file(t, "1\n\""+strings.Repeat("1,2\n", maxRow/4+1<<16)), Options{})
	assert.ErrorIs(t, err, storage.ErrCorrupt)
	assert.ErrorContains(t, err, "is a quote never closed?")
}

func TestCancel(t *testing.T) {
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	name := file(t, "1\n")
	_, err := Load[int8](stopped, name, Options{})
	assert.ErrorIs(t, err, context.Canceled)
	_, err = open(stopped, name, nd.Int8, Options{})
	assert.ErrorIs(t, err, context.Canceled)
	a, err := open(ctx, name, nd.Int8, Options{})
	require.NoError(t, err)
	defer a.Close()
	_, err = a.ReadChunk(stopped, []int{0, 0}, make([]byte, 1))
	assert.ErrorIs(t, err, context.Canceled)
}

// A table big enough for several chunks, with all that makes rows differ in length.
func TestChunksAreWhatLoadReads(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(0, 400).Draw(rt, "rows")
		var text strings.Builder
		text.WriteString("a,b\nc\n")
		for r := range rows {
			switch r % 7 {
			case 3:
				text.WriteString("\r\n# remark, with \"quotes\n\n")
			case 5:
				fmt.Fprintf(&text, "%d,\"multi\n\"\"line, \",%g\r\n", r, float64(r)/3)
				continue
			}
			fmt.Fprintf(&text, "%d,x,%g\n", r, float64(r)/3)
		}
		o := Options{UseCols: []int{0, 2}, SkipRows: 2, Comment: '#'}
		name := file(t, text.String())
		want, err := Load[float64](ctx, name, o)
		require.NoError(rt, err)
		a, err := open(ctx, name, nd.Float64, o)
		require.NoError(rt, err)
		defer a.Close()
		cut(rt, a, rapid.IntRange(1, 150).Draw(rt, "rows per chunk"), o)
		if rows > 0 {
			assert.Equal(rt, want.Shape(), a.meta.Shape)
		}
		got := make([]byte, want.NBytes())
		require.NoError(rt, storage.ReadBox(ctx, a, nd.Box{Start: []int{0, 0}, Shape: a.meta.Shape}, got))
		assert.True(rt, bytes.Equal(want.Bytes(), got))
	})
}

// cut indexes an array again with few rows to a chunk.
func cut(t require.TestingT, a *array, per int, o Options) {
	_, err := a.f.Seek(0, 0)
	require.NoError(t, err)
	require.NoError(t, a.index(ctx, a.meta.DType, o, per*16))
}

func TestDriver(t *testing.T) {
	opts := map[string]string{"usecols": "1, -1", "skiprows": "1", "delimiter": ";", "dtype": "int32", "comment": "#", "empty": "-1"}
	name := file(t, "d;x;y\n#\n2012-01-01;1;2\n2012-01-02;;4\n")
	a, err := storage.OpenArray(ctx, name, opts)
	require.NoError(t, err)
	m := a.Meta()
	assert.Equal(t, nd.Int32, m.DType)
	assert.Equal(t, []int{2, 2}, m.Shape)
	again, err := storage.OpenRef(ctx, a.Ref())
	require.NoError(t, err)
	got := make([]int32, 4)
	present, err := again.ReadChunk(ctx, []int{0, 0}, nd.AsBytes(got))
	require.NoError(t, err)
	assert.True(t, present)
	assert.Equal(t, []int32{1, 2, -1, 4}, got)

	_, err = a.ReadChunk(ctx, []int{1, 0}, nil)
	assert.ErrorIs(t, err, nd.ErrIndex)
	_, err = a.ReadChunk(ctx, []int{0, 0}, make([]byte, 3))
	assert.ErrorIs(t, err, nd.ErrShape)
	require.NoError(t, os.Truncate(name, 23))
	_, err = a.ReadChunk(ctx, []int{0, 0}, nd.AsBytes(got))
	assert.ErrorIs(t, err, storage.ErrChanged)
	require.NoError(t, a.Close())
	_, err = a.ReadChunk(ctx, []int{0, 0}, nd.AsBytes(got))
	assert.ErrorIs(t, err, storage.ErrClosed)
	require.NoError(t, again.Close())
}

func TestErrorLineInALaterChunk(t *testing.T) {
	name := file(t, "head\n1\n\n2\n3\nx\n")
	a, err := open(ctx, name, nd.Int8, Options{SkipRows: 1})
	require.NoError(t, err)
	defer a.Close()
	_, err = a.f.Seek(0, 0)
	require.NoError(t, err)
	require.NoError(t, a.index(ctx, nd.Int8, Options{SkipRows: 1}, 2))
	_, err = a.ReadChunk(ctx, []int{1, 0}, make([]byte, 2))
	assert.ErrorContains(t, err, `[1 0]: line 6, column 0: "x" is no int8`)
}

func TestDriverMistakes(t *testing.T) {
	name := file(t, "1,2\n")
	for _, c := range []struct{ name, value, want string }{
		{"dtype", "float99", "unknown dtype"},
		{"dtype", "string", "can't be read as string"},
		{"delimiter", ",,", "want one character"},
		{"skiprows", "x", `option skiprows="x"`},
		{"usecols", "1,b", `option usecols="1,b"`},
		{"header", "0", "there are dtype, delimiter"},
	} {
		_, err := storage.OpenArray(ctx, name, map[string]string{c.name: c.value})
		assert.ErrorContains(t, err, c.want)
		assert.ErrorContains(t, err, name)
	}
	_, err := storage.OpenArray(ctx, name+"/x")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	_, err = storage.CreateArray(ctx, filepath.Join(t.TempDir(), "new.csv"), storage.Spec{DType: nd.Int8, Shape: []int{1}}, nil)
	assert.ErrorContains(t, err, "aren't written as csv")
	_, err = storage.Create(ctx, filepath.Join(t.TempDir(), "new.csv"), nil)
	assert.ErrorContains(t, err, "aren't written as csv")
}

func TestDetect(t *testing.T) {
	for name, want := range map[string]bool{"a.csv": true, "A.CSV": true, "a.tsv": true, "a.txt": true, "a.h5": false, "a": false} {
		assert.Equal(t, want, detect(name, []byte("caf\xe9,2\r\n")), name)
	}
	assert.False(t, detect("a.csv", []byte("\x1f\x8b\x08")))
	assert.False(t, detect("a.csv", []byte("\x93NUMPY\x01\x00")))
	assert.False(t, detect("dir.csv", nil))
}

const weather = "../../../shared/data/seattle-weather.csv"

// The real table, against NumPy's own figures.
func TestSeattleWeather(t *testing.T) {
	if _, err := os.Stat(weather); err != nil {
		t.Skip("no shared/data beside the repository: ", err)
	}
	a, err := storage.OpenArray(ctx, weather, map[string]string{"usecols": "1,2,3,4", "skiprows": "1"})
	require.NoError(t, err)
	defer a.Close()
	assert.Equal(t, []int{1461, 4}, a.Meta().Shape)
	d, err := Load[float64](ctx, weather, Options{UseCols: []int{1, 2, 3, 4}, SkipRows: 1})
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 12.8, 5, 4.7, 10.9, 10.6, 2.8, 4.5}, d.Data()[:8])
	got := make([]byte, d.NBytes())
	require.NoError(t, storage.ReadBox(ctx, a, nd.Box{Start: []int{0, 0}, Shape: d.Shape()}, got))
	assert.Equal(t, d.Bytes(), got)
	_, err = Load[float64](ctx, weather, Options{SkipRows: 1})
	assert.ErrorContains(t, err, `line 2, column 0: "2012-01-01" is no float64`)

	out := peer.Output(t, peer.Python(t, "-c", `import sys, numpy as np
sys.stdout.buffer.write(np.loadtxt(sys.argv[1], delimiter=",", usecols=(1, 2, 3, 4), skiprows=1).astype("<f8").tobytes())`, weather))
	assert.True(t, bytes.Equal(out, got), "numpy.loadtxt reads other numbers")
}

func FuzzTable(f *testing.F) {
	for _, text := range []string{"1,2\n3,4\n", "a\n\"1\",2\n\n3,\"4\"\r\n", "#\n1e5,\n", "\xef\xbb\xbf1", "\"", "1\n\"2\n\"\n"} {
		f.Add(text, 0, byte(','), byte('#'), 16)
	}
	f.Fuzz(func(t *testing.T, text string, skip int, delim, comment byte, per int) {
		if per < 1 || skip > 1<<20 {
			return
		}
		o := Options{Delimiter: rune(delim), SkipRows: skip, Comment: rune(comment), Empty: "nan"}
		name := file(t, text)
		want, err := Load[float64](ctx, name, o)
		if err != nil {
			return
		}
		a := &array{set: setters[nd.Float64], path: name}
		a.f, err = os.Open(name)
		require.NoError(t, err)
		defer a.Close()
		require.NoError(t, a.index(ctx, nd.Float64, o, per))
		got := make([]byte, want.NBytes())
		require.NoError(t, storage.ReadBox(ctx, a, nd.Box{Start: []int{0, 0}, Shape: want.Shape()}, got))
		assert.True(t, bytes.Equal(want.Bytes(), got))
	})
}
