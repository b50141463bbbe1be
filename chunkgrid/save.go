package chunkgrid

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// Vars are arrays to save, by name.
type Vars map[string]Any

type saveConfig struct {
	attrs     map[string]storage.Attrs
	coords    storage.Group
	codecs    []string
	overwrite bool
	extend    bool
	resume    bool
	digest    string // of what is saved
}

// Attrs gives a saved array its attributes, or a group that saved arrays lie in; name
// "" is the group at the url.
func Attrs(name string, a storage.Attrs) Option {
	return func(c *config) {
		if c.save.attrs == nil {
			c.save.attrs = map[string]storage.Attrs{}
		}
		c.save.attrs[name] = a
	}
}

// Codecs sets the codecs of saved arrays, "shuffle", "zstd 3",
// "blosc(cname=lz4, shuffle=bitshuffle)"…, in the order in which they encode;
// without it the format's default.
func Codecs(names ...string) Option {
	return func(c *config) { c.save.codecs = append([]string{}, names...) }
}

// Overwrite lets Save replace what is at the url; the old one stays until the
// new one is complete.
func Overwrite() Option { return func(c *config) { c.save.overwrite = true } }

// Extend lets Save add arrays to the group that is at the url, if there is one. An
// array of a name that is there is storage.ErrExists; coordinates (CopyCoords) that are
// there stay. Arrays appear one after the other, and one that is there can't be
// part of what is computed if it lies in an HDF5 file, see hdf5.ErrReading.
func Extend() Option { return func(c *config) { c.save.extend = true } }

// Resume lets Save go on where one with the same arrays, and with this option,
// was interrupted, be it killed: it doesn't compute again the chunks that are
// stored. Where the arrays are others, made in another way, of other data in memory, or
// of a file that was changed, it begins anew; that chunks of a Zarr store are others
// than before, or functions without a name do something else, it can't see. Results of reductions, and chunks of nothing but the fill value, which
// are not stored, it does. What a Save with this option has done stays when it
// fails. Formats other than Zarr begin anew. It has Run leave alone the chunks
// that stored arrays have, too, where they are storage.Resumable.
func Resume() Option { return func(c *config) { c.save.resume = true } }

// Save computes arrays in one pass and writes them as a group at url: HDF5 or
// NetCDF-4 by the file name's ending, Zarr for names without one of theirs. Dtype, shape, chunks and dimension
// names are those of the arrays. Nothing appears at url before all is written.
// Other libraries want names for the axes: xarray opens no Zarr without, see Named.
// Options: Attrs, CopyCoords, Codecs, Overwrite, Extend, Resume, DriverOptions, and
// those of Run.
func Save(ctx context.Context, url string, v Vars, opts ...Option) (err error) {
	c := configure(opts)
	if c.save.extend && (c.save.overwrite || c.save.resume) {
		return fmt.Errorf("save %s: Extend goes with neither Overwrite nor Resume", url)
	}
	arrays := maps.Clone(v)
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if v[name] == nil {
			return fmt.Errorf("save %s: %q is a nil array", url, name)
		}
		if err := v[name].plan().Err; err != nil {
			return err
		}
	}
	closeCoords, err := addCoords(ctx, &c, arrays)
	if err != nil {
		return err
	}
	defer closeCoords()
	for name := range c.save.attrs {
		if arrays[name] == nil && !isGroup(name, arrays) {
			return fmt.Errorf("save %s: attributes of %q, which is none of the arrays %v, nor a group of them: %w", url, name, slices.Sorted(maps.Keys(arrays)), storage.ErrNotFound)
		}
	}
	if c.save.resume {
		c.save.digest = digest(arrays)
	}
	g, err := saveGroup(ctx, url, c)
	if len(arrays) == 1 && errors.Is(err, storage.ErrUnsupported) { // a file of a single array, such as .npy
		for name, a := range arrays {
			if one := saveOne(ctx, url, a, name, c); !errors.Is(one, storage.ErrUnsupported) {
				return one
			}
		}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Abort())
		}
		err = errors.Join(err, g.Close())
	}()
	if c.save.extend {
		if err := leaveOut(ctx, g, arrays, v); err != nil {
			return err
		}
	}
	if err := saveAll(ctx, g, slices.Sorted(maps.Keys(arrays)), arrays, c); err != nil {
		return err
	}
	return g.Commit(ctx)
}

// isGroup reports whether arrays lie in a group of that name, as all do in "".
func isGroup(name string, arrays Vars) bool {
	for a := range arrays {
		if strings.HasPrefix(a, name+"/") {
			return true
		}
	}
	return name == ""
}

// saveGroup opens the group to save in: a new one, but for Extend.
func saveGroup(ctx context.Context, url string, c config) (storage.WritableGroup, error) {
	options := createOptions(c)
	options["consolidated"] = "true" // xarray looks there first; other formats have no use for it
	g, err := storage.Create(ctx, url, options)
	switch {
	case !errors.Is(err, storage.ErrExists):
		return g, err
	case c.save.extend:
		return storage.OpenWritable(ctx, url, c.driver)
	}
	return nil, fmt.Errorf("%w; Overwrite replaces it, Extend adds to it", err)
}

// digest tells what is saved from anything else, also of files that were changed.
func digest(arrays Vars) string {
	names := slices.Sorted(maps.Keys(arrays))
	var nodes []*plan.Node
	for _, name := range names {
		nodes = append(nodes, arrays[name].plan())
	}
	text := fmt.Sprintf("%q %s", names, plan.Digest(nodes...))
	plan.Walk(nodes, func(n *plan.Node) {
		if src, ok := n.Leaf.(storage.Array); ok {
			if info, err := os.Stat(src.Ref().URL); err == nil && info.Mode().IsRegular() {
				text += fmt.Sprintf(" %d %v", info.Size(), info.ModTime().UTC())
			}
		}
	})
	return text
}

// createOptions returns the driver's options for something new.
func createOptions(c config) map[string]string {
	options := map[string]string{}
	maps.Copy(options, c.driver)
	if c.save.overwrite {
		options["overwrite"] = "true"
	}
	if c.save.resume {
		options["resume"] = c.save.digest
	}
	return options
}

// leaveOut takes the coordinates that a group has from the arrays to be saved in
// it, which but for coordinates are own.
func leaveOut(ctx context.Context, g storage.Group, arrays, own Vars) error {
	for name, a := range arrays {
		if _, ok := own[name]; ok {
			continue
		}
		old, err := g.Array(ctx, name)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		shape := old.Meta().Shape
		if err := old.Close(); err != nil {
			return err
		}
		if !slices.Equal(shape, a.Shape()) {
			return fmt.Errorf("coordinate %q of shape %v, the group has one of %v: %w", name, a.Shape(), shape, nd.ErrShape)
		}
		delete(arrays, name)
	}
	return nil
}

// saveAll writes arrays into a group in one run.
func saveAll(ctx context.Context, g storage.WritableGroup, names []string, arrays Vars, c config) (err error) {
	var outs []Out
	var dsts []storage.WritableArray
	defer func() {
		for _, d := range dsts {
			if err != nil {
				_ = d.Abort()
			}
			err = errors.Join(err, d.Close())
		}
	}()
	for _, name := range names {
		s, err := spec(arrays[name], name, c)
		if err != nil {
			return err
		}
		d, err := g.CreateArray(ctx, name, s)
		if err != nil {
			return err
		}
		dsts = append(dsts, d)
		outs = append(outs, To(arrays[name], d))
	}
	if err := groupAttrs(ctx, g, arrays, c); err != nil {
		return err
	}
	if _, err := execute(ctx, outs, c); err != nil {
		return err
	}
	for _, d := range dsts {
		if err := d.Commit(ctx); err != nil {
			return err
		}
	}
	return nil
}

// groupAttrs adds to the attributes of the groups, which are there once their arrays are
// created.
func groupAttrs(ctx context.Context, g storage.WritableGroup, arrays Vars, c config) (err error) {
	for _, name := range slices.Sorted(maps.Keys(c.save.attrs)) {
		if !isGroup(name, arrays) {
			continue
		}
		sub := g
		if name != "" {
			found, err := g.Group(ctx, name)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, found.Close()) }()
			var ok bool
			if sub, ok = found.(storage.WritableGroup); !ok {
				return fmt.Errorf("attributes of group %q: %w", name, storage.ErrUnsupported)
			}
		}
		all := maps.Clone(sub.Attrs())
		if all == nil {
			all = storage.Attrs{}
		}
		maps.Copy(all, c.save.attrs[name])
		if err := sub.SetAttrs(ctx, all); err != nil {
			return err
		}
	}
	return nil
}

// Append writes an array behind the end of the stored one at url, along an axis,
// which grows. Where that fails the stored array gets its old shape back; a
// process that is killed may leave it longer, with the fill value at the end.
// Datetimes and timedeltas become the numbers that they are where the attributes of the
// stored array say so (units, calendar); one that is none of them, a fraction where
// integers are stored, is an error.
// HDF5's axes get longer where the file was made for that, by Save with
// DriverOptions "unlimited" = "time", and while nothing in this process has the file
// open for reading, see hdf5.ErrReading. Options: DriverOptions and those of Run.
func Append(ctx context.Context, url string, a Any, axis int, opts ...Option) (err error) {
	c := configure(opts)
	dst, err := storage.OpenWritableArray(ctx, url, c.driver)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if a, err = encodeTimes(a, dst.Meta()); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	n, shape := a.plan(), dst.Meta().Shape
	if n.Err != nil {
		return n.Err
	}
	if axis, err = nd.NormAxis("append", axis, len(shape)); err != nil {
		return err
	}
	end, grown := make([]int, len(shape)), slices.Clone(n.Shape)
	if len(shape) == n.NDim() {
		end[axis] = shape[axis]
		grown[axis] = shape[axis]
	}
	if !slices.Equal(shape, grown) {
		return fmt.Errorf("append shape %v to shape %v of %s along axis %d: %w", n.Shape, shape, url, axis, nd.ErrShape)
	}
	grown[axis] += n.Shape[axis]
	if err := dst.Resize(ctx, grown); err != nil {
		return err
	}
	if _, err := execute(ctx, []Out{To(a, dst, end...)}, c); err != nil {
		return errors.Join(err, dst.Resize(context.WithoutCancel(ctx), shape))
	}
	return dst.Commit(ctx)
}

// saveOne writes a file that holds a single array.
func saveOne(ctx context.Context, url string, a Any, name string, c config) error {
	s, err := spec(a, name, c)
	if err != nil {
		return err
	}
	d, err := storage.CreateArray(ctx, url, s, createOptions(c))
	if err != nil {
		return err
	}
	if _, err = execute(ctx, []Out{To(a, d)}, c); err == nil {
		err = d.Commit(ctx)
	} else {
		err = errors.Join(err, d.Abort())
	}
	return errors.Join(err, d.Close())
}

// spec describes the stored array for a lazy one. Formats cut arrays evenly: an
// irregular axis is cut by its longest chunk.
func spec(a Any, name string, c config) (storage.Spec, error) {
	n := a.plan()
	chunk, ok := n.Grid.Regular()
	if !ok {
		chunk = n.Grid.MaxChunk()
		for k := range chunk {
			chunk[k] = max(chunk[k], 1)
		}
	}
	grid, err := nd.NewGrid(n.Shape, chunk)
	if err != nil {
		return storage.Spec{}, err
	}
	s := storage.Spec{DType: n.DType, Shape: n.Shape, Chunks: grid, Attrs: c.save.attrs[name], Codecs: c.save.codecs}
	if slices.ContainsFunc(n.Dims, func(d string) bool { return d != "" }) {
		s.Dims = n.Dims
	}
	return s, nil
}
