package nd_test

import (
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

var computable = []nd.DType{
	nd.Bool, nd.Int8, nd.Int16, nd.Int32, nd.Int64, nd.Uint8, nd.Uint16, nd.Uint32, nd.Uint64, nd.Half, nd.Float32, nd.Float64,
	nd.Complex64, nd.Complex128, nd.Datetime64("10us"), nd.Timedelta64("D"),
}

func TestDynOfEveryDType(t *testing.T) {
	for _, dt := range append(computable, nd.Sized(nd.KindRaw, 3), nd.Sized(nd.KindBytes, 5), nd.Sized(nd.KindUTF32, 8)) {
		d, err := nd.NewDyn(dt, []int{2, 3})
		require.NoError(t, err)
		assert.Equal(t, dt, d.DType())
		assert.Equal(t, []int{2, 3}, d.Shape())
		assert.Equal(t, []int{3, 1}, d.Strides())
		assert.Equal(t, 2, d.NDim())
		assert.Equal(t, 6, d.Size())
		assert.Equal(t, 6*dt.Size(), d.NBytes())
		assert.Len(t, d.Bytes(), d.NBytes())

		bytes := nd.MakeBytes(d.NBytes())
		for i := range bytes {
			bytes[i] = byte(i % 2)
		}
		d, err = nd.DynFromBytes(dt, []int{2, 3}, bytes)
		require.NoError(t, err)
		assert.Same(t, &bytes[0], &d.Bytes()[0], "%v shares memory", dt)
		v, err := d.View(nd.All, nd.At(-1))
		require.NoError(t, err)
		assert.False(t, v.IsContiguous())
		size := dt.Size()
		assert.Equal(t, append(append([]byte{}, bytes[2*size:3*size]...), bytes[5*size:]...), v.Bytes(), "%v", dt)
		assert.Equal(t, d.Item(1, 2), v.Item(1))
		assert.NotEmpty(t, d.String())
		_, err = d.View(nd.At(2))
		assert.ErrorIs(t, err, nd.ErrIndex)

		text, err := dt.MarshalText()
		require.NoError(t, err)
		var again nd.DType
		require.NoError(t, again.UnmarshalText(text))
		assert.Equal(t, dt, again)
	}
}

func TestAs(t *testing.T) {
	d := nd.Must(nd.NewDyn(nd.Float32, nil))
	a, err := nd.As[float32](d)
	require.NoError(t, err)
	a.Set(2)
	assert.Equal(t, float32(2), d.Item())
	_, err = nd.As[float64](d)
	assert.ErrorIs(t, err, nd.ErrDType)
	assert.EqualError(t, err, "nd.As: the array is float32, not float64")
	assert.True(t, a.SharesMemory(d))
}

func TestDynFromBytes(t *testing.T) {
	mem := nd.MakeBytes(33)
	mem[1] = 1
	d := nd.Must(nd.DynFromBytes(nd.Int64, []int{4}, mem[1:]))
	assert.Equal(t, int64(1), d.Item(0), "odd addresses are copied")
	b := nd.Must(nd.DynFromBytes(nd.Bool, []int{3}, []byte{0, 1, 250}))
	assert.Equal(t, []byte{0, 1, 1}, b.Bytes())

	for _, c := range []struct {
		class error
		dt    nd.DType
		shape []int
		n     int
	}{
		{nd.ErrShape, nd.Int16, []int{3}, 5},
		{nd.ErrShape, nd.Int16, []int{-3}, 6},
		{nd.ErrOverflow, nd.Sized(nd.KindRaw, 1<<30), []int{1 << 40}, 6},
		{nd.ErrDType, nd.DType{}, []int{3}, 0},
		{nd.ErrDType, nd.Sized(nd.KindRaw, 0), []int{3}, 0},
	} {
		_, err := nd.DynFromBytes(c.dt, c.shape, make([]byte, c.n))
		assert.ErrorIs(t, err, c.class, "%v %v", c.dt, c.shape)
	}
	str, err := nd.ParseDType("string")
	require.NoError(t, err)
	_, err = nd.NewDyn(str, []int{3})
	assert.ErrorIs(t, err, nd.ErrDType)
}

func TestOpaqueItems(t *testing.T) {
	s := nd.Must(nd.DynFromBytes(nd.Sized(nd.KindBytes, 3), []int{2}, []byte("ab\x00cde")))
	assert.Equal(t, "ab", s.Item(0))
	assert.Equal(t, "cde", s.Item(-1))
	assert.Panics(t, func() { s.Item(2) })
	code := nd.AsBytes([]uint32{'é', 0, 'x', 0xffffffff})
	u := nd.Must(nd.DynFromBytes(nd.Sized(nd.KindUTF32, 8), []int{2}, code))
	assert.Equal(t, "é", u.Item(0))
	assert.Equal(t, "x\ufffd", u.Item(1))
	raw := nd.Must(nd.DynFromBytes(nd.Sized(nd.KindRaw, 2), []int{1}, []byte{1, 2}))
	assert.Equal(t, []byte{1, 2}, raw.Item(0))
	assert.Empty(t, nd.Must(raw.View(nd.To(0))).Bytes())
	long := nd.Must(nd.NewDyn(nd.Sized(nd.KindBytes, 1), []int{2, 600}))
	copy(long.Bytes(), "abc")
	assert.Equal(t, "[[b'a' b'b' b'c' ... b'' b'' b'']\n [b'' b'' b'' ... b'' b'' b'']]", long.String())
	assert.True(t, nd.Must(nd.As[uint8](nd.Must(nd.DynFromBytes(nd.Uint8, []int{1200}, long.Bytes())))).SharesMemory(long))
}

func TestFormatOptions(t *testing.T) {
	a := nd.Must(nd.Linspace(0.0, 1, 7))
	assert.Equal(t, "[0.   0.17 0.33 0.5  0.67 0.83 1.  ]", nd.Format(a, nd.FormatOptions{Precision: 2}))
	assert.Equal(t, "[0. ... 1.]", nd.Format(a, nd.FormatOptions{Threshold: 5, EdgeItems: 1}))
	assert.Equal(t, "[0.  0.2\n 0.3 0.5\n 0.7 0.8\n 1. ]", nd.Format(a, nd.FormatOptions{Precision: 1, LineWidth: 9}))
	assert.Equal(t, "NaT", nd.FormatDatetime(math.MinInt64, "D"))
	assert.Equal(t, "5", nd.FormatDatetime(5, "generic"))
	assert.Equal(t, "9223372036854775807", nd.FormatDatetime(math.MaxInt64, "D"), "no calendar reaches so far")
	assert.Equal(t, "4611686018427387000", nd.FormatDatetime(4611686018427387000, "W"))
}

func TestMakeBytes(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 1000} {
		b := nd.MakeBytes(n)
		assert.Len(t, b, n)
		assert.Equal(t, n, cap(b))
		assert.Zero(t, uintptr(unsafe.Pointer(unsafe.SliceData(b)))%64)
	}
}

func TestParseDTypeErrors(t *testing.T) {
	for _, s := range []string{"", "float", "Int8", "datetime64", "datetime64[x]", "datetime64[0s]", "timedelta64[-1D]", "timedelta64[2generic]", "raw0", "raw", "bytes-1", "str 4", "int8 "} {
		_, err := nd.ParseDType(s)
		assert.Error(t, err, s)
	}
	assert.Equal(t, "invalid", nd.DType{}.String())
	assert.False(t, nd.DType{}.Valid())
}

func FuzzParseDType(f *testing.F) {
	for _, d := range computable {
		f.Add(d.String())
	}
	f.Add("raw12")
	f.Add("string")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := nd.ParseDType(s)
		if err == nil {
			assert.Equal(t, s, d.String())
			assert.True(t, d.Valid())
		}
	})
}

func TestFloat16(t *testing.T) {
	for h := range 1 << 16 {
		v := nd.Float16(h).Float32()
		back := nd.NewFloat16(v)
		if v == v {
			require.Equal(t, nd.Float16(h), back)
		} else {
			require.True(t, back.Float32() != back.Float32(), "NaN %#x became %#x", h, back)
		}
	}
	for v, want := range map[float32]nd.Float16{
		65519.996: 0x7bff, 65520: 0x7c00, 1e30: 0x7c00, float32(math.Inf(-1)): 0xfc00, 1 + 1.0/2048: 0x3c00, 1 + 3.0/2048: 0x3c02,
		0x1p-25: 0, 0x1.8p-25: 1, 0x1.8p-24: 2, -0x1p-30: 0x8000,
	} {
		assert.Equal(t, want, nd.NewFloat16(v), "%v", v)
	}
}
