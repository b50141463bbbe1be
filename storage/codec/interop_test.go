package codec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
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
	python := os.Getenv("NDGRID_PYTHON")
	if python == "" {
		t.Skip("NDGRID_PYTHON names no Python with numcodecs and zarr; make test sets it")
	}
	inputs := make([]object, len(cases))
	for i, c := range cases {
		inputs[i] = c.input
	}
	in, err := json.Marshal(inputs)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "decode.py"))
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var values [][]byte
	require.NoError(t, json.Unmarshal(out, &values))
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
