package delayed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/delayed"
	"github.com/ndgrid/ndgrid/diag"
)

// The picture of a graph: nothing is computed for it.
func ExampleDOT() {
	increment := delayed.Func1(func(x int) int { return x + 1 })
	x := delayed.Of(1)
	fmt.Print(delayed.DOT(chunkgrid.Picture{}, delayed.Sum(increment(x), increment(delayed.Of(2)))))
	// Output:
	// digraph {
	//   rankdir=LR
	//   node [shape=box style="rounded,filled" fontname="Helvetica" fontsize=12]
	//   edge [fontname="Helvetica" fontsize=10]
	//   "n0" [label="1" fillcolor="#e3eefa" color="#2f6fb0"]
	//   "n1" [label="2" fillcolor="#e3eefa" color="#2f6fb0"]
	//   "n2" [label="ExampleDOT.func1" fillcolor="#e4f4f6" color="#23808c"]
	//   "n3" [label="ExampleDOT.func1" fillcolor="#e4f4f6" color="#23808c"]
	//   "n4" [label="add" fillcolor="#ece6fa" color="#6a45b5"]
	//   "n0" -> "n2"
	//   "n1" -> "n3"
	//   "n2" -> "n4"
	//   "n3" -> "n4"
	// }
}

// TestPictureCollapses: a tree of many calls is a box for each level.
func TestPictureCollapses(t *testing.T) {
	double := delayed.Func1(func(x int) int { return 2 * x })
	many := func(n int) delayed.Value[int] {
		v := make([]delayed.Value[int], n)
		for i := range v {
			v[i] = double(delayed.Of(i))
		}
		return delayed.Sum(v...)
	}
	n := 1 << 17
	if testing.Short() {
		n = 1 << 12
	}
	dot := delayed.DOT(chunkgrid.Picture{Title: "sum"}, many(n))
	levels := map[int]int{1 << 17: 17, 1 << 12: 12}[n]
	assert.Contains(t, dot, fmt.Sprintf("sum (%d calls, drawn as %d boxes)", 2*n-1, levels+1))
	assert.Equal(t, levels+1, strings.Count(dot, `[label=`), "boxes")
	assert.Equal(t, levels, strings.Count(dot, "->"))
	assert.Contains(t, dot, fmt.Sprintf(`%d calls`, n))
	small := delayed.DOT(chunkgrid.Picture{}, many(8))
	assert.Equal(t, 8+8+7, strings.Count(small, "[label="))
	var zero delayed.Value[int]
	assert.Contains(t, delayed.SVG(chunkgrid.Picture{}, zero), "zero Value")
}

// TestPictureOfRun: calls have what they took in the last run.
func TestPictureOfRun(t *testing.T) {
	slow := delayed.Func1(func(d time.Duration) int { time.Sleep(d); return 1 })
	sum := delayed.Sum(slow(delayed.Of(50*time.Millisecond)), slow(delayed.Of(time.Duration(0))))
	run := diag.Profile{EachTask: true}
	_, err := sum.Compute(t.Context(), chunkgrid.OnEvent(run.Event))
	require.NoError(t, err)
	svg := delayed.SVG(chunkgrid.Picture{Run: &run}, sum)
	assert.Regexp(t, `>[5-9]\d\.?\d*ms<`, svg, "the slow call, and the greatest of the scale")
	assert.Contains(t, svg, "#f5965f", "its colour")
	assert.Contains(t, delayed.DOT(chunkgrid.Picture{Run: &run}, sum), "work: from 0s, light, to ")
	other := delayed.Sum(slow(delayed.Of(time.Duration(0))))
	assert.Contains(t, delayed.SVG(chunkgrid.Picture{Run: &run}, other), "(what was run had other calls)")
	assert.Contains(t, delayed.SVG(chunkgrid.Picture{Run: &diag.Profile{}}, sum), "(what was run had other calls)")
}
