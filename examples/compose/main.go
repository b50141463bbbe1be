// Command compose calls functions on the results of functions, all delayed: f of g
// of h of x, then three functions over a list. Nothing is computed before Compute.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
)

// snippet: functions

func increment(x int) int { return x + 1 }
func double(x int) int    { return 2 * x }
func add(x, y int) int    { return x + y }

// end

func main() {
	log.SetFlags(0)
	ctx := context.Background()
	// snippet: composed
	f, g, h := delayed.Func1(double), delayed.Func1(increment), delayed.Func1(double)
	y := f(g(h(delayed.Of(4))))
	fmt.Println(y)
	v, err := y.Compute(ctx)
	check(err)
	fmt.Println("f(g(h(4))) is", v)
	// end
	fmt.Println()

	// snippet: list
	inc, dbl, sum := delayed.Func1(increment), delayed.Func1(double), delayed.Func2(add)
	var results []delayed.Value[int]
	for _, x := range []int{1, 2, 3, 4, 5} {
		x := delayed.Of(x)
		results = append(results, sum(inc(x), dbl(x)))
	}
	total := delayed.Sum(results...)
	v, err = total.Compute(ctx)
	check(err)
	fmt.Println("total", v)
	// end
	fmt.Println()

	// snippet: picture
	fmt.Print(delayed.DOT(chunkgrid.Picture{}, y)) // SVG draws it
	// end
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
