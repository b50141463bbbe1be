package random_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/peer"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/random"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/ufunc"
)

// all has an array of every function.
func all(seed uint64, shape []int, c nd.Chunks) map[string]chunkgrid.Any {
	return map[string]chunkgrid.Any{
		"bits": random.Bits(seed, shape, c), "uniform": random.Uniform[float64](seed, shape, c),
		"uniform32": random.Uniform[float32](seed, shape, c), "normal": random.Normal[float64](seed, shape, c),
		"normal32": random.Normal[float32](seed, shape, c), "int8": random.Integers[int8](seed, -128, 127, shape, c),
		"int64":  random.Integers[int64](seed, math.MinInt64, math.MaxInt64, shape, c),
		"uint64": random.Integers[uint64](seed, 1<<63, math.MaxUint64, shape, c), "exponential": random.Exponential[float32](seed, shape, c),
		"choice": random.Choice(seed, []float64{0.5, 0.5}, shape, c), "poisson": random.Poisson(seed, 1e6, shape, c), "binomial": random.Binomial(seed, 9, 0.3, shape, c),
	}
}

// TestNumPy compares with what NumPy makes of its own Philox.
func TestNumPy(t *testing.T) {
	const n, low, high = 5001, -7, 1_000_000_000_000
	seeds := []uint64{0, 42, math.MaxUint64}
	args := []string{"testdata/reference.py", fmt.Sprint(n), fmt.Sprint(low), fmt.Sprint(high - low)}
	for _, seed := range seeds {
		args = append(args, fmt.Sprint(seed))
	}
	out := peer.Output(t, peer.Python(t, args...))
	in, c := bytes.NewReader(out), nd.Sizes(700)
	for _, seed := range seeds {
		same(t, in, random.Bits(seed, []int{n}, c), 0)
		same(t, in, random.Uniform[float64](seed, []int{n}, c), 0)
		same(t, in, random.Uniform[float32](seed, []int{n}, c), 0)
		same(t, in, random.Integers[int64](seed, low, high, []int{n}, c), 0)
		same(t, in, random.Normal[float64](seed, []int{n}, c), 1e-14) // of Box and Muller in 80 bits
		same(t, in, random.Exponential[float64](seed, []int{n}, c), 1e-14)
		same(t, in, random.Choice(seed, []float64{0.1, 0, 0.25, 0.5, 0.15}, []int{n}, c), 0)
	}
	require.Zero(t, in.Len())
}

// same compares an array with as many elements read from in.
func same[T nd.Real](t *testing.T, in *bytes.Reader, a *chunkgrid.Array[T], within float64) {
	t.Helper()
	want := make([]T, a.Size())
	require.NoError(t, binary.Read(in, binary.LittleEndian, want))
	got, err := a.Compute(t.Context())
	require.NoError(t, err)
	for i, w := range want {
		if got.Data()[i] != w && math.Abs(float64(got.Data()[i])-float64(w)) > within {
			t.Fatalf("%v: element %d is %v, NumPy's %v", a, i, got.Data()[i], w)
		}
	}
}

// TestChunks: the numbers are the same in any chunks, with any workers and
// memory, and in any part.
func TestChunks(t *testing.T) {
	shape := []int{13, 1, 217}
	whole := all(5, shape, nd.Sizes(-1, -1, -1))
	for _, c := range []nd.Chunks{nd.Sizes(4, 1, 1), nd.Sizes(5, 1, 64), nd.Sizes(13, 1, 3)} {
		for name, a := range all(5, shape, c) {
			want, err := chunkgrid.ComputeDyn(t.Context(), whole[name], chunkgrid.Workers(1))
			require.NoError(t, err)
			got, err := chunkgrid.ComputeDyn(t.Context(), a, chunkgrid.Workers(3), chunkgrid.Memory(8<<20))
			require.NoError(t, err)
			require.Equal(t, want.Bytes(), got.Bytes(), "%s in chunks %v", name, a.Grid())
			part := nd.Must(nd.ParseRange("::-3, 0, 5:200:7"))
			want, err = chunkgrid.ComputeDyn(t.Context(), chunkgrid.FromDyn(want).View(part...))
			require.NoError(t, err)
			got, err = chunkgrid.ComputeDyn(t.Context(), a.View(part...))
			require.NoError(t, err)
			require.Equal(t, want.Bytes(), got.Bytes(), "part of %s in chunks %v", name, a.Grid())
		}
	}
	for name, a := range all(5, []int{}, nd.Sizes()) {
		first, err := chunkgrid.ComputeDyn(t.Context(), whole[name].View(nd.At(0), nd.At(0), nd.At(0)))
		require.NoError(t, err)
		got, err := chunkgrid.ComputeDyn(t.Context(), a)
		require.NoError(t, err, name)
		require.Equal(t, first.Bytes(), got.Bytes(), "0-d %s", name)
	}
	for name, a := range all(5, []int{3, 0}, nd.Sizes(2, 2)) {
		_, err := chunkgrid.ComputeDyn(t.Context(), a)
		require.NoError(t, err, name)
	}
}

// TestMoments: mean and variance are those of the distributions, within five
// standard errors.
func TestMoments(t *testing.T) {
	const n = 200_000
	shape, c := []int{n}, nd.Sizes(20_000)
	for name, d := range map[string]struct {
		x                       *chunkgrid.Array[float64]
		mean, variance, fourths float64 // fourths: variance of the squared deviations
	}{
		"uniform":     {random.Uniform[float64](1, shape, c), 0.5, 1. / 12, 1./80 - 1./144},
		"uniform32":   {ufunc.Cast[float64](random.Uniform[float32](2, shape, c)), 0.5, 1. / 12, 1./80 - 1./144},
		"normal":      {random.Normal[float64](3, shape, c), 0, 1, 2},
		"integers":    {ufunc.Cast[float64](random.Integers[int16](4, -1, 2, shape, c)), 0, 2. / 3, 2./3 - 4./9},
		"exponential": {random.Exponential[float64](5, shape, c), 1, 1, 8},
		"poisson":     {ufunc.Cast[float64](random.Poisson(6, 4e7, shape, c)), 4e7, 4e7, 2 * 16e14},
	} {
		mean, err := reduce.Mean(d.x).Value(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, d.mean, mean, 5*math.Sqrt(d.variance/n), name)
		variance, err := reduce.Var(d.x).Value(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, d.variance, variance, 5*math.Sqrt(d.fourths/n), name)
	}
	z := random.Normal[float64](6, shape, c)
	for bound, share := range map[float64]float64{-1: 0.158655, 0: 0.5, 0.5: 0.691462, 2: 0.977250, 3: 0.998650} {
		below, err := reduce.CountNonzero(ufunc.Less(z, bound)).Value(t.Context())
		require.NoError(t, err)
		assert.InDelta(t, share, float64(below)/n, 5*math.Sqrt(share*(1-share)/n), "normal below %v", bound)
	}
}

// TestCounts compares how often each number comes with its probability, within five
// standard errors.
func TestCounts(t *testing.T) {
	const n = 100_000
	shape, c := []int{n}, nd.Sizes(20_000)
	lgamma := func(x float64) float64 { v, _ := math.Lgamma(x); return v }
	poisson := func(mean float64) func(k float64) float64 {
		return func(k float64) float64 { return math.Exp(k*math.Log(mean) - mean - lgamma(k+1)) }
	}
	binomial := func(n, p float64) func(k float64) float64 {
		return func(k float64) float64 {
			return math.Exp(lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1) + k*math.Log(p) + (n-k)*math.Log1p(-p))
		}
	}
	for name, d := range map[string]struct {
		x           *chunkgrid.Array[int64]
		first, last int64
		probability func(k float64) float64
	}{
		"poisson 0": {random.Poisson(1, 0, shape, c), 0, 0, func(float64) float64 { return 1 }}, "poisson 0.3": {random.Poisson(1, 0.3, shape, c), 0, 6, poisson(0.3)},
		"poisson 1000": {random.Poisson(3, 1000, shape, c), 900, 1100, poisson(1000)}, "binomial 20": {random.Binomial(4, 20, 0.9, shape, c), 0, 20, binomial(20, 0.9)},
		"binomial 1": {random.Binomial(5, 7, 1, shape, c), 7, 7, func(float64) float64 { return 1 }}, "binomial 0": {random.Binomial(5, 7, 0, shape, c), 0, 0, func(float64) float64 { return 1 }},
		"binomial 5000": {random.Binomial(6, 5000, 0.1, shape, c), 400, 600, binomial(5000, 0.1)},
	} {
		x, err := d.x.Compute(t.Context())
		require.NoError(t, err, name)
		counts := map[int64]float64{}
		for _, v := range x.Data() {
			counts[v]++
		}
		for k := d.first; k <= d.last; k++ {
			p := d.probability(float64(k))
			assert.InDelta(t, n*p, counts[k], 5*math.Sqrt(n*p*(1-p))+1, "%s: %d", name, k)
		}
	}
}

// TestErrors: what can't be is the array's error.
func TestErrors(t *testing.T) {
	a := random.Integers[int8](1, 3, 3, []int{2}, nd.Sizes(2))
	assert.ErrorContains(t, a.Err(), "random.Integers: no integer is at least 3 and less than 3")
	assert.Regexp(t, `^random_test.go:\d+: `, a.Err().Error())
	for want, a := range map[string]*chunkgrid.Array[int64]{
		"random.Choice: the sum of 2 probabilities is 0.75, want 1":                 random.Choice(1, []float64{0.5, 0.25}, []int{2}, nd.Auto),
		"random.Choice: probability 1 is NaN":                                       random.Choice(1, []float64{0.5, math.NaN()}, []int{2}, nd.Auto),
		"random.Choice: the sum of 0 probabilities is 0, want 1":                    random.Choice(1, nil, []int{2}, nd.Auto),
		"random.Poisson: a mean of -1, want 0 to 1e+09":                             random.Poisson(1, -1, []int{2}, nd.Auto),
		"random.Binomial: 3 trials of probability 1.5, want 0 to 1e+09, and 0 to 1": random.Binomial(1, 3, 1.5, []int{2}, nd.Auto),
	} {
		assert.ErrorContains(t, a.Err(), want)
	}
	b := random.Normal[float64](1, []int{-1}, nd.Sizes(2))
	assert.ErrorIs(t, b.Err(), nd.ErrShape)
	assert.ErrorContains(t, b.Err(), "random.Normal: ")
	assert.ErrorIs(t, random.Bits(1, []int{1 << 62, 4}, nd.Auto).Err(), nd.ErrOverflow)
}
