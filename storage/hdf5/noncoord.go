//go:build cgo && !nohdf5

package hdf5

// #include "shim.h"
import "C"

import (
	"errors"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/storage"
)

// nonCoord begins the names under which NetCDF-4 stores variables that have the
// name of a dimension but aren't its coordinates: the scale has the name itself.
const nonCoord = "_nc4_non_coord_"

// linkOf returns the name of the link to what users know under a name: that of
// a variable beside the placeholder of its dimension is longer. lib is held.
func (g *group) linkOf(name string) string {
	stored := nonCoord + name
	if o, err := lookup(g.id, stored); err != nil || o.isGroup {
		return name
	}
	o, err := lookup(g.id, name)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return stored
	case err != nil || o.isGroup:
		return name
	}
	a, err := g.openArray(name, name, nil)
	if err != nil {
		return name
	}
	defer a.drop()
	if a.isPlaceholder() {
		return stored
	}
	return name
}

// showNonCoords gives variables beside the placeholders of their dimensions, which
// children leaves out, the names that users know.
func showNonCoords(objects []object) {
	taken := map[string]bool{}
	for _, o := range objects {
		taken[o.name] = !o.dead
	}
	for i, o := range objects {
		if name, ok := strings.CutPrefix(o.name, nonCoord); ok && name != "" && !o.isGroup && !o.dead && !taken[name] {
			objects[i].name = name
		}
	}
	sortByName(objects)
}

// hideNonCoords makes room for the scales of dimensions whose names arrays have
// that can't be the coordinates, by the longer name of NetCDF-4. It does so in
// files that are called NetCDF: h5py would find the scale under the name. g is
// the root. lib is held.
func (g *group) hideNonCoords(jobs []dimJob) error {
	if !g.f.isNetCDF() {
		return nil
	}
	for i := range jobs {
		j := &jobs[i]
		isDim := slices.ContainsFunc(jobs, func(k dimJob) bool { return k.group == j.group && slices.Contains(k.dims, j.name) })
		if j.canBeScale() || !isDim {
			continue
		}
		_, parent, err := g.find(j.group)
		if err != nil {
			return err
		}
		err = parent.rename(j.name, nonCoord+j.name)
		if parent != g {
			err = errors.Join(err, parent.release())
		}
		if err != nil {
			return parent.fail("rename "+j.name+" in", err)
		}
		j.name = nonCoord + j.name
	}
	return nil
}

// canBeScale reports whether the array can be the coordinates of a dimension of
// its name.
func (j dimJob) canBeScale() bool {
	return len(j.shape) == 1 && (j.isUnnamed() || j.isScale())
}

func (g *group) rename(name, to string) error {
	return check(withName(name, func(from *C.char) C.int {
		return withName(to, func(to *C.char) C.int { return C.nd_rename(g.id, from, to, &stack) })
	}))
}
