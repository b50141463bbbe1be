package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage/hdf5"
	"github.com/ndgrid/ndgrid/ufunc"
)

// The test binary is also the worker that the benchmark starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == workerFlag {
		main()
		return
	}
	patience = 0 // times don't count here
	os.Exit(m.Run())
}

// runRows runs the benchmark and returns what it prints as JSON.
func runRows(t *testing.T, args ...string) ([]row, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"-json", "-size", "40kB", "-rounds", "2"}, args...), &out, io.Discard)
	var rows []row
	for line := range strings.Lines(out.String()) {
		var r row
		require.NoError(t, json.Unmarshal([]byte(line), &r), line)
		rows = append(rows, r)
	}
	return rows, err
}

func TestEveryCaseOfOurs(t *testing.T) {
	rows, err := runRows(t, "-peers", "")
	require.NoError(t, err)
	require.Len(t, rows, len(cases))
	for i, r := range rows {
		assert.Equal(t, cases[i].name, r.Case)
		assert.Empty(t, r.Peer)
		assert.Positive(t, r.OursMS, r.Case)
		assert.Positive(t, r.OursPeakMiB, r.Case)
		assert.Equal(t, 2, r.Rounds, r.Case)
		assert.Empty(t, r.Note, r.Case)
		assert.Equal(t, cases[i].bound != "", r.LimitShare > 0, r.Case)
		assert.NotEmpty(t, cases[i].does, r.Case)
	}
}

func TestPeers(t *testing.T) {
	if os.Getenv("NDGRID_PYTHON") == "" {
		t.Skip("NDGRID_PYTHON names no Python with NumPy, dask and zarr; make test sets it")
	}
	rows, err := runRows(t, "-python", os.Getenv("NDGRID_PYTHON"), "-run", "^(red.std/axis0|zarr.mean.zstd/1MiB|zarr.(read|write).zstd|mem.rechunk)$", "-peers", "numpy,numpy-plain,dask,zarr,nosuch")
	require.NoError(t, err)
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s %s %v", r.Case, r.Peer, r.Agreed))
		if r.Peer == "nosuch" {
			assert.Contains(t, r.Note, "missing: no Python module nosuch")
			assert.False(t, r.Failed)
			continue
		}
		assert.Positive(t, r.Ratio, r)
		assert.Positive(t, r.PeerPeakMiB, r)
		assert.NotEmpty(t, r.Way)
		assert.Contains(t, r.Version, strings.TrimSuffix(r.Peer, "-plain"))
		assert.LessOrEqual(t, r.RelError, tolerance)
		assert.Equal(t, r.Case == "zarr.write.zstd", r.Stored > 0, "bytes are compared")
	}
	assert.Equal(t, []string{
		" nosuch false",
		"red.std/axis0 numpy true", "red.std/axis0 numpy-plain true", "red.std/axis0 dask true",
		"zarr.mean.zstd/1MiB dask true", "zarr.mean.zstd/1MiB zarr true",
		"mem.rechunk dask true",
		"zarr.read.zstd zarr true", "zarr.write.zstd zarr true",
	}, got)
}

// A result that takes more bytes than promised is no result.
func TestStored(t *testing.T) {
	dir := t.TempDir()
	for name, n := range map[string]int{"ours/c/0": 60, "ours/c/1": 44, "peers/c": 100} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), make([]byte, n), 0o666))
	}
	m := measurement{kase: kase{larger: 1.04}}
	got, err := m.stored(filepath.Join(dir, "ours"), filepath.Join(dir, "peers"))
	require.NoError(t, err)
	assert.Equal(t, 1.04, got)
	m.larger = 1.03
	_, err = m.stored(filepath.Join(dir, "ours"), filepath.Join(dir, "peers"))
	assert.ErrorContains(t, err, "1.040 times the bytes")
	_, err = m.stored(filepath.Join(dir, "none"), filepath.Join(dir, "peers"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestPeerThatCannotStart(t *testing.T) {
	program := filepath.Join(t.TempDir(), "python")
	rows, err := runRows(t, "-python", program, "-run", "^red.std/all$", "-peers", "numpy")
	require.NoError(t, err)
	require.Len(t, rows, 2)
	assert.Equal(t, "numpy", rows[0].Peer)
	assert.Contains(t, rows[0].Note, "missing: ")
	assert.Equal(t, "red.std/all", rows[1].Case)
	assert.Positive(t, rows[1].OursMS)
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-run", "("}, {"-size", "big"}, {"-nosuch"}} {
		_, err := runRows(t, args...)
		assert.ErrorContains(t, err, args[0])
	}
}

func TestDifference(t *testing.T) {
	ctx := context.Background()
	write := func(a chunkgrid.Any) string {
		path := filepath.Join(t.TempDir(), "a.npy")
		require.NoError(t, chunkgrid.Save(ctx, path, chunkgrid.Vars{"a": a}))
		return path
	}
	ones := chunkgrid.Full(1.0, []int{2000, 1000}, nd.Auto)
	last := ones.Slice(nd.To(-1))
	other := func(v float64) string {
		return write(chunkgrid.Concatenate(0, last, chunkgrid.Full(v, []int{1, 1000}, nd.Auto)))
	}
	for _, c := range []struct{ v, want float64 }{{1, 0}, {1.25, 0.2}, {math.NaN(), math.Inf(1)}, {math.Inf(1), math.Inf(1)}} {
		got, err := difference(ctx, write(ones), other(c.v), 0)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.v)
	}
	nan := other(math.NaN())
	got, err := difference(ctx, nan, nan, 0)
	require.NoError(t, err)
	assert.Zero(t, got)
	_, err = difference(ctx, write(ones), write(last), 0)
	assert.ErrorContains(t, err, "[2000 1000], the other float64 [1999 1000]")
	_, err = difference(ctx, write(ones), write(chunkgrid.Full[float32](1, []int{2000, 1000}, nd.Auto)), 0)
	assert.ErrorContains(t, err, "float32")

	got, err = difference(ctx, write(ones), other(1.25), 2)
	require.NoError(t, err)
	assert.Equal(t, 0.125, got, "relative to the scale")
	long := write(chunkgrid.Full[int64](7, []int{3}, nd.Auto))
	got, err = difference(ctx, long, write(chunkgrid.Full[int64](8, []int{3}, nd.Auto)), 0)
	require.NoError(t, err)
	assert.Equal(t, 0.125, got, "integers")
}

// Inputs are not constant, and always the same.
func TestInputs(t *testing.T) {
	ctx := context.Background()
	for file, s := range inputFiles {
		if filepath.Ext(file) == ".h5" && !hdf5.Available() {
			continue
		}
		path, err := input(ctx, t.TempDir(), file, 40e3)
		require.NoError(t, err)
		a, err := load(ctx, path)
		require.NoError(t, err)
		require.Equal(t, 8/itemSize(file) == 2, a.DType() == nd.Float32, file)
		m, err := ufunc.Cast[float64](a).Compute(ctx)
		require.NoError(t, err)
		_, shape, _, err := spec(file, 40e3)
		require.NoError(t, err)
		require.Equal(t, shape, m.Shape(), file)
		seen := map[float64]bool{}
		for i, v := range m.Data() {
			want := s.value(i)
			if itemSize(file) == 4 {
				want = float64(float32(want))
			}
			if !math.IsNaN(want) || !math.IsNaN(v) {
				require.Equal(t, want, v, "%s: element %d", file, i)
			}
			seen[v] = true
		}
		assert.Greater(t, len(seen), 1000, file)
	}
}

func TestShapes(t *testing.T) {
	const size = 400e6
	assert.Equal(t, []int{1, 2}, shapeOf(1))
	assert.Equal(t, []int{5000, 10000}, shapeOf(size))
	for file, want := range map[string][]int{"square.npy": {8192, 8192}, "a.npy": {4096, 4096}, "b.npy": {4096, 4096}, "fcache.npy": {1024, 1024}, "tiny.npy": {1, 1e6}} {
		_, shape, _, err := spec(file, size)
		require.NoError(t, err)
		assert.Equal(t, want, shape, file)
	}
	assert.Equal(t, []int{1, 20000}, tinyShape(8*20001), "whole periods")
	_, huge, _, err := spec("huge.zarr", size)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, 8*huge[0]*huge[1], 15<<30)
}

// someRows are a row with all figures, one of a missing peer, one without peers,
// one in units, one that failed.
func someRows() []row {
	ours := row{Case: "std", OursMS: 20, OursMin: 19.25, OursMax: 123.4, OursGBs: 20.04, LimitShare: 0.954, OursPeakMiB: 418}
	plain, compared, missing := ours, ours, ours
	compared.Peer, compared.PeerMS, compared.PeerMin, compared.PeerMax = "numpy", 50, 49, 0.5
	compared.Ratio, compared.PeerPeakMiB, compared.RelError, compared.Way, compared.Version = 2.5, 800.4, 2.2e-16, "x.std()", "numpy 2"
	missing.Peer, missing.Note = "dask", "missing: no Python module dask"
	tiny := row{Case: "tiny", Peer: "dask", OursMS: 0.0002, OursMin: 0.00019, OursMax: 0.0003, Unit: "chunk",
		PeerMS: 0.1, PeerMin: 0.09, PeerMax: 0.2, Ratio: 500, OursPeakMiB: 30, PeerPeakMiB: 90, Way: "a | b", Version: "dask 1"}
	return []row{compared, missing, plain, tiny, {Case: "bad", Note: "no", Failed: true}}
}

func TestTable(t *testing.T) {
	var out bytes.Buffer
	res := results{size: 400e6, samples: 70, disturbed: 3, rows: someRows(), limits: []limitFigure{{"read", 30, 29, 31}}}
	require.NoError(t, res.text(&out))
	_, table, _ := strings.Cut(out.String(), "\n\n")
	assert.Equal(t, `case  peer   ratio   ndgrid ms (min–max)       peer ms (min–max)                 GB/s  of limit  peak MiB  peer's  rel. error  the peer's way
std   numpy  2.50    20.0 (19.2–123)           50.0 (49.0–0.500)                 20.0  0.95      418       800     2e-16       x.std()
std   dask   -       20.0 (19.2–123)           -                                 20.0  0.95      418       -       -           missing: no Python module dask
std          -       20.0 (19.2–123)           -                                 20.0  0.95      418       -       -           no peer
tiny  dask   500.00  200 ns a chunk (190–300)  100000 ns a chunk (90000–200000)  -     -         30        90      0           a | b
bad          -       -                         -                                 -     -         -         -       -           no

ratio: peer's time ÷ ndgrid's; GB/s: of ndgrid, inputs and result ÷ time; the memory's, GB/s: read 30.0. 3 of 70 samples were taken while something else ran. dask 1; numpy 2
`, table)
}

func TestReport(t *testing.T) {
	dir := t.TempDir()
	res := results{size: 400e6, rows: someRows(), cases: cases, limits: []limitFigure{{"read", 30, 29, 31}}}
	require.NoError(t, res.write(filepath.Join(dir, "RESULTS.md")))
	text, err := os.ReadFile(filepath.Join(dir, "RESULTS.md"))
	require.NoError(t, err)
	for _, want := range []string{"| read | 30.0 | 29.0 | 31.0 |\n", `| 0 | a \| b |`, "| std | dask | - |", "| ew.reuse/triad | x·y+z into a reused result |\n", "dask 1; numpy 2."} {
		assert.Contains(t, string(text), want)
	}
	for _, name := range []string{"ratios.png", "limits.png"} {
		assert.Contains(t, string(text), "(results/"+name+")")
		f, err := os.Open(filepath.Join(dir, "results", name))
		require.NoError(t, err)
		img, err := png.Decode(f)
		require.NoError(t, err)
		assert.Greater(t, img.Bounds().Dx(), 300)
		require.NoError(t, f.Close())
	}
	assert.NoError(t, plotRatios(filepath.Join(dir, "empty.png"), nil))
	assert.ErrorContains(t, plotRatios(filepath.Join(dir, "a.nosuch"), nil), "nosuch")
}

// Probes touch all of their arrays and no more, and are told apart by name.
func TestLimits(t *testing.T) {
	for _, size := range []int{8, 1 << 20, 1<<20 + 808} {
		l := limits{size: size}
		for _, p := range probes {
			r, err := l.sample(p.name)
			require.NoError(t, err)
			assert.Positive(t, r.GBs, p.name)
			last := len(l.arrays[0]) - 1
			require.Equal(t, size/8-1, last)
			switch p.name {
			case "copy", "copy, non-temporal":
				require.Equal(t, l.arrays[1], l.arrays[0], p.name)
			case "triad", "triad, non-temporal":
				require.Equal(t, 1.5*l.arrays[1][last]+2.5, l.arrays[0][last], p.name)
			}
		}
	}
	for _, name := range limitOf {
		assert.True(t, slices.ContainsFunc(probes, func(p probe) bool { return p.name == name }), name)
	}
	_, err := new(limits).sample("nosuch")
	assert.Error(t, err)
}

func TestQuiet(t *testing.T) {
	n, ok := running()
	if runtime.GOOS != "linux" {
		assert.False(t, ok)
		assert.False(t, quiet())
		return
	}
	assert.True(t, ok)
	assert.Positive(t, n, "we run")
	defer func(d time.Duration) { patience = d }(patience)
	patience = 20 * time.Millisecond
	var stop atomic.Bool
	for range runtime.NumCPU() + 1 {
		go func() {
			for !stop.Load() {
			}
		}()
	}
	start := time.Now()
	assert.Eventually(t, quiet, time.Second, time.Millisecond, "not while we spin")
	assert.GreaterOrEqual(t, time.Since(start), patience)
	stop.Store(true)
}

func TestRead(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 512, 1025} {
		a := make([]float64, n)
		for i := range a {
			a[i] = float64(i)
		}
		assert.Equal(t, float64(n*(n-1)/2), read(a), "%d elements", n)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct{ in, want []float64 }{
		{[]float64{3}, []float64{3, 3, 3}},
		{[]float64{4, 1}, []float64{2.5, 1, 4}},
		{[]float64{9, 1, 2}, []float64{2, 1, 9}},
	} {
		mid, least, most := median(c.in)
		assert.Equal(t, c.want, []float64{mid, least, most})
	}
}
