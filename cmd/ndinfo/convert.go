package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
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
	resume         bool
	memory         int
	stdout         io.Writer
	source         string // what is converted, and which state of it

	duplicate
	arrays int   // what was copied
	bytes  int64 // of it, decoded
	outs   []chunkgrid.Out
}

const convertLong = `convert copies an array, or a group with all arrays and groups in it, into a new
file or store, whose format follows from the name: .h5, .hdf5, .nc and .nc4 are
HDF5, .npy (of one array) is NumPy's, all others are Zarr. DST may be a place in
an existing file or store: out.zarr/a. Nothing appears at DST before all is
written.

Values, shapes, dimension names, unlimited dimensions, fill values and attributes
are kept, as far as the format has them. Attributes that describe values, such as _FillValue and
valid_range, get the dtype of the array, and a list of one that comes from HDF5
becomes its element, as NetCDF has it. Names and attributes that aren't UTF-8 are
taken for Latin-1, and are UTF-8 in the copy. Texts padded to one length, str24 for
example, are texts of any length in HDF5. References and compounds in attributes of
HDF5 are left out, and so are, with a warning, arrays in a group whose elements
can't be read (lists, references, compounds with arrays in them), and structs where
the format has none.

Without --chunks arrays keep their chunks, without --codecs they get those that
are usual in the format. --chunks is like "100, -1, auto" for arrays with as many
axes, in a group the others keep theirs; a lone "auto" or "16MiB" is for all
arrays; "time=100, lat=-1" is for all that have such axes. --shards joins the
chunks of Zarr v3 into larger ones in the same way, rounded up to whole chunks.

--codecs lists codecs in the order in which they encode. Parameters stand in
parentheses, "shuffle, zstd(level=5, checksum=true)"; a level, order or the like
alone may follow the name, "zstd 5". In Zarr there are

  zstd(level, checksum)       level -131072 to 22
  gzip(level), zlib(level)    level 0 to 9
  lz4(acceleration)
  blosc(cname, clevel, shuffle, typesize, blocksize)
                              cname zstd or lz4, clevel 0 to 9,
                              shuffle noshuffle, shuffle or bitshuffle
  shuffle(elementsize)        bytes sorted by their place in an element
  delta                       differences of integers
  transpose(order)            axes in another order, transpose(order=(1, 0))
  bytes(endian)               little or big
  crc32c, crc32, adler32, fletcher32, jenkins_lookup3

In HDF5 there are shuffle, gzip(level), zstd(level) and fletcher32.

In Zarr v2 the fill value is that of attribute _FillValue, or there is none:
xarray takes it for missing. From Zarr v2 with dimension names it becomes that
attribute.

With --resume, which Zarr has, what is written stays where not all could be, and
the same command goes on from there. From another SRC, or a file that was changed,
it begins anew; a store is taken to be as it was.

The exit status is 0, 1 where arrays are left out, or 2 where not all could be
converted; DST is then as it was before.`

const convertExamples = `  ndinfo convert air.nc air.zarr
  ndinfo convert air.zarr air.nc --codecs "shuffle, gzip 5" --overwrite
  ndinfo convert air.nc air.zarr --codecs "blosc(cname=lz4, shuffle=bitshuffle)"
  ndinfo convert air.nc air.zarr --chunks "time=1000, lat=auto, lon=auto"
  ndinfo convert air.nc air.zarr --chunks "100, 90, 90" --shards "1000, -1, -1"
  ndinfo convert air.nc/air air.npy`

func newConvert() *cobra.Command {
	c := &converter{}
	c.spec, c.values = c.describe, c.copyValues
	var chunks, shards, codecs, memory string
	cmd := &cobra.Command{
		Use:               "convert SRC DST",
		Short:             "Copy an array or a group into another format, chunks or codecs",
		Long:              convertLong,
		Example:           convertExamples,
		Args:              needNamed,
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
	f.BoolVar(&c.resume, "resume", false, "go on with what a convert with --resume that was cut short has written")
	memoryFlag(f, &memory)
	return cmd
}

func (c *converter) run(ctx context.Context, src, dst string) error {
	c.source = stateOf(src)
	from, err := c.openRoot(ctx, src)
	if err != nil {
		return err
	}
	if from.group != nil && isInside(dst, src) {
		err = fmt.Errorf("%s is inside %s: it would be copied into itself", dst, src)
	} else if from.array != nil {
		err = c.root(ctx, from.array, dst)
	} else {
		err = c.tree(ctx, from.group, dst)
	}
	if err = c.end(ctx, err); err != nil && !errors.Is(err, errReported) {
		return err
	}
	fmt.Fprintln(c.stdout, oneLine(fmt.Sprintf("%s   %s, %s", dst, plural(c.arrays, "array"), nd.FormatBytes(int(c.bytes)))))
	return err
}

// stateOf names a source, and tells states of a file apart.
func stateOf(src string) string {
	path, inner, err := storage.SplitPath(src)
	if err != nil {
		return src
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		path += fmt.Sprintf(" (%d bytes, %v)", info.Size(), info.ModTime())
	}
	return storage.JoinKey(path, inner)
}

// isInside reports whether a path is below another.
func isInside(path, dir string) bool {
	p, err1 := filepath.Abs(path)
	d, err2 := filepath.Abs(dir)
	return err1 == nil && err2 == nil && strings.HasPrefix(p, strings.TrimSuffix(d, string(filepath.Separator))+string(filepath.Separator))
}

// end computes everything, and ends what was begun.
func (c *converter) end(ctx context.Context, err error) error {
	if err == nil {
		err = inFlag("--chunks", c.chunks.unused())
	}
	if err == nil {
		err = inFlag("--shards", c.shards.unused())
	}
	if err == nil && len(c.outs) > 0 {
		bar := newProgress(c.stderr)
		opts := []chunkgrid.Option{chunkgrid.Memory(c.memory), chunkgrid.OnEvent(bar.event)}
		if c.resume {
			opts = append(opts, chunkgrid.Resume())
		}
		_, err = chunkgrid.Run(ctx, c.outs, opts...)
		bar.stop()
		if c.resume && ctx.Err() != nil {
			fmt.Fprintln(c.stderr, prefix+"what is written stays; the same command goes on from there")
		}
	}
	return c.duplicate.end(ctx, err)
}

// options are those of the driver, for what is created.
func (c *converter) options() map[string]string {
	o := map[string]string{}
	if c.overwrite {
		o["overwrite"] = "true"
	}
	if c.resume {
		o["resume"] = c.source
	}
	if c.format != "" {
		o["zarr_format"] = strings.TrimPrefix(c.format, "v")
	}
	return o
}

// root begins a single array at a url.
func (c *converter) root(ctx context.Context, src storage.Array, url string) error {
	return c.array(ctx, "", src, func(s storage.Spec) (storage.WritableArray, error) {
		return storage.CreateArray(ctx, url, s, c.options())
	})
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

// describe describes the array that is created for another.
func (c *converter) describe(_ context.Context, src storage.Array) (storage.Spec, error) {
	if err := checkReadable(src); err != nil {
		return storage.Spec{}, err
	}
	m := src.Meta()
	grid, cut, err := c.chunks.grid(m)
	if err != nil {
		return storage.Spec{}, inFlag("--chunks", err)
	}
	s := storage.Spec{DType: m.DType, Shape: m.Shape, Chunks: grid, Fill: m.Fill, Dims: m.Dims,
		Attrs: keptAttrs(m.Attrs, src.Ref(), m), MaxShape: m.MaxShape, Codecs: c.codecs}
	if v := missingValues(m)[zarrFill]; v != nil && (m.DType.IsInteger() || m.DType.IsFloat()) {
		if s.Attrs == nil {
			s.Attrs = storage.Attrs{}
		}
		s.Attrs[missingAttrs[0]] = v[0]
	}
	if stored, ok := storage.As[storage.ChunkShaper](src); ok && m.MaxShape != nil && !cut { // longer than the array, perhaps
		s.Options = map[string]string{"chunks": joinInts(stored.ChunkShape(), ",")}
	}
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
	shard := shards.MaxChunk()
	for k, n := range chunk {
		shard[k] = (max(shard[k], 1) + n - 1) / n * n
	}
	s.Options = map[string]string{"chunks": joinInts(shard, ",")}
	codecs := s.Codecs
	if codecs == nil {
		codecs = []string{"zstd 3"}
	}
	s.Codecs = append([]string{"sharding (" + joinInts(chunk, ", ") + ")"}, codecs...)
	return nil
}

// copyValues has the values of an array copied by the run to come.
func (c *converter) copyValues(_ context.Context, _ string, src storage.Array, dst storage.WritableArray) error {
	c.arrays++
	if f := dst.Meta().Format; c.format != "" && f != "Zarr "+c.format {
		return fmt.Errorf("--format %s: what is written is %s", c.format, f)
	}
	if _, ok := storage.As[storage.Resumable](dst); c.resume && !ok {
		return fmt.Errorf("--resume: %w: writing %s can't be resumed", storage.ErrUnsupported, dst.Meta().Format)
	}
	x, err := chunkgrid.FromAny(src)
	if err != nil {
		return err
	}
	c.bytes += int64(x.NBytes())
	c.outs = append(c.outs, chunkgrid.To(x, dst))
	return nil
}
