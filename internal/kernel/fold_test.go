package kernel

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// reducerAt binds a reduction at a level.
func reducerAt(l Level, k nd.Kind, name string) Reducer {
	return foldings[l][k][name].bind(Params{"ddof": 1})
}

// finished returns the results of states of a reduction of k.
func finished(red Reducer, k nd.Kind, name string, states []byte) []byte {
	out := dtypeOfKind(k)
	if o := foldings[Plain][k][name].out; o.Valid() {
		out = o
	}
	dst := nd.MakeBytes(len(states) / red.StateSize() * out.Size())
	if red.Finish(dst, states) != nil {
		return nil // an integer too big
	}
	return dst
}

// sameStates compares the results of states that a level and plain Go have
// made, and of both merged with more.
func sameStates(t *testing.T, l Level, k nd.Kind, name string, want, got []byte, msg string, args ...any) {
	t.Helper()
	plain, red := reducerAt(Plain, k, name), reducerAt(l, k, name)
	out := dtypeOfKind(k)
	if o := foldings[Plain][k][name].out; o.Valid() {
		out = o
	}
	same := func(a, b []byte, msg string) {
		if !bytes.Equal(a, b) { // nearly always they are: NaN is another matter
			sameElements(t, out, a, b, msg, args...)
		}
	}
	same(finished(plain, k, name, want), finished(red, k, name, got), msg)
	more := append(nd.MakeBytes(len(want))[:0], want...)
	plain.Merge(more, want)
	red.Merge(got, want)
	same(finished(plain, k, name, more), finished(red, k, name, got), "merged "+msg)
}

// nanTile is awkwardTile, now and then with NaN among floats at all places, or
// with zeros of both signs, or few of one, as the extreme.
func nanTile(rng *rand.Rand, d nd.DType, n int) []byte {
	x := awkwardTile(rng, d, n)
	if !d.IsFloat() || d == nd.Half {
		return x
	}
	set := func(i int, v float64) {
		if d == nd.Float64 {
			nd.AsSlice[float64](x)[i] = v
		} else {
			nd.AsSlice[float32](x)[i] = float32(v)
		}
	}
	switch share := rng.IntN(8); {
	case share < 3:
		for i := range n {
			if rng.IntN(2) < share {
				set(i, math.Float64frombits(0x7ff8000000000001|rng.Uint64()<<63))
			}
		}
	case share < 5:
		sign := float64(2*share - 7)
		rare := 1 + rng.IntN(n)
		for i := range n {
			switch {
			case rng.IntN(rare) == 0:
				set(i, 0)
			case rng.IntN(2) == 0:
				set(i, math.Copysign(0, -1))
			default:
				set(i, sign)
			}
		}
	}
	return x
}

// forAllFolds calls f for all reductions that may be in assembly.
func forAllFolds(t *testing.T, f func(t *testing.T, l Level, d nd.DType, name string)) {
	for l := AVX2; l <= best; l++ {
		for k, set := range foldings[l] {
			d := dtypeOfKind(k)
			for name := range set {
				if d.IsComplex() || d == nd.Half || name == "prod" {
					continue
				}
				t.Run(l.String()+"/"+d.String()+"/"+name, func(t *testing.T) { f(t, l, d, name) })
			}
		}
	}
}

// TestFoldLevels compares leaves of all lengths with the plain ones.
func TestFoldLevels(t *testing.T) {
	forAllFolds(t, func(t *testing.T, l Level, d nd.DType, name string) {
		rng := rand.New(rand.NewPCG(uint64(l), 8))
		for n := 1; n <= Tile; n += lengthStep() {
			checkLeaf(t, l, d, name, offset(nanTile(rng, d, n), rng.IntN(8)*d.Size()))
		}
	})
}

// TestFoldLongRuns compares runs of many leaves, of chosen and of random lengths,
// with the plain ones; and these with leaves merged by neighbours, level by level.
func TestFoldLongRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	lens := []int{Tile + 1, 2 * Tile, 4*Tile - 1, 4 * Tile, 4*Tile + 1, 7*Tile + 5, 8 * Tile, 12*Tile + 100, MaxRun - 1, MaxRun}
	for range 20 / lengthStep() {
		lens = append(lens, Tile+1+rng.IntN(MaxRun-Tile))
	}
	forAllFolds(t, func(t *testing.T, l Level, d nd.DType, name string) {
		for _, n := range lens {
			x := offset(nanTile(rng, d, n), rng.IntN(8)*d.Size())
			checkLeaf(t, l, d, name, x)
			if l == AVX2 {
				checkTree(t, d, name, x)
			}
		}
	})
}

// TestReducerOfRelation compares counts of what has a relation to a number with those
// of the bools that the comparison gives.
func TestReducerOfRelation(t *testing.T) {
	defer func(l Level) { level = l }(level)
	rng := rand.New(rand.NewPCG(10, 10))
	for level = AVX2; level <= best; level++ {
		for _, d := range []nd.DType{nd.Float64, nd.Float32} {
			for op, other := range mirrored {
				for _, reduction := range []string{"any", "all", "count_nonzero"} {
					for n := 1; n <= MaxRun; n += 1 + n/8 {
						x := offset(nanTile(rng, d, n), rng.IntN(8)*d.Size())
						checkRelation(t, reduction, op, other, d, x, rng.IntN(n)*d.Size())
					}
				}
			}
		}
	}
}

func checkRelation(t *testing.T, reduction, op, other string, d nd.DType, x []byte, at int) {
	v := x[at : at+d.Size()]
	bools := nd.MakeBytes(len(x) / d.Size())
	loops[d.Kind()][op].loop(bools, [][]byte{x, v})
	plain := reducerAt(Plain, nd.KindBool, reduction)
	want, got := nd.MakeBytes(8), nd.MakeBytes(8)
	plain.Run(want, bools, 0)
	red, ok := ReducerOfRelation(reduction, op, d, v, false)
	require.True(t, ok)
	red.Run(got, x, 0)
	require.Equal(t, want, got, "%s of %s, %d of %v", reduction, op, len(bools), d)
	red, ok = ReducerOfRelation(reduction, other, d, v, true)
	require.True(t, ok)
	red.Run(got, x, 0)
	require.Equal(t, want, got, "%s of %s, mirrored", reduction, op)
}

// checkTree compares a plain run with its leaves, merged.
func checkTree(t *testing.T, d nd.DType, name string, x []byte) {
	plain := reducerAt(Plain, d.Kind(), name)
	var states [][]byte
	for first := 0; first < len(x)/d.Size(); first += Tile {
		s := nd.MakeBytes(plain.StateSize())
		leaf := x[first*d.Size() : min((first+Tile)*d.Size(), len(x))]
		plain.Run(s, leaf, 5+first)
		states = append(states, s)
	}
	for len(states) > 1 {
		next := states[:0]
		for i := 0; i < len(states); i += 2 {
			if i+1 < len(states) {
				plain.Merge(states[i], states[i+1])
			}
			next = append(next, states[i])
		}
		states = next
	}
	want, got := states[0], nd.MakeBytes(plain.StateSize())
	plain.Run(got, x, 5)
	sameStates(t, Plain, d.Kind(), name, want, got, "%s of %d", name, len(x)/d.Size())
}

func checkLeaf(t *testing.T, l Level, d nd.DType, name string, x []byte) {
	plain, red := reducerAt(Plain, d.Kind(), name), reducerAt(l, d.Kind(), name)
	want, got := nd.MakeBytes(plain.StateSize()), nd.MakeBytes(plain.StateSize())
	plain.Run(want, x, 5)
	red.Run(got, x, 5)
	sameStates(t, l, d.Kind(), name, want, got, "%s of %d", name, len(x)/d.Size())
}

// TestFoldRowsLevels compares matrices of random shapes with the plain ones,
// and sees that nothing beside the states is written.
func TestFoldRowsLevels(t *testing.T) {
	forAllFolds(t, func(t *testing.T, l Level, d nd.DType, name string) {
		rng := rand.New(rand.NewPCG(uint64(l), 9))
		for cols := 1; cols <= Tile; cols += lengthStep() + cols/40*rng.IntN(13) {
			rows := 1 + rng.IntN(LeafRows)
			stride := cols + rng.IntN(2)*rng.IntN(40)
			x := nanTile(rng, d, (rows-1)*stride+cols)
			checkRows(t, l, d, name, offset(x, rng.IntN(8)*d.Size()), cols, rows, stride)
		}
	})
}

func checkRows(t *testing.T, l Level, d nd.DType, name string, x []byte, cols, rows, stride int) {
	plain, red := reducerAt(Plain, d.Kind(), name), reducerAt(l, d.Kind(), name)
	const guard = 64
	want, room := nd.MakeBytes(cols*plain.StateSize()), nd.MakeBytes(cols*plain.StateSize()+2*guard)
	for i := range room {
		room[i] = 0xa5
	}
	got := room[guard : len(room)-guard]
	plain.Rows(want, x, rows, stride, 5)
	red.Rows(got, x, rows, stride, 5)
	sameStates(t, l, d.Kind(), name, want, got, "%s of %d columns, %d rows, stride %d", name, cols, rows, stride)
	for i := range guard {
		require.Equal(t, byte(0xa5), room[i], "before the states")
		require.Equal(t, byte(0xa5), room[len(room)-1-i], "behind the states")
	}
}

// FuzzFoldLevels gives reductions in assembly any bits, as a leaf and as rows.
func FuzzFoldLevels(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), 3)
	f.Fuzz(func(t *testing.T, data []byte, rows int) {
		for l := AVX2; l <= best; l++ {
			for k, set := range foldings[l] {
				d := dtypeOfKind(k)
				n := min(len(data)/d.Size(), Tile)
				if n == 0 || d == nd.Bool {
					continue
				}
				x := offset(data[:n*d.Size()], d.Size())
				rows := 1 + int(uint(rows)%LeafRows)
				for name := range set {
					checkLeaf(t, l, d, name, x)
					if cols := n / rows; cols > 0 {
						checkRows(t, l, d, name, x, cols, rows, cols)
					}
				}
			}
		}
	})
}

// TestFoldAllocations: a reducer is called for every tile.
func TestFoldAllocations(t *testing.T) {
	forAllFolds(t, func(t *testing.T, l Level, d nd.DType, name string) {
		red := reducerAt(l, d.Kind(), name)
		x := nd.MakeBytes(MaxRun * d.Size())
		a, b := nd.MakeBytes(100*red.StateSize()), nd.MakeBytes(100*red.StateSize())
		require.Zero(t, testing.AllocsPerRun(5, func() {
			red.Run(a[:red.StateSize()], x, 0)
			red.Run(a[:red.StateSize()], x[:Tile*d.Size()], 0)
			red.Rows(a, x, 9, 101, 0)
			red.Rows(b, x, 10, 100, 9)
			red.Merge(a, b)
		}))
	})
}

// TestMergeLevels merges states of which some stand for no elements.
func TestMergeLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 11))
	draw := func(n int) []moment {
		s := make([]moment, n)
		for i := range s {
			if rng.IntN(3) > 0 {
				s[i] = moment{float64(1 + rng.IntN(64)), rng.NormFloat64(), rng.ExpFloat64()}
			}
		}
		return s
	}
	for _, l := range Levels() {
		for n := range 40 {
			a, b := draw(n), draw(n)
			merged, want := slices.Clone(a), slices.Clone(a)
			sumsAt[float64](l).mergeMoments(merged, b)
			for i := range want {
				want[i] = mergeMoment(a[i], b[i])
			}
			require.Equal(t, want, merged, "%v, %d states", l, n)
			sums := slices.Clone(words(a))
			sumsAt[float64](l).add(sums, words(b))
			for i, v := range words(b) {
				require.Equal(t, words(a)[i]+v, sums[i])
			}
		}
	}
}
