package zarr

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// header is what the metadata of an array say, of either version.
type header struct {
	meta  storage.Meta
	chunk []int // shape of a stored chunk; those at the edges have it too
	keys  keyEncoding
	shard *sharding // nil where every chunk is a value of its own
	// chain decodes chunks; nil where it can't, for the reason chainErr.
	chain    *codec.Chain
	chainErr error
	doc      object // as read, to be written back with changes
}

// keyEncoding makes the key of a chunk from its coordinate.
type keyEncoding struct {
	prefix string // "c" for v3's default encoding, "" for v2's
	sep    string // "/" or "."
}

// key returns the key of a chunk of the array at base.
func (k keyEncoding) key(base string, coord []int) string {
	b := make([]byte, 0, len(base)+len(k.prefix)+2+4*len(coord))
	if base != "" {
		b = append(append(b, base...), '/')
	}
	b = append(b, k.prefix...)
	if k.prefix == "" && len(coord) == 0 {
		b = append(b, '0')
	}
	for i, c := range coord {
		if i > 0 || k.prefix != "" {
			b = append(b, k.sep...)
		}
		b = strconv.AppendInt(b, int64(c), 10)
	}
	return string(b)
}

// arrayFields and groupFields are the members of a v3 document that are
// understood here.
var (
	arrayFields = []string{"zarr_format", "node_type", "shape", "data_type", "chunk_grid", "chunk_key_encoding",
		"fill_value", "codecs", "attributes", "storage_transformers", "dimension_names"}
	groupFields = []string{"zarr_format", "node_type", "attributes", "consolidated_metadata"}
)

// checkFields refuses members that must be understood and aren't.
func checkFields(doc object, known []string) error {
	for name, v := range doc {
		if slices.Contains(known, name) {
			continue
		}
		if o, ok := v.(object); ok {
			if must, ok := o["must_understand"].(bool); ok && !must {
				continue
			}
		}
		return fmt.Errorf("%w: metadata field %q must be understood and isn't", storage.ErrUnsupported, name)
	}
	return nil
}

// parseArray3 reads the v3 document of an array.
func parseArray3(doc object) (*header, error) {
	if err := checkFields(doc, arrayFields); err != nil {
		return nil, err
	}
	for _, name := range []string{"shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs"} {
		if _, ok := doc[name]; !ok {
			return nil, fmt.Errorf("%w: metadata lack %s", storage.ErrCorrupt, name)
		}
	}
	if t, ok := doc["storage_transformers"].([]any); doc["storage_transformers"] != nil && (!ok || len(t) > 0) {
		return nil, fmt.Errorf("%w: storage_transformers %s", storage.ErrUnsupported, brief(doc["storage_transformers"]))
	}
	h := &header{doc: doc}
	m := &h.meta
	m.Format, m.Order = "Zarr v3", "C"
	var err error
	if m.DType, err = parseDataType(doc["data_type"]); err != nil {
		return nil, err
	}
	if err = h.parseGrid3(doc); err != nil {
		return nil, err
	}
	if h.keys, err = parseKeys(doc["chunk_key_encoding"]); err != nil {
		return nil, err
	}
	if m.Fill, err = parseFill(m.DType, doc["fill_value"], 3); err != nil {
		return nil, err
	}
	if m.Attrs, err = attrs(doc["attributes"]); err != nil {
		return nil, err
	}
	if m.Dims, err = parseDims(doc["dimension_names"], len(m.Shape)); err != nil {
		return nil, err
	}
	return h, h.parseCodecs(doc["codecs"])
}

func (h *header) parseGrid3(doc object) error {
	shape, err := lengths(doc["shape"], 0)
	if err != nil {
		return fmt.Errorf("shape: %w", err)
	}
	e, err := parseExtension(doc["chunk_grid"])
	if err != nil {
		return fmt.Errorf("chunk_grid: %w", err)
	}
	if e.name != "regular" {
		return fmt.Errorf("%w: chunk grid %q", storage.ErrUnsupported, e.name)
	}
	chunk, err := lengths(e.config["chunk_shape"], 1)
	if err != nil {
		return fmt.Errorf("chunk_shape: %w", err)
	}
	return h.setShape(shape, chunk)
}

// setShape sets the shape and the grids.
func (h *header) setShape(shape, chunk []int) error {
	grid, err := nd.NewGrid(shape, chunk)
	if err != nil {
		return fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	if _, err := nd.SizeOf(append(slices.Clone(shape), max(h.meta.DType.Size(), 1))); err != nil {
		return fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	h.chunk = chunk
	h.meta.Shape, h.meta.ReadGrid, h.meta.WriteGrid = shape, grid, grid
	return nil
}

// parseKeys reads the chunk key encoding of v3.
func parseKeys(v any) (keyEncoding, error) {
	e, err := parseExtension(v)
	if err != nil {
		return keyEncoding{}, fmt.Errorf("chunk_key_encoding: %w", err)
	}
	k := keyEncoding{prefix: "c", sep: "/"}
	switch e.name {
	case "default":
	case "v2":
		k = keyEncoding{sep: "."}
	default:
		return k, fmt.Errorf("%w: chunk key encoding %q", storage.ErrUnsupported, e.name)
	}
	return k.separator(e.config["separator"])
}

// separator sets the separator where the metadata have one.
func (k keyEncoding) separator(v any) (keyEncoding, error) {
	if v != nil {
		sep, ok := v.(string)
		if !ok || sep != "/" && sep != "." {
			return k, fmt.Errorf("%w: separator %s", storage.ErrCorrupt, brief(v))
		}
		k.sep = sep
	}
	return k, nil
}

// parseDims reads dimension names; null stands for none.
func parseDims(v any, ndim int) ([]string, error) {
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok || len(list) != ndim {
		return nil, fmt.Errorf("%w: dimension_names %s for %d axes", storage.ErrCorrupt, brief(v), ndim)
	}
	dims := make([]string, ndim)
	named := false
	for i, x := range list {
		if x == nil {
			continue
		}
		if dims[i], ok = x.(string); !ok {
			return nil, fmt.Errorf("%w: dimension_names %s", storage.ErrCorrupt, brief(v))
		}
		named = true
	}
	if !named {
		return nil, nil
	}
	return dims, nil
}

// parseCodecs reads the codecs of v3 and builds the chain.
func (h *header) parseCodecs(v any) error {
	if list, ok := v.([]any); ok && len(list) == 1 {
		if e, err := parseExtension(list[0]); err == nil && e.name == "sharding_indexed" {
			return h.setSharding(e.config)
		}
	}
	configs, err := parseConfigs(v)
	if err == nil {
		h.setCodecs(configs)
	}
	return err
}

// parseConfigs reads a list of codecs.
func parseConfigs(v any) ([]codec.Config, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("%w: codecs %s is no list of codecs", storage.ErrCorrupt, brief(v))
	}
	var configs []codec.Config
	for i, x := range list {
		e, err := parseExtension(x)
		if err != nil {
			return nil, fmt.Errorf("codec %d: %w", i, err)
		}
		name := e.name
		if alias, ok := codecAliases[name]; ok {
			name = alias
		}
		if !codec.Known(name) && !e.must {
			continue
		}
		configs = append(configs, codec.Config{Name: name, Params: codec.Params(e.config)})
	}
	return configs, nil
}

// codecAliases are other names that documents use.
var codecAliases = map[string]string{
	"endian": "bytes", "numcodecs.zlib": "zlib", "numcodecs.gzip": "gzip", "numcodecs.zstd": "zstd", "numcodecs.shuffle": "shuffle",
	"numcodecs.blosc": "blosc",
}

// setCodecs builds the chain and what Meta says about it. Metadata of arrays
// that can't be read for their codecs can be looked at all the same: the error
// waits until data are asked for.
func (h *header) setCodecs(configs []codec.Config) {
	m := &h.meta
	m.Codecs, m.Order, m.ByteOrder = []string{}, "C", ""
	for _, c := range configs {
		order, isList := axes(c)
		switch {
		case c.Name == "bytes":
			endian, _ := c.Params["endian"].(string)
			if codec.WordSize(m.DType) > 1 {
				m.ByteOrder = endian
			}
			if endian != "big" || m.ByteOrder == "" {
				continue
			}
		case c.Name == "transpose" && isList && reversed(order):
			m.Order = "F"
		}
		m.Codecs = append(m.Codecs, c.String())
	}
	h.chain, h.chainErr = codec.New(m.DType, h.chunk, configs)
	if h.chainErr != nil && !errors.Is(h.chainErr, storage.ErrCodec) && !errors.Is(h.chainErr, storage.ErrUnsupported) {
		h.chainErr = fmt.Errorf("%w: %w", storage.ErrCorrupt, h.chainErr)
	}
}

// axes returns the order of a transpose codec.
func axes(c codec.Config) ([]int, bool) {
	switch v := c.Params["order"].(type) {
	case []int:
		return v, true
	case []any:
		order := make([]int, len(v))
		for i, x := range v {
			var err error
			if order[i], err = integer(x); err != nil {
				return nil, false
			}
		}
		return order, true
	}
	return nil, false
}

// reversed reports whether order turns all axes around: Fortran order.
func reversed(order []int) bool {
	for i, o := range order {
		if o != len(order)-1-i {
			return false
		}
	}
	return len(order) > 1
}

// reverse returns the order n-1 … 0.
func reverse(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = n - 1 - i
	}
	return order
}

// v2Dims is the attribute in which v2 keeps dimension names.
const v2Dims = "_ARRAY_DIMENSIONS"

// parseArray2 reads the .zarray document of v2 and the attributes beside it.
func parseArray2(doc, attributes object) (*header, error) {
	h := &header{doc: doc}
	m := &h.meta
	m.Format = "Zarr v2"
	var endian string
	var err error
	if m.DType, endian, err = parseTypestr(doc["dtype"]); err != nil {
		return nil, err
	}
	shape, err := lengths(doc["shape"], 0)
	if err != nil {
		return nil, fmt.Errorf("shape: %w", err)
	}
	chunk, err := lengths(doc["chunks"], 1)
	if err != nil {
		return nil, fmt.Errorf("chunks: %w", err)
	}
	if err = h.setShape(shape, chunk); err != nil {
		return nil, err
	}
	if h.keys, err = (keyEncoding{sep: "."}).separator(doc["dimension_separator"]); err != nil {
		return nil, err
	}
	if m.Fill, err = parseFill(m.DType, doc["fill_value"], 2); err != nil {
		return nil, err
	}
	if m.Attrs, err = attrs(attributes); err != nil {
		return nil, err
	}
	if dims, err := parseDims(attributes[v2Dims], len(shape)); err == nil && dims != nil {
		m.Dims = dims
		delete(m.Attrs, v2Dims)
	}
	var configs []codec.Config
	switch doc["order"] {
	case "C", nil:
	case "F":
		configs = append(configs, codec.Config{Name: "transpose", Params: codec.Params{"order": reverse(len(shape))}})
	default:
		return nil, fmt.Errorf("%w: order %s", storage.ErrCorrupt, brief(doc["order"]))
	}
	configs = append(configs, codec.Config{Name: "bytes", Params: codec.Params{"endian": endian}})
	filters, ok := doc["filters"].([]any)
	if !ok && doc["filters"] != nil {
		return nil, fmt.Errorf("%w: filters %s", storage.ErrCorrupt, brief(doc["filters"]))
	}
	if doc["compressor"] != nil {
		filters = append(slices.Clone(filters), doc["compressor"])
	}
	for _, f := range filters {
		c, err := parseNumcodec(f)
		if err != nil {
			return nil, err
		}
		configs = append(configs, c)
	}
	h.setCodecs(configs)
	return h, nil
}

// numcodecs are the compressors and filters of v2 whose format and parameters
// are those of a codec here.
var numcodecs = []string{"blosc", "zstd", "gzip", "zlib", "shuffle"}

// parseNumcodec reads {"id": "zlib", "level": 1}.
func parseNumcodec(v any) (codec.Config, error) {
	o, ok := v.(object)
	if !ok {
		return codec.Config{}, fmt.Errorf("%w: compressor or filter %s", storage.ErrCorrupt, brief(v))
	}
	c := codec.Config{Params: codec.Params{}}
	if c.Name, ok = o["id"].(string); !ok {
		return c, fmt.Errorf("%w: compressor or filter without id: %s", storage.ErrCorrupt, brief(v))
	}
	for k, x := range o {
		if k != "id" {
			c.Params[k] = x
		}
	}
	if !slices.Contains(numcodecs, c.Name) && codec.Known(c.Name) {
		c.Name = "numcodecs." + c.Name // of the same name, but not the same
	}
	return c, nil
}
