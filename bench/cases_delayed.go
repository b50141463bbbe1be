package main

import (
	"context"

	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/nd"
)

// delayedCases build a graph of functions anew and run it: half of the tasks double
// a number, the others add two, neighbours first.
var delayedCases = []kase{
	{name: "delayed.tasks", does: "2·x summed as a tree, in 10^5 tasks, built and run", inputs: one("x", "leaves.npy"), ours: tasks},
	{name: "delayed.tasks/million", does: "the same in 10^6 tasks", inputs: one("x", "million.npy"), ours: tasks},
}

func tasks(in inputs) work {
	double := delayed.Func1(func(x float64) float64 { return 2 * x })
	return func(ctx context.Context) (nd.Dyn, error) {
		x, err := in.f64("x").Compute(ctx)
		if err != nil {
			return nil, err
		}
		doubled := make([]delayed.Value[float64], x.Size())
		for i, v := range x.Data() {
			doubled[i] = double(delayed.Of(v))
		}
		sum, err := delayed.Sum(doubled...).Compute(ctx, in.opts...)
		if err != nil {
			return nil, err
		}
		return nd.FromSlice([]float64{sum}, 1)
	}
}
