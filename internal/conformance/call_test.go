package conformance

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// call is one operation of a case: what it is, on the results of which calls
// before it, with which parameters. The argument of opInput is the number of an
// input.
type call struct {
	Op     string      `json:"op"`
	Args   []int       `json:"args"`
	Params plan.Params `json:"params,omitempty"`
}

// The leaves, and the movements: operations that only say where elements go.
const (
	opInput  = "input"
	opArange = "arange"
	opHashed = "hashed"
	opRandom = "random_uniform"

	opSlice     = "slice"
	opReshape   = "reshape"
	opTranspose = "transpose"
	opSwapAxes  = "swapaxes"
	opMoveAxis  = "moveaxis"
	opSqueeze   = "squeeze"
	opExpand    = "expand_dims"
	opBroadcast = "broadcast_to"
	opConcat    = "concatenate"
	opStack     = "stack"
	opRepeat    = "repeat"
	opTake      = "take"
	opRechunk   = "rechunk"
	opRoll      = "roll"
	opFlip      = "flip"
	opTile      = "tile"
)

var movements = []string{opSlice, opReshape, opTranspose, opSwapAxes, opMoveAxis, opSqueeze, opExpand,
	opBroadcast, opConcat, opStack, opRepeat, opTake, opRechunk, opRoll, opFlip, opTile, opPad, opOverlap, opLined}

// Those that leave some elements of every chunk along the last axis.
const (
	opTopK    = "topk"
	opArgTopK = "argtopk"
)

// ints returns a parameter that is a list.
func (c call) ints(name string) []int { return c.Params[name].([]int) }

func (c call) int(name string) int { return c.Params[name].(int) }

// node makes the call's node of a plan.
func (c call) node(args []*plan.Node) *plan.Node {
	p := c.Params
	switch c.Op {
	case opArange:
		return plan.Arange(p["dtype"].(nd.DType), p["start"].(float64), p["step"].(float64), c.int("istart"), c.int("istep"), p["grid"].(nd.Grid))
	case opHashed:
		return plan.Func(generatorName, nil, hashedType, p["grid"].(nd.Grid))
	case opRandom:
		return plan.Op(c.Op, p)
	}
	a := args[0]
	switch c.Op {
	case opSlice:
		return plan.Slice(a, nd.Must(nd.ParseRange(c.Params["text"].(string))))
	case opReshape:
		if c.Params["order"] == "F" {
			return plan.ReshapeF(a, c.ints("shape"))
		}
		return plan.Reshape(a, c.ints("shape"))
	case opTranspose:
		return plan.Transpose(a, c.ints("axes"))
	case opSwapAxes:
		axes := identity(a.NDim())
		i, j := c.int("i"), c.int("j")
		axes[i], axes[j] = axes[j], axes[i]
		return plan.Transpose(a, axes)
	case opMoveAxis:
		from, to := c.int("i"), c.int("j")
		return plan.Transpose(a, slices.Insert(slices.Delete(identity(a.NDim()), from, from+1), to, from))
	case opSqueeze:
		return plan.Squeeze(a, c.ints("axes"))
	case opExpand:
		return plan.ExpandDims(a, c.ints("axes"))
	case opBroadcast:
		return plan.BroadcastTo(a, c.ints("shape"))
	case opConcat:
		return plan.Concat(c.int("axis"), args...)
	case opStack:
		wide := make([]*plan.Node, len(args))
		for i, a := range args {
			wide[i] = plan.ExpandDims(a, []int{c.int("axis")})
		}
		return plan.Concat(c.int("axis"), wide...)
	case opRepeat:
		k, n := c.int("axis"), c.int("n")
		once := slices.Clone(a.Shape)
		once[k] *= n
		many := slices.Insert(slices.Clone(a.Shape), k+1, n)
		return plan.Reshape(plan.BroadcastTo(plan.ExpandDims(a, []int{k + 1}), many), once)
	case opTake:
		return plan.Take(a, c.int("axis"), c.ints("index"))
	case opRechunk:
		return plan.Rechunk(a, c.Params["grid"].(nd.Grid))
	case opRoll:
		k, at := c.int("axis"), 0
		if l := a.Shape[k]; l > 0 {
			at = ((-c.int("n"))%l + l) % l
		}
		return plan.Concat(k, part(a, k, at, a.Shape[k]), part(a, k, 0, at))
	case opFlip:
		ranges := slices.Repeat([]nd.Range{nd.All}, a.NDim())
		for _, k := range c.ints("axes") {
			ranges[(k+a.NDim())%a.NDim()] = nd.Every(-1)
		}
		return plan.Slice(a, ranges)
	case opTile:
		return plan.Take(a, c.int("axis"), c.tiled(a.Shape))
	case opLined:
		return c.linedNode(args)
	case opPad:
		return c.padNode(a)
	case opOverlap:
		return c.overlapNode(a)
	case opHistogram, opBincount:
		return c.binsNode(args)
	case opCompress:
		k := c.int("axis")
		axis := evenly(a, k)
		return plan.Compress(plan.Rechunk(a, nd.Must(a.Grid.ReplaceAxis(k, axis))), plan.Rechunk(args[1], axis), k, c.ints("counts"))
	}
	if slices.Contains(alongs, c.Op) {
		return c.alongNode(args)
	}
	return plan.Op(c.Op, c.Params, args...)
}

// part returns a from index lo of an axis on, up to hi.
func part(a *plan.Node, k, lo, hi int) *plan.Node {
	ranges := slices.Repeat([]nd.Range{nd.All}, a.NDim())
	ranges[k] = nd.Span(lo, hi)
	return plan.Slice(a, ranges)
}

// tiled returns the indices of an axis laid end to end.
func (c call) tiled(shape []int) (index []int) {
	for range c.int("n") {
		index = append(index, identity(shape[c.int("axis")])...)
	}
	return index
}

func identity(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}
