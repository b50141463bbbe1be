package conformance

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// The selections whose size only values tell.
const (
	opCompress     = "compress"
	opExtract      = "extract"
	opNonzero      = "nonzero"
	opUnique       = "unique"
	opUniqueCounts = "unique_counts"
)

// choose makes the array of a selection from one of T.
func choose[T nd.Elem](ctx context.Context, c call, args []chunkgrid.Any, opts ...chunkgrid.Option) (chunkgrid.Any, error) {
	a := chunkgrid.As[T](args[0])
	switch c.Op {
	case opCompress:
		return a.Compress(ctx, c.int("axis"), chunkgrid.As[bool](args[1]), opts...)
	case opExtract:
		return a.Extract(ctx, chunkgrid.As[bool](args[1]), opts...)
	case opNonzero:
		places, err := a.Nonzero(ctx, opts...)
		if err != nil {
			return nil, err
		}
		return chunkgrid.Stack(0, places...), nil
	}
	switch a := args[0].(type) {
	case *chunkgrid.Array[int8]:
		return unique(ctx, c, a, opts)
	case *chunkgrid.Array[uint16]:
		return unique(ctx, c, a, opts)
	case *chunkgrid.Array[int64]:
		return unique(ctx, c, a, opts)
	case *chunkgrid.Array[float32]:
		return unique(ctx, c, a, opts)
	case *chunkgrid.Array[float64]:
		return unique(ctx, c, a, opts)
	}
	return nil, fmt.Errorf("no %s of %v here", c.Op, a.DType())
}

func unique[T nd.Real](ctx context.Context, c call, a *chunkgrid.Array[T], opts []chunkgrid.Option) (chunkgrid.Any, error) {
	values, counts, err := chunkgrid.Unique(ctx, a, opts...)
	if c.Op == opUnique {
		return values, err
	}
	return counts, err
}

// evenly returns an axis of a node in chunks of one size.
func evenly(n *plan.Node, k int) nd.Grid {
	return nd.Must(nd.NewGrid(n.Shape[k:k+1], []int{max(n.Grid.MaxChunk()[k], 1)}))
}

// compress returns a call that keeps some indices of value v along an axis, with
// a mask that is counted here; false where it has none.
func (b *builder) compress(v int) (c call, ok bool, err error) {
	n := b.nodes[v]
	if n.Size() == 0 || n.NDim() == 0 {
		return c, false, nil
	}
	k := b.r.IntN(n.NDim())
	m, err := b.input(nd.Bool, n.Shape[k:k+1])
	if err != nil {
		return c, false, err
	}
	counts, mask := []int{}, b.inputs[len(b.inputs)-1].data
	for size := range evenly(n, k).Sizes(0) {
		counts = append(counts, bytes.Count(mask[:size], []byte{1}))
		mask = mask[size:]
	}
	c = call{Op: opCompress, Args: []int{v, m}, Params: plan.Params{"axis": k, "counts": counts}}
	return c, b.accepts(c), nil
}

// selection makes a random case and a selection of what it has.
func (b *builder) selection(op string, dt nd.DType) (c call, err error) {
	r := b.r
	c = call{Op: op, Params: plan.Params{}}
	v, err := b.input(dt, shapeOf(r, b.limit))
	for n := r.IntN(3); n > 0 && err == nil; n-- {
		v, err = b.move(v)
	}
	if err != nil {
		return c, err
	}
	c.Args = []int{v}
	shape := b.nodes[v].Shape
	switch {
	case op == opExtract:
	case len(shape) == 0 && (op == opCompress || op == opNonzero): // these want an axis
		return b.selection(op, dt)
	case op == opCompress:
		k := r.IntN(len(shape))
		c.Params["axis"], shape = k, shape[k:k+1]
	default:
		return c, nil
	}
	mask, err := b.input(nd.Bool, shape)
	c.Args = append(c.Args, mask)
	return c, err
}

// judgeSelection computes a selection of a case and has NumPy judge it.
func judgeSelection(ctx context.Context, numpy *process, b *builder, c call, dir string) error {
	arrays := b.lazy()
	args := make([]chunkgrid.Any, len(c.Args))
	for i, k := range c.Args {
		args[i] = arrays[k]
	}
	a, err := withOptions(b.r, dir, func(opts ...chunkgrid.Option) (chunkgrid.Any, error) {
		return typedOf[args[0].DType().Kind()].choose(ctx, c, args, opts...)
	})
	if err != nil {
		return err
	}
	d, err := evaluate(ctx, b.r, dir, a)
	return verdict(numpy, b, append(b.calls, c), a, d, err)
}

// TestSelections compares selections of random arrays with NumPy.
func TestSelections(t *testing.T) {
	s, dir := seed(t), t.TempDir()
	numpy := start(t, peer.Python(t, "testdata/reference.py"))
	each := times(t, 80)
	if testing.Short() {
		each = times(t, 10)
	}
	number, failed := 0, 0
	for _, op := range []string{opCompress, opExtract, opNonzero, opUnique, opUniqueCounts} {
		for i := range each {
			number++
			if !only(t, number) {
				continue
			}
			dt := dtypes[i%len(dtypes)]
			if op == opUnique || op == opUniqueCounts {
				dt = []nd.DType{nd.Int8, nd.Uint16, nd.Int64, nd.Float32, nd.Float64}[i%5]
			}
			r := rand.New(rand.NewPCG(s, uint64(number)))
			b := &builder{ctx: t.Context(), r: r, limit: []int{120, 120, 4000}[r.IntN(3)], taste: taste(r.IntN(2))}
			c, err := b.selection(op, dt)
			if err == nil {
				err = judgeSelection(t.Context(), numpy, b, c, dir)
			}
			if err != nil {
				t.Errorf("%s of %v: %v\n%s and %v", op, dt, err, describe(s, number, b), c)
				if failed++; failed == 5 {
					t.FailNow()
				}
			}
		}
	}
}
