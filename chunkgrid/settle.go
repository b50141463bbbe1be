package chunkgrid

import "context"

// Settle computes what chunk after chunk of a needs whole, in one run: a mean that
// every element is compared with, the months of a climatology. It returns a with
// these values in their place, so that chunks of it can be computed one by one
// without computing them anew. Where there is no such thing that is a itself.
func (a *Array[T]) Settle(ctx context.Context, opts ...Option) (*Array[T], error) {
	n := a.plan()
	if n.Err != nil {
		return nil, n.Err
	}
	common := n.Common()
	if len(common) == 0 {
		return a, nil
	}
	values, err := compute(ctx, common, configure(opts))
	if err != nil {
		return nil, err
	}
	return of[T](n.Settled(values)), nil
}
