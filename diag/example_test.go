package diag_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
)

func ExampleFormatBytes() {
	fmt.Println(diag.FormatBytes(2138400), "in", diag.FormatBytes(93000))
	// Output: 2.0 MiB in 91 KiB
}

func ExampleMemory() {
	now, peak := diag.Memory()
	fmt.Println(now > 0, now <= peak)
	// Output: true true
}

func ExampleHandler() {
	var log diag.Handler = func(e diag.Event) { fmt.Println(e) }
	log(diag.Event{Kind: diag.StageEnd, Name: "mean", Tasks: 4, Done: 4, Read: 1 << 20, Decoded: 4 << 20})
	// Output: stage 0 (mean): stage end, 4/4, read 1.0 MiB, decoded 4.0 MiB, written 0 B
}

// A run is watched by as many handlers as one likes.
func ExampleSeveral() {
	tasks := 0
	count := func(e diag.Event) {
		if e.Kind == diag.TaskDone {
			tasks++
		}
	}
	var profile diag.Profile
	x := chunkgrid.Arange[float64](0, 1000, 1, nd.Sizes(100))
	mean, err := reduce.Mean(x).Value(context.Background(), chunkgrid.OnEvent(diag.Several(count, profile.Event)))
	fmt.Println(mean, err, tasks, profile.Total().Done)
	// Output: 499.5 <nil> 10 10
}

// The file, a buffer here, is for https://ui.perfetto.dev.
func ExampleTrace() {
	var file bytes.Buffer
	trace := diag.NewTrace(&file)
	x := chunkgrid.Arange[float64](0, 1000, 1, nd.Sizes(100))
	mean, err := reduce.Mean(x).Value(context.Background(), chunkgrid.OnEvent(trace.Event))
	err = errors.Join(err, trace.Close())
	fmt.Println(mean, err, json.Valid(file.Bytes()))
	// Output: 499.5 <nil> true
}

func ExampleProfile() {
	var p diag.Profile
	replay(recorded(), p.Event)
	fmt.Print(&p)
	// Output:
	// tasks  workers  elapsed  busy  reading  computing  storing     read  decoded  written  GB/s         slowest  stage
	//       3        2       4s   88%      50%        25%      25%  3.0 GiB  6.0 GiB  1.5 GiB  1.61     3s (task 1)  read sst, sub
	//       1        1    500ms  100%       0%       100%       0%      0 B      0 B      0 B     0  500ms (task 0)  mean
	//       4        2       5s   75%      47%        30%      23%  3.0 GiB  6.0 GiB  1.5 GiB  1.29              3s  all stages
}

// A program that runs for long says how far it is, here every other second. (The
// events of these examples are recorded ones.)
func ExampleEvery() {
	replay(recorded(), diag.Every(2*time.Second, func(p diag.Progress) { fmt.Println(p) }))
	// Output:
	// 25%, 1 of 4 tasks, 1.07 GB/s, 6s left
	// 75%, 3 of 4 tasks, 1.61 GB/s, 1.33s left
	// 100%, 4 of 4 tasks, 1.29 GB/s, took 5s
}

// A program draws a bar of its own.
func ExampleProgress() {
	var p diag.Progress
	replay(recorded(), diag.Several(p.Event, func(e diag.Event) {
		if e.Kind == diag.TaskDone {
			bar := strings.Repeat("#", int(12*p.Fraction()))
			fmt.Printf("[%-12s] %s\n", bar, p.Stage)
		}
	}))
	// Output:
	// [###         ] read sst, sub
	// [######      ] read sst, sub
	// [#########   ] read sst, sub
	// [############] mean
}

func ExampleMeasure() {
	var squares []float64
	m, err := diag.Measure(func() error {
		squares = make([]float64, 1<<20)
		for i := range squares {
			squares[i] = float64(i) * float64(i)
		}
		return nil
	})
	fmt.Println(m.Allocated >= 8<<20, m.Before <= m.Peak, squares[3], err)
	// Output: true true 9 <nil>
}
