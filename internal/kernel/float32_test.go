package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// TestFma32 compares fma32 with exact arithmetic, on numbers most of whose sums
// are hard to round.
func TestFma32(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	number := func() float32 {
		b := rng.Uint32()
		switch rng.IntN(4) {
		case 0:
			b &= 0xfff80000 // few digits
		case 1:
			b = b&0x8000000f | 0x3f800000 // next to 1
		case 2:
			b &= 0x80ffffff // subnormal or next to that
		}
		return math.Float32frombits(b)
	}
	check := func(x, y, z float32) {
		got := fma32(x, y, z)
		if !finite32(x) || !finite32(y) || !finite32(z) {
			want := float32(float64(x)*float64(y) + float64(z))
			require.True(t, got == want || got != got && want != want, "%x*%x + %x: %x, not %x", x, y, z, got, want)
			return
		}
		wide := func(x float32) *big.Float { return new(big.Float).SetPrec(700).SetFloat64(float64(x)) }
		exact := wide(x)
		exact.Add(exact.Mul(exact, wide(y)), wide(z))
		want, _ := exact.Float32()
		require.Equal(t, want, got, "%x*%x + %x", x, y, z)
	}
	for range 300_000 {
		x, y, z := number(), number(), number()
		check(x, y, z)
		// Next to half way between two numbers, and subnormal sums likewise.
		check(x, y, -float32(float64(x)*float64(y)))
		check(float32(math.Ldexp(1+float64(rng.IntN(1<<12))*0x1p-12, -20-rng.IntN(8))), 1+float32(rng.IntN(1<<12))*0x1p-23, z)
	}
}

func finite32(x float32) bool { return x-x == 0 }

// TestFloat32 compares functions that are computed in float32 with those of
// float64: their errors, and that plain Go and assembly give the same bits. It
// takes numbers all over float32; with NDGRID_ULP=4294967296 every one.
func TestFloat32(t *testing.T) {
	const part = 1 << 12
	count := 32 * part
	if n, err := strconv.Atoi(os.Getenv("NDGRID_ULP")); err == nil {
		count = n
	}
	step := max(1, 1<<32/count)
	for _, c := range []struct {
		name  string
		limit float64
	}{{"exp", 0.9}, {"exp2", 0.9}, {"log", 0.9}, {"log2", 0.9}, {"log10", 0.9}, {"sin", 0.9}, {"cos", 0.9}} {
		t.Run(c.name, func(t *testing.T) {
			var all errors32
			var next atomic.Uint64
			var workers sync.WaitGroup
			for range 2 {
				workers.Go(func() {
					for {
						first := (next.Add(1) - 1) * part * uint64(step)
						if first >= 1<<32 {
							return
						}
						all.of(t, c.name, uint32(first), uint32(step), int(min(part, (1<<32-first+uint64(step)-1)/uint64(step))))
					}
				})
			}
			workers.Wait()
			t.Logf("| %s | %.3f | %.1f%% | worst at %x; of %d", c.name, all.worst, 100*float64(all.notNext)/float64(all.count), all.at, all.count)
			assert.LessOrEqual(t, all.worst, c.limit, "at %x", all.at)
		})
	}
}

// errors32 are those of a function, in units of the last place.
type errors32 struct {
	mu             sync.Mutex
	worst          float64
	at             float32
	notNext, count int
}

// of adds the errors for n numbers, the bits of which are step apart.
func (e *errors32) of(t *testing.T, name string, first, step uint32, n int) {
	x, wide := make([]float32, n), make([]float64, n)
	for i := range x {
		x[i] = math.Float32frombits(first + uint32(i)*step)
		wide[i] = float64(x[i])
	}
	plain, got, want := make([]float32, n), make([]float32, n), make([]float64, n)
	loops[nd.KindFloat32][name].loop(nd.AsBytes(plain), [][]byte{nd.AsBytes(x)})
	loopOf(nd.KindFloat32, name)(nd.AsBytes(got), [][]byte{nd.AsBytes(x)})
	loopOf(nd.KindFloat64, name)(nd.AsBytes(want), [][]byte{nd.AsBytes(wide)})
	worst, at, notNext := 0.0, float32(0), 0
	for i, y := range got {
		if math.Float32bits(y) != math.Float32bits(plain[i]) && (y == y || plain[i] == plain[i]) {
			t.Errorf("%s of %x: %x, in plain Go %x", name, x[i], y, plain[i])
			return
		}
		err := ulps32(y, want[i])
		if err > worst {
			worst, at = err, x[i]
		}
		if err > 0.5 {
			notNext++
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if worst > e.worst {
		e.worst, e.at = worst, at
	}
	e.notNext += notNext
	e.count += n
}

// ulps32 is the distance of a result in units of the last place: infinite for a
// wrong NaN, infinity or sign of zero.
func ulps32(got float32, want float64) float64 {
	switch {
	case want != want || got != got:
		if want != want && got != got {
			return 0
		}
		return math.Inf(1)
	case want == 0 || math.IsInf(want, 0):
		if float64(got) == want && math.Signbit(float64(got)) == math.Signbit(want) {
			return 0
		}
		return math.Inf(1)
	}
	y := float64(got)
	if math.IsInf(y, 0) { // for it and all beyond
		y, want = math.Copysign(0x1p128, y), max(-0x1p128, min(want, 0x1p128))
	}
	_, exponent := math.Frexp(want)
	return math.Abs(y-want) / math.Ldexp(1, min(max(exponent, -125), 128)-24)
}
