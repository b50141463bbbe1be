package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/kernel"
	"github.com/ndgrid/ndgrid/nd"
)

// probe moves memory and does next to nothing else: what it reaches is the
// limit for work that has to move as much.
type probe struct {
	name    string
	streams int // arrays read or written
	// run does a part; the arrays have one length.
	run func(dst, a, b, c []float64)
}

// probes are the ways to move memory, those with ordinary stores and those
// with non-temporal ones, which don't read the line they write to.
var probes = []probe{
	{"read", 1, func(_, a, _, _ []float64) { _ = read(a) }},
	{"copy", 2, func(dst, a, _, _ []float64) { copyOrdinary(dst, a) }},
	{"copy, non-temporal", 2, func(dst, a, _, _ []float64) { kernel.CopyStream(nd.AsBytes(dst), nd.AsBytes(a)) }},
	{"triad", 4, triad(kernel.FusedLoop)},
	{"triad, non-temporal", 4, triad(kernel.StreamOf)},
}

// sums is the kernel that does least with what it reads.
var sums = func() kernel.Reducer {
	r, _ := kernel.LookupReduction("sum")
	return r.Bind(nil, nd.Float64)
}()

// read sums all of a.
func read(a []float64) float64 {
	var total float64
	state := make([]byte, sums.StateSize())
	for lo := 0; lo < len(a); lo += kernel.MaxRun {
		sums.Run(state, nd.AsBytes(a[lo:min(lo+kernel.MaxRun, len(a))]), 0)
		total += nd.AsSlice[float64](state)[0]
	}
	return total
}

// copyOrdinary copies in parts that the runtime doesn't copy past the caches.
func copyOrdinary(dst, a []float64) {
	const part = 4 << 10 // elements
	for lo := 0; lo < len(dst); lo += part {
		hi := min(lo+part, len(dst))
		copy(dst[lo:hi], a[lo:hi])
	}
}

// triad returns dst = a·b + c by the loop in assembly that a function finds, and
// by one in Go where there is none.
func triad(find func(string, kernel.Params, []nd.DType) (kernel.Loop, bool)) func(dst, a, b, c []float64) {
	loop, ok := find("mul_add", nil, []nd.DType{nd.Float64, nd.Float64, nd.Float64})
	if !ok {
		return func(dst, a, b, c []float64) {
			for i, x := range a {
				dst[i] = float64(x*b[i]) + c[i]
			}
		}
	}
	return func(dst, a, b, c []float64) {
		loop(nd.AsBytes(dst), [][]byte{nd.AsBytes(a), nd.AsBytes(b), nd.AsBytes(c)})
	}
}

// limits measures the machine's memory; its arrays are made when first asked for.
type limits struct {
	size   int // bytes of an array
	arrays [4][]float64
}

// sample runs the probe of a name on all processors; it returns milliseconds
// and GB/s.
func (l *limits) sample(name string) (reply, error) {
	for _, p := range probes {
		if p.name != name {
			continue
		}
		if l.arrays[0] == nil {
			l.fill()
		}
		start := time.Now()
		l.each(func(dst, a, b, c []float64) { p.run(dst, a, b, c) })
		elapsed := time.Since(start)
		bytes := float64(p.streams * 8 * len(l.arrays[0]))
		return reply{MS: elapsed.Seconds() * 1e3, GBs: bytes / elapsed.Seconds() / 1e9}, nil
	}
	return reply{}, fmt.Errorf("no probe %q", name)
}

// fill makes the arrays; every worker touches the parts it will work on.
func (l *limits) fill() {
	for i := range l.arrays {
		l.arrays[i] = nd.AsSlice[float64](nd.MakeBytes(l.size / 8 * 8))
	}
	l.each(func(dst, a, b, c []float64) {
		for i := range dst {
			dst[i], a[i], b[i], c[i] = 0, float64(i), 1.5, 2.5
		}
	})
}

// each gives every processor a part of the arrays, piece by piece.
func (l *limits) each(f func(dst, a, b, c []float64)) {
	const piece = 1 << 16 // elements
	n, workers := len(l.arrays[0]), runtime.GOMAXPROCS(0)
	var (
		wg   sync.WaitGroup
		cpus exec.Processors
	)
	for w := range workers {
		wg.Go(func() {
			cpus.Claim()
			defer kernel.Fence()
			for lo, end := n*w/workers, n*(w+1)/workers; lo < end; lo += piece {
				hi := min(lo+piece, end)
				f(l.arrays[0][lo:hi], l.arrays[1][lo:hi], l.arrays[2][lo:hi], l.arrays[3][lo:hi])
			}
		})
	}
	wg.Wait()
}

// limitOf names the probe that is the limit for work bound in a way: as fast as
// the memory is where stores go past the caches.
var limitOf = map[string]string{"read": "read", "copy": "copy, non-temporal", "triad": "triad, non-temporal"}
