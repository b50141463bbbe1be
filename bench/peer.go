package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
)

// Every side of a case, ours too, is a worker: a process that reads requests
// from its standard input and writes a reply to each, all as lines of JSON. The
// first request is "prepare": load the inputs, do the work once, write the
// result to a .npy file and forget the peak of memory. Every other is "run": do
// the work once and say how long it took.

// request is a line to a worker.
type request struct {
	Do     string            `json:"do"`
	Peer   string            `json:"peer,omitempty"`
	Case   string            `json:"case,omitempty"`
	Inputs map[string]string `json:"inputs,omitempty"` // paths by name
	Result string            `json:"result,omitempty"` // path
}

// reply is a line from a worker.
type reply struct {
	Error   string  `json:"error,omitempty"`
	Missing string  `json:"missing,omitempty"` // what the peer needs and isn't installed
	Skip    bool    `json:"skip,omitempty"`    // the peer has no way to do this case
	Version string  `json:"version,omitempty"`
	Way     string  `json:"way,omitempty"` // how it does the work
	MS      float64 `json:"ms"`
	PeakMiB float64 `json:"peak_mib"` // of the process's resident memory since prepare
}

// worker is a running process.
type worker struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *json.Decoder
}

// start starts a worker: the command line argv, for the peer of this name.
func start(ctx context.Context, name string, argv []string) (*worker, error) {
	w := &worker{name: name, cmd: exec.CommandContext(ctx, argv[0], argv[1:]...)}
	w.cmd.Stderr = os.Stderr
	var err error
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.out = json.NewDecoder(out)
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	return w, nil
}

// errStart is the error of a command that isn't there.
var errStart = errors.New("no such worker")

// do sends a request and waits for the reply.
func (w *worker) do(r request) (reply, error) {
	var answer reply
	err := json.NewEncoder(w.in).Encode(r)
	if err == nil {
		err = w.out.Decode(&answer)
	}
	if err == nil && answer.Error != "" {
		err = errors.New(answer.Error)
	}
	if err != nil {
		return answer, fmt.Errorf("%s: %s: %w", w.name, r.Do, err)
	}
	return answer, nil
}

// stop ends the process by the end of its input. How it ends doesn't matter any
// more: it has replied.
func (w *worker) stop() {
	_ = w.in.Close()
	_ = w.cmd.Wait()
}

//go:embed peers/worker.py
var workerScript []byte

// peerCommand returns the command line of the Python peers; dir takes the script.
func peerCommand(dir string) ([]string, error) {
	python := os.Getenv("NDGRID_PYTHON")
	if python == "" {
		python = filepath.Join(".venv", "bin", "python")
		if _, err := os.Stat(python); err != nil {
			python = "python3"
		}
	}
	script := filepath.Join(dir, "worker.py")
	return []string{python, script}, os.WriteFile(script, workerScript, 0o644)
}

// serve is our own worker.
func serve(ctx context.Context, in io.Reader, out io.Writer) error {
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	var do work
	for {
		var q request
		if err := requests.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var r reply
		var err error
		if q.Do == "prepare" {
			do, err = prepare(ctx, q)
		} else {
			r, err = sample(ctx, do)
		}
		if err != nil {
			r = reply{Error: err.Error()}
		}
		if err := replies.Encode(r); err != nil {
			return err
		}
	}
}

func prepare(ctx context.Context, q request) (work, error) {
	i := slices.IndexFunc(cases, func(c kase) bool { return c.name == q.Case })
	if i < 0 {
		return nil, fmt.Errorf("no case %q", q.Case)
	}
	in := arrays{}
	for name, path := range q.Inputs {
		a, err := load(ctx, path)
		if err != nil {
			return nil, err
		}
		in[name] = a
	}
	do := cases[i].ours(in)
	result, err := do(ctx)
	if err != nil {
		return nil, err
	}
	if err := chunkgrid.Save(ctx, q.Result, chunkgrid.Vars{"result": chunkgrid.FromDyn(result)}); err != nil {
		return nil, err
	}
	debug.FreeOSMemory()
	// Linux then counts the peak from here; elsewhere it includes all of the above.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return do, nil
}

// sample does the work once. What the one before left behind is collected
// first, as peers free theirs, so that no sample pays for another.
func sample(ctx context.Context, do work) (reply, error) {
	runtime.GC()
	start := time.Now()
	result, err := do(ctx)
	elapsed := time.Since(start)
	runtime.KeepAlive(result)
	_, peak := diag.Memory()
	return reply{MS: float64(elapsed.Nanoseconds()) / 1e6, PeakMiB: float64(peak) / (1 << 20)}, err
}
