package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// Every side of a case, ours too, is a worker: a process that reads requests
// from its standard input and writes a reply to each, all as lines of JSON.
// "check" asks a peer whether it is installed. To do a case, the first request is
// "prepare": load the inputs, do the work once, write the
// result and forget the peak of memory. Every other is "run": do the work and
// say how long it took. Ours also takes "limit": run a probe of the memory.

// request is a line to a worker.
type request struct {
	Do     string            `json:"do"`
	Peer   string            `json:"peer,omitempty"`
	Case   string            `json:"case,omitempty"`   // of limit: the probe
	Inputs map[string]string `json:"inputs,omitempty"` // paths by name
	Result string            `json:"result,omitempty"` // path: a .npy file, or the store that the work writes
	Calls  int               `json:"calls,omitempty"`  // of the work in a sample
	Size   int               `json:"size,omitempty"`   // bytes of a probe's arrays
}

// reply is a line from a worker.
type reply struct {
	Error   string  `json:"error,omitempty"`
	Missing string  `json:"missing,omitempty"` // what the peer needs and isn't installed
	Skip    bool    `json:"skip,omitempty"`    // the peer has no way to do this case
	Version string  `json:"version,omitempty"`
	Way     string  `json:"way,omitempty"` // how it does the work
	MS      float64 `json:"ms"`            // of a call, or an item where the work has such
	PeakMiB float64 `json:"peak_mib"`      // of the process's resident memory since prepare; of prepare: ever
	GBs     float64 `json:"gb_s"`          // of a probe
}

// worker is a running process.
type worker struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *json.Decoder
}

// start starts a worker: the command line argv, for the peer of this name, with
// as many threads as everyone has.
func start(ctx context.Context, name string, argv []string, threads int) (*worker, error) {
	w := &worker{name: name, cmd: exec.CommandContext(ctx, argv[0], argv[1:]...)}
	w.cmd.Stderr = os.Stderr
	w.cmd.Env = os.Environ()
	for _, variable := range []string{"GOMAXPROCS", "BENCH_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
		"NUMEXPR_MAX_THREADS", "NUMEXPR_NUM_THREADS", "BLOSC_NTHREADS", "POLARS_MAX_THREADS"} {
		w.cmd.Env = append(w.cmd.Env, variable+"="+strconv.Itoa(threads))
	}
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
		return nil, err
	}
	return w, nil
}

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

//go:embed peers/worker.py peers/ways/*.py
var scripts embed.FS

// ownPython is where make peers installs the peers.
var ownPython = filepath.Join("bench", "peers", ".venv", "bin", "python")

// peerCommand returns the command line of the Python peers; dir takes the
// scripts. Without a named interpreter it is that of make peers where there is
// one, or what NDGRID_PYTHON names, or python3.
func peerCommand(dir, python string) ([]string, error) {
	if python == "" {
		python = os.Getenv("NDGRID_PYTHON")
		if _, err := os.Stat(ownPython); err == nil || python == "" {
			python = ownPython
		}
		if _, err := os.Stat(python); err != nil {
			python = "python3"
		}
	}
	files, err := fs.Sub(scripts, "peers")
	if err != nil {
		return nil, err
	}
	to := filepath.Join(dir, "peers")
	return []string{python, filepath.Join(to, "worker.py")}, os.CopyFS(to, files)
}
