package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// bench is a run of this program.
type bench struct {
	dir    string   // for inputs and results
	size   int      // bytes of an input array
	rounds int      // samples of every side
	peers  []string // what ours is compared with
	self   []string // command line of our worker
	python []string // command line of the peers'
}

const (
	longSample = 20e3 // milliseconds: samples longer than this are taken
	fewRounds  = 3    // so many times only
)

// side is one of those who do the work of a case.
type side struct {
	*worker
	prepared reply
	result   string // path
	ms       []float64
	peak     float64
}

// row is a case and one peer: a line of the table and of the JSON. Without Note
// the results agreed and all figures are there.
type row struct {
	Case        string  `json:"case"`
	Peer        string  `json:"peer"` // "" where no peer was asked or can do it
	OursMS      float64 `json:"ours_ms"`
	PeerMS      float64 `json:"peer_ms"`
	Ratio       float64 `json:"ratio"` // peer's time ÷ ours
	OursPeakMiB float64 `json:"ours_peak_mib"`
	PeerPeakMiB float64 `json:"peer_peak_mib"`
	Agreed      bool    `json:"agreed"`

	OursMin  float64 `json:"ours_min_ms"`
	OursMax  float64 `json:"ours_max_ms"`
	PeerMin  float64 `json:"peer_min_ms"`
	PeerMax  float64 `json:"peer_max_ms"`
	OursGBs  float64 `json:"ours_gb_s"` // bytes of inputs and result ÷ time
	RelError float64 `json:"rel_error"` // greatest of any element
	Rounds   int     `json:"rounds"`
	Way      string  `json:"way,omitempty"`     // how the peer does it
	Version  string  `json:"version,omitempty"` // of the peer
	Note     string  `json:"note,omitempty"`    // why there is no time of the peer
	Failed   bool    `json:"failed,omitempty"`  // and that is not for a missing library
}

// measure times a case: ours and the peers' work in turn, in processes that
// live as long as the case.
func (b *bench) measure(ctx context.Context, c kase) ([]row, error) {
	var err error
	inputs := map[string]string{}
	for name, file := range c.inputs {
		if inputs[name], err = input(ctx, b.dir, file, b.size); err != nil {
			return nil, err
		}
	}
	results, err := os.MkdirTemp(b.dir, "results-")
	if err != nil {
		return nil, err
	}
	var workers []*worker
	defer func() {
		for _, w := range workers {
			w.stop()
		}
	}()
	open := func(name string, argv []string) (*side, error) {
		w, err := start(ctx, name, argv)
		if err != nil {
			return nil, err
		}
		workers = append(workers, w)
		s := &side{worker: w, result: filepath.Join(results, name+".npy")}
		s.prepared, err = w.do(request{Do: "prepare", Peer: name, Case: c.name, Inputs: inputs, Result: s.result})
		return s, err
	}

	ours, err := open("ndgrid", b.self)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	var rows []row
	sides := []*side{ours}
	for _, name := range b.peers {
		r := row{Case: c.name, Peer: name}
		s, err := open(name, b.python)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, errStart):
			r.Note = "missing: " + err.Error()
		case err != nil:
			r.Note, r.Failed = err.Error(), true
		case s.prepared.Skip:
			continue
		case s.prepared.Missing != "":
			r.Note = "missing: " + s.prepared.Missing
		default:
			r.Version, r.Way = s.prepared.Version, s.prepared.Way
			r.RelError, err = difference(ctx, ours.result, s.result)
			if r.Agreed = err == nil && r.RelError <= tolerance; r.Agreed {
				sides = append(sides, s)
				break
			}
			r.Note, r.Failed = fmt.Sprintf("results differ: relative error %.2g", r.RelError), true
			if err != nil {
				r.Note = "results differ: " + err.Error()
			}
			r.RelError = 0 // an infinite one can't be said in JSON
		}
		rows = append(rows, r)
	}
	// before the samples, so that the system doesn't write them to disk meanwhile
	if err := os.RemoveAll(results); err != nil {
		return nil, err
	}
	if err := b.sample(sides); err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	if len(rows) == 0 {
		rows = []row{{Case: c.name}}
	}
	return b.figures(c, rows, sides), nil
}

// sample fills in the times of all sides, which take turns.
func (b *bench) sample(sides []*side) error {
	rounds := b.rounds
	for i := 0; i < rounds; i++ {
		for _, s := range sides {
			r, err := s.do(request{Do: "run"})
			if err != nil {
				return err
			}
			s.ms = append(s.ms, r.MS)
			s.peak = r.PeakMiB
			if r.MS > longSample {
				rounds = min(rounds, fewRounds)
			}
		}
	}
	return nil
}

// figures completes the rows of a case with what the sides measured.
func (b *bench) figures(c kase, rows []row, sides []*side) []row {
	ours := sides[0]
	for i := range rows {
		r := &rows[i]
		r.OursMS, r.OursMin, r.OursMax = median(ours.ms)
		r.OursPeakMiB = ours.peak
		r.Rounds = len(ours.ms)
		shape := shapeOf(b.size)
		r.OursGBs = c.streams * float64(8*shape[0]*shape[1]) / r.OursMS / 1e6
		for _, s := range sides[1:] {
			if s.name == r.Peer {
				r.PeerMS, r.PeerMin, r.PeerMax = median(s.ms)
				r.PeerPeakMiB = s.peak
				r.Ratio = r.PeerMS / r.OursMS
			}
		}
	}
	return rows
}

// median returns the median, the least and the greatest of some numbers.
func median(v []float64) (mid, least, most float64) {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2, s[0], s[n-1]
}
