// Package random has lazy arrays of random numbers. An element is a function of
// the seed and of its index alone: chunks, workers, memory, slices and the
// machine have no say in it, nothing is stored, and plans with such arrays
// travel to other processes.
//
// The source is Philox4x64-10, a counter-based generator: word j of a seed is
// word j%4 of the block of counter j/4 + 1 and key (seed, 0), the same as
// numpy.random.Philox(key=seed).random_raw gives. Elements take words by their
// number i in the C order of the whole array:
//
//   - Bits, word i;
//   - Uniform of float64, the upper 53 bits of word i; of float32, the upper 24
//     bits of half i%2 of word i/2, the lower half first; both as
//     numpy.random.Generator(Philox(key=seed)).random does;
//   - Integers, words 2i and 2i+1 as one number of 128 bits;
//   - Normal, word i of key (seed, 1) and word i of key (seed, 2), by the method
//     of Box and Muller;
//   - Exponential, Poisson and Binomial, word i of key (seed, 3), (seed, 4) and
//     (seed, 5), and Choice the number that Uniform has, by the inverse of the
//     distribution function.
//
// Two arrays of one seed and function hold the same numbers: give each array a
// seed of its own. Any seeds will do, 1, 2, 3 as well.
package random

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Bits returns words of 64 random bits.
func Bits(seed uint64, shape []int, c nd.Chunks) *chunkgrid.Array[uint64] {
	return draw[uint64](opBits, seed, shape, c, plan.Params{})
}

// Uniform returns numbers from 0 up to but without 1, every multiple of 2^-53
// (float32: 2^-24) equally likely.
func Uniform[T nd.Float](seed uint64, shape []int, c nd.Chunks) *chunkgrid.Array[T] {
	if nd.DTypeOf[T]() == nd.Float32 {
		return draw[T](opUniform32, seed, shape, c, plan.Params{})
	}
	return draw[T](opUniform, seed, shape, c, plan.Params{})
}

// Normal returns numbers of mean 0 and standard deviation 1, up to 8.57 from 0.
// They are computed in float64; a float32 is the nearest to that.
func Normal[T nd.Float](seed uint64, shape []int, c nd.Chunks) *chunkgrid.Array[T] {
	op := chunkgrid.Op[float64]
	u := draw[float64](opUniform, seed, shape, c, plan.Params{"stream": 1})
	v := draw[float64](opUniform, seed, shape, c, plan.Params{"stream": 2})
	log := op("log", nil, op("sub", nil, chunkgrid.Constant(1.0), u))
	radius := op("sqrt", nil, op("mul", nil, chunkgrid.Constant(-2.0), log))
	z := op("mul", nil, radius, op("cos", nil, op("mul", nil, chunkgrid.Constant(2*math.Pi), v)))
	return chunkgrid.Op[T]("cast", plan.Params{"to": nd.DTypeOf[T]()}, z)
}

// Exponential returns waiting times of mean 1, up to 36.8: those of -log(1-u), u from
// 0 up to but without 1. They are computed in float64.
func Exponential[T nd.Float](seed uint64, shape []int, c nd.Chunks) *chunkgrid.Array[T] {
	op := chunkgrid.Op[float64]
	u := draw[float64](opUniform, seed, shape, c, plan.Params{"stream": 3})
	x := op("neg", nil, op("log", nil, op("sub", nil, chunkgrid.Constant(1.0), u)))
	return chunkgrid.Op[T]("cast", plan.Params{"to": nd.DTypeOf[T]()}, x)
}

// Integers returns numbers from lo up to but without hi. No number is more
// likely than another by more than a part in 2^64.
func Integers[T nd.Integer](seed uint64, lo, hi T, shape []int, c nd.Chunks) *chunkgrid.Array[T] {
	if lo >= hi {
		return chunkgrid.Failed[T](opIntegers, fmt.Errorf("no integer is at least %d and less than %d: %w", lo, hi, nd.ErrShape))
	}
	x := draw[uint64](opIntegers, seed, shape, c, plan.Params{"low": int(lo), "count": int(uint64(hi) - uint64(lo))})
	return chunkgrid.Op[T]("cast", plan.Params{"to": nd.DTypeOf[T]()}, x)
}

// draw makes an array of one of the operations below.
func draw[T nd.Elem](op string, seed uint64, shape []int, c nd.Chunks, p plan.Params) *chunkgrid.Array[T] {
	g, err := c.Grid(shape, nd.DTypeOf[T]().Size())
	if err != nil {
		return chunkgrid.Failed[T](op, err)
	}
	p["seed"], p["grid"] = int(seed), g
	return chunkgrid.Op[T](op, p)
}

const (
	opBits      = "random_bits"
	opUniform   = "random_uniform"
	opUniform32 = "random_uniform32"
	opIntegers  = "random_integers"
)

func init() {
	register(opBits, nd.Uint64, func(dst []byte, k key, first int, _ plan.Params) {
		k.words(nd.AsSlice[uint64](dst), uint64(first))
	})
	register(opUniform, nd.Float64, uniform)
	register(opUniform32, nd.Float32, uniform32)
	register(opIntegers, nd.Uint64, integers)
}

// register makes an operation known whose elements are filled in runs: fill
// sets dst to the elements from number first on.
func register(name string, dt nd.DType, fill func(dst []byte, k key, first int, p plan.Params)) {
	plan.RegisterBoxOp(&plan.BoxOp{
		Name: name,
		Infer: func(p plan.Params, args []*plan.Node) (plan.Result, error) {
			if len(args) != 0 {
				return plan.Result{}, fmt.Errorf("%d arguments, it takes none", len(args))
			}
			g, ok := p["grid"].(nd.Grid)
			if _, seeded := p["seed"].(int); !ok || !seeded {
				return plan.Result{}, fmt.Errorf("parameters %v, want a grid and a seed", p)
			}
			return plan.Result{DType: dt, Shape: g.Shape(), Grid: g}, nil
		},
		Inputs: func(*plan.Node, nd.Box) []nd.Box { return nil },
		Eval: func(n *plan.Node, box nd.Box, dst []byte, _ [][]byte, _ []nd.Box) error {
			stream, _ := n.Params["stream"].(int)
			k, run := key{uint64(n.Params["seed"].(int)), uint64(stream)}, 1
			rows, strides := nd.Box{Start: slices.Clone(box.Start), Shape: slices.Clone(box.Shape)}, nd.CStrides(n.Shape)
			if last := box.NDim() - 1; last >= 0 {
				run, rows.Shape[last] = box.Shape[last], min(box.Shape[last], 1)
			}
			for index := range rows.Indices() {
				first := 0
				for j, i := range index {
					first += i * strides[j]
				}
				fill(dst[:run*dt.Size()], k, first, n.Params)
				dst = dst[run*dt.Size():]
			}
			return nil
		},
	})
}

func uniform(dst []byte, k key, first int, _ plan.Params) {
	words, x := nd.AsSlice[uint64](dst), nd.AsSlice[float64](dst)
	k.words(words, uint64(first))
	for i, w := range words {
		x[i] = float64(w>>11) / (1 << 53)
	}
}

func uniform32(dst []byte, k key, first int, _ plan.Params) {
	var words [512]uint64
	x := nd.AsSlice[float32](dst)
	for len(x) > 0 {
		odd := first % 2
		n := min(len(x), 2*len(words)-odd)
		k.words(words[:(odd+n+1)/2], uint64(first/2))
		for i := range n {
			half := uint32(words[(odd+i)/2] >> (32 * ((odd + i) % 2)))
			x[i] = float32(half>>8) / (1 << 24)
		}
		x, first = x[n:], first+n
	}
}

// integers fills dst with low + floor(x*count/2^128), x from two words, the
// first the lower; both wrap around as the bits of the dtype asked for do.
func integers(dst []byte, k key, first int, p plan.Params) {
	low, _ := p["low"].(int)
	count, _ := p["count"].(int)
	var words [512]uint64
	x := nd.AsSlice[uint64](dst)
	for len(x) > 0 {
		n := min(len(x), len(words)/2)
		k.words(words[:2*n], 2*uint64(first))
		for i := range n {
			below, _ := bits.Mul64(words[2*i], uint64(count))
			hi, lo := bits.Mul64(words[2*i+1], uint64(count))
			_, carry := bits.Add64(lo, below, 0)
			x[i] = uint64(low) + hi + carry
		}
		x, first = x[n:], first+n
	}
}
