//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"gonum.org/v1/hdf5"

	"github.com/ndgrid/ndgrid/storage"
)

// place is where an object lies. Hard links give one object many names, and
// hierarchies circles; its place tells that.
type place struct{ file, addr uint64 }

// group is an open group.
type group struct {
	handle
	g *hdf5.Group
	// above are the places of the groups on the way here, itself included.
	above []place
	attrs atomic.Pointer[storage.Attrs]
}

// object is what a link leads to.
type object struct {
	name    string
	isGroup bool
	dead    bool // nothing is there
	at      place
}

func open(ctx context.Context, path, inner string, opts map[string]string) (storage.Array, storage.Group, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	abs, err := prepare(path)
	if err != nil {
		return nil, nil, err
	}
	lib.Lock()
	defer lib.Unlock()
	f, err := openReadOnly(abs, opts)
	if err != nil {
		return nil, nil, &storage.Error{Op: "open", Name: path, Err: err}
	}
	root, err := f.root()
	if err != nil {
		return nil, nil, errors.Join(&storage.Error{Op: "open", Name: path, Err: err}, f.close())
	}
	a, g, err := root.find(inner)
	if g != root {
		err = errors.Join(err, root.release())
	}
	switch {
	case err != nil:
		return nil, nil, err
	case a != nil:
		return a.public(), nil, nil
	}
	return nil, g, nil
}

// root opens the root group. lib is held.
func (f *file) root() (*group, error) {
	var g *hdf5.Group
	err := throughGonum(func() (err error) {
		g, err = f.h.OpenGroup("/")
		return err
	})
	if err != nil {
		return nil, err
	}
	at, err := lookup(C.hid_t(g.ID()), "/")
	if err != nil {
		return nil, errors.Join(err, closeID(C.hid_t(g.ID())))
	}
	return f.newGroup(g, "", []place{at.at})
}

// newGroup wraps a group just opened; on an error it is closed. lib is held.
func (f *file) newGroup(g *hdf5.Group, path string, above []place) (*group, error) {
	n := &group{handle: handle{f: f, path: path, id: C.hid_t(g.ID())}, g: g, above: above}
	attrs, err := readAttrs(n.id)
	if err != nil {
		return nil, errors.Join(n.fail("open", err), closeID(n.id))
	}
	n.attrs.Store(&attrs)
	f.handles[&n.handle] = true
	return n, nil
}

// lookup says what the name leads to from loc; ErrNotFound where nothing is.
// lib is held.
func lookup(loc C.hid_t, name string) (object, error) {
	o := object{name: name}
	if name == "." || strings.ContainsRune(name, 0) { // the library would take another name for it
		return o, storage.ErrNotFound
	}
	var kind C.int
	rc := withName(name, func(c *C.char) C.int {
		return C.nd_stat(loc, c, &kind, (*C.uint64_t)(&o.at.file), (*C.uint64_t)(&o.at.addr), &stack)
	})
	switch {
	case rc < 0:
		return o, libErr()
	case rc == 0 || kind != C.H5O_TYPE_GROUP && kind != C.H5O_TYPE_DATASET:
		return o, storage.ErrNotFound
	}
	o.isGroup = kind == C.H5O_TYPE_GROUP
	return o, nil
}

// parts cuts a path inside a file at its slashes.
func parts(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// find opens the array, the field of one, or the group at a path below g; "" is
// g itself. Exactly one of the results is not nil unless there is an error. lib is
// held.
func (g *group) find(path string) (*array, *group, error) { return g.walk(path, (*group).linkOf) }

// findStored is find by the names of links.
func (g *group) findStored(path string) (*array, *group, error) {
	return g.walk(path, func(_ *group, name string) string { return name })
}

func (g *group) walk(path string, linkOf func(g *group, name string) string) (*array, *group, error) {
	at := g
	list := parts(path)
	for i, name := range list {
		link := linkOf(at, name)
		o, err := lookup(at.id, link)
		var a *array
		next := at
		switch {
		case errors.Is(err, storage.ErrNotFound):
			err = at.fail("open", at.notFound(name))
		case err != nil:
			err = at.fail("open", fmt.Errorf("%q: %w", name, err))
		case o.isGroup:
			next, err = at.openGroup(o)
		default:
			a, err = at.openArray(link, name, list[i+1:])
		}
		if at != g && (next != at || err != nil || a != nil) {
			err = errors.Join(err, at.release())
		}
		if err != nil {
			return nil, nil, err
		}
		if a != nil {
			return a, nil, nil
		}
		at = next
	}
	return nil, at, nil
}

// openGroup opens a child. lib is held.
func (g *group) openGroup(o object) (*group, error) {
	path := storage.JoinKey(g.path, o.name)
	var sub *hdf5.Group
	err := throughGonum(func() (err error) {
		sub, err = g.g.OpenGroup(o.name)
		return err
	})
	if err != nil {
		return nil, g.fail("open", fmt.Errorf("%q: %w", o.name, err))
	}
	return g.f.newGroup(sub, path, append(slices.Clip(g.above), o.at))
}

// children lists what the links of the group lead to, by name, dead links among
// them. lib is held.
func (g *group) children() ([]object, error) {
	var buf C.nd_buf
	rc := C.nd_list(g.id, &buf, &stack)
	data := answer(&buf)
	if rc < 0 {
		return nil, libErr()
	}
	var list []object
	for len(data) > 24 {
		word := func(i int) uint64 { return binary.NativeEndian.Uint64(data[8*i:]) }
		o := object{isGroup: word(0) == C.ND_GROUP, dead: word(0) == C.ND_NOTHING, at: place{word(1), word(2)}}
		name, rest, _ := strings.Cut(string(data[24:]), "\x00")
		o.name, data = name, data[len(data)-len(rest):]
		list = append(list, o)
	}
	sortByName(list)
	return list, nil
}

func sortByName(list []object) {
	slices.SortFunc(list, func(a, b object) int { return strings.Compare(a.name, b.name) })
}

// Ref says where the group is; zero in a file not committed yet.
func (g *group) Ref() storage.Ref { return g.f.ref(g.path) }

func (f *file) ref(path string) storage.Ref {
	if f.w != nil && f.w.temp != "" {
		return storage.Ref{}
	}
	return storage.Ref{Driver: name, URL: f.path, Path: path, Options: f.options}
}

func (g *group) Attrs() storage.Attrs { return *g.attrs.Load() }

// Names lists the groups and arrays, sorted. Links that lead nowhere (see Audit), links to
// a group on the way here (circles), named types, and datasets that only
// stand for a NetCDF dimension are left out; all can be opened by name.
func (g *group) Names(ctx context.Context) ([]storage.Child, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lib.Lock()
	defer lib.Unlock()
	if err := g.usable(); err != nil {
		return nil, g.fail("list", err)
	}
	objects, err := g.children()
	if err != nil {
		return nil, g.fail("list", err)
	}
	showNonCoords(objects)
	list := []storage.Child{}
	for _, o := range objects {
		if !o.dead && (!o.isGroup || !slices.Contains(g.above, o.at)) {
			list = append(list, storage.Child{Name: o.name, IsGroup: o.isGroup})
		}
	}
	return list, nil
}

// at opens what is at a path below the group.
func (g *group) at(ctx context.Context, path string) (*array, *group, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err := g.usable(); err != nil {
		return nil, nil, g.fail("open", err)
	}
	if len(parts(path)) == 0 {
		return nil, nil, g.fail("open", fmt.Errorf("%w: the path is empty", storage.ErrNotFound))
	}
	return g.find(path)
}

func (g *group) Array(ctx context.Context, path string) (storage.Array, error) {
	lib.Lock()
	defer lib.Unlock()
	a, sub, err := g.at(ctx, path)
	if err != nil {
		return nil, err
	}
	if sub != nil {
		return nil, errors.Join(sub.fail("open", fmt.Errorf("%w but a group", storage.ErrNotArray)), sub.release())
	}
	return a.public(), nil
}

func (g *group) Group(ctx context.Context, path string) (storage.Group, error) {
	lib.Lock()
	defer lib.Unlock()
	a, sub, err := g.at(ctx, path)
	if err != nil {
		return nil, err
	}
	if a != nil {
		return nil, errors.Join(a.fail("open", fmt.Errorf("%w but an array", storage.ErrNotGroup)), a.release())
	}
	if g.f.w != nil {
		return &writableGroup{sub}, nil
	}
	return sub, nil
}

// Close closes the group; arrays and groups opened from it stay open.
func (g *group) Close() error {
	lib.Lock()
	defer lib.Unlock()
	return g.fail("close", g.release())
}
