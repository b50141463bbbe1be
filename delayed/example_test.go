package delayed_test

import (
	"context"
	"fmt"

	"github.com/ndgrid/ndgrid/delayed"
)

func Example() {
	// func increment(x int) int, func double(x int) int, func plus(a, b int) int
	increment, double, plus := delayed.Func1(increment), delayed.Func1(double), delayed.Func2(plus)

	var sums []delayed.Value[int]
	for x := range 5 {
		v := delayed.Of(x)
		sums = append(sums, plus(increment(v), double(v)))
	}
	total := delayed.Sum(sums...)
	fmt.Println(total)
	fmt.Println(total.Compute(context.Background()))
	// Output:
	// add(add(…), plus(…)) int, not computed
	// 35 <nil>
}

func ExampleTry1() {
	parse := delayed.Try1(func(_ context.Context, s string) (n int, err error) {
		_, err = fmt.Sscan(s, &n)
		return n, err
	})
	_, err := delayed.Sum(parse(delayed.Of("4")), parse(delayed.Of("four"))).Compute(context.Background())
	fmt.Println(err)
	// Output: delayed: ExampleTry1.func1(four): expected integer
}
