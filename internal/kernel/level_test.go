package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// lengthStep is how far apart the lengths are that tests try.
func lengthStep() int {
	if testing.Short() {
		return 37
	}
	return 1
}

// atLevels runs a test at every level of this machine.
func atLevels(t *testing.T, f func(t *testing.T, l Level)) {
	defer func(l Level) { level = l }(level)
	for _, l := range Levels() {
		level = l
		t.Run(l.String(), func(t *testing.T) { f(t, l) })
	}
}

// awkward are the values that vector code gets wrong, beside those of either
// sign, great and small, that awkwardTile draws.
var awkward = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, -1, 0.5, 2, 1.5, 2.5, -2.5,
	math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-1030, math.MaxFloat64, -math.MaxFloat64,
	math.SmallestNonzeroFloat32, 0x1p-126, 0x1p-140, math.MaxFloat32, -math.MaxFloat32,
	709.7, 709.9, -708.5, -744, -746, 88.7, 88.8, -87.4, -103.9, -104.1, 1024, -1075, 22.1, -22.1, 0x1p-54, 1 - 0x1p-53, 1 + 0x1p-52, -1 + 0x1p-53,
	math.Pi, -math.Pi / 2, math.Pi / 4, 1e5, 1e9, 1e15, 1e22, 1e300, 0x1p53, 0x1p63, -0x1p63, 0x1p31, -0x1p31,
}

// awkwardTile returns n elements of a kind that has loops: of floats a share
// are awkward, the others of all magnitudes, or all tame; of other kinds any bits.
func awkwardTile(rng *rand.Rand, k nd.DType, n int) []byte {
	b := nd.AsBytes(make([]float64, 2*n+2))[:n*k.Size()]
	share := rng.IntN(3) // 0: tame, 1: some awkward, 2: many
	value := func() float64 {
		switch {
		case rng.IntN(8) < share*share:
			return awkward[rng.IntN(len(awkward))]
		case share == 2:
			return math.Ldexp(rng.NormFloat64(), rng.IntN(200)-100)
		}
		return 4 * rng.NormFloat64()
	}
	switch k {
	case nd.Float64, nd.Complex128:
		for i := range nd.AsSlice[float64](b) {
			nd.AsSlice[float64](b)[i] = value()
		}
	case nd.Float32, nd.Complex64:
		for i := range nd.AsSlice[float32](b) {
			nd.AsSlice[float32](b)[i] = float32(value())
		}
	default:
		for i := range b {
			b[i] = byte(rng.Uint32())
			if k == nd.Bool {
				b[i] &= 1
			}
		}
	}
	return b
}

// TestLevels compares the loops in assembly with the plain ones, bit by bit
// but for the payload of NaN: every length around whole vectors, scalars in
// place of every argument, the result in the memory of an argument, elements
// that lie at odd addresses, and no byte written beside dst.
func TestLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for l := AVX2; l <= best; l++ {
		for op, loop := range fast[l] {
			t.Run(l.String()+"/"+dtypeOfKind(op.kind).String()+"/"+op.name, func(t *testing.T) {
				for n := 1; n < 200; n += lengthStep() {
					checkLevel(t, rng, op.kind, op.name, loop, n)
				}
				for _, n := range []int{Tile - 1, Tile, Tile + 1, 5*Tile + 3} {
					checkLevel(t, rng, op.kind, op.name, loop, n)
				}
			})
		}
	}
}

func checkLevel(t *testing.T, rng *rand.Rand, k nd.Kind, name string, loop Loop, n int) {
	op, _ := plainLoop(k, name)
	in := dtypeOfKind(k)
	out := in
	if op.out.Valid() {
		out = op.out
	}
	for scalars := range 1 << op.nargs {
		args := make([][]byte, op.nargs)
		for a := range args {
			m := n
			if scalars>>a&1 != 0 {
				m = 1
			}
			args[a] = offset(awkwardTile(rng, in, m), rng.IntN(8)*in.Size())
		}
		want := make([]byte, n*out.Size())
		op.loop(want, args)
		const guard = 64
		whole := offset(make([]byte, n*out.Size()+2*guard), rng.IntN(8)*out.Size())
		got := whole[guard : guard+n*out.Size()]
		loop(got, args)
		sameElements(t, out, want, got, "%s of %d, scalars %b of %v", name, n, scalars, args)
		require.Equal(t, make([]byte, guard), whole[:guard], "before dst")
		require.Equal(t, make([]byte, guard), whole[guard+len(got):], "behind dst")
		for a := range args {
			if len(args[a]) == len(want) {
				same := append([][]byte{}, args...)
				same[a] = offset(args[a], 0)
				loop(same[a], same)
				sameElements(t, out, want, same[a], "%s of %d into argument %d, scalars %b", name, n, a, scalars)
			}
		}
	}
}

// offset copies b to an address that is by bytes off alignment.
func offset(b []byte, by int) []byte {
	c := nd.MakeBytes(len(b) + by)[by:]
	copy(c, b)
	return c
}

func dtypeOfKind(k nd.Kind) nd.DType {
	for _, d := range allDTypes {
		if d.Kind() == k {
			return d
		}
	}
	panic(k)
}

// FuzzLevels gives loops in assembly any bits.
func FuzzLevels(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for l := AVX2; l <= best; l++ {
			for which, loop := range fast[l] {
				op, _ := plainLoop(which.kind, which.name)
				in := dtypeOfKind(which.kind)
				n := len(data) / in.Size() / op.nargs
				if n == 0 {
					continue
				}
				out := in
				if op.out.Valid() {
					out = op.out
				}
				var args [][]byte
				for a := range op.nargs {
					args = append(args, offset(data[a*n*in.Size():][:n*in.Size()], 0))
				}
				want, got := make([]byte, n*out.Size()), make([]byte, n*out.Size())
				op.loop(want, args)
				loop(got, args)
				sameElements(t, out, want, got, "%v %s of %v", l, which.name, args)
			}
		}
	})
}
