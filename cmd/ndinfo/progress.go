package main

import (
	"io"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/ndgrid/ndgrid/diag"
)

// progress is a bar on stderr while a run goes on. It appears on a terminal
// only, and only where the run takes longer than a moment.
type progress struct {
	w     io.Writer // nil: no terminal
	since time.Time
	total int64 // tasks of the stages begun
	done  int64
	bars  *mpb.Progress
	bar   *mpb.Bar
}

// moment is how long a run may take before it gets a bar.
const moment = 300 * time.Millisecond

func newProgress(w io.Writer) *progress {
	p := &progress{since: time.Now()}
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.w = w
		}
	}
	return p
}

// event is the handler of a run's events.
func (p *progress) event(e diag.Event) {
	switch e.Kind {
	case diag.StageStart:
		p.total += int64(e.Tasks)
		if p.bar != nil {
			p.bar.SetTotal(p.total, false)
		}
	case diag.TaskDone:
		p.done++
		if p.bar == nil && p.w != nil && time.Since(p.since) > moment {
			p.bars = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(60))
			p.bar = p.bars.AddBar(p.total, mpb.BarRemoveOnComplete(),
				mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
		}
		if p.bar != nil {
			p.bar.SetCurrent(p.done)
		}
	}
}

// stop takes the bar away.
func (p *progress) stop() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}
