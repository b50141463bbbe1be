package zarr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// Version 2: .zarray or .zgroup, and the attributes in .zattrs beside it.

// v2Dims is the attribute in which v2 keeps dimension names.
const v2Dims = "_ARRAY_DIMENSIONS"

// parseArray2 reads the .zarray document of v2 and the attributes beside it.
func parseArray2(doc, attributes object) (*header, error) {
	h := &header{version: 2, doc: doc}
	m := &h.meta
	m.Format = "Zarr v2"
	var endian string
	var err error
	if m.DType, endian, h.swaps, err = parseDType2(doc["dtype"]); err != nil {
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
	if m.Attrs, err = attrs(attributes); err != nil {
		return nil, err
	}
	decodeFillAttr(m.Attrs, m.DType)
	dims, err := parseDims(attributes[v2Dims], len(shape))
	if _, named := attributes[v2Dims]; err == nil && (dims != nil || named && len(shape) == 0) {
		m.Dims = append([]string{}, dims...) // not nil for an array without axes, too: xarray wrote it
		delete(m.Attrs, v2Dims)
	}
	list, err := parseCodecs2(doc, m.DType, endian)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, func(e extension) bool { return e.name == "vlen-bytes" }) {
		m.DType = nd.Sized(nd.KindBytes, 0)
	}
	if m.Fill, err = h.parseFill(doc["fill_value"]); err != nil {
		return nil, err
	}
	return h, h.setCodecs(list)
}

// parseCodecs2 returns order, byte order, filters and compressor of v2 as the
// codecs that v3 would have.
func parseCodecs2(doc object, d nd.DType, endian string) (extensions, error) {
	var list extensions
	switch doc["order"] {
	case "C", nil:
	case "F":
		shape, _ := doc["shape"].([]any)
		list = append(list, extension{name: "transpose", config: object{"order": reverse(len(shape))}, must: true})
	default:
		return nil, fmt.Errorf("%w: order %s", storage.ErrCorrupt, brief(doc["order"]))
	}
	filters, ok := doc["filters"].([]any)
	if !ok && doc["filters"] != nil {
		return nil, fmt.Errorf("%w: filters %s", storage.ErrCorrupt, brief(doc["filters"]))
	}
	if doc["compressor"] != nil {
		filters = append(slices.Clone(filters), doc["compressor"])
	}
	if d.Size() > 0 {
		list = append(list, extension{name: "bytes", config: object{"endian": endian}, must: true})
	} else if len(filters) == 0 {
		return nil, fmt.Errorf("%w: dtype |O without a filter that makes bytes of objects", storage.ErrUnsupported)
	}
	for _, f := range filters {
		e, err := parseNumcodec(f, d)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// numcodecs are the compressors and filters of v2 whose format and parameters
// are those of a codec here.
var numcodecs = []string{"blosc", "zstd", "gzip", "zlib", "shuffle", "vlen-utf8", "vlen-bytes"}

// bloscShuffles are v3's words for v2's numbers: blosc reads both.
var bloscShuffles = []string{"noshuffle", "shuffle", "bitshuffle"}

// parseNumcodec reads {"id": "zlib", "level": 1}.
func parseNumcodec(v any, d nd.DType) (extension, error) {
	o, ok := v.(object)
	if !ok {
		return extension{}, fmt.Errorf("%w: compressor or filter %s", storage.ErrCorrupt, brief(v))
	}
	e := extension{config: object{}, must: true}
	if e.name, ok = o["id"].(string); !ok {
		return e, fmt.Errorf("%w: compressor or filter without id: %s", storage.ErrCorrupt, brief(v))
	}
	maps.Copy(e.config, o)
	delete(e.config, "id")
	switch {
	case e.name == "blosc":
		e.config["typesize"] = codec.WordSize(d)
	case !slices.Contains(numcodecs, e.name) && codec.Known(e.name):
		e.name = "numcodecs." + e.name // of the same name, but not the same
	}
	return e, nil
}

// arrayDocs2 are the documents of an array of v2.
func arrayDocs2(s storage.Spec) (documents, error) {
	dtype, err := typestr2(s.DType)
	if err != nil {
		return nil, err
	}
	chunk, ok, err := chunkShape(s)
	if err == nil && !ok {
		err = fmt.Errorf("%w: irregular chunks %s; version 2 stores equal ones", storage.ErrUnsupported, s.Chunks)
	}
	if err != nil {
		return nil, err
	}
	fill, err := fillJSON2(s.DType, plainNaN(s.DType, s.Fill))
	if err != nil {
		return nil, err
	}
	list, err := codecList(s, s.Shape)
	if err != nil {
		return nil, err
	}
	doc := object{"zarr_format": 2, "shape": append([]int{}, s.Shape...), "chunks": chunk, "dtype": dtype, "fill_value": fill,
		"order": "C", "dimension_separator": ".", "compressor": nil, "filters": nil}
	if sep := s.Options["separator"]; sep != "" {
		doc["dimension_separator"] = sep
	}
	if err := setNumcodecs(doc, s.DType, list); err != nil {
		return nil, err
	}
	attributes := maps.Clone(s.Attrs)
	if s.Dims != nil || len(s.Shape) == 0 { // without it xarray opens nothing of the store
		if attributes == nil {
			attributes = storage.Attrs{}
		}
		attributes[v2Dims] = append([]string{}, s.Dims...)
	}
	zattrs, err := attrsDoc(attributes)
	if err != nil {
		return nil, err
	}
	return documents{".zarray": doc, ".zattrs": zattrs}, nil
}

// setNumcodecs writes codecs into a document of v2: order, byte order, the last
// bytes→bytes codec as compressor, those before it as filters.
func setNumcodecs(doc object, d nd.DType, list extensions) error {
	if list.endian() == "big" {
		doc["dtype"] = strings.Replace(doc["dtype"].(string), "<", ">", 1)
	}
	var filters []any
	for _, e := range list {
		switch {
		case e.name == "transpose":
			if order, _ := e.config["order"].([]int); !reversed(order) {
				return fmt.Errorf("%w: transpose %v; version 2 has orders C and F", storage.ErrUnsupported, order)
			}
			doc["order"] = "F"
			continue
		case e.name == "bytes":
			continue
		case e.name == shardingName:
			return fmt.Errorf("%w: shards in version 2", storage.ErrUnsupported)
		}
		c := maps.Clone(e.config)
		if c == nil {
			c = object{}
		}
		c["id"] = strings.TrimPrefix(e.name, "numcodecs.")
		switch e.name {
		case "delta":
			c["dtype"], c["astype"] = doc["dtype"], doc["dtype"]
		case "blosc":
			c["shuffle"] = slices.Index(bloscShuffles, c["shuffle"].(string))
			if c["typesize"] != codec.WordSize(d) {
				return fmt.Errorf("%w: blosc with typesize %v for %s; in version 2 it follows from the dtype", storage.ErrUnsupported, c["typesize"], d)
			}
			delete(c, "typesize")
		case "zstd":
			if c["checksum"] == false {
				delete(c, "checksum")
			}
		}
		filters = append(filters, c)
	}
	n := len(filters)
	if id := list[len(list)-1].name; n > 0 && id != "bytes" && !textCodecs[id] {
		n--
		doc["compressor"] = filters[n]
	}
	if n > 0 {
		doc["filters"] = filters[:n]
	}
	return nil
}

// fillJSON2 writes a fill value as v2 has it: no bits in hexadecimal. Without one
// it is null: 0 would mean missing to xarray.
func fillJSON2(d nd.DType, fill []byte) (any, error) {
	if fill == nil {
		return nil, nil
	}
	v, err := FillJSON(d, fill)
	switch list, ok := v.([]any); {
	case ok:
		for i := range list {
			list[i] = noHex(list[i])
		}
	case d.IsFloat():
		v = noHex(v)
	}
	return v, err
}

// noHex writes any NaN as "NaN".
func noHex(v any) any {
	if s, ok := v.(string); ok && strings.HasPrefix(s, "0x") {
		return "NaN"
	}
	return v
}
