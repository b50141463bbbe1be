package kernel

import (
	"fmt"
	"sync"
	"testing"

	"github.com/ndgrid/ndgrid/nd"
)

// benchLevels runs a benchmark at every level of this machine.
func benchLevels(b *testing.B, name string, bytes int, f func()) {
	defer func(l Level) { level = l }(level)
	for _, l := range Levels() {
		level = l
		b.Run(name+"/"+l.String(), func(b *testing.B) {
			b.SetBytes(int64(bytes))
			for b.Loop() {
				f()
			}
		})
	}
}

// BenchmarkShuffle moves 64 KiB, which stay in the L2 cache, and 1 MiB.
func BenchmarkShuffle(b *testing.B) {
	for _, n := range []int{64 << 10, 1 << 20} {
		src, dst, tmp := nd.MakeBytes(n), nd.MakeBytes(n), nd.MakeBytes(n)
		for _, size := range []int{2, 4, 8} {
			benchLevels(b, fmt.Sprintf("shuffle/%d/%dKiB", size, n>>10), n, func() { Shuffle(dst, src, size) })
			benchLevels(b, fmt.Sprintf("unshuffle/%d/%dKiB", size, n>>10), n, func() { Unshuffle(dst, src, size) })
			benchLevels(b, fmt.Sprintf("shufflebits/%d/%dKiB", size, n>>10), n, func() { ShuffleBits(dst, src, tmp, size) })
			benchLevels(b, fmt.Sprintf("unshufflebits/%d/%dKiB", size, n>>10), n, func() { UnshuffleBits(dst, src, tmp, size) })
		}
	}
}

// BenchmarkTranspose transposes square matrices that no cache holds, in one and
// in two goroutines; bytes are those read and those written.
func BenchmarkTranspose(b *testing.B) {
	for _, c := range []struct{ n, size int }{{8192, 8}, {6400, 8}, {8192, 4}, {4096, 16}} {
		n, size := c.n, c.size
		src, dst := nd.MakeBytes(n*n*size), nd.MakeBytes(n*n*size)
		for i := range src {
			src[i] = byte(i)
		}
		clear(dst)
		for _, stream := range []bool{false, true} {
			for _, workers := range []int{1, 2} {
				benchLevels(b, fmt.Sprintf("%d×%d/%d/stream=%v/workers=%d", n, n, size, stream, workers), 2*len(src), func() {
					var wg sync.WaitGroup
					for w := range workers {
						wg.Go(func() {
							lo, hi := w*n/workers, (w+1)*n/workers
							Transpose(dst[lo*size:], src[lo*n*size:], hi-lo, n, n, n, size, stream)
						})
					}
					wg.Wait()
				})
			}
		}
	}
}
