package diag

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"strings"
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
	before     byte      // what comes before the next event: '[' once, then ','; 0: closed
	buf        []byte    // the event being written
	epoch      time.Time // the file's time 0
	rows       int       // how many have a name
	run, stage span
	weighed    time.Time // when memory was last looked at
}

// NewTrace returns a trace that is written to w. Close it when the runs are over.
func NewTrace(w io.Writer) *Trace {
	return &Trace{w: bufio.NewWriterSize(w, 1<<16), before: '['}
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
	phase          string // X: a slice of time, C: a counter, M: metadata
	row            int
	time, duration int64
	category, name string
	args           []traceArg
}

// traceArg is a number or, where it isn't empty, a text.
type traceArg struct {
	key    string
	number int64
	text   string
}

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
		t.put(traceEvent{phase: "C", time: t.micros(e.Time), name: "memory", args: []traceArg{{key: "resident", number: now}}})
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
	t.put(traceEvent{phase: "M", name: "process_name", args: []traceArg{{key: "name", text: "ndgrid"}}})
	t.name(runRow, "runs")
	t.name(stageRow, "stages")
}

func (t *Trace) name(row int, name string) {
	t.rows++
	t.put(traceEvent{phase: "M", row: row, name: "thread_name", args: []traceArg{{key: "name", text: name}}})
	t.put(traceEvent{phase: "M", row: row, name: "thread_sort_index", args: []traceArg{{key: "sort_index", number: int64(row)}}})
}

// task writes the slice of a task, and those of what it did within.
func (t *Trace) task(e Event) {
	row := workerRow + e.Task.Worker
	for t.rows < row {
		t.name(t.rows+1, "worker "+strconv.Itoa(t.rows+1-workerRow))
	}
	start := e.Task.Start
	t.slice(row, "task", e.Name, start, e.Time,
		traceArg{key: "stage", number: int64(e.Stage)}, traceArg{key: "task", number: int64(e.Task.Index)},
		traceArg{key: "read", number: e.Task.Read}, traceArg{key: "decoded", number: e.Task.Decoded},
		traceArg{key: "written", number: e.Task.Written})
	for _, phase := range [...]struct {
		name string
		took time.Duration
	}{{"reading", e.Task.Reading}, {"computing", e.Computing()}, {"storing", e.Task.Storing}} {
		if phase.took > 0 {
			t.slice(row, "phase", phase.name, start, start.Add(phase.took))
		}
		start = start.Add(phase.took)
	}
}

// span writes the slice of a stage or run that has ended.
func (t *Trace) span(row int, category, name string, s span, end Event) {
	args := []traceArg{
		{key: "tasks", number: int64(s.start.Tasks)}, {key: "done", number: int64(s.done)},
		{key: "read", number: end.Read - s.start.Read}, {key: "decoded", number: end.Decoded - s.start.Decoded},
		{key: "written", number: end.Written - s.start.Written},
	}
	if row == runRow {
		args = append(args, traceArg{key: "start", text: s.start.Time.Format(time.RFC3339Nano)})
	}
	if end.Err != nil {
		args = append(args, traceArg{key: "error", text: end.Err.Error()})
	}
	t.slice(row, category, name, s.start.Time, end.Time, args...)
}

func (t *Trace) slice(row int, category, name string, start, end time.Time, args ...traceArg) {
	from := t.micros(start)
	t.put(traceEvent{"X", row, from, t.micros(end) - from, category, name, args})
}

func (t *Trace) micros(at time.Time) int64 { return at.Sub(t.epoch).Microseconds() }

// put writes an event. An error stays in the buffered writer, which writes no
// more after it, until Close.
func (t *Trace) put(e traceEvent) {
	b := append(t.buf[:0], t.before, '{')
	t.before = ','
	b = appendText(b, "ph", e.phase)
	b = appendNumber(b, "pid", 1)
	b = appendNumber(b, "tid", int64(e.row))
	b = appendNumber(b, "ts", e.time)
	if e.phase == "X" {
		b = appendNumber(b, "dur", e.duration)
		b = appendText(b, "cat", e.category)
	}
	b = appendText(b, "name", e.name)
	if len(e.args) > 0 {
		b = append(appendKey(b, "args"), '{')
		for _, a := range e.args {
			if a.text != "" {
				b = appendText(b, a.key, a.text)
			} else {
				b = appendNumber(b, a.key, a.number)
			}
		}
		b = append(b, '}')
	}
	t.buf = append(b, "}\n"...)
	_, _ = t.w.Write(t.buf)
}

// appendKey begins the next member of a JSON object; package json would take
// several times as long, and memory.
func appendKey(b []byte, key string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(appendQuoted(b, key), ':')
}

func appendNumber(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(appendKey(b, key), n, 10)
}

func appendText(b []byte, key, text string) []byte {
	return appendQuoted(appendKey(b, key), text)
}

func appendQuoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			// Every string has a form in JSON. A clone, or all arguments would escape.
			quoted, _ := json.Marshal(strings.Clone(s))
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
