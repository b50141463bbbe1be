package diag_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	_ "github.com/ndgrid/ndgrid/storage/zarr"
	"github.com/ndgrid/ndgrid/ufunc"
)

// watched is what the handlers of this package say about one run, beside the
// events themselves.
type watched struct {
	events   []diag.Event
	trace    timeline
	profile  diag.Profile
	progress []diag.Progress
}

// watch calls run, which computes with an option, under all handlers at once.
func watch(t *testing.T, run func(chunkgrid.Option) error) (w watched, err error) {
	t.Helper()
	var file bytes.Buffer
	trace := diag.NewTrace(&file)
	record := func(e diag.Event) { w.events = append(w.events, e) }
	every := diag.Every(0, func(p diag.Progress) { w.progress = append(w.progress, p) })
	err = run(chunkgrid.OnEvent(diag.Several(record, trace.Event, w.profile.Event, every)))
	require.NoError(t, trace.Close())
	w.trace = parseTrace(t, file.Bytes())
	return w, err
}

// of returns the events of a kind.
func (w watched) of(k diag.Kind) (events []diag.Event) {
	for _, e := range w.events {
		if e.Kind == k {
			events = append(events, e)
		}
	}
	return events
}

func TestHandlersOfARun(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	x := chunkgrid.Arange[float64](0, 40_000, 1, nd.Sizes(1000)).Named("i")
	require.NoError(t, chunkgrid.Save(ctx, filepath.Join(dir, "x.zarr"), chunkgrid.Vars{"x": x}))
	x, err := chunkgrid.Open[float64](ctx, filepath.Join(dir, "x.zarr/x"))
	require.NoError(t, err)
	w, err := watch(t, func(events chunkgrid.Option) error {
		anomaly := ufunc.Sub(x, reduce.Mean(x, reduce.KeepDims()))
		return chunkgrid.Save(ctx, filepath.Join(dir, "y.zarr"), chunkgrid.Vars{"y": anomaly}, chunkgrid.Workers(2), events)
	})
	require.NoError(t, err)
	const bytes = 40_000 * 8

	done := w.of(diag.TaskDone)
	require.Len(t, done, 80)
	assertTraced(t, w)
	assertCounted(t, w)

	require.Len(t, w.profile.Stages, 2)
	first, second, total := w.profile.Stages[0], w.profile.Stages[1], w.profile.Total()
	assert.Equal(t, [2]int64{bytes, 0}, [2]int64{first.Decoded, first.Written})
	assert.Equal(t, [2]int64{bytes, bytes}, [2]int64{second.Decoded, second.Written})
	assert.Positive(t, first.Read)
	assert.Less(t, first.Read, int64(bytes), "these numbers compress")
	assert.Positive(t, second.Storing)
	assert.LessOrEqual(t, first.Busy(), 2*first.Elapsed)
	assert.LessOrEqual(t, first.Elapsed+second.Elapsed, total.Elapsed)
	assert.Equal(t, 80, total.Done)

	fraction := 0.0
	for _, p := range w.progress {
		assert.Equal(t, 80, p.Tasks)
		assert.GreaterOrEqual(t, p.Fraction(), fraction)
		fraction = p.Fraction()
	}
	last := w.progress[len(w.progress)-1]
	assert.True(t, last.Ended)
	assert.Equal(t, 1.0, fraction)
	assert.EqualValues(t, 2*bytes, last.Decoded)
}

// assertTraced compares a trace with the events: every task is on the row of its
// worker, one after the other, inside its stage; stages are inside the run.
func assertTraced(t *testing.T, w watched) {
	t.Helper()
	end := map[int]int{}
	tasks, stages, runs := w.trace.slices["task"], w.trace.slices["stage"], w.trace.slices["run"]
	done := w.of(diag.TaskDone)
	require.Len(t, tasks, len(done))
	require.Len(t, stages, len(w.of(diag.StageEnd)))
	require.Len(t, runs, 1)
	for i, e := range done {
		s := tasks[i]
		assert.Equal(t, e.Name, s.Name)
		assert.Equal(t, 3+e.Task.Worker, s.Tid)
		assert.Contains(t, w.trace.rows, s.Tid)
		assert.EqualValues(t, e.Task.Index, s.Args["task"])
		assert.EqualValues(t, e.Task.Decoded, s.Args["decoded"])
		assert.InDelta(t, e.Time.Sub(e.Task.Start).Microseconds(), s.Dur, 1)
		assert.GreaterOrEqual(t, s.Ts, end[s.Tid])
		end[s.Tid] = s.end()
		assertInside(t, s, stages[e.Stage])
	}
	for _, s := range stages {
		assertInside(t, s, runs[0])
	}
}

// assertCounted compares what a run says of its ends with its tasks.
func assertCounted(t *testing.T, w watched) {
	t.Helper()
	stages := map[int]int{}
	for _, e := range w.of(diag.TaskDone) {
		stages[e.Stage]++
	}
	for _, e := range w.of(diag.StageEnd) {
		assert.Equal(t, stages[e.Stage], e.Done)
	}
	start, end := w.of(diag.RunStart), w.of(diag.RunEnd)
	require.Len(t, start, 1)
	require.Len(t, end, 1)
	assert.Equal(t, start[0].Tasks, end[0].Tasks)
	assert.Equal(t, len(w.of(diag.TaskDone)), end[0].Done)
}

func assertInside(t *testing.T, in, out traced) {
	t.Helper()
	assert.GreaterOrEqual(t, in.Ts, out.Ts)
	assert.LessOrEqual(t, in.end(), out.end())
}

func TestHandlersOfAFailingRun(t *testing.T) {
	x := chunkgrid.Arange[float64](0, 4000, 1, nd.Sizes(100))
	broken := errors.New("broken")
	bad := chunkgrid.MapChunks(x, func(c *nd.Array[float64]) (*nd.Array[float64], error) {
		if c.At(0) == 2000 {
			return nil, broken
		}
		return c, nil
	})
	w, err := watch(t, func(events chunkgrid.Option) error {
		_, err := reduce.Sum(bad).Value(context.Background(), events)
		return err
	})
	require.ErrorIs(t, err, broken)
	assertTraced(t, w)
	assertCounted(t, w)
	assert.Contains(t, w.trace.slices["run"][0].Args["error"], "broken")
	assert.ErrorIs(t, w.profile.Total().Err, broken)
	last := w.progress[len(w.progress)-1]
	assert.ErrorIs(t, last.Err, broken)
	assert.Less(t, last.Done, last.Tasks)
	assert.Equal(t, len(w.of(diag.TaskDone)), last.Done)
}
