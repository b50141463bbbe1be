package interop

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// codecRow is a codec that has a row of its own in the table of the matrix, of
// few dtypes: those of numcodecs, and what blosc has inside.
type codecRow struct {
	codec  string
	ours   []string // how Spec has it; nil where it is only read
	dtypes []nd.DType
}

var codecRows = []codecRow{
	{"blosc lz4", []string{"blosc lz4"}, []nd.DType{nd.Int16, nd.Int32, nd.Float64}},
	{"blosc zstd", []string{"blosc zstd"}, []nd.DType{nd.Int16, nd.Int32, nd.Float64}},
	{"numcodecs.zlib", []string{"zlib 1"}, numbers},
	{"numcodecs.lz4", []string{"lz4"}, numbers},
	{"numcodecs.shuffle", []string{"shuffle", "zlib 1"}, numbers},
	{"numcodecs.delta", []string{"delta", "zlib 1"}, []nd.DType{nd.Int16, nd.Int32}},
	{"numcodecs.bz2", nil, numbers},
	{"numcodecs.lzma", nil, numbers},
	{"numcodecs.fixedscaleoffset", nil, numbers},
	{"numcodecs.quantize", nil, []nd.DType{nd.Float64}},
	{"numcodecs.astype", nil, numbers},
	{"numcodecs.fletcher32", nil, numbers},
	{"numcodecs.adler32", nil, numbers},
	{"numcodecs.crc32", nil, numbers},
}

var numbers = []nd.DType{nd.Int32, nd.Float64}

// ways are how the arrays of a version are stored but for dtype and codec; order
// F goes with the other fill value.
func ways(version int) []string {
	if version == 2 {
		return []string{"C zero", "F edge"}
	}
	return []string{"C zero", "F edge", "C zero shards", "F edge shards"}
}

// codecCases are the cases of the rows of codecs.
func codecCases(version int) (all []kase) {
	for i := range codecRows {
		row := &codecRows[i]
		for _, d := range matrixTypes {
			if !slices.Contains(row.dtypes, d.dtype) {
				continue
			}
			for _, way := range ways(version) {
				c := newKase(version, d.name, d.dtype, row.codec, way)
				c.row = row
				c.keptValues()
				all = append(all, c)
			}
		}
	}
	return all
}

// keptValues are elements that no codec of the rows loses anything of: small
// whole numbers and halves.
func (c *kase) keptValues() {
	const n, last, first = 15, 13, -6
	size := c.dtype.Size()
	data, fill := make([]byte, n*size), make([]byte, size)
	for i := range n {
		switch x := data[i*size:]; c.dtype {
		case nd.Int16:
			binary.NativeEndian.PutUint16(x, uint16(first+i))
		case nd.Int32:
			binary.NativeEndian.PutUint32(x, uint32(first+i))
		default:
			binary.NativeEndian.PutUint64(x, math.Float64bits(float64(first+i)/2))
		}
	}
	if c.edge {
		copy(fill, data)
	}
	for i := last; i < n; i++ {
		copy(data[i*size:], fill)
	}
	c.Data, c.Fill = data, fill
}

// tableRow is the row of the table in docs/interop.md that a case counts in.
func (c *kase) tableRow() string {
	if c.row != nil {
		return fmt.Sprintf("v%d %s", c.Version, c.row.codec)
	}
	return fmt.Sprintf("v%d `%s`", c.Version, c.plainType())
}
