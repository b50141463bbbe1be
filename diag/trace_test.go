package diag_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/diag"
)

// traced is an event of a trace file.
type traced struct {
	Ph, Cat, Name     string
	Pid, Tid, Ts, Dur int
	Args              map[string]any
}

func (s traced) end() int { return s.Ts + s.Dur }

// timeline is a trace file, sorted by what its events are.
type timeline struct {
	rows   map[int]string
	slices map[string][]traced // by category
	memory []traced
}

func parseTrace(t *testing.T, file []byte) (tl timeline) {
	t.Helper()
	var events []traced
	require.NoError(t, json.Unmarshal(file, &events))
	tl = timeline{map[int]string{}, map[string][]traced{}, nil}
	for _, e := range events {
		assert.Equal(t, 1, e.Pid)
		switch {
		case e.Ph == "X":
			tl.slices[e.Cat] = append(tl.slices[e.Cat], e)
		case e.Ph == "C":
			assert.Equal(t, "memory", e.Name)
			tl.memory = append(tl.memory, e)
		case e.Name == "thread_name":
			tl.rows[e.Tid] = fmt.Sprint(e.Args["name"])
		default:
			assert.Equal(t, "M", e.Ph)
		}
	}
	return tl
}

func traceOf(t *testing.T, events []diag.Event) timeline {
	t.Helper()
	var file bytes.Buffer
	trace := diag.NewTrace(&file)
	replay(events, trace.Event)
	require.NoError(t, trace.Close())
	return parseTrace(t, file.Bytes())
}

func TestTraceHasEverySlice(t *testing.T) {
	const s = 1e6 // a second
	tl := traceOf(t, recorded())
	assert.Equal(t, map[int]string{1: "runs", 2: "stages", 3: "worker 0", 4: "worker 1"}, tl.rows)

	run := tl.slices["run"]
	require.Len(t, run, 1)
	assert.Equal(t, [3]int{1, 0, 5 * s}, [3]int{run[0].Tid, run[0].Ts, run[0].Dur})
	assert.Equal(t, map[string]any{"start": "2026-11-23T12:00:00Z", "tasks": 4., "done": 4.,
		"read": 3. * gib, "decoded": 6. * gib, "written": 1.5 * gib}, run[0].Args)

	stages := tl.slices["stage"]
	require.Len(t, stages, 2)
	assert.Equal(t, traced{"X", "stage", "mean", 1, 2, 4.25 * s, s / 2,
		map[string]any{"tasks": 1., "done": 1., "read": 0., "decoded": 0., "written": 0.}}, stages[1])

	tasks := tl.slices["task"]
	require.Len(t, tasks, 4)
	assert.Equal(t, traced{"X", "task", "read sst, sub", 1, 4, s / 2, 3 * s,
		map[string]any{"stage": 0., "task": 1., "read": 1. * gib, "decoded": 2. * gib, "written": gib / 2.}}, tasks[1])

	var phases []string
	for _, p := range tl.slices["phase"] {
		phases = append(phases, fmt.Sprint(p.Tid, " ", p.Name, " ", p.Ts, "+", p.Dur))
	}
	assert.Equal(t, []string{
		"3 reading 0+1000000", "3 computing 1000000+500000", "3 storing 1500000+500000",
		"4 reading 500000+1500000", "4 computing 2000000+750000", "4 storing 2750000+750000",
		"3 reading 2000000+1000000", "3 computing 3000000+500000", "3 storing 3500000+500000",
		"3 computing 4250000+500000",
	}, phases)

	require.NotEmpty(t, tl.memory)
	assert.Positive(t, tl.memory[0].Args["resident"])
}

func TestTraceOfAFailedRun(t *testing.T) {
	tl := traceOf(t, failed())
	require.Len(t, tl.slices["stage"], 1)
	require.Len(t, tl.slices["run"], 1)
	assert.Equal(t, "disk \"a\" is full\nstack", tl.slices["stage"][0].Args["error"])
	assert.EqualValues(t, 1, tl.slices["run"][0].Args["done"])
	assert.EqualValues(t, 4, tl.slices["run"][0].Args["tasks"])
}

func TestTraceOfSeveralRuns(t *testing.T) {
	again := recorded()
	for i := range again {
		again[i].Time = again[i].Time.Add(time.Minute)
		again[i].Task.Start = again[i].Task.Start.Add(time.Minute)
	}
	tl := traceOf(t, append(recorded(), again...))
	require.Len(t, tl.slices["run"], 2)
	assert.EqualValues(t, time.Minute.Microseconds(), tl.slices["run"][1].Ts)
	assert.Len(t, tl.slices["task"], 8)
	assert.Len(t, tl.rows, 4)
}

func TestTraceIsJSONWheneverItIsClosed(t *testing.T) {
	events := recorded()
	for n := range len(events) + 1 {
		var file bytes.Buffer
		trace := diag.NewTrace(&file)
		replay(events[:n], trace.Event)
		require.NoError(t, trace.Close())
		size := file.Len()
		assert.True(t, json.Valid(file.Bytes()), "after %d events: %s", n, &file)
		replay(events[n:], trace.Event)
		require.NoError(t, trace.Close())
		assert.Equal(t, size, file.Len(), "a closed trace is left alone")
	}
}

// In whole microseconds, what touches must go on touching.
func TestTraceSlicesNest(t *testing.T) {
	start := time.Now()
	events := []diag.Event{{Kind: diag.RunStart, Time: start, Tasks: 200}, {Kind: diag.StageStart, Time: start, Tasks: 200}}
	at := start
	for i := range 200 {
		e := diag.Event{Kind: diag.TaskDone, Task: diag.Task{Index: i, Start: at, Reading: 1777, Storing: 2999}}
		at = at.Add(time.Duration(4776 + 333*i))
		e.Time = at
		events = append(events, e)
	}
	tl := traceOf(t, events)
	tasks, phases := tl.slices["task"], tl.slices["phase"]
	require.Len(t, tasks, 200)
	for i, task := range tasks {
		if i > 0 {
			assert.Equal(t, tasks[i-1].end(), task.Ts)
		}
		from := task.Ts
		for len(phases) > 0 && phases[0].end() <= task.end() {
			assert.Equal(t, from, phases[0].Ts)
			from = phases[0].end()
			phases = phases[1:]
		}
		assert.Equal(t, task.end(), from)
	}
	assert.Empty(t, phases)
}

type brokenWriter struct{ writes int }

func (w *brokenWriter) Write([]byte) (int, error) {
	w.writes++
	return 0, io.ErrShortWrite
}

func TestTraceReportsWhatItCouldNotWrite(t *testing.T) {
	w := &brokenWriter{}
	trace := diag.NewTrace(w)
	for range 1000 {
		replay(recorded(), trace.Event)
	}
	assert.Equal(t, 1, w.writes, "events are written as they come, until writing fails")
	assert.True(t, errors.Is(trace.Close(), io.ErrShortWrite))
}

func TestHandlersAllocateNothingPerTask(t *testing.T) {
	events := recorded()
	trace := diag.NewTrace(io.Discard)
	var profile diag.Profile
	var progress diag.Progress
	all := diag.Several(trace.Event, profile.Event, progress.Event)
	replay(events[:4], all) // from here on the rows have names
	assert.Zero(t, testing.AllocsPerRun(1000, func() { all(events[3]) }))
}
