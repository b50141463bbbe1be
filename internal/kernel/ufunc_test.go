package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// call applies an operation to at most Tile elements.
func call[R nd.Elem](t require.TestingT, name string, p Params, n int, dtypes []nd.DType, args ...[]byte) []R {
	u, ok := LookupUfunc(name)
	require.True(t, ok, name)
	out, err := u.Result(p, dtypes)
	require.NoError(t, err)
	require.Equal(t, nd.DTypeOf[R]().Kind(), out.Kind())
	dst := make([]R, n)
	u.Bind(p, dtypes)(nd.AsBytes(dst), args)
	return dst
}

// TestScalarsAndAliases applies every loop of the table to scalars in place of
// each argument, and with the result in the memory of an argument: the result
// is that for arguments written out, elsewhere.
func TestScalarsAndAliases(t *testing.T) {
	const n = 37
	rng := rand.New(rand.NewPCG(1, 1))
	forAllLoops(t, func(name string, loop Loop, args []nd.DType, out nd.DType) {
		checkLoop(t, name, loop, args, out, n, rng)
	})
}

var allDTypes = []nd.DType{nd.Bool, nd.Int8, nd.Int16, nd.Int32, nd.Int64, nd.Uint8, nd.Uint16, nd.Uint32, nd.Uint64,
	nd.Half, nd.Float32, nd.Float64, nd.Complex64, nd.Complex128, nd.Datetime64("s"), nd.Timedelta64("s")}

// forAllLoops binds every operation for every dtype that has it, casts to every
// dtype.
func forAllLoops(t *testing.T, f func(name string, loop Loop, args []nd.DType, out nd.DType)) {
	for _, d := range allDTypes {
		for _, name := range Ufuncs() {
			u, _ := LookupUfunc(name)
			args := []nd.DType{d, d, d}[:u.NArgs]
			if name == "where" {
				args[0] = nd.Bool
			}
			for _, to := range allDTypes {
				p := Params{"to": to, "edges": []float64{0, 1}, "x": []float64{0, 1}, "y": []float64{1, 0}, "set": []float64{0, 1}}
				if name == "isin_integer" {
					p["set"] = []int{0, 1}
				}
				out, err := u.Result(p, args)
				if err != nil {
					require.Contains(t, err.Error(), name)
				} else if name == "cast" || to == d {
					f(fmt.Sprint(name, args, to), u.Bind(p, args), args, out)
				}
			}
		}
	}
}

// TestNoAllocations: a loop is called for every tile. Five runs, of which
// AllocsPerRun rounds the mean down: the collector allocates now and then.
func TestNoAllocations(t *testing.T) {
	x, dst := nd.AsBytes(make([]float64, 16)), nd.AsBytes(make([]float64, 16))
	forAllLoops(t, func(name string, loop Loop, dtypes []nd.DType, out nd.DType) {
		var args [][]byte
		for _, d := range dtypes {
			args = append(args, x[:8*d.Size()])
		}
		require.Zero(t, testing.AllocsPerRun(5, func() { loop(dst[:8*out.Size()], args) }), name)
	})
	nans, zeros := nd.AsBytes([]float64{1, math.NaN(), 2, 3}), nd.AsBytes(make([]float64, 4))
	for _, name := range Reductions() {
		for _, d := range allDTypes {
			r, _ := LookupReduction(name)
			if _, err := r.Result(nil, d); err != nil {
				continue
			}
			in := zeros
			if d.IsFloat() || d.IsComplex() {
				in = nans
			}
			red := r.Bind(nil, d)
			a, b := newStates(red, 2), newStates(red, 2)
			require.Zero(t, testing.AllocsPerRun(5, func() {
				red.Run(a, in[:2*d.Size()], 0)
				red.Rows(b, in[:2*d.Size()], 1, 2, 0)
				red.Merge(a, b)
				require.NoError(t, red.Finish(dst[:32], a))
			}), "%s of %s", name, d)
		}
	}
}

func checkLoop(t *testing.T, name string, loop Loop, args []nd.DType, out nd.DType, n int, rng *rand.Rand) {
	for scalars := range 1 << len(args) {
		var short, long [][]byte
		for k, d := range args {
			b := nd.AsBytes(make([]float64, n*2))[:n*d.Size()]
			for i := range b {
				b[i] = byte(rng.IntN(256))
				if d == nd.Bool {
					b[i] &= 1
				}
			}
			if scalars>>k&1 != 0 {
				for i := d.Size(); i < len(b); i += d.Size() {
					copy(b[i:], b[:d.Size()])
				}
				short = append(short, b[:d.Size()])
			} else {
				short = append(short, b)
			}
			long = append(long, b)
		}
		want, got := nd.AsBytes(make([]float64, n*2))[:n*out.Size()], nd.AsBytes(make([]float64, n*2))[:n*out.Size()]
		loop(want, long)
		loop(got, short)
		sameElements(t, out, want, got, "%s, scalars %b", name, scalars)
		for k, d := range args {
			if scalars>>k&1 == 0 && d.Size() == out.Size() {
				aliased := append([][]byte{}, short...)
				aliased[k] = append(make([]byte, 0, max(16, len(short[k]))), short[k]...)
				loop(aliased[k], aliased)
				sameElements(t, out, want, aliased[k], "%s, into argument %d", name, k)
			}
		}
	}
}

// sameElements compares bits, but takes any NaN for any other.
func sameElements(t *testing.T, d nd.DType, want, got []byte, format string, args ...any) {
	if bytes.Equal(want, got) {
		return
	}
	if d.IsFloat() && d != nd.Half || d.IsComplex() {
		g := numbers(d, got)
		for i, w := range numbers(d, want) {
			if !near(real(w), real(g[i]), 0) || !near(imag(w), imag(g[i]), 0) {
				require.Fail(t, fmt.Sprintf(format, args...), "element %d: %v, want %v", i, g[i], w)
			}
		}
		return
	}
	require.Equal(t, want, got, "%s", fmt.Sprintf(format, args...))
}

func TestUfuncErrors(t *testing.T) {
	s, ms := nd.Datetime64("s"), nd.Timedelta64("ms")
	for _, c := range []struct {
		name string
		p    Params
		args []nd.DType
		want string
	}{
		{"add", nil, []nd.DType{nd.Bool, nd.Int8}, "add: no loop for bool and int8; Cast first"},
		{"add", nil, []nd.DType{nd.Bool, nd.Bool}, "add: no loop for bool and bool; Cast first"},
		{"add", nil, []nd.DType{s, s}, "add: no loop for datetime64[s] and datetime64[s]; Cast first"},
		{"sub", nil, []nd.DType{s, ms}, "sub: no loop for datetime64[s] and timedelta64[ms]; Cast first"},
		{"sub", nil, []nd.DType{nd.Timedelta64("s"), s}, "sub: no loop for timedelta64[s] and datetime64[s]; Cast first"},
		{"sub", nil, []nd.DType{nd.Float64}, "sub: 1 arguments, want 2"},
		{"less", nil, []nd.DType{nd.Complex64, nd.Complex64}, "less: no loop for complex64 and complex64; Cast first"},
		{"less", nil, []nd.DType{nd.Half, nd.Half}, "less: no loop for float16 and float16; Cast first"},
		{"div", nil, []nd.DType{nd.Int8, nd.Int8}, "div: no loop for int8 and int8; Cast first"},
		{"sqrt", nil, []nd.DType{nd.Int8}, "sqrt: no loop for int8; Cast first"},
		{"exp", nil, []nd.DType{nd.Sized(nd.KindRaw, 4)}, "exp: no loop for raw4; Cast first"},
		{"where", nil, []nd.DType{nd.Int8, nd.Int8, nd.Int8}, "where: no loop for int8 and int8 and int8; Cast first"},
		{"where", nil, []nd.DType{nd.Bool, nd.Int8}, "where: 2 arguments, want 3"},
		{"cast", nil, []nd.DType{nd.Int8}, "cast: parameter to is <nil>, want a dtype"},
		{"cast", Params{"to": nd.Float32}, []nd.DType{nd.Complex64}, "cast: complex64 to float32 would lose the imaginary part; use real"},
		{"cast", Params{"to": nd.Int8}, []nd.DType{s}, "cast: no loop from datetime64[s] to int8"},
		{"cast", Params{"to": nd.Datetime64("ms")}, []nd.DType{s}, "cast: no loop from datetime64[s] to datetime64[ms]"},
		{"cast", Params{"to": nd.Int8}, []nd.DType{nd.Int8, nd.Int8}, "cast: 2 arguments, want 1"},
		{"isclose", nil, []nd.DType{nd.Bool, nd.Bool}, "isclose: no loop for bool and bool; Cast first"},
		{"isclose", nil, nil, "isclose: 0 arguments, want 2"},
		{"isclose", Params{"rtol": true}, []nd.DType{nd.Int8, nd.Int8}, "isclose: parameter rtol is true, want a float64"},
		{"isclose", Params{"equal_nan": 1}, []nd.DType{nd.Int8, nd.Int8}, "isclose: parameter equal_nan is 1, want a bool"},
	} {
		u, _ := LookupUfunc(c.name)
		_, err := u.Result(c.p, c.args)
		assert.EqualError(t, err, c.want)
	}
}

func TestCastTimes(t *testing.T) {
	d := nd.Datetime64("ms")
	x := nd.AsBytes([]int64{1, -5, nat})
	assert.Equal(t, []int64{1, -5, nat}, call[int64](t, "cast", Params{"to": nd.Int64}, 3, []nd.DType{d}, x))
	assert.Equal(t, []nd.Datetime{1, -5, nat}, call[nd.Datetime](t, "cast", Params{"to": d}, 3, []nd.DType{nd.Int64}, x))
	assert.Equal(t, []nd.Datetime{1, -5, nat}, call[nd.Datetime](t, "cast", Params{"to": d}, 3, []nd.DType{d}, x))
}

// TestBoolsOfAnyByte: what a file holds may be other than 0 and 1.
func TestBoolsOfAnyByte(t *testing.T) {
	x, y := []byte{0, 1, 2, 255}, []byte{1, 2, 1, 0}
	b := []nd.DType{nd.Bool, nd.Bool}
	assert.Equal(t, []bool{false, true, true, false}, call[bool](t, "equal", nil, 4, b, x, y))
	assert.Equal(t, []bool{false, true, true, false}, call[bool](t, "bit_and", nil, 4, b, x, y))
	assert.Equal(t, []float64{0, 1, 1, 1}, call[float64](t, "cast", Params{"to": nd.Float64}, 4, b[:1], x))
	assert.Equal(t, []bool{false, true, true, true}, call[bool](t, "cast", Params{"to": nd.Bool}, 4, b[:1], x))
	red := reducer[bool](t, "max", nil)
	state := newStates(red, 1)
	red.Run(state, x, 0)
	out := make([]byte, 1)
	require.NoError(t, red.Finish(out, state))
	assert.Equal(t, []byte{1}, out)
}

func TestIntegerPowers(t *testing.T) {
	i8 := []nd.DType{nd.Int8, nd.Int8}
	x, y := []int8{1, -1, -1, 0, 2, -128, 3}, []int8{-5, -3, -4, -1, -1, -1, 5}
	assert.Equal(t, []int8{1, -1, 1, 0, 0, 0, -13}, call[int8](t, "pow", nil, 7, i8, nd.AsBytes(x), nd.AsBytes(y)))
}

// TestPrecision compares powers with other ways to them, and looks at those that
// are whole, and at their logarithms.
func TestPrecision(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for range 20000 {
		x := math.Exp(rng.NormFloat64() * 5)
		require.InEpsilon(t, x*x, pow(x, 2), 2.3e-16, "%v", x)
		require.InEpsilon(t, math.Sqrt(x), pow(x, 0.5), 2.3e-16, "%v", x)
		require.InEpsilon(t, 1/x, pow(x, -1), 2.3e-16, "%v", x)
	}
	for n := -300; n <= 300; n++ {
		ten, _ := new(big.Float).SetPrec(53).SetString(fmt.Sprintf("1e%d", n))
		x, _ := ten.Float64()
		require.Equal(t, float64(n), log10(x))
		require.Equal(t, float64(n), log2(math.Ldexp(1, n)))
		require.Equal(t, math.Ldexp(1, n), pow(2, float64(n)))
		if n >= 0 && n <= 22 {
			require.Equal(t, x, pow(10, float64(n)))
			require.Equal(t, math.Pow(-3, float64(n)), pow(-3, float64(n)))
		}
	}
}

func TestUserFunctions(t *testing.T) {
	half := Map1("test.half", func(x int32) float64 { return float64(x) / 2 })
	require.NoError(t, RegisterUfunc(half))
	require.EqualError(t, RegisterUfunc(half), `kernel: operation "test.half" is registered already`)
	i32 := nd.AsBytes([]int32{1, 2, 3})
	assert.Equal(t, []float64{0.5, 1, 1.5}, call[float64](t, "test.half", nil, 3, []nd.DType{nd.Int32}, i32))
	assert.Equal(t, []float64{0.5, 0.5}, call[float64](t, "test.half", nil, 2, []nd.DType{nd.Int32}, i32[:4]))
	_, err := half.Result(nil, []nd.DType{nd.Int64})
	assert.EqualError(t, err, "test.half: no loop for int64; Cast first")
	_, err = half.Result(nil, nil)
	assert.EqualError(t, err, "test.half: 0 arguments, want 1")

	later := Map2("test.later", func(d nd.Datetime, days int8) nd.Datetime { return d + nd.Datetime(days) })
	out, err := later.Result(nil, []nd.DType{nd.Datetime64("D"), nd.Int8})
	require.NoError(t, err)
	assert.Equal(t, nd.Datetime64("D"), out)
	since := Map1("test.since", func(d nd.Datetime) nd.Timedelta { return nd.Timedelta(d) })
	out, _ = since.Result(nil, []nd.DType{nd.Datetime64("D")})
	assert.Equal(t, nd.Timedelta64("D"), out)
	loop := later.Bind(nil, nil)
	d, days := []nd.Datetime{1, 2, 3}, []int8{10, 20, 30}
	for _, c := range []struct {
		a, b []byte
		want []nd.Datetime
	}{
		{nd.AsBytes(d), nd.AsBytes(days), []nd.Datetime{11, 22, 33}},
		{nd.AsBytes(d[:1]), nd.AsBytes(days), []nd.Datetime{11, 21, 31}},
		{nd.AsBytes(d), nd.AsBytes(days[:1]), []nd.Datetime{11, 12, 13}},
		{nd.AsBytes(d[:1]), nd.AsBytes(days[:1]), []nd.Datetime{11, 11, 11}},
	} {
		dst := make([]nd.Datetime, 3)
		loop(nd.AsBytes(dst), [][]byte{c.a, c.b})
		assert.Equal(t, c.want, dst)
	}
}

func TestRegisterConcurrently(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			assert.NoError(t, RegisterUfunc(Map1(fmt.Sprint("test.concurrent", i), func(x int8) int8 { return x })))
			_, ok := LookupUfunc("add")
			assert.True(t, ok)
			assert.Contains(t, Ufuncs(), "add")
		})
	}
	wg.Wait()
	assert.Contains(t, Reductions(), "sum")
}

func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		f := HalfToFloat(nd.Float16(h))
		if f != f {
			require.Equal(t, nd.Float16(0x7e00), HalfFromFloat(float64(f))&0x7fff)
			continue
		}
		require.Equal(t, nd.Float16(h), HalfFromFloat(float64(f)))
	}
	for _, c := range []struct {
		f    float64
		want nd.Float16
	}{{65519.99, 0x7bff}, {65520, 0x7c00}, {-1e300, 0xfc00}, {0x1p-25, 0}, {0x1.8p-25, 1}, {-0x1p-30, 0x8000},
		{1 + 0x1p-11, 0x3c00}, {1 + 0x3p-11, 0x3c02}, {1 + 0x1p-11 + 0x1p-40, 0x3c01}, {0x1.ffep-15, 0x0400}} {
		assert.Equal(t, c.want, HalfFromFloat(c.f), "%v", c.f)
	}
}

// FuzzFloatToInteger compares casts to integers with arithmetic in big numbers.
func FuzzFloatToInteger(f *testing.F) {
	for _, x := range []float64{0, -0.5, 1.5, 127.9, 128, -128.9, -129, 255.5, 256, 1 << 31, -1<<31 - 1, 0x1p63, -0x1p63, 0x1p64, -0x1.0000000000001p63,
		math.NaN(), math.Inf(1), math.Inf(-1), 0x1.fffffffffffffp62, 0x1.fffffffffffffp63, 32768, -1} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		checkTruncation[int8](t, x)
		checkTruncation[int16](t, x)
		checkTruncation[int32](t, x)
		checkTruncation[int64](t, x)
		checkTruncation[uint8](t, x)
		checkTruncation[uint16](t, x)
		checkTruncation[uint32](t, x)
		checkTruncation[uint64](t, x)
	})
}

func checkTruncation[R nd.Integer](t *testing.T, x float64) {
	lowest, highest := limits[R]()
	want := bigOf(lowest)
	if x-x == 0 {
		if v, _ := big.NewFloat(x).Int(nil); v.Cmp(bigOf(lowest)) >= 0 && v.Cmp(bigOf(highest)) <= 0 {
			want = v
		}
	}
	to := Params{"to": nd.DTypeOf[R]()}
	got := call[R](t, "cast", to, 1, []nd.DType{nd.Float64}, nd.AsBytes([]float64{x}))
	require.Equal(t, want.String(), bigOf(got[0]).String(), "%v to %T", x, lowest)
	if float64(float32(x)) == x || x != x {
		got := call[R](t, "cast", to, 1, []nd.DType{nd.Float32}, nd.AsBytes([]float32{float32(x)}))
		require.Equal(t, want.String(), bigOf(got[0]).String(), "%v to %T", x, lowest)
	}
}

// TestSignOfNaN: which sign a NaN has depends on the machine that computed it, so
// it must not become that of another number.
func TestSignOfNaN(t *testing.T) {
	const n = 500
	rng := rand.New(rand.NewPCG(1, 1))
	parts := []float64{0, math.Copysign(0, -1), 1, -1.5, math.Inf(1), math.Inf(-1), math.NaN(), math.NaN()}
	forAllLoops(t, func(name string, loop Loop, dtypes []nd.DType, out nd.DType) {
		if d := dtypes[len(dtypes)-1]; !d.IsFloat() && !d.IsComplex() || d == nd.Half || out == nd.Half {
			return
		}
		args := map[float64][][]byte{1: nil, -1: nil}
		for _, d := range dtypes {
			values := make([]float64, 2*n)
			for i := range values {
				values[i] = parts[rng.IntN(len(parts))]
			}
			for sign := range args {
				signed := slices.Clone(values)
				for i, v := range signed {
					if v != v {
						signed[i] = math.Copysign(v, sign)
					}
				}
				b := nd.AsBytes(signed)
				switch d {
				case nd.Bool:
					b = make([]byte, n)
				case nd.Float32, nd.Complex64:
					narrow := make([]float32, len(signed))
					for i, v := range signed {
						narrow[i] = float32(v)
					}
					b = nd.AsBytes(narrow)
				}
				args[sign] = append(args[sign], b[:n*d.Size()])
			}
		}
		want, got := nd.AsBytes(make([]float64, 2*n))[:n*out.Size()], nd.AsBytes(make([]float64, 2*n))[:n*out.Size()]
		loop(want, args[1])
		loop(got, args[-1])
		sameElements(t, out, want, got, "%s", name)
	})
}
