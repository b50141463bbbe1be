package nd_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ndgrid/ndgrid/nd"
)

func TestParseRange(t *testing.T) {
	for text, want := range map[string][]nd.Range{
		"":                  nil,
		"  ":                nil,
		":":                 {nd.All},
		"::":                {nd.All},
		" 0::2 , ::3":       {nd.From(0).By(2), nd.Every(3)},
		"-1, ...,None":      {nd.At(-1), nd.Ellipsis, nd.NewAxis},
		"newaxis, 3:, :-2":  {nd.NewAxis, nd.From(3), nd.To(-2)},
		"9:1:-2, 1 : 2, +4": {nd.Step(9, 1, -2), nd.Span(1, 2), nd.At(4)},
	} {
		got, err := nd.ParseRange(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"a", "1,", ",", "1:2:3:4", "1..2", "....", "1.5", "[1]", "none", "99999999999999999999", ":99999999999999999999", "1 2", "--1"} {
		_, err := nd.ParseRange(text)
		assert.ErrorIs(t, err, nd.ErrSyntax, text)
		assert.ErrorContains(t, err, "ParseRange")
	}
	assert.Equal(t, nd.At(3), nd.At(3).By(2), "an index has no step")
}

func TestResolveRanges(t *testing.T) {
	got, err := nd.ResolveRanges([]int{5, 4, 3, 2}, nd.Must(nd.ParseRange("-2, None, ..., ::-1")))
	require.NoError(t, err)
	assert.Equal(t, []nd.AxisView{
		{Axis: 0, Start: 3, Step: 1, N: 1, Drop: true},
		{Axis: -1, Step: 1, N: 1},
		{Axis: 1, Step: 1, N: 4},
		{Axis: 2, Step: 1, N: 3},
		{Axis: 3, Start: 1, Step: -1, N: 2},
	}, got)

	for text, class := range map[string]error{
		"5": nd.ErrIndex, "-6": nd.ErrIndex, "0,0,0": nd.ErrIndex, "::0": nd.ErrSyntax, "...,...": nd.ErrSyntax,
	} {
		_, err := nd.ResolveRanges([]int{5, 5}, nd.Must(nd.ParseRange(text)))
		assert.ErrorIs(t, err, class, text)
	}
	_, err = nd.ResolveRanges([]int{5, 3}, []nd.Range{nd.All, nd.At(7)})
	assert.EqualError(t, err, "nd.Slice: index 7 along axis 1 of shape [5 3]")
}

// TestResolveRangesLaws holds for any numbers: what is picked lies on the axis,
// and is what picking one by one gives.
func TestResolveRangesLaws(t *testing.T) {
	num := rapid.OneOf(rapid.IntRange(-12, 12), rapid.SampledFrom([]int{math.MinInt, math.MinInt + 1, math.MaxInt}), rapid.Int())
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 10).Draw(t, "n")
		start, stop, step := num.Draw(t, "start"), num.Draw(t, "stop"), num.Draw(t, "step")
		views, err := nd.ResolveRanges([]int{n}, []nd.Range{nd.Step(start, stop, step)})
		if step == 0 {
			require.ErrorIs(t, err, nd.ErrSyntax)
			return
		}
		require.NoError(t, err)
		v := views[0]
		if v.N == 0 {
			require.Equal(t, nd.AxisView{Step: 1}, v)
			return
		}
		last := v.Start + (v.N-1)*v.Step
		require.True(t, v.Start >= 0 && v.Start < n && last >= 0 && last < n, "%+v", v)
	})
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"", "0::2, ::3", "...", "None,-1", "5::-1", ":::", "1,,2", "-9223372036854775808:9223372036854775807:-9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rs, err := nd.ParseRange(text)
		if err != nil {
			assert.ErrorIs(t, err, nd.ErrSyntax)
			return
		}
		again, err := nd.ParseRange(nd.FormatRanges(rs))
		require.NoError(t, err)
		assert.Equal(t, rs, again)
		if v, err := nd.ResolveRanges([]int{7, 0, 3}, rs); err == nil {
			for _, a := range v {
				assert.GreaterOrEqual(t, a.N, 0)
			}
		}
	})
}
