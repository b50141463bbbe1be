// Command limits shows that the promises about memory and bits hold on arrays
// much larger than the budget. Each computation runs in a process of its own,
// which reports its peak resident memory and a hash of the result:
//
//	go run ./bench/limits            all cases, in a temporary directory
//	go run ./bench/limits -run std   the cases whose name contains "std"
//	go run ./bench/limits -gib 0.25  smaller arrays
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/storage/storagetest"
	"github.com/ndgrid/ndgrid/ufunc"
)

// job is one computation in a process of its own.
type job struct {
	Case    string `json:"case"`
	Store   string `json:"store"`
	Workers int    `json:"workers"`
	Memory  int    `json:"memory"`
	More    bool   `json:"more"` // with mean and max in one Run
}

// result is what it reports.
type result struct {
	Hash    string  `json:"hash"`
	PeakMiB int64   `json:"peak_mib"`
	Seconds float64 `json:"seconds"`
	Decodes float64 `json:"decodes"` // chunks decoded ÷ chunks of the source
	MaxOne  int     `json:"max_one"` // most decodes of a single chunk
}

func main() {
	child := flag.String("child", "", "a job, as JSON")
	pattern := flag.String("run", "", "only cases whose name contains this")
	gib := flag.Float64("gib", 1, "scale of the arrays: 1 means 4 GiB for std, quantile and groups, 1 GiB for reshape and rechunk")
	tags := flag.String("tags", "purego", "a second build of this program, with these tags, must give the same bits")
	dir := flag.String("dir", "", "where the arrays go; a temporary directory, removed at the end, without it")
	flag.Parse()
	ctx := context.Background()
	var err error
	if *child != "" {
		err = runChild(ctx, *child)
	} else {
		err = runAll(ctx, *dir, *pattern, *gib, *tags)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(1)
	}
}

// runChild computes one job and prints its result.
func runChild(ctx context.Context, text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	src, err := storage.OpenArray(ctx, j.Store)
	if err != nil {
		return err
	}
	counted := &storagetest.Array{Array: src}
	x, err := chunkgrid.From[float32](counted)
	if err != nil {
		return err
	}
	opts := []chunkgrid.Option{chunkgrid.Workers(j.Workers), chunkgrid.Memory(j.Memory)}
	start := time.Now()
	hash, peak, err := compute(ctx, j, x, opts)
	if err != nil {
		return err
	}
	total, most := counted.Reads.Total(), 0
	for _, n := range counted.Reads.All() {
		most = max(most, n)
	}
	return json.NewEncoder(os.Stdout).Encode(result{hash, peak >> 20, time.Since(start).Seconds(), float64(total) / float64(x.Grid().Len()), most})
}

// compute returns a hash of the result and the process's peak memory when it
// was there.
func compute(ctx context.Context, j job, x *chunkgrid.Array[float32], opts []chunkgrid.Option) (hash string, peak int64, err error) {
	shape := x.Shape()
	switch j.Case {
	case "std":
		wanted := []*chunkgrid.Array[float32]{reduce.Std(x, reduce.Axis(0))}
		if j.More {
			wanted = append(wanted, reduce.Mean(x, reduce.Axis(0)), reduce.Max(x, reduce.Axis(0)))
		}
		results := make([]*nd.Array[float32], len(wanted))
		outs := make([]chunkgrid.Out, len(wanted))
		for i, w := range wanted {
			if results[i], err = nd.Zeros[float32](w.Shape()...); err != nil {
				return "", 0, err
			}
			outs[i] = w.Into(results[i])
			j.Memory -= w.NBytes() // the results are ours, so they come off the budget
		}
		if _, err = chunkgrid.Run(ctx, outs, append(opts, chunkgrid.Memory(j.Memory))...); err != nil {
			return "", 0, err
		}
		_, peak = diag.Memory()
		return fmt.Sprintf("%x", sha256.Sum256(results[0].Bytes()))[:16], peak, nil
	case "reshapeC":
		return save(ctx, j, x.Reshape(-1, shape[1]*shape[2]/3), opts)
	case "reshapeF":
		return save(ctx, j, x.ReshapeF(shape[0]*3, -1, shape[2]/3), opts)
	case "rechunk":
		return save(ctx, j, x.Rechunk(nd.Sizes(-1, shape[1]/16, shape[2]/48)), opts)
	case "quantile":
		return save(ctx, j, reduce.Quantile(x, []float64{0.05, 0.5, 0.95}, reduce.Axis(0)), opts)
	case "groups":
		month := make([]int, shape[0])
		for i := range month {
			month[i] = i / 30 % 12
		}
		return save(ctx, j, reduce.Mean(x, reduce.Axis(0), reduce.By(month, 12)), opts)
	case "diff":
		return save(ctx, j, ufunc.Sub(x.Slice(nd.From(1)), x.Slice(nd.To(-1))), opts)
	}
	return "", 0, fmt.Errorf("unknown case %q", j.Case)
}

// save writes an array beside the source and returns a hash of what a reader
// of the new store gets, and the peak memory before that reader.
func save(ctx context.Context, j job, a *chunkgrid.Array[float32], opts []chunkgrid.Option) (hash string, peak int64, err error) {
	out := j.Store + "-out"
	defer func() { _ = os.RemoveAll(out) }()
	if err := chunkgrid.Save(ctx, out, chunkgrid.Vars{"v": a}, append(opts, chunkgrid.Codecs("zstd 1"), chunkgrid.Scratch(filepath.Dir(j.Store)))...); err != nil {
		return "", 0, err
	}
	_, peak = diag.Memory()
	b, err := chunkgrid.Open[float32](ctx, out+"/v")
	if err != nil {
		return "", 0, err
	}
	// a sum that depends on every element's place
	h := sha256.New()
	for c, err := range b.Each(ctx, chunkgrid.Workers(1)) {
		if err != nil {
			return "", 0, err
		}
		fmt.Fprint(h, c.Box)
		h.Write(c.Data.Bytes())
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16], peak, nil
}

// source writes noise on seasons lazily, from the index alone.
func source(ctx context.Context, url string, shape []int, chunks nd.Chunks) error {
	if _, err := os.Stat(url); err == nil {
		return nil
	}
	x := chunkgrid.FromFunc("", shape, chunks, func(dst []float32, box nd.Box) {
		i := 0
		for t := range box.Shape[0] {
			season := 15 + 10*math.Sin(2*math.Pi*float64(box.Start[0]+t)/12)
			for r := range box.Shape[1] {
				row := uint64((box.Start[0]+t)*shape[1]+box.Start[1]+r) * uint64(shape[2])
				for c := range box.Shape[2] {
					dst[i] = float32(season + noise(row+uint64(box.Start[2]+c)))
					i++
				}
			}
		}
	})
	return chunkgrid.Save(ctx, url, chunkgrid.Vars{"v": x}, chunkgrid.Codecs("zstd 1"), chunkgrid.Memory(256<<20))
}

// noise returns a number in [-1, 1) from an index (SplitMix64's mixing).
func noise(i uint64) float64 {
	i += 0x9e3779b97f4a7c15
	i = (i ^ i>>30) * 0xbf58476d1ce4e5b9
	i = (i ^ i>>27) * 0x94d049bb133111eb
	return float64(int64(i^i>>31)) / (1 << 63)
}

// runAll writes the sources and runs every case in processes of its own.
func runAll(ctx context.Context, dir, pattern string, gib float64, tags string) error {
	if dir == "" {
		tmp, err := os.MkdirTemp("", "ndgrid-limits-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(tmp) }()
		dir = tmp
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	other := filepath.Join(dir, "limits-"+tags)
	if out, err := exec.Command("go", "build", "-tags", tags, "-o", other, "./bench/limits").CombinedOutput(); err != nil {
		return fmt.Errorf("building with -tags %s (run this from the repository): %w\n%s", tags, err, out)
	}
	scale := math.Sqrt(gib)
	side := func(n int) int { return max(int(float64(n)*scale)/96*96, 192) }
	deep := array{"deep", []int{1024, int(1024 * scale), int(1024 * scale)}, nd.Sizes(64, 128, 256)}
	wide := array{"wide", []int{64, int(4096 * scale), int(4096 * scale)}, nd.Sizes(16, 256, 256)}
	flat := array{"flat", []int{128, side(1440), side(1440)}, nd.Sizes(8, side(1440)/4, side(1440)/4)}
	for _, c := range []struct {
		name   string
		memory int // MiB
		array
	}{
		{"std", 0, wide}, {"std", 0, deep}, {"quantile", 256, deep}, {"groups", 256, deep},
		{"reshapeC", 128, flat}, {"reshapeF", 128, flat}, {"rechunk", 128, flat}, {"diff", 128, flat},
	} {
		if !strings.Contains(c.name, pattern) {
			continue
		}
		store := filepath.Join(dir, c.array.name+".zarr")
		if err := source(ctx, store, c.shape, c.chunks); err != nil {
			return err
		}
		if c.name == "std" {
			if err := stdCases("std-"+c.array.name, store+"/v", []string{binary, other}); err != nil {
				return err
			}
			continue
		}
		r, err := run(binary, job{Case: c.name, Store: store + "/v", Workers: 2, Memory: c.memory << 20})
		if err != nil {
			return err
		}
		fmt.Printf("%-10s budget %d MiB  peak %4d MiB  %6.1f s  decodes/chunk %.2f (most %d)  %s\n", c.name, c.memory, r.PeakMiB, r.Seconds, r.Decodes, r.MaxOne, r.Hash)
	}
	return nil
}

// array is one to compute with.
type array struct {
	name   string
	shape  []int
	chunks nd.Chunks
}

// stdCases computes std(axis=0) in every way and checks that the bits agree.
func stdCases(name, store string, binaries []string) error {
	first := ""
	for _, bin := range binaries {
		for _, more := range []bool{false, true} {
			for _, workers := range []int{1, 2, 7} {
				for _, memory := range []int{256 << 20, 1 << 30} {
					r, err := run(bin, job{"std", store, workers, memory, more})
					if err != nil {
						return err
					}
					if first == "" {
						first = r.Hash
					}
					fmt.Printf("%-10s %-14s workers %d  budget %4d MiB  with mean and max %-5v  peak %4d MiB  %6.1f s  decodes/chunk %.2f  %s\n",
						name, filepath.Base(bin), workers, memory>>20, more, r.PeakMiB, r.Seconds, r.Decodes, r.Hash)
					if r.Hash != first {
						return fmt.Errorf("the bits differ: %s, at first %s", r.Hash, first)
					}
				}
			}
		}
	}
	return nil
}

// run starts a process for one job.
func run(binary string, j job) (result, error) {
	var r result
	b, err := json.Marshal(j)
	if err != nil {
		return r, err
	}
	cmd := exec.Command(binary, "-child", string(b))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%s: %w", b, err)
	}
	return r, json.Unmarshal(out, &r)
}
