package table

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/stream"
)

// wide is a table of integers, numbers and texts in turn.
func wide(rows, columns int) string {
	var b strings.Builder
	for c := range columns {
		fmt.Fprintf(&b, ",c%d", c)
	}
	b.WriteString("\n")
	for r := range rows {
		for c := range columns {
			fmt.Fprintf(&b, ",%s", []string{fmt.Sprint(r + c), fmt.Sprint(float64(r*c) + 0.5), strings.Repeat("x", r+c)}[c%3])
		}
		b.WriteString("\n")
	}
	return strings.ReplaceAll(strings.TrimPrefix(b.String(), ","), "\n,", "\n")
}

// Who goes through all columns has the text gone through a few times, whatever is kept.
func TestColumnsOneAfterTheOther(t *testing.T) {
	const columns = 60
	paths := folder(t, wide(10, columns), wide(3, columns))
	for keep, most := range map[int]int{keepBytes: 7, 2000: 20, 100: columns} {
		files, err := Open(t.Context(), stream.Of(paths...), ChunkRows(4), sizes(100, 1<<20), func(o *options) { o.keep = keep })
		require.NoError(t, err)
		want := readAll(t, paths)
		passes := 0
		for range 2 {
			passes = 0
			for _, name := range files.Columns() {
				if len(files.ahead[0].kept) == 0 {
					passes++
				}
				assert.Equal(t, columnOfTable(t, want, name), columnOfFiles(t, files, name), name)
				kept := 0
				for i := range files.ahead {
					for _, p := range files.ahead[i].kept {
						kept += p.bytes()
					}
				}
				assert.LessOrEqual(t, kept, keep)
			}
		}
		assert.LessOrEqual(t, passes, most, keep)
		for _, name := range []string{"c59", "c3", "c4", "c5", "c6", "c7", "c6", "c0", "c1", "c2"} {
			assert.Equal(t, columnOfTable(t, want, name), columnOfFiles(t, files, name), name)
		}
	}
}

func readAll(t *testing.T, paths []string) *Table {
	var all []*Table
	for _, path := range paths {
		tab, err := Read(path)
		require.NoError(t, err)
		all = append(all, tab)
	}
	whole, err := Concat(all...)
	require.NoError(t, err)
	return whole
}

func columnOfTable(t *testing.T, tab *Table, name string) string {
	c, err := tab.Column(name)
	require.NoError(t, err)
	if s, ok := c.(*Strings); ok {
		return fmt.Sprint(s.appendTo(nil))
	}
	return fmt.Sprint(c.(nd.Dyn).Bytes())
}

func columnOfFiles(t *testing.T, files *Files, name string) string {
	c, err := files.Column(name)
	require.NoError(t, err)
	if c.DType() == nd.Text {
		texts, err := chunkgrid.Texts(t.Context(), c)
		require.NoError(t, err)
		return fmt.Sprint(texts)
	}
	d, err := chunkgrid.ComputeDyn(t.Context(), c)
	require.NoError(t, err)
	return fmt.Sprint(d.Bytes())
}

// A field that is wrong is in the way of its own column only.
func TestColumnsBehindDontFail(t *testing.T) {
	text := "a,b,c,d,e,f\n" + strings.Repeat("1,2,3,4,5,6\n", 20) + "1,2,3,4,five,6\n"
	files, err := Open(context.Background(), stream.Of(folder(t, text)...), sizes(100, 1<<10))
	require.NoError(t, err)
	for _, name := range files.Columns() {
		c, err := files.Column(name)
		require.NoError(t, err)
		_, err = chunkgrid.ComputeDyn(t.Context(), c)
		if name == "e" {
			assert.ErrorContains(t, err, `line 22, column "e": "five": `)
		} else {
			assert.NoError(t, err, name)
		}
	}
}

// Of many columns an error lists some.
func TestManyColumnsInErrors(t *testing.T) {
	files, err := Open(t.Context(), stream.Of(folder(t, wide(1, 1000))...))
	require.NoError(t, err)
	_, err = files.Column("none")
	assert.ErrorContains(t, err, `"c19"] and 980 more`)
	assert.Less(t, len(err.Error()), 200)
}
