// Package codec turns chunks into the bytes that are stored and back. A codec
// is array→array (transpose), array→bytes (bytes) or bytes→bytes (zstd, gzip,
// crc32c…); a Chain applies several, in order when encoding, backwards when
// decoding. A chain is built from metadata and checked once, when an array is
// opened; afterwards it is safe for concurrent use, and no decoder produces more
// bytes than the metadata says there are.
package codec

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
)

// Config names a codec and its parameters, as metadata hold them.
type Config struct {
	Name   string
	Params Params
}

// Params are a codec's parameters: bool, string, any integer or float type,
// json.Number, []int, or []any of numbers.
type Params map[string]any

// data describes what enters or leaves a codec. Before the array→bytes codec it
// is an array in C order and native byte order; after it Shape is nil and only
// the number of bytes is known, and the dtype where they still are its elements.
type data struct {
	DType nd.DType
	Shape []int
	// Size is the number of bytes, or the most there can be where Exact is false.
	Size  int
	Exact bool
	Array bool // not yet bytes

	swapped bool // elements aren't in the byte order of this machine
}

// codec is a codec bound to the data it is used on. All methods are safe for
// concurrent use.
type codec interface {
	// Encode appends the encoded src to dst and returns the result.
	Encode(dst, src []byte) ([]byte, error)
	// Decode undoes Encode. It appends to dst, never more bytes than entered
	// the codec when it was bound, or returns a part of src where nothing has
	// to change.
	Decode(dst, src []byte) ([]byte, error)
	// Cost is the memory in bytes that one call of Encode or Decode takes
	// beside its arguments.
	Cost() (encode, decode int)
}

// kind is what a format's table says about a codec.
type kind struct {
	// main is the parameter that String shows, "" for none.
	main string
	// bind checks the parameters against the data that enter and returns the
	// codec and what leaves it; a nil codec changes nothing.
	bind func(p Params, in data) (codec, data, error)
}

// kinds is the registry; names are those of Zarr v3, or of numcodecs.
var kinds = map[string]kind{
	"adler32":            {"", bindAdler32},
	"astype":             {"encode_dtype", bindAsType},
	"bitround":           {"keepbits", bindBitRound},
	"bz2":                {"level", bindBZ2},
	"cast_value":         {"data_type", bindCastValue},
	"crc32":              {"", bindCRC32},
	"delta":              {"dtype", bindDelta},
	"fixedscaleoffset":   {"scale", bindFixedScaleOffset},
	"jenkins_lookup3":    {"", bindLookup3},
	"lz4":                {"acceleration", bindLZ4},
	"lzma":               {"preset", bindLZMA},
	"numcodecs.packbits": {"", bindNumpyPackBits},
	"packbits":           {"", bindPackBits},
	"quantize":           {"digits", bindQuantize},
	"reshape":            {"shape", bindReshape},
	"scale_offset":       {"scale", bindScaleOffset},

	"bytes":      {"endian", bindBytes},
	"transpose":  {"order", bindTranspose},
	"zstd":       {"level", bindZstd},
	"gzip":       {"level", bindGzip},
	"zlib":       {"level", bindZlib},
	"blosc":      {"cname", bindBlosc},
	"crc32c":     {"", bindCRC32C},
	"shuffle":    {"elementsize", bindShuffle},
	"fletcher32": {"", bindFletcher32},
	"lzf":        {"", bindLZF},
	"hdf5-lz4":   {"", bindHDF5LZ4},
	"bitshuffle": {"cname", bindBitshuffle},
}

// numcodecs are the codecs that numcodecs has too, parameters included. Zarr v3
// calls them numcodecs.NAME, where it has no codec of the name.
var numcodecs = []string{"adler32", "astype", "bitround", "blosc", "bz2", "crc32", "crc32c", "delta", "fixedscaleoffset", "fletcher32", "gzip",
	"jenkins_lookup3", "lz4", "lzma", "quantize", "shuffle", "zlib", "zstd"}

// arrayToBytes are the codecs that an array enters and bytes leave.
var arrayToBytes = []string{"bytes", "packbits"}

// unwritten are the codecs that new arrays don't get.
var unwritten = []string{"bitshuffle", "bz2", "cast_value", "hdf5-lz4", "lzf", "lzma", "packbits", "reshape", "scale_offset"}

// short is the name under which the registry has a codec.
func short(name string) string {
	if id, ok := strings.CutPrefix(name, "numcodecs."); ok && slices.Contains(numcodecs, id) {
		return id
	}
	return name
}

// Known reports whether there is a codec of that name.
func Known(name string) bool { _, ok := kinds[short(name)]; return ok }

// written returns the names of the codecs that new arrays may have, sorted.
func written() []string {
	var names []string
	for n := range kinds {
		if !slices.Contains(unwritten, n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// String writes the configuration for people: "zstd 3", "transpose (2, 1, 0)",
// "crc32c".
func (c Config) String() string {
	name := short(c.Name)
	v, ok := c.Params[kinds[name].main]
	if !ok {
		return name
	}
	if list, err := ints(v); err == nil {
		return name + " (" + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(list)), ", "), "[]") + ")"
	}
	return fmt.Sprintf("%s %v", name, v)
}

// check refuses parameters other than the named ones.
func (p Params) check(known ...string) error {
	for name := range p {
		switch {
		case slices.Contains(known, name):
		case len(known) == 0:
			return fmt.Errorf("unknown parameter %q; it takes none", name)
		default:
			return fmt.Errorf("unknown parameter %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// int returns an integer parameter within bounds, or def where it is missing.
func (p Params) int(name string, def, lo, hi int) (int, error) {
	v, ok := p[name]
	if !ok || v == nil {
		return def, nil
	}
	i, err := toInt(v)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	if i < lo || i > hi {
		return 0, fmt.Errorf("%s %d is not within %d … %d", name, i, lo, hi)
	}
	return i, nil
}

// bool returns a boolean parameter, false where it is missing.
func (p Params) bool(name string) (bool, error) {
	v, ok := p[name]
	if !ok || v == nil {
		return false, nil
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("%s: %v is neither true nor false", name, v)
	}
	return b, nil
}

// string returns a text parameter, "" where it is missing.
func (p Params) string(name string) (string, error) {
	v, ok := p[name]
	if !ok || v == nil {
		return "", nil
	}
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("%s: %v is not a string", name, v)
	}
	return s, nil
}

func toInt(v any) (int, error) {
	switch v := v.(type) {
	case int:
		return v, nil
	case int64:
		return int(v), nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int(v), nil
		}
	case json.Number:
		if i, err := strconv.Atoi(v.String()); err == nil {
			return i, nil
		}
		if f, err := v.Float64(); err == nil {
			return toInt(f) // 3.0
		}
	}
	return 0, fmt.Errorf("%v is not an integer", v)
}

func ints(v any) ([]int, error) {
	switch v := v.(type) {
	case []int:
		return v, nil
	case []int64:
		list := make([]int, len(v))
		for i, x := range v {
			list[i] = int(x)
		}
		return list, nil
	case []any:
		list := make([]int, len(v))
		for i, x := range v {
			var err error
			if list[i], err = toInt(x); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return nil, fmt.Errorf("%v is not a list of integers", v)
}
