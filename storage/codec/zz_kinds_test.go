package codec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ndgrid/ndgrid/nd"
	"github.com/klauspost/compress/zstd"
)

func TestKinds(t *testing.T) {
	const n = 1 << 17
	r := rand.New(rand.NewPCG(1, 2))
	f64 := func(f func(i int) float64) []byte { v := make([]float64, n); for i := range v { v[i] = f(i) }; return nd.AsBytes(v) }
	f32 := func(f func(i int) float64) []byte { v := make([]float32, 2*n); for i := range v { v[i] = float32(f(i)) }; return nd.AsBytes(v) }
	i64 := func(f func(i int) float64) []byte { v := make([]int64, n); for i := range v { v[i] = int64(f(i)) }; return nd.AsBytes(v) }
	i32 := func(f func(i int) float64) []byte { v := make([]int32, 2*n); for i := range v { v[i] = int32(f(i)) }; return nd.AsBytes(v) }
	i16 := func(f func(i int) float64) []byte { v := make([]int16, 4*n); for i := range v { v[i] = int16(f(i)) }; return nd.AsBytes(v) }
	gens := map[string]func(i int) float64{
		"wave2": func(i int) float64 { return math.Round(100*(15+10*math.Sin(float64(i)/500)+r.Float64()*2-1)) / 100 },
		"wave1": func(i int) float64 { return math.Round(10*(15+10*math.Sin(float64(i)/500)+r.Float64()*2-1)) / 10 },
		"wave3": func(i int) float64 { return math.Round(1000*(15+10*math.Sin(float64(i)/500)+r.Float64()*2-1)) / 1000 },
		"norm2": func(i int) float64 { return math.Round(100*r.NormFloat64()) / 100 },
		"smooth": func(i int) float64 { return math.Sin(float64(i) / 500) },
		"smooth2": func(i int) float64 { return math.Round(100*math.Sin(float64(i) / 500))/100 },
		"noise": func(i int) float64 { return r.Float64() },
		"small": func(i int) float64 { return float64(r.IntN(16)) },
		"small256": func(i int) float64 { return float64(r.IntN(256)) },
		"skew": func(i int) float64 { return math.Floor(r.ExpFloat64() * 3) },
		"index": func(i int) float64 { return float64(i) },
		"steps": func(i int) float64 { return float64(i / 50) },
		"const": func(i int) float64 { return 7.25 },
		"rows": func(i int) float64 { return math.Round(1e4*math.Sin(float64(i%1000)))/1e4 },
		"mask": func(i int) float64 { if i/1000%2 == 0 { return 1e20 }; return math.Round(100*r.NormFloat64()) / 100 },
		"sparse": func(i int) float64 { if r.IntN(50) > 0 { return 0 }; return r.Float64() },
		"temp": func(i int) float64 { return 273.15 + math.Round(100*(15+10*math.Sin(float64(i)/5000)+r.NormFloat64()/10)) / 100 },
		"half": func(i int) float64 { if i < n { return r.Float64() }; return math.Round(100*r.NormFloat64()) / 100 },
	}
	os.MkdirAll("/tmp/kinds", 0o777)
	for name, g := range gens {
		for dt, f := range map[string]func(func(i int) float64) []byte{"f64": f64, "f32": f32, "i64": i64, "i32": i32, "i16": i16} {
			b := f(func(i int) float64 { v := g(i); if dt[0] == 'i' && name[0] != 'i' && (name[:2] == "wa" || name[:2] == "no" || name == "temp") { v *= 100 }; return v })
			c, _, err := bindZstd(Params{"level": 3}, Data{Size: len(b), Exact: true})
			if err != nil { t.Fatal(err) }
			out, _ := c.Encode(nil, b)
			base := fmt.Sprintf("/tmp/kinds/%s-%s", dt, name)
			enc, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(1<<20), zstd.WithEncoderCRC(false))
			k := enc.EncodeAll(b, nil)
			w8, w4 := newWordEncoder[uint64]().encode(nil, b), newWordEncoder[uint32]().encode(nil, b)
			os.WriteFile(base+".raw", b, 0o666)
			os.WriteFile(base+".zst", out, 0o666)
			os.WriteFile(base+".txt", fmt.Appendf(nil, "%d %d %d %d", len(out), len(k), len(w8), len(w4)), 0o666)
			d, err := c.Decode(nil, out)
			if err != nil || string(d) != string(b) { t.Error(name, dt, err) }
			os.WriteFile(base+".w8", w8, 0o666)
			os.WriteFile(base+".w4", w4, 0o666)
		}
	}
}
