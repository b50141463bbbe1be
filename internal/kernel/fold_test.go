package kernel

import (
	"bytes"
	"math"
	"math/rand/v2"
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

// nanTile is awkwardTile, with NaN among floats at all places now and then.
func nanTile(rng *rand.Rand, d nd.DType, n int) []byte {
	x := awkwardTile(rng, d, n)
	if share := rng.IntN(6); share < 3 && d.IsFloat() && d != nd.Half {
		for i := range n {
			if rng.IntN(2) < share {
				nan := math.Float64frombits(0x7ff8000000000001 | rng.Uint64()<<63)
				if d == nd.Float64 {
					nd.AsSlice[float64](x)[i] = nan
				} else {
					nd.AsSlice[float32](x)[i] = float32(nan)
				}
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

func checkLeaf(t *testing.T, l Level, d nd.DType, name string, x []byte) {
	plain, red := reducerAt(Plain, d.Kind(), name), reducerAt(l, d.Kind(), name)
	want, got := nd.MakeBytes(plain.StateSize()), nd.MakeBytes(plain.StateSize())
	plain.Run(want, x, 5)
	red.Run(got, x, 5)
	sameStates(t, l, d.Kind(), name, want, got, "%s of %d %v", name, len(x)/d.Size(), x)
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
		x := nd.MakeBytes(Tile * d.Size())
		a, b := nd.MakeBytes(100*red.StateSize()), nd.MakeBytes(100*red.StateSize())
		require.Zero(t, testing.AllocsPerRun(5, func() {
			red.Run(a[:red.StateSize()], x, 0)
			red.Rows(a, x, 9, 101, 0)
			red.Rows(b, x, 10, 100, 9)
			red.Merge(a, b)
		}))
	})
}
