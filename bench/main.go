// Command bench does the same work with ndgrid and with the libraries people
// would otherwise use, side by side, and prints how long each took:
//
//	go run ./bench                               all cases, all peers
//	go run ./bench -run red -peers numpy         the cases that a regular expression matches
//	go run ./bench -size 50MB -json              smaller arrays, an object per line
//	go run ./bench -report bench/RESULTS.md      a report with charts beside it
//
// Each side is a process of its own; they take turns, round by round. A time
// counts only where the results agreed. docs/performance.md says how to read it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/nd"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// workerFlag makes the program our own side of a case.
const workerFlag = "-worker"

// options are the flags.
type options struct {
	run, peers, size, python string
	rounds, threads          int
	asJSON                   bool
	plot, report             string
}

// run is the program. Results go to out, what is being done to progress.
func run(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	if len(args) == 1 && args[0] == workerFlag {
		return serve(ctx, os.Stdin, out)
	}
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.run, "run", "", "only the cases that this regular expression matches")
	flags.StringVar(&o.peers, "peers", "numpy,numexpr,dask,zarr,tensorstore,blosc2,h5py,pandas,polars", "what to compare with: Python modules; with -plain as most people would write it")
	flags.StringVar(&o.size, "size", "400MB", "bytes of an input array")
	flags.StringVar(&o.python, "python", "", "the peers' interpreter (default that of make peers, or NDGRID_PYTHON, or python3)")
	flags.IntVar(&o.rounds, "rounds", 7, "samples of every side; 3 where one takes over 20 s")
	flags.IntVar(&o.threads, "threads", min(2, runtime.NumCPU()), "threads of every side")
	flags.BoolVar(&o.asJSON, "json", false, "print a JSON object per line")
	flags.StringVar(&o.plot, "plot", "", "draw the ratios into this file: .png, .svg, .pdf")
	flags.StringVar(&o.report, "report", "", "write a report into this Markdown file, and charts into the directory results beside it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := regexp.Compile(o.run)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	b := bench{rounds: max(1, o.rounds), threads: max(1, o.threads), progress: progress,
		peers: strings.FieldsFunc(o.peers, func(r rune) bool { return r == ',' || r == ' ' })}
	if b.size, err = nd.ParseBytes(o.size); err != nil {
		return fmt.Errorf("-size: %w", err)
	}
	if b.dir, err = os.MkdirTemp("", "ndgrid-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	b.self = []string{program, workerFlag}
	if b.python, err = peerCommand(b.dir, o.python); err != nil {
		return err
	}
	return b.all(ctx, chosen, o, out)
}

// all measures the chosen cases and reports them as asked. That some
// comparisons failed is an error at the end.
func (b *bench) all(ctx context.Context, chosen *regexp.Regexp, o options, out io.Writer) error {
	var list []kase
	for _, c := range cases {
		if chosen.MatchString(c.name) {
			list = append(list, c)
		}
	}
	var err error
	if b.probe, err = start(ctx, "limit", b.self, b.threads); err != nil {
		return err
	}
	defer b.probe.stop()
	res := results{machine: thisMachine(b.threads), size: b.size, cases: list}
	if res.limits, err = b.limits(); err != nil {
		return err
	}
	if res.rows, err = b.missing(ctx); err != nil {
		return err
	}
	if o.asJSON {
		if err := encode(out, res.rows); err != nil {
			return err
		}
	}
	failed := 0
	for i, c := range list {
		began := time.Now()
		fmt.Fprintf(b.progress, "[%d/%d] %s …\n", i+1, len(list), c.name)
		rows, err := b.measure(ctx, c)
		if err != nil { // or interrupted: what was measured is not lost
			res.cases = list[:i]
			return errors.Join(err, res.print(o, out))
		}
		for _, r := range rows {
			if r.Failed {
				failed++
			}
		}
		if o.asJSON {
			if err := encode(out, rows); err != nil {
				return err
			}
		}
		fmt.Fprintf(b.progress, "        %s(%.0f s)\n", summary(rows), time.Since(began).Seconds())
		res.rows = append(res.rows, rows...)
		res.samples, res.disturbed = b.samples, b.disturbed
	}
	if err := res.print(o, out); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d comparisons failed", failed, len(res.rows))
	}
	return nil
}

// print writes what is asked for, now that all is measured.
func (res *results) print(o options, out io.Writer) error {
	if !o.asJSON {
		if err := res.text(out); err != nil {
			return err
		}
	}
	if o.plot != "" {
		if err := plotRatios(o.plot, res.rows); err != nil {
			return err
		}
	}
	if o.report != "" {
		if err := res.write(o.report); err != nil {
			return err
		}
	}
	return nil
}

// encode prints rows as lines of JSON.
func encode(out io.Writer, rows []row) error {
	e := json.NewEncoder(out)
	for _, r := range rows {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// missing returns a row for every peer that isn't installed, and compares with
// the others only.
func (b *bench) missing(ctx context.Context) (rows []row, err error) {
	var there []string
	for _, name := range b.peers {
		var r reply
		w, err := start(ctx, name, b.python, b.threads)
		if err == nil {
			r, err = w.do(request{Do: "check", Peer: name})
			w.stop()
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			r.Missing = err.Error()
			fallthrough
		case r.Missing != "":
			rows = append(rows, row{Peer: name, Note: "missing: " + r.Missing})
			fmt.Fprintf(b.progress, "%s is missing: %s\n", name, r.Missing)
		default:
			there = append(there, name)
		}
	}
	b.peers = there
	return rows, nil
}

// limits measures all probes in turn.
func (b *bench) limits() ([]limitFigure, error) {
	figures := make([]limitFigure, len(probes))
	gbs := make([][]float64, len(probes))
	for round := range b.rounds + 1 {
		for i, p := range probes {
			r, err := b.probe.do(request{Do: "limit", Case: p.name, Size: b.size})
			if err != nil {
				return nil, err
			}
			if round > 0 { // the first warms up
				gbs[i] = append(gbs[i], r.GBs)
			}
		}
	}
	for i, p := range probes {
		mid, least, most := median(gbs[i])
		figures[i] = limitFigure{p.name, mid, least, most}
	}
	return figures, nil
}
