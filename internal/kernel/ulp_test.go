package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// ulpCase is a function of floats, how it may err, in units of the last place,
// and where its arguments are drawn from.
type ulpCase struct {
	name           string
	limit, limit32 float64
	draw           func(rng *rand.Rand) float64
	draw2          func(rng *rand.Rand) float64 // of a second argument
}

// ulpCases are all functions that docs/mathematics.md has errors of.
var ulpCases = []ulpCase{
	{name: "exp", limit: 0.78, limit32: 0.9, draw: oneOf(anySize(-60, 10), evenly(-746, 710), evenly(-104, 89), evenly(-2, 2))},
	{name: "exp2", limit: 0.78, limit32: 0.9, draw: oneOf(anySize(-60, 11), evenly(-1076, 1025), evenly(-150, 129), evenly(-2, 2))},
	{name: "expm1", limit: 0.75, limit32: 0.52, draw: oneOf(anySize(-1074, 10), anySize(-60, 2), evenly(-60, 710), evenly(-2, 2), evenly(-0.2, 0.2))},
	{name: "log", limit: 0.75, limit32: 0.95, draw: positiveNumbers},
	{name: "log2", limit: 0.75, limit32: 1, draw: positiveNumbers},
	{name: "log10", limit: 0.75, limit32: 0.95, draw: positiveNumbers},
	{name: "log1p", limit: 0.75, limit32: 0.52, draw: oneOf(anySize(-1074, 0), magnitude(anySize(-1, 1024)), anySize(-30, 0), nearTo(-1), evenly(-1, 1), evenly(-0.1, 0.1))},
	{name: "sin", limit: 0.75, limit32: 0.9, draw: angles},
	{name: "cos", limit: 0.75, limit32: 0.9, draw: angles},
	{name: "tan", limit: 0.85, limit32: 0.52, draw: angles},
	{name: "asin", limit: 0.75, limit32: 0.52, draw: ratios},
	{name: "acos", limit: 0.75, limit32: 0.52, draw: ratios},
	{name: "atan", limit: 0.9, limit32: 0.52, draw: oneOf(anySize(-1074, 1024), anySize(-149, 128), anySize(-5, 6), evenly(-10, 10))},
	{name: "atan2", limit: 0.95, limit32: 0.52, draw: coordinates, draw2: coordinates},
	{name: "sinh", limit: 0.9, limit32: 0.52, draw: oneOf(anySize(-1074, 10), evenly(-711, 711), evenly(-90, 90), evenly(-2, 2))},
	{name: "cosh", limit: 0.9, limit32: 0.52, draw: oneOf(anySize(-1074, 10), evenly(-711, 711), evenly(-90, 90), evenly(-2, 2))},
	{name: "tanh", limit: 0.55, limit32: 0.52, draw: oneOf(anySize(-1074, 10), evenly(-20, 20), evenly(-1, 1), evenly(0.16, 0.2))},
	{name: "asinh", limit: 0.55, limit32: 0.501, draw: oneOf(anySize(-1074, 1024), anySize(-30, 30), evenly(-2, 2))},
	{name: "acosh", limit: 0.55, limit32: 0.501, draw: magnitude(oneOf(anySize(0, 1024), anySize(0, 30), nearTo(1), evenly(1, 2)))},
	{name: "atanh", limit: 0.55, limit32: 0.501, draw: oneOf(anySize(-1074, 0), anySize(-30, 0), nearTo(1), evenly(-1, 1))},
	{name: "cbrt", limit: 0.51, limit32: 0.51, draw: anySize(-1074, 1024)},
	{name: "pow", limit: 0.75, limit32: 0.52, draw: magnitude(oneOf(anySize(-1074, 1024), anySize(-20, 20), nearTo(1), evenly(0.5, 2))),
		draw2: oneOf(evenly(-10, 10), anySize(-20, 9), anySize(9, 20))},
	{name: "hypot", limit: 1, limit32: 0.52, draw: oneOf(anySize(-1074, 1024), evenly(-1, 1)), draw2: oneOf(anySize(-1074, 1024), evenly(-1, 1))},
}

// positiveNumbers draws arguments of logarithms.
var positiveNumbers = magnitude(oneOf(anySize(-1074, 1024), anySize(-149, 128), nearTo(1), evenly(0.5, 2), evenly(0, 4)))

// ratios draws arguments of arcsines.
var ratios = oneOf(anySize(-1074, 0), anySize(-10, 0), evenly(-1, 1), evenly(-0.51, 0.51), func(rng *rand.Rand) float64 {
	return math.Copysign(1-math.Abs(anySize(-53, -1)(rng)), rng.Float64()-0.5)
})

// coordinates draws arguments of atan2.
var coordinates = oneOf(anySize(-1074, 1024), anySize(-149, 128), anySize(-4, 4), evenly(-1, 1))

// angles draws arguments of sines: a share of them next to multiples of pi/2.
var angles = oneOf(anySize(-1074, -20), anySize(-20, 20), anySize(20, 1024), anySize(-20, 128), evenly(-7, 7), evenly(-800, 800), func(rng *rand.Rand) float64 {
	x := math.Trunc(anySize(0, rng.IntN(24)+1)(rng)) * (math.Pi / 2)
	return math.Float64frombits(math.Float64bits(x) + rng.Uint64N(3) - 1)
}, func(rng *rand.Rand) float64 {
	return float64(float32(math.Trunc(anySize(0, 18)(rng)) * (math.Pi / 2)))
})

// evenly, anySize and nearTo draw arguments: evenly between two numbers; of
// either sign and of any size between powers of two; and at distances of all
// sizes from a number.
func evenly(lo, hi float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return lo + (hi-lo)*rng.Float64() }
}

func anySize(lo, hi int) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 {
		return math.Ldexp((1+rng.Float64())*float64(1-2*rng.IntN(2)), lo+rng.IntN(hi-lo))
	}
}

func nearTo(x float64) func(*rand.Rand) float64 {
	near := anySize(-54, -2)
	return func(rng *rand.Rand) float64 { return x * (1 + near(rng)) }
}

// magnitude draws |x| for an x that draw draws.
func magnitude(draw func(*rand.Rand) float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return math.Abs(draw(rng)) }
}

// oneOf draws by one of several, each time another.
func oneOf(draws ...func(*rand.Rand) float64) func(*rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return draws[rng.IntN(len(draws))](rng) }
}

// TestUlp measures functions against binary128 arithmetic: over the number of
// arguments in NDGRID_ULP, which it takes gcc and libquadmath for, and prints
// the rows of the table in docs/mathematics.md.
func TestUlp(t *testing.T) {
	var points int
	if _, err := fmt.Sscan(os.Getenv("NDGRID_ULP"), &points); err != nil {
		t.Skip("NDGRID_ULP is not the number of arguments to measure at")
	}
	program := filepath.Join(t.TempDir(), "ulp")
	out, err := exec.Command("gcc", "-O2", "-o", program, "testdata/ulp/ulp.c", "-lquadmath", "-lm").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, c := range ulpCases {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			measureUlp[float64](t, rng, program, c, c.limit, points)
			measureUlp[float32](t, rng, program, c, c.limit32, points)
		})
	}
}

// measureUlp gives program arguments and what the loop of T makes of them.
func measureUlp[T nd.Float](t *testing.T, rng *rand.Rand, program string, c ulpCase, limit float64, points int) {
	dtype := nd.DTypeOf[T]()
	draws := []func(*rand.Rand) float64{c.draw}
	if c.draw2 != nil {
		draws = append(draws, c.draw2)
	}
	columns := make([][]T, len(draws)+1)
	var args [][]byte
	for i := range columns {
		columns[i] = make([]T, points)
		if i < len(draws) {
			for k := range columns[i] {
				columns[i][k] = T(draws[i](rng))
			}
			args = append(args, nd.AsBytes(columns[i]))
		}
	}
	loopOf(dtype.Kind(), c.name)(nd.AsBytes(columns[len(draws)]), args)
	records := make([]T, 0, points*len(columns))
	for k := range points {
		for _, column := range columns {
			records = append(records, column[k])
		}
	}
	cmd := exec.Command(program, c.name, fmt.Sprint(8*dtype.Size()))
	cmd.Stdin = bytes.NewReader(nd.AsBytes(records))
	out, err := cmd.Output()
	require.NoError(t, err)
	var worst, share float64
	var x, y string
	_, err = fmt.Sscan(string(out), &worst, &x, &y, &share)
	require.NoError(t, err, "%s", out)
	t.Logf("| %s | %s | %.3f | %.1f%% |  worst at %s %s", c.name, dtype, worst, 100*share, x, y)
	assert.LessOrEqual(t, worst, limit, "%s of %s at %s %s", c.name, dtype, x, y)
}
