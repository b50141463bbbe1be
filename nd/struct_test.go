package nd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

func TestStruct(t *testing.T) {
	inner, err := nd.Struct([]nd.Field{{Name: "x", DType: nd.Float32}, {Name: "y", DType: nd.Float32, Offset: 4}}, 8)
	require.NoError(t, err)
	for want, c := range map[string]struct {
		fields []nd.Field
		size   int
	}{
		"struct{a int32, b float64}":                       {[]nd.Field{{"a", nd.Int32, 0}, {"b", nd.Float64, 4}}, 12},
		"struct{a int8, b float64 @8; 24}":                 {[]nd.Field{{"a", nd.Int8, 0}, {"b", nd.Float64, 8}}, 24},
		`struct{"ünï }" str8, t datetime64[10us]}`:         {[]nd.Field{{"ünï }", nd.Sized(nd.KindUTF32, 8), 0}, {"t", nd.Datetime64("10us"), 8}}, 16},
		"struct{at struct{x float32, y float32}, n uint8}": {[]nd.Field{{"at", inner, 0}, {"n", nd.Uint8, 8}}, 9},
	} {
		d, err := nd.Struct(c.fields, c.size)
		require.NoError(t, err, want)
		assert.Equal(t, want, d.String())
		assert.Equal(t, c.size, d.Size())
		assert.Equal(t, c.fields, d.Fields())
		again, err := nd.ParseDType(want)
		require.NoError(t, err)
		assert.Equal(t, d, again)
	}
	assert.Nil(t, nd.Int8.Fields())
	for _, c := range []struct {
		fields []nd.Field
		size   int
	}{
		{nil, 1}, {[]nd.Field{{"", nd.Int8, 0}}, 1}, {[]nd.Field{{"a", nd.Int8, 0}, {"a", nd.Int8, 1}}, 2},
		{[]nd.Field{{"a", nd.Int16, 0}, {"b", nd.Int8, 1}}, 3}, {[]nd.Field{{"a", nd.Int16, 0}}, 1}, {[]nd.Field{{"a", nd.Text, 0}}, 1},
		{[]nd.Field{{"a", nd.Int16, -1}}, 3},
	} {
		_, err := nd.Struct(c.fields, c.size)
		assert.ErrorIs(t, err, nd.ErrDType)
	}
}

func FuzzStruct(f *testing.F) {
	for _, s := range []string{"struct{a int32, b float64 @8; 24}", `struct{"x y" struct{u int8}, v bytes3}`, "struct{", "struct{a", "struct{a int8 @x}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := nd.ParseDType(s)
		if err != nil {
			return
		}
		again, err := nd.ParseDType(d.String())
		require.NoError(t, err, d.String())
		require.Equal(t, d, again)
	})
}

// TestPrintStruct compares with NumPy's str of arr and of arr[1].
func TestPrintStruct(t *testing.T) {
	for _, c := range []struct {
		dtype, data, all, one string
	}{
		{"struct{n int16, x float32 @4, ok bool; 9}", "\x0a\x00..\x00\x00\x20\x40\x01\xff\xff..\x00\x00\x00\x3e\x00",
			"[(10, 2.5  ,  True) (-1, 0.125, False)]", "(-1, 0.125, False)"},
		{"struct{s bytes2}", "ab'\x00", `[(b'ab',) (b"'",)]`, `(b"'",)`},
		{"struct{z complex64}", "\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x40\x40", "[(1.+2.j,) (0.+3.j,)]", "(0.+3.j,)"},
		{"struct{p struct{x int8, y int8}, t datetime64[D]}", "\x01\x02\x00\x00\x00\x00\x00\x00\x00\x00\x03\x04\x01\x00\x00\x00\x00\x00\x00\x00",
			"[((1, 2), '1970-01-01') ((3, 4), '1970-01-02')]", "((3, 4), '1970-01-02')"},
	} {
		dt, err := nd.ParseDType(c.dtype)
		require.NoError(t, err)
		d, err := nd.DynFromBytes(dt, []int{2}, []byte(c.data))
		require.NoError(t, err)
		assert.Equal(t, c.all, nd.Format(d, nd.FormatOptions{}))
		one, err := nd.DynFromBytes(dt, nil, []byte(c.data)[dt.Size():])
		require.NoError(t, err)
		assert.Equal(t, c.one, nd.Format(one, nd.FormatOptions{}))
	}
}
