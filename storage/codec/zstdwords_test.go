package codec

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// fields are arrays of measurements, counts and indices, n numbers each.
func fields() map[string]func(i int) float64 {
	r := rand.New(rand.NewPCG(1, 2))
	decimals := func(v, unit float64) float64 { return math.Round(v*unit) / unit }
	return map[string]func(i int) float64{
		"wave":     func(i int) float64 { return decimals(15+10*math.Sin(float64(i)/500)+2*r.Float64(), 100) },
		"coarse":   func(i int) float64 { return decimals(15+10*math.Sin(float64(i)/500)+2*r.Float64(), 10) },
		"fine":     func(i int) float64 { return decimals(15+10*math.Sin(float64(i)/500)+2*r.Float64(), 1000) },
		"normal":   func(int) float64 { return decimals(r.NormFloat64(), 100) },
		"kelvin":   func(i int) float64 { return 273.15 + decimals(15+10*math.Sin(float64(i)/5000)+r.NormFloat64()/10, 100) },
		"smooth":   func(i int) float64 { return math.Sin(float64(i) / 500) },
		"rounded":  func(i int) float64 { return decimals(math.Sin(float64(i)/500), 100) },
		"noise":    func(int) float64 { return 1e9 * r.Float64() },
		"digits":   func(int) float64 { return float64(r.IntN(10)) },
		"bytes":    func(int) float64 { return float64(r.IntN(256)) },
		"counts":   func(int) float64 { return math.Floor(r.ExpFloat64() * 3) },
		"index":    func(i int) float64 { return float64(i) },
		"steps":    func(i int) float64 { return float64(i / 50) },
		"constant": func(int) float64 { return 7.25 },
		"periodic": func(i int) float64 { return decimals(1e3*math.Sin(float64(i%1000)), 10) },
		"masked": func(i int) float64 {
			if i/1000%2 == 0 {
				return 1e9
			}
			return decimals(r.NormFloat64(), 100)
		},
		"sparse": func(int) float64 {
			if r.IntN(50) > 0 {
				return 0
			}
			return 1e9 * r.Float64()
		},
	}
}

// elements are f's numbers as elements of a dtype, size bytes in all.
func elements[T nd.Real](size int, f func(i int) float64) []byte {
	v := make([]T, size/len(nd.AsBytes(make([]T, 1))))
	for i := range v {
		v[i] = T(f(i))
	}
	return nd.AsBytes(v)
}

// TestZstdSizes has libzstd read what we write. Floats are never more than 4%
// larger than what it makes itself at level 3, but where both make them very
// small; so is no frame that was encoded by words.
func TestZstdSizes(t *testing.T) {
	python := os.Getenv("NDGRID_PYTHON")
	if python == "" {
		t.Skip("NDGRID_PYTHON is not set: no numcodecs to read our frames with (make test sets it)")
	}
	const size = 1 << 20
	dir, sizes, checked := t.TempDir(), map[string]int{}, map[string]bool{}
	for name, f := range fields() {
		for dtype, raw := range map[nd.DType][]byte{nd.Float64: elements[float64](size, f), nd.Float32: elements[float32](size, f),
			nd.Int64: elements[int64](size, f), nd.Int32: elements[int32](size, f)} {
			name := name + "-" + dtype.String()
			z := zstdOf(t, raw, dtype.Size())
			enc, err := z.Encode(nil, raw)
			require.NoError(t, err)
			words := wordEncoders[z.word].Get().(frameEncoder).encode(nil, raw)
			sizes[name], checked[name] = len(enc), dtype == nd.Float64 || dtype == nd.Float32 || bytes.Equal(enc, words)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".raw"), raw, 0o666))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".zst"), enc, 0o666))
		}
	}
	out, err := exec.CommandContext(t.Context(), python, "testdata/zstd.py", dir).CombinedOutput()
	require.NoError(t, err, string(out))
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, len(sizes))
	for _, line := range lines {
		var name string
		var theirs int
		_, err := fmt.Sscan(line, &name, &theirs)
		require.NoError(t, err, line)
		t.Logf("%-18s ratio %8.3f, libzstd's %8.3f", name, size/float64(sizes[name]), size/float64(theirs))
		if checked[name] && theirs > size/50 {
			assert.LessOrEqual(t, float64(sizes[name]), 1.04*float64(theirs), name)
		}
	}
}

func zstdOf(t testing.TB, raw []byte, word int) *zstdCodec {
	c, _, err := bindZstd(Params{"level": 3}, Data{Size: len(raw), Exact: true, Word: word})
	require.NoError(t, err)
	return c.(*zstdCodec)
}

// TestWordsChosen: data of few different numbers are encoded by words, which
// makes them smaller; what the library makes smaller isn't.
func TestWordsChosen(t *testing.T) {
	for name, words := range map[string]bool{"wave": true, "normal": true, "rounded": false, "index": false} {
		raw := elements[float64](1<<20, fields()[name])
		z := zstdOf(t, raw, 8)
		enc, err := z.Encode(nil, raw)
		require.NoError(t, err)
		byWords := newWordEncoder[uint64]().encode(nil, raw)
		assert.Equal(t, words, bytes.Equal(enc, byWords), name)
		assert.LessOrEqual(t, len(enc), len(byWords), name)
	}
}

// TestWordsBlocks encodes what is awkward for blocks: matches, literals and
// sequences as many and as long as there can be, and lengths around their ends.
func TestWordsBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{8, 16, zstdBlock - 8, zstdBlock, zstdBlock + 8, 3*zstdBlock + 16} {
		for name, at := range map[string]func(i int) uint32{
			"zeros":  func(int) uint32 { return 0 },
			"random": func(int) uint32 { return r.Uint32() },
			"two":    func(int) uint32 { return r.Uint32N(2) },
			"many":   func(int) uint32 { return r.Uint32N(500) * 0x9e3779b9 },
			"long":   func(i int) uint32 { return uint32(i%5000) * 0x9e3779b9 },
			"mixed": func(i int) uint32 {
				if i/3000%3 == 0 {
					return r.Uint32()
				}
				return uint32(i % 7)
			},
		} {
			raw := make([]uint32, n/4)
			for i := range raw {
				raw[i] = at(i)
			}
			roundTrip(t, nd.AsBytes(raw), fmt.Sprintf("%s, %d bytes", name, n))
		}
	}
}

// roundTrip encodes raw by words of both sizes and has the library decode it.
func roundTrip(t testing.TB, raw []byte, name string) {
	z := zstdOf(t, raw, 8)
	for size, e := range map[int]frameEncoder{8: newWordEncoder[uint64](), 4: newWordEncoder[uint32]()} {
		whole := raw[:len(raw)/size*size]
		enc := e.encode([]byte("before"), whole)
		require.LessOrEqual(t, len(enc), len(whole)+len(whole)>>12+1<<10, name)
		dec, err := z.Decode(nil, bytes.TrimPrefix(enc, []byte("before")))
		require.NoError(t, err, "%s, words of %d", name, size)
		require.True(t, bytes.Equal(whole, dec), "%s, words of %d", name, size)
		require.Equal(t, enc, e.encode([]byte("before"), whole), "the same bytes every time")
	}
}

func FuzzZstdWords(f *testing.F) {
	f.Add([]byte("wordswordswords!"), uint16(1))
	f.Add(make([]byte, 64), uint16(3000))
	f.Fuzz(func(t *testing.T, raw []byte, repeat uint16) {
		if n := len(raw); n > 0 {
			raw = bytes.Repeat(raw, min(int(repeat)+1, 1+300<<10/n))
		}
		roundTrip(t, raw, "")
	})
}

func BenchmarkZstd(b *testing.B) {
	for _, name := range []string{"wave", "noise"} {
		raw := elements[float64](4<<20, fields()[name])
		z := zstdOf(b, raw, 8)
		enc, err := z.Encode(nil, raw)
		require.NoError(b, err)
		b.Run(name+"/encode", func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				enc, _ = z.Encode(enc[:0], raw)
			}
		})
		b.Run(name+"/decode", func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			dst := make([]byte, 0, len(raw))
			for b.Loop() {
				_, err = z.Decode(dst, enc)
			}
			require.NoError(b, err)
		})
	}
}
