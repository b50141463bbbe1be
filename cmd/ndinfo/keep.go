package main

import (
	"encoding/binary"
	"maps"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

// ofDType are the attributes whose values are values of the array, and so of
// its dtype.
var ofDType = []string{"_FillValue", "missing_value", "valid_min", "valid_max", "valid_range", "flag_values", "flag_masks"}

// keptAttrs are the attributes that a copy of a node gets; m is nil for a
// group. What formats keep in attributes about dimensions the drivers write
// themselves.
func keptAttrs(attrs storage.Attrs, from storage.Ref, m *storage.Meta) storage.Attrs {
	kept := storage.Attrs{}
	for name, v := range attrs {
		switch text := v.(type) {
		case string:
			v = inUTF8(text)
		case []string:
			v = allInUTF8(text)
		}
		kept[inUTF8(name)] = v
	}
	maps.DeleteFunc(kept, func(name string, _ any) bool {
		return storage.InternalAttr(name) || name == "_ARRAY_DIMENSIONS" && m != nil && m.Dims != nil
	})
	if from.Driver == "hdf5" { // NetCDF has attributes of any number of values, and no others
		for name, v := range kept {
			if r := reflect.ValueOf(v); r.Kind() == reflect.Slice && r.Len() == 1 {
				kept[name] = r.Index(0).Interface()
			}
		}
	}
	if m == nil {
		return kept
	}
	for _, name := range ofDType {
		if v, ok := kept[name]; ok {
			kept[name] = inDType(v, m.DType)
		}
	}
	return kept
}

// inUTF8 returns text in UTF-8, which is the only one that all formats and programs
// have. Any other is taken for Latin-1, which it is mostly in old files.
func inUTF8(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	runes := make([]rune, len(text))
	for i := range len(text) {
		runes[i] = rune(text[i])
	}
	return string(runes)
}

func allInUTF8(texts []string) []string {
	out := slices.Clone(texts)
	for i, text := range out {
		out[i] = inUTF8(text)
	}
	return out
}

// inDType returns the numbers of an attribute in another dtype, those that
// have no place in it as they are.
func inDType(v any, dt nd.DType) any {
	convert, ok := toDType[dt.Kind()]
	if !ok {
		return v
	}
	list := convert(storage.Attrs{"": v})
	switch {
	case list == nil:
		return v
	case reflect.TypeOf(v).Kind() == reflect.Slice:
		return list
	}
	return reflect.ValueOf(list).Index(0).Interface()
}

// attrFill returns the value of attribute _FillValue, kept, as the bytes of an
// element; nil where it has none of the dtype.
func attrFill(kept storage.Attrs, dt nd.DType) []byte {
	v := kept["_FillValue"]
	if attrDType(v) != dt.String() {
		return nil
	}
	b, err := binary.Append(nil, binary.NativeEndian, v)
	if err != nil || len(b) != dt.Size() { // a list
		return nil
	}
	return b
}

// toDType are the functions that return an attribute as a slice of a kind, nil
// where it has no place in one.
var toDType = map[nd.Kind]func(storage.Attrs) any{
	nd.KindInt8: listAs[[]int8], nd.KindInt16: listAs[[]int16], nd.KindInt32: listAs[[]int32], nd.KindInt64: listAs[[]int64],
	nd.KindUint8: listAs[[]uint8], nd.KindUint16: listAs[[]uint16], nd.KindUint32: listAs[[]uint32], nd.KindUint64: listAs[[]uint64],
	nd.KindFloat32: singles, nd.KindFloat64: listAs[[]float64],
}

func listAs[T storage.AttrValue](attrs storage.Attrs) any {
	list, err := storage.Attr[T](attrs, "")
	if err != nil {
		return nil
	}
	return list
}

// singles rounds: the shortest text of a float32, in JSON, is read as another
// float64.
func singles(attrs storage.Attrs) any {
	list, err := storage.Attr[[]float64](attrs, "")
	if err != nil {
		return nil
	}
	out := make([]float32, len(list))
	for i, v := range list {
		out[i] = float32(v)
	}
	return out
}
