package diag

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// Profile sums up events: where the time of runs went, stage by stage. Its zero
// value is ready, Event is its handler, and String writes it as a table. Several
// runs, one after the other, add up.
type Profile struct {
	// EachTask keeps what every task took, for pictures: 8 bytes a task.
	EachTask bool

	Stages  []StageProfile
	Elapsed time.Duration // of the runs, what lies between their stages included
	run     time.Time     // start of the current run
	stage   Event         // StageStart of the current stage
}

// StageInfo is what is known of a stage before it runs, by Explain of package chunkgrid.
type StageInfo struct {
	Name            string
	Tasks, Workers  int
	ChunksNeeded    int   // chunks of stored arrays in what the stage reads
	DecodesExpected int   // how often it decodes one of them
	BytesRead       int   // of them, decoded
	Outputs         int   // arrays it makes
	SharedSources   bool  // several outputs are made of the same chunks, each decoded once
	Peak            int   // bytes it takes beside results
	Needs           []int // stages whose results it uses
}

// StageProfile sums up a stage.
type StageProfile struct {
	Name        string
	Tasks, Done int
	Workers     int // those that did a task
	Elapsed     time.Duration
	// What workers did, summed over them all.
	Reading, Computing, Storing time.Duration
	// Bytes read from stores, bytes these decoded to, bytes written to stores,
	// before encoding.
	Read, Decoded, Written int64
	Slowest                time.Duration   // of the task that took longest
	SlowestTask            int             // its place in the order of the stage
	Took                   []time.Duration // of each task, in the order of the stage: EachTask
	Err                    error           // why the stage failed
}

// Event is the handler of a run's events.
func (p *Profile) Event(e Event) {
	switch e.Kind {
	case RunStart:
		p.run = e.Time
	case StageStart:
		p.stage = e
		s := StageProfile{Name: e.Name, Tasks: e.Tasks}
		if p.EachTask {
			s.Took = make([]time.Duration, e.Tasks)
		}
		p.Stages = append(p.Stages, s)
	case TaskDone:
		p.Stages[len(p.Stages)-1].task(e)
	case StageEnd:
		s := &p.Stages[len(p.Stages)-1]
		s.Elapsed, s.Err = e.Time.Sub(p.stage.Time), e.Err
		s.Read, s.Decoded, s.Written = e.Read-p.stage.Read, e.Decoded-p.stage.Decoded, e.Written-p.stage.Written
	case RunEnd:
		p.Elapsed += e.Time.Sub(p.run)
	}
}

func (s *StageProfile) task(e Event) {
	s.Done++
	s.Workers = max(s.Workers, e.Task.Worker+1)
	s.Reading += e.Task.Reading
	s.Computing += e.Computing()
	s.Storing += e.Task.Storing
	took := e.Time.Sub(e.Task.Start)
	if took > s.Slowest {
		s.Slowest, s.SlowestTask = took, e.Task.Index
	}
	if s.Took != nil {
		s.Took[e.Task.Index] = took
	}
}

// Total returns the sum of the stages, over the time of the runs.
func (p *Profile) Total() StageProfile {
	t := StageProfile{Name: "all stages", Elapsed: p.Elapsed}
	for _, s := range p.Stages {
		t.Tasks, t.Done = t.Tasks+s.Tasks, t.Done+s.Done
		t.Workers = max(t.Workers, s.Workers)
		t.Reading, t.Computing, t.Storing = t.Reading+s.Reading, t.Computing+s.Computing, t.Storing+s.Storing
		t.Read, t.Decoded, t.Written = t.Read+s.Read, t.Decoded+s.Decoded, t.Written+s.Written
		if s.Slowest > t.Slowest {
			t.Slowest, t.SlowestTask = s.Slowest, s.SlowestTask
		}
		if t.Err == nil {
			t.Err = s.Err
		}
	}
	return t
}

// Busy returns the time of the workers in tasks, summed over them all.
func (s StageProfile) Busy() time.Duration { return s.Reading + s.Computing + s.Storing }

// Throughput returns bytes decoded per second.
func (s StageProfile) Throughput() float64 { return perSecond(s.Decoded, s.Elapsed) }

// String writes the profile as a table, with a line per stage and one for all.
// The column busy is the part of the workers' time that they spent in tasks;
// reading, computing and storing are parts of that.
func (p *Profile) String() string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "tasks\tworkers\telapsed\tbusy\treading\tcomputing\tstoring\tread\tdecoded\twritten\tGB/s\tslowest\t  stage\n")
	for _, s := range p.Stages {
		s.row(w, fmt.Sprintf("%s (task %d)", FormatDuration(s.Slowest), s.SlowestTask))
	}
	if len(p.Stages) > 1 {
		t := p.Total()
		t.Err = nil // stands with its stage
		t.row(w, FormatDuration(t.Slowest))
	}
	_ = w.Flush()
	return text.String()
}

// row writes a line of the table. The name comes last, as it may be long.
func (s StageProfile) row(w *tabwriter.Writer, slowest string) {
	tasks := fmt.Sprint(s.Tasks)
	if s.Done < s.Tasks {
		tasks = fmt.Sprintf("%d/%d", s.Done, s.Tasks)
	}
	fmt.Fprintf(w, "%s\t%d\t%s\t%s\t", tasks, s.Workers, FormatDuration(s.Elapsed), percent(s.Busy(), time.Duration(s.Workers)*s.Elapsed))
	for _, d := range []time.Duration{s.Reading, s.Computing, s.Storing} {
		fmt.Fprintf(w, "%s\t", percent(d, s.Busy()))
	}
	for _, n := range []int64{s.Read, s.Decoded, s.Written} {
		fmt.Fprintf(w, "%s\t", FormatBytes(n))
	}
	fmt.Fprintf(w, "%.3g\t%s\t  %s", s.Throughput()/1e9, slowest, s.Name)
	if s.Err != nil {
		why, _, _ := strings.Cut(s.Err.Error(), "\n") // of a panic, not its stack
		fmt.Fprintf(w, ": %s", why)
	}
	fmt.Fprintln(w)
}

func percent(part, whole time.Duration) string {
	if whole <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(part)/float64(whole))
}
