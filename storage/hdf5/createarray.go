//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// CreateArray creates a dataset, and the groups on the way to it. Structs are
// compounds; their fields must lie packed. It is stored
// in chunks, or, where Codecs is empty, there is one chunk and no axis can
// grow, contiguously. Axes can't get longer than MaxShape says, but for those that
// the file's option "unlimited" lists, by dimension name or number: "time", "0,2".
//
// Codecs are shuffle, gzip, fletcher32 and zstd (which other programs read with
// a plugin), nil being shuffle and gzip 4; a 0-d array has none, and text of any
// length only shuffle and gzip that were asked for. Option "chunks" = "100,180"
// gives a chunk shape, which may be larger than the array along axes that grow;
// "overwrite" = "true" replaces an array of that name.
func (g *writableGroup) CreateArray(ctx context.Context, name string, s storage.Spec) (storage.WritableArray, error) {
	lib.Lock()
	defer lib.Unlock()
	err := ctx.Err()
	if err == nil {
		err = g.usable()
	}
	var a *array
	if err == nil {
		a, err = g.createArray(name, s)
	}
	if err != nil {
		return nil, g.fail("create array "+name+" in", err)
	}
	return a.public().(storage.WritableArray), nil
}

// plan is a Spec, but for its dtype, checked and in the library's terms.
type plan struct {
	d     C.nd_dataset
	grid  nd.Grid // WriteGrid
	plain bool    // contiguous
	max   []int   // as MaxShape
}

func (g *writableGroup) createArray(name string, s storage.Spec) (*array, error) {
	dtype := s.DType
	if g.f.isNetCDF() {
		s = numbered(s)
	}
	t, err := newType(s.DType, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = closeID(t) }()
	p, err := newPlan(s, g.f.w.unlimited)
	if err != nil {
		return nil, err
	}
	at, last, err := g.parent(name)
	if err != nil {
		return nil, err
	}
	if at != g.group {
		defer at.drop()
	}
	for _, n := range append([]string{last}, s.Dims...) {
		if err := checkName(n); err != nil {
			return nil, err
		}
	}
	dims := dimJob{at.path, last, slices.Clone(s.Dims), s.Shape, p.max}
	if err := g.f.checkLengths(dims); err != nil {
		return nil, err
	}
	if err := at.makeRoom(last, s.Options["overwrite"] == "true"); err != nil {
		return nil, err
	}
	var fill unsafe.Pointer
	if len(s.Fill) > 0 {
		fill = unsafe.Pointer(&append(slices.Clip(s.Fill), 0)[0]) // NUL: the end of text
	}
	id := withName(last, func(c *C.char) C.hid_t { return C.nd_create(at.id, c, t, &p.d, fill, &stack) })
	if id < 0 {
		return nil, libErr()
	}
	if err := errors.Join(writeAttrs(id, s.Attrs), closeID(id)); err != nil {
		return nil, errors.Join(err, at.unlink(last))
	}
	a, err := at.openArray(last, last, nil)
	if err != nil {
		return nil, err
	}
	m := *a.Meta()
	m.DType, m.Dims = dtype, dims.dims
	if p.plain {
		m.WriteGrid = p.grid
	}
	a.created = true
	a.publish(m)
	g.f.w.dims = append(g.f.w.dims, dims)
	return a, nil
}

// makeRoom removes the array of a name, if there is one and it may be
// replaced. lib is held.
func (g *group) makeRoom(name string, overwrite bool) error {
	o, err := lookup(g.id, name)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil
	case err != nil:
		return err
	case o.isGroup:
		return storage.ErrExists
	}
	a, err := g.openArray(name, name, nil)
	if err != nil {
		return err
	}
	placeholder := a.isPlaceholder()
	a.drop()
	switch {
	case placeholder: // arrays refer to it; removed, they would lose the name
		return fmt.Errorf("%w: %s is a dimension; its coordinates must be created together with the first array that has it", storage.ErrExists, name)
	case !overwrite:
		return storage.ErrExists
	}
	return g.unlink(name)
}

// unlink removes a child, and forgets what was to be done with it. lib is held.
func (g *group) unlink(name string) error {
	w, path := g.f.w, storage.JoinKey(g.path, name)
	w.dims = slices.DeleteFunc(w.dims, func(j dimJob) bool { return storage.JoinKey(j.group, j.name) == path })
	w.resized = slices.DeleteFunc(w.resized, func(p string) bool { return p == path })
	return check(withName(name, func(c *C.char) C.int { return C.nd_unlink(g.id, c, &stack) }))
}

// newPlan checks a Spec for a file where the axes of some names can grow.
func newPlan(s storage.Spec, unlimitedNames []string) (*plan, error) {
	p := &plan{}
	elem, text := s.DType.Size(), s.DType == nd.Text
	if text {
		elem = refBytes
	}
	switch {
	case len(s.Shape) > C.ND_RANK:
		return nil, fmt.Errorf("%w: %d axes, %d are the most", storage.ErrUnsupported, len(s.Shape), C.ND_RANK)
	case s.Order != "" && s.Order != "C":
		return nil, fmt.Errorf("%w: order %q, HDF5 has C", storage.ErrUnsupported, s.Order)
	case s.Dims != nil && len(s.Dims) != len(s.Shape):
		return nil, fmt.Errorf("%w: %d dimension names for shape %v", nd.ErrShape, len(s.Dims), s.Shape)
	case s.MaxShape != nil && len(s.MaxShape) != len(s.Shape):
		return nil, fmt.Errorf("%w: greatest shape %v for shape %v", nd.ErrShape, s.MaxShape, s.Shape)
	case s.Fill != nil && len(s.Fill) != elem && !text:
		return nil, fmt.Errorf("%w: fill value of %d bytes for %s", nd.ErrDType, len(s.Fill), s.DType)
	case text && bytes.IndexByte(s.Fill, 0) >= 0:
		return nil, fmt.Errorf("%w: the fill value %q has a NUL in it", storage.ErrUnsupported, s.Fill)
	}
	for k := range s.Options {
		if k != "chunks" && k != "overwrite" {
			return nil, fmt.Errorf("%w: option %q; there are chunks and overwrite", storage.ErrUnsupported, k)
		}
	}
	if err := checkBytes(s.Shape, elem); err != nil {
		return nil, err
	}
	if err := p.setMax(s, unlimitedNames); err != nil {
		return nil, err
	}
	chunk, err := chunkShape(s, elem)
	if err != nil {
		return nil, err
	}
	for k, n := range p.max {
		if n != storage.Unlimited {
			chunk[k] = min(chunk[k], max(n, 1)) // as HDF5 demands
		}
	}
	if p.grid, err = nd.NewGrid(s.Shape, chunk); err != nil {
		return nil, err
	}
	p.d.rank = C.int(len(s.Shape))
	p.plain = len(s.Shape) == 0 || s.Codecs != nil && len(s.Codecs) == 0 && p.grid.Len() <= 1 && slices.Equal(p.max, s.Shape)
	p.d.dims = *sizesOf(s.Shape)
	if p.plain {
		p.d.layout = C.H5D_CONTIGUOUS
		return p, nil
	}
	if n, err := nd.SizeOf(chunk); err != nil || n > maxChunk/elem {
		return nil, fmt.Errorf("%w: chunk shape %v of %s, HDF5 has chunks of less than 4 GiB", storage.ErrUnsupported, chunk, s.DType)
	}
	p.d.layout, p.d.chunk = C.H5D_CHUNKED, *sizesOf(chunk)
	return p, p.setFilters(s, elem)
}

// setFilters translates the codecs. Text has none of its own accord: what they
// would compress is where it lies.
func (p *plan) setFilters(s storage.Spec, elem int) error {
	codecs, text := s.Codecs, s.DType == nd.Text
	if codecs == nil && !text {
		codecs = []string{"shuffle", "gzip 4"}
		if elem == 1 {
			codecs = codecs[1:]
		}
	}
	filters, err := parseCodecs(codecs, elem)
	if err != nil {
		return err
	}
	if len(filters) > C.ND_FILTERS {
		return fmt.Errorf("%w: %d codecs", storage.ErrUnsupported, len(filters))
	}
	p.d.nfilters = C.int(len(filters))
	for i, f := range filters {
		to := &p.d.filter[i]
		to.id, to.nparams = C.int(f.id), C.int(len(f.params))
		for k, v := range f.params {
			to.params[k] = C.uint(v)
		}
	}
	return nil
}

// defaultChunk is about the size of chunks where nothing else is asked for.
const defaultChunk = 1 << 20

// chunkShape returns the chunk shape a Spec asks for.
func chunkShape(s storage.Spec, elem int) ([]int, error) {
	if text, ok := s.Options["chunks"]; ok {
		var chunk []int
		for word := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(word))
			if err != nil || n < 1 || n > math.MaxUint32 {
				return nil, fmt.Errorf("%w: option chunks %q; it is like 100,180", nd.ErrChunks, text)
			}
			chunk = append(chunk, n)
		}
		if len(chunk) != len(s.Shape) {
			return nil, fmt.Errorf("%w: option chunks %q for shape %v", nd.ErrChunks, text, s.Shape)
		}
		return chunk, nil
	}
	if s.Chunks.NDim() == 0 {
		return bands(s.Shape, elem, defaultChunk), nil
	}
	if !slices.Equal(s.Chunks.Shape(), s.Shape) {
		return nil, fmt.Errorf("%w: a grid over %v for shape %v", nd.ErrChunks, s.Chunks.Shape(), s.Shape)
	}
	chunk, ok := s.Chunks.Regular()
	if !ok {
		return nil, fmt.Errorf("%w: chunks %v are not all of one shape", storage.ErrUnsupported, s.Chunks)
	}
	return chunk, nil
}
