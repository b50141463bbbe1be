package codec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage/codec"
)

// object is one of JSON.
type object = map[string]any

// decoding is what testdata/decode.py is given, and what it shall make of it.
type decoding struct {
	about string
	want  []byte
	input object
}

// pythonDecodes has Python decode what was encoded here.
func pythonDecodes(t *testing.T, cases []decoding) {
	t.Helper()
	inputs := make([]object, len(cases))
	for i, c := range cases {
		inputs[i] = c.input
	}
	in, err := json.Marshal(inputs)
	require.NoError(t, err)
	cmd := peer.Python(t, filepath.Join("testdata", "decode.py"))
	cmd.Stdin = bytes.NewReader(in)
	var values [][]byte
	require.NoError(t, json.Unmarshal(peer.Output(t, cmd), &values))
	require.Len(t, values, len(cases))
	for i, c := range cases {
		require.True(t, bytes.Equal(c.want, values[i]), c.about)
	}
}

// TestPythonReadsBlosc: frames of several blocks and of less than one, shuffled
// in all ways, by numcodecs and, every other one, by zarr-python.
func TestPythonReadsBlosc(t *testing.T) {
	var cases []decoding
	for _, cname := range []string{"lz4", "zstd"} {
		for _, shuffle := range []string{"noshuffle", "shuffle", "bitshuffle"} {
			for _, dtype := range []nd.DType{nd.Uint8, nd.Int16, nd.Int32, nd.Float64} {
				for i, n := range []int{8, 56, 4000, 4000, 4000, 600_000} {
					params := object{"cname": cname, "clevel": []int{5, 3, 9, 0, 1, 5}[i], "shuffle": shuffle, "typesize": dtype.Size(),
						"blocksize": []int{0, 0, 0, 0, 1000, 0}[i]}
					src := bloscCase{TypeSize: dtype.Size(), N: n}.data()
					if n == 56 {
						src = noise(n)
					}
					enc, err := bloscChain(t, n, params).Encode(nil, src)
					require.NoError(t, err)
					input := object{"config": object{"id": "blosc"}, "encoded": enc}
					if len(cases)%2 > 0 {
						order := object{"name": "bytes", "configuration": object{"endian": "little"}}
						input = object{"codecs": []any{order, object{"name": "blosc", "configuration": params}}, "dtype": dtype, "length": n / dtype.Size(), "encoded": enc}
					}
					cases = append(cases, decoding{fmt.Sprintf("%d bytes, %v", n, params), src, input})
				}
			}
		}
	}
	pythonDecodes(t, cases)
}

// TestPythonReadsFilters: what zarr-python finds under numcodecs' names, filters
// of numbers before bytes, all others behind.
func TestPythonReadsFilters(t *testing.T) {
	var cases []decoding
	values := make([]int32, 3000)
	for i := range values {
		values[i] = int32(i * i % 1000)
	}
	for _, c := range []struct {
		numbers bool
		name    string
		params  object
	}{
		{true, "delta", object{"dtype": "<i4", "astype": "<i4"}},
		{true, "delta", object{"dtype": "<i4", "astype": "<i2"}},
		{true, "fixedscaleoffset", object{"dtype": "<i4", "astype": "<f8", "offset": 10, "scale": 2}},
		{true, "astype", object{"decode_dtype": "<i4", "encode_dtype": "<u2"}},
		{false, "lz4", object{"acceleration": 1}},
		{false, "zlib", object{"level": 5}},
		{false, "gzip", object{"level": 5}},
		{false, "zstd", object{"level": 3}},
		{false, "shuffle", object{"elementsize": 4}},
		{false, "blosc", object{"cname": "lz4", "clevel": 5, "shuffle": 2, "blocksize": 0}},
		{false, "crc32", object{"location": "start"}},
		{false, "crc32c", object{"location": "end"}},
		{false, "adler32", object{"location": "end"}},
		{false, "fletcher32", nil},
		{false, "jenkins_lookup3", object{"initval": 3}},
	} {
		order := codec.Config{Name: "bytes", Params: codec.Params{"endian": "little"}}
		this := codec.Config{Name: "numcodecs." + c.name, Params: c.params}
		list := []codec.Config{order, this}
		if c.numbers {
			list = []codec.Config{this, order}
		}
		chain, err := codec.New(nd.Int32, []int{len(values)}, list)
		require.NoError(t, err)
		enc, err := chain.Encode(nil, nd.AsBytes(values))
		require.NoError(t, err)
		doc := make([]object, 2)
		for i, c := range list {
			doc[i] = object{"name": c.Name, "configuration": c.Params}
			if c.Params == nil {
				doc[i]["configuration"] = object{}
			}
		}
		cases = append(cases, decoding{c.name, nd.AsBytes(values), object{"codecs": doc, "dtype": "int32", "length": len(values), "encoded": enc}})
	}
	pythonDecodes(t, cases)
}
