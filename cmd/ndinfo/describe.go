package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
)

// arrayInfo is what is known of an array without computing anything. It stays
// valid when the array is closed.
type arrayInfo struct {
	name   string // below the group that is shown
	meta   *storage.Meta
	dtype  string // of the elements in the file where they have no dtype
	chunk  []int  // nil: the array has no chunks
	stored storedSize
	rng    *coordRange // of a coordinate; nil for other arrays
	scalar string      // the value of an array without axes, or the first ones of a column
	stats  *statistics // with --json --stats
	values nd.Dyn      // with --json, and --values or --slice
	axes   []axis      // with --json, of an array that is shown alone
	err    error       // what can't be read; without meta it can't be opened
}

// groupInfo is a group with everything below it.
type groupInfo struct {
	name   string // below the group that is shown
	format string
	attrs  storage.Attrs
	arrays []*arrayInfo
	groups []*groupInfo
	err    error
}

// logical is the number of bytes of all elements, 0 where they vary in size.
func (a *arrayInfo) logical() int64 {
	return int64(nd.Box{Shape: a.meta.Shape}.Size()) * int64(a.meta.DType.Size())
}

// sizeText writes logical and stored bytes: "2.0 MiB in 89 KiB".
func (a *arrayInfo) sizeText() string {
	if a.meta.DType.Size() == 0 {
		return diag.FormatBytes(a.stored.bytes) + " stored"
	}
	return sizeText(a.logical(), a.stored)
}

// ratioText writes the compression ratio: "23.6:1", "" where it isn't known.
func (a *arrayInfo) ratioText() string { return ratioText(a.logical(), a.stored) }

func (a *arrayInfo) units() string {
	u, _ := storage.Attr[string](a.meta.Attrs, "units")
	return u
}

// isCoordinate reports whether the array holds the coordinates of its own axis.
func isCoordinate(name string, m *storage.Meta) bool {
	return len(m.Shape) == 1 && len(m.Dims) == 1 && m.Dims[0] == path.Base(name)
}

// describeArray gathers what is shown of an array. What can't be read is left
// out, and its error is in the result.
func (o *options) describeArray(ctx context.Context, a storage.Array, name string) *arrayInfo {
	m := a.Meta()
	info := &arrayInfo{name: name, meta: m, dtype: m.DType.String()}
	if t, ok := a.(hdf5.Typed); ok && !m.DType.Valid() {
		info.dtype = t.StoredType()
	}
	info.chunk = chunkShape(a)
	var err error
	if o.json || !o.sliced && !o.writing { // else nobody looks at sizes
		info.stored, info.err = o.countStored(ctx, a)
	}
	if !m.DType.Valid() {
		return info
	}
	c, column := a.(*csvColumn)
	switch {
	case column:
		info.scalar = c.first
	case len(m.Shape) == 0 && cheap(a, 1):
		d, err := readBox(ctx, a, nd.Box{})
		if err == nil {
			info.scalar = valueText(m.DType, d.Item())
		}
		info.err = errors.Join(info.err, err)
	case isCoordinate(name, m):
		info.rng, err = readRange(ctx, a)
		info.err = errors.Join(info.err, err)
	}
	if o.json {
		info.err = errors.Join(info.err, o.addValues(ctx, a, info))
	}
	return info
}

// chunkShape returns the shape of an array's chunks, nil where it is stored in one piece.
func chunkShape(a storage.Array) []int {
	_, whole := a.(storage.BoxReader)
	if s, ok := a.(storage.ChunkShaper); ok {
		whole = s.ChunkShape() == nil
	}
	if whole {
		return nil
	}
	grid := a.Meta().ReadGrid
	if chunk, ok := grid.Regular(); ok {
		return chunk
	}
	return grid.MaxChunk()
}

// addValues adds what only a document holds: statistics and values.
func (o *options) addValues(ctx context.Context, a storage.Array, info *arrayInfo) error {
	if !o.values && !o.sliced && !o.stats {
		return nil
	}
	x, err := o.view(ctx, a)
	if err != nil {
		return err
	}
	if o.values || o.sliced {
		if x.NBytes() > o.memory {
			return fmt.Errorf("the values take %s, --memory is %s; --slice names a part of them", nd.FormatBytes(x.NBytes()), nd.FormatBytes(o.memory))
		}
		if info.values, err = chunkgrid.ComputeDyn(ctx, x, o.runOptions()...); err != nil {
			return err
		}
	}
	if o.stats && hasStats(x.DType().Kind()) {
		info.stats, err = o.statistics(ctx, x, info.meta)
	}
	return err
}

// describeGroup gathers what is shown of a group. What can't be opened is
// described by its error.
func (o *options) describeGroup(ctx context.Context, g storage.Group, name string) (*groupInfo, error) {
	info := &groupInfo{name: name, attrs: g.Attrs(), format: formatName(g.Ref().Driver)}
	children, err := g.Names(ctx)
	if err != nil {
		return nil, err
	}
	open := openChildren(ctx, g, children)
	for _, c := range children {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		full := storage.JoinKey(name, c.Name)
		if c.IsGroup {
			info.groups = append(info.groups, o.describeChildGroup(ctx, open, c, full))
		} else {
			info.arrays = append(info.arrays, o.describeChildArray(ctx, open, c, full))
		}
	}
	orderArrays(info.arrays)
	for _, sub := range info.groups {
		if sub.format != "" {
			info.format = sub.format
		}
	}
	for _, a := range info.arrays {
		if a.meta != nil {
			info.format = a.meta.Format
		}
	}
	return info, nil
}

func (o *options) describeChildGroup(ctx context.Context, open opener, c storage.Child, full string) *groupInfo {
	n, err := open(c)
	if err != nil {
		return &groupInfo{name: full, err: err}
	}
	defer n.Close()
	info, err := o.describeGroup(ctx, n.group, full)
	if err != nil {
		return &groupInfo{name: full, err: err}
	}
	return info
}

func (o *options) describeChildArray(ctx context.Context, open opener, c storage.Child, full string) *arrayInfo {
	n, err := open(c)
	if err != nil {
		return &arrayInfo{name: full, err: err}
	}
	defer n.Close()
	info := o.describeArray(ctx, n.array, full)
	if !o.json && info.meta.DType.Valid() {
		info.err = errors.Join(info.err, o.addValues(ctx, n.array, info))
	}
	return info
}

// walk calls f for every group below and including g, depth first.
func (g *groupInfo) walk(f func(*groupInfo)) {
	f(g)
	for _, sub := range g.groups {
		sub.walk(f)
	}
}

// errs returns the errors of everything below the group.
func (g *groupInfo) errs() error {
	var all []error
	g.walk(func(g *groupInfo) {
		all = append(all, ofMember(g.name, g.err))
		for _, a := range g.arrays {
			all = append(all, ofMember(a.name, a.err))
		}
	})
	return errors.Join(all...)
}

// orderArrays puts coordinates first, in the order in which the largest array
// has their axes, then the others by name.
func orderArrays(arrays []*arrayInfo) {
	axes := map[string]int{}
	bySize := slices.Clone(arrays)
	bySize = slices.DeleteFunc(bySize, func(a *arrayInfo) bool { return a.meta == nil })
	slices.SortStableFunc(bySize, func(a, b *arrayInfo) int { return len(b.meta.Shape) - len(a.meta.Shape) })
	for _, a := range bySize {
		for _, d := range a.meta.Dims {
			if _, ok := axes[d]; !ok {
				axes[d] = len(axes)
			}
		}
	}
	rank := func(a *arrayInfo) int {
		if a.meta != nil && isCoordinate(a.name, a.meta) {
			return axes[path.Base(a.name)]
		}
		return len(axes)
	}
	slices.SortStableFunc(arrays, func(a, b *arrayInfo) int { return rank(a) - rank(b) })
}

// formatName is what a driver's format is called.
func formatName(driver string) string {
	if name, ok := map[string]string{"hdf5": "HDF5", "zarr": "Zarr", "csv": "CSV"}[driver]; ok {
		return name
	}
	return driver
}

// displayName is the name of what lies at a place: the file's name, and the
// path inside it.
func displayName(r storage.Ref) string { return storage.JoinKey(filepath.Base(r.URL), r.Path) }

// glance is the most bytes that are read or decoded for a look at some values.
const glance = 64 << 20

// cheap reports whether n elements can be read with a glance.
func cheap(a storage.Array, n int) bool {
	m := a.Meta()
	limit := glance / max(m.DType.Size(), 1)
	_, boxes := a.(storage.BoxReader)
	return n <= limit && (boxes || (nd.Box{Shape: m.ReadGrid.MaxChunk()}).Size() <= limit)
}

// readBox reads a box of an array.
func readBox(ctx context.Context, a storage.Array, box nd.Box) (nd.Dyn, error) {
	if varies(a.Meta().DType) {
		return readPadded(ctx, a, box, glance)
	}
	d, err := nd.NewDyn(a.Meta().DType, box.Shape)
	if err != nil {
		return nil, err
	}
	return d, storage.ReadBox(ctx, a, box, d.Bytes())
}

// missingAttrs are the attributes that declare stored values to mean none;
// missingNames has Zarr's own fill value too: where xarray has named dimensions
// in Zarr v2, that stands for _FillValue.
var (
	missingAttrs = []string{"_FillValue", "missing_value"}
	missingNames = append(slices.Clone(missingAttrs), zarrFill)
)

const zarrFill = "fill_value"

// missingValues returns the values that mean none, by one of missingNames.
func missingValues(m *storage.Meta) map[string][]any {
	found := map[string][]any{}
	for _, name := range missingAttrs {
		if v, ok := m.Attrs[name]; ok {
			found[name] = listOf(v)
		}
	}
	if found["_FillValue"] == nil && m.Format == "Zarr v2" && m.Dims != nil && m.Fill != nil {
		if d, err := nd.DynFromBytes(m.DType, nil, m.Fill); err == nil {
			found[zarrFill] = []any{d.Item()}
		}
	}
	return found
}

// fillText writes the value of elements that were never written.
func fillText(m *storage.Meta) string {
	if m.DType == nd.Text {
		return valueText(m.DType, string(m.Fill))
	}
	d, err := nd.NewDyn(m.DType, nil)
	if err != nil {
		return "none"
	}
	storage.Fill(d.Bytes(), m.Fill)
	return valueText(m.DType, d.Item())
}

// errNoValues is why there are no values of a stored dtype.
func errNoValues(info *arrayInfo) error {
	return fmt.Errorf("%w: elements of type %s can't be read", storage.ErrUnsupported, info.dtype)
}

// listOf returns the elements of a slice, or a single value as a list of one.
func listOf(v any) []any {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice {
		return []any{v}
	}
	list := make([]any, r.Len())
	for i := range list {
		list[i] = r.Index(i).Interface()
	}
	return list
}
