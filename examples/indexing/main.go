// Command indexing takes parts of a table: one value, a piece of a row, every
// second row and third column.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

func main() {
	log.SetFlags(0)
	// snippet: table
	temperatures := nd.Must(nd.FromInts([]int{
		14, 17, 15, 19, 22, 21, 18,
		16, 13, 12, 15, 18, 20, 23,
		24, 22, 19, 17, 17, 18, 20,
	}, 3, 7)) // an array in memory
	table := chunkgrid.FromND(temperatures, nd.Sizes(1, 7)).Named("week", "day") // a lazy one, in chunks of a week
	fmt.Println(table)
	// end
	fmt.Println()

	// snippet: indexing
	show("table[0, 4]", table.SliceText("0, 4"))
	show("table[1, 2:5]", table.SliceText("1, 2:5"))
	show("table[0::2, ::3]", table.SliceText("0::2, ::3"))
	// end

	// snippet: ranges
	show("table[-1]", table.Slice(nd.At(-1)))
	show("table[:, 5:]", table.Slice(nd.All, nd.From(5)))
	show("table[::-1, ::3]", table.Slice(nd.Every(-1), nd.Every(3)))
	show("table[:, [6, 0, 0]]", table.Take(1, []int{6, 0, 0}))
	// end

	// snippet: mistake
	_, err := table.SliceText("3, 0").Compute(context.Background())
	fmt.Println("table[3, 0]:", err)
	// end
}

// snippet: show

// show computes an array and prints it below its name.
func show(name string, a chunkgrid.Any) {
	v, err := chunkgrid.ComputeDyn(context.Background(), a)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n%v\n\n", name, v)
}

// end
