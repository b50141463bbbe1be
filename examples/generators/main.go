// Command generators sums over twelve monthly files without ever having one in
// memory: names, chunks, long trips and sums are streams, each of which takes one
// value at a time from the one before.
package main

import (
	"fmt"
	"iter"
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
	opened := 0
	files := stream.Map(stream.Files(filepath.Join(dir, trips.Format), 1, 12), func(name string) (string, error) {
		opened++
		return name, nil
	})
	chunks := stream.FlatMap(files, func(name string) iter.Seq2[*table.Table, error] {
		return table.ReadCSV(name, table.ChunkRows(10_000), table.Times("", "pickup_datetime", "dropoff_datetime"))
	})
	counts := stream.Map(chunks, count)
	fmt.Println("files opened before anything is asked for:", opened)

	next, stop := iter.Pull2(counts)
	first, err, _ := next()
	check(err)
	stop()
	fmt.Printf("first chunk: %.0f trips, %.0f long; files opened: %d\n", first.At(0), first.At(1), opened)

	opened = 0
	total, err := stream.Reduce(counts, func(a, b *nd.Array[float64]) (*nd.Array[float64], error) {
		return nd.FromSlice([]float64{a.At(0) + b.At(0), a.At(1) + b.At(1)}, 2)
	})
	check(err)
	fmt.Printf("%.0f trips in %d files, %.0f long\n", total.At(0), opened, total.At(1))
	fmt.Printf("fraction of long trips: %.6f\n", total.At(1)/total.At(0))

	sums := stream.Map(chunks, (*table.Table).Sum) // columns of the same name add up
	sum, err := stream.Reduce(sums, (*table.Table).Add)
	check(err)
	for _, name := range []string{"trip_distance", "fare_amount", "total_amount"} {
		c, err := table.Col[float64](sum, name)
		check(err)
		fmt.Printf("%-13s %.2f\n", name, c.At(0))
	}
}

// count returns the number of trips, and of those over 20 minutes.
func count(t *table.Table) (*nd.Array[float64], error) {
	d, err := t.Since("dropoff_datetime", "pickup_datetime")
	if err != nil {
		return nil, err
	}
	seconds, err := table.TotalSeconds(d)
	if err != nil {
		return nil, err
	}
	long := 0
	for _, s := range seconds.Data() {
		if s > 1200 {
			long++
		}
	}
	return nd.FromSlice([]float64{float64(seconds.Size()), float64(long)}, 2)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
