package diag_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/diag"
)

func TestProfile(t *testing.T) {
	var p diag.Profile
	replay(recorded(), p.Event)
	require.Len(t, p.Stages, 2)
	assert.Equal(t, diag.StageProfile{
		Name: "read sst, sub", Tasks: 3, Done: 3, Workers: 2, Elapsed: 4 * time.Second,
		Reading: 3500 * time.Millisecond, Computing: 1750 * time.Millisecond, Storing: 1750 * time.Millisecond,
		Read: 3 * gib, Decoded: 6 * gib, Written: 1.5 * gib, Slowest: 3 * time.Second, SlowestTask: 1,
	}, p.Stages[0])
	assert.Equal(t, 7*time.Second, p.Stages[0].Busy())
	assert.Equal(t, 1.5*gib, p.Stages[0].Throughput())

	replay(recorded(), p.Event) // runs add up
	total := p.Total()
	assert.Len(t, p.Stages, 4)
	assert.Equal(t, 10*time.Second, total.Elapsed)
	assert.Equal(t, 15*time.Second, total.Busy())
	assert.EqualValues(t, 12*gib, total.Decoded)
	assert.Equal(t, 8, total.Done)
}

func TestProfileOfAFailedRun(t *testing.T) {
	var p diag.Profile
	assert.NotContains(t, p.String(), "all stages")
	replay(failed(), p.Event)
	assert.Equal(t, failed()[3].Err, p.Total().Err)
	assert.Regexp(t, `\n +1/3 .* read sst, sub: disk "a" is full\n$`, p.String())
}

func TestProgress(t *testing.T) {
	var p diag.Progress
	_, known := p.Remaining()
	assert.False(t, known)
	assert.Zero(t, p.Fraction())
	assert.Zero(t, p.Rate())
	replay(recorded()[:5], p.Event)
	assert.Equal(t, 0.75, p.Fraction())
	assert.Equal(t, 0.75, p.Rate())
	assert.Equal(t, 1.5*gib, p.Throughput())
	left, known := p.Remaining()
	assert.True(t, known)
	assert.InDelta(t, 4./3, left.Seconds(), 1e-6)
	replay(recorded()[5:], p.Event)
	assert.True(t, p.Ended)
	left, _ = p.Remaining()
	assert.Zero(t, left)

	replay(failed(), p.Event)
	assert.Equal(t, 0.25, p.Fraction(), "another run starts from 0")
	assert.Contains(t, p.String(), "25%, 1 of 4 tasks, ")
	assert.Contains(t, p.String(), ", failed after 5s: disk")
}

// Workers tell the time before they queue for the handler.
func TestProgressNeverGoesBack(t *testing.T) {
	events := recorded()
	events[2], events[3] = events[3], events[2]
	var p diag.Progress
	replay(events[:3], p.Event)
	before := p
	p.Event(events[3])
	assert.Equal(t, before.Elapsed, p.Elapsed)
	assert.Equal(t, before.Decoded, p.Decoded)
	assert.Equal(t, before.Done+1, p.Done)
}

func TestEvery(t *testing.T) {
	calls := func(d time.Duration) (done []int) {
		replay(recorded(), diag.Every(d, func(p diag.Progress) { done = append(done, p.Done) }))
		return done
	}
	assert.Equal(t, []int{1, 2, 3, 4, 4}, calls(0))
	assert.Equal(t, []int{2, 4}, calls(3*time.Second))
	assert.Equal(t, []int{4}, calls(time.Hour))
}

func TestSeveralKeepsTheOrder(t *testing.T) {
	var got []int
	add := func(i int) diag.Handler { return func(diag.Event) { got = append(got, i) } }
	diag.Several(add(1), add(2), add(3))(diag.Event{})
	assert.Equal(t, []int{1, 2, 3}, got)
}
