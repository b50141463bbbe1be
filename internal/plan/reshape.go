package plan

import (
	"fmt"
	"slices"

	"github.com/ndgrid/ndgrid/nd"
)

// Group is a run of source axes and the run of result axes they become: the
// products of both lengths agree, and no smaller pair of runs does.
type Group struct {
	In, Out [2]int // half-open ranges of axes
}

// Groups cuts a reshape (C order) into its independent groups of axes. Shapes
// must have the same, nonzero number of elements. Axes of length 1 belong to
// the group before them.
func Groups(from, to []int) []Group {
	var groups []Group
	i, j := 0, 0
	for i < len(from) || j < len(to) {
		g := Group{In: [2]int{i, i}, Out: [2]int{j, j}}
		a, b := 1, 1
		take := func(s []int, p *int, prod *int) { *prod *= s[*p]; *p++ }
		if i < len(from) {
			take(from, &i, &a)
		}
		if j < len(to) {
			take(to, &j, &b)
		}
		for a != b {
			if a < b {
				take(from, &i, &a)
			} else {
				take(to, &j, &b)
			}
		}
		for i < len(from) && from[i] == 1 && (j == len(to) || to[j] != 1) {
			i++
		}
		for j < len(to) && to[j] == 1 && (i == len(from) || from[i] != 1) {
			j++
		}
		g.In[1], g.Out[1] = i, j
		groups = append(groups, g)
	}
	return groups
}

// Reshape returns arg with another shape of as many elements, C order; one
// length may be -1. Where a group of axes does not fall on chunk edges the
// argument is rechunked first.
func Reshape(arg *Node, shape []int) *Node {
	if err := Check(arg); err != nil {
		return Fail(OpReshape, err, arg)
	}
	shape, err := nd.ReshapeShape(arg.Size(), arg.Shape, shape)
	if err != nil {
		return Fail(OpReshape, err, arg)
	}
	if slices.Equal(shape, arg.Shape) {
		return arg
	}
	if arg.Size() == 0 {
		return emptyReshape(arg, shape)
	}
	in := make([]nd.Grid, arg.NDim())
	for k := range in {
		in[k] = arg.Grid.Axis(k)
	}
	out := make([]nd.Grid, len(shape))
	dims, free := make([]string, len(shape)), make([]bool, len(shape))
	for _, g := range Groups(arg.Shape, shape) {
		if g.In[1]-g.In[0] == 1 && g.Out[1]-g.Out[0] == 1 {
			k, j := g.In[0], g.Out[0]
			out[j], dims[j], free[j] = in[k], arg.Dims[k], arg.Free[k]
			continue
		}
		if keepsAxis(in[g.In[0]:g.In[1]], out[g.Out[0]:g.Out[1]], shape[g.Out[0]:g.Out[1]]) {
			keepNames(arg, g, shape, dims)
			continue
		}
		others := arg.DType.Size()
		for k, l := range arg.Grid.MaxChunk() {
			if k < g.In[0] || k >= g.In[1] {
				others *= max(l, 1)
			}
		}
		if err := regroup(in[g.In[0]:g.In[1]], arg.Shape[g.In[0]:g.In[1]], out[g.Out[0]:g.Out[1]], shape[g.Out[0]:g.Out[1]], others); err != nil {
			return Fail(OpReshape, err, arg)
		}
		keepNames(arg, g, shape, dims)
	}
	inGrid, err := nd.JoinGrids(in...)
	if err != nil {
		return Fail(OpReshape, err, arg)
	}
	outGrid, err := nd.JoinGrids(out...)
	if err != nil {
		return Fail(OpReshape, err, arg)
	}
	src := Rechunk(arg, inGrid)
	return (&Node{Op: OpReshape, Params: Params{"shape": shape}, Args: []*Node{src}, DType: arg.DType, Shape: shape,
		Dims: dims, Free: free, Grid: outGrid, Weight: arg.Weight}).finish()
}

// keepsAxis handles a group that is one axis among axes of length 1 on both
// sides: its chunks stay as they are, however irregular.
func keepsAxis(in, out []nd.Grid, shape []int) bool {
	one, err := nd.NewGrid([]int{1}, []int{1})
	if err != nil {
		return false
	}
	axis := one
	for _, g := range in {
		if g.Shape()[0] != 1 {
			if axis.Shape()[0] != 1 {
				return false
			}
			axis = g
		}
	}
	for j, l := range shape {
		if l != 1 && l != axis.Shape()[0] {
			return false
		}
		out[j] = one
		if l != 1 {
			out[j] = axis
		}
	}
	return true
}

// keepNames lets an axis that stays whole inside a group keep its name: one
// that only loses or gains neighbours of length 1.
func keepNames(arg *Node, g Group, shape []int, dims []string) {
	for j := g.Out[0]; j < g.Out[1]; j++ {
		for k := g.In[0]; k < g.In[1]; k++ {
			n := 1
			for _, l := range shape[g.Out[0]:g.Out[1]] {
				n *= l
			}
			if shape[j] > 1 && shape[j] == arg.Shape[k] && n == shape[j] {
				dims[j] = arg.Dims[k]
			}
		}
	}
}

func emptyReshape(arg *Node, shape []int) *Node {
	grid, err := nd.NewGrid(shape, slices.Repeat([]int{-1}, len(shape)))
	if err != nil {
		return Fail(OpReshape, err, arg)
	}
	return Full(arg.DType, make([]byte, arg.DType.Size()), grid)
}

// reshapeChunk is the size in bytes below which a reshape that must cut anew
// keeps its chunks: small enough for several copies in a modest budget.
const reshapeChunk = 8 << 20

// regroup decides the chunks of one group. A flat chunk, a whole number of
// trailing elements, must be a box on both sides: it is kept from the source
// where its chunks already are such and divide the result; otherwise the source
// is cut anew. others is the bytes of a chunk across the other groups' axes.
func regroup(in []nd.Grid, from []int, out []nd.Grid, to []int, others int) error {
	total := 1
	for _, l := range from {
		total *= l
	}
	flat, ok := flatChunk(in, from)
	if !ok || !divides(flat, to) {
		want := flat
		if !ok {
			want = 1
			for _, g := range in {
				want *= g.MaxChunk()[0]
			}
		}
		want = max(min(want, max(reshapeChunk/others, 1)), 1)
		flat = bestFlat(want, total, from, to)
		if err := cutFlat(in, from, flat); err != nil {
			return err
		}
	}
	return cutFlat(out, to, flat)
}

// flatChunk returns the number of elements, in C order, of the chunks of a
// group, if each is one flat run and all but the last are equal.
func flatChunk(in []nd.Grid, shape []int) (int, bool) {
	flat := 1
	open := false // an axis to the right is cut: everything to the left must have chunks of 1
	for k := len(shape) - 1; k >= 0; k-- {
		c, ok := in[k].Regular()
		if !ok {
			return 0, false
		}
		switch {
		case open && c[0] != 1:
			return 0, false
		case open:
		case c[0] == shape[k]:
			flat *= shape[k]
		default:
			flat *= c[0]
			open = true
			if shape[k]%c[0] != 0 && k > 0 && len(shape[:k]) > 0 && product(shape[:k]) > 1 {
				return 0, false // ragged runs in the middle
			}
		}
	}
	return flat, true
}

func product(s []int) int {
	n := 1
	for _, l := range s {
		n *= l
	}
	return n
}

// divides reports whether cutting shape every flat elements in C order gives boxes.
func divides(flat int, shape []int) bool {
	inner := 1
	for k := len(shape) - 1; k >= 0; k-- {
		if flat < inner*shape[k] {
			if flat%inner != 0 {
				return false
			}
			c := flat / inner
			return product(shape[:k]) == 1 || shape[k]%c == 0
		}
		inner *= shape[k]
	}
	return true
}

// bestFlat returns the flat chunk nearest to want, not above it, that gives
// boxes on both sides. Multiples of a trailing product always work for one
// side; 1 works for every shape.
func bestFlat(want, total int, from, to []int) int {
	best := 1
	consider := func(f int) {
		if f >= 1 && f <= total && f <= want && f > best && divides(f, from) && divides(f, to) {
			best = f
		}
	}
	for _, shape := range [][]int{from, to} {
		inner := 1
		for k := len(shape) - 1; k >= 0; k-- {
			for d := 1; d*d <= shape[k]; d++ {
				if shape[k]%d == 0 {
					consider(inner * d)
					consider(inner * (shape[k] / d))
				}
			}
			if product(shape[:k]) == 1 { // the outermost axis may end in a shorter chunk
				for c, tries := min(shape[k], want/inner), 0; c > best/inner && tries < 1000; c, tries = c-1, tries+1 {
					consider(inner * c)
				}
			}
			inner *= shape[k]
		}
	}
	return best
}

// cutFlat sets the grids of a group's axes so that a chunk is flat elements in C order.
func cutFlat(axes []nd.Grid, shape []int, flat int) error {
	for k := len(shape) - 1; k >= 0; k-- {
		c := min(flat, shape[k])
		flat = max(flat/shape[k], 1)
		g, err := nd.NewGrid(shape[k:k+1], []int{c})
		if err != nil {
			return fmt.Errorf("cutting shape %v: %w", shape, err)
		}
		axes[k] = g
	}
	return nil
}

// ReshapeF is Reshape with both shapes read in Fortran order: C order between
// two reversals of the axes.
func ReshapeF(arg *Node, shape []int) *Node {
	rev := slices.Clone(shape)
	slices.Reverse(rev)
	return Transpose(Reshape(Transpose(arg, nil), rev), nil)
}
