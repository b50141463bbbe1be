package diag

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"time"
)

// Trace writes events as a trace file, which https://ui.perfetto.dev and
// chrome://tracing show on a time line: a row for runs, one for stages, and one
// per worker with its tasks, each divided into reading, computing and storing,
// and a curve of the memory of the process. The slices carry bytes, and errors.
//
// An event knows how long a task was reading and storing, not when. A task that
// goes back and forth between them is drawn as if it read everything at its
// beginning and stored everything at its end.
//
// Events are written as they come, some 500 bytes a task, and not kept.
type Trace struct {
	w          *bufio.Writer
	enc        *json.Encoder
	before     byte      // what comes before the next event: '[' once, then ','; 0: closed
	epoch      time.Time // the file's time 0
	rows       int       // how many have a name
	run, stage span
	weighed    time.Time // when memory was last looked at
}

// NewTrace returns a trace that is written to w. Close it when the runs are over.
func NewTrace(w io.Writer) *Trace {
	b := bufio.NewWriterSize(w, 1<<16)
	return &Trace{w: b, enc: json.NewEncoder(b), before: '['}
}

// The rows of the time line. Those of the workers follow.
const (
	runRow = 1 + iota
	stageRow
	workerRow
)

// weighEvery is how often tasks have memory looked at, which takes longer than
// to write a task.
const weighEvery = 10 * time.Millisecond

// traceEvent is an event in the Trace Event Format of Chrome. Times are whole
// microseconds, and durations differences of these: rounded each for itself,
// neighbours would overlap, and viewers drop what overlaps.
type traceEvent struct {
	Phase    string `json:"ph"` // X: a slice of time, C: a counter, M: metadata
	Process  int    `json:"pid"`
	Row      int    `json:"tid"`
	Time     int64  `json:"ts"`
	Duration int64  `json:"dur"`
	Category string `json:"cat,omitempty"`
	Name     string `json:"name"`
	Args     any    `json:"args,omitempty"`
}

type (
	nameArgs struct {
		Name string `json:"name"`
	}
	orderArgs struct {
		Index int `json:"sort_index"`
	}
	memoryArgs struct {
		Resident int64 `json:"resident"`
	}
	taskArgs struct {
		Stage   int   `json:"stage"`
		Task    int   `json:"task"`
		Read    int64 `json:"read"`
		Decoded int64 `json:"decoded"`
		Written int64 `json:"written"`
	}
	spanArgs struct { // of a stage, or of a run
		Start   string `json:"start,omitempty"` // of a run: date and time
		Tasks   int    `json:"tasks"`
		Done    int    `json:"done"`
		Read    int64  `json:"read"`
		Decoded int64  `json:"decoded"`
		Written int64  `json:"written"`
		Error   string `json:"error,omitempty"`
	}
)

// span is a stage or a run that has begun.
type span struct {
	start Event
	done  int
}

// Event is the handler of a run's events.
func (t *Trace) Event(e Event) {
	if t.before == 0 {
		return
	}
	switch e.Kind {
	case RunStart:
		t.begin(e.Time)
		t.run = span{start: e}
	case StageStart:
		t.stage = span{start: e}
	case TaskDone:
		t.run.done++
		t.stage.done++
		t.task(e)
	case StageEnd:
		t.span(stageRow, "stage", e.Name, t.stage, e)
	case RunEnd:
		t.span(runRow, "run", "run", t.run, e)
	}
	if e.Kind != TaskDone || e.Time.Sub(t.weighed) >= weighEvery {
		t.weighed = e.Time
		now, _ := Memory()
		t.put(traceEvent{Phase: "C", Time: t.micros(e.Time), Name: "memory", Args: memoryArgs{now}})
	}
}

// Close ends the file, which is valid JSON however runs ended, and returns the
// first error there was in writing it. It does not close the writer underneath.
// Events that come later are left out.
func (t *Trace) Close() error {
	end := "]\n"
	switch t.before {
	case 0:
		return nil
	case '[':
		end = "[]\n"
	}
	t.before = 0
	_, _ = t.w.WriteString(end) // Flush returns its error
	return t.w.Flush()
}

// begin starts the time line, and names what is on it.
func (t *Trace) begin(now time.Time) {
	if !t.epoch.IsZero() {
		return
	}
	t.epoch = now
	t.put(traceEvent{Phase: "M", Name: "process_name", Args: nameArgs{"ndgrid"}})
	t.name(runRow, "runs")
	t.name(stageRow, "stages")
}

func (t *Trace) name(row int, name string) {
	t.rows++
	t.put(traceEvent{Phase: "M", Row: row, Name: "thread_name", Args: nameArgs{name}})
	t.put(traceEvent{Phase: "M", Row: row, Name: "thread_sort_index", Args: orderArgs{row}})
}

// task writes the slice of a task, and those of what it did within.
func (t *Trace) task(e Event) {
	row := workerRow + e.Task.Worker
	for t.rows < row {
		t.name(t.rows+1, "worker "+strconv.Itoa(t.rows+1-workerRow))
	}
	start := e.Task.Start
	t.slice(row, "task", e.Name, start, e.Time,
		taskArgs{e.Stage, e.Task.Index, e.Task.Read, e.Task.Decoded, e.Task.Written})
	for _, phase := range [...]struct {
		name string
		took time.Duration
	}{{"reading", e.Task.Reading}, {"computing", e.Computing()}, {"storing", e.Task.Storing}} {
		if phase.took > 0 {
			t.slice(row, "phase", phase.name, start, start.Add(phase.took), nil)
		}
		start = start.Add(phase.took)
	}
}

// span writes the slice of a stage or run that has ended.
func (t *Trace) span(row int, category, name string, s span, end Event) {
	args := spanArgs{Tasks: s.start.Tasks, Done: s.done,
		Read: end.Read - s.start.Read, Decoded: end.Decoded - s.start.Decoded, Written: end.Written - s.start.Written}
	if end.Err != nil {
		args.Error = end.Err.Error()
	}
	if row == runRow {
		args.Start = s.start.Time.Format(time.RFC3339Nano)
	}
	t.slice(row, category, name, s.start.Time, end.Time, args)
}

func (t *Trace) slice(row int, category, name string, start, end time.Time, args any) {
	from := t.micros(start)
	t.put(traceEvent{Phase: "X", Row: row, Category: category, Name: name, Time: from, Duration: t.micros(end) - from, Args: args})
}

func (t *Trace) micros(at time.Time) int64 { return at.Sub(t.epoch).Microseconds() }

// put writes an event. Errors stay in the buffer, which writes no more after the
// first one, until Close.
func (t *Trace) put(e traceEvent) {
	e.Process = 1
	_ = t.w.WriteByte(t.before)
	t.before = ','
	_ = t.enc.Encode(&e)
}
