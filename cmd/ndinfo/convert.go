package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// converter copies an array, or a group with everything in it, into a file or
// store of any format.
type converter struct {
	chunks, shards cutting
	codecs         []string // nil: those of the format
	format         string   // v2, v3 or ""
	overwrite      bool
	memory         int
	stdout, stderr io.Writer

	arrays int   // what was copied
	bytes  int64 // of it, decoded
	open   []interface{ Close() error }
	begun  []unfinished
	outs   []chunkgrid.Out
}

// unfinished is an array or a group that was created.
type unfinished interface {
	Commit(ctx context.Context) error
	Abort() error
	Close() error
}

const convertLong = `convert copies an array, or a group with all arrays and groups in it, into a new
file or store, whose format follows from the name: .h5, .hdf5, .nc and .nc4 are
HDF5, .npy (of one array) is NumPy's, all others are Zarr. DST may be a place in
an existing file or store: out.zarr/a. Nothing appears at DST before all is
written.

Values, shapes, dimension names, fill values and attributes are kept, as far as
the format has them. Attributes that describe values, such as _FillValue and
valid_range, get the dtype of the array, and a list of one that comes from HDF5
becomes its element, as NetCDF has it. References and compounds in attributes of
HDF5 are left out.

Without --chunks arrays keep their chunks, without --codecs they get those that
are usual in the format. --chunks is like "100, -1, auto" for arrays with as many
axes, in a group the others keep theirs; a lone "auto" or "16MiB" is for all
arrays; "time=100, lat=-1" is for all that have such axes. --shards joins the
chunks of Zarr v3 into larger ones in the same way, rounded up to whole chunks.

In Zarr v2 the fill value is that of attribute _FillValue, or there is none:
xarray takes it for missing.

The exit status is 0, or 2 where not all could be converted; DST is then as it
was before.`

const convertExamples = `  ndinfo convert air.nc air.zarr
  ndinfo convert air.zarr air.nc --codecs "shuffle, gzip 5" --overwrite
  ndinfo convert air.nc air.zarr --chunks "time=1000, lat=auto, lon=auto"
  ndinfo convert air.nc air.zarr --chunks "100, 90, 90" --shards "1000, -1, -1"
  ndinfo convert air.nc/air air.npy`

func newConvert() *cobra.Command {
	c := &converter{}
	var chunks, shards, codecs, memory string
	cmd := &cobra.Command{
		Use:               "convert SRC DST",
		Short:             "Copy an array or a group into another format, chunks or codecs",
		Long:              convertLong,
		Example:           convertExamples,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			c.stdout, c.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if c.memory, err = parseMemory(memory); err != nil {
				return err
			}
			if c.chunks, err = parseCutting(chunks); err != nil {
				return fmt.Errorf("--chunks: %w", err)
			}
			if c.shards, err = parseCutting(shards); err != nil {
				return fmt.Errorf("--shards: %w", err)
			}
			switch {
			case !slices.Contains([]string{"", "v2", "v3"}, c.format):
				return fmt.Errorf("--format %s: Zarr has v2 and v3", c.format)
			case c.format == "v2" && shards != "":
				return errors.New("--shards: Zarr v2 has none")
			}
			c.codecs = parseCodecs(codecs)
			return c.run(cmd.Context(), args[0], args[1])
		},
	}
	f := cmd.Flags()
	f.StringVar(&chunks, "chunks", "", `how arrays are cut: "100, -1", "auto", "16MiB", "time=100, lat=auto"`)
	f.StringVar(&codecs, "codecs", "", `how chunks are encoded: "shuffle, zstd 3", "none"`)
	f.StringVar(&shards, "shards", "", "how arrays are cut into shards of chunks, as --chunks")
	f.StringVar(&c.format, "format", "", "version of Zarr, v2 or v3 (default v3)")
	f.BoolVar(&c.overwrite, "overwrite", false, "replace what is at DST when all is written")
	memoryFlag(f, &memory)
	return cmd
}

func (c *converter) run(ctx context.Context, src, dst string) error {
	from, err := openNode(ctx, src)
	if err != nil {
		return err
	}
	c.open = append(c.open, from)
	if from.array != nil {
		err = c.root(ctx, from.array, dst)
	} else {
		err = c.tree(ctx, from.group, dst)
	}
	if err = c.end(ctx, err); err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, oneLine(fmt.Sprintf("%s   %s, %s", dst, plural(c.arrays, "array"), nd.FormatBytes(int(c.bytes)))))
	return nil
}

// end computes everything, and commits or, where there is an error, aborts what
// was begun, the last first.
func (c *converter) end(ctx context.Context, err error) error {
	for flag, cut := range map[string]cutting{"--chunks": c.chunks, "--shards": c.shards} {
		if err == nil {
			err = inFlag(flag, cut.unused())
		}
	}
	if err == nil && len(c.outs) > 0 {
		bar := newProgress(c.stderr)
		_, err = chunkgrid.Run(ctx, c.outs, chunkgrid.Memory(c.memory), chunkgrid.OnEvent(bar.event))
		bar.stop()
	}
	for _, u := range slices.Backward(c.begun) {
		if err == nil {
			err = u.Commit(ctx)
		}
		if err != nil {
			err = errors.Join(err, u.Abort())
		}
		err = errors.Join(err, u.Close())
	}
	for _, o := range c.open {
		err = errors.Join(err, o.Close())
	}
	return err
}

// options are those of the driver, for what is created.
func (c *converter) options() map[string]string {
	o := map[string]string{}
	if c.overwrite {
		o["overwrite"] = "true"
	}
	if c.format != "" {
		o["zarr_format"] = strings.TrimPrefix(c.format, "v")
	}
	return o
}

// root begins a single array at a url.
func (c *converter) root(ctx context.Context, src storage.Array, url string) error {
	s, err := c.spec(src)
	if err != nil {
		return err
	}
	dst, err := storage.CreateArray(ctx, url, s, c.options())
	if err != nil {
		return err
	}
	return c.values(ctx, src, dst)
}

// tree begins a group at a url, with everything in it.
func (c *converter) tree(ctx context.Context, src storage.Group, url string) error {
	o := c.options()
	o["consolidated"] = "true" // xarray looks there first; other formats have no use for it
	dst, err := storage.Create(ctx, url, o)
	if err != nil {
		return err
	}
	return c.group(ctx, "", src, dst)
}

// group begins what is in a group that was created.
func (c *converter) group(ctx context.Context, name string, src storage.Group, dst storage.WritableGroup) error {
	c.begun = append(c.begun, dst)
	if a := keptAttrs(src.Attrs(), src.Ref(), nil); len(a) > 0 {
		if err := dst.SetAttrs(ctx, a); err != nil {
			return err
		}
	}
	children, err := src.Names(ctx)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := c.child(ctx, storage.JoinKey(name, child.Name), child, src, dst); err != nil {
			return err
		}
	}
	return nil
}

func (c *converter) child(ctx context.Context, full string, child storage.Child, src storage.Group, dst storage.WritableGroup) error {
	from, err := openChild(ctx, src, child.Name, child.IsGroup)
	if err != nil {
		return err
	}
	c.open = append(c.open, from)
	if from.group != nil {
		sub, err := dst.CreateGroup(ctx, child.Name)
		if err != nil {
			return err
		}
		return c.group(ctx, full, from.group, sub)
	}
	s, err := c.spec(from.array)
	if err != nil {
		return fmt.Errorf("%s: %w", full, err)
	}
	a, err := dst.CreateArray(ctx, child.Name, s)
	if err != nil {
		return err
	}
	return c.values(ctx, from.array, a)
}

// spec describes the array that is created for another.
func (c *converter) spec(src storage.Array) (storage.Spec, error) {
	m := src.Meta()
	if _, text := storage.As[storage.StringReader](src); m.DType.Size() == 0 && !text {
		return storage.Spec{}, fmt.Errorf("%w: elements of type %s can't be read", storage.ErrUnsupported, typeText(src))
	}
	grid, _, err := c.chunks.grid(m)
	if err != nil {
		return storage.Spec{}, inFlag("--chunks", err)
	}
	s := storage.Spec{DType: m.DType, Shape: m.Shape, Chunks: grid, Fill: m.Fill, Dims: m.Dims,
		Attrs: keptAttrs(m.Attrs, src.Ref(), m), Codecs: c.codecs}
	if c.format == "v2" {
		s.Fill = attrFill(s.Attrs, m.DType)
	}
	shards, ok, err := c.shards.grid(m)
	if ok && err == nil {
		err = addShards(&s, shards)
	}
	return s, inFlag("--shards", err)
}

func inFlag(flag string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", flag, err)
}

// addShards makes chunks the parts of shards.
func addShards(s *storage.Spec, shards nd.Grid) error {
	chunk, ok := s.Chunks.Regular()
	if !ok {
		return fmt.Errorf("%w: chunks %s are not all of one shape", nd.ErrChunks, s.Chunks)
	}
	words, whole := make([]string, len(chunk)), shards.MaxChunk()
	for k, n := range chunk {
		words[k] = strconv.Itoa((max(whole[k], 1) + n - 1) / n * n)
	}
	s.Options = map[string]string{"chunks": strings.Join(words, ",")}
	codecs := s.Codecs
	if codecs == nil {
		codecs = []string{"zstd 3"}
	}
	inner := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(chunk)), ", "), "[]")
	s.Codecs = append([]string{"sharding (" + inner + ")"}, codecs...)
	return nil
}

// values has the values of an array copied by the run to come; text, which is
// nothing to compute with, is copied at once.
func (c *converter) values(ctx context.Context, src storage.Array, dst storage.WritableArray) error {
	c.begun = append(c.begun, dst)
	c.arrays++
	if f := dst.Meta().Format; c.format != "" && f != "Zarr "+c.format {
		return fmt.Errorf("--format %s: what is written is %s", c.format, f)
	}
	m := src.Meta()
	if m.DType.Size() == 0 {
		return copyText(ctx, src, dst)
	}
	x, err := chunkgrid.FromAny(src)
	if err != nil {
		return err
	}
	c.bytes += int64(x.NBytes())
	c.outs = append(c.outs, chunkgrid.To(x, dst))
	return nil
}

// copyText copies elements that vary in length, chunk by chunk.
func copyText(ctx context.Context, src storage.Array, dst storage.WritableArray) error {
	w, ok := storage.As[storage.StringWriter](dst)
	if !ok {
		return fmt.Errorf("%w: the format doesn't hold text of any length", storage.ErrUnsupported)
	}
	grid := w.Meta().WriteGrid
	for i := range grid.Len() {
		coord := grid.Coord(i)
		elems, err := storage.ReadStrings(ctx, src, grid.Box(coord))
		if err != nil {
			return err
		}
		if err := w.WriteStrings(ctx, coord, elems); err != nil {
			return err
		}
	}
	return nil
}
