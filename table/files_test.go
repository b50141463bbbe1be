package table

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func folder(t testing.TB, texts ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for i, text := range texts {
		names = append(names, filepath.Join(dir, fmt.Sprintf("%d.csv", i)))
		require.NoError(t, os.WriteFile(names[i], []byte(text), 0o600))
	}
	return names
}

// Lazy columns have the values of reading everything, however text is cut.
func TestLazyColumnsAreTheWhole(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		var texts []string
		for f := range rapid.IntRange(1, 4).Draw(rt, "files") {
			var text strings.Builder
			text.WriteString(rapid.SampledFrom([]string{"", "\xef\xbb\xbf", "\n", "\r\n"}).Draw(rt, "begin") + "i,s,f\n")
			for r := range rapid.IntRange(0, 40).Draw(rt, "rows") {
				s := rapid.SampledFrom([]string{"x", "", `"a ""quote"""`, "\"two\nlines\"", "ż", "\",\""}).Draw(rt, "s")
				fmt.Fprintf(&text, "%d,%s,%g%s", r+100*f, s, float64(r)/3, rapid.SampledFrom([]string{"\n", "\r\n", "\n\n"}).Draw(rt, "end"))
			}
			texts = append(texts, text.String())
		}
		if rapid.Bool().Draw(rt, "compressed") {
			var gz bytes.Buffer
			w := gzip.NewWriter(&gz)
			_, _ = io.WriteString(w, texts[0])
			require.NoError(rt, w.Close())
			texts[0] = gz.String()
		}
		paths := folder(t, texts...)
		opts := []Option{Types(nd.Int64, 0), Types(nd.Text, 1), Types(nd.Float64, "f"), sizes(rapid.IntRange(1, 200).Draw(rt, "piece"), 1<<10), ChunkRows(rapid.IntRange(1, 50).Draw(rt, "chunk"))}
		var tables []*Table
		for _, path := range paths {
			tab, err := Read(path, opts...)
			require.NoError(rt, err)
			tables = append(tables, tab)
		}
		want, err := Concat(tables...)
		require.NoError(rt, err)
		files, err := Open(ctx, stream.Of(paths...), opts...)
		require.NoError(rt, err)
		rows, columns := files.Shape()
		assert.Equal(rt, []int{want.rows, 3}, []int{rows, columns})
		i, err := Lazy[int64](files, "i")
		require.NoError(rt, err)
		f, err := files.Column("f")
		require.NoError(rt, err)
		ints, err := i.Compute(ctx)
		require.NoError(rt, err)
		floats, err := chunkgrid.ComputeDyn(ctx, f)
		require.NoError(rt, err)
		s, err := files.Column("s")
		require.NoError(rt, err)
		words, err := chunkgrid.Texts(ctx, s)
		require.NoError(rt, err)
		got, err := New("i", ints, "s", NewStrings(words...), "f", floats)
		require.NoError(rt, err)
		assert.Equal(rt, shown(t, want), shown(t, got))

		codes, categories, err := chunkgrid.Factorize(ctx, s)
		require.NoError(rt, err)
		assert.Equal(rt, slices.Compact(slices.Sorted(slices.Values(words))), categories)
		values, err := codes.Compute(ctx)
		require.NoError(rt, err)
		for i, n := range values.Data() {
			assert.Equal(rt, words[i], categories[n])
		}
	})
}

func TestManyTexts(t *testing.T) {
	var text strings.Builder
	text.WriteString("s\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "text %d\n", i)
	}
	files, err := Open(t.Context(), stream.Of(folder(t, text.String())...), ChunkRows(100), sizes(64, 1<<10))
	require.NoError(t, err)
	s, err := files.Column("s")
	require.NoError(t, err)
	_, _, err = chunkgrid.Factorize(t.Context(), s, chunkgrid.Memory(128<<10))
	assert.ErrorContains(t, err, "different texts so far take 64 KiB, more than half of the budget of 128 KiB: memory budget too small")
	_, all, err := chunkgrid.Factorize(t.Context(), s, chunkgrid.Memory(1<<20))
	require.NoError(t, err)
	assert.Len(t, all, 1000)
}

func TestLazyErrors(t *testing.T) {
	ctx := context.Background()
	paths := folder(t, "a,b\n1,x\n2,y\n", "a,b\n3,x\n\nz,y\n")
	files, err := Open(ctx, stream.Of(paths...))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, files.Columns())
	row, err := files.Column("a")
	require.NoError(t, err)
	assert.Equal(t, []string{"row"}, row.Dims())
	_, err = files.Column("c")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	_, err = Lazy[float64](files, "b")
	assert.ErrorContains(t, err, `column "b" is string, not float64`)
	b, err := files.Column("b")
	require.NoError(t, err)
	_, err = Lazy[float64](files, "a")
	assert.ErrorContains(t, err, `column "a" is int64, not float64`)
	a, err := Lazy[int64](files, "a")
	require.NoError(t, err)
	_, err = a.Compute(ctx)
	assert.ErrorContains(t, err, paths[1]+`: line 4, column "a": "z": invalid syntax; the column is int64`)

	require.NoError(t, os.WriteFile(paths[1], []byte("a,b\n3,x\n"), 0o600))
	_, err = a.Compute(ctx)
	assert.ErrorIs(t, err, storage.ErrChanged)
	_, err = chunkgrid.Texts(ctx, b.View(nd.Span(1, 3)))
	assert.ErrorIs(t, err, storage.ErrChanged)
	_, _, err = chunkgrid.Factorize(ctx, b)
	assert.ErrorIs(t, err, storage.ErrChanged)
	require.NoError(t, os.Remove(paths[1]))
	_, err = a.Compute(ctx)
	assert.ErrorIs(t, err, os.ErrNotExist)

	_, err = Open(ctx, stream.Of(folder(t, "a,b\n1,2\n", "b,a\n1,2\n")...))
	assert.ErrorContains(t, err, `columns ["b" "a"]`)
	_, err = Open(ctx, stream.Of(folder(t, "a\n1\n", "")...))
	assert.ErrorContains(t, err, "the file is empty")
	_, err = Open(ctx, stream.Glob(filepath.Join(t.TempDir(), "*.csv")))
	assert.ErrorContains(t, err, "no file matches")
	_, err = Open(ctx, stream.Of[string]())
	assert.ErrorIs(t, err, storage.ErrNotFound)
	_, err = Open(ctx, stream.Of(folder(t, "a\n1\n\""+strings.Repeat("2\n", 99))...), sizes(4, 64))
	assert.ErrorContains(t, err, "line 3: a row longer than 64 B; is a quote never closed?")
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = Open(cancelled, stream.Of(paths[0]))
	assert.ErrorIs(t, err, context.Canceled)
}
