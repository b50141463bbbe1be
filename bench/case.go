package main

import (
	"context"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// kase is one piece of work, done by ndgrid and by every peer that can do it.
type kase struct {
	name   string
	does   string            // the work, in words
	inputs map[string]string // file by name; inputFiles says what is in it
	ours   func(in inputs) work

	streams   float64 // arrays like the inputs that must be read or written, each at least once
	bound     string  // the probe whose speed is the limit, see probes; "" where memory isn't
	tolerance float64 // greatest relative error between results; 0 means 1e-10
	scale     float64 // errors of elements nearer to 0 than this are relative to it
	calls     int     // of the work in a sample, where one is too short to time; 0 means 1
	memory    int     // bytes promised, and all that the process takes is the peak; 0: no promise
	stores    string  // the ending of the store that the work writes its result to; "" where it returns it
	larger    float64 // at most so many times a peer's is what ours stores; 0: no promise
	unit      string  // times are of one of these, as many as x has elements; "" means of the whole
}

// cases are all cases, in the order of the table.
var cases = slices.Concat(elementwise, functions(), reductions, expressions, stores, zarrCases, tables, delayedCases, others)

// inputs are what a case's work is made of.
type inputs struct {
	arrays map[string]chunkgrid.Any
	paths  map[string]string
	result string             // where work that stores its result puts it
	opts   []chunkgrid.Option // of Run
}

func (in inputs) f64(name string) *chunkgrid.Array[float64] {
	return chunkgrid.As[float64](in.arrays[name])
}

// work does a case's piece of work once; what it returns may be reused by the
// next call. It returns nil where the result is in storage.
type work func(ctx context.Context) (nd.Dyn, error)

// fresh computes into memory taken for the occasion.
func fresh[T nd.Elem](in inputs, a *chunkgrid.Array[T]) work {
	return func(ctx context.Context) (nd.Dyn, error) { return a.Compute(ctx, in.opts...) }
}

// reuse computes into the same memory every time.
func reuse[T nd.Elem](in inputs, a *chunkgrid.Array[T]) work {
	var dst *nd.Array[T]
	return func(ctx context.Context) (_ nd.Dyn, err error) {
		if dst == nil {
			if dst, err = nd.Zeros[T](a.Shape()...); err != nil {
				return nil, err
			}
		}
		_, err = chunkgrid.Run(ctx, []chunkgrid.Out{a.Into(dst)}, in.opts...)
		return dst, err
	}
}

// one is the name and file of an only input.
func one(name, file string) map[string]string { return map[string]string{name: file} }
