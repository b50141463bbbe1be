package diag

import (
	"fmt"
	"time"
)

// Progress is how far a run is. Its zero value is ready: Event is the handler
// that keeps it, and Every one that hands it out from time to time. It prints
// nothing by itself.
type Progress struct {
	Tasks, Done int    // of all stages, those that have not begun included
	Stage       string // what is being worked on: "read sst, sub, mean"
	Elapsed     time.Duration
	// Bytes read from stores so far, bytes these decoded to, bytes written.
	Read, Decoded, Written int64
	Ended                  bool
	Err                    error // why the run failed
	start                  time.Time
}

// Every returns a handler that calls f when a task is done and d has passed
// since the last call, and when the run has ended. f is called by whoever did
// the task, and never twice at once; its argument is f's to keep.
func Every(d time.Duration, f func(Progress)) Handler {
	var p Progress
	var last time.Duration
	return func(e Event) {
		p.Event(e)
		switch e.Kind {
		case RunStart:
			last = 0
		case TaskDone:
			if p.Elapsed-last >= d {
				last = p.Elapsed
				f(p)
			}
		case RunEnd:
			f(p)
		}
	}
}

// Event is the handler of a run's events. Another run starts from 0.
func (p *Progress) Event(e Event) {
	switch e.Kind {
	case RunStart:
		*p = Progress{Tasks: e.Tasks, start: e.Time}
	case StageStart:
		p.Stage = e.Name
	case TaskDone:
		p.Done++
	case RunEnd:
		p.Ended, p.Err = true, e.Err
	}
	p.Elapsed = max(p.Elapsed, e.Time.Sub(p.start))
	p.Read, p.Decoded, p.Written = max(p.Read, e.Read), max(p.Decoded, e.Decoded), max(p.Written, e.Written)
}

// Fraction returns the part of the tasks that is done, from 0 to 1.
func (p Progress) Fraction() float64 {
	if p.Tasks == 0 {
		return 0
	}
	return float64(p.Done) / float64(p.Tasks)
}

// Rate returns tasks per second, on average since the start.
func (p Progress) Rate() float64 { return perSecond(int64(p.Done), p.Elapsed) }

// Throughput returns bytes decoded per second, on average since the start.
func (p Progress) Throughput() float64 { return perSecond(p.Decoded, p.Elapsed) }

// Remaining estimates the time until all tasks are done, as if those to come
// took as long as those that are done. ok is false as long as none is done.
func (p Progress) Remaining() (d time.Duration, ok bool) {
	if p.Done == 0 {
		return 0, p.Ended
	}
	return time.Duration(float64(p.Elapsed) / float64(p.Done) * float64(p.Tasks-p.Done)), true
}

// String says it in one line: "42%, 10 of 24 tasks, 1.24 GB/s, 3.4s left".
func (p Progress) String() string {
	s := fmt.Sprintf("%.0f%%, %d of %d tasks", 100*p.Fraction(), p.Done, p.Tasks)
	if p.Decoded > 0 {
		s += fmt.Sprintf(", %.3g GB/s", p.Throughput()/1e9)
	}
	left, known := p.Remaining()
	switch {
	case p.Err != nil:
		s += ", failed after " + FormatDuration(p.Elapsed) + ": " + p.Err.Error()
	case p.Ended:
		s += ", took " + FormatDuration(p.Elapsed)
	case known:
		s += ", " + FormatDuration(left) + " left"
	}
	return s
}

func perSecond(n int64, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}
