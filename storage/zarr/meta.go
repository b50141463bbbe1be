package zarr

import (
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// header is what the metadata of an array say, of either version.
type header struct {
	version int
	meta    storage.Meta
	keys    keyEncoding
	// stored is the shape of what is stored as one value, also at the edges;
	// chunk that of what is decoded at once, less in shards.
	stored, chunk []int
	edges         nd.Grid     // what a rectilinear grid declares, which may reach beyond the shape; else 0-d
	shards        []*sharding // in which chunks lie, the outermost first
	bfloat        bool        // elements are stored as bfloat16
	unfilled      bool        // there is no fill value, as in v2: others may take anything for what was never written
	swaps         swaps       // words of struct elements that are stored in the other byte order
	codecs        extensions
	// whole codes stored values, chain chunks; wholeText and text take their places
	// where elements vary in length. nil where it can't be had, for the reason
	// chainErr.
	whole, chain    coder
	wholeText, text *texts
	chainErr        error
	doc             object // as read, to be written back with changes

	mu     sync.Mutex // guards coders
	coders map[string]coder
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
	h := &header{version: 3, doc: doc}
	m := &h.meta
	m.Format, m.Order = "Zarr v3", "C"
	var err error
	if m.DType, h.bfloat, err = parseDataType(doc["data_type"]); err != nil {
		return nil, err
	}
	if err = h.parseGrid3(doc); err != nil {
		return nil, err
	}
	if h.keys, err = parseKeys(doc["chunk_key_encoding"]); err != nil {
		return nil, err
	}
	if m.Fill, err = h.parseFill(doc["fill_value"]); err != nil {
		return nil, err
	}
	if m.Attrs, err = attrs(doc["attributes"]); err != nil {
		return nil, err
	}
	decodeFillAttr(m.Attrs, m.DType)
	if m.Dims, err = parseDims(doc["dimension_names"], len(m.Shape)); err != nil {
		return nil, err
	}
	codecs, err := parseCodecs(doc["codecs"])
	if err != nil {
		return nil, err
	}
	return h, h.setCodecs(codecs)
}

func (h *header) parseGrid3(doc object) error {
	shape, err := lengths(doc["shape"], 0)
	if err != nil {
		return fmt.Errorf("shape: %w", err)
	}
	e, err := parseMust("chunk_grid", doc["chunk_grid"])
	if err != nil {
		return err
	}
	switch e.name {
	case "regular":
		chunk, err := chunkLengths(e.config["chunk_shape"], shape)
		if err != nil {
			return fmt.Errorf("chunk_shape: %w", err)
		}
		return h.setShape(shape, chunk)
	case "rectilinear":
		if h.edges, err = parseEdges(shape, e.config); err != nil {
			return fmt.Errorf("rectilinear chunk grid: %w", err)
		}
		return h.setShape(shape, nil)
	}
	return fmt.Errorf("%w: chunk grid %q", storage.ErrUnsupported, e.name)
}

// setShape sets the shape and the grids: of equal chunks, or as h.edges says.
func (h *header) setShape(shape, chunk []int) error {
	grid, err := nd.NewGrid(shape, chunk)
	if h.edges.NDim() > 0 {
		axes := make([]nd.Grid, len(shape))
		for k, n := range shape {
			axes[k] = h.edges.ViewAxis(k, 0, 1, n)
		}
		chunk = h.edges.MaxChunk()
		grid, err = nd.JoinGrids(axes...)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	if _, err := nd.SizeOf(append(slices.Clone(shape), max(h.meta.DType.Size(), 1))); err != nil {
		return fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	h.stored = chunk
	h.meta.Shape, h.meta.ReadGrid, h.meta.WriteGrid = shape, grid, grid
	return nil
}

// parseKeys reads the chunk key encoding of v3.
func parseKeys(v any) (keyEncoding, error) {
	e, err := parseMust("chunk_key_encoding", v)
	if err != nil {
		return keyEncoding{}, err
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
