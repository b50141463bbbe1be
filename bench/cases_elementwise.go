package main

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

var (
	onX   = one("x", "x.npy")
	onXY  = map[string]string{"x": "x.npy", "y": "y.npy"}
	onXYZ = map[string]string{"x": "x.npy", "y": "y.npy", "z": "z.npy"}
)

var elementwise = []kase{
	{name: "ew.reuse/square", does: "x·x into a reused result", inputs: onX, streams: 2, bound: "copy",
		ours: func(in inputs) work { return reuse(in, square(in)) }},
	{name: "ew.reuse/triad", does: "x·y+z into a reused result", inputs: onXYZ, streams: 4, bound: "triad",
		ours: func(in inputs) work { return reuse(in, mulAdd(in)) }},
	{name: "ew.fresh/square", does: "x·x into new memory", inputs: onX, streams: 2, bound: "copy",
		ours: func(in inputs) work { return fresh(in, square(in)) }},
	{name: "ew.fresh/triad", does: "x·y+z into new memory", inputs: onXYZ, streams: 4, bound: "triad",
		ours: func(in inputs) work { return fresh(in, mulAdd(in)) }},
	{name: "fused.hypot/store", does: "sqrt(x²+y²) into a reused result", inputs: onXY, streams: 3, bound: "triad",
		ours: func(in inputs) work { return reuse(in, hypot(in)) }},
	{name: "fused.hypot/sum", does: "the sum of sqrt(x²+y²)", inputs: onXY, streams: 2, bound: "read",
		ours: func(in inputs) work { return fresh(in, reduce.Sum(hypot(in))) }},
}

func square(in inputs) *chunkgrid.Array[float64] { return ufunc.Square(in.f64("x")) }

func mulAdd(in inputs) *chunkgrid.Array[float64] {
	return ufunc.Add(ufunc.Mul(in.f64("x"), in.f64("y")), in.f64("z"))
}

func hypot(in inputs) *chunkgrid.Array[float64] {
	return ufunc.Sqrt(ufunc.Add(ufunc.Square(in.f64("x")), ufunc.Square(in.f64("y"))))
}

// The functions that are timed in float64 and float32.
var (
	functionNames = []string{"exp", "log", "sin", "cos"}
	functions64   = functionsOf[float64]()
	functions32   = functionsOf[float32]()
)

func functionsOf[T nd.Float]() map[string]func(*chunkgrid.Array[T]) *chunkgrid.Array[T] {
	return map[string]func(*chunkgrid.Array[T]) *chunkgrid.Array[T]{"exp": ufunc.Exp[T], "log": ufunc.Log[T], "sin": ufunc.Sin[T], "cos": ufunc.Cos[T]}
}

// functions returns the cases of single functions.
func functions() []kase {
	var list []kase
	add := func(c kase) { list = append(list, c) }
	for _, f := range functionNames {
		of64 := func(in inputs) work { return reuse(in, functions64[f](in.f64("x"))) }
		add(kase{name: "fn.f64/" + f, does: f + "(x) into a reused result, x from 0 to 20", inputs: one("x", "f.npy"), streams: 2, bound: "copy", ours: of64})
	}
	for _, f := range functionNames {
		of64 := func(in inputs) work { return reuse(in, functions64[f](in.f64("x"))) }
		of1 := func(in inputs) work {
			in.opts = append(in.opts, chunkgrid.Workers(1))
			return of64(in)
		}
		c := kase{name: "fn.f64cache/" + f, does: f + "(x) of 2^20 elements, as above", inputs: one("x", "fcache.npy"), calls: 256, ours: of64}
		add(c)
		c.name, c.does, c.ours = c.name+"-core", c.does+", one worker", of1
		add(c)
	}
	for _, f := range functionNames {
		add(kase{name: "fn.f32/" + f, does: f + "(x) of float32, as above", inputs: one("x", "f32.npy"), streams: 2, bound: "copy", tolerance: 2e-6,
			ours: func(in inputs) work { return reuse(in, functions32[f](chunkgrid.As[float32](in.arrays["x"]))) }})
	}
	add(kase{name: "fn.hard/pow", does: "x to the power of y into a reused result", inputs: onXY, streams: 3, bound: "triad",
		ours: func(in inputs) work { return reuse(in, ufunc.Pow(in.f64("x"), in.f64("y"))) }})
	add(kase{name: "fn.hard/tanh", does: "tanh(x) into a reused result, x from -3 to 3", inputs: one("x", "t.npy"), streams: 2, bound: "copy",
		ours: func(in inputs) work { return reuse(in, ufunc.Tanh(in.f64("x"))) }})
	return list
}
