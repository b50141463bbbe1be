package kernel

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/cmplx"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/nd"
)

// golden is a record of testdata/golden.gz, see golden.py.
type golden struct {
	Op     string
	Reduce bool
	Params map[string]any
	Args   []nd.DType
	Out    nd.DType
	Lens   []int
	data   [][]byte // of each argument, of the result
}

func (g golden) String() string { return fmt.Sprintf("%s%v %v", g.Op, g.Args, g.Params) }

// params returns the parameters with the types that kernel gives them.
func (g golden) params(t *testing.T) Params {
	p := Params{}
	for k, v := range g.Params {
		p[k] = v
		if k == "to" {
			to, err := nd.ParseDType(v.(string))
			require.NoError(t, err)
			p[k] = to
		}
	}
	return p
}

func readGolden(t *testing.T) (all []golden) {
	f, err := os.Open("testdata/golden.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	r := bufio.NewReader(z)
	for {
		head, err := r.ReadBytes('\n')
		if err == io.EOF {
			return all
		}
		var g golden
		require.NoError(t, json.Unmarshal(head, &g))
		for _, n := range g.Lens {
			b := make([]byte, max(n, 8))[:n]
			_, err := io.ReadFull(r, b)
			require.NoError(t, err)
			g.data = append(g.data, b)
		}
		all = append(all, g)
	}
}

// ulps is how far results may be from NumPy's, in units of the last place, for
// what is not exact. Complex functions are compared by their distance.
var ulps = map[string]float64{
	"exp": 1, "exp2": 2, "expm1": 2, "log": 2, "log2": 2, "log10": 2, "log1p": 2, "sin": 2, "cos": 2, "tan": 2, "sinh": 2, "cosh": 2, "tanh": 2,
	"asin": 2, "acos": 2, "atan": 2, "asinh": 2, "acosh": 2, "atanh": 2, "cbrt": 2, "atan2": 2, "hypot": 2, "pow": 1,
	"pow complex": 64, "angle": 2, "modulus": 2, "sign": 2,
	"sum": 16, "mean": 16, "prod": 64, "var": 64, "std": 64, "nansum": 16, "nanmean": 16, "nanvar": 64, "nanstd": 64,
}

// TestBits: results have the same bits on every machine, with every loop that
// takes the place of one here. A change of the sum is a change of results.
func TestBits(t *testing.T) {
	sum := crc32.NewIEEE()
	for _, g := range readGolden(t) {
		if g.Reduce || !g.Out.IsFloat() && !g.Out.IsComplex() {
			continue
		}
		for _, z := range numbers(g.Out, goldenUfunc(t, g)) {
			for _, x := range []float64{real(z), imag(z)} {
				if x != x {
					x = math.NaN() // of which there are many
				}
				sum.Write(nd.AsBytes([]float64{x}))
			}
		}
	}
	assert.Equal(t, uint32(0x78941af0), sum.Sum32())
}

// complexFunctions are the operations whose complex results are compared by
// their distance, and where C99 leaves signs open next to NaN.
var complexFunctions = map[string]bool{
	"sqrt": true, "exp": true, "exp2": true, "expm1": true, "log": true, "log2": true, "log10": true, "log1p": true,
	"sin": true, "cos": true, "tan": true, "sinh": true, "cosh": true, "tanh": true,
	"asin": true, "acos": true, "atan": true, "pow": true, "sum": true, "mean": true, "prod": true,
}

// anyZero are the operations where NumPy's sign of zero depends on the order
// of the arguments.
var anyZero = map[string]bool{"minimum": true, "maximum": true, "fmin": true, "fmax": true, "clip": true, "min": true, "max": true}

func TestGolden(t *testing.T) {
	for _, g := range readGolden(t) {
		var got []byte
		if g.Reduce {
			got = goldenReduce(t, g)
		} else {
			got = goldenUfunc(t, g)
		}
		compare(t, g, got)
	}
}

func goldenUfunc(t *testing.T, g golden) []byte {
	u, ok := LookupUfunc(g.Op)
	require.True(t, ok, g.Op)
	out, err := u.Result(g.params(t), g.Args)
	require.NoError(t, err)
	require.Equal(t, g.Out, out, "%s", g)
	loop := u.Bind(g.params(t), g.Args)
	got := make([]byte, max(8, g.Lens[len(g.Args)]))[:g.Lens[len(g.Args)]]
	for i, n := 0, len(got)/out.Size(); i < n; i += Tile {
		end := min(i+Tile, n)
		var args [][]byte
		for k, d := range g.Args {
			args = append(args, g.data[k][i*d.Size():end*d.Size()])
		}
		loop(got[i*out.Size():end*out.Size()], args)
	}
	return got
}

func goldenReduce(t *testing.T, g golden) []byte {
	r, ok := LookupReduction(g.Op)
	require.True(t, ok, g.Op)
	out, err := r.Result(g.params(t), g.Args[0])
	require.NoError(t, err)
	require.Equal(t, g.Out, out, "%s", g)
	red := r.Bind(g.params(t), g.Args[0])
	state, got := make([]byte, red.StateSize()), make([]byte, 16)[:out.Size()]
	red.Run(state, g.data[0], 0)
	require.NoError(t, red.Finish(got, state))
	return got
}

// numbers returns elements as complex128, times and integers by their bits.
func numbers(d nd.DType, b []byte) (v []complex128) {
	u, _ := LookupUfunc("cast")
	if isTime(d) {
		d = nd.Int64
	}
	loop := u.Bind(Params{"to": nd.Complex128}, []nd.DType{d})
	n := len(b) / d.Size()
	v = make([]complex128, n)
	for i := 0; i < n; i += Tile {
		end := min(i+Tile, n)
		loop(nd.AsBytes(v[i:end]), [][]byte{b[i*d.Size() : end*d.Size()]})
	}
	return v
}

func compare(t *testing.T, g golden, got []byte) {
	exact := !g.Out.IsFloat() && !g.Out.IsComplex()
	want := g.data[len(g.Args)]
	if exact {
		if !assert.Equal(t, want, got, "%s", g) {
			t.FailNow()
		}
		return
	}
	eps := 0x1p-52
	if g.Out == nd.Float32 || g.Out == nd.Complex64 {
		eps = 0x1p-23
	}
	bad := 0
	w, r := numbers(g.Out, want), numbers(g.Out, got)
	for i := range w {
		switch rel := eps * ulps[g.Op]; {
		case near(real(w[i]), real(r[i]), rel) && near(imag(w[i]), imag(r[i]), rel):
			continue
		case g.Out.IsComplex() && complexFunctions[g.Op] && closeNumbers(w[i], r[i], 8*eps*max(1, ulps[g.Op+" complex"])):
			continue
		case anyZero[g.Op] && w[i] == 0 && r[i] == 0:
			continue
		}
		if bad++; bad < 12 {
			text := ""
			for k, d := range g.Args {
				n := numbers(d, g.data[k])
				if len(n) == len(w) {
					text += fmt.Sprint(" ", n[i])
				}
			}
			t.Errorf("%s at%s: got %v, want %v", g, text, r[i], w[i])
		}
	}
	if bad > 0 {
		t.Logf("%s: %d of %d differ", g, bad, len(w))
	}
}

// near compares numbers: NaN with NaN, zeros by their sign, others within a
// relative distance.
func near(want, got, rel float64) bool {
	switch {
	case want != want || got != got:
		return want != want && got != got
	case want == got:
		return math.Signbit(want) == math.Signbit(got)
	case math.IsInf(want, 0) || math.IsInf(got, 0):
		return false
	}
	return math.Abs(want-got) <= rel*math.Abs(want) || math.Abs(want-got) <= 5e-324*rel/0x1p-52
}

// closeNumbers compares finite complex numbers by their distance. What is NaN
// in part has to be that again, what is infinite likewise.
func closeNumbers(want, got complex128, rel float64) bool {
	switch {
	case !finite(want):
		return isNaN(want) && isNaN(got) || cmplx.IsInf(want) && cmplx.IsInf(got) &&
			near(math.Abs(real(want)), math.Abs(real(got)), 0) && near(math.Abs(imag(want)), math.Abs(imag(got)), 0)
	case !finite(got):
		return false
	}
	return cmplx.Abs(want-got) <= rel*cmplx.Abs(want)
}

func isNaN(z complex128) bool { return z != z }
