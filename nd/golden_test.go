package nd_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// The files in testdata are NumPy's answers; testdata/golden.py writes them.

func readGolden(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, into))
}

func TestPrintLikeNumPy(t *testing.T) {
	var cases []struct {
		DType nd.DType
		Shape []int
		Data  []byte
		Text  string
	}
	readGolden(t, "print.json", &cases)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		a, err := nd.DynFromBytes(c.DType, c.Shape, c.Data)
		require.NoError(t, err)
		if !assert.Equal(t, c.Text, a.String(), "%v %v", c.DType, c.Shape) {
			return
		}
	}
}

func TestIndexLikeNumPy(t *testing.T) {
	var cases []struct {
		Shape, Want []int
		Text        string
		Values      []int64
		Error       bool
	}
	readGolden(t, "index.json", &cases)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		n, err := nd.SizeOf(c.Shape)
		require.NoError(t, err)
		a, err := nd.Must(nd.Arange(0, int64(n), 1)).Reshape(c.Shape...)
		require.NoError(t, err)
		v, err := a.SliceText(c.Text)
		if c.Error {
			assert.Error(t, err, "%v[%s]", c.Shape, c.Text)
			continue
		}
		if assert.NoError(t, err, "%v[%s]", c.Shape, c.Text) {
			assert.Equal(t, c.Want, v.Shape(), "%v[%s]", c.Shape, c.Text)
			assert.Equal(t, c.Values, append([]int64{}, v.Data()...), "%v[%s]", c.Shape, c.Text)
		}
	}
}
