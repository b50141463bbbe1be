package table

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
)

// WriteCSV writes tables of the same columns as one CSV with a header. Missing
// values are empty fields, floats the shortest text that gives them back, times
// ISO 8601, durations the number of their unit. Whole tables are written as stream.Of(t).
func WriteCSV(w io.Writer, tables iter.Seq2[*Table, error]) error {
	out := csv.NewWriter(w)
	var names []string
	for t, err := range tables {
		if err != nil {
			return err
		}
		if names == nil {
			names = t.names
			if err := writeRow(w, out, names); err != nil {
				return err
			}
		}
		if !slices.Equal(names, t.names) {
			return fmt.Errorf("table.WriteCSV: %w: columns %s after %s", nd.ErrShape, quoted(t.names), quoted(names))
		}
		if err := t.writeRows(w, out); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeRows writes all rows to out, which writes to w.
func (t *Table) writeRows(w io.Writer, out *csv.Writer) error {
	texts := make([]func(i int) string, len(t.columns))
	for k, c := range t.columns {
		texts[k] = textOf(c)
	}
	row := make([]string, len(texts))
	for i := range t.rows {
		for k, text := range texts {
			row[k] = text(i)
		}
		if err := writeRow(w, out, row); err != nil {
			return err
		}
	}
	return nil
}

func writeRow(w io.Writer, out *csv.Writer, row []string) error {
	if len(row) == 1 && row[0] == "" { // a blank line would be no row
		out.Flush()
		_, err := io.WriteString(w, "\"\"\n")
		return err
	}
	return out.Write(row)
}

// textOf returns the function that writes a column's value i.
func textOf(c Column) func(i int) string {
	switch c := c.(type) {
	case *Strings:
		return c.At
	case *nd.Array[float64]:
		v := c.Data()
		return func(i int) string { return floatText(v[i], 64) }
	case *nd.Array[float32]:
		v := c.Data()
		return func(i int) string { return floatText(float64(v[i]), 32) }
	case *nd.Array[nd.Timedelta]:
		v := c.Data()
		return func(i int) string {
			if v[i] == noTime {
				return ""
			}
			return strconv.FormatInt(int64(v[i]), 10)
		}
	case *nd.Array[nd.Datetime]:
		v, unit := c.Data(), c.DType().Unit()
		return func(i int) string {
			if v[i] == noTime {
				return ""
			}
			return strings.TrimSuffix(nd.FormatDatetime(v[i], unit), ".000000")
		}
	}
	a := c.(nd.Dyn)
	return func(i int) string { return fmt.Sprint(a.Item(i)) }
}

func floatText(v float64, bits int) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}
