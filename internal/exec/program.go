package exec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// program computes elements of one or several arrays over a common domain:
// leaves, then instructions over registers. Register i is leaf i, or the result
// of instruction i-len(leaves). A register holds one tile.
type program struct {
	ndim   int
	leaves []leaf
	instrs []instr
	// bytes per element of leaves and of instructions' results
	leafItems, instrItems []int

	// Set by complete:
	items []int // bytes per element of every register
	outs  []int // registers that are the program's results
	slots int   // tile buffers it takes: one per leaf, into which elements are gathered that don't lie side by side, then those of instructions
}

type instr struct {
	name   string
	loop   kernel.Loop
	stream kernel.Loop     // the loop whose stores go past the caches, where there is one
	rows   kernel.RowsLoop // the same over several rows at once
	args   []int           // registers
	dtypes []nd.DType      // of the arguments
	slot   int             // tile buffer of the result
}

// complete numbers the registers, now that all leaves are known, and gives them
// tile buffers. outs are the results.
func (p *program) complete(outs []int) {
	p.fuse(outs)
	p.bindStreams()
	number := func(r int) int {
		if r >= instrBase {
			return r - instrBase + len(p.leaves)
		}
		return r
	}
	p.items = append(append([]int{}, p.leafItems...), p.instrItems...)
	for i := range p.instrs {
		for k, r := range p.instrs[i].args {
			p.instrs[i].args[k] = number(r)
		}
	}
	for _, r := range outs {
		p.outs = append(p.outs, number(r))
	}
	p.assign(p.outs)
}

// assign gives every instruction a tile buffer, reusing those whose value is
// not needed any more; outs stay to the end.
func (p *program) assign(outs []int) {
	last := make([]int, len(p.items))
	for i, in := range p.instrs {
		for _, a := range in.args {
			last[a] = i
		}
	}
	for _, o := range outs {
		last[o] = len(p.instrs)
	}
	p.slots = len(p.leaves)
	var free []int
	for i := range p.instrs {
		in := &p.instrs[i]
		// What dies here is free already: a loop may write over an argument, if
		// their elements are of one size.
		var later []int
		for k, a := range in.args {
			r := a - len(p.leaves)
			switch {
			case r < 0 || last[a] != i || slices.Contains(in.args[:k], a):
			case p.items[a] == p.instrItems[i]:
				free = append(free, p.instrs[r].slot)
			default:
				later = append(later, p.instrs[r].slot)
			}
		}
		if n := len(free); n > 0 {
			in.slot, free = free[n-1], free[:n-1]
		} else {
			in.slot = p.slots
			p.slots++
		}
		free = append(free, later...)
	}
}

// cost returns the bytes a task takes to compute the program for a box of that
// shape, beside the result.
func (p *program) cost(shape []int) int {
	c := p.slots * tilePitch
	for _, l := range p.leaves {
		c = plus(c, l.cost(shape))
	}
	return c
}

// noMachine is more bytes than one has: costs go no further, so that sums of them
// fit an int.
const noMachine = 1 << 56

// plus adds costs, each of at most 2^62 bytes.
func plus(costs ...int) int {
	sum := 0
	for _, c := range costs {
		sum = min(sum+c, noMachine)
	}
	return sum
}
