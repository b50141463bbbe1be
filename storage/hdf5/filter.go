//go:build cgo && !nohdf5

package hdf5

import (
	"fmt"
	"math/bits"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// Filters by their registered numbers.
const (
	filterDeflate    = 1
	filterShuffle    = 2
	filterFletcher32 = 3
	filterLZF        = 32000
	filterBlosc      = 32001
	filterLZ4        = 32004
	filterBitshuffle = 32008
	filterZstd       = 32015
)

// filterNames are what people call filters.
var filterNames = map[int]string{
	filterDeflate: "gzip", filterShuffle: "shuffle", filterFletcher32: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset",
	filterLZF: "lzf", filterBlosc: "filter 32001 (blosc)", filterLZ4: "filter 32004 (lz4)", filterBitshuffle: "filter 32008 (bitshuffle)",
	32013: "filter 32013 (zfp)", filterZstd: "filter 32015 (zstd)", 32026: "filter 32026 (blosc2)",
}

// filter is one step of a dataset's filter pipeline.
type filter struct {
	id     int
	name   string
	params []int
}

// String writes the filter for people: "shuffle", "gzip 5", "filter 32015 (zstd)".
func (f filter) String() string {
	text, ok := filterNames[f.id]
	switch {
	case f.id == filterDeflate && len(f.params) > 0:
		return fmt.Sprintf("%s %d", text, f.params[0])
	case ok:
		return text
	case f.name != "":
		return fmt.Sprintf("filter %d (%s)", f.id, f.name)
	}
	return fmt.Sprintf("filter %d", f.id)
}

// param returns the i-th parameter or a default.
func (f filter) param(i, def int) int {
	if i < len(f.params) {
		return f.params[i]
	}
	return def
}

// config returns the codec that does what the filter does.
func (f filter) config(elem int) (codec.Config, bool) {
	switch f.id {
	case filterDeflate:
		return codec.Config{Name: "zlib", Params: codec.Params{"level": min(f.param(0, 6), 9)}}, true
	case filterShuffle:
		return codec.Config{Name: "shuffle", Params: codec.Params{"elementsize": f.param(0, elem)}}, true
	case filterFletcher32:
		return codec.Config{Name: "fletcher32"}, true
	case filterZstd:
		return codec.Config{Name: "zstd", Params: codec.Params{"level": min(f.param(0, 3), 22)}}, true
	case filterLZF:
		return codec.Config{Name: "lzf"}, true
	case filterBlosc: // its frames say all that a reader has to know
		return codec.Config{Name: "blosc"}, true
	case filterLZ4:
		return codec.Config{Name: "hdf5-lz4"}, true
	case filterBitshuffle:
		cname, ok := map[int]string{0: "", 2: "lz4", 3: "zstd"}[f.param(4, 0)]
		return codec.Config{Name: "bitshuffle", Params: codec.Params{"elementsize": f.param(2, elem), "blocksize": f.param(3, 0), "cname": cname}}, ok
	}
	return codec.Config{}, false
}

// parseCodecs turns a Spec's codecs into filters.
func parseCodecs(codecs []string, elem int) ([]filter, error) {
	var list []filter
	for _, text := range codecs {
		if text == filterNames[filterZstd] {
			text = "zstd"
		}
		c, err := codec.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("codec %q: %w", text, err)
		}
		f, known, ok := newFilter(c, elem)
		if !ok {
			return nil, fmt.Errorf("%w %q for HDF5: there are shuffle, gzip, fletcher32 and zstd", storage.ErrCodec, text)
		}
		for name, v := range c.Params {
			if name != known {
				return nil, fmt.Errorf("%w: codec %q: the filter of HDF5 has no parameter %s", storage.ErrUnsupported, text, name)
			}
			if v != f.param(0, 0) {
				return nil, fmt.Errorf("codec %q: %s %v", text, name, v)
			}
		}
		if n := f.param(0, 0); c.Name != "shuffle" && (n < 0 || c.Name != "zstd" && n > 9) {
			return nil, fmt.Errorf("codec %q: the level is 0 to 9", text)
		}
		list = append(list, f)
	}
	return list, nil
}

// newFilter returns the filter for a codec and elements of elem bytes, and the name
// of the one parameter that it has.
func newFilter(c codec.Config, elem int) (f filter, param string, ok bool) {
	level := func(def int) int {
		if n, ok := c.Params["level"].(int); ok {
			return n
		}
		return def
	}
	switch c.Name {
	case "gzip", "zlib":
		return filter{filterDeflate, "", []int{level(4)}}, "level", true
	case "shuffle":
		return filter{filterShuffle, "", []int{elem}}, "elementsize", true
	case "fletcher32":
		return filter{filterFletcher32, "", nil}, "", true
	case "zstd":
		return filter{filterZstd, "", []int{level(3)}}, "level", true
	}
	return filter{}, "", false
}

// pipeline encodes and decodes whole chunks in Go. It is safe for concurrent use.
type pipeline struct {
	dtype   nd.DType
	elems   int    // of a chunk
	order   string // byte order of stored numbers: "little", "big" or ""
	filters []filter
	size    int      // bytes of a decoded chunk
	limit   int      // no stored chunk has more bytes than this
	cost    int      // memory one decoding takes beside chunk and stored bytes
	chains  sync.Map // *codec.Chain by filter mask
}

// newPipeline binds the filters; it fails where Go can't undo one of them.
func newPipeline(dtype nd.DType, elems int, order string, filters []filter) (*pipeline, error) {
	p := &pipeline{dtype: dtype, elems: elems, order: order, filters: filters, size: elems * dtype.Size()}
	c, err := p.chain(0)
	if err != nil {
		return nil, err
	}
	p.limit = c.MaxEncoded() + p.size>>3 + 4*len(filters) + 64
	_, p.cost = c.Cost()
	return p, nil
}

// chain returns the chain for a mask, in which bit i says that filter i was
// not applied.
func (p *pipeline) chain(mask uint32) (*codec.Chain, error) {
	if c, ok := p.chains.Load(mask); ok {
		return c.(*codec.Chain), nil
	}
	configs := []codec.Config{{Name: "bytes", Params: codec.Params{"endian": p.order}}}
	for i, f := range p.filters {
		if mask&(1<<i) != 0 {
			continue
		}
		config, ok := f.config(p.dtype.Size())
		if !ok {
			return nil, fmt.Errorf("%w: %s", storage.ErrCodec, f)
		}
		configs = append(configs, config)
	}
	c, err := codec.New(p.dtype, []int{p.elems}, configs)
	if err != nil {
		return nil, err
	}
	if bits.OnesCount32(mask) <= 2 { // a file that is not damaged has a handful of masks
		p.chains.Store(mask, c)
	}
	return c, nil
}

// decode decodes a stored chunk into dst of exactly the chunk's size.
func (p *pipeline) decode(dst, stored []byte, mask uint32) error {
	c, err := p.chain(mask)
	if err != nil {
		return err
	}
	return c.Decode(dst, stored)
}

// encode appends the stored form of a chunk to dst, without the filters of a mask.
func (p *pipeline) encode(dst, src []byte, mask uint32) ([]byte, error) {
	c, err := p.chain(mask)
	if err != nil {
		return dst, err
	}
	return c.Encode(dst, src)
}

// texts returns the filters for Meta.Codecs.
func texts(filters []filter) []string {
	list := make([]string, len(filters))
	for i, f := range filters {
		list[i] = f.String()
	}
	return list
}
