package chunkgrid

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

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
	resume    bool
}

// Attrs gives a saved array its attributes; name "" is the group's own.
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

// Resume lets Save go on where one with the same arrays, and with this option,
// was interrupted, be it killed: it doesn't compute again the chunks that are
// stored. Results of reductions, and chunks of nothing but the fill value, which
// are not stored, it does. What a Save with this option has done stays when it
// fails. Formats other than Zarr begin anew. It has Run leave alone the chunks
// that stored arrays have, too, where they are storage.Resumable.
func Resume() Option { return func(c *config) { c.save.resume = true } }

// Save computes arrays in one pass and writes them as a group at url: Zarr,
// HDF5 or NetCDF-4 by the file name's ending. Dtype, shape, chunks and dimension
// names are those of the arrays. Nothing appears at url before all is written.
// Options: Attrs, CopyCoords, Codecs, Overwrite, Resume, DriverOptions, and those
// of Run.
func Save(ctx context.Context, url string, v Vars, opts ...Option) (err error) {
	c := configure(opts)
	names := slices.Sorted(maps.Keys(v))
	arrays := maps.Clone(v)
	for _, name := range names {
		if err := nodesOf([]Any{arrays[name]})[0].Err; err != nil {
			return err
		}
	}
	closeCoords, err := addCoords(ctx, &c, arrays)
	if err != nil {
		return err
	}
	defer closeCoords()
	names = slices.Sorted(maps.Keys(arrays))
	options := map[string]string{}
	maps.Copy(options, c.driver)
	if c.save.overwrite {
		options["overwrite"] = "true"
	}
	if c.save.resume {
		options["resume"] = "true"
	}
	group := maps.Clone(options)
	group["consolidated"] = "true" // xarray looks there first; other formats have no use for it
	g, err := storage.Create(ctx, url, group)
	if err != nil {
		if len(names) == 1 && errors.Is(err, storage.ErrUnsupported) { // a file of a single array, such as .npy
			if one := saveOne(ctx, url, arrays[names[0]], names[0], c, options); !errors.Is(one, storage.ErrUnsupported) {
				return one
			}
		}
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Abort())
		}
		err = errors.Join(err, g.Close())
	}()
	if a, ok := c.save.attrs[""]; ok {
		if err := g.SetAttrs(ctx, a); err != nil {
			return err
		}
	}
	if err := saveAll(ctx, g, names, arrays, c); err != nil {
		return err
	}
	return g.Commit(ctx)
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

// Append writes an array behind the end of the stored one at url, along an axis,
// which grows. Where that fails the stored array gets its old shape back; a
// process that is killed may leave it longer, with the fill value at the end.
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
func saveOne(ctx context.Context, url string, a Any, name string, c config, options map[string]string) error {
	s, err := spec(a, name, c)
	if err != nil {
		return err
	}
	d, err := storage.CreateArray(ctx, url, s, options)
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
