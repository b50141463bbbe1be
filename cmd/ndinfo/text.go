package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// spaced writes a number with a space between groups of three digits.
func spaced(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// numberText writes a computed number: five digits after the point, or six in
// all where it is large or small.
func numberText(v float64) string {
	if a := max(v, -v); a != 0 && (a < 1e-3 || a >= 1e9) || v != v {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	s := strconv.FormatFloat(v, 'f', 5, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// valueText writes an element of dtype dt with as few digits as tell it apart,
// text in quotes.
func valueText(dt nd.DType, v any) string {
	switch v := v.(type) {
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case nd.Float16:
		return valueText(dt, v.Float32())
	case nd.Datetime:
		return nd.FormatDatetime(v, dt.Unit())
	case nd.Timedelta:
		if v == -1<<63 {
			return "NaT"
		}
		return fmt.Sprintf("%d %s", int64(v), dt.Unit())
	case string:
		return strconv.Quote(v)
	case []byte:
		if d, err := nd.DynFromBytes(dt, nil, v); err == nil && dt.Kind() == nd.KindStruct {
			return d.String()
		}
		return fmt.Sprintf("0x%x", v)
	}
	return fmt.Sprint(v)
}

const (
	textLimit = 40 // longer text is cut to textShown characters
	textShown = 25
	listLimit = 6 // longer lists are cut to listShown elements
	listShown = 4
)

// attrText writes an attribute's value; long ones are cut unless full.
func attrText(v any, full bool) string {
	if s, ok := v.(string); ok {
		if n := utf8.RuneCountInString(s); n > textLimit && !full {
			return fmt.Sprintf("%s (%d characters)", strconv.Quote(string([]rune(s)[:textShown])+"…"), n)
		}
		return strconv.Quote(s)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice:
		if r.Len() == 1 {
			return attrText(r.Index(0).Interface(), full)
		}
		n := r.Len()
		if n > listLimit && !full {
			n = listShown
		}
		items := make([]string, n, n+1)
		for i := range items {
			items[i] = attrText(r.Index(i).Interface(), full)
		}
		if n < r.Len() {
			return fmt.Sprintf("[%s, …] (%d values)", strings.Join(items, ", "), r.Len())
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.Map:
		text := string(appendJSON(nil, v))
		if n := utf8.RuneCountInString(text); n > textLimit && !full {
			return fmt.Sprintf("%s… (%d characters)", string([]rune(text)[:textShown]), n)
		}
		return text
	case reflect.Invalid:
		return "null"
	}
	return valueText(nd.DType{}, v)
}

// firstAttrs are the attributes people look for first, in this order.
var firstAttrs = []string{"standard_name", "long_name", "title", "units", "calendar", "positive", "valid_min", "valid_max", "valid_range", "scale_factor", "add_offset"}

// attrNames returns the names of attributes in the order of the screen: those
// people look for, the others by name, long text last. Without all, those that
// only keep books and those in except are left out.
func attrNames(attrs storage.Attrs, all bool, except ...string) []string {
	rank := func(name string) int {
		if i := slices.Index(firstAttrs, name); i >= 0 {
			return i
		}
		if s, ok := attrs[name].(string); ok && utf8.RuneCountInString(s) > textLimit {
			return len(firstAttrs) + 1
		}
		return len(firstAttrs)
	}
	var names []string
	for name := range attrs {
		if all || !storage.InternalAttr(name) && name != "_ARRAY_DIMENSIONS" && !slices.Contains(except, name) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		return strings.Compare(a, b)
	})
	return names
}

const (
	labelWidth = 9   // of the words that begin the lines of a screen
	lineWidth  = 120 // columns of a screen that isn't a terminal: attributes are wrapped before it
)

// cells measures text in columns of a terminal, in which letters of East Asia take
// two, and accents that belong to another letter none.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

// cut shortens text of more than textLimit characters to those.
func cut(text string) string {
	if r := []rune(text); len(r) > textLimit {
		return string(r[:textLimit]) + "…"
	}
	return text
}

// labelled writes a line of a screen: a word, then text.
func labelled(label, text string) string {
	return oneLine(cells.FillRight(label, labelWidth)+text) + "\n"
}

// oneLine makes text from a file safe to print: what would move the cursor or
// do worse to a terminal becomes U+FFFD.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != '\u00a0' {
			return utf8.RuneError
		}
		return r
	}, text)
}

// attrLines writes attributes, as many to a line of so many columns as fit.
func attrLines(attrs storage.Attrs, names []string, full bool, columns int) string {
	if columns <= 0 || columns > lineWidth {
		columns = lineWidth
	}
	var b strings.Builder
	label, line := "attrs", ""
	for _, name := range names {
		item := name + " " + attrText(attrs[name], full)
		if line != "" && cells.StringWidth(line+item)+2 > columns-labelWidth {
			b.WriteString(labelled(label, line))
			label, line = "", ""
		}
		if line != "" {
			line += "  "
		}
		line += item
	}
	if line != "" {
		b.WriteString(labelled(label, line))
	}
	return b.String()
}

// dimsText writes a shape with the names of its axes: "(Z 33, Y 180)".
func dimsText(shape []int, dims []string) string {
	items := make([]string, len(shape))
	for i, n := range shape {
		items[i] = strconv.Itoa(n)
		if i < len(dims) && dims[i] != "" {
			items[i] = dims[i] + " " + items[i]
		}
	}
	return "(" + strings.Join(items, ", ") + ")"
}

// crossText writes lengths as "33×180×360".
func crossText(lengths []int) string {
	items := make([]string, len(lengths))
	for i, n := range lengths {
		items[i] = strconv.Itoa(n)
	}
	return strings.Join(items, "×")
}

// maxColumn is how wide a column may become; a longer cell moves the rest of its
// own row, not that of all others.
const maxColumn = 48

// fitTable writes rows as aligned does if no line has more columns than a terminal;
// else without the room that the widths give to columns of cells that are short or
// empty, and if that isn't enough, the ends of lines cut off. 0 columns: no terminal.
func fitTable(rows [][]string, widths []int, columns int) string {
	tooLong := func(line string) bool { return cells.StringWidth(line) > columns }
	text := aligned(rows, widths)
	if columns <= 0 || !slices.ContainsFunc(strings.Split(text, "\n"), tooLong) {
		return text
	}
	lines := strings.Split(aligned(rows, make([]int, len(widths))), "\n")
	for i, line := range lines {
		lines[i] = cells.Truncate(line, columns, "…")
	}
	return strings.Join(lines, "\n")
}

// aligned writes rows in columns of at least the given widths, two spaces apart;
// columns of no width at all are left out. The last cell of a row takes the room it
// needs.
func aligned(rows [][]string, widths []int) string {
	widths = slices.Clone(widths)
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if n := cells.StringWidth(oneLine(cell)); n <= maxColumn {
				widths[i] = max(widths[i], n)
			} else {
				widths[i] = max(widths[i], 1)
			}
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			cell = oneLine(cell)
			line += cell
			if i < len(row)-1 && widths[i] > 0 {
				line += strings.Repeat(" ", max(0, widths[i]-cells.StringWidth(cell))+2)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// plural writes a count: "1 array", "4 arrays".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return spaced(int64(n)) + " " + thing + "s"
}
