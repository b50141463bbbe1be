package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
	"github.com/ndgrid/ndgrid/storage/zarr"
)

// virtualizer writes a manifest of references: a Zarr v2 hierarchy whose chunks
// are those of an HDF5 file.
type virtualizer struct {
	output string // "": stdout
	url    string // of the file; "": where it lies
	stdout io.Writer

	duplicate
	store  mem.Store
	refs   map[string]any
	places map[storage.Array]places
	phony  map[[2]int]string // names for axes by length and how many an array has of it before
}

// places are where the chunks of an array are.
type places struct {
	file   string
	shape  []int      // of a chunk; an edge may jut out of the array
	chunks [][2]int64 // offset and length in C order of the grid; {} was never written
}

// maxInline is how many bytes an array has at most that is written into the
// manifest, because no reference to it can be.
const maxInline = 1 << 20

// maxRefs is how many chunks an array may have: each of them is looked up.
const maxRefs = 1 << 20

const virtualizeLong = `virtualize writes a manifest that makes an HDF5 or NetCDF-4 file a Zarr v2 store:
version 1 of kerchunk's JSON. xarray, zarr-python (through fsspec's "reference"
file system) and ndgrid read the chunks where they lie in the file, which stays
as it is.

References name the file by its absolute path, or by --url where the readers
find it elsewhere. Chunks must be stored as they are or with the filters gzip,
shuffle, fletcher32 and zstd. Text and small arrays stored otherwise (up to 1 MiB)
are copied into the manifest; larger ones are an error. Arrays whose elements can't
be read, and structs, are left out, with a warning and exit status 1.

Dimensions without names are phony_dim_0 … as for the netCDF library. The time it
takes grows with the square of an array's number of chunks.`

func newVirtualize() *cobra.Command {
	v := &virtualizer{refs: map[string]any{}, places: map[storage.Array]places{}, phony: map[[2]int]string{}}
	v.spec, v.values = v.describe, v.refer
	cmd := &cobra.Command{
		Use:   "virtualize FILE",
		Short: "Write a manifest that makes an HDF5 file a Zarr store",
		Long:  virtualizeLong,
		Example: `  ndinfo virtualize air.nc -o air.json
  ndinfo virtualize air.nc --url s3://bucket/air.nc > air.json`,
		Args:              needNamed,
		ValidArgsFunction: completePath,
		RunE: func(cmd *cobra.Command, args []string) error {
			v.stdout, v.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return v.run(cmd.Context(), args[0])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&v.output, "output", "o", "", "file to write (default standard output)")
	f.StringVar(&v.url, "url", "", "where readers find the file")
	return cmd
}

func (v *virtualizer) run(ctx context.Context, path string) error {
	left := v.end(ctx, v.begin(ctx, path))
	if left != nil && !errors.Is(left, errReported) {
		return left
	}
	if err := v.inline(ctx, ""); err != nil {
		return err
	}
	write := func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		return e.Encode(map[string]any{"version": 1, "refs": v.refs})
	}
	var err error
	if v.output == "" {
		err = write(v.stdout)
	} else {
		err = replaceFile(v.output, write)
	}
	if err != nil {
		return err
	}
	return left
}

// begin makes the hierarchy in memory, and the references to chunks.
func (v *virtualizer) begin(ctx context.Context, path string) error {
	from, err := v.openRoot(ctx, path)
	if err != nil {
		return err
	}
	if from.group == nil {
		return fmt.Errorf("%s: an array; what becomes a store is a group", path)
	}
	if d := from.group.Ref().Driver; d != "hdf5" {
		return fmt.Errorf("%s: %w: the format is %s; chunks of HDF5 can be referred to", path, storage.ErrUnsupported, d)
	}
	root, err := zarr.CreateStore(ctx, &v.store, "", map[string]string{"zarr_format": "2", "consolidated": "true"})
	if err != nil {
		return err
	}
	return v.group(ctx, "", from.group, root)
}

// virtualCodecs are the names in Zarr v2 of filters whose bytes are the same.
var virtualCodecs = map[string]string{"gzip": "zlib", "shuffle": "shuffle", "fletcher32": "fletcher32", "zstd": "zstd"}

// describe describes the array that refers to another. Zarr v2 has its fill
// value mean missing values, so it gets one only where chunks are missing, or an
// attribute says the same.
func (v *virtualizer) describe(ctx context.Context, src storage.Array) (storage.Spec, error) {
	if err := checkReadable(src); err != nil {
		return storage.Spec{}, err
	}
	m := src.Meta()
	s := storage.Spec{DType: m.DType, Shape: m.Shape, Chunks: m.ReadGrid, Dims: v.dims(m), Attrs: keptAttrs(m.Attrs, src.Ref(), m), Codecs: []string{}}
	s.Fill = attrFill(s.Attrs, m.DType)
	if m.DType.Size() == 0 {
		return s, nil
	}
	p, codecs, err := locate(ctx, src)
	switch {
	case err == nil:
		v.places[src], s.Codecs = p, codecs
	case errors.Is(err, storage.ErrUnsupported):
		if n, overflow := nd.SizeOf(append(slices.Clone(m.Shape), m.DType.Size())); overflow != nil || n > maxInline {
			return s, fmt.Errorf("%w; up to %s would be copied", err, nd.FormatBytes(maxInline))
		}
		return s, nil
	default:
		return s, err
	}
	s.Options = map[string]string{"chunks": joinInts(p.shape, ",")}
	if slices.Contains(p.chunks, [2]int64{}) {
		s.Fill = m.Fill
	}
	return s, nil
}

// locate finds the chunks of an array, and the codecs of Zarr v2 that decode
// them; ErrUnsupported where there are none.
func locate(ctx context.Context, src storage.Array) (p places, codecs []string, err error) {
	m := src.Meta()
	codecs = []string{}
	l, ok := storage.As[interface {
		storage.ChunkLocator
		storage.ChunkShaper
	}](src)
	if !ok {
		return p, nil, fmt.Errorf("%w: the places of chunks aren't known", storage.ErrUnsupported)
	}
	if m.ByteOrder == "big" {
		codecs = append(codecs, "bytes big")
	}
	for _, filter := range m.Codecs {
		name, params, _ := strings.Cut(filter, " ")
		if virtualCodecs[name] == "" {
			return p, nil, fmt.Errorf("%w: filter %s has no name in Zarr v2", storage.ErrUnsupported, filter)
		}
		codecs = append(codecs, strings.TrimSpace(virtualCodecs[name]+" "+params))
	}
	if n := m.ReadGrid.Len(); n > maxRefs {
		return p, nil, fmt.Errorf("%w: %d chunks; there can be references to %d", storage.ErrUnsupported, n, maxRefs)
	}
	for coord := range m.ReadGrid.Boxes() {
		file, offset, length, err := l.ChunkLocation(ctx, coord)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			p.chunks = append(p.chunks, [2]int64{})
			continue
		case err != nil:
			return p, nil, err
		}
		p.file = file
		p.chunks = append(p.chunks, [2]int64{offset, length})
	}
	if p.shape = l.ChunkShape(); p.shape == nil && len(p.chunks) > 0 {
		// Contiguous data were cut into bands, of which the last may be shorter than Zarr has it.
		first, last := p.chunks[0], p.chunks[len(p.chunks)-1]
		p.shape, p.chunks = m.Shape, [][2]int64{{first[0], last[0] + last[1] - first[0]}}
	}
	return p, codecs, nil
}

// dims returns names for all axes.
func (v *virtualizer) dims(m *storage.Meta) []string {
	dims, seen := make([]string, len(m.Shape)), map[int]int{}
	copy(dims, m.Dims)
	for k, n := range m.Shape {
		if dims[k] != "" {
			continue
		}
		key := [2]int{n, seen[n]}
		seen[n]++
		if v.phony[key] == "" {
			v.phony[key] = fmt.Sprintf("phony_dim_%d", len(v.phony))
		}
		dims[k] = v.phony[key]
	}
	return dims
}

// refer adds the references of an array, or copies its elements.
func (v *virtualizer) refer(ctx context.Context, name string, src storage.Array, dst storage.WritableArray) error {
	p, ok := v.places[src]
	switch {
	case !ok || src.Meta().DType.Size() == 0:
		x, err := chunkgrid.FromAny(src)
		if err == nil {
			_, err = chunkgrid.Run(ctx, []chunkgrid.Out{chunkgrid.To(x, dst)})
		}
		return err
	case v.url != "":
		p.file = v.url
	}
	grid := dst.Meta().WriteGrid
	for i, c := range p.chunks {
		if c != [2]int64{} {
			key := joinInts(grid.Coord(i), ".")
			if key == "" {
				key = "0" // of an array without axes
			}
			v.refs[storage.JoinKey(name, key)] = []any{p.file, c[0], c[1]}
		}
	}
	return nil
}

// inline puts the values of the hierarchy in memory into the manifest.
func (v *virtualizer) inline(ctx context.Context, prefix string) error {
	for e, err := range v.store.List(ctx, prefix) {
		key := storage.JoinKey(prefix, e.Name)
		switch {
		case err != nil:
			return err
		case e.Dir:
			if err := v.inline(ctx, key); err != nil {
				return err
			}
			continue
		}
		value, err := v.store.Get(ctx, key, nil)
		if err != nil {
			return err
		}
		if strings.HasPrefix(e.Name, ".z") && utf8.Valid(value) {
			v.refs[key] = string(value)
		} else {
			v.refs[key] = "base64:" + base64.StdEncoding.EncodeToString(value)
		}
	}
	return nil
}

func joinInts(list []int, sep string) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(list)), sep), "[]")
}
