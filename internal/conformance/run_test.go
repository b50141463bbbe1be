package conformance

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/mem"
)

// errPromise is the class of errors about a run that took more memory than it said.
var errPromise = errors.New("memory promise broken")

// compute runs plans on the real executor with random options and targets, and
// returns each result as bytes in C order.
func compute(ctx context.Context, r *rand.Rand, dir string, nodes ...*plan.Node) ([][]byte, error) {
	outs := make([]exec.Out, len(nodes))
	results := make([]func() []byte, len(nodes))
	for i, n := range nodes {
		var err error
		if outs[i], results[i], err = target(ctx, r, n); err != nil {
			return nil, err
		}
	}
	p, memory, err := fitting(r, dir, outs)
	if err != nil {
		return nil, err
	}
	rep, err := p.Run(ctx)
	if err != nil {
		return nil, err
	}
	if rep.Peak > rep.ProjectedPeak {
		return nil, fmt.Errorf("%w: held %d bytes, over the projected peak of %d", errPromise, rep.Peak, rep.ProjectedPeak)
	}
	// Each chunk once is promised where there is memory; workers side by side may
	// drive out what others are about to want.
	stages, _, _ := p.Info()
	expected, workers := 0, 0
	for _, s := range stages {
		expected, workers = expected+s.DecodesExpected, max(workers, s.Workers)
	}
	if rep.ChunksDecoded > expected && workers == 1 && memory == ample {
		return nil, fmt.Errorf("%w: decoded %d chunks, %d were expected", errPromise, rep.ChunksDecoded, expected)
	}
	got := make([][]byte, len(nodes))
	for i, result := range results {
		got[i] = result()
	}
	return got, nil
}

// ample is a budget that nothing here needs.
const ample = 1 << 30

// fitting compiles for a random number of workers and a budget that often is
// about the least that does, and returns that.
func fitting(r *rand.Rand, dir string, outs []exec.Out) (*exec.Program, int, error) {
	opts := exec.Options{Workers: 1 + r.IntN(7), Memory: ample, Scratch: dir}
	if r.IntN(3) > 0 {
		opts.Memory = 1 << (10 + r.IntN(12))
	}
	for {
		p, err := exec.Compile(outs, opts)
		if err != nil {
			return nil, 0, err
		}
		if _, _, err = p.Info(); !errors.Is(err, exec.ErrMemory) {
			return p, opts.Memory, err
		}
		opts.Memory += opts.Memory/4 + r.IntN(opts.Memory)
	}
}

// target returns a random place for a result, and a function that returns it.
func target(ctx context.Context, r *rand.Rand, n *plan.Node) (exec.Out, func() []byte, error) {
	item := n.DType.Size()
	whole := nd.WholeBox(n.Shape)
	dense := nd.MakeBytes(n.NBytes())
	switch r.IntN(5) {
	case 0: // Fortran order
		strides := fStrides(n.Shape)
		buf := nd.MakeBytes(n.NBytes())
		return exec.Out{Node: n, Buf: func() ([]byte, int, []int) { return buf, 0, strides }}, func() []byte {
			i := 0
			for index := range indices(n.Shape) {
				at := 0
				for k, j := range index {
					at += j * strides[k]
				}
				copy(dense[i*item:(i+1)*item], buf[at*item:])
				i++
			}
			return dense
		}, nil
	case 1: // chunk by chunk
		var mu sync.Mutex
		return exec.Out{Node: n, Each: func(box nd.Box, buf []byte) error {
			if !mu.TryLock() {
				return fmt.Errorf("two chunks at a time")
			}
			defer mu.Unlock()
			storage.CopyBox(dense, whole, bytes.Clone(buf), box, box, item)
			return nil
		}}, func() []byte { return dense }, nil
	case 2: // a region of a stored array
		shape, origin := slices.Clone(n.Shape), make([]int, n.NDim())
		for k := range shape {
			origin[k] = r.IntN(3)
			shape[k] += origin[k] + r.IntN(3)
		}
		a, err := mem.New(n.DType, shape, gridOf(cut(r, shape)))
		if err != nil {
			return exec.Out{}, nil, err
		}
		return exec.Out{Node: n, Array: a, Origin: origin}, func() []byte {
			storage.CopyBox(dense, whole, a.View(), nd.Box{Start: negative(origin), Shape: shape}, whole, item)
			return dense
		}, nil
	}
	return exec.Out{Node: n, Counted: true, Buf: func() ([]byte, int, []int) { return dense, 0, nd.CStrides(n.Shape) }}, func() []byte { return dense }, nil
}

func fStrides(shape []int) []int {
	rev := slices.Clone(shape)
	slices.Reverse(rev)
	strides := nd.CStrides(rev)
	slices.Reverse(strides)
	return strides
}

func negative(s []int) []int {
	n := make([]int, len(s))
	for i, v := range s {
		n[i] = -v
	}
	return n
}

// difference says where two results differ, "" where they don't. Of two NaN
// operands the compiler chooses which one goes on: any two NaN are the same.
func difference(n *plan.Node, want, got []byte) string {
	if len(want) != len(got) {
		return fmt.Sprintf("%d bytes, want %d", len(got), len(want))
	}
	var texts []string
	count, item, i := 0, max(n.DType.Size(), 1), 0
	for index := range indices(n.Shape) {
		w, g := want[i*item:(i+1)*item], got[i*item:(i+1)*item]
		i++
		if bytes.Equal(w, g) || bothNaN(n.DType, w, g) {
			continue
		}
		if count++; count <= 3 {
			texts = append(texts, fmt.Sprintf("%v is % x (%v), want % x (%v)", slices.Clone(index), g, item1(n.DType, g), w, item1(n.DType, w)))
		}
	}
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d elements of %v %v differ: %s", count, n.Size(), n.DType, n.Shape, strings.Join(texts, "; "))
}

// bothNaN reports whether the parts of two numbers agree or are NaN both.
func bothNaN(dt nd.DType, a, b []byte) bool {
	part := dt.Size()
	if dt.IsComplex() {
		part /= 2
	}
	for i := 0; i < len(a); i += part {
		x, y := a[i:i+part], b[i:i+part]
		if !bytes.Equal(x, y) && !(isNaN(dt, x) && isNaN(dt, y)) {
			return false
		}
	}
	return true
}

// isNaN reports whether b, a number or a part of a complex one, is NaN.
func isNaN(dt nd.DType, b []byte) bool {
	switch {
	case !dt.IsFloat() && !dt.IsComplex():
		return false
	case len(b) == 8:
		return math.IsNaN(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case len(b) == 4:
		return math.IsNaN(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	}
	return binary.LittleEndian.Uint16(b)&0x7fff > 0x7c00
}

func item1(dt nd.DType, b []byte) any {
	d, err := nd.DynFromBytes(dt, nil, append(nd.MakeBytes(len(b))[:0], b...))
	if err != nil {
		return err
	}
	return d.Item()
}
