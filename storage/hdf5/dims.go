//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// dimNames returns the names of an array's dimensions: those of the dimension
// scales attached to it; for a scale its own name; else h5py's labels. nil
// where there are none. lib is held.
func (a *array) dimNames(name string, ndim int, attrs storage.Attrs) ([]string, error) {
	if ndim == 0 {
		return nil, nil
	}
	if class, _ := attrs["CLASS"].(string); class == "DIMENSION_SCALE" {
		if ids, _ := attrs["_Netcdf4Coordinates"].([]int32); ndim > 1 && len(ids) == ndim {
			return a.dimsByID(name, ids)
		}
		if ndim == 1 {
			return []string{name}, nil
		}
	}
	var refs [C.ND_RANK]C.uint64_t
	if err := check(C.nd_dim_refs(a.id, C.int(ndim-a.inner), &refs[0], &stack)); err != nil {
		return nil, err
	}
	names := make([]string, ndim)
	for i := range names {
		if refs[i] == 0 {
			continue
		}
		p, err := a.scalePath(refs[i])
		if err != nil {
			return nil, fmt.Errorf("dimension %d: %w", i, err)
		}
		names[i] = path.Base("/" + p)
		if names[i] == "/" {
			names[i] = ""
		}
	}
	if labels, _ := attrs["DIMENSION_LABELS"].([]string); len(labels) == ndim-a.inner {
		for i, l := range labels {
			if names[i] == "" {
				names[i] = l
			}
		}
	}
	if !slices.ContainsFunc(names, func(s string) bool { return s != "" }) {
		return nil, nil
	}
	return names, nil
}

// dimsByID returns the dimensions of a scale of several axes, to which none can
// be attached: the first has its name, and NetCDF-4 numbers all. lib is held.
func (a *array) dimsByID(name string, ids []int32) ([]string, error) {
	names := make([]string, len(ids))
	names[0] = name
	for i, id := range ids[1:] {
		for at := path.Dir("/" + a.path); names[i+1] == ""; at = path.Dir(at) {
			var buf C.nd_buf
			rc := withName(at, func(c *C.char) C.int { return C.nd_dim_name(a.f.id, c, C.int(id), &buf, &stack) })
			if found := words(answer(&buf)); len(found) > 0 {
				names[i+1] = found[0]
			}
			if rc < 0 {
				return nil, fmt.Errorf("dimension %d: %w", i+1, libErr())
			}
			if at == "/" {
				break
			}
		}
	}
	return names, nil
}

// scalePath returns the path of the dataset a reference leads to, "" where that
// was removed. The library searches the file for it, so it is kept. lib is held.
func (a *array) scalePath(ref C.uint64_t) (string, error) {
	if p, ok := a.f.scales[ref]; ok {
		return p, nil
	}
	var buf C.nd_buf
	rc := C.nd_ref_name(a.id, ref, &buf, &stack)
	list := words(answer(&buf))
	if rc < 0 {
		return "", libErr()
	}
	p := strings.Trim(list[0], "/")
	a.f.scales[ref] = p
	return p, nil
}

// dimJob is an array whose dimensions get their names at Commit, when the
// coordinate arrays are there.
type dimJob struct {
	group, name string // path of the group, and the array in it
	dims        []string
	shape       []int
	max         []int // as MaxShape
}

// nameDims writes dimension names as NetCDF-4 does: every named dimension is a
// dimension scale attached to the arrays that have it. The scale is the 1-d
// array of that name and length in the group or one above, or a placeholder
// made for it. Where another object keeps the name, the dimension gets h5py's
// label instead. lib is held.
func (g *group) nameDims(jobs []dimJob) error {
	var arrays []*array
	defer func() {
		for _, a := range arrays {
			a.drop()
		}
	}()
	if err := g.hideNonCoords(jobs); err != nil {
		return err
	}
	jobs = slices.DeleteFunc(slices.Clone(jobs), dimJob.isUnnamed)
	for _, j := range jobs { // coordinates first, others need them as scales
		a, _, err := g.findStored(storage.JoinKey(j.group, j.name))
		if err == nil && a == nil {
			err = g.fail("name dimensions", fmt.Errorf("%w: %s", storage.ErrNotArray, j.name))
		}
		if err != nil {
			return err
		}
		arrays = append(arrays, a)
		if j.isScale() {
			if err := a.makeScale(j.name); err != nil {
				return a.fail("name dimensions", err)
			}
		}
	}
	for i, j := range jobs {
		if j.isScale() {
			continue
		}
		for axis, dim := range j.dims {
			if dim == "" {
				continue
			}
			if err := g.nameDim(arrays[i], j, axis, dim); err != nil {
				return arrays[i].fail("name dimensions", fmt.Errorf("%q: %w", dim, err))
			}
		}
	}
	return nil
}

// checkLengths refuses a new array of a NetCDF file with a dimension of another
// length than it has in a new array beside it, or along another axis; those without
// limit can be longer than arrays are. lib is held.
func (f *file) checkLengths(j dimJob) error {
	if !f.isNetCDF() {
		return nil
	}
	for _, k := range f.w.dims {
		if k.group != j.group || k.name == j.name { // which is replaced
			continue
		}
		if err := j.sameLengths(k); err != nil {
			return err
		}
	}
	return j.sameLengths(j)
}

func (j dimJob) sameLengths(k dimJob) error {
	for axis, dim := range j.dims {
		for other, name := range k.dims {
			n, m := j.shape[axis], k.shape[other]
			if name == dim && dim != "" && n != m && j.max[axis] != storage.Unlimited && k.max[other] != storage.Unlimited {
				return fmt.Errorf("%w: dimension %q of length %d has %d in %s; NetCDF has one length for a name", nd.ErrShape, dim, n, m, k.name)
			}
		}
	}
	return nil
}

func (j dimJob) isUnnamed() bool {
	return !slices.ContainsFunc(j.dims, func(d string) bool { return d != "" })
}

// isScale reports whether the array is the coordinate of its own dimension.
func (j dimJob) isScale() bool { return len(j.dims) == 1 && j.dims[0] == j.name }

func (a *array) makeScale(name string) error {
	return check(withName(name, func(c *C.char) C.int { return C.nd_make_scale(a.id, c, &stack) }))
}

// nameDim names one axis of a. g is the root. lib is held.
func (g *group) nameDim(a *array, j dimJob, axis int, dim string) error {
	if strings.ContainsAny(dim, "/\x00") || dim == "." {
		return fmt.Errorf("%w: no name for a dimension", storage.ErrUnsupported)
	}
	scale, err := g.scaleFor(j, axis, dim)
	if err != nil {
		return err
	}
	if scale == nil {
		return check(withName(dim, func(c *C.char) C.int { return C.nd_set_label(a.id, C.int(axis), c, &stack) }))
	}
	defer scale.drop()
	if err := scale.makeScale(dim); err != nil {
		return err
	}
	return check(C.nd_attach_scale(a.id, scale.id, C.int(axis), &stack))
}

// scaleFor finds or makes the scale of a dimension; nil where the name is taken
// by something else. lib is held.
func (g *group) scaleFor(j dimJob, axis int, dim string) (*array, error) {
	for at, own := j.group, true; ; at, own = path.Dir("/" + at)[1:], false {
		a, sub, err := g.findStored(storage.JoinKey(at, dim))
		switch {
		case err == nil && a != nil && slices.Equal(a.Meta().Shape, j.shape[axis:axis+1]) && a.canBeScale(dim):
			return a, nil
		case err == nil && a != nil:
			err = a.release()
		case err == nil:
			err = sub.release()
		case errors.Is(err, storage.ErrNotFound) && own:
			own, err = false, nil
		case errors.Is(err, storage.ErrNotFound):
			err = nil
		}
		if err != nil || own {
			return nil, err
		}
		if at == "" {
			return g.placeholder(j, axis, dim)
		}
	}
}

// canBeScale reports whether an array of one axis has no other dimension than
// that of its name, nor will have. lib is held.
func (a *array) canBeScale(name string) bool {
	for _, j := range a.f.w.dims {
		if j.name == name && storage.JoinKey(j.group, name) == a.path {
			return j.canBeScale()
		}
	}
	dims := a.Meta().Dims
	return len(dims) == 0 || dims[0] == name
}

// placeholder makes the dataset that NetCDF-4 stores for a dimension without
// coordinates. lib is held.
func (g *group) placeholder(j dimJob, axis int, dim string) (*array, error) {
	n := j.shape[axis]
	_, parent, err := g.find(j.group)
	if err != nil {
		return nil, err
	}
	if parent != g {
		defer parent.drop()
	}
	t, err := newType(nd.Float32, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = closeID(t) }()
	d := C.nd_dataset{rank: 1, layout: C.H5D_CONTIGUOUS}
	d.dims[0], d.max[0] = C.hsize_t(n), C.hsize_t(n)
	switch limit := j.max[axis]; {
	case limit == storage.Unlimited:
		d.layout, d.max[0], d.chunk[0] = C.H5D_CHUNKED, unlimited, 1024
	case limit > n:
		d.layout, d.max[0], d.chunk[0] = C.H5D_CHUNKED, C.hsize_t(limit), C.hsize_t(min(limit, 1024))
	}
	id := withName(dim, func(c *C.char) C.hid_t { return C.nd_create(parent.id, c, t, &d, nil, &stack) })
	if id < 0 {
		return nil, libErr()
	}
	if err := closeID(id); err != nil {
		return nil, err
	}
	a, err := parent.openArray(dim, dim, nil)
	if err != nil {
		return nil, err
	}
	if err := a.makeScale(fmt.Sprintf("%s%10d", placeholderName, n)); err != nil {
		return nil, errors.Join(err, a.release())
	}
	return a, nil
}

const placeholderName = "This is a netCDF dimension but not a netCDF variable."

// isPlaceholder reports whether the array only stands for a dimension.
func (a *array) isPlaceholder() bool {
	m := a.Meta()
	label, _ := m.Attrs["NAME"].(string)
	return len(m.Shape) == 1 && strings.HasPrefix(label, strings.TrimSuffix(placeholderName, "."))
}

// followShape gives the placeholders of an array's dimensions the lengths it
// now has. lib is held.
func (g *group) followShape(arrayPath string) error {
	a, _, err := g.find(arrayPath)
	if err != nil || a == nil {
		return err
	}
	defer a.drop()
	shape := a.Meta().Shape
	var refs [C.ND_RANK]C.uint64_t
	if len(shape) > 0 {
		err = check(C.nd_dim_refs(a.id, C.int(len(shape)-a.inner), &refs[0], &stack))
	}
	for i, n := range shape {
		if err != nil {
			break
		}
		if refs[i] == 0 {
			continue
		}
		var p string
		if p, err = a.scalePath(refs[i]); err == nil {
			err = g.resizePlaceholder(p, n)
		}
	}
	return a.fail("resize dimensions of", err)
}

func (g *group) resizePlaceholder(at string, n int) error {
	s, _, err := g.findStored(at)
	if err != nil || s == nil { // nil: the scale is gone, the path is empty
		return err
	}
	defer s.drop()
	if !s.isPlaceholder() || s.Meta().Shape[0] == n || s.limits == nil {
		return nil
	}
	return check(C.nd_set_extent(s.id, &sizesOf([]int{n})[0], &stack))
}
