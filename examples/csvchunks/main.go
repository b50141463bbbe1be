// Command csvchunks reads a CSV file in chunks, keeps the trips of over 20 minutes
// of each, and joins what was kept: as a loop, and as a stream.
package main

import (
	"fmt"
	"log"
	"path/filepath"

	"github.com/ndgrid/ndgrid/internal/trips"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/table"
)

func main() {
	log.SetFlags(0)
	dir, err := trips.Folder(20_000)
	check(err)
	path := filepath.Join(dir, fmt.Sprintf(trips.Format, 1))
	chunks := table.ReadCSV(path, table.ChunkRows(5000), table.Times("", "pickup_datetime", "dropoff_datetime"))

	var kept []*table.Table
	for t, err := range chunks { // one chunk in memory at a time
		check(err)
		l, err := long(t)
		check(err)
		rows, _ := t.Shape()
		few, _ := l.Shape()
		fmt.Printf("%d of %d trips are long\n", few, rows)
		kept = append(kept, l)
	}
	all, err := table.Concat(kept...)
	check(err)
	show("loop  ", all)

	kept, err = stream.Collect(stream.Map(chunks, long)) // reads the file anew
	check(err)
	all, err = table.Concat(kept...)
	check(err)
	show("stream", all)
	few, err := all.Select("pickup_datetime", "trip_distance", "total_amount")
	check(err)
	fmt.Print(few.Info())
}

// long returns the trips of over 20 minutes.
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

func show(form string, t *table.Table) {
	sum, err := t.Sum()
	check(err)
	paid, err := table.Col[float64](sum, "total_amount")
	check(err)
	rows, _ := t.Shape()
	fmt.Printf("%s: %d long trips, %.2f paid\n", form, rows, paid.At(0))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
