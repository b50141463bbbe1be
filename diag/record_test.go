package diag_test

import (
	"errors"
	"slices"
	"time"

	"github.com/ndgrid/ndgrid/diag"
)

const gib = 1 << 30

// recorded returns the events of a run in two stages: two workers read an array
// in three tasks, and store something; then one of them computes a mean.
func recorded() []diag.Event {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	at := func(s float64) time.Time { return start.Add(seconds(s)) }
	// read is a task of 2 GiB that is half reading, a quarter storing.
	read := func(i, worker int, from, to float64) diag.Task {
		return diag.Task{Index: i, Worker: worker, Start: at(from), Reading: seconds((to - from) / 2), Storing: seconds((to - from) / 4),
			Read: gib, Decoded: 2 * gib, Written: gib / 2}
	}
	const sub, mean = "read sst, sub", "mean"
	return []diag.Event{
		{Kind: diag.RunStart, Time: at(0), Tasks: 4},
		{Kind: diag.StageStart, Time: at(0), Name: sub, Tasks: 3},
		{Kind: diag.TaskDone, Time: at(2), Name: sub, Tasks: 3, Done: 1, Read: gib, Decoded: 2 * gib, Written: gib / 2, Task: read(0, 0, 0, 2)},
		{Kind: diag.TaskDone, Time: at(3.5), Name: sub, Tasks: 3, Done: 2, Read: 2 * gib, Decoded: 4 * gib, Written: gib, Task: read(1, 1, 0.5, 3.5)},
		{Kind: diag.TaskDone, Time: at(4), Name: sub, Tasks: 3, Done: 3, Read: 3 * gib, Decoded: 6 * gib, Written: 3 * gib / 2, Task: read(2, 0, 2, 4)},
		{Kind: diag.StageEnd, Time: at(4), Name: sub, Tasks: 3, Done: 3, Read: 3 * gib, Decoded: 6 * gib, Written: 3 * gib / 2},
		{Kind: diag.StageStart, Time: at(4.25), Stage: 1, Name: mean, Tasks: 1, Read: 3 * gib, Decoded: 6 * gib, Written: 3 * gib / 2},
		{Kind: diag.TaskDone, Time: at(4.75), Stage: 1, Name: mean, Tasks: 1, Done: 1, Read: 3 * gib, Decoded: 6 * gib, Written: 3 * gib / 2,
			Task: diag.Task{Start: at(4.25)}},
		{Kind: diag.StageEnd, Time: at(4.75), Stage: 1, Name: mean, Tasks: 1, Done: 1, Read: 3 * gib, Decoded: 6 * gib, Written: 3 * gib / 2},
		{Kind: diag.RunEnd, Time: at(5), Tasks: 4, Done: 4, Read: 3 * gib, Decoded: 6 * gib, Written: 3 * gib / 2},
	}
}

// failed returns the events of a run whose second task fails.
func failed() []diag.Event {
	full := errors.New("disk \"a\" is full\nstack")
	events := slices.Clone(recorded()[:3])
	end, run := recorded()[5], recorded()[9]
	end.Done, end.Err, run.Done, run.Err = 1, full, 1, full
	return append(events, end, run)
}

func replay(events []diag.Event, h diag.Handler) {
	for _, e := range events {
		h(e)
	}
}
