package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ndgrid/ndgrid/diag"
)

// results are all that a run of the program found.
type results struct {
	machine machine
	size    int
	limits  []limitFigure
	cases   []kase
	rows    []row

	samples, disturbed int // taken, and of these while something else ran
}

// limitFigure is what a probe of the memory reached, in GB/s.
type limitFigure struct {
	name             string
	mid, least, most float64
}

// heading says in a line what was measured where.
func (res *results) heading() string {
	shape := shapeOf(res.size)
	return fmt.Sprintf("float64 arrays of %d×%d, %s, unless a case says otherwise; %s; %s/%s, %s", shape[0], shape[1],
		diag.FormatBytes(int64(8*shape[0]*shape[1])), res.machine, runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// disturbance says how quiet the machine was.
func (res *results) disturbance() string {
	return fmt.Sprintf("%d of %d samples were taken while something else ran", res.disturbed, res.samples)
}

// columns are the table's; cells has a row's.
var columns = []string{"case", "peer", "ratio", "ndgrid ms (min–max)", "peer ms (min–max)", "GB/s", "of limit", "peak MiB", "peer's", "rel. error", "the peer's way"}

func cells(r row) []string {
	ours, gbs, share := span(r.OursMS, r.OursMin, r.OursMax, r.Unit), "-", "-"
	if r.OursGBs > 0 {
		gbs = fmt.Sprintf("%.1f", r.OursGBs)
	}
	if r.LimitShare > 0 {
		share = fmt.Sprintf("%.2f", r.LimitShare)
	}
	own := fmt.Sprintf("%.0f", r.OursPeakMiB)
	if r.OursMS == 0 {
		ours, own = "-", "-"
	}
	if r.PeerMS == 0 {
		note := r.Note
		if note == "" {
			note = "no peer"
		}
		return []string{r.Case, r.Peer, "-", ours, "-", gbs, share, own, "-", "-", note}
	}
	return []string{r.Case, r.Peer, fmt.Sprintf("%.2f", r.Ratio), ours, span(r.PeerMS, r.PeerMin, r.PeerMax, r.Unit), gbs, share, own,
		fmt.Sprintf("%.0f", r.PeerPeakMiB), fmt.Sprintf("%.1g", r.RelError), r.Way}
}

// text prints rows in columns, and limits and versions below.
func (res *results) text(out io.Writer) error {
	fmt.Fprintf(out, "%s\n\n", res.heading())
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(columns, "\t"))
	for _, r := range res.rows {
		fmt.Fprintln(w, strings.Join(cells(r), "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var limits []string
	for _, l := range res.limits {
		limits = append(limits, fmt.Sprintf("%s %.1f", l.name, l.mid))
	}
	_, err := fmt.Fprintf(out, "\nratio: peer's time ÷ ndgrid's; GB/s: of ndgrid, inputs and result ÷ time; the memory's, GB/s: %s. %s. %s\n",
		strings.Join(limits, "; "), res.disturbance(), strings.Join(res.versions(), "; "))
	return err
}

// versions returns those of the peers that have a time.
func (res *results) versions() []string {
	var list []string
	for _, r := range res.rows {
		if r.PeerMS > 0 && !slices.Contains(list, r.Version) {
			list = append(list, r.Version)
		}
	}
	slices.Sort(list)
	return list
}

// summary says in a few words how a case went.
func summary(rows []row) string {
	var s strings.Builder
	for _, r := range rows {
		switch {
		case r.Ratio > 0:
			fmt.Fprintf(&s, "%s %.2f, ", r.Peer, r.Ratio)
		case r.Note != "":
			fmt.Fprintf(&s, "%s %s, ", r.Peer, r.Note)
		}
	}
	if r := rows[0]; r.OursMS > 0 {
		fmt.Fprintf(&s, "%s ms ", digits(r.OursMS))
	}
	return s.String()
}

// span writes a median with the least and the greatest.
func span(mid, least, most float64, unit string) string {
	if unit != "" {
		const ns = 1e6
		return fmt.Sprintf("%.0f ns a %s (%.0f–%.0f)", ns*mid, unit, ns*least, ns*most)
	}
	return fmt.Sprintf("%s (%s–%s)", digits(mid), digits(least), digits(most))
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
