package chunkgrid_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// TestChunkPictures counts the boxes of chunks and the arrows between them.
func TestChunkPictures(t *testing.T) {
	x := chunkgrid.Arange(0.0, 100, 1, nd.Sizes(25))
	square := chunkgrid.FromFunc("", []int{40, 40}, nd.Sizes(10, -1), func([]float64, nd.Box) {})
	for name, c := range map[string]struct {
		a             chunkgrid.Any
		boxes, arrows int
	}{
		"sum":         {reduce.Sum(x), 4 + 1, 4},
		"constant":    {ufunc.Add(x, 1), 4 + 1 + 4, 4 + 4},
		"shift":       {x.Slice(nd.From(1)), 4 + 4, 4},
		"step back":   {x.Slice(nd.Every(-1)), 4 + 4, 4},
		"transpose":   {square.T(), 4 + 4, 4},
		"rechunk":     {square.Rechunk(nd.Sizes(-1, 10)), 4 + 4, 16},
		"columns":     {reduce.Sum(square, reduce.Axis(0)), 4 + 1, 4},
		"rows":        {reduce.Sum(square, reduce.Axis(1), reduce.KeepDims()), 4 + 4, 4},
		"concatenate": {chunkgrid.Concatenate(0, x, x), 4 + 8, 8},
		"take":        {x.Take(0, []int{99, 98, 99}), 4 + 1, 1},
		"reshape":     {x.Reshape(4, 25), 4 + 4, 4},
		"quantile":    {reduce.Median(x), 4 + 1 + 1 + 1, 4 + 1 + 1},
	} {
		dot := chunkgrid.DOT(chunkgrid.Picture{Chunks: true}, c.a)
		assert.Equal(t, c.boxes, strings.Count(dot, "[label="), "%s: %s", name, dot)
		assert.Equal(t, c.arrows, strings.Count(dot, "->"), "%s: %s", name, dot)
	}
	many := chunkgrid.Arange(0.0, 1000, 1, nd.Sizes(1))
	dot := chunkgrid.DOT(chunkgrid.Picture{Chunks: true, Title: "many"}, reduce.Sum(many))
	assert.Contains(t, dot, "many (1001 chunks, drawn as operations)")
	assert.Equal(t, 2, strings.Count(dot, "[label="))
}

// TestStagePictures: the stages of a run, before it and after.
func TestStagePictures(t *testing.T) {
	x, _ := stored(t, nd.Must(nd.Zeros[float64](40, 10)), 10, 10)
	mean := reduce.Mean(x, reduce.Axis(0))
	y := ufunc.Sub(x, mean)
	e, err := y.Explain(chunkgrid.Workers(1))
	require.NoError(t, err)
	dot := e.DOT(chunkgrid.Picture{})
	assert.Contains(t, dot, `"s0" [label="mean\n4 tasks on 1 workers\nof 4 chunks, 3.1 KiB"`)
	assert.Contains(t, dot, `"s0" -> "s1"`)
	var run diag.Profile
	_, err = y.Compute(t.Context(), chunkgrid.Workers(1), chunkgrid.OnEvent(func(e diag.Event) {
		if e.Kind == diag.TaskDone && e.Stage == 0 {
			e.Time = e.Time.Add(time.Millisecond) // some clocks stand still for as long as all this takes
		}
		run.Event(e)
	}))
	require.NoError(t, err)
	dot = e.DOT(chunkgrid.Picture{Title: "anomaly", Run: &run, Bytes: true})
	assert.Contains(t, dot, `label="anomaly\nbytes: from 0 B, light, to 3.1 KiB"`)
	assert.Contains(t, dot, `decoded 3.1 KiB, wrote 0 B" fillcolor="#f5965f"`)
	assert.Regexp(t, `[µm]s of work" fillcolor="#f5965f"`, e.DOT(chunkgrid.Picture{Run: &run}))
	other, err := mean.Explain()
	require.NoError(t, err)
	assert.Contains(t, other.SVG(chunkgrid.Picture{Run: &run}), "(what was run had other stages)")
}

// TestPictureOfManyOperations: a sum of a thousand arrays is drawn in few boxes.
func TestPictureOfManyOperations(t *testing.T) {
	x := chunkgrid.Arange(0.0, 100, 1, nd.Sizes(25))
	var parts []*chunkgrid.Array[float64]
	for i := range 1000 {
		parts = append(parts, ufunc.Mul(x, float64(i)))
	}
	dot := chunkgrid.DOT(chunkgrid.Picture{}, chunkgrid.Stack(0, parts...))
	assert.Regexp(t, `label="\(\d{4} operations, drawn as \d{1,4} boxes\)"`, dot)
	assert.Contains(t, dot, "1000 of them")
}

// TestPictureOfNothingAlike: operations that are not alike are drawn in few boxes
// too, which have no shape where theirs differ.
func TestPictureOfNothingAlike(t *testing.T) {
	chain := chunkgrid.Arange(0.0, 5000, 1, nd.Sizes(1000))
	shapes := chunkgrid.Arange(0.0, 5000, 1, nd.Sizes(1000))
	for i := range 1000 {
		chain = ufunc.Add(chain, float64(i))
		shapes = ufunc.Add(shapes.Slice(nd.From(1)), 1.0)
	}
	for name, a := range map[string]chunkgrid.Any{"chain": chain, "shapes": shapes} {
		dot := chunkgrid.DOT(chunkgrid.Picture{Title: name}, a)
		assert.Regexp(t, `label="`+name+` \(\d{4} operations, drawn as \d{1,3} boxes\)"`, dot)
		assert.Equal(t, name == "chain", strings.Contains(dot, `[label="add\nfloat64 [`), dot)
		assert.Contains(t, dot, "1000 of them")
		assert.Contains(t, chunkgrid.SVG(chunkgrid.Picture{}, a), "</svg>")
	}
}
