package zarr

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// draft is a node being created: it lies beside its place under a name that
// lists hide, "__tmp-…", and is renamed when it is committed.
type draft struct {
	store      storage.Store
	tmp, final string
	overwrite  bool
}

// newDraft starts a node at p. It returns the place to write to. The root of a
// store has nothing beside it; there the node is written in place and the
// draft is nil.
func newDraft(ctx context.Context, p place, overwrite bool) (place, *draft, error) {
	exists, err := p.exists(ctx)
	switch {
	case err != nil:
		return p, nil, p.fail("create", err)
	case exists && !overwrite:
		return p, nil, p.fail("create", storage.ErrExists)
	}
	if p.key == "" {
		if exists {
			err = storage.DeleteAll(ctx, p.store, "")
		}
		return p, nil, err
	}
	d := &draft{store: p.store, tmp: hidden("tmp", p.key), final: p.key, overwrite: overwrite}
	p.key = d.tmp
	return p, d, nil
}

// hidden returns a new key beside key whose name lists hide.
func hidden(why, key string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // it never fails
	return path.Join(path.Dir(key), "__"+why+"-"+path.Base(key)+"-"+hex.EncodeToString(b[:]))
}

// exists reports whether anything lies at p, be it a node or not.
func (p place) exists(ctx context.Context) (bool, error) {
	kind, err := p.kind(ctx)
	if err != nil || kind != "" {
		return kind != "", err
	}
	if lister, ok := p.store.(storage.Lister); ok {
		for _, err := range lister.List(ctx, p.key) {
			return err == nil, err
		}
	}
	return false, nil
}

// commit puts the node in its place. What was there steps aside first, which
// leaves the place empty for a moment, and is deleted last.
func (d *draft) commit(ctx context.Context) error {
	if d == nil {
		return nil
	}
	if !d.overwrite {
		return storage.Rename(ctx, d.store, d.tmp, d.final)
	}
	old := hidden("old", d.final)
	err := storage.Rename(ctx, d.store, d.final, old)
	if errors.Is(err, storage.ErrNotFound) {
		return storage.Rename(ctx, d.store, d.tmp, d.final)
	}
	if err != nil {
		return err
	}
	if err := storage.Rename(ctx, d.store, d.tmp, d.final); err != nil {
		return errors.Join(err, storage.Rename(context.WithoutCancel(ctx), d.store, old, d.final))
	}
	return storage.DeleteAll(ctx, d.store, old)
}

func (d *draft) abort() error {
	if d == nil {
		return nil
	}
	return storage.DeleteAll(context.Background(), d.store, d.tmp)
}

// groupDoc is the document of a group.
func groupDoc(a storage.Attrs) (object, error) {
	attributes, err := toJSON(map[string]any(a))
	if err != nil {
		return nil, fmt.Errorf("attribute %w", err)
	}
	return object{"zarr_format": 3, "node_type": "group", "attributes": attributes}, nil
}

// arrayDoc is the document of an array.
func arrayDoc(s storage.Spec) (object, error) {
	if err := checkSpec(s); err != nil {
		return nil, err
	}
	dtype, err := dataType(s.DType)
	if err != nil {
		return nil, err
	}
	chunk, err := chunkShape(s)
	if err != nil {
		return nil, err
	}
	fill, err := FillJSON(s.DType, plainNaN(s.DType, s.Fill))
	if err != nil {
		return nil, err
	}
	codecs, err := codecList(s)
	if err != nil {
		return nil, err
	}
	attributes, err := toJSON(map[string]any(s.Attrs))
	if err != nil {
		return nil, fmt.Errorf("attribute %w", err)
	}
	sep := "/"
	if v := s.Options["separator"]; v != "" {
		sep = v
	}
	doc := object{
		"zarr_format": 3, "node_type": "array", "shape": s.Shape, "data_type": dtype,
		"chunk_grid":         object{"name": "regular", "configuration": object{"chunk_shape": chunk}},
		"chunk_key_encoding": object{"name": "default", "configuration": object{"separator": sep}},
		"fill_value":         fill, "codecs": codecs, "attributes": attributes,
	}
	if s.Shape == nil {
		doc["shape"] = []int{}
	}
	if s.Dims != nil {
		dims := make([]any, len(s.Dims))
		for i, name := range s.Dims {
			if name != "" {
				dims[i] = name
			}
		}
		doc["dimension_names"] = dims
	}
	return doc, nil
}

// checkSpec refuses a description that contradicts itself.
func checkSpec(s storage.Spec) error {
	for name := range s.Options {
		if name != "overwrite" && name != "chunks" && name != "separator" {
			return fmt.Errorf("%w: array option %q; there are overwrite, chunks and separator", storage.ErrUnsupported, name)
		}
	}
	if s.Order != "" && s.Order != "C" && s.Order != "F" {
		return fmt.Errorf("%w: order %q; it is C or F", storage.ErrUnsupported, s.Order)
	}
	if s.Dims != nil && len(s.Dims) != len(s.Shape) {
		return fmt.Errorf("%w: %d dimension names for shape %v", nd.ErrShape, len(s.Dims), s.Shape)
	}
	if n := s.Chunks.NDim(); n > 0 && !slices.Equal(s.Chunks.Shape(), s.Shape) {
		return fmt.Errorf("%w: chunks of shape %v for shape %v", nd.ErrChunks, s.Chunks.Shape(), s.Shape)
	}
	_, err := nd.SizeOf(s.Shape)
	return err
}

// chunkShape returns the shape of the chunks to be stored: option "chunks"
// ("100,10", which may say more than a grid can about axes that are still
// short), the grid, or chunks of about a MiB.
func chunkShape(s storage.Spec) ([]int, error) {
	if text := s.Options["chunks"]; text != "" {
		var chunk []int
		for f := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(f))
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%w: option chunks=%q", nd.ErrChunks, text)
			}
			chunk = append(chunk, n)
		}
		if len(chunk) != len(s.Shape) {
			return nil, fmt.Errorf("%w: option chunks=%q for shape %v", nd.ErrChunks, text, s.Shape)
		}
		return chunk, nil
	}
	if s.Chunks.NDim() == len(s.Shape) {
		chunk, ok := s.Chunks.Regular()
		if !ok {
			return nil, fmt.Errorf("%w: irregular chunks %s; Zarr stores equal ones, so rechunk first", storage.ErrUnsupported, s.Chunks)
		}
		return chunk, nil
	}
	chunk := make([]int, len(s.Shape))
	for k, n := range s.Shape {
		chunk[k] = max(n, 1)
	}
	const goal = 1 << 20
	for {
		n, big := s.DType.Size(), 0
		for k, c := range chunk {
			n = min(n, math.MaxInt/c) * c
			if c > chunk[big] {
				big = k
			}
		}
		if n <= goal || chunk[big] == 1 {
			return chunk, nil
		}
		chunk[big] = (chunk[big] + 1) / 2
	}
}

// plainNaN turns the NaN of Go's math package into the one that everybody
// writes as "NaN". Other NaNs keep their bits.
func plainNaN(d nd.DType, fill []byte) []byte {
	half := len(fill)
	if d.IsComplex() {
		half /= 2
	}
	if d.IsFloat() && half == 8 || d.IsComplex() && half == 8 {
		fill = slices.Clone(fill)
		for i := 0; i+half <= len(fill); i += half {
			if getUint(fill[i:i+half]) == math.Float64bits(math.NaN()) {
				putUint(fill[i:i+half], canonicalNaN[8])
			}
		}
	}
	return fill
}

// codecList returns the codecs as a document holds them. What Spec leaves out
// is added: the transpose that makes Fortran order, the byte order, all
// parameters of a codec.
func codecList(s storage.Spec) ([]object, error) {
	texts := s.Codecs
	if texts == nil {
		texts = []string{"zstd 3"}
	}
	var before, after []codec.Config
	bytes := codec.Config{Name: "bytes", Params: codec.Params{"endian": "little"}}
	if s.Order == "F" && len(s.Shape) > 1 {
		before = append(before, codec.Config{Name: "transpose", Params: codec.Params{"order": reverse(len(s.Shape))}})
	}
	for _, text := range texts {
		c, err := codec.Parse(text)
		if err != nil {
			return nil, err
		}
		switch {
		case c.Name == "bytes":
			bytes = c
		case c.Name == "blosc" && c.Params["cname"] != nil && c.Params["cname"] != "zstd":
			return nil, fmt.Errorf("%w: %s; blosc is written with zstd inside, and read with all but snappy", storage.ErrUnsupported, c)
		case c.Name == "transpose" && s.Order == "F" && len(before) > 0 && c.String() == before[0].String():
		case c.Name == "transpose":
			before = append(before, c)
		default:
			after = append(after, c)
		}
	}
	if codec.WordSize(s.DType) == 1 {
		bytes.Params = nil
	}
	var list []object
	for _, c := range slices.Concat(before, []codec.Config{bytes}, after) {
		e := object{"name": c.Name}
		for alias, name := range codecAliases {
			if name == c.Name && (name == "zlib" || name == "shuffle") {
				e["name"] = alias
			}
		}
		if config := fullConfig(c, s.DType); len(config) > 0 {
			e["configuration"] = config
		}
		list = append(list, e)
	}
	return list, nil
}

// fullConfig adds the parameters other readers insist on.
func fullConfig(c codec.Config, d nd.DType) object {
	full := object{}
	switch c.Name {
	case "zstd":
		full["level"], full["checksum"] = 3, false
	case "gzip", "zlib":
		full["level"] = 5
	case "shuffle":
		full["elementsize"] = d.Size()
	case "blosc":
		full["cname"], full["clevel"], full["blocksize"] = "zstd", 5, 0
		full["shuffle"], full["typesize"] = "shuffle", codec.WordSize(d)
	}
	for k, v := range c.Params {
		full[k] = v
	}
	return full
}

// newHeader reads a document just made, so that nothing is written that
// couldn't be read.
func newHeader(doc object) (*header, error) {
	b, err := encode(doc)
	if err != nil {
		return nil, err
	}
	read, err := decode(b)
	if err != nil {
		return nil, err
	}
	h, err := parseArray3(read)
	if err != nil {
		return nil, err
	}
	return h, h.chainErr
}
