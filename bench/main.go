// Command bench does the same work with ndgrid and with the libraries people
// would otherwise use, side by side, and prints how long each took:
//
//	go run ./bench                               all cases, NumPy, dask and zarr-python
//	go run ./bench -run std -peers numpy         the cases that a regular expression matches
//	go run ./bench -size 50MB -json              smaller arrays, an object per line
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
	"text/tabwriter"

	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// workerFlag makes the program our own side of a case.
const workerFlag = "-worker"

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) == 1 && args[0] == workerFlag {
		return serve(ctx, os.Stdin, out)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	pattern := flags.String("run", "", "only the cases that this regular expression matches")
	peers := flags.String("peers", "numpy,numpy-plain,dask,zarr", "what to compare with: Python modules; with -plain as most people would write it")
	size := flags.String("size", "400MB", "bytes of an input array")
	rounds := flags.Int("rounds", 7, "samples of every side; 3 where one takes over 20 s")
	asJSON := flags.Bool("json", false, "print a JSON object per line")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := regexp.Compile(*pattern)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	b := bench{rounds: max(1, *rounds), peers: strings.FieldsFunc(*peers, func(r rune) bool { return r == ',' || r == ' ' })}
	if b.size, err = nd.ParseBytes(*size); err != nil {
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
	if b.python, err = peerCommand(b.dir); err != nil {
		return err
	}
	return b.report(ctx, chosen, *asJSON, out)
}

// report measures the chosen cases and prints them one by one.
func (b *bench) report(ctx context.Context, chosen *regexp.Regexp, asJSON bool, out io.Writer) error {
	var all []row
	failed := 0
	for _, c := range cases {
		if !chosen.MatchString(c.name) {
			continue
		}
		if !asJSON {
			fmt.Fprintf(os.Stderr, "%s …\n", c.name)
		}
		rows, err := b.measure(ctx, c)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Failed {
				failed++
			}
			if asJSON {
				if err := json.NewEncoder(out).Encode(r); err != nil {
					return err
				}
			}
		}
		all = append(all, rows...)
	}
	if !asJSON {
		if err := b.heading(out); err != nil {
			return err
		}
		if err := table(out, all); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d comparisons failed", failed, len(all))
	}
	return nil
}

func (b *bench) heading(out io.Writer) error {
	shape := shapeOf(b.size)
	_, err := fmt.Fprintf(out, "float64 arrays of %d×%d, %s; %d processors, %s/%s, %s\n\n", shape[0], shape[1],
		diag.FormatBytes(int64(8*shape[0]*shape[1])), runtime.GOMAXPROCS(0), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return err
}

// table prints rows in columns, and the versions of the peers below.
func table(out io.Writer, rows []row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "case\tpeer\tratio\tndgrid ms (min–max)\tpeer ms (min–max)\tGB/s\tpeak MiB\tpeer's\trel. error\tthe peer's way")
	var versions []string
	seen := map[string]bool{}
	for _, r := range rows {
		ours := fmt.Sprintf("%s (%s–%s)", digits(r.OursMS), digits(r.OursMin), digits(r.OursMax))
		if r.PeerMS == 0 {
			note := r.Note
			if r.Peer == "" {
				note = "no peer"
			}
			fmt.Fprintf(w, "%s\t%s\t-\t%s\t-\t%.1f\t%.0f\t-\t-\t%s\n", r.Case, r.Peer, ours, r.OursGBs, r.OursPeakMiB, note)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%s\t%s (%s–%s)\t%.1f\t%.0f\t%.0f\t%.1g\t%s\n", r.Case, r.Peer, r.Ratio, ours,
			digits(r.PeerMS), digits(r.PeerMin), digits(r.PeerMax), r.OursGBs, r.OursPeakMiB, r.PeerPeakMiB, r.RelError, r.Way)
		if !seen[r.Version] {
			seen[r.Version] = true
			versions = append(versions, r.Version)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nratio: peer's time ÷ ndgrid's; GB/s: of ndgrid, inputs and result ÷ time. %s\n", strings.Join(versions, "; "))
	return err
}

// digits writes milliseconds with three digits, or all before the point.
func digits(ms float64) string {
	switch {
	case ms < 1:
		return fmt.Sprintf("%.3f", ms)
	case ms < 10:
		return fmt.Sprintf("%.2f", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f", ms)
	}
	return fmt.Sprintf("%.0f", ms)
}
