//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// array is an open dataset. What a user gets is one of the types in public,
// which differ in what else they can do.
type array struct {
	handle
	state      atomic.Pointer[state]
	stored     string // type in the file
	elem       int    // bytes of an element in memory; of text, see refBytes
	inner      int    // how many of the axes, the last, are those of elements that are arrays
	chunk      []int  // nil: not chunked
	pipe       *pipeline
	raw        *os.File // where the data are; nil: only the library reads them
	header     int64    // where in raw the object header is
	indexed    sync.Once
	index      *index // see places
	plain      bool   // chunks as in memory
	direct     bool   // contiguous, as in memory: read without the library
	base       int64  // direct: offset in the file; negative where nothing is stored
	lazy       bool   // contiguous in this file: present once it has an offset
	limits     []int  // how long the axes can get; nil: not in chunks, the shape is fixed
	mandatory  bool   // no chunk may go without a filter that the library can't encode
	unreadable error  // why no element can be read
	created    bool   // by this session: Abort removes it
	done       bool   // committed or aborted
}

// state is what Resize changes.
type state struct {
	meta storage.Meta
	ref  storage.Ref
}

// flat is an array whose boxes are read straight from the file.
type flat struct{ *array }

// public wraps the array in the type that can do what it can do.
func (a *array) public() storage.Array {
	text := a.Meta().DType == nd.Text
	switch {
	case a.f.w != nil && text:
		return &writableText{&writableArray{a}}
	case a.f.w != nil:
		return &writableArray{a}
	case text:
		return &textArray{a}
	case a.chunk == nil && a.unreadable == nil && (a.inner == 0 || a.direct):
		return &flat{a}
	}
	return a
}

// lengths converts lengths along axes to int.
func lengths(dims []C.hsize_t) ([]int, error) {
	shape := make([]int, len(dims))
	for i, n := range dims {
		if n > math.MaxInt {
			return nil, fmt.Errorf("%w: length %d along axis %d", nd.ErrOverflow, uint64(n), i)
		}
		shape[i] = int(n)
	}
	return shape, nil
}

// openArray opens the child at a link, which users know by a name, or a field of its
// elements. lib is held.
func (g *group) openArray(link, name string, fields []string) (*array, error) {
	var t C.nd_type
	var d C.nd_dataset
	var mem C.hid_t
	id := withName(link, func(c *C.char) C.hid_t { return C.nd_open(g.id, c, &t, &d, &mem, &stack) })
	if id < 0 {
		return nil, g.fail("open", fmt.Errorf("%q: %w", name, libErr()))
	}
	a := &array{handle: handle{f: g.f, path: storage.JoinKey(g.path, strings.Join(append([]string{name}, fields...), "/")), id: id, mem: mem}}
	g.f.handles[&a.handle] = true
	if d.fileno == g.f.number && d.header <= math.MaxInt64 && len(fields) == 0 { // and not at the end of an external link
		a.raw, a.header = g.f.raw, int64(d.header)
	}
	if err := a.describe(name, fields, &t, &d); err != nil {
		return nil, errors.Join(a.fail("open", err), a.release())
	}
	return a, nil
}

// describe fills in everything about the array. lib is held.
func (a *array) describe(name string, fields []string, t *C.nd_type, d *C.nd_dataset) error {
	dtype, err := a.element(t, d, fields)
	switch {
	case errors.Is(err, storage.ErrUnsupported):
		a.unreadable = err
	case err != nil:
		return err
	}
	a.stored, a.elem = C.GoString(&t.text[0]), int(t.size)
	text := dtype == nd.Text
	sized := err == nil && !text
	if text {
		a.elem = refBytes
	}
	shape, err := lengths(d.dims[:d.rank])
	if err != nil {
		return err
	}
	if d.null != 0 {
		shape = []int{0}
		if a.inner > 0 {
			a.inner, d.has_fill = 0, 0
		}
	}
	if err := checkBytes(shape, a.elem); err != nil {
		return err
	}
	m := storage.Meta{DType: dtype, Shape: shape, Format: a.f.format, Order: "C"}
	if d.layout == C.H5D_CHUNKED {
		if a.chunk, err = chunkOf(d, a.elem); err != nil {
			return err
		}
		a.limits, m.MaxShape = limitsOf(d, shape)
		a.mandatory = d.mandatory != 0
	}
	if a.elem > 1 && sized && !slices.Contains([]nd.Kind{nd.KindBytes, nd.KindRaw, nd.KindStruct}, dtype.Kind()) {
		m.ByteOrder = map[C.int]string{'l': "little", 'b': "big", 0: "little"}[t.order] // 0: times, see datetimeTag
	}
	filters := filtersOf(d)
	m.Codecs = texts(filters)
	if m.Attrs, err = readAttrs(a.id); err != nil {
		return err
	}
	if m.Dims, err = a.dimNames(name, len(shape), m.Attrs); err != nil {
		return err
	}
	if sized && d.has_fill != 0 {
		if m.Fill, err = a.fill(shape); err != nil {
			return err
		}
	}
	switch {
	case sized:
		err = a.choosePath(t, d, dtype, m.ByteOrder, filters)
	case text:
		err = a.describeText(d, &m, filters)
	}
	if err != nil {
		return err
	}
	return a.setMeta(m)
}

// fill returns the fill value. That of elements which are arrays must be of one
// number. lib is held.
func (a *array) fill(shape []int) ([]byte, error) {
	n, err := nd.SizeOf(append(slices.Clone(shape[len(shape)-a.inner:]), a.elem))
	if err != nil {
		return nil, err
	}
	all := make([]byte, n)
	if err := check(C.nd_fill(a.id, a.mem, unsafe.Pointer(&all[0]), &stack)); err != nil {
		return nil, err
	}
	for at := a.elem; at < n; at += a.elem {
		if !bytes.Equal(all[at:at+a.elem], all[:a.elem]) {
			a.unreadable = fmt.Errorf("%w: a fill value of different numbers", storage.ErrUnsupported)
		}
	}
	return all[:a.elem], nil
}

// checkBytes refuses arrays of more bytes than int counts.
func checkBytes(shape []int, elem int) error {
	n, err := nd.SizeOf(shape)
	if err == nil && elem > 0 && n > math.MaxInt/elem {
		err = fmt.Errorf("%w: shape %v of %d bytes each", nd.ErrOverflow, shape, elem)
	}
	return err
}

// maxChunk is the format's limit for the bytes of a chunk.
const maxChunk = math.MaxUint32

// chunkOf returns the chunk shape.
func chunkOf(d *C.nd_dataset, elem int) ([]int, error) {
	chunk, err := lengths(d.chunk[:d.rank])
	if err != nil {
		return nil, err
	}
	n, err := nd.SizeOf(chunk)
	if err != nil || n == 0 || n > maxChunk/max(elem, 1) {
		return nil, fmt.Errorf("%w: chunk shape %v of %d bytes each", storage.ErrCorrupt, chunk, elem)
	}
	return chunk, nil
}

func filtersOf(d *C.nd_dataset) []filter {
	list := make([]filter, d.nfilters)
	for i := range list {
		f := &d.filter[i]
		list[i] = filter{id: int(f.id), name: C.GoString(&f.name[0])}
		for _, p := range f.params[:f.nparams] {
			list[i].params = append(list[i].params, int(p))
		}
	}
	return list
}

// choosePath decides how elements are read: in place, as stored chunks decoded
// here, or by the library.
func (a *array) choosePath(t *C.nd_type, d *C.nd_dataset, dtype nd.DType, order string, filters []filter) error {
	switch d.layout {
	case C.H5D_CONTIGUOUS:
		a.lazy = d.external == 0
		if a.raw == nil || !a.lazy {
			return nil
		}
		at, err := a.offset()
		if err != nil || at > math.MaxInt64 && at != math.MaxUint64 {
			return err
		}
		a.direct, a.base = t.how == C.ND_SAME, int64(at)
	case C.H5D_CHUNKED:
		if t.how != C.ND_CONVERT && d.odd_edges == 0 {
			elems, _ := nd.SizeOf(a.chunk)
			p, err := newPipeline(dtype, elems, order, filters)
			if err == nil {
				a.pipe, a.plain = p, len(filters) == 0 && t.how == C.ND_SAME
				return nil
			}
		}
		a.unreadable = cmp.Or(a.unreadable, libraryLacks(filters))
	}
	return nil
}

// offset returns where contiguous data lie, ^0 where nothing is stored yet.
// lib is held.
func (a *array) offset() (uint64, error) {
	var at C.uint64_t
	err := check(C.nd_offset(a.id, &at, &stack))
	return uint64(at), err
}

// bandBytes is about the size of the pieces in which arrays without chunks are
// read.
const bandBytes = 2 << 20

// bands cuts a shape into runs of whole rows of about limit bytes.
func bands(shape []int, elem, limit int) []int {
	chunk := make([]int, len(shape))
	room := max(1, limit/max(elem, 1))
	for k := len(shape) - 1; k >= 0; k-- {
		chunk[k] = max(1, min(shape[k], room))
		room = max(1, room/chunk[k])
	}
	return chunk
}

// setMeta completes the metadata with the grids of its shape and publishes it.
func (a *array) setMeta(m storage.Meta) (err error) {
	chunk := a.chunk
	if chunk == nil {
		outer, inner := m.Shape[:len(m.Shape)-a.inner], m.Shape[len(m.Shape)-a.inner:]
		n, err := nd.SizeOf(append(slices.Clone(inner), a.elem))
		if err != nil {
			return err
		}
		chunk = append(bands(outer, n, bandBytes), inner...)
	}
	if m.ReadGrid, err = nd.NewGrid(m.Shape, chunk); err != nil {
		return err
	}
	m.WriteGrid = m.ReadGrid
	a.publish(m)
	return nil
}

func (a *array) publish(m storage.Meta) {
	s := &state{meta: m, ref: a.f.ref(a.path)}
	if s.ref.Driver != "" {
		s.ref.Fingerprint = storage.Fingerprint(&s.meta)
	}
	a.state.Store(s)
}

func (a *array) Meta() *storage.Meta { return &a.state.Load().meta }

// Ref says where the array is; zero in a file not committed yet.
func (a *array) Ref() storage.Ref { return a.state.Load().ref }

// StoredType names the type of the elements in the file, see Typed.
func (a *array) StoredType() string { return a.stored }

// ReadCost is the memory one ReadChunk takes: the stored bytes, the codecs'
// buffers, and a whole chunk for those at the edge.
func (a *array) ReadCost() int {
	if a.pipe == nil {
		cost := 1 << 20 // the library's conversion buffer, or a span of rows
		if n, err := nd.SizeOf(a.chunk); err == nil && a.chunk != nil {
			cost += 2 * n * a.elem // stored and decoded
		}
		return cost
	}
	return a.pipe.limit + a.pipe.cost + a.pipe.size
}

// Close closes the array, and its file when nothing else of it is open.
func (a *array) Close() error {
	lib.Lock()
	defer lib.Unlock()
	return a.fail("close", a.release())
}

// chunkErr names the chunk an error is about.
func (a *array) chunkErr(op string, coord []int, err error) error {
	if err == nil {
		return nil
	}
	return a.fail(fmt.Sprintf("%s %v of", op, coord), err)
}
