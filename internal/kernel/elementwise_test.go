package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// lengths are those around whole vectors and blocks, and some large ones.
func lengths(f func(n int)) {
	for n := 0; n < 200; n += lengthStep() {
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
		for which := range streams[l] {
			d := dtypeOfKind(which.kind)
			op, ok := plainLoop(which.kind, which.name)
			require.True(t, ok, which.name)
			loop, ok := StreamOf(which.name, nil, []nd.DType{d, d, d}[:op.nargs])
			require.True(t, ok, which.name)
			t.Run(d.String()+"/"+which.name, func(t *testing.T) {
				lengths(func(n int) { checkStream(t, rng, d, op, loop, n) })
			})
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
	}{{"sign", []nd.DType{nd.Float64}}, {"add", []nd.DType{nd.Int8, nd.Int8}}, {"add", []nd.DType{nd.Float32, nd.Float64}}, {"add", nil}} {
		_, ok := StreamOf(c.name, nil, c.args)
		require.False(t, ok, "%s of %v", c.name, c.args)
	}
}

func TestCopyStream(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	atLevels(t, func(t *testing.T, _ Level) {
		for n := 0; n < 700; n += lengthStep() {
			src := offset(awkwardTile(rng, nd.Uint8, n), rng.IntN(64))
			const guard = 64
			whole := offset(make([]byte, n+2*guard), rng.IntN(64))
			CopyStream(whole[guard:guard+n], src)
			Fence()
			require.Equal(t, src, whole[guard:guard+n])
			require.Equal(t, make([]byte, guard), whole[:guard], "before dst")
			require.Equal(t, make([]byte, guard), whole[guard+n:], "behind dst")
			require.Zero(t, testing.AllocsPerRun(1, func() { CopyStream(whole[guard:guard+n], src); Fence() }))
		}
	})
}

// TestCopySecondStream takes every second element, of sources that end with the
// last one taken, and of longer ones.
func TestCopySecondStream(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	atLevels(t, func(t *testing.T, _ Level) {
		for n := 0; n < 200; n += lengthStep() {
			for _, size := range []int{4, 8} {
				src := awkwardTile(rng, nd.Uint8, 8+size*max(2*n-1+rng.IntN(20), 0))
				src = src[8-8%size:]
				const guard = 64
				whole := nd.MakeBytes(n*size + 3*guard)[size*rng.IntN(64/size):]
				dst := whole[guard : guard+n*size]
				CopySecondStream(dst, src, size)
				Fence()
				for i := range n {
					require.Equal(t, src[2*i*size:(2*i+1)*size], dst[i*size:(i+1)*size], "element %d of %d", i, n)
				}
				require.Equal(t, make([]byte, guard), whole[:guard], "before dst")
				require.Equal(t, make([]byte, len(whole)-guard-n*size), whole[guard+n*size:], "behind dst")
			}
		}
	})
}

// TestWhereLevels compares where with the plain loops.
func TestWhereLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	atLevels(t, func(t *testing.T, l Level) {
		for size, loop := range fastWhere[l] {
			d := map[int]nd.DType{1: nd.Int8, 2: nd.Int16, 4: nd.Int32, 8: nd.Int64}[size]
			lengths(func(n int) {
				checkMixed(t, rng, []nd.DType{nd.Uint8, d, d}, d, plainWhere[size], loop, n)
				checkMixed(t, rng, []nd.DType{nd.Bool, d, d}, d, plainWhere[size], loop, n)
			})
		}
	})
}

// TestCastLevels compares casts with the plain loops.
func TestCastLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 6))
	atLevels(t, func(t *testing.T, l Level) {
		for c, loop := range fastCasts[l] {
			from, to := dtypeOfKind(c.from), dtypeOfKind(c.to)
			t.Run(from.String()+" to "+to.String(), func(t *testing.T) {
				lengths(func(n int) { checkMixed(t, rng, []nd.DType{from}, to, casts[c.from][c.to], loop, n) })
			})
		}
	})
}

// TestCastEdges casts floats around the limits of integers.
func TestCastEdges(t *testing.T) {
	var edges []float64
	for bits := range 66 {
		for _, by := range []float64{-1.5, -1, -0.5, -0x1p-10, 0, 0x1p-10, 0.5, 1, 1.5} {
			edges = append(edges, math.Ldexp(1, bits)+by, -math.Ldexp(1, bits)+by)
		}
	}
	narrow := make([]float32, len(edges))
	for i, x := range edges {
		narrow[i] = float32(x)
	}
	atLevels(t, func(t *testing.T, l Level) {
		for c, loop := range fastCasts[l] {
			to := dtypeOfKind(c.to)
			var x []byte
			switch c.from {
			case nd.KindFloat64:
				x = nd.AsBytes(edges)
			case nd.KindFloat32:
				x = nd.AsBytes(narrow)
			default:
				continue
			}
			want, got := make([]byte, len(edges)*to.Size()), make([]byte, len(edges)*to.Size())
			casts[c.from][c.to](want, [][]byte{x})
			loop(got, [][]byte{x})
			sameElements(t, to, want, got, "%v to %v", c.from, to)
		}
	})
}

// FuzzCastLevels gives casts in assembly any bits.
func FuzzCastLevels(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for l := AVX2; l <= best; l++ {
			for c, loop := range fastCasts[l] {
				from, to := dtypeOfKind(c.from), dtypeOfKind(c.to)
				n := len(data) / from.Size()
				if n == 0 {
					continue
				}
				args := [][]byte{offset(data[:n*from.Size()], 0)}
				want, got := make([]byte, n*to.Size()), make([]byte, n*to.Size())
				casts[c.from][c.to](want, args)
				loop(got, args)
				sameElements(t, to, want, got, "%v: %v to %v of %v", l, from, to, args)
			}
		}
	})
}

// checkMixed compares two loops whose arguments differ in dtype.
func checkMixed(t *testing.T, rng *rand.Rand, in []nd.DType, out nd.DType, plain, loop Loop, n int) {
	for scalars := range 1 << len(in) {
		args := make([][]byte, len(in))
		for a, d := range in {
			m := n
			if scalars>>a&1 != 0 {
				m = 1
			}
			args[a] = offset(awkwardTile(rng, d, m), rng.IntN(16)*d.Size())
		}
		want := make([]byte, n*out.Size())
		if n > 0 {
			plain(want, args)
		}
		const guard = 64
		whole := offset(make([]byte, n*out.Size()+2*guard), rng.IntN(16)*out.Size())
		got := whole[guard : guard+n*out.Size()]
		loop(got, args)
		sameElements(t, out, want, got, "%v to %v, %d, scalars %b of %v", in, out, n, scalars, args)
		require.Equal(t, make([]byte, guard), whole[:guard], "before dst")
		require.Equal(t, make([]byte, guard), whole[guard+len(got):], "behind dst")
		for a, d := range in {
			if d.Size() == out.Size() && len(args[a]) == len(want) {
				same := append([][]byte{}, args...)
				same[a] = offset(args[a], 0)
				loop(same[a], same)
				sameElements(t, out, want, same[a], "%v to %v, into argument %d of %d, scalars %b", in, out, a, n, scalars)
			}
		}
	}
}

// TestFusedPairs compares fused loops with the two they stand for, in both
// orders of arguments that commute.
func TestFusedPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	atLevels(t, func(t *testing.T, _ Level) {
		for _, d := range []nd.DType{nd.Float64, nd.Float32} {
			for p, f := range fusions {
				for range 200 {
					checkFusion(t, rng, d, p, f, 1+rng.IntN(100))
				}
			}
		}
	})
}

// loopNamed is the loop of an operation of n arguments, fused or not, and their number.
func loopNamed(t *testing.T, name string, d nd.DType) (Loop, int) {
	op, ok := plainLoop(d.Kind(), name)
	require.True(t, ok, name)
	if u, ok := LookupUfunc(name); ok {
		return u.Bind(nil, []nd.DType{d, d, d}[:op.nargs]), op.nargs
	}
	if loop, ok := FusedLoop(name, nil, []nd.DType{d, d, d}[:op.nargs]); ok {
		return loop, op.nargs
	}
	require.Equal(t, Plain, level, name)
	return op.loop, op.nargs
}

func checkFusion(t *testing.T, rng *rand.Rand, d nd.DType, p pair, f Fusion, n int) {
	inner, innerArgs := loopNamed(t, p.inner, d)
	outer, outerArgs := loopNamed(t, p.outer, d)
	loop, nargs := loopNamed(t, f.Name, d)
	require.Equal(t, innerArgs+outerArgs-1, nargs, f.Name)
	require.Len(t, f.Order, nargs)
	var of []([]byte) // the pair
	for range nargs {
		of = append(of, awkwardTile(rng, d, n))
	}
	inside := make([]byte, n*d.Size())
	inner(inside, of[p.pos:p.pos+innerArgs])
	want, got := make([]byte, n*d.Size()), make([]byte, n*d.Size())
	outside := append(append(append([][]byte{}, of[:p.pos]...), inside), of[p.pos+innerArgs:]...)
	outer(want, outside)
	var args [][]byte
	for _, at := range f.Order {
		args = append(args, of[at])
	}
	loop(got, args)
	sameElements(t, d, want, got, "%v %s of %v", p, f.Name, of)
}

// TestFuse finds sqrt(x²+y²) from the arguments outward.
func TestFuse(t *testing.T) {
	name := "add"
	for _, s := range []struct {
		outer, inner string
		pos          int
	}{{"add", "square", 0}, {"square_add", "square", 1}, {"sqrt", "sum_squares", 0}} {
		f, ok := Fuse(s.outer, s.inner, s.pos)
		require.True(t, ok)
		require.Equal(t, []int{0, 1}, f.Order)
		name = f.Name
	}
	require.Equal(t, "hypot_plain", name)
	_, ok := Fuse("sub", "mul", 1)
	require.False(t, ok)
	_, ok = FusedLoop("mul_add", nil, []nd.DType{nd.Float64, nd.Float64})
	require.False(t, ok)
	_, ok = FusedLoop("add", nil, []nd.DType{nd.Float64, nd.Float64})
	require.False(t, ok)
	_, ok = FusedLoop("mul_add", nil, []nd.DType{nd.Int8, nd.Int8, nd.Int8})
	require.False(t, ok)
	for name := range fused[nd.KindFloat64] {
		_, ok := LookupUfunc(name)
		require.False(t, ok, "%s is for the executor", name)
	}
}
