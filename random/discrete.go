package random

import (
	"fmt"
	"math"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/internal/plan"
	"github.com/ndgrid/ndgrid/nd"
)

// Choice returns numbers from 0 to len(p)-1, of which i has the probability p[i]:
// those of numpy.random.Generator(Philox(key=seed)).choice(len(p), shape, p=p). The
// probabilities are 0 or more and their sum is 1, as far as floats are exact.
func Choice(seed uint64, p []float64, shape []int, c nd.Chunks) *chunkgrid.Array[int64] {
	const name = "choice"
	sum, edges := 0.0, make([]float64, len(p))
	for i, v := range p {
		if !(v >= 0) {
			return chunkgrid.Failed[int64](name, fmt.Errorf("probability %d is %v: %w", i, v, nd.ErrShape))
		}
		sum += v
		edges[i] = sum
	}
	if !(math.Abs(sum-1) <= 1e-8) {
		return chunkgrid.Failed[int64](name, fmt.Errorf("the sum of %d probabilities is %v, want 1: %w", len(p), sum, nd.ErrShape))
	}
	return chosen(seed, 0, edges, shape, c)
}

// Poisson returns the number of events where mean of them are expected, up to 10^9.
// What is less likely than 2^-53 doesn't occur.
func Poisson(seed uint64, mean float64, shape []int, c nd.Chunks) *chunkgrid.Array[int64] {
	const name, most = "poisson", 1e9
	if !(mean >= 0 && mean <= most) {
		return chunkgrid.Failed[int64](name, fmt.Errorf("a mean of %v, want 0 to %v: %w", mean, most, nd.ErrShape))
	}
	least, edges := weigh(int(mean), math.MaxInt, func(k int) float64 { return mean / float64(k+1) })
	return above(least, chosen(seed, 4, edges, shape, c))
}

// Binomial returns how many of n trials, up to 10^9, succeed, each with probability p; see Poisson.
func Binomial(seed uint64, n int, p float64, shape []int, c nd.Chunks) *chunkgrid.Array[int64] {
	const name, most = "binomial", 1e9
	if n < 0 || n > most || !(p >= 0 && p <= 1) {
		return chunkgrid.Failed[int64](name, fmt.Errorf("%d trials of probability %v, want 0 to %v, and 0 to 1: %w", n, p, most, nd.ErrShape))
	}
	odds := p / (1 - p)
	least, edges := weigh(min(int(float64(n+1)*p), n), n, func(k int) float64 { return float64(n-k) / float64(k+1) * odds })
	return above(least, chosen(seed, 5, edges, shape, c))
}

// weigh returns the sums of the weights of the numbers from least on, which are 0 to
// most: up is the weight of k+1 by that of k, and that of mode the greatest. What has
// none to speak of beside it is left out.
func weigh(mode, most int, up func(k int) float64) (least int, sums []float64) {
	const none = 0x1p-70
	least = mode
	weights := []float64{1}
	for w := 1 / up(least-1); least > 0 && w > none; w /= up(least - 1) {
		weights = append(weights, w)
		least--
	}
	slices.Reverse(weights)
	for k, w := mode, 1.0; k < most; k++ {
		if w *= up(k); !(w > none) {
			break
		}
		weights = append(weights, w)
	}
	sum := 0.0
	for i, w := range weights {
		sum += w
		weights[i] = sum
	}
	return least, weights
}

// chosen returns numbers of which each is as likely as the sum at its place is
// greater than the one before.
func chosen(seed uint64, stream int, sums []float64, shape []int, c nd.Chunks) *chunkgrid.Array[int64] {
	for i, total := 0, sums[len(sums)-1]; i < len(sums); i++ {
		sums[i] /= total
	}
	u := draw[float64](opUniform, seed, shape, c, plan.Params{"stream": stream})
	return chunkgrid.Op[int64]("digitize", plan.Params{"edges": sums, "right": false}, u)
}

// above adds least to numbers.
func above(least int, a *chunkgrid.Array[int64]) *chunkgrid.Array[int64] {
	return chunkgrid.Op[int64]("add", nil, a, chunkgrid.Constant(int64(least)))
}
