package conformance

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	_ "github.com/ndgrid/ndgrid/random" // their operations
	_ "github.com/ndgrid/ndgrid/reduce"
)

// seed returns the seed of the run and prints it.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := uint64(2026)
	switch text := os.Getenv("NDGRID_SEED"); text {
	case "":
	case "random":
		s = uint64(time.Now().UnixNano())
	default:
		v, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("NDGRID_SEED: %v", err)
		}
		s = v
	}
	t.Logf("NDGRID_SEED=%d go test -run '^%s$' ./internal/conformance", s, t.Name())
	return s
}

// times multiplies a number of cases by NDGRID_CASES.
func times(t *testing.T, n int) int {
	text := os.Getenv("NDGRID_CASES")
	if text == "" {
		return n
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 {
		t.Fatalf("NDGRID_CASES=%q is not a factor", text)
	}
	return max(int(float64(n)*f), 1)
}

// only returns whether case number i shall run: NDGRID_CASE picks a single one.
func only(t *testing.T, i int) bool {
	text := os.Getenv("NDGRID_CASE")
	if text == "" {
		return true
	}
	k, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("NDGRID_CASE: %v", err)
	}
	return k == i
}

// describe writes a case so that it can be read and found again.
func describe(seed uint64, number int, b *builder) string {
	inputs, _ := json.Marshal(b.inputs)
	calls, _ := json.Marshal(b.calls)
	return fmt.Sprintf("NDGRID_SEED=%d NDGRID_CASE=%d\ninputs %s\ncalls %s\n", seed, number, inputs, calls)
}

// Operations of this test that plans know by name.
const (
	generatorName = "conformance.hashed"
	triple        = "conformance.triple"
	slope         = "conformance.slope"
	turn          = "conformance.turn"
)

var hashedShape, hashedType = []int{7, 40}, nd.Uint64

func init() {
	plan.Func(generatorName, hashed(hashedShape, hashedType.Size()), hashedType, nd.Must(nd.NewGrid(hashedShape, hashedShape)))
	if err := kernel.RegisterUfunc(kernel.Map1(triple, func(x int32) int32 { return 3 * x })); err != nil {
		panic(err)
	}
	plan.RegisterBoxOp(&plan.BoxOp{Name: slope, Infer: likeArgument, Inputs: withNeighbour, Eval: evalSlope,
		Largest: func(_ *plan.Node, shape []int) [][]int { return [][]int{append([]int{shape[0] + 1}, shape[1:]...)} }})
	plan.RegisterBoxOp(&plan.BoxOp{Name: turn, Infer: likeArgument, WholeChunks: true, Eval: evalTurn,
		Inputs: func(_ *plan.Node, box nd.Box) []nd.Box { return []nd.Box{box} }})
}

func likeArgument(_ plan.Params, args []*plan.Node) (plan.Result, error) {
	a := args[0]
	return plan.Result{DType: a.DType, Shape: a.Shape, Dims: a.Dims, Grid: a.Grid}, nil
}

// withNeighbour asks for the box and what lies before it along the first axis.
func withNeighbour(_ *plan.Node, box nd.Box) []nd.Box {
	in := nd.Box{Start: slices.Clone(box.Start), Shape: slices.Clone(box.Shape)}
	if in.Start[0] > 0 {
		in.Start[0]--
		in.Shape[0]++
	}
	return []nd.Box{in}
}

// evalSlope is x[i] xor x[i-1] along the first axis, byte by byte; x[0] stays.
func evalSlope(n *plan.Node, box nd.Box, dst []byte, in [][]byte, boxes []nd.Box) error {
	row := n.DType.Size()
	for _, l := range box.Shape[1:] {
		row *= l
	}
	x := in[0]
	if boxes[0].Shape[0] == box.Shape[0] {
		x = append(make([]byte, row), x...)
	}
	for i := range dst {
		dst[i] = x[i+row] ^ x[i]
	}
	return nil
}

// evalTurn reverses the elements of a chunk.
func evalTurn(n *plan.Node, _ nd.Box, dst []byte, in [][]byte, _ []nd.Box) error {
	item := n.DType.Size()
	for i := 0; i < len(dst); i += item {
		copy(dst[i:i+item], in[0][len(dst)-i-item:])
	}
	return nil
}

// grow adds random operations of every kind.
func (b *builder) grow(steps int) error {
	r := b.r
	for steps += len(b.calls); len(b.calls) < steps; {
		v := r.IntN(len(b.nodes))
		if r.IntN(2) == 0 {
			v = len(b.nodes) - 1
		}
		var c call
		var ok bool
		var err error
		switch n := b.nodes[v]; r.IntN(14) {
		case 0, 1, 2:
			if _, err := b.move(v); err != nil {
				return err
			}
			continue
		case 3, 4:
			names := kernel.Reductions()
			c, ok = b.reduction(names[r.IntN(len(names))], v)
		case 5:
			c, ok, err = b.along(alongs[r.IntN(len(alongs))], v)
		case 6:
			op := []string{triple, slope, turn}[r.IntN(3)]
			c = call{Op: op, Args: []int{v}}
			ok = op == turn || op == slope && n.DType.IsInteger() && n.NDim() > 0 || op == triple && n.DType == nd.Int32
		case 7:
			c, ok, err = b.compress(v)
		case 8:
			c, ok, err = b.bins([]string{opHistogram, opBincount}[r.IntN(2)], v)
		case 9:
			c, ok = b.movement([]string{opTopK, opArgTopK}[r.IntN(2)], v)
		default:
			c, ok = b.anyUfunc(v), true
		}
		if err != nil {
			return err
		}
		if !ok || !b.accepts(c) {
			continue
		}
		if _, err := b.call(c); err != nil {
			return err
		}
	}
	return nil
}

// anyUfunc returns an element-wise operation of v and random others.
func (b *builder) anyUfunc(v int) call {
	names := kernel.Ufuncs()
	name := names[b.r.IntN(len(names))]
	if b.r.IntN(4) == 0 {
		name = []string{"cast", "where", "add", "mul"}[b.r.IntN(4)]
	}
	u, _ := kernel.LookupUfunc(name)
	args := make([]int, u.NArgs)
	for i := range args {
		args[i] = b.r.IntN(len(b.nodes))
	}
	args[b.r.IntN(len(args))] = v
	return b.ufunc(name, args, dtypes[b.r.IntN(len(dtypes))])
}

// newPlan makes a random case of several inputs and operations.
func newPlan(ctx context.Context, r *rand.Rand, dir string) (*builder, error) {
	b := &builder{ctx: ctx, r: r, dir: dir, limit: 300, taste: taste(r.IntN(2))}
	switch r.IntN(40) {
	case 0:
		b.limit = 20000
		return b, b.turnedSlabs()
	case 1, 2, 3, 4:
		b.limit = 5000
	}
	return b, b.plan()
}

// plan makes random inputs and operations.
func (b *builder) plan() error {
	r := b.r
	dt, shape := dtypes[r.IntN(len(dtypes))], shapeOf(r, b.limit)
	for range 1 + r.IntN(3) {
		if _, err := b.input(dt, shape); err != nil {
			return err
		}
		shape = b.partner(shape)
		if r.IntN(4) == 0 {
			dt = dtypes[r.IntN(len(dtypes))]
		}
	}
	var err error
	switch r.IntN(8) {
	case 0:
		_, err = b.call(call{Op: opHashed, Params: plan.Params{"grid": gridOf(cut(r, hashedShape))}})
	case 1:
		_, err = b.arange([]nd.DType{nd.Int16, nd.Uint64, nd.Float32, nd.Float64}[r.IntN(4)])
	case 2:
		_, err = b.call(call{Op: opRandom, Params: plan.Params{"seed": r.Int(), "grid": gridOf(cut(r, shapeOf(r, b.limit)))}})
	}
	if err != nil {
		return err
	}
	return b.grow(1 + r.IntN(7))
}

// turnedSlabs cuts an array along one axis, and then along another: what takes a
// scratch file where memory is short.
func (b *builder) turnedSlabs() error {
	r := b.r
	shape := [][]int{{130, 140}, {25, 24, 30}, {19000, 1}, {60, 5, 61}}[r.IntN(4)]
	axes := r.Perm(len(shape))
	in := &input{Kind: []string{"chunked", "zarr"}[r.IntN(2)], DType: dtypes[r.IntN(len(dtypes))], Shape: shape, Chunks: slabs(r, shape, axes[0])}
	if shape[0] > 1000 {
		in.Chunks = nil
	}
	v, err := b.add(in)
	if err != nil {
		return err
	}
	if c := b.anyUfunc(v); b.accepts(c) {
		if v, err = b.call(c); err != nil {
			return err
		}
	}
	if !slices.Equal(b.nodes[v].Shape, shape) || shape[0] > 1000 {
		return b.grow(3)
	}
	_, err = b.call(call{Op: opRechunk, Args: []int{v}, Params: plan.Params{"grid": gridOf(slabs(r, shape, axes[1]))}})
	if err != nil {
		return err
	}
	return b.grow(r.IntN(4))
}

// TestPlans computes random plans with the naive executor and the real one, and
// in another process: all give the same bits.
func TestPlans(t *testing.T) {
	ctx, s, dir := t.Context(), seed(t), t.TempDir()
	worker := startWorker(t)
	n := 3000
	if testing.Short() {
		n = 800
	}
	n = times(t, n)
	computed, travelled, failed := 0, 0, 0
	for i := range n {
		if !only(t, i) {
			continue
		}
		files := filepath.Join(dir, fmt.Sprint(i))
		r := rand.New(rand.NewPCG(s, uint64(i)))
		b, err := newPlan(ctx, r, files)
		if err != nil {
			t.Fatalf("%v\n%s", err, describe(s, i, b))
		}
		text, here, there := checkPlan(ctx, b, worker, dir)
		if text != "" {
			t.Errorf("%s\n%s", text, describe(s, i, b))
			if failed++; failed == 5 {
				t.FailNow()
			}
		}
		computed, travelled = computed+here, travelled+there
		if err := os.RemoveAll(files); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d plans, %d of them computed by both executors, %d in another process too", n, computed, travelled)
	if os.Getenv("NDGRID_CASE") == "" && (computed < n/2 || travelled < n/4) {
		t.Errorf("too few of %d plans", n)
	}
}

// TestMemory computes random plans of arrays so large that what small buffers take
// doesn't matter: compute fails where a run holds more than it promised. Most
// other errors are of values, which TestPlans compares.
func TestMemory(t *testing.T) {
	s, dir := seed(t), t.TempDir()
	n := times(t, 200)
	computed := 0
	for i := range n {
		if !only(t, i) {
			continue
		}
		r := rand.New(rand.NewPCG(s, uint64(i)))
		b := &builder{ctx: t.Context(), r: r, limit: 3000 * (1 + r.IntN(30)), taste: small}
		if err := b.plan(); err != nil {
			t.Fatalf("%v\n%s", err, describe(s, i, b))
		}
		_, err := compute(t.Context(), r, dir, b.nodes[len(b.nodes)-1], b.nodes[r.IntN(len(b.nodes))])
		if errors.Is(err, errPromise) {
			t.Errorf("%v\n%s", err, describe(s, i, b))
		}
		if err == nil {
			computed++
		}
	}
	t.Logf("%d plans, %d of them computed", n, computed)
	if os.Getenv("NDGRID_CASE") == "" && computed < n/2 {
		t.Errorf("too few of %d plans", n)
	}
}

// checkPlan returns how the executors differ, and counts the plan where it was
// computed here and in another process.
func checkPlan(ctx context.Context, b *builder, worker *process, dir string) (text string, here, there int) {
	last := b.nodes[len(b.nodes)-1]
	outs := []*plan.Node{last}
	for b.r.IntN(2) == 0 {
		outs = append(outs, b.nodes[b.r.IntN(len(b.nodes))])
	}
	want, errs := make([][]byte, len(outs)), make([]error, len(outs))
	for i, n := range outs {
		want[i], errs[i] = exec.Naive(ctx, n)
	}
	anyErr := cmp.Or(errs...)
	got, err := compute(ctx, b.r, dir, outs...)
	switch {
	case err != nil && anyErr == nil:
		return fmt.Sprintf("real: %v", err), 0, 0
	case err != nil || anyErr != nil: // what nobody asks for is not computed, so the real one may well succeed
		return "", 0, 0
	}
	for i, n := range outs {
		if d := difference(n, want[i], got[i]); d != "" {
			return fmt.Sprintf("output %d of %d: %s", i, len(outs), d), 1, 0
		}
	}
	msg, err := plan.Marshal(last)
	if err != nil {
		if slices.ContainsFunc(b.inputs, func(in *input) bool { return in.Kind == "mem" || in.Kind == "chunked" }) {
			return "", 1, 0 // a source of this process only
		}
		return fmt.Sprintf("marshalling: %v", err), 1, 0
	}
	other, err := worker.ask(msg)
	if err != nil {
		return fmt.Sprintf("in another process: %v", err), 1, 1
	}
	if d := difference(last, want[0], other); d != "" {
		return "in another process: " + d, 1, 1
	}
	return "", 1, 1
}
