package kernel

import (
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

// The hot loops on tiles in the L1 cache; MB/s counts the bytes read.

func benchTile[T nd.Real]() []T {
	x := make([]T, Tile)
	for i := range x {
		x[i] = T(i*7919%101 + 1)
	}
	return x
}

func benchReduce[T nd.Real](b *testing.B, names ...string) {
	x := benchTile[T]()
	dtype := nd.DTypeOf[T]()
	for _, name := range names {
		r, _ := LookupReduction(name)
		red := r.Bind(nil, dtype)
		states := make([]byte, red.StateSize()*Tile)
		run := func(what string, f func()) {
			b.Run(name+"/"+dtype.String()+"/"+what, func(b *testing.B) {
				b.SetBytes(int64(len(x) * dtype.Size()))
				for b.Loop() {
					f()
				}
			})
		}
		run("run", func() { red.Run(states[:red.StateSize()], nd.AsBytes(x), 0) })
		run("rows", func() { red.Rows(states[:red.StateSize()*Tile/LeafRows], nd.AsBytes(x), LeafRows, Tile/LeafRows, 0) })
	}
}

func BenchmarkReduce(b *testing.B) {
	benchReduce[float64](b, "sum", "mean", "std", "min", "max", "argmax", "nansum", "nanmean", "nanstd", "nanmax", "prod", "count_nonzero")
	benchReduce[float32](b, "sum", "mean", "std", "max")
	benchReduce[int64](b, "sum", "max", "prod")
	benchReduce[int16](b, "sum", "max")
}

func benchUfunc[T nd.Real](b *testing.B, names ...string) {
	x, y := nd.AsBytes(benchTile[T]()), nd.AsBytes(benchTile[T]())
	dtype := nd.DTypeOf[T]()
	dst := make([]byte, 16*Tile)
	for _, name := range names {
		u, _ := LookupUfunc(name)
		dtypes := []nd.DType{dtype, dtype, dtype}[:u.NArgs]
		p := Params{"to": nd.Float32}
		out, err := u.Result(p, dtypes)
		if err != nil {
			b.Fatal(err)
		}
		loop := u.Bind(p, dtypes)
		b.Run(name+"/"+dtype.String(), func(b *testing.B) {
			b.SetBytes(int64(len(x) * u.NArgs))
			args := [][]byte{x, y, y}[:u.NArgs]
			for b.Loop() {
				loop(dst[:Tile*out.Size()], args)
			}
		})
	}
}

func BenchmarkUfunc(b *testing.B) {
	benchUfunc[float64](b, "add", "sub", "mul", "div", "sqrt", "minimum", "less", "cast", "square", "abs", "isnan", "clip",
		"exp", "log", "sin", "tan", "pow", "tanh", "atan", "asin", "atan2", "hypot", "log1p", "cbrt", "remainder")
	benchUfunc[float32](b, "add", "sqrt", "exp", "sin")
	benchUfunc[int64](b, "bit_and", "equal", "logical_and", "remainder")
	benchUfunc[int16](b, "add", "cast", "floor_divide")
}
