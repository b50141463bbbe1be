package table

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// shownRows is how many rows String shows: as many at the start as at the end.
const shownRows = 10

// String returns the first and the last rows, columns below their names, and the
// number of both. Missing values are empty.
func (t *Table) String() string {
	rows := make([]int, 0, shownRows)
	for i := range t.rows {
		if i < shownRows/2 || i >= t.rows-shownRows/2 {
			rows = append(rows, i)
		}
	}
	lines := make([]strings.Builder, len(rows)+1)
	for k, c := range t.columns {
		text, cells := textOf(c), []string{t.names[k]}
		for _, i := range rows {
			cells = append(cells, text(i))
		}
		width := 0
		for _, cell := range cells {
			width = max(width, utf8.RuneCountInString(cell))
		}
		for i, cell := range cells {
			fmt.Fprintf(&lines[i], "  %*s", width, cell)
		}
	}
	var b strings.Builder
	for i := range lines {
		if t.rows > shownRows && i == shownRows/2+1 {
			b.WriteString("  …\n")
		}
		fmt.Fprintln(&b, strings.TrimRight(lines[i].String(), " "))
	}
	fmt.Fprintf(&b, "%d rows, %d columns", t.rows, len(t.columns))
	return b.String()
}
