package main

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/ndgrid/ndgrid/internal/trips"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/table"
)

// promised is how much memory reading them takes at most, the program included.
const promised = 64 << 20

// tripsFolder is the input of twelve CSV files.
const tripsFolder = "trips"

var tables = []kase{
	{name: "csv.trips", does: "of 12 CSV files of 14 columns, all read, in chunks of 50,000 rows: trips of over 20 minutes, how many and their fares; in 64 MiB",
		inputs: one("trips", tripsFolder), memory: promised, ours: longTrips},
}

// tripsInput returns the path of the files; they have 200,000 rows each where
// inputs have 400 MB.
func tripsInput(dir string, size int) (string, error) {
	path := filepath.Join(dir, tripsFolder)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		return "", err
	}
	return path, trips.WriteYear(path, max(50, size/2000))
}

// longTrips returns the number of long trips and the sum of what was paid.
func longTrips(in inputs) work {
	// As GOMEMLIMIT: of what is promised, this program's own pages take half.
	debug.SetMemoryLimit(promised / 2)
	files := stream.Files(filepath.Join(in.paths["trips"], trips.Format), 1, 12)
	return func(context.Context) (nd.Dyn, error) {
		chunks := stream.FlatMap(files, func(name string) iter.Seq2[*table.Table, error] {
			return table.ReadCSV(name, table.ChunkRows(50_000), table.Times("", "pickup_datetime", "dropoff_datetime"))
		})
		var number, paid float64
		for t, err := range stream.Map(chunks, long) {
			if err != nil {
				return nil, err
			}
			sum, err := t.Sum()
			if err != nil {
				return nil, err
			}
			total, err := table.Col[float64](sum, "total_amount")
			if err != nil {
				return nil, err
			}
			rows, _ := t.Shape()
			number, paid = number+float64(rows), paid+total.At(0)
		}
		return nd.FromSlice([]float64{number, paid}, 2)
	}
}

// long returns the trips of over 20 minutes, all columns of them.
func long(t *table.Table) (*table.Table, error) {
	d, err := t.Since("dropoff_datetime", "pickup_datetime")
	if err != nil {
		return nil, err
	}
	seconds, err := table.TotalSeconds(d)
	if err != nil {
		return nil, err
	}
	return t.Filter(nd.Map(seconds, func(s float64) bool { return s > 1200 }))
}
