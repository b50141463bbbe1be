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

func applyView(a *nd.Array[int64], op string, args []int) (*nd.Array[int64], error) {
	switch op {
	case "slice":
		r := make([]nd.Range, len(args))
		for i, step := range args {
			r[i] = nd.Every(step)
		}
		return a.Slice(r...)
	case "reshape":
		return a.Reshape(args...)
	case "reshapeF":
		return a.ReshapeF(args...)
	case "transpose":
		return a.Transpose(args...)
	case "swapaxes":
		return a.SwapAxes(args[0], args[1])
	case "moveaxis":
		return a.MoveAxis(args[0], args[1])
	case "squeeze":
		return a.Squeeze(args...)
	case "expand":
		return a.ExpandDims(args...)
	case "broadcast":
		return a.BroadcastTo(args...)
	case "take":
		return a.Take(args[0], args[1:])
	case "ravelF":
		return a.RavelF(), nil
	}
	return a.Ravel(), nil
}

func TestViewsLikeNumPy(t *testing.T) {
	var cases []struct {
		N     int
		Steps []struct {
			Op          string
			Args, Shape []int
			Values      []int64
			Shared      bool
		}
	}
	readGolden(t, "views.json", &cases)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		a := nd.Must(nd.Arange(0, int64(c.N), 1))
		for _, s := range c.Steps {
			b, err := applyView(a, s.Op, s.Args)
			require.NoError(t, err, "%s %v of %v", s.Op, s.Args, a.Shape())
			require.Equal(t, s.Shape, b.Shape(), "%s %v of %v", s.Op, s.Args, a.Shape())
			require.Equal(t, s.Values, append([]int64{}, b.Data()...), "%s %v of %v", s.Op, s.Args, a.Shape())
			if s.Shared {
				require.True(t, a.SharesMemory(b), "%s %v of %v with strides %v is a view", s.Op, s.Args, a.Shape(), a.Strides())
			}
			a = b
		}
	}
}

func TestArangeLinspaceLikeNumPy(t *testing.T) {
	type row struct {
		DType    nd.DType
		Linspace bool
		Args     []float64
		Values   []float64
	}
	var cases []row
	readGolden(t, "ranges.json", &cases)
	require.NotEmpty(t, cases)
	for _, c := range cases {
		var got nd.Dyn
		x, y, z := c.Args[0], c.Args[1], c.Args[2]
		switch {
		case c.Linspace && c.DType == nd.Float32:
			got = nd.Must(nd.Linspace(float32(x), float32(y), int(z)))
		case c.Linspace:
			got = nd.Must(nd.Linspace(x, y, int(z)))
		default:
			got = map[nd.DType]func() nd.Dyn{
				nd.Int8:    func() nd.Dyn { return nd.Must(nd.Arange(int8(x), int8(y), int8(z))) },
				nd.Uint8:   func() nd.Dyn { return nd.Must(nd.Arange(uint8(x), uint8(y), uint8(z))) },
				nd.Int64:   func() nd.Dyn { return nd.Must(nd.Arange(int64(x), int64(y), int64(z))) },
				nd.Uint64:  func() nd.Dyn { return nd.Must(nd.Arange(uint64(x), uint64(y), uint64(z))) },
				nd.Float32: func() nd.Dyn { return nd.Must(nd.Arange(float32(x), float32(y), float32(z))) },
				nd.Float64: func() nd.Dyn { return nd.Must(nd.Arange(x, y, z)) },
			}[c.DType]()
		}
		require.Equal(t, len(c.Values), got.Size(), "%+v", c)
		for i, want := range c.Values {
			assert.EqualValues(t, want, asFloat(got.Item(i)), "%+v: element %d", c, i)
		}
	}
}

func asFloat(v any) float64 {
	switch v := v.(type) {
	case int8:
		return float64(v)
	case uint8:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float32:
		return float64(v)
	}
	return v.(float64)
}
