package delayed_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/diag"
)

func increment(x int) int { return x + 1 }
func double(x int) int    { return 2 * x }
func plus(a, b int) int   { return a + b }

func TestValuesAreComputedLater(t *testing.T) {
	var calls atomic.Int32
	count := delayed.Func1(func(x int) int { calls.Add(1); return x })
	add := delayed.Func2(plus)
	x := count(delayed.Of(3))
	sum := add(add(x, x), delayed.Of(4))
	assert.Zero(t, calls.Load())
	assert.Equal(t, "plus(plus(…), 4) int, not computed", sum.String())
	v, err := sum.Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 10, v)
	assert.EqualValues(t, 1, calls.Load(), "what is shared runs once")
	_, err = sum.Compute(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 2, calls.Load(), "every run computes anew")
}

// Arguments come in their order, whatever the number and kind of function.
func TestArgumentsInOrder(t *testing.T) {
	a, b, c := delayed.Of(1), delayed.Of("b"), delayed.Of(2.5)
	for want, call := range map[string]delayed.Value[string]{
		"1,b":     delayed.Try2(func(_ context.Context, i int, s string) (string, error) { return fmt.Sprintf("%d,%s", i, s), nil })(a, b),
		"1,b,2.5": delayed.Func3(func(i int, s string, x float64) string { return fmt.Sprintf("%d,%s,%g", i, s, x) })(a, b, c),
	} {
		got, err := call.Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestSeveralAtOnce(t *testing.T) {
	var calls atomic.Int32
	x := delayed.Func1(func(x int) float64 { calls.Add(1); return float64(x) / 2 })(delayed.Of(3))
	var half float64
	var word string
	var four int
	err := delayed.Run(t.Context(), []delayed.Out{
		x.Into(&half),
		delayed.Func1(func(x float64) string { return fmt.Sprint(x) })(x).Into(&word),
		delayed.Of(4).Into(&four),
	})
	require.NoError(t, err)
	assert.Equal(t, 1.5, half)
	assert.Equal(t, "1.5", word)
	assert.Equal(t, 4, four)
	assert.EqualValues(t, 1, calls.Load())
}

// TestReduce: neighbours are joined, in order, whatever the number of values.
func TestReduce(t *testing.T) {
	for n := 1; n < 40; n++ {
		var values []delayed.Value[string]
		want := ""
		for i := range n {
			values = append(values, delayed.Of(string(rune('a'+i))))
			want += string(rune('a' + i))
		}
		v, err := delayed.Reduce(func(a, b string) string { return a + b }, values...).Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, v)
		list, err := delayed.List(values...).Compute(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, strings.Join(list, ""))
	}
	v, err := delayed.Sum[float64]().Compute(t.Context())
	require.NoError(t, err)
	assert.Zero(t, v)
	_, err = delayed.Reduce(plus).Compute(t.Context())
	assert.EqualError(t, err, "delayed: Reduce(): no values")
}

// TestNoCycles: a list doesn't change with the slice it was made of, so no
// value can come to be its own argument.
func TestNoCycles(t *testing.T) {
	values := []delayed.Value[int]{delayed.Of(1), delayed.Of(2)}
	sum := delayed.Func1(func(v []int) int { return v[0] + v[1] })(delayed.List(values...))
	values[0] = sum
	v, err := sum.Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 3, v)
}

func TestZeroValue(t *testing.T) {
	var zero delayed.Value[int]
	_, err := zero.Compute(t.Context())
	assert.EqualError(t, err, "delayed: a zero Value")
	v := delayed.Func1(increment)(zero)
	_, err = v.Compute(t.Context())
	assert.EqualError(t, err, "delayed: a zero Value is an argument of increment")
	assert.Equal(t, "increment(zero Value) int, not computed", v.String())
	assert.Equal(t, "int, a zero Value", zero.String())
}

// random returns a graph of n calls on values before them, of which calls with
// a number of fails fail.
func random(seed uint64, n int, fails map[int]bool) delayed.Value[int] {
	rng := rand.New(rand.NewPCG(seed, 1))
	call := delayed.Try3(func(_ context.Context, i, a, b int) (int, error) {
		if fails[i] {
			if i%2 == 0 {
				panic("too large")
			}
			return 0, errors.New("no such file")
		}
		return (a*31+b*17+i)%1_000_003 + 1, nil
	})
	values := []delayed.Value[int]{delayed.Of(1)}
	for i := range n {
		recent := min(len(values), 200)
		pick := func() delayed.Value[int] { return values[len(values)-1-rng.IntN(recent)] }
		values = append(values, call(delayed.Of(i), pick(), pick()))
	}
	return delayed.Sum(values...)
}

// TestAnyWorkers: the result, and of several errors the one that is returned,
// don't depend on the number of workers.
func TestAnyWorkers(t *testing.T) {
	n := 20_000
	if testing.Short() {
		n = 2_000
	}
	for seed := range uint64(6) {
		fails := map[int]bool{}
		if seed >= 2 {
			rng := rand.New(rand.NewPCG(seed, 2))
			for range 5 {
				fails[rng.IntN(n)] = true
			}
		}
		v := random(seed, n, fails)
		want, wantErr := v.Compute(t.Context(), chunkgrid.Workers(1))
		assert.Equal(t, len(fails) > 0, wantErr != nil)
		for _, workers := range []int{2, 16} {
			got, err := v.Compute(t.Context(), chunkgrid.Workers(workers))
			assert.Equal(t, want, got, "seed %d, %d workers", seed, workers)
			assert.Equal(t, fmt.Sprint(wantErr), fmt.Sprint(err), "seed %d, %d workers", seed, workers)
		}
	}
}

// TestFirstError: an error that comes early doesn't hide one that is before it
// in the graph, and cancels the functions that come after both.
func TestFirstError(t *testing.T) {
	late := make(chan struct{})
	slow := delayed.Try1(func(context.Context, int) (int, error) { <-late; return 0, errors.New("first") })
	quick := delayed.Try1(func(context.Context, int) (int, error) { close(late); return 0, errors.New("second") })
	blocks := delayed.Try1(func(ctx context.Context, _ int) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
	all := delayed.Sum(slow(delayed.Of(1)), quick(delayed.Of(2)), blocks(delayed.Of(3)), blocks(delayed.Of(4)))
	_, err := all.Compute(t.Context(), chunkgrid.Workers(4))
	require.ErrorContains(t, err, "(1): first")
	var e *delayed.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "1", e.Args)
	assert.Contains(t, e.Func, "TestFirstError")
}

var errPanic = errors.New("a reason")

func TestErrorsNameTheCall(t *testing.T) {
	for _, c := range []struct {
		value delayed.Any
		want  string
	}{
		{delayed.Func2(func(a []float64, i int) float64 { return a[i] })(delayed.Of(make([]float64, 1_000_000)), delayed.Of(-1)),
			"([]float64 of 1000000, -1): panic: runtime error: index out of range [-1]"},
		{delayed.Func1(func(s string) int { panic(errPanic) })(delayed.Of(strings.Repeat("é", 1000))),
			"(" + strings.Repeat("é", 22) + "…): panic: a reason"},
		{delayed.Func1(func([]int) int { panic("all") })(delayed.List(delayed.Of(1), delayed.Of(2))), "([1 2]): panic: all"},
		{delayed.Func1(func(error) int { panic(nil) })(delayed.Of[error](nil)), "(nil): panic: panic called with nil argument"},
		{delayed.Func1(func(time.Duration) int { runtime.Goexit(); return 0 })(delayed.Of(time.Second)), "(1s): a function ended its goroutine"},
	} {
		_, err := delayed.Func1(func(any) int { return 0 })(anyOf(c.value)).Compute(t.Context(), chunkgrid.Workers(2))
		require.ErrorContains(t, err, c.want)
		assert.Less(t, len(err.Error()), 300)
	}
	_, err := delayed.Func1(func(int) int { panic(errPanic) })(delayed.Of(1)).Compute(t.Context())
	var e *delayed.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, errPanic)
	assert.Contains(t, e.Stack, "delayed_test.go")
}

// anyOf is a value of any type as one of type any.
func anyOf(v delayed.Any) delayed.Value[any] {
	switch v := v.(type) {
	case delayed.Value[int]:
		return delayed.Func1(func(x int) any { return x })(v)
	case delayed.Value[float64]:
		return delayed.Func1(func(x float64) any { return x })(v)
	}
	return delayed.Value[any]{}
}

func TestCancelled(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancelCause(t.Context())
	var begun atomic.Int32
	wait := delayed.Try1(func(ctx context.Context, _ int) (int, error) {
		if begun.Add(1) == 2 {
			cancel(errors.New("enough"))
		}
		<-ctx.Done()
		return 0, ctx.Err()
	})
	var values []delayed.Value[int]
	for i := range 1000 {
		values = append(values, wait(delayed.Of(i)))
	}
	_, err := delayed.Sum(values...).Compute(ctx, chunkgrid.Workers(2))
	require.EqualError(t, err, "delayed: 0 of 1999 tasks done: enough")
	assert.LessOrEqual(t, begun.Load(), int32(4))
	_, err = values[0].Compute(ctx)
	require.ErrorContains(t, err, "enough")
	for range 1000 { // what calls stop may still be about to end
		if runtime.NumGoroutine() > before {
			time.Sleep(time.Millisecond)
		}
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestResultsAreFreed: a result is gone when those that use it have returned,
// though the run goes on.
func TestResultsAreFreed(t *testing.T) {
	var mu sync.Mutex
	var made []weak.Pointer[[1 << 20]byte]
	large := delayed.Func1(func(int) *[1 << 20]byte {
		mu.Lock()
		defer mu.Unlock()
		p := new([1 << 20]byte)
		made = append(made, weak.Make(p))
		return p
	})
	most := 0
	small := delayed.Func1(func(*[1 << 20]byte) int {
		runtime.GC()
		alive := 0
		for _, p := range made {
			if p.Value() != nil {
				alive++
			}
		}
		most = max(most, alive)
		return 1
	})
	var values []delayed.Value[int]
	for i := range 50 {
		values = append(values, small(large(delayed.Of(i))))
	}
	v, err := delayed.Sum(values...).Compute(t.Context(), chunkgrid.Workers(1))
	require.NoError(t, err)
	assert.Equal(t, 50, v)
	assert.LessOrEqual(t, most, 2)
}

func TestEvents(t *testing.T) {
	var events []diag.Event
	inc, add := delayed.Func1(increment), delayed.Func2(plus)
	v := add(inc(delayed.Of(1)), delayed.Func1(double)(inc(delayed.Of(2))))
	_, err := v.Compute(t.Context(), chunkgrid.Workers(1), chunkgrid.OnEvent(func(e diag.Event) { events = append(events, e) }))
	require.NoError(t, err)
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, fmt.Sprintf("%v %d/%d", e.Kind, e.Done, e.Tasks))
		assert.Equal(t, "increment, double, plus", e.Name)
	}
	assert.Equal(t, []string{"run start 0/4", "stage start 0/4", "task done 1/4", "task done 2/4", "task done 3/4", "task done 4/4",
		"stage end 4/4", "run end 4/4"}, kinds)
	assert.Equal(t, 3, events[5].Task.Index)

	wrong := errors.New("wrong")
	fails := delayed.Try1(func(context.Context, int) (int, error) { return 0, wrong })(delayed.Of(1))
	events = nil
	_, err = fails.Compute(t.Context(), chunkgrid.OnEvent(func(e diag.Event) { events = append(events, e) }))
	require.ErrorIs(t, err, wrong)
	require.Len(t, events, 4, "a task that fails isn't done")
	assert.NoError(t, events[1].Err)
	assert.ErrorIs(t, events[2].Err, wrong)
	assert.ErrorIs(t, events[3].Err, wrong)
}

// TestLongChains: a chain of a million calls takes no deep stack.
func TestLongChains(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	inc := delayed.Func1(increment)
	v := delayed.Of(0)
	for range n {
		v = inc(v)
	}
	got, err := v.Compute(t.Context())
	require.NoError(t, err)
	assert.Equal(t, n, got)
}

// TestNothing: no place for a result, and no value to draw.
func TestNothing(t *testing.T) {
	require.ErrorContains(t, delayed.Run(t.Context(), []delayed.Out{delayed.Of(1).Into(nil)}), "into nil")
	assert.Contains(t, delayed.DOT(chunkgrid.Picture{}, nil), "zero Value")
}

func BenchmarkTasks(b *testing.B) {
	inc, add := delayed.Func1(increment), delayed.Func2(plus)
	for b.Loop() {
		row := make([]delayed.Value[int], 250_000)
		for i := range row {
			row[i] = inc(delayed.Of(i))
		}
		for range 2 {
			next := make([]delayed.Value[int], len(row))
			for i := range row {
				next[i] = add(row[i], row[(i+1)%len(row)])
			}
			row = next
		}
		if _, err := delayed.Sum(row...).Compute(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/task")
}
