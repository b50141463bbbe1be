// Command weather reads four columns of numbers of a CSV file as numpy.loadtxt
// does, cuts them into chunks of a leap year and two columns, and takes the
// standard deviation of each column. -csv names the file, such as seattle-weather.csv
// of vega-datasets; without it, one of that form is made up.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage/csv"
)

func main() {
	log.SetFlags(0)
	path := flag.String("csv", "", "daily weather: date,precipitation,temp_max,temp_min,wind,weather")
	flag.Parse()
	if *path == "" {
		*path = filepath.Join(os.TempDir(), "ndgrid-weather.csv")
		check(makeUp(*path))
	}
	ctx := context.Background()
	days, err := csv.Load[float64](ctx, *path, csv.Options{SkipRows: 1, UseCols: []int{1, 2, 3, 4}})
	check(err)
	x := chunkgrid.FromND(days, nd.Sizes(366, 2))
	fmt.Println(x)
	std := reduce.Std(x, reduce.Axis(0))
	fmt.Println(std)
	values, err := std.Compute(ctx)
	check(err)
	for i, name := range []string{"precipitation", "temp_max", "temp_min", "wind"} {
		fmt.Printf("%-13s %.10f\n", name, values.At(i))
	}
}

// makeUp writes four years of weather, always the same.
func makeUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	fmt.Fprintln(f, "date,precipitation,temp_max,temp_min,wind,weather")
	day := time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 1461 {
		noise := float64(i*7919%1000) / 1000
		high := 16 - 10*math.Cos(2*math.Pi*float64(i)/365.25) + 6*noise
		rain, weather := 0.0, "sun"
		if i*31%7 < 3 {
			rain, weather = 20*noise*noise, "rain"
		}
		fmt.Fprintf(f, "%s,%.1f,%.1f,%.1f,%.1f,%s\n", day.AddDate(0, 0, i).Format(time.DateOnly), rain, high, high-4-5*noise, 1+4*noise, weather)
	}
	return f.Close()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
