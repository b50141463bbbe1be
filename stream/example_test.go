package stream_test

import (
	"fmt"
	"iter"
	"strings"

	"github.com/ndgrid/ndgrid/stream"
)

// A chain does nothing until it is ranged over or summed.
func Example() {
	numbers := stream.Of(1, 2, 3, 4, 5, 6)
	even := stream.Filter(numbers, func(n int) bool { return n%2 == 0 })
	squares := stream.Map(even, func(n int) (int, error) { return n * n, nil })
	fmt.Println(stream.Sum(squares))
	// Output: 56 <nil>
}

func ExampleFiles() {
	for name, err := range stream.Files("trips-2015-%02d.csv", 1, 3) {
		fmt.Println(name, err)
	}
	// Output:
	// trips-2015-01.csv <nil>
	// trips-2015-02.csv <nil>
	// trips-2015-03.csv <nil>
}

// The parts of all texts, one after the other.
func ExampleFlatMap() {
	texts := stream.Of("a b", "c")
	words := stream.FlatMap(texts, func(s string) iter.Seq2[string, error] { return stream.Of(strings.Fields(s)...) })
	fmt.Println(stream.Collect(words))
	// Output: [a b c] <nil>
}

func ExampleReduce() {
	longest := func(a, b string) (string, error) {
		if len(b) > len(a) {
			return b, nil
		}
		return a, nil
	}
	fmt.Println(stream.Reduce(stream.Of("two", "three", "four"), longest))
	// Output: three <nil>
}

// One value at a time, as Python's next().
func Example_next() {
	next, stop := iter.Pull2(stream.Of("a", "b"))
	defer stop()
	v, err, ok := next()
	fmt.Println(v, err, ok)
	// Output: a <nil> true
}
