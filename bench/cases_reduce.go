package main

import (
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// reduction is a case that reads x once.
func reduction[R nd.Elem](name, does, file string, f func(x *chunkgrid.Array[float64]) *chunkgrid.Array[R]) kase {
	return kase{name: name, does: does, inputs: one("x", file), streams: 1, bound: "read",
		ours: func(in inputs) work { return fresh(in, f(in.f64("x"))) }}
}

type array = *chunkgrid.Array[float64]

var reductions = []kase{
	reduction("red.sum/all", "the sum of x", "x.npy", func(x array) array { return reduce.Sum(x) }),
	reduction("red.sum/axis0", "the sums of x's columns", "x.npy", func(x array) array { return reduce.Sum(x, reduce.Axis(0)) }),
	reduction("red.sum/axis1", "the sums of x's rows", "x.npy", func(x array) array { return reduce.Sum(x, reduce.Axis(1)) }),
	reduction("red.mean/all", "the mean of x", "x.npy", func(x array) array { return reduce.Mean(x) }),
	reduction("red.mean/axis0", "the means of x's columns", "x.npy", func(x array) array { return reduce.Mean(x, reduce.Axis(0)) }),
	reduction("red.mean/axis1", "the means of x's rows", "x.npy", func(x array) array { return reduce.Mean(x, reduce.Axis(1)) }),
	reduction("red.max/all", "the greatest of x", "x.npy", func(x array) array { return reduce.Max(x) }),
	reduction("red.std/all", "the standard deviation of x", "x.npy", func(x array) array { return reduce.Std(x) }),
	reduction("red.std/axis0", "the standard deviations of x's columns", "x.npy", func(x array) array { return reduce.Std(x, reduce.Axis(0)) }),
	reduction("red.var/all", "the variance of x", "x.npy", func(x array) array { return reduce.Var(x) }),
	reduction("red.var/axis0", "the variances of x's columns", "x.npy", func(x array) array { return reduce.Var(x, reduce.Axis(0)) }),
	reduction("red.nan/mean", "the mean of x without NaN, 1% of it", "nan.npy", func(x array) array { return reduce.NaNMean(x) }),
	reduction("red.nan/std", "the standard deviation of x without NaN", "nan.npy", func(x array) array { return reduce.NaNStd(x) }),
	reduction("red.arg/argmax", "where x is greatest", "x.npy", func(x array) *chunkgrid.Array[int64] { return reduce.ArgMax(x) }),
	reduction("red.arg/count", "how many of x are above 3.5, a quarter", "x.npy", func(x array) *chunkgrid.Array[int64] { return reduce.CountNonzero(ufunc.Greater(x, 3.5)) }),
	reduction("red.arg/any", "whether any of x is above 4: none is", "x.npy", func(x array) *chunkgrid.Array[bool] { return reduce.Any(ufunc.Greater(x, 4)) }),
}

// Standardized elements are errors relative to 1 standard deviation: near the
// mean, its last bit is all there is.
var expressions = []kase{
	{name: "expr.zscore/reuse", does: "(x - mean(x, 0)) / std(x, 0) into a reused result", inputs: onX, streams: 3, bound: "copy", scale: 1,
		ours: func(in inputs) work { return reuse(in, zscore(in)) }},
	{name: "expr.zscore/fresh", does: "(x - mean(x, 0)) / std(x, 0) into new memory", inputs: onX, streams: 3, bound: "copy", scale: 1,
		ours: func(in inputs) work { return fresh(in, zscore(in)) }},
}

func zscore(in inputs) array {
	x := in.f64("x")
	return ufunc.Div(ufunc.Sub(x, reduce.Mean(x, reduce.Axis(0), reduce.KeepDims())), reduce.Std(x, reduce.Axis(0), reduce.KeepDims()))
}
