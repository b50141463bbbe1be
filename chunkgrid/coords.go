package chunkgrid

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/storage"
)

// CopyCoords has Save copy coordinates from g, as they are stored, with their
// attributes: for every dimension name among the saved arrays the 1-d array of
// that name and length; and what the attribute "coordinates" of an array of g
// names, to go with those saved arrays that have all its dimensions, whose
// "coordinates" then name it too unless Attrs gave them some. With coordinates go
// their "bounds" (CF conventions 7.1), and with the arrays what their "grid_mapping"
// names (5.6): they have that of arrays of g with the same horizontal axes, unless
// Attrs gave them one.
func CopyCoords(g storage.Group) Option { return func(c *config) { c.save.coords = g } }

// coordCopier adds the coordinates of a group to the arrays to be saved.
type coordCopier struct {
	from   storage.Group
	names  []string                 // of the group's arrays, nil where the store can't list them
	metas  map[string]*storage.Meta // of those that can be read
	arrays Vars
	attrs  map[string]storage.Attrs
	opened []storage.Array
}

// addCoords adds the coordinates that CopyCoords asks for to the variables. It
// returns what closes them.
func addCoords(ctx context.Context, c *config, arrays Vars) (func(), error) {
	if c.save.coords == nil {
		return func() {}, nil
	}
	cc := coordCopier{from: c.save.coords, metas: map[string]*storage.Meta{}, arrays: arrays, attrs: map[string]storage.Attrs{}}
	maps.Copy(cc.attrs, c.save.attrs)
	c.save.attrs = cc.attrs
	saved := slices.Sorted(maps.Keys(arrays))
	err := cc.list(ctx)
	if err == nil {
		err = cc.addAxes(ctx, saved)
	}
	if err == nil {
		err = cc.addOthers(ctx, saved)
	}
	if err == nil {
		cc.addMappings(saved)
		err = cc.addNamed(ctx)
	}
	if err != nil {
		cc.close()
	}
	return cc.close, err
}

// list finds the names, and what metadata there are. Not all that can be opened is listed: NetCDF-4 keeps the
// length of a dimension without coordinates in an array, too.
func (cc *coordCopier) list(ctx context.Context) error {
	children, err := cc.from.Names(ctx)
	if errors.Is(err, storage.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("coordinates: %w", err)
	}
	cc.names = []string{}
	for _, c := range children {
		if !c.IsGroup {
			cc.names = append(cc.names, c.Name)
		}
	}
	for _, name := range cc.names {
		a, err := cc.from.Array(ctx, name)
		if errors.Is(err, storage.ErrUnsupported) || errors.Is(err, storage.ErrCodec) {
			continue // it can't be read, so nothing was computed with it
		}
		if err != nil {
			return fmt.Errorf("coordinates of %q: %w", name, err)
		}
		cc.metas[name] = a.Meta()
		if err := a.Close(); err != nil {
			return err
		}
	}
	return nil
}

func (cc *coordCopier) close() {
	for _, a := range cc.opened {
		_ = a.Close()
	}
}

// open returns an array of the group, nil where there is none.
func (cc *coordCopier) open(ctx context.Context, name string) (storage.Array, error) {
	if cc.names != nil && !slices.Contains(cc.names, name) {
		return nil, nil
	}
	a, err := cc.from.Array(ctx, name)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrNotArray) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("coordinate %q: %w", name, err)
	}
	cc.opened = append(cc.opened, a)
	return a, nil
}

// add has an array saved too.
func (cc *coordCopier) add(name string, a storage.Array, dims []string) {
	n := plan.Source(a)
	if len(dims) > 0 && !slices.Equal(n.Dims, dims) {
		n = plan.Rename(n, dims)
	}
	cc.arrays[name] = wrap(n)
	if _, ok := cc.attrs[name]; !ok {
		cc.attrs[name] = maps.Clone(a.Meta().Attrs)
		maps.DeleteFunc(cc.attrs[name], func(k string, _ any) bool { return storage.InternalAttr(k) || k == "_ARRAY_DIMENSIONS" })
	}
}

// addAxes adds the coordinates that are named as dimensions are.
func (cc *coordCopier) addAxes(ctx context.Context, saved []string) error {
	lengths := map[string]int{}
	for _, name := range saved {
		maps.Copy(lengths, lengthsOf(cc.arrays[name].plan().Dims, cc.arrays[name].plan().Shape))
	}
	for _, dim := range slices.Sorted(maps.Keys(lengths)) {
		if _, ok := cc.arrays[dim]; ok {
			continue
		}
		a, err := cc.open(ctx, dim)
		if err != nil {
			return err
		}
		if a != nil && slices.Equal(a.Meta().Shape, []int{lengths[dim]}) {
			cc.add(dim, a, []string{dim})
		}
	}
	return nil
}

// addOthers adds the coordinates that attributes name.
func (cc *coordCopier) addOthers(ctx context.Context, saved []string) error {
	extra := map[string][]string{} // coordinates of a saved array
	for _, name := range cc.named() {
		a, err := cc.other(ctx, name)
		if err != nil {
			return err
		}
		if a == nil {
			continue
		}
		m := a.Meta()
		for _, s := range saved {
			n := cc.arrays[s].plan()
			if _, given := cc.attrs[s]["coordinates"]; !given && within(lengthsOf(m.Dims, m.Shape), lengthsOf(n.Dims, n.Shape), len(m.Shape)) {
				extra[s] = append(extra[s], name)
			}
		}
		if slices.ContainsFunc(saved, func(s string) bool {
			return slices.Contains(append(words(cc.attrs[s], "coordinates"), extra[s]...), name)
		}) {
			cc.add(name, a, m.Dims)
		}
	}
	for s, list := range extra {
		cc.set(s, "coordinates", strings.Join(list, " "))
	}
	return nil
}

// other opens an array that an attribute names; nil if it is there already, or can't be.
func (cc *coordCopier) other(ctx context.Context, name string) (storage.Array, error) {
	if _, ok := cc.arrays[name]; ok {
		return nil, nil
	}
	a, err := cc.open(ctx, name)
	if errors.Is(err, storage.ErrUnsupported) {
		return nil, nil // a label of a type that no array has, perhaps
	}
	return a, err
}

// set gives an array an attribute.
func (cc *coordCopier) set(name, attr, text string) {
	a := maps.Clone(cc.attrs[name])
	if a == nil {
		a = storage.Attrs{}
	}
	a[attr] = text
	cc.attrs[name] = a
}

// named returns the names in the attributes "coordinates" of the group's arrays,
// and of those to be saved.
func (cc *coordCopier) named() []string {
	var names []string
	for _, a := range cc.attrs {
		names = append(names, words(a, "coordinates")...)
	}
	for _, m := range cc.metas {
		names = append(names, words(m.Attrs, "coordinates")...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// words returns what an attribute names.
func words(a storage.Attrs, attr string) []string {
	text, _ := a[attr].(string)
	return strings.Fields(text)
}

// addMappings gives arrays to be saved the grid mapping that arrays of the group
// with the same horizontal axes have, if that is one.
func (cc *coordCopier) addMappings(saved []string) {
	for _, s := range saved {
		if _, given := cc.attrs[s]["grid_mapping"]; given {
			continue
		}
		n := cc.arrays[s].plan()
		var found []string
		for _, m := range cc.metas {
			text, _ := m.Attrs["grid_mapping"].(string)
			if axes := cc.horizontal(lengthsOf(m.Dims, m.Shape)); text != "" && len(axes) > 0 && within(axes, lengthsOf(n.Dims, n.Shape), len(axes)) {
				found = append(found, text)
			}
		}
		slices.Sort(found)
		if found = slices.Compact(found); len(found) == 1 {
			cc.set(s, "grid_mapping", found[0])
		}
	}
}

// horizontal returns those of some axes whose coordinates say that they are
// horizontal, or all if none does.
func (cc *coordCopier) horizontal(axes map[string]int) map[string]int {
	some := map[string]int{}
	for d, n := range axes {
		if m := cc.metas[d]; m != nil && (m.Attrs["axis"] == "X" || m.Attrs["axis"] == "Y" || slices.Contains(horizontalNames, m.Attrs["standard_name"])) {
			some[d] = n
		}
	}
	if len(some) == 0 {
		return axes
	}
	return some
}

// horizontalNames are the standard names of horizontal coordinates, CF conventions 4.1, 4.2 and 5.6.
var horizontalNames = []any{"latitude", "longitude", "grid_latitude", "grid_longitude",
	"projection_x_coordinate", "projection_y_coordinate", "projection_x_angular_coordinate", "projection_y_angular_coordinate"}

// addNamed adds the bounds of coordinates, and grid mappings.
func (cc *coordCopier) addNamed(ctx context.Context) error {
	lengths := map[string]int{}
	for _, a := range cc.arrays {
		maps.Copy(lengths, lengthsOf(a.plan().Dims, a.plan().Shape))
	}
	for _, name := range slices.Sorted(maps.Keys(cc.arrays)) {
		of, bounds := cc.arrays[name].plan(), words(cc.attrs[name], "bounds")
		for _, other := range append(bounds, mappings(cc.attrs[name])...) {
			a, err := cc.other(ctx, other)
			if err != nil {
				return err
			}
			if a == nil {
				continue
			}
			m, fits := a.Meta(), true
			if slices.Contains(bounds, other) { // of shorter coordinates, perhaps
				fits = len(m.Shape) == len(of.Shape)+1 && slices.Equal(m.Shape[:len(of.Shape)], of.Shape)
			}
			for d, n := range lengthsOf(m.Dims, m.Shape) {
				if l, ok := lengths[d]; ok && l != n {
					fits = false // the length that a dimension had before
				}
			}
			if fits {
				cc.add(other, a, m.Dims)
				maps.Copy(lengths, lengthsOf(m.Dims, m.Shape))
			}
		}
	}
	return nil
}

// mappings returns the variables that the attribute "grid_mapping" names: it is
// "crs", or "crs: x y other: lat lon".
func mappings(a storage.Attrs) []string {
	list := words(a, "grid_mapping")
	if len(list) == 1 {
		return list
	}
	var names []string
	for _, w := range list {
		if name, ok := strings.CutSuffix(w, ":"); ok {
			names = append(names, name)
		}
	}
	return names
}

// lengthsOf returns the lengths of the axes that have a name.
func lengthsOf(dims []string, shape []int) map[string]int {
	m := map[string]int{}
	for k, d := range dims {
		if d != "" {
			m[d] = shape[k]
		}
	}
	return m
}

// within reports whether all ndim axes are named and are axes of the other.
func within(axes, of map[string]int, ndim int) bool {
	for d, n := range axes {
		if l, ok := of[d]; !ok || l != n {
			return false
		}
	}
	return len(axes) == ndim
}
