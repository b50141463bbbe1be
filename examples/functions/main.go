// Command functions rounds, takes complex numbers apart, and multiplies vectors
// and matrices.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	// snippet: round
	x := array(-2.5, 0.5, 1.5, 3.14159, 271.828)
	show("round", ufunc.Round(x)) // halves go to the even neighbour
	show("round to 2 decimals", ufunc.RoundTo(x, 2))
	show("round to hundreds", ufunc.RoundTo(x, -2))
	// end

	// snippet: complex
	z := array(1+2i, 3-4i, -1i)
	show("real", ufunc.Real[float64](z))
	show("imag", ufunc.Imag[float64](z))
	show("conj", ufunc.Conj(z))
	show("z * conj(z)", ufunc.Mul(z, ufunc.Conj(z)))
	show("abs", ufunc.Modulus[float64](z))
	// end

	// snippet: dot
	a, b := array(1., 2, 3), array(4., 5, 6)
	m := array(2., 0, 0, 0, 1, 1).Reshape(2, 3)
	show("a dot b", linalg.Dot(a, b))
	show("m dot a", linalg.Dot(m, a))
	show("m dot transpose(m)", linalg.Dot(m, m.T()))
	// end
}

// array returns values in memory as a lazy array.
func array[T nd.Elem](values ...T) *chunkgrid.Array[T] {
	return chunkgrid.FromND(nd.Must(nd.FromSlice(values)))
}

// show computes an array and prints it below its name.
func show(name string, a chunkgrid.Any) {
	v, err := chunkgrid.ComputeDyn(context.Background(), a)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n%v\n\n", name, v)
}
