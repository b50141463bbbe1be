// Command delayedfiles has the fraction of long trips in twelve monthly files as
// delayed functions: a graph first, then all files in parallel. Streams, file by
// file, come to the same.
package main

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/internal/trips"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/table"
)

func main() {
	log.SetFlags(0)
	dir, err := trips.Folder(20_000)
	check(err)
	files := stream.Files(filepath.Join(dir, trips.Format), 1, 12)

	read, long, size := delayed.Try1(readFile), delayed.Try1(longTrips), delayed.Func1(rows)
	var longs, all []delayed.Value[int]
	for name, err := range files {
		check(err)
		t := read(delayed.Of(name)) // one table, which both use
		longs, all = append(longs, long(t)), append(all, size(t))
	}
	fraction := delayed.Func2(ratio)(delayed.Sum(longs...), delayed.Sum(all...))
	fmt.Println(fraction)
	f, err := fraction.Compute(context.Background())
	check(err)
	fmt.Printf("delayed: fraction of long trips %.6f\n", f)

	ctx := context.Background()
	pairs := stream.Map(files, func(name string) ([2]int, error) {
		t, err := readFile(ctx, name)
		if err != nil {
			return [2]int{}, err
		}
		n, err := longTrips(ctx, t)
		return [2]int{n, rows(t)}, err
	})
	sum, err := stream.Reduce(pairs, func(a, b [2]int) ([2]int, error) { return [2]int{a[0] + b[0], a[1] + b[1]}, nil })
	check(err)
	fmt.Printf("stream:  fraction of long trips %.6f\n", ratio(sum[0], sum[1]))
	fmt.Println("equal:", f == ratio(sum[0], sum[1]))
}

func readFile(_ context.Context, name string) (*table.Table, error) {
	return table.Read(name, table.Times("", "pickup_datetime", "dropoff_datetime"))
}

// longTrips counts the trips of over 20 minutes.
func longTrips(_ context.Context, t *table.Table) (n int, err error) {
	d, err := t.Since("dropoff_datetime", "pickup_datetime")
	if err != nil {
		return 0, err
	}
	seconds, err := table.TotalSeconds(d)
	if err != nil {
		return 0, err
	}
	for _, s := range seconds.Data() {
		if s > 1200 {
			n++
		}
	}
	return n, nil
}

func rows(t *table.Table) int {
	n, _ := t.Shape()
	return n
}

func ratio(a, b int) float64 { return float64(a) / float64(b) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
