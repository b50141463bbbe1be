package zarr

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// Struct elements lie packed, field after field.

// maxNesting is how deep structs may lie in each other.
const maxNesting = 16

// structOf reads the configuration of data type struct, {"fields": [{"name",
// "data_type"}]}, or of the older structured, {"fields": [[name, type]]}.
func structOf(e extension, depth int) (nd.DType, error) {
	list, ok := e.config["fields"].([]any)
	if !ok || depth == maxNesting {
		return nd.DType{}, fmt.Errorf("%w: fields %s of data type %s", storage.ErrCorrupt, brief(e.config["fields"]), e.name)
	}
	var p packer
	for _, x := range list {
		var name, dtype any
		switch x := x.(type) {
		case object:
			name, dtype = x["name"], x["data_type"]
		case []any:
			if len(x) == 2 {
				name, dtype = x[0], x[1]
			}
		}
		inner, err := parseExtension(dtype)
		if err != nil {
			return nd.DType{}, fmt.Errorf("field %s: %w", brief(name), err)
		}
		d, err := dtypeOf(inner, depth+1)
		if err == nil {
			err = p.add(name, d)
		}
		if err != nil {
			return nd.DType{}, err
		}
	}
	return p.dtype()
}

// parseDType2 reads the dtype of a v2 document: a typestr, or a list of fields
// [name, dtype, shape]. A field with a shape is read as raw bytes.
func parseDType2(v any) (nd.DType, string, swaps, error) {
	if _, ok := v.([]any); !ok {
		d, endian, err := parseTypestr(v)
		return d, endian, nil, err
	}
	d, s, err := parseFields2(v, 0)
	return d, "little", s, err
}

func parseFields2(v any, depth int) (nd.DType, swaps, error) {
	list, ok := v.([]any)
	if !ok { // a simple field
		d, endian, err := parseTypestr(v)
		if word := d.WordSize(); err == nil && word > 1 && endian != nativeEndian {
			return d, words(d, 0, nil), nil
		}
		return d, nil, err
	}
	if depth == maxNesting {
		return nd.DType{}, nil, fmt.Errorf("%w: structs nested more than %d deep", storage.ErrUnsupported, maxNesting)
	}
	var p packer
	var all swaps
	for _, x := range list {
		f, ok := x.([]any)
		if !ok || len(f) < 2 || len(f) > 3 {
			return nd.DType{}, nil, fmt.Errorf("%w: field %s", storage.ErrCorrupt, brief(x))
		}
		d, inner, err := parseFields2(f[1], depth+1)
		if err != nil {
			return d, nil, fmt.Errorf("field %s: %w", brief(f[0]), err)
		}
		n := 1
		if len(f) == 3 {
			shape, err := lengths(f[2], 1)
			if err == nil {
				n, err = nd.SizeOf(shape)
			}
			if err != nil || n > maxItem/max(d.Size(), 1) || n*len(inner) > maxItem {
				return d, nil, fmt.Errorf("%w: field %s of shape %s", storage.ErrCorrupt, brief(f[0]), brief(f[2]))
			}
		}
		for i := range n {
			for _, w := range inner {
				all = append(all, word{p.size + i*d.Size() + w.offset, w.size})
			}
		}
		if len(f) == 3 {
			d = nd.Sized(nd.KindRaw, n*d.Size())
		}
		if err := p.add(f[0], d); err != nil {
			return d, nil, err
		}
	}
	d, err := p.dtype()
	return d, all, err
}

// packer puts fields one behind the other.
type packer struct {
	fields []nd.Field
	size   int
}

func (p *packer) add(name any, d nd.DType) error {
	s, ok := name.(string)
	if !ok || d.Size() == 0 || d.Size() > maxItem-p.size {
		return fmt.Errorf("%w: field %s of %s", storage.ErrUnsupported, brief(name), d)
	}
	p.fields = append(p.fields, nd.Field{Name: s, DType: d, Offset: p.size})
	p.size += d.Size()
	return nil
}

func (p *packer) dtype() (nd.DType, error) {
	d, err := nd.Struct(p.fields, p.size)
	if err != nil {
		err = fmt.Errorf("%w: %w", storage.ErrCorrupt, err)
	}
	return d, err
}

// word is a part of an element to which a byte order applies.
type word struct{ offset, size int }

// swaps are the words of an element whose bytes are to be turned around.
type swaps []word

// words appends all words of elements of dtype d that begins at offset.
func words(d nd.DType, offset int, list swaps) swaps {
	for _, f := range d.Fields() {
		list = words(f.DType, offset+f.Offset, list)
	}
	if n := d.WordSize(); n > 1 && d.Kind() != nd.KindStruct {
		for at := 0; at < d.Size(); at += n {
			list = append(list, word{offset + at, n})
		}
	}
	return list
}

// swap turns the words of all elements in b around.
func (s swaps) swap(b []byte, item int) {
	for at := 0; at < len(b); at += item {
		for _, w := range s {
			slices.Reverse(b[at+w.offset : at+w.offset+w.size])
		}
	}
}

// swapped is a chain of struct elements with words in the other byte order.
type swapped struct {
	*codec.Chain
	item  int
	words swaps
	bufs  sync.Pool // of *[]byte
}

func (c *swapped) Identity() bool { return false }

func (c *swapped) Decode(dst, src []byte) error {
	err := c.Chain.Decode(dst, src)
	c.words.swap(dst, c.item)
	return err
}

func (c *swapped) Encode(dst, src []byte) ([]byte, error) {
	buf, ok := c.bufs.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	defer c.bufs.Put(buf)
	*buf = append((*buf)[:0], src...)
	c.words.swap(*buf, c.item)
	return c.Chain.Encode(dst, *buf)
}
