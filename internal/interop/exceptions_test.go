package interop

import (
	"slices"
	"strings"
)

// exception is a reason why cases of the matrix don't work, and what shows it.
type exception struct {
	who   string // the peers: what String begins with
	when  func(c kase) bool
	which string // when, in words
	why   string
	shows string // part of the error, or of how what is seen differs
}

// v2 and v3 are the cases of a version with one of some dtypes.
func v2(dtypes ...string) func(kase) bool { return of(2, dtypes) }
func v3(dtypes ...string) func(kase) bool { return of(3, dtypes) }

func of(version int, dtypes []string) func(kase) bool {
	return func(c kase) bool { return c.Version == version && slices.Contains(dtypes, c.DType) }
}

// The first that a case is counts.
var exceptions = []exception{
	{"zarr-python, read by us", func(c kase) bool {
		return c.Version == 3 && c.Order == "F" && (c.DType == "string" || c.Codec == "numcodecs.delta" || c.Codec == "numcodecs.fixedscaleoffset")
	}, "texts, numcodecs.delta and .fixedscaleoffset in order F, version 3", "zarr-python writes what it doesn't read itself: elements in the order before transpose",
		"differs: elements"},
	{"zarr-python", func(c kase) bool { return c.DType == "|V3" && c.Shards }, "raw bytes in shards",
		"zarr-python can't hash their fill value", "unhashable type"},
	{"xarray", func(c kase) bool { return c.DType == "|V3" && c.Shards }, "raw bytes in shards",
		"xarray goes through zarr-python", "unhashable type"},
	{"xarray reads ours", func(c kase) bool { return c.Version == 2 && c.DType == "<U3" && c.Codec == "big" }, "big-endian fixed-length texts, version 2",
		"xarray takes bytes for characters", "differs: dtype <U12"},

	{"tensorstore", v3("<M8[10us]", "<m8[s]", "|S4", "<U3", "string"), "times and texts, version 3",
		"TensorStore has numbers and raw bytes only", "data type is not one of the supported data types"},
	{"tensorstore", v2("<M8[10us]", "<m8[s]", "<U3", "string"), "times and texts, version 2",
		"TensorStore has numbers and bytes only", "Unsupported zarr dtype"},
	{"tensorstore", func(c kase) bool { return c.Version == 2 && c.Codec == "zlib" }, "shuffle, version 2",
		"TensorStore has no filters", "filters are not supported"},
	{"tensorstore reads ours", func(c kase) bool { return c.DType == "|V3" || c.DType == "|S4" }, "raw bytes; bytes, version 2",
		"TensorStore makes an axis of the bytes of an element", "differs: dtype |"},
	{"tensorstore, read by us", v2("|S4", "|V3"), "bytes, version 2",
		"TensorStore makes an axis of the bytes of an element", "Error aligning dimensions"},
	{"tensorstore, read by us", v3("|V3"), "raw bytes, version 3",
		"TensorStore's Python interface takes none", "void24 data type is not one of the supported data types"},

	{"zarrita", v3("<M8[10us]", "<m8[s]", "|S4", "<U3", "|V3"), "times, fixed-length texts, raw bytes, version 3",
		"zarrita takes no data types that are objects", "dataType.match is not a function"},
	{"zarrita", v3("<c8", "<c16"), "complex numbers, version 3",
		"JavaScript has none", "Unknown or unsupported dataType"},
	{"zarrita", v2("<M8[10us]", "<m8[s]", "<c8", "<c16", "|V3"), "times, complex numbers, raw bytes, version 2",
		"JavaScript has none", "Unsupported or unknown dtype"},
	{"zarrita", v2("|S4"), "bytes, version 2", "zarrita fails", "offset is out of bounds"},
}

// exceptionOf returns the exception that a case is; nil if it must work.
func exceptionOf(p peer, c kase) *exception {
	for i, e := range exceptions {
		if strings.HasPrefix(p.String(), e.who) && e.when(c) {
			return &exceptions[i]
		}
	}
	return nil
}
