// Package plan is what an expression means: one immutable node per array
// operation, whatever the number of chunks. A plan is data: operations are
// names with small parameters, so it prints, compares, and travels to another
// process (Marshal). Building one does no I/O.
//
// The operations are the leaves source, nd, full, arange and func; the views
// view, take, concat, reshape and rechunk; box operations (BoxOp); and every
// element-wise function and reduction in package kernel's table.
package plan

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// Params are an operation's parameters, see kernel.Params.
type Params = kernel.Params

// Node is an array as the operation that makes it. All fields are read-only.
type Node struct {
	Op     string
	Params Params
	Args   []*Node
	// Leaf is what the operations source (storage.Array), nd (nd.Dyn), func
	// (Generator) and unregistered user functions hold.
	Leaf any

	DType nd.DType
	Shape []int
	Dims  []string // one per axis, "" where it has no name
	Grid  nd.Grid
	// Free axes have the same value at every index by construction (broadcast,
	// constants): their chunks mean nothing and give way to another operand's.
	Free []bool
	// Weight is the number of stored bytes behind the node: of operands on
	// different grids the heaviest gives the grid.
	Weight int
	// Err is the first error below: such a node has only DType, Shape and Err.
	Err error
}

// The operations that are not in package kernel's table.
const (
	OpSource  = "source"
	OpND      = "nd"
	OpFull    = "full"
	OpArange  = "arange"
	OpFunc    = "func"
	OpView    = "view"
	OpTake    = "take"
	OpConcat  = "concat"
	OpReshape = "reshape"
	OpRechunk = "rechunk"
)

// NDim returns the number of axes.
func (n *Node) NDim() int { return len(n.Shape) }

// Size returns the number of elements.
func (n *Node) Size() int { return nd.Box{Shape: n.Shape}.Size() }

// NBytes returns the bytes of all elements.
func (n *Node) NBytes() int { return n.Size() * n.DType.Size() }

var errNil = errors.New("nil array")

// IsNil reports whether an interface holds nothing, or a nil pointer, whose
// methods would panic.
func IsNil(a any) bool {
	v := reflect.ValueOf(a)
	return a == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// Check returns the first error among the nodes.
func Check(nodes ...*Node) error {
	for _, n := range nodes {
		if n == nil {
			return errNil
		}
		if n.Err != nil {
			return n.Err
		}
	}
	return nil
}

// finish fills in what follows from the rest and refuses sizes beyond int.
func (n *Node) finish() *Node {
	if n.Dims == nil {
		n.Dims = make([]string, len(n.Shape))
	}
	if n.Free == nil {
		n.Free = make([]bool, len(n.Shape))
	}
	size, err := nd.SizeOf(n.Shape)
	if err == nil && n.DType.Size() > 0 && size > 1<<62/n.DType.Size() {
		err = fmt.Errorf("shape %v of %v has more than 2^62 bytes: %w", n.Shape, n.DType, nd.ErrOverflow)
	}
	if err != nil {
		return Fail(n.Op, err, n.Args...)
	}
	return n
}

// IsReduction reports whether the node is a reduction of the table.
func (n *Node) IsReduction() bool { _, ok := kernel.LookupReduction(n.Op); return ok }

// Reduced returns for every axis of the argument whether the reduction removes it.
func (n *Node) Reduced() []bool {
	r := make([]bool, n.Args[0].NDim())
	for _, a := range n.Params["axes"].([]int) {
		r[a] = true
	}
	return r
}

// String writes the array as people see it:
//
//	float32 (time 1200, lat 181, lon 360)  chunks (100, 181, 360), 12 chunks, 298 MiB, not computed
func (n *Node) String() string {
	if n.Err != nil {
		return "error: " + n.Err.Error()
	}
	bytes := ""
	if n.DType.Size() > 0 {
		bytes = ", " + nd.FormatBytes(n.NBytes())
	}
	return fmt.Sprintf("%v %s  chunks %v, %d chunk%s%s, not computed", n.DType, n.shapeText(), n.Grid,
		n.Grid.Len(), plural(n.Grid.Len()), bytes)
}

func (n *Node) shapeText() string {
	s := "("
	for i, l := range n.Shape {
		if i > 0 {
			s += ", "
		}
		if n.Dims[i] != "" {
			s += n.Dims[i] + " "
		}
		s += fmt.Sprint(l)
	}
	return s + ")"
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// Walk calls f for every node below the given ones once, arguments first.
func Walk(nodes []*Node, f func(*Node)) {
	seen := map[*Node]bool{}
	var visit func(*Node)
	visit = func(n *Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, a := range n.Args {
			visit(a)
		}
		f(n)
	}
	for _, n := range nodes {
		visit(n)
	}
}
