package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/table"
)

// open is storage.Open, but a CSV file whose columns have names is a group of them.
func open(ctx context.Context, path string) (storage.Array, storage.Group, error) {
	file, inner, err := storage.SplitPath(path)
	if err != nil || !isCSV(file) {
		return storage.Open(ctx, path, nil)
	}
	g, err := openTable(ctx, file)
	switch {
	case err != nil || !slices.ContainsFunc(g.files.Columns(), isName):
		return storage.Open(ctx, path, nil)
	case inner == "":
		return nil, g, nil
	}
	a, err := g.Array(ctx, inner)
	return a, nil, err
}

// isCSV reports whether a file is called as CSV files are, compressed ones too.
func isCSV(file string) bool {
	return slices.Contains([]string{".csv", ".tsv"}, strings.ToLower(csvExt(file)))
}

func csvExt(file string) string {
	ext := filepath.Ext(file)
	if slices.Contains([]string{".gz", ".zst", ".bz2"}, strings.ToLower(ext)) {
		ext = filepath.Ext(strings.TrimSuffix(file, ext))
	}
	return ext
}

// isName reports whether a column is called by something else than a number, which
// would be a value of a file without a header.
func isName(column string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(column), 64)
	return err != nil
}

// csvTable is a CSV file as a group: its columns are arrays of one axis.
type csvTable struct {
	files *table.Files
	head  *table.Table // the first rows
	ref   storage.Ref
}

// headRows is of how many rows values are shown.
const headRows = 4

// openTable opens a file with commas between columns or, where the header has none,
// semicolons or tabs; tabs alone if it is called so.
func openTable(ctx context.Context, file string) (*csvTable, error) {
	separators := ",;\t"
	if strings.EqualFold(csvExt(file), ".tsv") {
		separators = "\t"
	}
	sep := separators[0]
	files, err := table.Open(ctx, stream.Of(file), table.Separator(sep))
	if err != nil {
		return nil, err
	}
	if names := files.Columns(); len(names) == 1 && strings.ContainsAny(names[0], separators) {
		sep = names[0][strings.IndexAny(names[0], separators)]
		if files, err = table.Open(ctx, stream.Of(file), table.Separator(sep)); err != nil {
			return nil, err
		}
	}
	next, stop := iter.Pull2(table.ReadCSV(file, table.Separator(sep), table.ChunkRows(headRows)))
	defer stop()
	head, err, _ := next() // there is one without rows, too
	return &csvTable{files, head, storage.Ref{Driver: "csv", URL: file}}, err
}

// size says how much there is: "1 461 rows, 6 columns, 47 KiB".
func (t *csvTable) size() string {
	rows, columns := t.files.Shape()
	text := plural(rows, "row") + ", " + plural(columns, "column")
	if info, err := os.Stat(t.ref.URL); err == nil {
		text += ", " + diag.FormatBytes(info.Size())
	}
	return text
}

func (t *csvTable) Ref() storage.Ref { return t.ref }

func (t *csvTable) Attrs() storage.Attrs { return nil }

func (t *csvTable) Close() error { return nil }

// Names lists the columns as they are in the file.
func (t *csvTable) Names(context.Context) ([]storage.Child, error) {
	var list []storage.Child
	for _, name := range t.files.Columns() {
		list = append(list, storage.Child{Name: name})
	}
	return list, nil
}

// Array returns a column.
func (t *csvTable) Array(_ context.Context, name string) (storage.Array, error) {
	a, err := t.files.Array(name)
	if err != nil {
		return nil, &storage.Error{Op: "open", Name: storage.JoinKey(t.ref.URL, name), Err: err}
	}
	values, err := t.head.Column(name)
	if err != nil {
		return nil, err
	}
	c := &csvColumn{Array: a, meta: *a.Meta(), ref: t.ref, first: firstOf(values)}
	c.ref.Path, c.meta.Dims = name, []string{"row"}
	return c, nil
}

// Group fails: there are none.
func (t *csvTable) Group(_ context.Context, path string) (storage.Group, error) {
	return nil, &storage.Error{Op: "open", Name: storage.JoinKey(t.ref.URL, path), Err: fmt.Errorf("%w: a table has no groups", storage.ErrNotFound)}
}

// firstOf writes the values of a column of the first rows.
func firstOf(column table.Column) string {
	items := make([]string, column.Size())
	for i := range items {
		switch c := column.(type) {
		case *table.Strings:
			items[i] = attrText(c.At(i), false)
		case nd.Dyn:
			items[i] = valueText(c.DType(), c.Item(i))
		}
	}
	return strings.Join(items, " ")
}

// csvColumn is a column with a name for the place where it is.
type csvColumn struct {
	storage.Array
	meta  storage.Meta
	ref   storage.Ref
	first string // values
}

func (c *csvColumn) Meta() *storage.Meta { return &c.meta }

func (c *csvColumn) Ref() storage.Ref { return c.ref }

func (c *csvColumn) Unwrap() storage.Array { return c.Array }
