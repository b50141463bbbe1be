package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// bench is a run of this program.
type bench struct {
	dir      string   // for inputs and results
	size     int      // bytes of an input array
	rounds   int      // samples of every side
	threads  int      // of every side
	peers    []string // what ours is compared with
	self     []string // command line of our worker
	python   []string // command line of the peers'
	probe    *worker  // measures the memory
	progress io.Writer

	samples, disturbed int // taken, and of these while something else ran
}

const (
	longSample = 20e3 // milliseconds: samples longer than this are taken
	fewRounds  = 3    // so many times only
)

// side is one of those who take turns.
type side struct {
	*worker
	turn     request // what it is asked for in its turn
	prepared reply
	result   string // path
	ms, gbs  []float64
	peak     float64
}

// row is a case and one peer: a line of the table and of the JSON. Without Note
// the results agreed and all figures are there.
type row struct {
	Case        string  `json:"case"` // "" where a peer is missing from all
	Peer        string  `json:"peer"` // "" where no peer was asked or can do it
	OursMS      float64 `json:"ours_ms"`
	PeerMS      float64 `json:"peer_ms"`
	Ratio       float64 `json:"ratio"` // peer's time ÷ ours
	OursPeakMiB float64 `json:"ours_peak_mib"`
	PeerPeakMiB float64 `json:"peer_peak_mib"`
	LimitShare  float64 `json:"limit_share"` // of the memory's speed that ours reached; 0 where that isn't the limit
	Agreed      bool    `json:"agreed"`

	OursMin  float64 `json:"ours_min_ms"`
	OursMax  float64 `json:"ours_max_ms"`
	PeerMin  float64 `json:"peer_min_ms"`
	PeerMax  float64 `json:"peer_max_ms"`
	OursGBs  float64 `json:"ours_gb_s"`        // bytes of inputs and result ÷ time
	LimitGBs float64 `json:"limit_gb_s"`       // of the probe, in the same rounds
	RelError float64 `json:"rel_error"`        // greatest of any element
	Stored   float64 `json:"stored,omitempty"` // bytes of our stored result ÷ the peer's, where the case promises something
	Rounds   int     `json:"rounds"`
	Unit     string  `json:"unit,omitempty"`    // what times are of, if not of the whole work
	Way      string  `json:"way,omitempty"`     // how the peer does it
	Version  string  `json:"version,omitempty"` // of the peer
	Note     string  `json:"note,omitempty"`    // why there is no time
	Failed   bool    `json:"failed,omitempty"`  // and that is not for a missing library
}

// measure times a case: ours and the peers' work in turn, in processes that
// live as long as the case. Only the end of ctx is an error.
func (b *bench) measure(ctx context.Context, c kase) ([]row, error) {
	m := measurement{bench: b, kase: c}
	defer m.close()
	rows, err := m.compare(ctx)
	if err == nil {
		err = m.sample()
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return []row{{Case: c.name, Unit: c.unit, Note: err.Error(), Failed: true}}, nil
	}
	return m.figures(rows), nil
}

// measurement is a case being measured.
type measurement struct {
	*bench
	kase
	inputs  map[string]string // paths by name
	results string            // directory
	started []*worker
	sides   []*side // whose turns count: ours first
}

// close ends the workers, and removes what they wrote.
func (m *measurement) close() {
	for _, w := range m.started {
		w.stop()
	}
	_ = os.RemoveAll(m.results)
}

// compare prepares all sides and compares their results with ours. It returns a
// row for every peer that can do the work, or whose library is missing.
func (m *measurement) compare(ctx context.Context) (rows []row, err error) {
	m.inputs = map[string]string{}
	for name, file := range m.kase.inputs {
		if m.inputs[name], err = input(ctx, m.dir, file, m.size); err != nil {
			return nil, err
		}
	}
	if m.results, err = os.MkdirTemp(m.dir, "results-"); err != nil {
		return nil, err
	}
	ours, err := m.open(ctx, "ndgrid", m.self)
	if err != nil {
		return nil, err
	}
	m.sides = []*side{ours}
	for _, name := range m.peers {
		r := row{Case: m.name, Peer: name, Unit: m.unit}
		s, err := m.open(ctx, name, m.python)
		switch {
		case err != nil:
			r.Note, r.Failed = err.Error(), true
		case s.prepared.Skip:
			continue
		case s.prepared.Missing != "":
			r.Note = "missing: " + s.prepared.Missing
		default:
			r.Version, r.Way = s.prepared.Version, s.prepared.Way
			if m.agree(ctx, &r, ours.result, s.result) {
				m.sides = append(m.sides, s)
			}
		}
		rows = append(rows, r)
	}
	// before the samples, so that the system doesn't write them to disk meanwhile
	for _, w := range m.started {
		if err := os.RemoveAll(m.resultOf(w.name)); err != nil {
			return nil, err
		}
	}
	if m.bound != "" {
		m.sides = append(m.sides, &side{worker: m.probe, turn: request{Do: "limit", Case: limitOf[m.bound], Size: m.size}})
	}
	return rows, nil
}

// open starts a side and prepares it.
func (m *measurement) open(ctx context.Context, name string, argv []string) (*side, error) {
	w, err := start(ctx, name, argv, m.threads)
	if err != nil {
		return nil, err
	}
	m.started = append(m.started, w)
	s := &side{worker: w, result: m.resultOf(name), turn: request{Do: "run"}}
	s.prepared, err = w.do(request{Do: "prepare", Peer: name, Case: m.name, Inputs: m.inputs, Result: s.result, Calls: max(1, m.calls)})
	if m.memory > 0 {
		s.peak = s.prepared.PeakMiB // of the work's first time too
	}
	return s, err
}

// resultOf returns the path of a side's result.
func (m *measurement) resultOf(name string) string {
	if m.stores != "" {
		return filepath.Join(m.results, name+m.stores)
	}
	return filepath.Join(m.results, name+".npy")
}

// agree compares two results and notes in r what it found.
func (m *measurement) agree(ctx context.Context, r *row, ours, peers string) bool {
	if m.stores != "" {
		ours, peers = ours+"/v", peers+"/v"
	}
	var err error
	r.RelError, err = difference(ctx, ours, peers, m.scale)
	if err == nil && m.larger > 0 {
		r.Stored, err = m.stored(ours, peers)
	}
	if r.Agreed = err == nil && r.RelError <= max(tolerance, m.tolerance); r.Agreed {
		return true
	}
	r.Note, r.Failed = fmt.Sprintf("results differ: relative error %.2g", r.RelError), true
	if err != nil {
		r.Note = "results differ: " + err.Error()
	}
	r.RelError = 0 // an infinite one can't be said in JSON
	return false
}

// stored returns how many times the bytes of the peer's directory ours has; it
// is an error where the case promises less.
func (m *measurement) stored(ours, peers string) (float64, error) {
	var bytes [2]float64
	for i, root := range []string{ours, peers} {
		err := filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err == nil {
				bytes[i] += float64(info.Size())
			}
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	times := bytes[0] / bytes[1]
	if times > m.larger {
		return times, fmt.Errorf("ours is stored in %.3f times the bytes; %v is the promise", times, m.larger)
	}
	return times, nil
}

// sample fills in the times of all sides, which take turns.
func (m *measurement) sample() error {
	rounds := m.rounds
	for i := 0; i < rounds; i++ {
		for _, s := range m.sides {
			m.samples++
			if quiet() {
				m.disturbed++
			}
			r, err := s.do(s.turn)
			if err != nil {
				return err
			}
			s.ms, s.gbs = append(s.ms, r.MS), append(s.gbs, r.GBs)
			s.peak = max(s.peak, r.PeakMiB)
			if r.MS > longSample {
				rounds = min(rounds, fewRounds)
			}
		}
	}
	return nil
}

// figures completes the rows of a case with what the sides measured.
func (m *measurement) figures(rows []row) []row {
	if len(rows) == 0 {
		rows = []row{{Case: m.name, Unit: m.unit}}
	}
	ours, last := m.sides[0], m.sides[len(m.sides)-1]
	for i := range rows {
		r := &rows[i]
		r.OursMS, r.OursMin, r.OursMax = median(ours.ms)
		r.OursPeakMiB = ours.peak
		r.Rounds = len(ours.ms)
		r.OursGBs = m.streams * float64(m.inputBytes()) / r.OursMS / 1e6
		if m.bound != "" {
			r.LimitGBs, _, _ = median(last.gbs)
			r.LimitShare = r.OursGBs / r.LimitGBs
		}
		for _, s := range m.sides[1:] {
			if s.name == r.Peer {
				r.PeerMS, r.PeerMin, r.PeerMax = median(s.ms)
				r.PeerPeakMiB = s.peak
				r.Ratio = r.PeerMS / r.OursMS
			}
		}
	}
	return rows
}

// inputBytes returns the bytes of one of the case's inputs: all have as many.
func (m *measurement) inputBytes() int {
	for _, file := range m.kase.inputs {
		if _, shape, _, err := spec(file, m.size); err == nil {
			return itemSize(file) * shape[0] * shape[1]
		}
	}
	return 0
}

// median returns the median, the least and the greatest of some numbers.
func median(v []float64) (mid, least, most float64) {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2, s[0], s[n-1]
}
