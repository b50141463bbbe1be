package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// TestRowStreams compares the loops over several rows with the plain ones, row by row,
// for all choices of arguments that have one row for all.
func TestRowStreams(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 7))
	atLevels(t, func(t *testing.T, l Level) {
		for which := range rowStreams[l] {
			d := dtypeOfKind(which.kind)
			op, ok := plainLoop(which.kind, which.name)
			require.True(t, ok, which.name)
			rows, ok := StreamRowsOf(which.name, nil, []nd.DType{d, d, d}[:op.nargs])
			require.True(t, ok, which.name)
			t.Run(d.String()+"/"+which.name, func(t *testing.T) {
				for shared := range 1 << op.nargs {
					for range 12 {
						checkRowStream(t, rng, d, op, rows, shared, 1+rng.IntN(MaxRows), rng.IntN(200))
					}
				}
			})
		}
	})
}

// checkRowStream has arguments, those not shared, whose rows lie apart, backward too; the
// first such is the memory of dst in every other call.
func checkRowStream(t *testing.T, rng *rand.Rand, d nd.DType, op typed, rows RowsLoop, shared, height, n int) {
	size := d.Size()
	apart := n + rng.IntN(40)
	pitches := []int{apart}
	whole := offset(awkwardTile(rng, d, height*apart+32), rng.IntN(16)*size)
	before := append([]byte{}, whole...)
	dst := whole[16*size:]
	args, firsts := make([][]byte, op.nargs), make([]int, op.nargs)
	inPlace := rng.IntN(2) == 0
	for a := range args {
		switch {
		case shared>>a&1 != 0:
			args[a], pitches = offset(awkwardTile(rng, d, n+1), rng.IntN(16)*size), append(pitches, 0)
		case inPlace:
			inPlace = false
			args[a], pitches = dst, append(pitches, apart)
		default:
			pitch := n + rng.IntN(40)
			args[a] = offset(awkwardTile(rng, d, height*pitch+1), rng.IntN(16)*size)
			if rng.IntN(2) == 0 {
				firsts[a], pitch = (height-1)*pitch, -pitch
			}
			pitches = append(pitches, pitch)
		}
	}
	want := append([]byte{}, before...)
	for r := range height {
		var row [][]byte
		for a, x := range args {
			at := firsts[a] + r*pitches[a+1]
			row = append(row, append([]byte{}, x[at*size:(at+n)*size]...))
		}
		if n > 0 {
			op.loop(want[(16+r*apart)*size:][:n*size], row)
		}
	}
	for a := range args {
		args[a] = args[a][firsts[a]*size:]
	}
	rows(dst, args, height, n, pitches)
	Fence()
	sameElements(t, d, want, whole, "%d rows of %d, shared %b, pitches %d", height, n, shared, pitches)
}

func TestRowStreamsOfOthers(t *testing.T) {
	for name, args := range map[string][]nd.DType{"square": {nd.Float64}, "add": {nd.Int8, nd.Int8}, "sub": {nd.Float32, nd.Float64}, "mul": nil} {
		_, ok := StreamRowsOf(name, nil, args)
		require.False(t, ok, "%s of %v", name, args)
	}
}
