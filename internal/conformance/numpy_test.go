package conformance

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
)

// goal is what a case is about: an operation on arguments of some dtypes.
type goal struct {
	op   string
	args []nd.DType
	to   nd.DType // of cast
}

func (g goal) String() string { return fmt.Sprint(g.op, g.args) }

// goals lists every operation with every combination of dtypes it takes.
func goals() []goal {
	var all []goal
	some := &builder{r: rand.New(rand.NewPCG(1, 1)), taste: small}
	date, span := nd.Datetime64("D"), nd.Timedelta64("D")
	for _, name := range kernel.Ufuncs() {
		u, _ := kernel.LookupUfunc(name)
		combinations := [][]nd.DType{{date, span}, {span, date}}
		for _, d := range dtypes {
			combinations = append(combinations, slices.Repeat([]nd.DType{d}, u.NArgs))
			if u.NArgs == 3 && d != nd.Bool {
				combinations = append(combinations, []nd.DType{nd.Bool, d, d})
			}
		}
		for _, args := range combinations {
			targets := []nd.DType{{}}
			if name == "cast" {
				targets = dtypes
			}
			for _, to := range targets {
				if _, err := u.Result(some.ufunc(name, nil, to).Params, args); err == nil && name != triple {
					all = append(all, goal{name, args, to})
				}
			}
		}
	}
	for _, name := range kernel.Reductions() {
		red, _ := kernel.LookupReduction(name)
		for _, d := range dtypes {
			if _, err := red.Result(nil, d); err == nil {
				all = append(all, goal{op: name, args: []nd.DType{d}})
			}
		}
	}
	for _, op := range alongs {
		for _, d := range dtypes {
			if goesAlong(op, d) {
				all = append(all, goal{op: op, args: []nd.DType{d}})
			}
		}
	}
	for _, op := range []string{opHistogram, opBincount} {
		for _, d := range dtypes {
			if hasBins(op, d) {
				all = append(all, goal{op: op, args: []nd.DType{d}})
			}
		}
	}
	for _, op := range movements {
		for _, d := range dtypes {
			all = append(all, goal{op: op, args: []nd.DType{d}})
		}
	}
	return all
}

// tasteFor returns what elements suit the operation: prod has a tolerance only
// where nothing over- or underflows on the way.
func (g goal) tasteFor(r *rand.Rand) taste {
	_, reduces := kernel.LookupReduction(g.op)
	reduces = reduces || slices.Contains(alongs, g.op)
	switch {
	case g.op == "prod":
		return near1
	case r.IntN(4) == 0, reduces && g.args[0].IsInteger() && r.IntN(3) > 0:
		return small
	}
	return wild
}

// newCase makes a random case around the goal: inputs, movements of them, the
// operation, and movements of its result.
func (g goal) newCase(ctx context.Context, r *rand.Rand) (*builder, error) {
	b := &builder{ctx: ctx, r: r, limit: 120, taste: g.tasteFor(r)}
	if r.IntN(12) == 0 {
		b.limit = 4000
	}
	shape := shapeOf(r, b.limit)
	args, err := b.arguments(g.args, shape)
	if err != nil {
		return b, err
	}
	last, err := b.operation(g, args)
	for n := r.IntN(4); n > 1 && err == nil; n-- {
		last, err = b.move(last)
	}
	return b, err
}

// arguments makes values of the dtypes that broadcast against each other.
func (b *builder) arguments(types []nd.DType, shape []int) ([]int, error) {
	moves := max(b.r.IntN(4)-1, 0)
	args := make([]int, len(types))
	for i := range types {
		var err error
		if i > 0 && types[i] == types[i-1] && b.r.IntN(8) == 0 {
			args[i] = args[i-1]
			continue
		}
		if args[i], err = b.input(types[i], shape); err != nil {
			return nil, err
		}
		for range moves {
			if args[i], err = b.move(args[i]); err != nil {
				return nil, err
			}
		}
		shape = b.partner(shape)
		if moves > 0 { // each argument is moved in its own way; the last ones take the shape that came of it
			shape, moves = b.partner(b.nodes[args[i]].Shape), 0
		}
	}
	return args, nil
}

// operation adds the goal's own call; reductions and movements are tried until
// one fits the shape.
func (b *builder) operation(g goal, args []int) (int, error) {
	if _, ok := kernel.LookupUfunc(g.op); ok {
		return b.call(b.ufunc(g.op, args, g.to))
	}
	_, reduces := kernel.LookupReduction(g.op)
	for range 20 {
		var c call
		var ok bool
		var err error
		switch {
		case reduces:
			c, ok = b.reduction(g.op, args[0])
		case g.op == opHistogram || g.op == opBincount:
			c, ok, err = b.bins(g.op, args[0])
		case slices.Contains(alongs, g.op):
			c, ok, err = b.along(g.op, args[0])
		default:
			c, ok = b.movement(g.op, args[0])
		}
		if err != nil {
			return 0, err
		}
		if ok {
			return b.call(c)
		}
	}
	shape := []int{2, 1, 3} // that shape is beyond the operation
	if g.op == opCov {
		shape = shape[:2]
	}
	v, err := b.input(g.args[0], shape)
	if err != nil {
		return 0, err
	}
	return b.operation(g, []int{v})
}

// message is a case with what the library made of it.
type message struct {
	Inputs []*input `json:"inputs"`
	Calls  []call   `json:"calls"`
	Out    outcome  `json:"out"`
}

type outcome struct {
	DType nd.DType `json:"dtype"`
	Shape []int    `json:"shape"`
	Error string   `json:"error"`
}

// judge computes a case and has NumPy judge the result.
func judge(ctx context.Context, numpy *process, b *builder, dir string) error {
	arrays := b.lazy()
	a := arrays[len(arrays)-1]
	if err := a.Err(); err != nil {
		return err
	}
	d, err := evaluate(ctx, b.r, dir, a)
	return verdict(numpy, b, b.calls, a, d, err)
}

// verdict has NumPy judge what came of the last of calls: array a, whose values
// are d, or an error.
func verdict(numpy *process, b *builder, calls []call, a chunkgrid.Any, d nd.Dyn, err error) error {
	m := message{Inputs: b.inputs, Calls: calls, Out: outcome{DType: a.DType(), Shape: a.Shape()}}
	var result []byte
	if err != nil {
		m.Out.Error = err.Error()
	} else {
		m.Out.DType, m.Out.Shape, result = d.DType(), append([]int{}, d.Shape()...), d.Bytes()
	}
	head, err := json.Marshal(m)
	if err != nil {
		return err
	}
	parts := [][]byte{binary.LittleEndian.AppendUint32(nil, uint32(len(head))), head}
	for _, in := range b.inputs {
		parts = append(parts, in.data)
	}
	_, err = numpy.ask(append(parts, result)...)
	return err
}

// TestNumPy compares random cases of every operation and dtype with NumPy.
func TestNumPy(t *testing.T) {
	s, dir, all := seed(t), t.TempDir(), goals()
	numpy := start(t, peer.Python(t, "testdata/reference.py"))
	each := 12
	if testing.Short() {
		each = 1
	}
	each = times(t, each)
	var mu sync.Mutex
	failures := map[string]int{}
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := range jobs {
				g := all[i/each]
				b, err := g.newCase(t.Context(), rand.New(rand.NewPCG(s, uint64(i))))
				if err == nil {
					err = judge(t.Context(), numpy, b, dir)
				}
				if err == nil {
					continue
				}
				mu.Lock()
				failures[g.op]++
				if failures[g.op] <= 3 {
					t.Errorf("%v: %v\n%s", g, err, describe(s, i, b))
				}
				mu.Unlock()
			}
		})
	}
	for i := range len(all) * each {
		if only(t, i) {
			jobs <- i
		}
	}
	close(jobs)
	wg.Wait()
	for op, n := range failures {
		t.Errorf("%s: %d cases fail", op, n)
	}
	t.Logf("%d cases: %d of each of %d operations on dtypes", len(all)*each, each, len(all))
}
