package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"strings"

	"github.com/ndgrid/ndgrid/cf"
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/ufunc"
)

// axis is an axis of an array with its coordinates, where there are any.
type axis struct {
	name   string
	length int
	units  string
	rng    *coordRange   // nil: no coordinates
	coord  storage.Array // the array of them, open
}

// coordRange says what the coordinates of an axis are.
type coordRange struct {
	dtype       nd.DType
	first, last any
	step        float64 // between neighbours; 0: not regular, or not known
	n           int
}

// rangeLimit is the most coordinates that are read to see whether they are regular.
const rangeLimit = 1_000_000

// readRange reads coordinates: all of them, the ends of very long ones, none
// where even that would take long: the range is nil then.
func readRange(ctx context.Context, a storage.Array) (*coordRange, error) {
	m := a.Meta()
	r := &coordRange{dtype: m.DType, n: m.Shape[0]}
	switch {
	case r.n == 0:
		return r, nil
	case !cheap(a, 1):
		return nil, nil
	case r.n > rangeLimit || !cheap(a, r.n):
		for i, v := range map[int]*any{0: &r.first, r.n - 1: &r.last} {
			d, err := readBox(ctx, a, nd.Box{Start: []int{i}, Shape: []int{1}})
			if err != nil {
				return nil, err
			}
			*v = d.Item(0)
		}
		return r, nil
	}
	d, err := readBox(ctx, a, nd.Box{Start: []int{0}, Shape: m.Shape})
	if err != nil {
		return nil, err
	}
	r.first, r.last = d.Item(0), d.Item(r.n-1)
	if !m.DType.IsComplex() && m.DType.Computable() {
		v, err := floats(ctx, chunkgrid.FromDyn(d))
		if err != nil {
			return nil, err
		}
		r.step = regularStep(v.Data(), m.DType)
	}
	return r, nil
}

// regularStep returns the distance of neighbours where it is the same for all,
// up to the rounding of the dtype; otherwise 0.
func regularStep(v []float64, dt nd.DType) float64 {
	n := len(v)
	if n < 2 {
		return 0
	}
	step := (v[n-1] - v[0]) / float64(n-1)
	eps := 0.0
	switch dt.Kind() {
	case nd.KindFloat16:
		eps = math.Ldexp(1, -10)
	case nd.KindFloat32:
		eps = math.Ldexp(1, -23)
	case nd.KindFloat64:
		eps = math.Ldexp(1, -48)
	}
	tolerance := eps * max(math.Abs(v[0]), math.Abs(v[n-1]))
	if math.IsNaN(step) || math.Abs(step) <= 4*tolerance {
		return 0
	}
	for i, x := range v {
		if !(math.Abs(x-(v[0]+float64(float64(i)*step))) <= tolerance) { // NaN is not either
			return 0
		}
	}
	return step
}

// floats computes an array of real numbers or times as float64.
func floats(ctx context.Context, x chunkgrid.Any, opts ...chunkgrid.Option) (*nd.Array[float64], error) {
	if k := x.DType().Kind(); k == nd.KindDatetime || k == nd.KindTimedelta {
		x = ufunc.Cast[int64](x)
	}
	return ufunc.Cast[float64](x).Compute(ctx, opts...)
}

// String writes the range: "-89.5 … 89.5 step 1".
func (r *coordRange) String() string {
	switch {
	case r.n == 0:
		return "empty"
	case r.n == 1:
		return valueText(r.dtype, r.first)
	}
	s := valueText(r.dtype, r.first) + " … " + valueText(r.dtype, r.last)
	if r.step != 0 {
		s += " step " + numberText(r.step)
		if u := r.dtype.Unit(); u != "" {
			s += " " + u
		}
	}
	return s
}

// floatOf returns a number, of whatever dtype, as a float, as attributes are converted.
func floatOf(v any) (float64, error) {
	return storage.Attr[float64](storage.Attrs{"": v}, "")
}

// dates writes the range of coordinates that CF's "units" make times:
// "2020-01-01 … 2020-12-31 step 1 day"; "" for others.
func (r *coordRange) dates(attrs storage.Attrs) string {
	text, _ := storage.Attr[string](attrs, "units")
	calendar, _ := storage.Attr[string](attrs, "calendar")
	units, err := cf.ParseUnits(text, calendar)
	if r == nil || r.n == 0 || err != nil {
		return ""
	}
	var ends [2]string
	for i, v := range []any{r.first, r.last} {
		f, err := floatOf(v)
		if err != nil {
			return ""
		}
		d, err := units.Date(f)
		if err != nil {
			return ""
		}
		ends[i] = d.String()
	}
	const midnight = " 00:00:00"
	if strings.HasSuffix(ends[0], midnight) && strings.HasSuffix(ends[1], midnight) {
		ends = [2]string{strings.TrimSuffix(ends[0], midnight), strings.TrimSuffix(ends[1], midnight)}
	}
	s := ends[0]
	if r.n > 1 {
		s += " … " + ends[1]
	}
	if unit, _, _ := strings.Cut(units.String(), " "); r.step == 1 {
		s += " step 1 " + strings.TrimSuffix(unit, "s")
	} else if r.step != 0 {
		s += " step " + numberText(r.step) + " " + unit
	}
	if c := units.Calendar(); c != cf.Standard && c != cf.ProlepticGregorian {
		s += ", " + c.String()
	}
	return s
}

// family is where the coordinates of an array are looked for: in its group and
// those above it.
type family struct {
	root storage.Group
	dir  string // of the array's group, below root
	open []storage.Array
}

// familyOf opens the outermost group that holds an array: the root of its file,
// or, on a server, the first part of its path that is one. An array that is not
// inside anything has an empty family.
func familyOf(ctx context.Context, a storage.Array) (*family, error) {
	ref := a.Ref()
	if _, ok := a.(*csvColumn); ok {
		return &family{}, nil
	}
	parts := strings.Split(ref.Path, "/")
	for i := 0; i < len(parts) && ref.Path != ""; i++ {
		root, err := storage.OpenGroup(ctx, storage.JoinKey(ref.URL, strings.Join(parts[:i], "/")))
		if !errors.Is(err, storage.ErrNotFound) {
			return &family{root: root, dir: strings.Join(parts[i:len(parts)-1], "/")}, err
		}
	}
	return &family{}, nil
}

func parent(p string) string { return strings.TrimPrefix(path.Dir("/"+p), "/") }

// Close closes all coordinates that were opened.
func (f *family) Close() error {
	var errs []error
	for _, a := range f.open {
		errs = append(errs, a.Close())
	}
	if f.root != nil {
		errs = append(errs, f.root.Close())
	}
	return errors.Join(errs...)
}

// coordinate opens the coordinates of a dimension; nil where there are none.
func (f *family) coordinate(ctx context.Context, dim string, n int) (storage.Array, error) {
	if f.root == nil || dim == "" || strings.Contains(dim, "/") {
		return nil, nil
	}
	for dir := f.dir; ; dir = parent(dir) {
		a, err := f.root.Array(ctx, storage.JoinKey(dir, dim))
		switch {
		case err == nil:
			f.open = append(f.open, a)
			if m := a.Meta(); len(m.Shape) == 1 && m.Shape[0] == n && m.DType.Size() > 0 && !onlyLength(m) {
				return a, nil
			}
		case !errors.Is(err, storage.ErrNotFound) && !errors.Is(err, storage.ErrNotArray):
			return nil, fmt.Errorf("coordinate %q: %w", dim, err)
		}
		if dir == "" {
			return nil, nil
		}
	}
}

// onlyLength reports whether an array is what NetCDF-4 keeps the length of a dimension
// in that has no coordinates.
func onlyLength(m *storage.Meta) bool {
	name, _ := m.Attrs["NAME"].(string)
	return strings.HasPrefix(name, "This is a netCDF dimension but not a netCDF variable")
}

// axes describes the axes of an array.
func (f *family) axes(ctx context.Context, m *storage.Meta) ([]axis, error) {
	list := make([]axis, len(m.Shape))
	for k, n := range m.Shape {
		list[k].length = n
		if k < len(m.Dims) {
			list[k].name = m.Dims[k]
		}
		c, err := f.coordinate(ctx, list[k].name, n)
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		list[k].coord = c
		list[k].units, _ = storage.Attr[string](c.Meta().Attrs, "units")
		if list[k].rng, err = readRange(ctx, c); err != nil {
			return nil, err
		}
	}
	return list, nil
}
