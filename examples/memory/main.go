// Command memory shows what x² costs when it is computed at once, another array of
// x's size, and that sum(x²), postponed, costs a few tiles.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	const n = 8 << 20
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(i%1000) / 1000
	}
	x, err := nd.FromSlice(values, n)
	check(err)
	size := int64(x.NBytes())
	fmt.Println("x            ", diag.FormatBytes(size))

	var squares *nd.Array[float64]
	eager, err := diag.Measure(func() error {
		squares = nd.Map(x, func(v float64) float64 { return v * v })
		return nil
	})
	check(err)
	fmt.Printf("x² at once    %.1f times the bytes of x\n", float64(eager.Allocated)/float64(size))
	fmt.Println("             ", eager)

	sum := reduce.Sum(ufunc.Square(chunkgrid.FromND(x))) // nothing is computed yet
	fmt.Println("sum(x²)      ", sum)
	var total float64
	lazy, err := diag.Measure(func() error {
		total, err = sum.Value(context.Background())
		return err
	})
	check(err)
	fmt.Println("less than a twentieth of the bytes of x:", lazy.Allocated < size/20)
	fmt.Println("             ", lazy)
	fmt.Printf("sum           %.6f\n", total)
	fmt.Println("largest x²   ", squares.At(999))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
