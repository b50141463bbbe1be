package main

import (
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/ndgrid/ndgrid/diag"
)

// progress is a bar on stderr while a run goes on. It appears on a terminal
// only, and only where the run takes longer than a moment.
type progress struct {
	w     io.Writer // nil: no terminal
	run   diag.Progress
	shown atomic.Pointer[diag.Progress] // what the bar, drawn by a goroutine of its own, is to say
	bars  *mpb.Progress
	bar   *mpb.Bar
}

// moment is how long a run may take before it gets a bar.
const moment = 300 * time.Millisecond

func newProgress(w io.Writer) *progress {
	p := &progress{}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.w = w
		}
	}
	return p
}

// event is the handler of a run's events.
func (p *progress) event(e diag.Event) {
	p.run.Event(e)
	if e.Kind != diag.TaskDone || p.w == nil || p.run.Elapsed < moment {
		return
	}
	now := p.run
	p.shown.Store(&now)
	if p.bar == nil {
		p.bars = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(40))
		p.bar = p.bars.AddBar(int64(now.Tasks), mpb.BarRemoveOnComplete(),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.shown.Load().String() })))
	}
	p.bar.SetCurrent(int64(now.Done))
}

// begin starts a run of n tasks that nobody else reports: step follows after
// each of them, from one goroutine at a time.
func (p *progress) begin(name string, n int) {
	now := time.Now()
	p.event(diag.Event{Kind: diag.RunStart, Time: now, Tasks: n})
	p.event(diag.Event{Kind: diag.StageStart, Time: now, Name: name, Tasks: n})
}

// step reports that a task is done, which has decoded that many bytes.
func (p *progress) step(decoded int) {
	p.event(diag.Event{Kind: diag.TaskDone, Time: time.Now(), Name: p.run.Stage, Tasks: p.run.Tasks,
		Done: p.run.Done + 1, Decoded: p.run.Decoded + int64(decoded)})
}

// stop takes the bar away.
func (p *progress) stop() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
