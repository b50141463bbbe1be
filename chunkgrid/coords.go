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
// "coordinates" then name it too unless Attrs gave them some.
func CopyCoords(g storage.Group) Option { return func(c *config) { c.save.coords = g } }

// coordCopier adds the coordinates of a group to the arrays to be saved.
type coordCopier struct {
	from   storage.Group
	names  []string // of the group's arrays, nil where the store can't list them
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
	cc := coordCopier{from: c.save.coords, arrays: arrays, attrs: map[string]storage.Attrs{}}
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
	if err != nil {
		cc.close()
	}
	return cc.close, err
}

// list finds the names. Not all that can be opened is listed: NetCDF-4 keeps the
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
	names, err := cc.named(ctx)
	if err != nil {
		return err
	}
	extra := map[string][]string{} // coordinates of a saved array
	for _, name := range names {
		if _, ok := cc.arrays[name]; ok {
			continue
		}
		a, err := cc.open(ctx, name)
		if a == nil && (err == nil || errors.Is(err, storage.ErrUnsupported)) {
			continue // a label of a type that no array has, perhaps
		}
		if err != nil {
			return err
		}
		m := a.Meta()
		for _, s := range saved {
			n := cc.arrays[s].plan()
			if _, given := cc.attrs[s]["coordinates"]; !given && within(lengthsOf(m.Dims, m.Shape), lengthsOf(n.Dims, n.Shape), len(m.Shape)) {
				extra[s] = append(extra[s], name)
			}
		}
		if slices.ContainsFunc(saved, func(s string) bool { return slices.Contains(append(words(cc.attrs[s]), extra[s]...), name) }) {
			cc.add(name, a, m.Dims)
		}
	}
	for s, list := range extra {
		a := maps.Clone(cc.attrs[s])
		if a == nil {
			a = storage.Attrs{}
		}
		a["coordinates"] = strings.Join(list, " ")
		cc.attrs[s] = a
	}
	return nil
}

// named returns the names in the attributes "coordinates" of the group's arrays,
// and of those to be saved.
func (cc *coordCopier) named(ctx context.Context) ([]string, error) {
	var names []string
	for _, a := range cc.attrs {
		names = append(names, words(a)...)
	}
	for _, name := range cc.names {
		a, err := cc.from.Array(ctx, name)
		if errors.Is(err, storage.ErrUnsupported) || errors.Is(err, storage.ErrCodec) {
			continue // it can't be read, so nothing was computed with it
		}
		if err != nil {
			return nil, fmt.Errorf("coordinates of %q: %w", name, err)
		}
		names = append(names, words(a.Meta().Attrs)...)
		if err := a.Close(); err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// words returns what the attribute "coordinates" names.
func words(a storage.Attrs) []string {
	text, _ := a["coordinates"].(string)
	return strings.Fields(text)
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
