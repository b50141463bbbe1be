package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// lengths are those around whole vectors and blocks, and some large ones.
func lengths(f func(n int)) {
	for n := range 200 {
		f(n)
	}
	for _, n := range []int{Tile - 1, Tile, Tile + 1, 5*Tile + 3} {
		f(n)
	}
}

// TestStreams compares the loops whose stores go past the caches with the plain
// ones, wherever dst begins in a line.
func TestStreams(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	atLevels(t, func(t *testing.T, l Level) {
		for k, ops := range streams[l] {
			for name := range ops {
				d := dtypeOfKind(k)
				op, ok := plainLoop(k, name)
				require.True(t, ok, name)
				loop, ok := StreamOf(name, nil, []nd.DType{d, d, d}[:op.nargs])
				require.True(t, ok, name)
				t.Run(d.String()+"/"+name, func(t *testing.T) {
					lengths(func(n int) { checkStream(t, rng, d, op, loop, n) })
				})
			}
		}
	})
}

func checkStream(t *testing.T, rng *rand.Rand, d nd.DType, op typed, loop Loop, n int) {
	for scalars := range 1 << op.nargs {
		args := make([][]byte, op.nargs)
		for a := range args {
			m := n
			if scalars>>a&1 != 0 {
				m = 1
			}
			args[a] = offset(awkwardTile(rng, d, m), rng.IntN(16)*d.Size())
		}
		want := make([]byte, n*d.Size())
		if n > 0 {
			op.loop(want, args)
		}
		const guard = 64
		whole := offset(make([]byte, n*d.Size()+2*guard), rng.IntN(16)*d.Size())
		got := whole[guard : guard+n*d.Size()]
		loop(got, args)
		Fence()
		sameElements(t, d, want, got, "%d, scalars %b of %v", n, scalars, args)
		require.Equal(t, make([]byte, guard), whole[:guard], "before dst")
		require.Equal(t, make([]byte, guard), whole[guard+len(got):], "behind dst")
	}
}

func TestStreamOfOthers(t *testing.T) {
	for _, c := range []struct {
		name string
		args []nd.DType
	}{{"exp", []nd.DType{nd.Float64}}, {"add", []nd.DType{nd.Int8, nd.Int8}}, {"add", []nd.DType{nd.Float32, nd.Float64}}, {"add", nil}} {
		_, ok := StreamOf(c.name, nil, c.args)
		require.False(t, ok, "%s of %v", c.name, c.args)
	}
}

func TestCopyStream(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	atLevels(t, func(t *testing.T, _ Level) {
		for n := range 700 {
			src := offset(awkwardTile(rng, nd.Uint8, n), rng.IntN(64))
			const guard = 64
			whole := offset(make([]byte, n+2*guard), rng.IntN(64))
			CopyStream(whole[guard:guard+n], src)
			Fence()
			require.Equal(t, src, whole[guard:guard+n])
			require.Equal(t, make([]byte, guard), whole[:guard], "before dst")
			require.Equal(t, make([]byte, guard), whole[guard+n:], "behind dst")
			Prefetch(src)
			require.Zero(t, testing.AllocsPerRun(1, func() { CopyStream(whole[guard:guard+n], src); Prefetch(src); Fence() }))
		}
	})
}
