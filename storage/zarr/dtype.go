package zarr

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// extension is one of the points where a v3 document names something: a data
// type, a chunk grid, a codec.
type extension struct {
	name   string
	config object
	must   bool // must be understood
}

// parseExtension reads {"name": …, "configuration": …, "must_understand": …} or
// the short-hand "name".
func parseExtension(v any) (extension, error) {
	if name, ok := v.(string); ok {
		return extension{name: name, must: true}, nil
	}
	o, ok := v.(object)
	if !ok {
		return extension{}, fmt.Errorf("%w: %v is neither a name nor an object with one", storage.ErrCorrupt, v)
	}
	e := extension{must: true}
	if e.name, ok = o["name"].(string); !ok {
		return e, fmt.Errorf("%w: %v has no name", storage.ErrCorrupt, v)
	}
	if c, ok := o["configuration"]; ok && c != nil {
		if e.config, ok = c.(object); !ok {
			return e, fmt.Errorf("%w: the configuration of %s is no object", storage.ErrCorrupt, e.name)
		}
	}
	if m, ok := o["must_understand"].(bool); ok {
		e.must = m
	}
	return e, nil
}

// parseMust is parseExtension for a member that can't be left out.
func parseMust(member string, v any) (extension, error) {
	e, err := parseExtension(v)
	if err == nil && !e.must {
		err = fmt.Errorf("%w: must_understand false of what always must be understood", storage.ErrCorrupt)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", member, err)
	}
	return e, err
}

// maxItem is the most bytes an element may have.
const maxItem = 1 << 24

var rawName = regexp.MustCompile(`^r([1-9][0-9]{0,9})$`)

// parseDataType reads the data type of a v3 document; true for bfloat16, which
// is read as float32.
func parseDataType(v any) (nd.DType, bool, error) {
	e, err := parseMust("data_type", v)
	if err != nil {
		return nd.DType{}, false, err
	}
	if e.name == "bfloat16" {
		return nd.Float32, true, nil
	}
	d, err := dtypeOf(e, 0)
	return d, false, err
}

func dtypeOf(e extension, depth int) (nd.DType, error) {
	if d, err := nd.ParseDType(e.name); err == nil && d.Kind() >= nd.KindBool && d.Kind() <= nd.KindComplex128 {
		return d, nil
	}
	if m := rawName.FindStringSubmatch(e.name); m != nil {
		bits, _ := strconv.Atoi(m[1]) // ten digits always fit
		if bits%8 != 0 || bits/8 > maxItem {
			return nd.DType{}, fmt.Errorf("%w: data type %s", storage.ErrCorrupt, e.name)
		}
		return nd.Sized(nd.KindRaw, bits/8), nil
	}
	switch e.name {
	case "string":
		return nd.Text, nil
	case "bytes", "variable_length_bytes":
		return nd.Sized(nd.KindBytes, 0), nil
	case "struct", "structured":
		return structOf(e, depth)
	case "numpy.datetime64", "numpy.timedelta64":
		unit, err := timeUnit(e.config)
		if err != nil {
			return nd.DType{}, fmt.Errorf("data type %s: %w", e.name, err)
		}
		if e.name == "numpy.datetime64" {
			return nd.Datetime64(unit), nil
		}
		return nd.Timedelta64(unit), nil
	case "fixed_length_utf32", "null_terminated_bytes", "raw_bytes":
		n, err := integer(e.config["length_bytes"])
		if err != nil || n < 1 || n > maxItem || e.name == "fixed_length_utf32" && n%4 != 0 {
			return nd.DType{}, fmt.Errorf("%w: data type %s of length_bytes %v", storage.ErrUnsupported, e.name, e.config["length_bytes"])
		}
		return nd.Sized(sizedKinds[e.name], n), nil
	}
	return nd.DType{}, fmt.Errorf("%w: data type %q", storage.ErrUnsupported, e.name)
}

var sizedKinds = map[string]nd.Kind{
	"fixed_length_utf32": nd.KindUTF32, "null_terminated_bytes": nd.KindBytes, "raw_bytes": nd.KindRaw,
}

var timeUnits = map[string]string{
	"Y": "Y", "M": "M", "W": "W", "D": "D", "h": "h", "m": "m", "s": "s", "ms": "ms", "us": "us", "μs": "us", "µs": "us",
	"ns": "ns", "ps": "ps", "fs": "fs", "as": "as", "generic": "generic",
}

func timeUnit(config object) (string, error) {
	name, _ := config["unit"].(string)
	unit, ok := timeUnits[name]
	if !ok {
		return "", fmt.Errorf("%w: unit %v", storage.ErrUnsupported, config["unit"])
	}
	scale := 1
	if v, ok := config["scale_factor"]; ok {
		var err error
		if scale, err = integer(v); err != nil || scale < 1 || scale > math.MaxInt32 {
			return "", fmt.Errorf("%w: scale_factor %v", storage.ErrCorrupt, v)
		}
	}
	return scaledUnit(scale, unit), nil
}

// scaledUnit writes a unit as nd.DType has it: "us", "10us".
func scaledUnit(scale int, unit string) string {
	if scale == 1 || unit == "generic" {
		return unit
	}
	return strconv.Itoa(scale) + unit
}

// dataType writes a dtype for a v3 document.
func dataType(d nd.DType) (any, error) {
	sized := func(name string) (any, error) {
		return object{"name": name, "configuration": object{"length_bytes": d.Size()}}, nil
	}
	switch k := d.Kind(); {
	case k >= nd.KindBool && k <= nd.KindComplex128:
		return d.String(), nil
	case k == nd.KindDatetime || k == nd.KindTimedelta:
		name := strings.TrimLeft(d.Unit(), "0123456789")
		scale := 1
		if n := strings.TrimSuffix(d.Unit(), name); n != "" {
			var err error
			if scale, err = strconv.Atoi(n); err != nil || scale < 1 || scale > math.MaxInt32 {
				return nil, fmt.Errorf("%w: dtype %s", storage.ErrUnsupported, d)
			}
		}
		if timeUnits[name] != name {
			return nil, fmt.Errorf("%w: dtype %s", storage.ErrUnsupported, d)
		}
		full := map[nd.Kind]string{nd.KindDatetime: "numpy.datetime64", nd.KindTimedelta: "numpy.timedelta64"}[k]
		return object{"name": full, "configuration": object{"unit": name, "scale_factor": scale}}, nil
	case d == nd.Text:
		return "string", nil
	case d == nd.Sized(nd.KindBytes, 0):
		return "variable_length_bytes", nil
	case d.Size() < 1 || d.Size() > maxItem:
	case k == nd.KindRaw: // the specification's r24 is read by few
		return sized("raw_bytes")
	case k == nd.KindBytes:
		return sized("null_terminated_bytes")
	case k == nd.KindUTF32 && d.Size()%4 == 0:
		return sized("fixed_length_utf32")
	}
	return nil, fmt.Errorf("%w: dtype %s has no Zarr data type", storage.ErrUnsupported, d)
}

var typestr = regexp.MustCompile(`^([<>|])([a-zA-Z])([0-9]{0,9})(?:\[([0-9]{0,9})([a-zA-Zμµ]+)\])?$`)

// numericTypes are the typestrs of v2 whose size decides the dtype.
var numericTypes = map[string]nd.DType{
	"b1": nd.Bool, "i1": nd.Int8, "i2": nd.Int16, "i4": nd.Int32, "i8": nd.Int64,
	"u1": nd.Uint8, "u2": nd.Uint16, "u4": nd.Uint32, "u8": nd.Uint64,
	"f2": nd.Half, "f4": nd.Float32, "f8": nd.Float64, "c8": nd.Complex64, "c16": nd.Complex128,
}

// parseTypestr reads the dtype of a v2 document and its byte order, "little" or
// "big".
func parseTypestr(v any) (nd.DType, string, error) {
	s, ok := v.(string)
	if !ok {
		return nd.DType{}, "", fmt.Errorf("%w: dtype %s", storage.ErrUnsupported, brief(v))
	}
	if s == "|O" {
		return nd.Text, "little", nil // unless the filters say that it is bytes
	}
	m := typestr.FindStringSubmatch(s)
	if m == nil {
		return nd.DType{}, "", fmt.Errorf("%w: dtype %q", storage.ErrUnsupported, s)
	}
	order := map[string]string{"<": "little", ">": "big", "|": "little"}[m[1]]
	if d, ok := numericTypes[m[2]+m[3]]; ok && m[5] == "" && (m[1] != "|" || d.Size() == 1) {
		return d, order, nil
	}
	n, _ := strconv.Atoi(m[3]) // nine digits always fit
	switch m[2] {
	case "M", "m":
		scale, _ := strconv.Atoi(m[4])
		unit, ok := timeUnits[m[5]]
		if m[5] == "" {
			unit, ok = "generic", true
		}
		switch {
		case n != 8 || !ok || m[1] == "|":
		case m[2] == "M":
			return nd.Datetime64(scaledUnit(max(scale, 1), unit)), order, nil
		default:
			return nd.Timedelta64(scaledUnit(max(scale, 1), unit)), order, nil
		}
	case "S", "V":
		if n >= 1 && n <= maxItem {
			return nd.Sized(map[string]nd.Kind{"S": nd.KindBytes, "V": nd.KindRaw}[m[2]], n), order, nil
		}
	case "U":
		if n >= 1 && n <= maxItem/4 {
			return nd.Sized(nd.KindUTF32, 4*n), order, nil
		}
	}
	return nd.DType{}, "", fmt.Errorf("%w: dtype %q", storage.ErrUnsupported, s)
}

// typestr2 writes a dtype for a v2 document, little-endian.
func typestr2(d nd.DType) (string, error) {
	for name, known := range numericTypes {
		if d == known && d.Size() > 1 {
			return "<" + name, nil
		} else if d == known {
			return "|" + name, nil
		}
	}
	unit := "[" + d.Unit() + "]"
	switch k := d.Kind(); {
	case d.Size() == 0 && (k == nd.KindString || k == nd.KindBytes):
		return "|O", nil
	case k == nd.KindDatetime:
		return "<M8" + unit, nil
	case k == nd.KindTimedelta:
		return "<m8" + unit, nil
	case d.Size() < 1 || d.Size() > maxItem:
	case k == nd.KindBytes:
		return fmt.Sprintf("|S%d", d.Size()), nil
	case k == nd.KindRaw:
		return fmt.Sprintf("|V%d", d.Size()), nil
	case k == nd.KindUTF32 && d.Size()%4 == 0:
		return fmt.Sprintf("<U%d", d.Size()/4), nil
	}
	return "", fmt.Errorf("%w: dtype %s in version 2", storage.ErrUnsupported, d)
}

// integer reads a JSON integer, which may be written as 3.0.
func integer(v any) (int, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, fmt.Errorf("%w: %v is not an integer", storage.ErrCorrupt, v)
	}
	i, err := strconv.Atoi(n.String())
	if f, ferr := n.Float64(); err != nil && ferr == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int(f), nil
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %v is not an integer of 64 bits", storage.ErrCorrupt, v)
	}
	return i, nil
}

// lengths reads a shape: a list of integers, none less than least.
func lengths(v any, least int) ([]int, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%w: %v is no list of integers", storage.ErrCorrupt, v)
	}
	if len(list) > storage.MaxAxes {
		return nil, fmt.Errorf("%w: %d axes, %d is the most", storage.ErrUnsupported, len(list), storage.MaxAxes)
	}
	shape := make([]int, len(list))
	for i, x := range list {
		n, err := integer(x)
		if err != nil {
			return nil, err
		}
		if n < least {
			return nil, fmt.Errorf("%w: length %d along axis %d", storage.ErrCorrupt, n, i)
		}
		shape[i] = n
	}
	return shape, nil
}

// chunkLengths reads the shape of the chunks of an array. Others write 0 for an axis
// that is empty, which is read as 1.
func chunkLengths(v any, shape []int) ([]int, error) {
	chunk, err := lengths(v, 0)
	for i, n := range chunk {
		if n == 0 && i < len(shape) && shape[i] == 0 {
			chunk[i] = 1
		} else if n == 0 {
			return nil, fmt.Errorf("%w: length 0 along axis %d", storage.ErrCorrupt, i)
		}
	}
	return chunk, err
}
