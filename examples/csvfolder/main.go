// Command csvfolder opens twelve monthly CSV files as one table, whose columns are
// lazy arrays: one pass counts rows, then each run parses only the columns it needs.
package main

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/trips"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/table"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	dir, err := trips.Folder(20_000)
	check(err)
	ctx := context.Background()
	// snippet: open
	files, err := table.Open(ctx, stream.Glob(filepath.Join(dir, "*.csv")), table.ChunkRows(8000),
		table.Times("", "pickup_datetime", "dropoff_datetime"))
	check(err)
	rows, columns := files.Shape()
	fmt.Println(rows, "rows,", columns, "columns")
	// end

	// snippet: columns
	fare, err := table.Lazy[float64](files, "fare_amount")
	check(err)
	tip, err := table.Lazy[float64](files, "tip_amount")
	check(err)
	fmt.Println(fare)
	share := ufunc.Div(tip, fare)
	mean, err := reduce.Mean(share).Value(ctx, chunkgrid.Memory(32<<20))
	check(err)
	fmt.Printf("mean share of tips %.8f\n", mean)
	// end

	// snippet: text
	flag, err := files.Column("store_and_fwd_flag")
	check(err)
	stored, err := fare.Extract(ctx, chunkgrid.MapText(flag, func(s string) bool { return s == "Y" }))
	check(err)
	mean, err = reduce.Mean(stored).Value(ctx)
	check(err)
	fmt.Printf("%d trips were stored and sent later, mean fare %.6f\n", stored.Size(), mean)

	codes, flags, err := chunkgrid.Factorize(ctx, flag)
	check(err)
	counts := reduce.Bincount(codes, len(flags))
	totals := reduce.WeightedBincount(codes, fare, len(flags))
	means, err := ufunc.Div(totals, ufunc.Cast[float64](counts)).Compute(ctx)
	check(err)
	fmt.Printf("mean fares of %s: %.6f\n", flags, means.Data())
	// end

	// A column of results in a table in memory again.
	first, err := share.Slice(nd.Span(0, 4)).Compute(ctx)
	check(err)
	t, err := table.New("share", first)
	check(err)
	fmt.Print(t.Info())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
