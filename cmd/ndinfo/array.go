package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// inspectArray shows an array, or does with its values what the flags ask for.
func (o *options) inspectArray(ctx context.Context, url string, a storage.Array) error {
	if o.json {
		return o.arrayJSON(ctx, url, a)
	}
	info := o.describeArray(ctx, a, displayPath(a.Ref()))
	if o.brief {
		fmt.Fprintln(o.stdout, o.pathLine(url, arrayLine(info)))
	}
	var err error
	switch {
	case (o.stats || o.sliced || o.writing) && !info.meta.DType.Valid():
		return errNoValues(info)
	case o.writing:
		err = o.writeValues(ctx, a, info)
	case o.sliced:
		err = o.printSlice(ctx, a, info)
	case !o.brief:
		err = o.arrayScreen(ctx, a, info)
	}
	if err == nil && o.stats {
		err = o.printStatistics(ctx, a, info)
	}
	return errors.Join(info.err, err)
}

// displayPath is the path of an array inside its file, or the name of a file
// that is an array.
func displayPath(r storage.Ref) string {
	if r.Path == "" {
		return displayName(r)
	}
	return r.Path
}

// view is the part of an array that --slice names, or all of it, not computed.
func (o *options) view(ctx context.Context, a storage.Array) (chunkgrid.Any, error) {
	if varies(a.Meta().DType) {
		return o.padded(ctx, a)
	}
	x, err := chunkgrid.FromAny(a)
	if err != nil || !o.sliced {
		return x, err
	}
	x = x.View(o.ranges...)
	return x, x.Err()
}

// runOptions are the options of every computation.
func (o *options) runOptions(more ...chunkgrid.Option) []chunkgrid.Option {
	return append(more, chunkgrid.Memory(o.memory))
}

// arrayScreen shows everything about an array. With --stats the statistics
// stand where the format, the axes and the first values would.
func (o *options) arrayScreen(ctx context.Context, a storage.Array, info *arrayInfo) error {
	m := info.meta
	size := info.sizeText()
	if r := info.ratioText(); r != "" {
		size += " (" + r + ")"
	}
	var b strings.Builder
	b.WriteString(labelled(path.Base(info.name)+" ", fmt.Sprintf("%s %s   %s, %s", info.dtype, dimsText(m.Shape, m.Dims),
		plural(nd.Box{Shape: m.Shape}.Size(), "value"), size)))
	b.WriteString(labelled("chunks", chunkText(info)))
	full := !o.stats || o.all
	var errs []error
	if full {
		lines, err := axisLines(ctx, a)
		errs = append(errs, err)
		b.WriteString(labelled("format", formatText(m)) + lines)
		if text := growthText(m); text != "" {
			b.WriteString(labelled("grows", text))
		}
	}
	if m.DType.Valid() {
		b.WriteString(labelled("missing", missingText(m)))
	}
	b.WriteString(attrLines(m.Attrs, attrNames(m.Attrs, o.all, missingAttrs...), o.all, o.columns))
	if full && m.DType.Valid() {
		text, err := firstValues(ctx, a)
		if err != nil {
			text = "unreadable, see below"
		}
		errs = append(errs, err)
		b.WriteString(labelled("values", text))
	}
	fmt.Fprint(o.stdout, b.String())
	return errors.Join(errs...)
}

// growthText says which axes can get longer, where the format sets limits: "time without limit".
func growthText(m *storage.Meta) string {
	var axes []string
	for k, most := range m.MaxShape {
		name := fmt.Sprintf("axis %d", k)
		if k < len(m.Dims) && m.Dims[k] != "" {
			name = m.Dims[k]
		}
		switch {
		case most == storage.Unlimited:
			axes = append(axes, name+" without limit")
		case most > m.Shape[k]:
			axes = append(axes, fmt.Sprintf("%s to %d", name, most))
		}
	}
	return strings.Join(axes, ", ")
}

// chunkText describes chunks and codecs: "33×180×360, 1 of 1 present    filters  shuffle, gzip 5".
func chunkText(info *arrayInfo) string {
	text := "none, contiguous"
	if info.chunk != nil {
		text = crossText(info.chunk)
		if len(info.chunk) == 0 {
			text = "one element"
		}
		if info.stored.chunks > 1 {
			text += ", grid " + crossText(info.meta.ReadGrid.NumChunks())
		}
		text += ", " + presentText(info.stored)
	}
	word := "codecs"
	if strings.Contains(info.meta.Format, "HDF5") {
		word = "filters"
	}
	codecs := "none"
	if len(info.meta.Codecs) > 0 {
		codecs = strings.Join(info.meta.Codecs, ", ")
	}
	return text + "    " + word + "  " + codecs
}

func formatText(m *storage.Meta) string {
	text := m.Format
	if m.ByteOrder != "" {
		text += ", " + m.ByteOrder + "-endian"
	}
	if m.Order == "F" {
		text += ", Fortran order"
	}
	if !m.WriteGrid.Equal(m.ReadGrid) {
		text += ", shards of " + crossText(m.WriteGrid.MaxChunk())
	}
	return text
}

// axisLines writes a line per axis that has a name or coordinates.
func axisLines(ctx context.Context, a storage.Array) (string, error) {
	f, err := familyOf(ctx, a)
	if err != nil {
		return "", err
	}
	axes, err := f.axes(ctx, a.Meta())
	if err != nil {
		_ = f.Close() // the error that matters is the first
		return "", err
	}
	label := "axes"
	var rows [][]string
	for _, x := range axes {
		if x.name == "" {
			continue
		}
		row := []string{label, fmt.Sprintf("%s %d", x.name, x.length), x.units}
		if x.rng != nil {
			row = append(row, x.rng.String())
			if dates := x.rng.dates(x.coord.Meta().Attrs); dates != "" {
				row = append(row, dates)
			}
		}
		rows = append(rows, row)
		label = ""
	}
	return aligned(rows, []int{labelWidth - 2, 0, 0, 0, 0}), f.Close()
}

// missingText says which values mean none: "-100 (missing_value); storage fill -127".
func missingText(m *storage.Meta) string {
	values := missingValues(m)
	var parts []string
	for _, name := range missingNames {
		if list, ok := values[name]; ok {
			texts := make([]string, len(list))
			for i, v := range list {
				texts[i] = valueText(m.DType, v)
			}
			parts = append(parts, fmt.Sprintf("%s (%s)", strings.Join(texts, ", "), name))
		}
	}
	if len(parts) == 0 {
		parts = []string{"none declared"}
	}
	return strings.Join(parts, ", ") + "; storage fill " + fillText(m)
}

const (
	firstCount  = 10  // values on the screen
	firstColumn = 100 // columns the values may take
)

// firstValues writes the first values of an array, in C order.
func firstValues(ctx context.Context, a storage.Array) (string, error) {
	m := a.Meta()
	if slices.Contains(m.Shape, 0) {
		return "none", nil
	}
	if !cheap(a, firstCount) {
		return "not read, the chunks are large; --slice prints them", nil
	}
	box := nd.Box{Start: make([]int, len(m.Shape)), Shape: make([]int, len(m.Shape))}
	for k := range box.Shape {
		box.Shape[k] = 1
	}
	if k := len(m.Shape) - 1; k >= 0 {
		box.Shape[k] = min(m.Shape[k], firstCount)
	}
	d, err := readBox(ctx, a, box)
	if err != nil {
		return "", err
	}
	text := ""
	index := make([]int, len(m.Shape))
	for i := range d.Size() {
		if len(index) > 0 {
			index[len(index)-1] = i
		}
		item := valueText(m.DType, d.Item(index...))
		if varies(m.DType) {
			item = attrText(d.Item(index...), false)
		}
		if i > 0 && len(text)+len(item) > firstColumn {
			text += " …"
			break
		}
		text += " " + item
	}
	if d.Size() < (nd.Box{Shape: m.Shape}).Size() && !strings.HasSuffix(text, "…") {
		text += " …"
	}
	return text[1:], nil
}
