package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// The test binary is also the worker that the benchmark starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == workerFlag {
		main()
		return
	}
	os.Exit(m.Run())
}

// runRows runs the benchmark and returns what it prints as JSON.
func runRows(t *testing.T, args ...string) ([]row, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), append([]string{"-json", "-size", "40kB", "-rounds", "2"}, args...), &out)
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
	}
}

func TestPeers(t *testing.T) {
	if os.Getenv("NDGRID_PYTHON") == "" {
		t.Skip("NDGRID_PYTHON names no Python with NumPy, dask and zarr; make test sets it")
	}
	rows, err := runRows(t, "-run", "^(std/axis0|zarr-mean/1MiB)$", "-peers", "numpy,numpy-plain,dask,zarr,nosuch")
	require.NoError(t, err)
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s %s %v", r.Case, r.Peer, r.Agreed))
		if r.Peer == "nosuch" {
			assert.Contains(t, r.Note, "missing: no Python module nosuch")
			continue
		}
		assert.Positive(t, r.Ratio, r)
		assert.Positive(t, r.PeerPeakMiB, r)
		assert.NotEmpty(t, r.Way)
		assert.Contains(t, r.Version, strings.TrimSuffix(r.Peer, "-plain"))
		assert.LessOrEqual(t, r.RelError, tolerance)
	}
	assert.Equal(t, []string{
		"std/axis0 numpy true", "std/axis0 numpy-plain true", "std/axis0 dask true", "std/axis0 nosuch false",
		"zarr-mean/1MiB dask true", "zarr-mean/1MiB zarr true", "zarr-mean/1MiB nosuch false",
	}, got)
}

func TestPeerThatCannotStart(t *testing.T) {
	t.Setenv("NDGRID_PYTHON", filepath.Join(t.TempDir(), "python"))
	rows, err := runRows(t, "-run", "^std$", "-peers", "numpy")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	assert.Contains(t, rows[0].Note, "missing: ")
	assert.Positive(t, rows[0].OursMS)
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
		got, err := difference(ctx, write(ones), other(c.v))
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.v)
	}
	nan := other(math.NaN())
	got, err := difference(ctx, nan, nan)
	require.NoError(t, err)
	assert.Zero(t, got)
	_, err = difference(ctx, write(ones), write(last))
	assert.ErrorContains(t, err, "[2000 1000], the other float64 [1999 1000]")
	_, err = difference(ctx, write(ones), write(chunkgrid.Full[float32](1, []int{2000, 1000}, nd.Auto)))
	assert.ErrorContains(t, err, "float32")
}

// Inputs are neither constant nor periodic in a chunk, and always the same.
func TestInputs(t *testing.T) {
	ctx := context.Background()
	for file, spec := range inputFiles {
		path, err := input(ctx, t.TempDir(), file, 40e3)
		require.NoError(t, err)
		a, err := load(ctx, path)
		require.NoError(t, err)
		m, err := a.Compute(ctx)
		require.NoError(t, err)
		require.Equal(t, []int{50, 100}, m.Shape())
		seen := map[float64]bool{}
		for i, v := range m.Data() {
			require.Equal(t, spec.value(i), v, "%s: element %d", file, i)
			seen[v] = true
		}
		assert.Greater(t, len(seen), 1000, file)
	}
	assert.Equal(t, []int{1, 2}, shapeOf(1))
}

func TestTable(t *testing.T) {
	var out bytes.Buffer
	ours := row{Case: "std", OursMS: 20, OursMin: 19.25, OursMax: 123.4, OursGBs: 20.04, OursPeakMiB: 418}
	plain, compared, missing := ours, ours, ours
	compared.Peer, compared.PeerMS, compared.PeerMin, compared.PeerMax = "numpy", 50, 49, 0.5
	compared.Ratio, compared.PeerPeakMiB, compared.RelError, compared.Way, compared.Version = 2.5, 800.4, 2.2e-16, "x.std()", "numpy 2"
	missing.Peer, missing.Note = "dask", "missing: no Python module dask"
	require.NoError(t, table(&out, []row{compared, missing, plain}))
	assert.Equal(t, `case  peer   ratio  ndgrid ms (min–max)  peer ms (min–max)  GB/s  peak MiB  peer's  rel. error  the peer's way
std   numpy  2.50   20.0 (19.2–123)      50.0 (49.0–0.500)  20.0  418       800     2e-16       x.std()
std   dask   -      20.0 (19.2–123)      -                  20.0  418       -       -           missing: no Python module dask
std          -      20.0 (19.2–123)      -                  20.0  418       -       -           no peer

ratio: peer's time ÷ ndgrid's; GB/s: of ndgrid, inputs and result ÷ time. numpy 2
`, out.String())
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
