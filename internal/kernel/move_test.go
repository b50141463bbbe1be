package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// randomBytes returns n random bytes that lie by bytes off alignment.
func randomBytes(rng *rand.Rand, n, by int) []byte {
	b := nd.MakeBytes(n + by)[by:]
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// TestShuffle compares shuffled bytes with their definition, every length
// around whole groups and some of several calls.
func TestShuffle(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	lengths := []int{callBytes - 1, callBytes, callBytes + 8, 3*callBytes + 5, callBytes + 300, 1<<20 + 64}
	for n := 0; n < 1200; n += lengthStep() {
		lengths = append(lengths, n)
	}
	atLevels(t, func(t *testing.T, _ Level) {
		for _, size := range []int{1, 2, 3, 4, 5, 8, 12, 16} {
			for _, n := range lengths {
				checkShuffle(t, randomBytes(rng, n, rng.IntN(16)), size, rng.IntN(16))
			}
		}
	})
}

func checkShuffle(t *testing.T, src []byte, size, by int) {
	const guard = 64
	n := len(src) / size
	want := make([]byte, len(src))
	copy(want[n*size:], src[n*size:])
	for i := range n {
		for k := range size {
			want[k*n+i] = src[i*size+k]
		}
	}
	whole := nd.MakeBytes(len(src) + 2*guard + by)
	got := whole[guard+by:][:len(src)]
	Shuffle(got, src, size)
	require.Equal(t, want, got, "shuffle %d bytes of elements of %d", len(src), size)
	clear(got)
	Unshuffle(got, want, size)
	require.Equal(t, src, got, "unshuffle %d bytes of elements of %d", len(src), size)
	require.Equal(t, make([]byte, guard+by), whole[:guard+by], "before dst")
	require.Equal(t, make([]byte, guard), whole[guard+by+len(src):], "behind dst")
}

// TestShuffleBits compares with the definition of bitshuffle, with up to two
// bytes that are no whole element behind it.
func TestShuffleBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 4))
	atLevels(t, func(t *testing.T, _ Level) {
		for _, size := range []int{1, 2, 3, 4, 5, 8, 12, 16} {
			for _, n := range []int{0, 8, 16, 24, 32, 40, 64, 72, 128, 264, 1000, callBytes + 40} {
				plain := randomBytes(rng, n*size+min(size-1, 2), rng.IntN(16))
				shuffled := make([]byte, len(plain))
				copy(shuffled[n*size:], plain[n*size:])
				for i := range n {
					for bit := range 8 * size {
						shuffled[(bit*n+i)/8] |= plain[i*size+bit/8] >> (bit % 8) & 1 << (i % 8)
					}
				}
				got, tmp := make([]byte, len(plain)), randomBytes(rng, len(plain), 0)
				ShuffleBits(got, plain, tmp, size)
				require.Equal(t, shuffled, got, "shuffle %d elements of %d bytes", n, size)
				UnshuffleBits(got, shuffled, tmp, size)
				require.Equal(t, plain, got, "unshuffle %d elements of %d bytes", n, size)
			}
		}
	})
}

// FuzzShuffle gives any bytes and sizes.
func FuzzShuffle(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), 2, 1)
	f.Fuzz(func(t *testing.T, data []byte, size, by int) {
		if size < 1 || size > 64 {
			return
		}
		checkShuffle(t, data, size, by&63)
	})
}

// TestTranspose compares transposed matrices with their definition: sides
// around whole tiles and blocks, gaps between rows, addresses off the lines of
// the cache, and no byte written beside the result.
func TestTranspose(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	sides := []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 63, 64, 65, 100, 130, 200}
	atLevels(t, func(t *testing.T, _ Level) {
		for _, size := range []int{1, 2, 4, 8, 16} {
			for _, stream := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d/%v", size, stream), func(t *testing.T) {
					for _, rows := range sides {
						for _, cols := range sides {
							gap := []int{0, 1, rng.IntN(20), -rows & 63}
							checkTranspose(t, rng, rows, cols, rows+gap[rng.IntN(4)], cols+gap[rng.IntN(3)], size, rng.IntN(8), stream)
						}
					}
				})
			}
		}
	})
}

func checkTranspose(t *testing.T, rng *rand.Rand, rows, cols, ds, ss, size, by int, stream bool) {
	const guard = 64
	src := randomBytes(rng, ((rows-1)*ss+cols)*size, by*size)
	n := ((cols-1)*ds + rows) * size
	whole := randomBytes(rng, n+2*guard, by*size)
	want := append([]byte{}, whole...)
	for r := range rows {
		for c := range cols {
			copy(want[guard+(c*ds+r)*size:][:size], src[(r*ss+c)*size:])
		}
	}
	Transpose(whole[guard:guard+n], src, rows, cols, ds, ss, size, stream)
	require.Equal(t, want, whole, "%d×%d of size %d, strides %d and %d, %d elements off, stream %v", rows, cols, size, ds, ss, by, stream)
}

// FuzzTranspose gives any shape.
func FuzzTranspose(f *testing.F) {
	f.Add(33, 65, 40, 0, 3, 1, true)
	f.Fuzz(func(t *testing.T, rows, cols, dgap, sgap, shift, by int, stream bool) {
		rows, cols = rows&255+1, cols&255+1
		checkTranspose(t, rand.New(rand.NewPCG(7, 3)), rows, cols, rows+dgap&63, cols+sgap&63, 1<<(uint(shift)%5), by&15, stream)
	})
}
