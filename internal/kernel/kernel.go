// Package kernel holds the table of operations and the loops that carry them
// out: one loop per operation and dtype over contiguous tiles that fit the L1
// cache. Plans name operations; the executor, here or in another process,
// needs nothing but this table.
package kernel

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ndgrid/ndgrid/nd"
)

// Tile is the number of elements in the buffers of temporaries, which fit the L1
// cache, and in a leaf of a reduction, where it is part of the definition.
const Tile = 1024

// Params are the small parameters of an operation, by name. Values are bool,
// int, float64, complex128, string, nd.DType, []int or []float64.
type Params map[string]any

// Loop applies an operation to elements. All slices are contiguous elements;
// len(dst) gives their number n, which may be any. An argument holds n elements,
// or exactly one that stands for all of them. dst may be the very memory of an
// argument, never a part that overlaps it otherwise.
type Loop func(dst []byte, args [][]byte)

// Ufunc is an element-wise operation.
type Ufunc struct {
	Name  string
	NArgs int
	// Result returns the dtype of the result, or an error that names the dtypes.
	Result func(p Params, args []nd.DType) (nd.DType, error)
	// Bind returns the loop for dtypes that Result accepted. The loop is safe
	// for concurrent use.
	Bind func(p Params, args []nd.DType) Loop
}

// Reduction is an operation along axes. The elements to be reduced for one
// output element form a sequence (C order of the reduced axes), which is cut
// at the chunks of the plan's grid; each chunk's part is cut into leaves; leaf
// states are merged by a fixed tree. The cuts and the tree are part of the
// result's definition: package exec has them.
type Reduction struct {
	Name string
	// Result returns the dtype of the result, or an error that names the dtype.
	Result func(p Params, arg nd.DType) (nd.DType, error)
	// NonEmpty: reducing no elements at all is an error.
	NonEmpty bool
	// Bind returns the reducer for a dtype that Result accepted.
	Bind func(p Params, arg nd.DType) Reducer
}

// MaxRun is the most elements that Run takes: a power of two of leaves, and so
// one subtree of the sequence's. Loops in assembly can't be interrupted.
const MaxRun = 16 * Tile

// LeafRows is the number of rows in a leaf of Rows.
const LeafRows = 32

// Reducer folds elements into states of fixed size, merges states, and turns
// them into results. Nothing outside looks into a state. All methods are safe
// for concurrent use on different memory.
type Reducer interface {
	// StateSize is the bytes of a state, a multiple of 8. States of many
	// outputs lie one after the other, 8-byte aligned.
	StateSize() int
	// Init makes states that stand for no elements.
	Init(states []byte)
	// Run makes *one* state of x, 1 to MaxRun elements of one output. They are
	// leaves of Tile elements, the last with what is left, merged as a tree: the
	// greatest power of two of them that is not all, with the rest. In a leaf
	// there are 16 lanes, element i in lane i%16, lanes added as
	// ((0+8)+(4+12))+… pairwise. first is the place of x[0] in the sequence.
	Run(state, x []byte, first int)
	// Rows makes as many states as states has room for, at most Tile, one per
	// column of a matrix of 1 to LeafRows rows; each column is folded from top
	// to bottom. Row r starts at element r*stride of x, stride at least the columns;
	// x may be memory of a large array. first is the place of row 0 in the sequence.
	Rows(states, x []byte, rows, stride, first int)
	// Merge sets each state in dst to that of its elements followed by those of
	// the one in src.
	Merge(dst, src []byte)
	// Finish writes the results of the states to dst. An error names the value.
	Finish(dst, states []byte) error
}

// Placer is a Reducer whose states hold places in the sequence (argmin,
// argmax). The executor folds chunks with places counted within the chunk and
// calls Place before merging across chunks.
type Placer interface {
	Place(states []byte, place func(int) int)
}

// Sharer is a Reducer that can do part of another's work: where both reduce the same
// elements, one set of states does for both.
type Sharer interface {
	// Sharing returns a Reducer with the results of r, bit by bit, and with the
	// states of this one, if they hold what r needs: mean's of var, var's of std.
	Sharing(r Reducer) (Reducer, bool)
}

// The tables. After init only RegisterUfunc changes one, under ufuncsMu.
var (
	ufuncsMu   sync.RWMutex
	ufuncs     = map[string]*Ufunc{}
	reductions = map[string]*Reduction{}
)

// RegisterUfunc adds an operation to the table. A name that is taken is an
// error. It is safe for concurrent use, with lookups too.
func RegisterUfunc(u *Ufunc) error {
	ufuncsMu.Lock()
	defer ufuncsMu.Unlock()
	if _, ok := ufuncs[u.Name]; ok {
		return fmt.Errorf("kernel: operation %q is registered already", u.Name)
	}
	ufuncs[u.Name] = u
	return nil
}

// LookupUfunc returns the element-wise operation of that name.
func LookupUfunc(name string) (*Ufunc, bool) {
	ufuncsMu.RLock()
	defer ufuncsMu.RUnlock()
	u, ok := ufuncs[name]
	return u, ok
}

// LookupReduction returns the reduction of that name.
func LookupReduction(name string) (*Reduction, bool) { r, ok := reductions[name]; return r, ok }

// Ufuncs returns the names of all element-wise operations, sorted.
func Ufuncs() []string {
	ufuncsMu.RLock()
	defer ufuncsMu.RUnlock()
	return sortedKeys(ufuncs)
}

// Reductions returns the names of all reductions, sorted.
func Reductions() []string { return sortedKeys(reductions) }

func sortedKeys[V any](m map[string]V) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
