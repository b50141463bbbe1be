package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// needArray is the error about a group where there must be an array.
func needArray(path, advice string) error {
	return fmt.Errorf("%w but a group; %s: %s/NAME", storage.ErrNotArray, advice, strings.TrimSuffix(path, "/"))
}

// inspectGroup shows a group: a line of its own, then one for each array, of its
// statistics with --stats.
func (o *options) inspectGroup(ctx context.Context, path string, g storage.Group) error {
	if (o.sliced || o.writing) && !o.json {
		return needArray(path, "name an array inside it")
	}
	if o.json {
		return o.groupJSON(ctx, path, g)
	}
	info, err := o.describeGroup(ctx, g, "")
	if err != nil {
		return err
	}
	size := groupSize(info)
	if t, ok := g.(*csvTable); ok {
		size = t.size()
	}
	if o.brief {
		fmt.Fprintln(o.stdout, o.pathLine(path, info.format+"   "+size))
		fmt.Fprint(o.stdout, o.statsTable(info))
		return info.errs()
	}
	head := fmt.Sprintf("%s   %s   %s", displayName(g.Ref()), info.format, size)
	if c, err := storage.Attr[string](info.attrs, "Conventions"); err == nil {
		head += "        Conventions " + c
	}
	fmt.Fprintln(o.stdout, oneLine(head))
	if o.stats {
		fmt.Fprint(o.stdout, o.statsTable(info))
		return info.errs()
	}
	fmt.Fprint(o.stdout, attrLines(info.attrs, attrNames(info.attrs, o.all, "Conventions"), o.all, o.columns))
	fmt.Fprint(o.stdout, fitTable(groupRows(info), []int{7, 7, 0, 13, 13, 0, 7, 0}, o.columns))
	return info.errs()
}

// statsTable has a row for each array in a group and below it; "" without --stats.
func (o *options) statsTable(info *groupInfo) string {
	if !o.stats {
		return ""
	}
	var rows [][]string
	info.walk(func(g *groupInfo) {
		if g.err != nil {
			rows = append(rows, []string{g.name + "/", "unreadable, see below"})
		}
		for _, a := range g.arrays {
			rows = append(rows, statsRow(a))
		}
	})
	return fitTable(rows, make([]int, 10), o.columns)
}

// statsRow makes the row of an array: name, dtype, shape, counts, then the moments
// that there are.
func statsRow(a *arrayInfo) []string {
	if a.meta == nil {
		return []string{a.name, "unreadable, see below"}
	}
	row := []string{a.name, a.dtype, dimsText(a.meta.Shape, a.meta.Dims)}
	switch s := a.stats; {
	case s != nil:
		row = append(row, s.counts()...)
		for _, name := range []string{"min", "max", "mean", "std"} {
			row = append(row, s.moments.text(s.dtype, "", name))
		}
	case a.err != nil:
		row = append(row, "unreadable, see below")
	default:
		row = append(row, "no statistics")
	}
	return row
}

// groupSize counts what is in a group and everything below it.
func groupSize(info *groupInfo) string {
	arrays, groups, logical := 0, -1, int64(0)
	total := storedSize{known: true}
	info.walk(func(g *groupInfo) {
		groups++
		for _, a := range g.arrays {
			arrays++
			if a.meta == nil {
				continue
			}
			logical += a.logical()
			total.bytes += a.stored.bytes
			total.counted += a.stored.counted
			total.chunks += a.stored.chunks
			total.known = total.known && a.stored.known
		}
	})
	text := plural(arrays, "array")
	if groups > 0 {
		text += ", " + plural(groups, "group")
	}
	return text + ", " + sizeText(logical, total)
}

// groupRows makes the rows of the arrays of a group, then those of the groups below it.
func groupRows(g *groupInfo) [][]string {
	var rows [][]string
	for _, a := range g.arrays {
		rows = append(rows, arrayRow(a))
	}
	for _, sub := range g.groups {
		if sub.err != nil {
			rows = append(rows, []string{sub.name + "/", "unreadable, see below"})
			continue
		}
		title, _ := storage.Attr[string](sub.attrs, "title")
		rows = append(rows, []string{sub.name + "/", "group", childrenText(sub), title})
		rows = append(rows, groupRows(sub)...)
	}
	return rows
}

// childrenText counts what is directly in a group.
func childrenText(g *groupInfo) string {
	switch {
	case len(g.groups) == 0:
		return plural(len(g.arrays), "array")
	case len(g.arrays) == 0:
		return plural(len(g.groups), "group")
	}
	return plural(len(g.arrays), "array") + ", " + plural(len(g.groups), "group")
}

// arrayRow makes the row of an array: name, dtype, shape, chunks, units, then
// the range of a coordinate, or codecs, ratio and what the array is.
func arrayRow(a *arrayInfo) []string {
	if a.meta == nil {
		return []string{a.name, "unreadable, see below"}
	}
	row := []string{a.name, cut(a.dtype), dimsText(a.meta.Shape, a.meta.Dims), crossText(a.chunk)}
	if dates := a.rng.dates(a.meta.Attrs); dates != "" { // which say more than "days since" in half of the room
		return append(row, "", dates)
	}
	row = append(row, cut(a.units()))
	switch {
	case a.rng != nil:
		return append(row, a.rng.String())
	case a.scalar != "":
		return append(row, a.scalar)
	}
	return append(row, shortCodecs(a.meta.Codecs), a.ratioText(), whatItIs(a.meta.Attrs))
}

// shortCodecs writes codecs as in "shuffle gzip5".
func shortCodecs(codecs []string) string {
	short := make([]string, len(codecs))
	for i, c := range codecs {
		short[i] = strings.ReplaceAll(c, " ", "")
	}
	return strings.Join(short, " ")
}

// whatItIs says in words what an array holds, if its attributes do.
func whatItIs(attrs storage.Attrs) string {
	for _, name := range []string{"long_name", "standard_name", "title", "description"} {
		if s, err := storage.Attr[string](attrs, name); err == nil {
			return cut(s)
		}
	}
	return ""
}

// pathLine is the line of one of several paths.
func (o *options) pathLine(path, text string) string {
	return cells.FillRight(oneLine(path), o.pathColumns) + "   " + oneLine(text)
}

// arrayLine says what there is to say of an array among several paths.
func arrayLine(a *arrayInfo) string {
	line := fmt.Sprintf("%s %s   %s", a.dtype, dimsText(a.meta.Shape, a.meta.Dims), a.sizeText())
	for _, more := range []string{a.ratioText(), shortCodecs(a.meta.Codecs), whatItIs(a.meta.Attrs)} {
		if more != "" {
			line += "   " + more
		}
	}
	return line
}
