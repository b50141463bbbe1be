package plan

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// BoxOp is an operation that makes a box of its result from boxes of its
// arguments: a matrix product, a user's function on chunks.
type BoxOp struct {
	// Name is "" for a function that only this process knows.
	Name string
	// Infer returns dtype, shape, dimension names and grid of the result.
	Infer func(p Params, args []*Node) (Result, error)
	// Inputs returns the box of every argument that a box of the result needs.
	Inputs func(n *Node, box nd.Box) []nd.Box
	// Largest, where it isn't nil, returns the shapes of the largest boxes of the
	// arguments that a box of some shape, or one of its Steps, can need; nil: those
	// that it needs at the origin.
	Largest func(n *Node, shape []int) [][]int
	// Eval computes box into dst from the arguments' boxes, all dense in C order.
	Eval func(n *Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error
	// Steps, where it isn't nil, lists chunks of the only argument, in order: Eval
	// is called with one of them after the other, and the same dst. So a box can be
	// made of more than memory holds.
	Steps func(n *Node, box nd.Box) iter.Seq[nd.Box]
	// Stage, where it isn't nil, may say that the result is computed once, before
	// what uses it, and by the boxes of which grid.
	Stage func(n *Node) (grid nd.Grid, staged bool)
	// WholeChunks: boxes are always chunks of the result's grid.
	WholeChunks bool
	// Scratch, where it isn't nil, returns the memory in bytes that one call of Eval
	// takes beside its arguments.
	Scratch func(n *Node) int
}

// StageOf is Stage, which may be nil.
func (op *BoxOp) StageOf(n *Node) (grid nd.Grid, staged bool) {
	if op.Stage != nil {
		grid, staged = op.Stage(n)
	}
	return grid, staged
}

// LargestInputs are the shapes of the largest boxes of the arguments that a box of
// a shape, or a step of it, needs.
func (op *BoxOp) LargestInputs(n *Node, shape []int) [][]int {
	if op.Largest != nil {
		return op.Largest(n, shape)
	}
	shapes := [][]int{}
	for _, b := range op.Inputs(n, nd.WholeBox(shape)) {
		shapes = append(shapes, b.Shape)
	}
	return shapes
}

// LargestChunks is Largest of operations that need one chunk of each argument,
// all cut alike.
func LargestChunks(n *Node, _ []int) [][]int {
	return slices.Repeat([][]int{n.Args[0].Grid.MaxChunk()}, len(n.Args))
}

// Result is what a BoxOp infers.
type Result struct {
	DType nd.DType
	Shape []int
	Dims  []string
	Grid  nd.Grid
}

var (
	boxOps     sync.Map // name → *BoxOp
	generators sync.Map // name → Generator
)

// RegisterBoxOp makes an operation known by name, so that plans with it travel.
func RegisterBoxOp(op *BoxOp) { boxOps.Store(op.Name, op) }

// Box returns the result of a box operation.
func Box(op *BoxOp, p Params, args ...*Node) *Node {
	name := op.Name
	if name == "" {
		name = "map_chunks"
	}
	if err := Check(args...); err != nil {
		return Fail(name, err, args...)
	}
	r, err := op.Infer(p, args)
	if err != nil {
		return Fail(name, err, args...)
	}
	n := &Node{Op: name, Params: p, Args: args, Leaf: op, DType: r.DType, Shape: r.Shape, Dims: r.Dims, Grid: r.Grid}
	for _, a := range args {
		n.Weight = max(n.Weight, a.Weight)
	}
	return n.finish()
}

// New makes a node from an operation's name, its parameters and arguments: what
// Marshal wrote.
func New(op string, p Params, args []*Node) (n *Node, err error) {
	defer func() {
		if r := recover(); r != nil { // a missing parameter or one of another type
			n, err = nil, fmt.Errorf("plan: operation %q with parameters %v and %d arguments: %v", op, p, len(args), r)
		}
	}()
	switch op {
	case OpFull:
		n = Full(p["dtype"].(nd.DType), []byte(p["value"].(string)), p["grid"].(nd.Grid))
	case OpArange:
		n = Arange(p["dtype"].(nd.DType), p["start"].(float64), p["step"].(float64), p["istart"].(int), p["istep"].(int), p["grid"].(nd.Grid))
	case OpFunc:
		if p["name"].(string) == "" {
			return nil, fmt.Errorf("plan: a generator without a name runs only in the process that made it")
		}
		n = Func(p["name"].(string), nil, p["dtype"].(nd.DType), p["grid"].(nd.Grid))
	case OpView:
		if dims, ok := p["dims"]; ok {
			n = Rename(args[0], strings.Split(dims.(string), "\x00")[:args[0].NDim()])
			break
		}
		shape := p["shape"].([]int)
		n = NewView(args[0], View{shape, ViewOf(&Node{Shape: shape, Params: p}).Maps})
	case OpTake:
		n = Take(args[0], p["axis"].(int), p["index"].([]int))
	case OpConcat:
		n = Concat(p["axis"].(int), args...)
	case OpReshape:
		n = Reshape(args[0], p["shape"].([]int))
	case OpRechunk:
		n = Rechunk(args[0], p["grid"].(nd.Grid))
	default:
		n = Op(op, p, args...)
	}
	return n, n.Err
}

// Op returns the operation of that name: element-wise, a reduction (whose
// parameters then hold "axes", []int or absent for all, and "keepdims"), or a
// registered BoxOp.
func Op(name string, p Params, args ...*Node) *Node {
	if _, ok := kernel.LookupReduction(name); ok && len(args) == 1 {
		rest := Params{}
		for k, v := range p {
			if k != "axes" && k != "keepdims" {
				rest[k] = v
			}
		}
		axes, _ := p["axes"].([]int)
		keepdims, _ := p["keepdims"].(bool)
		return Reduce(name, rest, args[0], axes, keepdims)
	}
	if b, ok := boxOps.Load(name); ok {
		return Box(b.(*BoxOp), p, args...)
	}
	return Ufunc(name, p, args...)
}
