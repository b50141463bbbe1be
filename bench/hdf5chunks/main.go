// Command hdf5chunks times the mean of an HDF5 dataset that lies in 1, 2, 4 and
// 8 chunks, as they are (then one chunk is stored contiguously) and compressed:
//
//	go run ./bench/hdf5chunks              256 MiB of float64
//	go run ./bench/hdf5chunks -size 32MiB -rounds 3
//
// Every mean is compared with that of the values that were written.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage/hdf5"
)

const (
	columns = 1024
	// tolerance is the relative error that a sum in another order may have.
	tolerance = 1e-12
)

// layouts are the numbers of chunks and the codecs that every one is written with.
var (
	layouts = []int{1, 2, 4, 8}
	codecs  = [][]string{{}, {"shuffle", "gzip 1"}, {"shuffle", "zstd 3"}}
)

func main() {
	size := flag.String("size", "256MiB", "bytes of the dataset")
	rounds := flag.Int("rounds", 7, "times each mean is computed")
	flag.Parse()
	bytes, err := nd.ParseBytes(*size)
	if err == nil {
		err = run(context.Background(), bytes, max(1, *rounds), os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hdf5chunks:", err)
		os.Exit(1)
	}
}

// run writes the files, times the means in turn, round by round, and prints a table.
func run(ctx context.Context, size, rounds int, out io.Writer) (err error) {
	if !hdf5.Available() {
		return errors.New("built without HDF5, which needs cgo and libhdf5")
	}
	dir, err := os.MkdirTemp("", "ndgrid-hdf5chunks-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	rows := max(layouts[len(layouts)-1], size/(8*columns))
	x, want, err := data(rows)
	if err != nil {
		return err
	}
	var files []*file
	for _, c := range codecs {
		for _, n := range layouts {
			f := &file{chunks: n, codecs: strings.Join(c, ", "), path: filepath.Join(dir, fmt.Sprintf("%d%s.h5", n, strings.Join(c, "")))}
			a := x.Rechunk(nd.Sizes((rows+n-1)/n, columns))
			if err := chunkgrid.Save(ctx, f.path, chunkgrid.Vars{"x": a}, chunkgrid.Codecs(c...)); err != nil {
				return err
			}
			info, err := os.Stat(f.path)
			if err != nil {
				return err
			}
			f.stored = info.Size()
			files = append(files, f)
		}
	}
	for range rounds {
		for _, f := range files {
			if err := f.sample(ctx, want); err != nil {
				return err
			}
		}
	}
	return table(out, files, rows)
}

// data returns an array of some rows in memory and its mean. The values are
// waves with noise, to two decimals, as measurements are.
func data(rows int) (*chunkgrid.Array[float64], float64, error) {
	v := make([]float64, rows*columns)
	sum, noise := 0.0, uint64(1)
	for r := range rows {
		part := 0.0 // of a row: keeps the sum of many numbers exact enough
		for c := range columns {
			noise = noise*6364136223846793005 + 1442695040888963407
			x := math.Round(100*(15+10*math.Sin(float64(r*columns+c)/500)+float64(noise>>40)/(1<<24))) / 100
			v[r*columns+c] = x
			part += x
		}
		sum += part
	}
	a, err := nd.FromSlice(v, rows, columns)
	if err != nil {
		return nil, 0, err
	}
	return chunkgrid.FromND(a), sum / float64(len(v)), nil
}

// file is a dataset in some chunks.
type file struct {
	path, codecs string
	chunks       int
	stored       int64
	ms           []float64
	error        float64 // relative, of the mean
}

// contiguous reports whether the file has no chunks: the driver writes a single
// one without codecs that way, and reads it in parts.
func (f *file) contiguous() bool { return f.chunks == 1 && f.codecs == "" }

// sample computes the mean once: open, read, decode, sum.
func (f *file) sample(ctx context.Context, want float64) error {
	runtime.GC() // what the sample before left behind
	start := time.Now()
	a, err := chunkgrid.Open[float64](ctx, f.path+"/x")
	if err != nil {
		return err
	}
	mean, err := reduce.Mean(a).Value(ctx)
	if err != nil {
		return err
	}
	f.ms = append(f.ms, float64(time.Since(start).Nanoseconds())/1e6)
	if n := a.Grid().Len(); n != f.chunks && !f.contiguous() {
		return fmt.Errorf("%s: %d chunks, not %d", f.path, n, f.chunks)
	}
	f.error = math.Abs(mean-want) / math.Abs(want)
	if !(f.error <= tolerance) {
		return fmt.Errorf("%s: the mean is %v, not %v", f.path, mean, want)
	}
	return nil
}

func table(out io.Writer, files []*file, rows int) error {
	size := int64(8 * rows * columns)
	fmt.Fprintf(out, "mean of float64 (%d, %d), %s, files in the system's cache; %d processors, %s\n\n",
		rows, columns, diag.FormatBytes(size), runtime.GOMAXPROCS(0), runtime.Version())
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "chunks\tcodecs\tstored\tms\tmin\tmax\tGB/s\trel. error\t")
	for _, f := range files {
		slices.Sort(f.ms)
		n := len(f.ms)
		chunks := fmt.Sprint(f.chunks)
		if f.contiguous() {
			chunks = "contiguous"
		}
		median := (f.ms[(n-1)/2] + f.ms[n/2]) / 2
		fmt.Fprintf(w, "%s\t%s\t%s\t%.1f\t%.1f\t%.1f\t%.2f\t%.1g\t\n", chunks, f.codecs, diag.FormatBytes(f.stored),
			median, f.ms[0], f.ms[n-1], float64(size)/median/1e6, f.error)
	}
	return w.Flush()
}
