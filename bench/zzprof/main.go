// Scratch program, not committed.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	_ "github.com/ndgrid/ndgrid/storage/std"
)

func noise(k int) float64 {
	i := uint64(k) + 0x9e3779b97f4a7c15
	i = (i ^ i>>30) * 0xbf58476d1ce4e5b9
	i = (i ^ i>>27) * 0x94d049bb133111eb
	return float64(int64(i^i>>31)) / (1 << 63)
}
func field(i int) float64 {
	return math.Round(100*(15+10*math.Sin(float64(i)/500)+noise(i))) / 100
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func cpu() time.Duration {
	var ru syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &ru))
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano())
}

func sys() time.Duration {
	var ru syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &ru))
	return time.Duration(ru.Stime.Nano())
}

func hwm() string {
	b, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(l, "VmHWM") {
			return l
		}
	}
	return ""
}

func main() {
	size := flag.Int("size", 1100e6, "bytes")
	dir := flag.String("dir", "/tmp/rechunk-data", "")
	mode := flag.String("mode", "rechunk", "")
	prof := flag.String("prof", "", "")
	mem := flag.Int("mem", 512, "")
	scratch := flag.String("scratch", "", "")
	events := flag.Bool("events", false, "")
	reset := flag.Bool("reset", true, "")
	flag.Parse()
	ctx := context.Background()
	rows := max(1, int(math.Sqrt(float64(*size)/16)))
	shape := []int{rows, 2 * rows}
	path := filepath.Join(*dir, fmt.Sprintf("rows%d.zarr", *size/1000000))
	if _, err := os.Stat(path); err != nil {
		a := chunkgrid.FromFunc("", shape, nd.Sizes(max(1, min(shape[0], (4<<20)/(8*shape[1]))), shape[1]), func(dst []float64, box nd.Box) {
			for r := range box.Shape[0] {
				first := (box.Start[0]+r)*shape[1] + box.Start[1]
				row := dst[r*box.Shape[1]:][:box.Shape[1]]
				for c := range row {
					row[c] = field(first + c)
				}
			}
		})
		must(chunkgrid.Save(ctx, path, chunkgrid.Vars{"v": a}, chunkgrid.Codecs("zstd 3")))
		fmt.Println("made", path)
	}
	_ = *reset
	z, err := chunkgrid.Open[float64](ctx, path+"/v")
	must(err)
	if *prof != "" {
		f, err := os.Create(*prof)
		must(err)
		must(pprof.StartCPUProfile(f))
		defer pprof.StopCPUProfile()
	}
	start, c0, s0 := time.Now(), cpu(), sys()
	opts := []chunkgrid.Option{chunkgrid.Workers(2), chunkgrid.Memory(*mem << 20), chunkgrid.Codecs("zstd 3")}
	if *scratch != "" {
		opts = append(opts, chunkgrid.Scratch(*scratch))
	}
	if *events {
		var mu sync.Mutex
		var read, store, total time.Duration
		var st time.Time
		opts = append(opts, chunkgrid.OnEvent(func(e diag.Event) {
			mu.Lock()
			defer mu.Unlock()
			switch e.Kind {
			case diag.StageStart:
				st, read, store, total = e.Time, 0, 0, 0
			case diag.TaskDone:
				store += e.Task.Storing
				read += e.Task.Reading
				total += e.Time.Sub(e.Task.Start)
			case diag.StageEnd:
				fmt.Printf("stage %d %q: %v wall, tasks %d: %v, reading %v, storing %v; cpu so far %v (sys %v)\n", e.Stage, e.Name, e.Time.Sub(st), e.Tasks, total, read, store, cpu()-c0, sys()-s0)
			}
		}))
	}
	switch *mode {
	case "rechunk":
		columns := max(1, shape[1]/z.Grid().NumChunks()[0])
		out := z.Rechunk(nd.Sizes(shape[0], columns))
		res := filepath.Join(*dir, fmt.Sprintf("out%d.zarr", *size/1000000))
		os.RemoveAll(res)
		start = time.Now()
		must(chunkgrid.Save(ctx, res, chunkgrid.Vars{"v": out}, opts...))
	case "explain":
		columns := max(1, shape[1]/z.Grid().NumChunks()[0])
		out := z.Rechunk(nd.Sizes(shape[0], columns))
		fmt.Println(chunkgrid.Explain([]chunkgrid.Any{out}, opts...))
	case "copy": // same chunks
		res := filepath.Join(*dir, fmt.Sprintf("copy%d.zarr", *size/1000000))
		os.RemoveAll(res)
		start = time.Now()
		must(chunkgrid.Save(ctx, res, chunkgrid.Vars{"v": z}, opts...))
	case "mean":
		_, err := reduce.Mean(z).Value(ctx, opts[:2]...)
		must(err)
	case "encode": // pure encode of column chunks in memory
		encode(shape)
		return
	}
	d := time.Since(start)
	fmt.Printf("%s: %.3fs wall, cpu %.3fs (sys %.3f), %s\n", *mode, d.Seconds(), (cpu() - c0).Seconds(), (sys() - s0).Seconds(), hwm())
}

func encode(shape []int) {
	cols := 29
	const n = 64
	var bufs [n][]byte
	for k := range n {
		b := make([]byte, 8*cols*shape[0])
		f := nd.AsSlice[float64](b)
		for r := range shape[0] {
			for c := range cols {
				f[r*cols+c] = field(r*shape[1] + k*cols + c)
			}
		}
		bufs[k] = b
	}
	total := 0
	for _, b := range bufs {
		total += len(b)
	}
	for _, level := range []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault, zstd.SpeedBetterCompression} {
		for _, win := range []int{128 << 10, 512 << 10, 2 << 20, 4 << 20} {
			for _, low := range []bool{true, false} {
				var next, out atomic.Int64
				start := time.Now()
				var wg sync.WaitGroup
				for range runtime.GOMAXPROCS(0) {
					wg.Go(func() {
						enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithWindowSize(win), zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(low))
						must(err)
						var dst []byte
						for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
							dst = enc.EncodeAll(bufs[i], dst[:0])
							out.Add(int64(len(dst)))
						}
					})
				}
				wg.Wait()
				d := time.Since(start)
				fmt.Printf("level %v window %d KiB low %v: %.1f MB/s, ratio %.3f; 4.4 GB would be %.1f s\n", level, win>>10, low, float64(total)/1e6/d.Seconds(), float64(total)/float64(out.Load()), 4.4e9/(float64(total)/d.Seconds()))
			}
		}
	}
}
