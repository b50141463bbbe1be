package csv_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/storage/csv"
)

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "weather.csv")
	text := "date,min,max,weather\n2012-01-01,5.0,12.8,drizzle\n2012-01-02,2.8,10.6,rain\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		fmt.Println(err)
	}

	t, err := csv.Load[float64](context.Background(), file, csv.Options{SkipRows: 1, UseCols: []int{1, 2}})
	fmt.Println(t, err)
	// Output:
	// [[ 5.  12.8]
	//  [ 2.8 10.6]] <nil>
}
