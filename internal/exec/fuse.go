package exec

import (
	"slices"

	"github.com/ndgrid/ndgrid/internal/kernel"
)

// fuse puts one instruction in the place of two, where package kernel has an
// operation that does what both do, bit by bit, and nobody else wants the inner
// one's result. It is called before registers are numbered; outs are those of
// the program's results, and change with the numbers of instructions.
func (p *program) fuse(outs []int) {
	uses := make([]int, len(p.instrs))
	for _, in := range p.instrs {
		for _, r := range in.args {
			if r >= instrBase {
				uses[r-instrBase]++
			}
		}
	}
	for _, r := range outs {
		if r >= instrBase {
			uses[r-instrBase] += 2 // a result stays
		}
	}
	for i := range p.instrs {
		for p.fuseOne(&p.instrs[i], uses) {
		}
	}
	p.compact(uses, outs)
}

// fuseOne fuses an instruction with one of its arguments, if it can.
func (p *program) fuseOne(in *instr, uses []int) bool {
	if in.name == "mul" && in.args[0] == in.args[1] && in.dtypes[0].IsFloat() {
		square, _ := kernel.LookupUfunc("square")
		if r := in.args[0]; r >= instrBase {
			uses[r-instrBase]--
		}
		*in = instr{name: square.Name, args: in.args[:1], dtypes: in.dtypes[:1]}
		in.loop = square.Bind(nil, in.dtypes)
	}
	for pos, r := range in.args {
		if r < instrBase || uses[r-instrBase] != 1 {
			continue
		}
		inner := &p.instrs[r-instrBase]
		f, ok := kernel.Fuse(in.name, inner.name, pos)
		if !ok {
			continue
		}
		args := slices.Concat(in.args[:pos], inner.args, in.args[pos+1:])
		dtypes := slices.Concat(in.dtypes[:pos], inner.dtypes, in.dtypes[pos+1:])
		fused := instr{name: f.Name}
		for _, o := range f.Order {
			fused.args, fused.dtypes = append(fused.args, args[o]), append(fused.dtypes, dtypes[o])
		}
		if fused.loop, ok = kernel.FusedLoop(f.Name, nil, fused.dtypes); !ok {
			continue
		}
		uses[r-instrBase] = 0
		*in = fused
		return true
	}
	return false
}

// fuseRelation makes a reduction along the last axis of a comparison with a
// constant one of what is compared, where package kernel has what does both.
func (k *sink) fuseRelation(p *program) {
	last := len(k.reduced) - 1
	if last < 0 || !k.reduced[last] || k.reg < instrBase {
		return
	}
	in := p.instrs[k.reg-instrBase]
	if len(in.args) != 2 {
		return
	}
	for pos, r := range in.args {
		if r >= instrBase {
			continue
		}
		bound, ok := p.leaves[r].(constLeaf)
		if !ok {
			continue
		}
		if red, ok := kernel.ReducerOfRelation(k.node.Op, in.name, in.dtypes[pos], bound.value, pos == 0); ok {
			k.reducer, k.reg = red, in.args[1-pos]
			return
		}
	}
}

// fuseSum makes a sum of the program's last results one with the instruction that
// makes them, where package kernel has what does both.
func (k *sink) fuseSum(p *program) {
	last := len(p.instrs) - 1
	if last >= 0 && k.reg == len(p.leaves)+last {
		k.leaf, _ = kernel.LeafOfOp(k.reducer, p.instrs[last].name, p.instrs[last].dtypes)
	}
}

// compact drops the instructions nobody uses.
func (p *program) compact(uses, outs []int) {
	at := make([]int, len(p.instrs))
	n := 0
	for i, in := range p.instrs {
		if at[i] = n; uses[i] > 0 {
			p.instrs[n], p.instrItems[n] = in, p.instrItems[i]
			n++
		}
	}
	p.instrs, p.instrItems = p.instrs[:n], p.instrItems[:n]
	renumber := func(regs []int) {
		for k, r := range regs {
			if r >= instrBase {
				regs[k] = instrBase + at[r-instrBase]
			}
		}
	}
	for _, in := range p.instrs {
		renumber(in.args)
	}
	renumber(outs)
}

// bindStreams finds the loops that write past the caches.
func (p *program) bindStreams() {
	for i := range p.instrs {
		in := &p.instrs[i]
		in.stream, _ = kernel.StreamOf(in.name, nil, in.dtypes)
		in.rows, _ = kernel.StreamRowsOf(in.name, nil, in.dtypes)
	}
}
