package chunkgrid

import (
	"context"
	"fmt"
	"strings"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/internal/exec"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Explanation says how arrays would be computed.
type Explanation struct {
	Stages []diag.StageInfo
	Peak   int   // bytes the run takes at most
	Err    error // what the run would fail with before it starts: the memory budget
}

// Explain says how a would be computed with these options. It does no I/O, and
// its cost does not depend on the number of chunks.
func (a *Array[T]) Explain(opts ...Option) (Explanation, error) { return Explain([]Any{a}, opts...) }

// Explain says how arrays would be computed in one Run.
func Explain(arrays []Any, opts ...Option) (Explanation, error) {
	outs := make([]Out, len(arrays))
	for i, n := range nodesOf(arrays) {
		if n.Err != nil {
			return Explanation{}, n.Err
		}
		outs[i] = Out{out: exec.Out{Node: n, Counted: true, Buf: func() ([]byte, int, []int) { return nil, 0, nil }}}
	}
	p, _, err := compile(outs, configure(opts))
	if err != nil {
		return Explanation{}, err
	}
	var e Explanation
	e.Stages, e.Peak, e.Err = p.Info()
	return e, nil
}

// String writes a line per stage and one for the peak.
func (e Explanation) String() string {
	var b strings.Builder
	for i, s := range e.Stages {
		fmt.Fprintf(&b, "stage %d: %s: %d tasks on %d workers", i, s.Name, s.Tasks, s.Workers)
		if s.ChunksNeeded > 0 {
			fmt.Fprintf(&b, ", %d chunks (%s), decodes expected ÷ chunks needed %.2f", s.ChunksNeeded,
				nd.FormatBytes(s.BytesRead), float64(s.DecodesExpected)/float64(s.ChunksNeeded))
		}
		if s.SharedSources {
			fmt.Fprintf(&b, ", sources read once for %d results", s.Outputs)
		}
		fmt.Fprintf(&b, ", at most %s\n", nd.FormatBytes(s.Peak))
	}
	fmt.Fprintf(&b, "peak: %s", nd.FormatBytes(e.Peak))
	if e.Err != nil {
		fmt.Fprintf(&b, "\nwould fail: %v", e.Err)
	}
	return b.String()
}

// Marshal writes arrays, not computed, as JSON that Unmarshal reads in another
// process. It fails for what only this process has: functions without a name,
// large arrays in memory, stores that can't be opened elsewhere.
func Marshal(arrays ...Any) ([]byte, error) {
	return plan.Marshal(nodesOf(arrays)...)
}

// Unmarshal reads what Marshal wrote and opens the stored arrays again; it
// fails where one has changed its metadata since.
func Unmarshal(ctx context.Context, b []byte) ([]Any, error) {
	ns, err := plan.Unmarshal(ctx, b)
	if err != nil {
		return nil, err
	}
	arrays := make([]Any, len(ns))
	for i, n := range ns {
		arrays[i] = wrap(n)
	}
	return arrays, nil
}
