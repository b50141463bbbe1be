package table_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/stream"
	"github.com/ndgrid/ndgrid/table"
	"github.com/ndgrid/ndgrid/ufunc"
)

const trips = `pickup,dropoff,distance,fare
2015-01-01 00:10:00,2015-01-01 00:40:00,9.5,30
2015-01-01 00:20:00,2015-01-01 00:25:00,0.8,5.5
2015-01-01 00:30:00,2015-01-01 01:00:00,,28
`

func Example() {
	for t, err := range table.ReadCSVFrom(strings.NewReader(trips), table.Times("", "pickup", "dropoff")) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(t.Info())
	}
	// Output:
	// 3 rows, 4 columns
	//  #   Column    Non-Null Count  Dtype
	//  0   pickup    3 non-null      datetime64[us]
	//  1   dropoff   3 non-null      datetime64[us]
	//  2   distance  2 non-null      float64
	//  3   fare      3 non-null      float64
	// memory usage: 96 B
}

// The rows of long trips, from chunks of two rows.
func ExampleTable_Filter() {
	chunks := table.ReadCSVFrom(strings.NewReader(trips), table.ChunkRows(2), table.Times("", 0, 1))
	long := stream.Map(chunks, func(t *table.Table) (*table.Table, error) {
		d, err := t.Since("dropoff", "pickup")
		if err != nil {
			return nil, err
		}
		s, err := table.TotalSeconds(d)
		if err != nil {
			return nil, err
		}
		if t, err = t.With("seconds", s); err != nil {
			return nil, err
		}
		mask, err := table.Mask(t, "seconds", func(s float64) bool { return s > 1200 })
		if err != nil {
			return nil, err
		}
		return t.Filter(mask)
	})
	fmt.Println(table.WriteCSV(os.Stdout, long))
	// Output:
	// pickup,dropoff,distance,fare,seconds
	// 2015-01-01T00:10:00,2015-01-01T00:40:00,9.5,30,1800
	// 2015-01-01T00:30:00,2015-01-01T01:00:00,,28,1800
	// <nil>
}

// Tables of sums add up by the names of their columns.
func ExampleTable_Add() {
	chunks := table.ReadCSVFrom(strings.NewReader(trips), table.ChunkRows(2), table.Types(nd.Float64, "fare"))
	total, err := stream.Reduce(stream.Map(chunks, (*table.Table).Sum), (*table.Table).Add)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table.WriteCSV(os.Stdout, stream.Of(total)))
	// Output:
	// distance,fare
	// 10.3,63.5
	// <nil>
}

// The mean of a column of all files in a folder, without having them in memory.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "trips")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for _, month := range []string{"01", "02"} {
		if err := os.WriteFile(filepath.Join(dir, month+".csv"), []byte(trips), 0o600); err != nil {
			fmt.Println(err)
			return
		}
	}
	ctx := context.Background()
	files, err := table.Open(ctx, stream.Glob(filepath.Join(dir, "*.csv")), table.ChunkRows(2), table.Types(nd.Float64, "fare"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fare, err := table.Lazy[float64](files, "fare")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fare)
	fmt.Println(reduce.Mean(fare).Value(ctx))
	// Output:
	// float64 (row 6)  chunks (2 1 2 …), 4 chunks, 48 B, not computed
	// 21.166666666666668 <nil>
}

// Means of a column by the texts of another, over all files and without having
// either in memory: pandas' groupby("city").fare.mean().
func ExampleFiles_Column() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for i, text := range []string{"city,fare\nOslo,4.5\nLima,2\n", "city,fare\nOslo,5.5\nKraków,3\nLima,1\n"} {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.csv", i)), []byte(text), 0o600); err != nil {
			fmt.Println(err)
			return
		}
	}
	ctx := context.Background()
	files, err := table.Open(ctx, stream.Glob(filepath.Join(dir, "*.csv")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fare, err := table.Lazy[float64](files, "fare")
	if err != nil {
		fmt.Println(err)
		return
	}
	city, err := files.Column("city")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(city)
	fmt.Println(chunkgrid.Texts(ctx, city.View(nd.Span(0, 3))))
	codes, cities, err := chunkgrid.Factorize(ctx, city)
	if err != nil {
		fmt.Println(err)
		return
	}
	n := reduce.Bincount(codes, len(cities)) // value_counts()
	mean, err := ufunc.Div(reduce.WeightedBincount(codes, fare, len(cities)), ufunc.Cast[float64](n)).Compute(ctx)
	fmt.Println(cities, mean, err)

	oslo := chunkgrid.MapText(city, func(s string) bool { return s == "Oslo" })
	fares, err := fare.Extract(ctx, oslo)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fares.Compute(ctx))
	// Output:
	// string (row 5)  chunks (2 3), 2 chunks, not computed
	// [Oslo Lima Oslo] <nil>
	// [Kraków Lima Oslo] [3.  1.5 5. ] <nil>
	// [4.5 5.5] <nil>
}
