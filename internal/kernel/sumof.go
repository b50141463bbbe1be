package kernel

import "github.com/ndgrid/ndgrid/nd"

// LeafOf makes *one* state of n results of an element-wise operation, a multiple of
// Lanes from 1 to Tile, which is what a Reducer's Run makes of them; arguments are
// as those of a Loop.
type LeafOf func(state []byte, args [][]byte, n int)

// sumsOfOps add the results of operations.
var sumsOfOps faster[opOf, func(args [][]byte, n int) float64]

// LeafOfOp returns what folds the results of an operation, or of a fused one, without
// storing them: for sums and means of what arithmetic makes of floats, where the
// machine has vector instructions. Memory doesn't pause so while a tile is folded.
func LeafOfOp(r Reducer, name string, args []nd.DType) (LeafOf, bool) {
	adds, ok := r.(interface {
		leafOfSum(add func(args [][]byte, n int) float64) LeafOf
	})
	if !ok || len(args) == 0 || !allSame(args) {
		return nil, false
	}
	add, ok := sumsOfOps.find(opOf{args[0].Kind(), name})
	if !ok {
		return nil, false
	}
	leaf := adds.leafOfSum(add)
	return leaf, leaf != nil
}

func (f *fold[T, S]) leafOfSum(add func(args [][]byte, n int) float64) LeafOf {
	if f.ofSum == nil {
		return nil
	}
	return func(state []byte, args [][]byte, n int) { view[S](state)[0] = f.ofSum(add(args, n), n) }
}
