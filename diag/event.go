// Package diag says what a computation is doing and what the process takes:
// the events of a run, process memory, and sizes as text. A Trace draws events on
// a time line, a Profile sums them up, a Progress says how far a run is. It knows
// nothing of arrays, so every package from the executor up may use it.
package diag

import (
	"fmt"
	"time"
)

// Kind is what an Event reports.
type Kind uint8

// The kinds of events, in the order in which a run emits them: one RunStart,
// for every stage a StageStart, a TaskDone per task and a StageEnd, and in the
// end, whether the run succeeded or not, one RunEnd.
const (
	RunStart Kind = iota
	StageStart
	TaskDone
	StageEnd
	RunEnd
)

var kindNames = [...]string{RunStart: "run start", StageStart: "stage start", TaskDone: "task done", StageEnd: "stage end", RunEnd: "run end"}

// String returns the kind in words: "task done".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// Event is one step of a run.
type Event struct {
	Kind  Kind
	Time  time.Time
	Stage int    // place of the stage in the run, from 0
	Name  string // of the stage, for people: "read sst, sub, mean"
	// Tasks in all, and those that are finished: of the stage; in RunStart and
	// RunEnd of all stages.
	Tasks, Done int
	// Bytes that the run has so far read from stores, what these decoded to, and
	// bytes it has written to stores, before encoding.
	Read, Decoded, Written int64
	Task                   Task  // TaskDone: the task itself
	Err                    error // RunEnd and StageEnd: why it failed, nil where it didn't
}

// Task is one task of a stage, which did its work from Start to the event's
// Time. What was not Reading or Storing was computing.
type Task struct {
	Index  int // place in the order of the stage, from 0
	Worker int // who did it, from 0
	Start  time.Time
	// Reading is the time it took to read and decode chunks that no task had
	// read before, Storing the time to encode and write results.
	Reading, Storing time.Duration
	// Bytes it read from stores, bytes these decoded to, bytes it wrote, before
	// encoding.
	Read, Decoded, Written int64
}

// Computing returns the time for which the task of a TaskDone was neither
// reading nor storing.
func (e Event) Computing() time.Duration {
	return max(0, e.Time.Sub(e.Task.Start)-e.Task.Reading-e.Task.Storing)
}

// Handler receives the events of a run, one after the other, never two at
// once. The run waits for it, so it should return soon.
//
// Those of this package (Trace, Profile, Progress) follow one run at a time;
// they may be given to several runs one after the other.
type Handler func(Event)

// Several returns a handler that hands every event to all of these, in order.
func Several(handlers ...Handler) Handler {
	return func(e Event) {
		for _, h := range handlers {
			h(e)
		}
	}
}

// String writes the event as one line of a log:
// "stage 1 (mean): task done, 3/12, read 2.0 MiB, decoded 8.0 MiB, written 0 B".
func (e Event) String() string {
	who := "run"
	if e.Kind != RunStart && e.Kind != RunEnd {
		who = fmt.Sprintf("stage %d (%s)", e.Stage, e.Name)
	}
	s := fmt.Sprintf("%s: %s, %d/%d, read %s, decoded %s, written %s", who, e.Kind, e.Done, e.Tasks,
		FormatBytes(e.Read), FormatBytes(e.Decoded), FormatBytes(e.Written))
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}
