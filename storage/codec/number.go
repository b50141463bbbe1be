package codec

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// word says how numbers are stored.
type word struct {
	dtype   nd.DType
	swapped bool // not in the byte order of this machine
}

// typestrs are NumPy's codes of dtypes.
var typestrs = map[string]nd.DType{
	"b1": nd.Bool, "i1": nd.Int8, "i2": nd.Int16, "i4": nd.Int32, "i8": nd.Int64,
	"u1": nd.Uint8, "u2": nd.Uint16, "u4": nd.Uint32, "u8": nd.Uint64,
	"f2": nd.Half, "f4": nd.Float32, "f8": nd.Float64, "c8": nd.Complex64, "c16": nd.Complex128,
}

// word returns a parameter that is a dtype as NumPy writes it, "<i4", "|u1" or
// "float64", or def where it is missing. What has no byte order is little-endian.
func (p Params) word(name string, def word) (word, error) {
	text, err := p.string(name)
	switch {
	case err != nil:
		return def, err
	case text == "" && def.dtype.Size() == 0:
		return def, fmt.Errorf("%s is missing", name)
	case text == "":
		return def, nil
	}
	code := strings.TrimLeft(text[:1], "<>|=") + text[1:]
	d, ok := typestrs[code]
	if !ok {
		if d, err = nd.ParseDType(code); err != nil || !d.Computable() {
			return def, fmt.Errorf("%s: %w: dtype %q", name, storage.ErrUnsupported, text)
		}
	}
	return word{d, d.WordSize() > 1 && (text[0] == '>') == nativeLittle}, nil
}

// number returns a parameter that is one.
func (p Params) number(name string, def float64) (float64, error) {
	switch v := p[name].(type) {
	case nil:
		return def, nil
	case int:
		return float64(v), nil
	case float64:
		return v, nil
	case json.Number:
		return v.Float64()
	default:
		return 0, fmt.Errorf("%s: %v is no number", name, v)
	}
}

// numbers is a codec that changes elements one after the other. It is
// array→array, or bytes→bytes where elements are bytes already, as the filters of
// Zarr v2 are; only then a byte order means something.
type numbers struct{ enc, dec change }

// bindNumbers returns the codec between plain numbers and those that are stored.
func bindNumbers(in data, plain, stored word, enc, dec steps) (codec, data, error) {
	size := plain.dtype.Size()
	switch {
	case size < 1 || size > tileBytes/kernel.Tile || stored.dtype.Size() > tileBytes/kernel.Tile:
		return nil, in, fmt.Errorf("%w: elements of %s are no numbers", storage.ErrUnsupported, plain.dtype)
	case in.Array && size != in.DType.Size():
		return nil, in, fmt.Errorf("dtype %s for elements of %s", plain.dtype, in.DType)
	case in.Size%size != 0 && in.Exact:
		return nil, in, fmt.Errorf("%d bytes are no whole number of %s", in.Size, plain.dtype)
	case in.Array:
		plain.swapped, stored.swapped = false, false
	}
	out := in
	out.DType, out.swapped, out.Size = stored.dtype, stored.swapped, in.Size/size*stored.dtype.Size()
	var n numbers
	var err error
	if n.enc, err = newChange(plain, stored, enc); err == nil {
		n.dec, err = newChange(stored, plain, dec)
	}
	return &n, out, err
}

func (n *numbers) Encode(dst, src []byte) ([]byte, error) { return n.enc.apply(dst, src) }
func (n *numbers) Decode(dst, src []byte) ([]byte, error) { return n.dec.apply(dst, src) }
func (n *numbers) Cost() (encode, decode int)             { return 3 * tileBytes, 3 * tileBytes }

// steps are what happens to numbers between two casts.
type steps struct {
	work nd.DType // what the numbers are then; the plain dtype where it is missing
	// start returns what changes the elements of a chunk in place, part by part;
	// nil where nothing does.
	start func() func(part []byte) error
}

// change turns numbers into others.
type change struct {
	from, to word
	steps
	in, out kernel.Loop // casts, nil where nothing is cast
}

func newChange(from, to word, s steps) (change, error) {
	c := change{from: from, to: to, steps: s}
	if !s.work.Valid() {
		c.work = from.dtype
	}
	var err error
	if c.in, err = castLoop(from.dtype, c.work); err == nil {
		c.out, err = castLoop(c.work, to.dtype)
	}
	return c, err
}

// castLoop returns the cast between two dtypes, nil where they are the same.
func castLoop(from, to nd.DType) (kernel.Loop, error) {
	if from == to {
		return nil, nil
	}
	cast, _ := kernel.LookupUfunc("cast")
	p, args := kernel.Params{"to": to}, []nd.DType{from}
	if _, err := cast.Result(p, args); err != nil {
		return nil, fmt.Errorf("%w: %w", storage.ErrUnsupported, err)
	}
	return cast.Bind(p, args), nil
}

// tileBytes is what a tile of the largest elements takes.
const tileBytes = 16 * kernel.Tile

// tiles holds idle memory (*[3][tileBytes / 8]uint64) for the elements of a tile:
// as they come, as they are worked on, and as they go.
var tiles = sync.Pool{New: func() any { return new([3][tileBytes / 8]uint64) }}

// apply appends the changed elements of src to dst, a tile at a time.
func (c *change) apply(dst, src []byte) ([]byte, error) {
	from, work, to := c.from.dtype.Size(), c.work.Size(), c.to.dtype.Size()
	if len(src)%from != 0 {
		return dst, corrupt("%d bytes are no whole number of %s", len(src), c.from.dtype)
	}
	n, at := len(src)/from, len(dst)
	dst = slices.Grow(dst, n*to)[:at+n*to]
	tile := tiles.Get().(*[3][tileBytes / 8]uint64)
	defer tiles.Put(tile)
	var step func([]byte) error
	if c.start != nil {
		step = c.start()
	}
	for i := 0; i < n; i += kernel.Tile {
		k := min(kernel.Tile, n-i)
		x := nd.AsBytes(tile[0][:])[:k*from]
		copy(x, src[i*from:])
		c.from.turn(x)
		x = cast(c.in, nd.AsBytes(tile[1][:])[:k*work], x)
		if step != nil {
			if err := step(x); err != nil {
				return dst[:at], err
			}
		}
		x = cast(c.out, nd.AsBytes(tile[2][:])[:k*to], x)
		c.to.turn(x)
		copy(dst[at+i*to:], x)
	}
	return dst, nil
}

// turn changes the byte order of elements between that of this machine and theirs.
func (w word) turn(x []byte) {
	if w.swapped {
		reverseWords(x, x, w.dtype.WordSize())
	}
}

// cast returns x, or what the loop makes of it in dst.
func cast(loop kernel.Loop, dst, x []byte) []byte {
	if loop == nil {
		return x
	}
	loop(dst, [][]byte{x})
	return dst
}
