// Package table has tables of named columns, as pandas users know them: read from
// CSV files, whole or in chunks of rows in constant memory, filtered, joined,
// summed and grouped. A column is an nd.Array of one axis, or Strings.
//
// A stream of chunks is an iter.Seq2[*Table, error], so that package stream works
// on it. Tables aren't changed once they are made; columns may share memory.
package table

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Table is some columns of one length, in an order.
type Table struct {
	names   []string
	columns []Column
	rows    int

	indexed sync.Once      // when a column is first looked for
	places  map[string]int // of columns by name, of several the first
}

// New returns a table of columns, given as names and values in turn: an *nd.Array
// of one axis, *Strings, or a slice of float64, int64, uint64, bool or string.
//
//	table.New("year", []int64{2014, 2015}, "mean", mean)
func New(namesAndColumns ...any) (*Table, error) {
	t, places := &Table{}, map[string]int{}
	if len(namesAndColumns)%2 != 0 {
		return nil, fmt.Errorf("table.New: %w: %d values, not a name and a column in turn", nd.ErrShape, len(namesAndColumns))
	}
	for i := 0; i < len(namesAndColumns); i += 2 {
		name, ok := namesAndColumns[i].(string)
		if !ok {
			return nil, fmt.Errorf("table.New: %w: a name is %T", nd.ErrDType, namesAndColumns[i])
		}
		c, err := columnOf(namesAndColumns[i+1])
		if err == nil {
			err = t.fits(c)
		}
		if err != nil {
			return nil, fmt.Errorf("table.New: column %q: %w", name, err)
		}
		t.rows = c.Size()
		if at, again := places[name]; again {
			t.columns[at] = c
			continue
		}
		places[name] = len(t.names)
		t.names, t.columns = append(t.names, name), append(t.columns, c)
	}
	return t, nil
}

func columnOf(v any) (Column, error) {
	switch v := v.(type) {
	case []float64:
		return nd.FromSlice(v, len(v))
	case []int64:
		return nd.FromSlice(v, len(v))
	case []uint64:
		return nd.FromSlice(v, len(v))
	case []bool:
		return nd.FromSlice(v, len(v))
	case []string:
		return NewStrings(v...), nil
	case Column:
		return v, nil
	}
	return nil, fmt.Errorf("%w: a %T is no column", nd.ErrDType, v)
}

// Shape returns the numbers of rows and columns.
func (t *Table) Shape() (rows, columns int) { return t.rows, len(t.columns) }

// Columns returns the names of the columns, a copy.
func (t *Table) Columns() []string { return slices.Clone(t.names) }

// Column returns a column by name.
func (t *Table) Column(name string) (Column, error) {
	t.indexed.Do(func() { t.places = placesOf(t.names) })
	i, ok := t.places[name]
	if !ok {
		return nil, fmt.Errorf("%w: column %q; there are %s", storage.ErrNotFound, name, quoted(t.names))
	}
	return t.columns[i], nil
}

// quoted lists names for an error: of many those at the beginning.
func quoted(names []string) string {
	const most = 20
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%q and %d more", names[:most], n)
	}
	return fmt.Sprintf("%q", names)
}

// placesOf returns where names are in a list, of several equal ones the first.
func placesOf(names []string) map[string]int {
	places := make(map[string]int, len(names))
	for i, name := range slices.Backward(names) {
		places[name] = i
	}
	return places
}

// Col returns a column by name as an array of T; of another dtype it is nd.ErrDType.
// chunkgrid.FromND makes a lazy array of it.
func Col[T nd.Elem](t *Table, name string) (*nd.Array[T], error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	a, ok := c.(*nd.Array[T])
	if !ok {
		return nil, fmt.Errorf("%w: column %q is %v", nd.ErrDType, name, c.DType())
	}
	return a, nil
}

// Text returns a column of text by name.
func (t *Table) Text(name string) (*Strings, error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	s, ok := c.(*Strings)
	if !ok {
		return nil, fmt.Errorf("%w: column %q is %v", nd.ErrDType, name, c.DType())
	}
	return s, nil
}

// With returns the table with one more column at the end, or with another in place
// of the one of that name.
func (t *Table) With(name string, c Column) (*Table, error) {
	if err := t.fits(c); err != nil {
		return nil, fmt.Errorf("column %q: %w", name, err)
	}
	r := &Table{names: slices.Clone(t.names), columns: slices.Clone(t.columns), rows: c.Size()}
	if i := slices.Index(t.names, name); i >= 0 {
		r.columns[i] = c
	} else {
		r.names, r.columns = append(r.names, name), append(r.columns, c)
	}
	return r, nil
}

// fits reports what is wrong with a column for the table.
func (t *Table) fits(c Column) error {
	a, ok := c.(nd.Dyn)
	_, text := c.(*Strings)
	switch {
	case ok && a.NDim() != 1:
		return fmt.Errorf("%w: %d axes", nd.ErrShape, a.NDim())
	case !ok && !text:
		return fmt.Errorf("%w: a %T is no column", nd.ErrDType, c)
	case len(t.columns) > 0 && c.Size() != t.rows:
		return fmt.Errorf("%w: %d rows, the table has %d", nd.ErrShape, c.Size(), t.rows)
	}
	return nil
}

// Select returns the named columns in that order.
func (t *Table) Select(names ...string) (*Table, error) {
	r := &Table{rows: t.rows}
	for _, name := range names {
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		r.names, r.columns = append(r.names, name), append(r.columns, c)
	}
	return r, nil
}

// each returns a table of f of every column, of so many rows.
func (t *Table) each(rows int, f func(Column) (Column, error)) (*Table, error) {
	r := &Table{names: t.names, rows: rows}
	for i, c := range t.columns {
		v, err := f(c)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", t.names[i], err)
		}
		r.columns = append(r.columns, v)
	}
	return r, nil
}

// Slice returns the rows from lo up to hi, sharing memory.
func (t *Table) Slice(lo, hi int) (*Table, error) {
	if lo < 0 || hi < lo || hi > t.rows {
		return nil, fmt.Errorf("%w: rows %d to %d of %d", nd.ErrIndex, lo, hi, t.rows)
	}
	return t.each(hi-lo, func(c Column) (Column, error) { return slice(c, lo, hi) })
}

// Head returns the first n rows, or all where there are fewer.
func (t *Table) Head(n int) (*Table, error) { return t.Slice(0, min(n, t.rows)) }

// Tail returns the last n rows, or all where there are fewer.
func (t *Table) Tail(n int) (*Table, error) { return t.Slice(max(0, t.rows-n), t.rows) }

// Mask says of every value of a column whether keep is true of it. T is the column's
// type, string for text.
//
//	long, err := table.Mask(t, "duration", func(s float64) bool { return s > 1200 })
func Mask[T Value](t *Table, name string, keep func(T) bool) (*nd.Array[bool], error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	v, ok := values[T](c)
	if !ok {
		var none T
		return nil, fmt.Errorf("%w: column %q is %v, not %T", nd.ErrDType, name, c.DType(), none)
	}
	m := make([]bool, len(v))
	for i, x := range v {
		m[i] = keep(x)
	}
	return nd.FromSlice(m, len(m))
}

// Filter returns the rows of which mask is true.
func (t *Table) Filter(mask *nd.Array[bool]) (*Table, error) {
	if s := mask.Shape(); len(s) != 1 || s[0] != t.rows {
		return nil, fmt.Errorf("%w: a mask of %v for %d rows", nd.ErrShape, s, t.rows)
	}
	n := 0
	keep := mask.Data()
	for _, k := range keep {
		if k {
			n++
		}
	}
	at := make([]int, 0, n)
	for i, k := range keep {
		if k {
			at = append(at, i)
		}
	}
	return t.each(len(at), func(c Column) (Column, error) { return pick(c, at) })
}

// Concat returns the rows of all tables, one after the other. They have the same
// columns in the same order, of the same dtypes where there are rows.
func Concat(tables ...*Table) (*Table, error) {
	if len(tables) == 0 {
		return &Table{}, nil
	}
	rows := 0
	for _, t := range tables {
		if !slices.Equal(t.names, tables[0].names) {
			return nil, fmt.Errorf("table.Concat: %w: columns %s and %s", nd.ErrShape, quoted(tables[0].names), quoted(t.names))
		}
		rows += t.rows
	}
	if rows > 0 { // without rows dtypes say nothing
		tables = slices.DeleteFunc(slices.Clone(tables), func(t *Table) bool { return t.rows == 0 })
	}
	if len(tables) == 1 {
		return tables[0], nil
	}
	i := -1
	return tables[0].each(rows, func(Column) (Column, error) {
		i++
		parts := make([]Column, len(tables))
		for k, t := range tables {
			parts[k] = t.columns[i]
		}
		return concat(parts)
	})
}

// MemoryUsage returns the bytes of every column, in order.
func (t *Table) MemoryUsage() []int {
	n := make([]int, len(t.columns))
	for i, c := range t.columns {
		n[i] = c.NBytes()
	}
	return n
}

// Info describes the table as DataFrame.info does.
func (t *Table) Info() string {
	width, memory := len("Column"), 0
	for i, name := range t.names {
		width = max(width, len(name))
		memory += t.columns[i].NBytes()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d rows, %d columns\n #   %-*s  Non-Null Count  Dtype\n", t.rows, len(t.columns), width, "Column")
	for i, c := range t.columns {
		fmt.Fprintf(&b, "%2d   %-*s  %-14s  %v\n", i, width, t.names[i], fmt.Sprintf("%d non-null", present(c)), c.DType())
	}
	fmt.Fprintf(&b, "memory usage: %s\n", nd.FormatBytes(memory))
	return b.String()
}

// present counts the values that aren't missing.
func present(c Column) int {
	n := 0
	switch c := c.(type) {
	case *Strings:
		for i := range c.Size() {
			if c.At(i) != "" {
				n++
			}
		}
	case *nd.Array[float64]:
		return count(c, func(v float64) bool { return v == v })
	case *nd.Array[float32]:
		return count(c, func(v float32) bool { return v == v })
	case *nd.Array[nd.Datetime]:
		return count(c, func(v nd.Datetime) bool { return v != noTime })
	case *nd.Array[nd.Timedelta]:
		return count(c, func(v nd.Timedelta) bool { return v != noTime })
	default:
		n = c.Size()
	}
	return n
}

func count[T nd.Elem](a *nd.Array[T], is func(T) bool) int {
	n := 0
	for _, v := range a.Data() {
		if is(v) {
			n++
		}
	}
	return n
}
