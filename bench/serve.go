package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
)

// serve is our own worker.
func serve(ctx context.Context, in io.Reader, out io.Writer) error {
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	var own self
	for {
		var q request
		if err := requests.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		r, err := own.answer(ctx, q)
		if err != nil {
			r = reply{Error: err.Error()}
		}
		if err := replies.Encode(r); err != nil {
			return err
		}
	}
}

// self is what our worker keeps between requests.
type self struct {
	kase
	do     work
	result string
	items  float64 // that a call works on, where the case's times are of one
	limits limits
}

func (s *self) answer(ctx context.Context, q request) (reply, error) {
	switch q.Do {
	case "prepare":
		return s.prepare(ctx, q)
	case "limit":
		s.limits.size = q.Size
		return s.limits.sample(q.Case)
	}
	return s.sample(ctx)
}

// prepare loads the inputs, does the work once and stores the result.
func (s *self) prepare(ctx context.Context, q request) (r reply, err error) {
	i := slices.IndexFunc(cases, func(c kase) bool { return c.name == q.Case })
	if i < 0 {
		return r, fmt.Errorf("no case %q", q.Case)
	}
	s.kase, s.result = cases[i], q.Result
	in := inputs{arrays: map[string]chunkgrid.Any{}, paths: q.Inputs, result: q.Result}
	if s.memory > 0 {
		in.opts = append(in.opts, chunkgrid.Memory(s.memory))
	}
	for name, path := range q.Inputs {
		if filepath.Base(path) == tripsFolder { // no array
			continue
		}
		if in.arrays[name], err = load(ctx, path); err != nil {
			return r, err
		}
	}
	s.items = 1
	if s.unit != "" {
		s.items = float64(in.f64("x").Size())
	}
	s.do = s.ours(in)
	result, err := s.do(ctx)
	if err != nil {
		return r, err
	}
	r.PeakMiB = peakMiB()
	if s.stores == "" {
		err = chunkgrid.Save(ctx, q.Result, chunkgrid.Vars{"result": chunkgrid.FromDyn(result)})
	}
	debug.FreeOSMemory()
	// Linux then counts the peak from here; elsewhere it includes all of the above.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return r, err
}

// sample does the work. What the sample before left behind is removed first, as
// peers do, so that none pays for another.
func (s *self) sample(ctx context.Context) (reply, error) {
	if s.stores != "" {
		if err := os.RemoveAll(s.result); err != nil {
			return reply{}, err
		}
	}
	runtime.GC()
	calls := max(1, s.calls)
	start := time.Now()
	for range calls {
		result, err := s.do(ctx)
		if err != nil {
			return reply{}, err
		}
		runtime.KeepAlive(result)
	}
	elapsed := time.Since(start)
	return reply{MS: elapsed.Seconds() * 1e3 / float64(calls) / s.items, PeakMiB: peakMiB()}, nil
}

func peakMiB() float64 {
	_, peak := diag.Memory()
	return float64(peak) / (1 << 20)
}
