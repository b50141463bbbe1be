package reduce

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// By reduces every group along one axis by itself, the months of a climatology
// for one: labels has for each place along the axis which of n groups it belongs
// to, 0 to n-1. The result has the n groups in the place of the axis, which is
// named "group" then; KeepDims changes nothing. A label out of range is an error.
// Of an empty group, Sum is 0 and Mean NaN, as of no elements anywhere; Min and Max
// are NaN, and an error of integers and bools. ArgMin, ArgMax, Quantile and Median
// have no groups.
//
// The data are read once, chunk by chunk, and all groups of a chunk are kept
// meanwhile: an array whose chunks are large across the axis is rechunked until
// the groups of one have about nd.DefaultChunkBytes.
func By(labels []int, n int) Option { return func(o *options) { o.by = &groups{labels, n} } }

// groups is what By says.
type groups struct {
	labels []int
	n      int
}

// stateBytes is the size of the largest state that a reduction keeps of a group.
const stateBytes = 24

// grouped makes the array of a reduction of groups: they are along the first axis.
func grouped[R, T nd.Elem](name string, a *chunkgrid.Array[T], axes []int, by *groups, p plan.Params) *chunkgrid.Array[R] {
	k, err := onlyAxis("By", name, a, axes)
	if err != nil {
		return chunkgrid.Failed[R](name, err, a)
	}
	plan.Grouped(p, by.labels, by.n)
	return chunkgrid.Op[R](name, p, fitting(a, k, by.n).MoveAxis(k, 0)).MoveAxis(0, k)
}

// onlyAxis returns the axis that an option goes along: the one named, or the only one.
func onlyAxis(option, name string, a chunkgrid.Any, axes []int) (int, error) {
	if axes == nil && a.NDim() == 1 {
		axes = []int{0}
	}
	if len(axes) != 1 {
		return 0, fmt.Errorf("%s and %d axes, want one: %w", option, len(axes), nd.ErrAxis)
	}
	return nd.NormAxis(name, axes[0], a.NDim())
}

// fitting returns a with chunks so narrow across axis k that n groups of one fit
// into about nd.DefaultChunkBytes.
func fitting[T nd.Elem](a *chunkgrid.Array[T], k, n int) *chunkgrid.Array[T] {
	chunk := a.Grid().MaxChunk()
	chunk[k] = n
	before := slices.Clone(chunk)
	if narrow(chunk, k, stateBytes); slices.Equal(before, chunk) {
		return a
	}
	lists := a.Chunks()
	for j, sizes := range lists {
		if j != k && len(sizes) > 0 && chunk[j] < slices.Max(sizes) {
			g, err := nd.Sizes(chunk[j]).Grid(a.Shape()[j:j+1], 1)
			if err != nil {
				return a
			}
			lists[j] = slices.Collect(g.Sizes(0))
		}
	}
	return a.Rechunk(nd.Lists(lists))
}
