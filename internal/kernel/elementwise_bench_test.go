package kernel

import (
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

// benchAtLevels runs a benchmark of a loop at every level of this machine.
// MB/s counts what is read and written.
func benchAtLevels(b *testing.B, name string, bytes int, bind func() (Loop, bool), dst []byte, args ...[]byte) {
	defer func(l Level) { level = l }(level)
	for _, l := range Levels() {
		level = l
		loop, ok := bind()
		if !ok {
			continue
		}
		b.Run(name+"/"+l.String(), func(b *testing.B) {
			b.SetBytes(int64(bytes))
			for b.Loop() {
				loop(dst, args)
			}
			if len(dst) > 1<<20 {
				Fence()
			}
		})
	}
}

// operands returns n positive elements for each argument, those for a letter s
// in form scalars, and memory for results, on lines of its own.
func operands[T nd.Real](form string, n int) (dst []byte, args [][]byte, bytes int) {
	for _, f := range form {
		m := n
		if f == 's' {
			m = 1
		}
		x := nd.AsSlice[T](nd.MakeBytes(m * nd.DTypeOf[T]().Size()))
		for i := range x {
			x[i] = T(i*7919%101 + 1)
		}
		args = append(args, nd.AsBytes(x))
		bytes += len(args[len(args)-1])
	}
	return nd.MakeBytes(n * 8), args, bytes
}

// benchElementwise measures operations on tiles in the L1 cache.
func benchElementwise[T nd.Real](b *testing.B, form string, names ...string) {
	d := nd.DTypeOf[T]()
	dst, args, bytes := operands[T](form, Tile)
	dtypes := []nd.DType{d, d, d}[:len(form)]
	for _, name := range names {
		if u, ok := LookupUfunc(name); ok {
			out, err := u.Result(nil, dtypes)
			if err != nil {
				b.Fatal(err)
			}
			size := Tile * out.Size()
			benchAtLevels(b, name+"/"+d.String()+"/"+form, bytes+size, func() (Loop, bool) { return u.Bind(nil, dtypes), true }, dst[:size], args...)
			continue
		}
		size := Tile * d.Size()
		benchAtLevels(b, name+"/"+d.String()+"/"+form, bytes+size, func() (Loop, bool) { return FusedLoop(name, nil, dtypes) }, dst[:size], args...)
	}
}

func BenchmarkElementwise(b *testing.B) {
	benchElementwise[float64](b, "v", "square", "sqrt", "abs", "floor", "sign", "isnan")
	benchElementwise[float64](b, "vv", "add", "div", "minimum", "maximum", "fmin", "less", "sum_squares", "hypot_plain")
	benchElementwise[float64](b, "vs", "add", "less")
	benchElementwise[float64](b, "vvv", "mul_add")
	benchElementwise[float64](b, "vss", "mul_add", "sub_div", "clip")
	benchElementwise[float32](b, "v", "square", "sqrt", "isnan")
	benchElementwise[float32](b, "vv", "add", "div", "maximum", "less")
	benchElementwise[float32](b, "vss", "mul_add", "clip")
	benchElementwise[int64](b, "vv", "add", "mul", "minimum", "less")
	benchElementwise[int32](b, "vv", "add", "mul", "minimum", "less", "bit_and")
	benchElementwise[uint8](b, "vv", "add", "minimum", "less")
}

// BenchmarkCast measures conversions on tiles in the L1 cache.
func BenchmarkCast(b *testing.B) {
	for _, c := range []struct{ from, to nd.DType }{
		{nd.Float64, nd.Float32}, {nd.Float32, nd.Float64}, {nd.Int64, nd.Float64}, {nd.Int32, nd.Float64}, {nd.Int16, nd.Float64}, {nd.Int16, nd.Float32},
		{nd.Uint8, nd.Float32}, {nd.Bool, nd.Float64}, {nd.Float64, nd.Int64}, {nd.Float64, nd.Int32}, {nd.Float64, nd.Uint8}, {nd.Float32, nd.Int16},
		{nd.Float64, nd.Bool}, {nd.Int16, nd.Int64}, {nd.Int64, nd.Int32},
	} {
		u, _ := LookupUfunc("cast")
		x, dst := nd.MakeBytes(Tile*c.from.Size()), nd.MakeBytes(Tile*c.to.Size())
		for i := range x {
			x[i] = byte(i % 63)
		}
		benchAtLevels(b, c.from.String()+" to "+c.to.String(), len(x)+len(dst), func() (Loop, bool) {
			return u.Bind(Params{"to": c.to}, []nd.DType{c.from}), true
		}, dst, x)
	}
}

// BenchmarkStream measures results that go to memory, past the caches and
// through them.
func BenchmarkStream(b *testing.B) {
	const n = 8 << 20
	for name, form := range map[string]string{"square": "v", "add": "vv", "mul_add": "vvv"} {
		dst, args, bytes := operands[float64](form, n)
		dtypes := []nd.DType{nd.Float64, nd.Float64, nd.Float64}[:len(form)]
		benchAtLevels(b, name+"/past", bytes+8*n, func() (Loop, bool) { return StreamOf(name, nil, dtypes) }, dst, args...)
		benchAtLevels(b, name+"/through", bytes+8*n, func() (Loop, bool) {
			if u, ok := LookupUfunc(name); ok {
				return u.Bind(nil, dtypes), true
			}
			return FusedLoop(name, nil, dtypes)
		}, dst, args...)
	}
	src, dst := nd.MakeBytes(8*n), nd.MakeBytes(8*n)
	benchAtLevels(b, "copy/past", 16*n, func() (Loop, bool) { return func(dst []byte, args [][]byte) { CopyStream(dst, args[0]) }, true }, dst, src)
}
