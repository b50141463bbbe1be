package zarr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// codecList returns the codecs of a new array whose stored chunks have a shape.
// What Spec leaves out is added: the transpose that makes Fortran order, the
// byte order, all parameters of a codec. "sharding (10, 10)" makes the chunks
// shards, of chunks of that shape with the codecs that follow.
func codecList(s storage.Spec, shape []int) (extensions, error) {
	texts := s.Codecs
	if texts == nil {
		texts = []string{"zstd 3"}
	}
	return chunkCodecs(s, texts, shape)
}

func chunkCodecs(s storage.Spec, texts []string, shape []int) (extensions, error) {
	if arg, ok := shardArg(texts); ok {
		return shardCodecs(s, arg, texts[1:], shape)
	}
	var before, behind extensions
	bytes := extension{name: "bytes", config: object{"endian": "little"}}
	if s.Order == "F" && len(shape) > 1 {
		before = append(before, extension{name: "transpose", config: object{"order": reverse(len(shape))}})
	}
	for _, text := range texts {
		c, err := codec.Parse(text)
		if err != nil {
			return nil, err
		}
		if cname := c.Params["cname"]; c.Name == "blosc" && cname != nil && cname != "zstd" && cname != "lz4" {
			return nil, fmt.Errorf("%w: %s; blosc is written with zstd or lz4 inside, and read with all", storage.ErrUnsupported, c)
		}
		if slices.Contains(filters, c.Name) {
			return nil, fmt.Errorf("%w: %s in new arrays; in those of others it is read", storage.ErrUnsupported, c)
		}
		full, err := fullConfig(c, s.DType)
		if err != nil {
			return nil, err
		}
		switch e := (extension{name: c.Name, config: full}); {
		case c.Name == "bytes":
			bytes.config = object(c.Params)
		case c.Name == "transpose" && s.Order == "F" && len(before) > 0 && c.String() == codecText(before[0]):
		case c.Name == "transpose" || c.Name == "delta":
			before = append(before, e)
		default:
			behind = append(behind, e)
		}
	}
	switch d := s.DType; {
	case d == nd.Text:
		bytes = extension{name: "vlen-utf8"}
	case d.Size() == 0:
		bytes = extension{name: "vlen-bytes"}
	case d.WordSize() == 1:
		delete(bytes.config, "endian")
	}
	return slices.Concat(before, extensions{bytes}, behind), nil
}

func codecText(e extension) string { return extensions{e}.configs()[0].String() }

// shardArg returns what stands behind "sharding" in codecs that begin with it, "(10, 10)".
func shardArg(texts []string) (arg string, ok bool) {
	if len(texts) == 0 {
		return "", false
	}
	return strings.CutPrefix(strings.TrimSpace(texts[0]), "sharding")
}

// innerShape reads the shape of the chunks in a shard, "(10, 10)".
func innerShape(arg string, ndim int) (inner []int, ok bool) {
	c, err := codec.Parse("transpose " + strings.TrimSpace(arg)) // a list as well
	inner, ok = axes(c)
	return inner, err == nil && ok && len(inner) == ndim
}

// wholeShards lengthens shards that hold an axis alone to a whole number of chunks: a grid
// can't say how far beyond the axis they reach.
func wholeShards(shard []int, s storage.Spec) {
	arg, _ := shardArg(s.Codecs)
	inner, ok := innerShape(arg, len(shard))
	for k := range shard {
		if ok && inner[k] > 0 && shard[k] >= s.Shape[k] {
			shard[k] += (inner[k] - shard[k]%inner[k]) % inner[k]
		}
	}
}

// shardCodecs makes shards of chunks whose shape is arg, "(10, 10)".
func shardCodecs(s storage.Spec, arg string, texts []string, shape []int) (extensions, error) {
	inner, ok := innerShape(arg, len(shape))
	if !ok {
		return nil, fmt.Errorf("%w: codec %q for chunks of shape %v; it names the shape of the chunks in a shard", nd.ErrChunks, "sharding"+arg, shape)
	}
	for k, n := range inner {
		if n < 1 || shape[k]%n != 0 {
			return nil, fmt.Errorf("%w: shards of shape %v don't hold a whole number of chunks of %v", nd.ErrChunks, shape, inner)
		}
	}
	list, err := chunkCodecs(s, texts, inner)
	if err != nil {
		return nil, err
	}
	location := "end"
	switch at := s.Options["index"]; at {
	case "", "end":
	case "start":
		location = at
	default:
		return nil, fmt.Errorf("%w: option index=%q; it is start or end", storage.ErrUnsupported, at)
	}
	index := extensions{{name: "bytes", config: object{"endian": "little"}}, {name: "crc32c"}}
	return extensions{{name: shardingName, config: object{
		"chunk_shape": inner, "codecs": list.docs(), "index_codecs": index.docs(), "index_location": location,
	}}}, nil
}

// filters are the codecs of numbers that lose something of them: they aren't
// written.
var filters = []string{"fixedscaleoffset", "quantize", "bitround", "astype"}

// registered are the codecs that the specification of v3 and its extensions
// name; all others are called numcodecs.…, as zarr-python does.
var registered = []string{"bytes", "transpose", "zstd", "gzip", "blosc", "crc32c", "vlen-utf8", "vlen-bytes", "packbits", "bitround",
	"scale_offset", "cast_value", "reshape", shardingName}

// docs writes codecs as a document of v3 holds them. zarr-python takes those called
// numcodecs.… with a configuration only, be it empty.
func (list extensions) docs() []any {
	docs := make([]any, len(list))
	for i, e := range list {
		name := e.name
		if !slices.Contains(registered, name) && !strings.HasPrefix(name, "numcodecs.") {
			name = "numcodecs." + name
		}
		doc := object{"name": name}
		switch {
		case len(e.config) > 0:
			doc["configuration"] = e.config
		case strings.HasPrefix(name, "numcodecs."):
			doc["configuration"] = object{}
		}
		docs[i] = doc
	}
	return docs
}

// fullConfig adds the parameters other readers insist on.
func fullConfig(c codec.Config, d nd.DType) (object, error) {
	full := object{}
	switch c.Name {
	case "zstd":
		full["level"], full["checksum"] = 3, false
	case "gzip", "zlib":
		full["level"] = 5
	case "lz4":
		full["acceleration"] = 1
	case "delta":
		if !d.IsInteger() {
			return nil, fmt.Errorf("%w: delta of %s in new arrays: sums of its differences aren't always what they were; it is for integers", storage.ErrUnsupported, d)
		}
		if len(c.Params) > 0 {
			return nil, fmt.Errorf("%w: %s in new arrays: delta has their dtype there, and no parameters", storage.ErrUnsupported, c)
		}
		dtype, err := typestr2(d)
		if err != nil {
			return nil, err
		}
		full["dtype"], full["astype"] = dtype, dtype
	case "shuffle":
		full["elementsize"] = d.Size()
	case "crc32c":
		if c.Params["location"] != nil {
			return nil, fmt.Errorf("%w: crc32c with a location in new arrays", storage.ErrUnsupported)
		}
	case "blosc":
		if v, ok := c.Params["shuffle"]; ok && !slices.Contains(bloscShuffles, fmt.Sprint(v)) {
			return nil, fmt.Errorf("codec blosc: shuffle %v; there are %s", v, strings.Join(bloscShuffles, ", "))
		}
		full["cname"], full["clevel"], full["blocksize"] = "zstd", 5, 0
		full["shuffle"], full["typesize"] = "shuffle", d.WordSize()
	}
	for k, v := range c.Params {
		full[k] = v
	}
	return full, nil
}

// newHeader reads documents just made, so that nothing is written that couldn't
// be read.
func newHeader(docs documents) (*header, error) {
	read := documents{}
	for name, doc := range docs {
		b, err := encode(doc)
		if err != nil {
			return nil, err
		}
		if read[name], err = decode(b); err != nil {
			return nil, err
		}
	}
	h, err := parseArray(read)
	if err != nil {
		return nil, err
	}
	return h, h.chainErr
}

func parseArray(docs documents) (*header, error) {
	if doc, ok := docs[".zarray"]; ok {
		return parseArray2(doc, docs[".zattrs"])
	}
	return parseArray3(docs["zarr.json"])
}
