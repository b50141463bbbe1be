package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// printSlice prints the values of a part as NumPy does.
func (o *options) printSlice(ctx context.Context, a storage.Array, info *arrayInfo) error {
	x, err := o.view(ctx, a)
	if err != nil {
		return err
	}
	text, err := o.printed(ctx, x)
	if err != nil {
		return err
	}
	head := fmt.Sprintf("%s[%s]  %s %s", info.name, o.slice, info.dtype, dimsText(x.Shape(), x.Dims()))
	fmt.Fprintf(o.stdout, "%s\n%s\n", oneLine(head), text)
	return nil
}

// NumPy's defaults for arrays that are printed shortened.
const (
	threshold = 1000
	edgeItems = 3
)

// printed writes the values of an array as NumPy's str does. Of a long one
// only the ends along each axis are computed.
func (o *options) printed(ctx context.Context, x chunkgrid.Any) (string, error) {
	if x.Size() <= threshold {
		d, err := chunkgrid.ComputeDyn(ctx, x, o.runOptions()...)
		if err != nil {
			return "", err
		}
		return nd.Format(d, nd.FormatOptions{}), nil
	}
	// One index more than are shown stands for all that are left out.
	shape, ends := slices.Clone(x.Shape()), make([][]nd.Box, len(x.Shape()))
	for k, n := range shape {
		ends[k] = []nd.Box{{Start: []int{0}, Shape: []int{n}}}
		if n > 2*edgeItems {
			shape[k] = 2*edgeItems + 1
			ends[k] = []nd.Box{{Start: []int{0}, Shape: []int{edgeItems + 1}}, {Start: []int{n - edgeItems}, Shape: []int{edgeItems}}}
		}
	}
	small, err := nd.NewDyn(x.DType(), shape)
	if err != nil {
		return "", err
	}
	whole := nd.WholeBox(shape)
	for i := range corners(ends) {
		ranges := make([]nd.Range, len(shape))
		to := nd.Box{Start: make([]int, len(shape)), Shape: make([]int, len(shape))}
		for k, parts := range ends {
			p := parts[i%len(parts)]
			ranges[k] = nd.Span(p.Start[0], p.Stop(0))
			to.Shape[k] = p.Shape[0]
			if i%len(parts) > 0 {
				to.Start[k] = edgeItems + 1
			}
			i /= len(parts)
		}
		d, err := chunkgrid.ComputeDyn(ctx, x.View(ranges...), o.runOptions()...)
		if err != nil {
			return "", err
		}
		storage.CopyBox(small.Bytes(), whole, d.Bytes(), to, to, x.DType().Size())
	}
	return nd.Format(small, nd.FormatOptions{Threshold: 1, EdgeItems: edgeItems}), nil
}

// corners counts the combinations of parts.
func corners(ends [][]nd.Box) int {
	n := 1
	for _, parts := range ends {
		n *= len(parts)
	}
	return n
}

// writeValues writes the values where --csv, --output and --png say.
func (o *options) writeValues(ctx context.Context, a storage.Array, info *arrayInfo) error {
	x, err := o.view(ctx, a)
	if err != nil {
		return err
	}
	if o.csv {
		if err := o.writeCSV(ctx, o.stdout, a, x, info); err != nil {
			return err
		}
	}
	for _, file := range []string{o.output, o.png} {
		if file == "" {
			continue
		}
		switch {
		case file == o.png || filepath.Ext(file) == ".png":
			err = replaceFile(file, func(w io.Writer) error { return o.writePNG(ctx, w, a, x, info) })
		case filepath.Ext(file) == ".csv":
			err = replaceFile(file, func(w io.Writer) error { return o.writeCSV(ctx, w, a, x, info) })
		default:
			err = o.writeNpy(ctx, file, x)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(o.stderr, "wrote %s: %s %s\n", file, x.DType(), dimsText(x.Shape(), x.Dims()))
	}
	return nil
}

// replaceFile writes a file that appears when it is complete.
func replaceFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// writeNpy writes values to an .npy file, chunk by chunk.
func (o *options) writeNpy(ctx context.Context, file string, x chunkgrid.Any) error {
	spec := storage.Spec{DType: x.DType(), Shape: x.Shape()}
	dst, err := storage.CreateArray(ctx, file, spec, map[string]string{"overwrite": "true"})
	if err != nil {
		return err
	}
	bar := newProgress(o.stderr)
	_, err = chunkgrid.Run(ctx, []chunkgrid.Out{chunkgrid.To(x, dst)}, o.runOptions(chunkgrid.OnEvent(bar.event))...)
	bar.stop()
	if err == nil {
		err = dst.Commit(ctx)
	} else {
		err = errors.Join(err, dst.Abort())
	}
	return errors.Join(err, dst.Close())
}

// viewAxis is an axis of the part that is shown, with its coordinates.
type viewAxis struct {
	name, units string
	coord       nd.Dyn // nil: none, the indices stand for them
	index       func(i int) int
}

// label names the axis: "time", or "axis 0" where it has no name.
func (v *viewAxis) label(k int) string {
	if v.name == "" {
		return "axis " + strconv.Itoa(k)
	}
	return v.name
}

// viewAxes returns the axes of the part, with the coordinates that it picks.
func (o *options) viewAxes(ctx context.Context, a storage.Array) (axes []viewAxis, err error) {
	m := a.Meta()
	views, err := nd.ResolveRanges(m.Shape, o.ranges)
	if err != nil {
		return nil, err
	}
	f, err := familyOf(ctx, a)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, v := range views {
		if v.Drop {
			continue
		}
		x := viewAxis{index: func(i int) int { return v.Start + i*v.Step }}
		if v.Axis >= 0 && v.Axis < len(m.Dims) {
			x.name = m.Dims[v.Axis]
			if x.coord, x.units, err = o.coordinates(ctx, f, x.name, m.Shape[v.Axis], v); err != nil {
				return nil, err
			}
		}
		axes = append(axes, x)
	}
	return axes, nil
}

// coordinates reads the coordinates of a dimension that a view picks.
func (o *options) coordinates(ctx context.Context, f *family, dim string, n int, v nd.AxisView) (nd.Dyn, string, error) {
	c, err := f.coordinate(ctx, dim, n)
	if err != nil || c == nil {
		return nil, "", err
	}
	units, _ := storage.Attr[string](c.Meta().Attrs, "units")
	whole, err := chunkgrid.FromAny(c)
	if err != nil {
		return nil, "", err
	}
	stop := v.Start + v.N*v.Step
	r := nd.Step(v.Start, stop, v.Step)
	if stop < 0 {
		r = nd.From(v.Start).By(v.Step) // down to the first
	}
	d, err := chunkgrid.ComputeDyn(ctx, whole.View(r), o.runOptions()...)
	return d, units, err
}

// writeCSV writes a row per value, in C order: the coordinates of its axes, or
// indices where there are none, and the value.
func (o *options) writeCSV(ctx context.Context, w io.Writer, a storage.Array, x chunkgrid.Any, info *arrayInfo) error {
	axes, err := o.viewAxes(ctx, a)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	var row []string
	for k, ax := range axes {
		row = append(row, ax.label(k))
	}
	if err := out.Write(append(row, path.Base(info.name))); err != nil {
		return err
	}
	row = make([]string, len(axes)+1)
	write := func(start []int, d nd.Dyn) error {
		for index := range nd.WholeBox(d.Shape()).Indices() {
			for k, i := range index {
				i += start[k]
				if c := axes[k].coord; c != nil {
					row[k] = cell(c.DType(), c.Item(i))
				} else {
					row[k] = strconv.Itoa(axes[k].index(i))
				}
			}
			row[len(axes)] = cell(d.DType(), d.Item(index...))
			if err := out.Write(row); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	s := &slabber{o.memory / 4, o.runOptions(), write}
	if err := s.walk(ctx, x, make([]int, x.NDim()), 0); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// slabber computes an array in C order piece by piece.
type slabber struct {
	limit int // bytes of a piece
	opts  []chunkgrid.Option
	do    func(start []int, d nd.Dyn) error // given where the piece starts
}

// walk computes x, which lies at start in the whole array, in one piece if that
// is small enough, else cut along its first axis from axis on.
func (s *slabber) walk(ctx context.Context, x chunkgrid.Any, start []int, axis int) error {
	if x.NBytes() <= s.limit || axis == x.NDim() {
		d, err := chunkgrid.ComputeDyn(ctx, x, s.opts...)
		if err != nil {
			return err
		}
		return s.do(start, d)
	}
	n := x.Shape()[axis]
	rows := max(1, s.limit/(x.NBytes()/n))
	if _, chunk := x.Grid().Bounds(axis, 0); rows > chunk {
		rows -= rows % chunk // so that chunks are decoded once
	}
	piece := make([]nd.Range, axis+1)
	for lo := 0; lo < n; lo += rows {
		piece[axis] = nd.Span(lo, min(n, lo+rows))
		at := slices.Clone(start)
		at[axis] += lo
		if err := s.walk(ctx, x.View(piece...), at, axis+1); err != nil {
			return err
		}
	}
	return nil
}

// cell writes a value as CSV has it: text without quotes, times as ISO 8601.
func cell(dt nd.DType, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nd.Timedelta:
		return strconv.FormatInt(int64(v), 10)
	}
	return valueText(dt, v)
}
