package codec

import (
	"os"
	"testing"
	"time"
	"fmt"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

func TestWordsCol(t *testing.T) {
	b, err := os.ReadFile("/tmp/col.bin")
	require.NoError(t, err)
	n := 8291 * 30 * 8
	e := newWordEncoder[uint64]()
	tot, enc := 0, 0
	d, _ := zstd.NewReader(nil)
	for i := 0; i+n <= len(b); i += n {
		out := e.encode(nil, b[i:i+n])
		os.WriteFile(fmt.Sprintf("/tmp/words%d.zst", i/n), out, 0o666)
		dec, err := d.DecodeAll(out, nil)
		require.NoError(t, err)
		require.Equal(t, b[i:i+n], dec)
		tot += n
		enc += len(out)
	}
	fmt.Printf("ratio %.3f\n", float64(tot)/float64(enc))
}

func fastest(b *testing.B, name string, n int, f func(i int)) {
	b.Run(name, func(b *testing.B) {
		least := time.Hour
		i := 0
		for b.Loop() {
			t := time.Now()
			f(i % 16)
			least = min(least, time.Since(t))
			i++
		}
		b.ReportMetric(float64(n)/1e6/least.Seconds(), "MB/s-best")
	})
}

func BenchmarkAll(b *testing.B) {
	data, err := os.ReadFile("/tmp/col.bin")
	require.NoError(b, err)
	n := 8291 * 30 * 8
	e, _ := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithWindowSize(2<<20), zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	w := newWordEncoder[uint64]()
	d, _ := zstd.NewReader(nil)
	var dst []byte
	fastest(b, "klaus", n, func(i int) { dst = e.EncodeAll(data[i*n:][:n], dst[:0]) })
	fastest(b, "words", n, func(i int) { dst = w.encode(dst[:0], data[i*n:][:n]) })
	fastest(b, "match", n, func(i int) { clear(w.last[:]); for lo := 0; lo < n; lo += zstdBlock { w.match(data[i*n:][:min(lo+zstdBlock, n)], lo) } })
	k, s := e.EncodeAll(data[:n], nil), w.encode(nil, data[:n])
	dst = make([]byte, 0, n)
	fastest(b, "deck", n, func(i int) { dst, _ = d.DecodeAll(k, dst[:0]) })
	fastest(b, "decw", n, func(i int) { dst, _ = d.DecodeAll(s, dst[:0]) })
}
