package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage/hdf5"
)

// compare has Python compare documents with what h5py, zarr-python and NumPy
// read, and validate them against the schema.
func compare(t *testing.T, docs string) (string, error) {
	t.Helper()
	cmd := peer.Python(t, "-W", "ignore", filepath.Join(home, "testdata/compare.py"), filepath.Join(home, "../../docs/ndinfo.schema.json"))
	cmd.Stdin = strings.NewReader(docs)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestJSONAgreesWithPython(t *testing.T) {
	demo(t)
	docs := show(t, "--json", "--values", "--stats", "demo.zarr", "demo.zarr/sub", "demo.zarr/air", "demo.zarr/big", "demo.zarr/crs", "air.npy")
	want := 6
	if hdf5.Available() {
		fill(t, "demo.h5")
		docs += show(t, "--json", "--values", "--stats", "demo.h5", "demo.h5/wave")
		want += 2
	}
	assert.Equal(t, want, strings.Count(docs, "\n"))
	out, err := compare(t, docs)
	require.NoError(t, err, out)

	out, err = compare(t, strings.Replace(docs, `"mean":`, `"mean":1`, 1))
	assert.Error(t, err, out)
	out, err = compare(t, strings.Replace(docs, `"order":"C"`, `"order":"Z"`, 1))
	assert.Error(t, err, out)
}

func TestJSONOfBasinAgreesWithH5py(t *testing.T) {
	file := basin(t)
	docs := show(t, "--json", "--values", "--stats", file, file+"/basin")
	out, err := compare(t, docs)
	require.NoError(t, err, out)
	docs = show(t, "--json", file, file+"/basin")
	out, err = compare(t, docs)
	require.NoError(t, err, out)
}

func TestJSONSlice(t *testing.T) {
	demo(t)
	out := show(t, "demo.zarr/air", "--json", "--slice", "0, 0, 2:5", "--stats")
	assert.Contains(t, out, `"stats":{"slice":"0, 0, 2:5","count":3,"valid":2,"missing":1,"nan":0,"over":"valid","moments":{"min":15.75,"max":16.0,"mean":15.875,"std":0.125},`)
	assert.Contains(t, out, `"values":{"slice":"0, 0, 2:5","shape":[3],"data":[-999.0,15.75,16.0]}`)
}

// Documents of what holds more than numbers parse, and say everything.
func TestJSONErrorsParse(t *testing.T) {
	demo(t)
	require.NoError(t, os.WriteFile("demo.zarr/sub/ramp/zarr.json", []byte("{"), 0o644))
	out, _, status := ndinfo(t, "demo.zarr", "--json", "--values")
	assert.Equal(t, 1, status)
	var doc struct {
		Groups []struct {
			Arrays []struct{ Error string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &doc))
	assert.Contains(t, doc.Groups[0].Arrays[0].Error, "corrupt")
}

func TestEncode(t *testing.T) {
	for want, v := range map[string]any{
		`null`: nil, `true`: true, `-9223372036854775808`: int64(math.MinInt64), `18446744073709551615`: uint64(math.MaxUint64),
		`"NaN"`: math.NaN(), `"-Infinity"`: float32(math.Inf(-1)), `0.1`: float32(0.1), `1.0`: 1.0, `-0.0`: math.Copysign(0, -1), `1e+300`: 1e300, `1.5e-09`: 1.5e-9,
		`[1.0,"Infinity"]`: complex(1, math.Inf(1)), `["a\"b","ü"]`: []string{`a"b`, "ü"}, `[]`: []int32{}, `"AQI="`: []byte{1, 2},
		`{"a":[1.0,null,"x"],"b":{}}`: map[string]any{"b": map[string]any{}, "a": []any{1.0, nil, "x"}},
		`"NaT"`:                       nd.Datetime(math.MinInt64), `7`: nd.Timedelta(7), `2.5`: nd.NewFloat16(2.5),
		`[[1,2],[3,4]]`: nd.Dyn(nd.Must(nd.FromSlice([]int8{1, 2, 3, 4}, 2, 2))),
		`"YWI="`:        nd.Must(nd.DynFromBytes(nd.Sized(nd.KindBytes, 3), nil, []byte("ab\x00"))),
	} {
		assert.Equal(t, want, string(appendJSON(nil, v)))
	}
}

func TestEncodedNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		var back float64
		require.NoError(t, json.Unmarshal(appendJSON(nil, f), &back))
		require.Equal(t, math.Float64bits(f), math.Float64bits(back))
		g := rapid.Float32().Draw(t, "g")
		var single float32
		require.NoError(t, json.Unmarshal(appendJSON(nil, g), &single))
		require.Equal(t, math.Float32bits(g), math.Float32bits(single))
		i := rapid.Int64().Draw(t, "i")
		var whole int64
		require.NoError(t, json.Unmarshal(appendJSON(nil, i), &whole))
		require.Equal(t, i, whole)
		s := rapid.String().Draw(t, "s")
		var text string
		require.NoError(t, json.Unmarshal(appendJSON(nil, s), &text))
		require.Equal(t, s, text)
	})
}

func TestSchemaIsJSON(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(home, "../../docs/ndinfo.schema.json"))
	require.NoError(t, err)
	require.True(t, json.Valid(bytes.TrimSpace(b)))
}
