package main

import (
	"context"
	"image"
	"image/png"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/npy"
)

func TestWriteNpy(t *testing.T) {
	demo(t)
	for range 2 { // the second time the file exists
		_, errs, status := ndinfo(t, "demo.zarr/air", "--slice", "1, ::-1, 2:", "-o", "out.npy")
		require.Zero(t, status)
		assert.Equal(t, "wrote out.npy: float32 (lat 6, lon 6)\n", errs)
	}
	got, err := npy.Read("out.npy")
	require.NoError(t, err)
	want := nd.Must(temperatures().SliceText("1, ::-1, 2:"))
	assert.Equal(t, want.String(), got.String())
}

func TestCSV(t *testing.T) {
	demo(t)
	out := show(t, "demo.zarr/air", "--slice", "0, -2:, :2", "--csv")
	assert.Equal(t, "lat,lon,air\n40,0,15.75\n40,0.1,16\n37.5,0,17.75\n37.5,0.1,18\n", out)
	assert.Equal(t, "axis 0,code\n0,abc\n1,d\n", show(t, "demo.zarr/code", "--csv"))
	assert.Equal(t, "crs\n4326\n", show(t, "demo.zarr/crs", "--csv"))
	assert.Equal(t, "axis 0,axis 1,none\n", show(t, "demo.zarr/none", "--csv"))
	assert.Equal(t, "time,time\n2020-01-04,2020-01-04\n2020-01-02,2020-01-02\n", show(t, "demo.zarr/time", "--csv", "--slice", "::-2"))

	whole := show(t, "demo.zarr/air", "--csv")
	assert.Equal(t, 1+4*6*8, strings.Count(whole, "\n"))
	assert.Contains(t, whole, "\n2020-01-02,50,0,NaN\n")
	_, _, status := ndinfo(t, "demo.zarr/air", "-o", "air.csv")
	require.Zero(t, status)
	file, err := os.ReadFile("air.csv")
	require.NoError(t, err)
	assert.Equal(t, whole, string(file))
}

// However little memory there is, the pieces come in C order.
func TestSlabsKeepOrder(t *testing.T) {
	a := nd.Must(nd.Must(nd.Arange[int32](0, 5*6*7, 1)).Reshape(5, 6, 7))
	x := chunkgrid.FromND(a, nd.Sizes(2, 4, 3))
	for _, budget := range []int{16 << 10, 1 << 10, 256, 64, 16} {
		var got []int32
		pieces := 0
		collect := func(start []int, d nd.Dyn) error {
			pieces++
			assert.Equal(t, a.At(start...), d.Item(0, 0, 0))
			got = append(got, nd.Must(nd.As[int32](d)).Flatten().Data()...)
			return nil
		}
		s := &slabber{budget, []chunkgrid.Option{chunkgrid.Memory(1 << 20)}, collect}
		require.NoError(t, s.walk(context.Background(), x, []int{0, 0, 0}, 0))
		assert.Equal(t, a.Data(), got)
		assert.GreaterOrEqual(t, pieces, a.NBytes()/budget)
	}
}

// Long arrays are printed as NumPy does, and only their ends are computed.
func TestLongSlice(t *testing.T) {
	ctx := context.Background()
	a := nd.Must(nd.Must(nd.Arange[int64](0, 30*20*4, 1)).Reshape(30, 20, 4))
	o := &options{memory: 1 << 20}
	text, err := o.printed(ctx, chunkgrid.FromND(a, nd.Sizes(5, 5, 5)))
	require.NoError(t, err)
	assert.Equal(t, a.String(), text)

	var computed atomic.Int64
	huge := chunkgrid.FromFunc("", []int{1 << 40}, nd.Sizes(1000), func(dst []int64, box nd.Box) {
		computed.Add(int64(box.Size()))
		for i := range dst {
			dst[i] = int64(box.Start[0] + i)
		}
	})
	text, err = o.printed(ctx, huge)
	require.NoError(t, err)
	assert.Equal(t, "[            0             1             2 ... 1099511627773 1099511627774\n 1099511627775]", text)
	assert.LessOrEqual(t, computed.Load(), int64(2000))
}

// picture decodes a PNG and counts the colours of every third pixel.
func picture(t *testing.T, file string) (image.Image, int) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	seen := map[[3]uint32]bool{}
	for y := 0; y < img.Bounds().Dy(); y += 3 {
		for x := 0; x < img.Bounds().Dx(); x += 3 {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[[3]uint32{r, g, b}] = true
		}
	}
	return img, len(seen)
}

func TestPictures(t *testing.T) {
	demo(t)
	for _, c := range []struct {
		args   string
		colors int // at least
	}{
		{"demo.zarr/air --slice 1 --png out.png", 20},     // a map with a NaN
		{"demo.zarr/air --slice 0 -o out.png", 20},        // missing values
		{"demo.zarr/air --slice :,:,3 --png out.png", 20}, // dates along y
		{"demo.zarr/air --slice :,3,3 --png out.png", 4},  // a line over dates
		{"demo.zarr/air --slice 0,0 --png out.png", 4},    // a line with gaps
		{"demo.zarr/lat --png out.png", 4},                // falling coordinates
		{"demo.zarr/flags --png out.png", 4},              // no coordinates
		{"demo.zarr/unwritten --png out.png", 4},          // all the same
	} {
		_, errs, status := ndinfo(t, strings.Fields(c.args)...)
		require.Zero(t, status, errs)
		img, colors := picture(t, "out.png")
		assert.Greater(t, img.Bounds().Dx(), 800, c.args)
		assert.Greater(t, img.Bounds().Dy(), 500, c.args)
		assert.GreaterOrEqual(t, colors, c.colors, c.args)
	}
	_, errs, status := ndinfo(t, "demo.zarr/air", "--slice", "0, 0, :3", "--png", "gone.png")
	assert.Zero(t, status, "a line of gaps only is a picture too: %s", errs)
	_, errs, status = ndinfo(t, "demo.zarr/air", "--slice", "0, :1, :2", "--png", "gone.png")
	assert.Zero(t, status, errs)
}

func TestEmptyMap(t *testing.T) {
	t.Chdir(t.TempDir())
	nan := nd.Must(nd.Zeros[float64](2, 2))
	nan.Data()[0] = 1
	require.NoError(t, npy.Write("x.npy", nd.Map(nan, func(float64) float64 { z := 0.0; return z / z })))
	_, errs, status := ndinfo(t, "x.npy", "--png", "x.png")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "png: all of the 4 values are missing or NaN")
}

func TestStoredSizesStopInTime(t *testing.T) {
	demo(t)
	a, err := storage.OpenArray(context.Background(), "demo.zarr/air")
	require.NoError(t, err)
	defer a.Close()
	s, err := (&options{budget: -time.Second}).countStored(context.Background(), a)
	require.NoError(t, err)
	assert.False(t, s.complete())
	assert.Equal(t, "768 B in ≥ 0 B", sizeText(768, s))
	assert.Equal(t, "≥ 0 of 4 present", presentText(s))
	assert.Empty(t, ratioText(768, s))
	s, err = (&options{size: true}).countStored(context.Background(), a)
	require.NoError(t, err)
	assert.Equal(t, storedSize{bytes: 960, present: 4, counted: 4, chunks: 4, known: true}, s)
	assert.Equal(t, show(t, "demo.zarr/air"), show(t, "demo.zarr/air", "--size"))
}

// counted counts the chunks that are decoded.
type counted struct {
	storage.Array
	chunks atomic.Int64
}

func (c *counted) ReadChunk(ctx context.Context, coord []int, dst []byte) (bool, error) {
	c.chunks.Add(1)
	return c.Array.ReadChunk(ctx, coord, dst)
}

// All statistics together read a chunk once, and a slice only its chunks.
func TestStatisticsReadOnce(t *testing.T) {
	demo(t)
	ctx := context.Background()
	for text, want := range map[string]int64{"": 4, "0": 2, "0, :, :5": 1, "::3, 2, 6": 2} {
		a, err := storage.OpenArray(ctx, "demo.zarr/air")
		require.NoError(t, err)
		c := &counted{Array: a}
		o := &options{memory: 1 << 20, sliced: true, ranges: nd.Must(nd.ParseRange(text))}
		x, err := o.view(t.Context(), c)
		require.NoError(t, err)
		_, err = o.statistics(ctx, x, a.Meta())
		require.NoError(t, err)
		assert.Equal(t, want, c.chunks.Load(), text)
		require.NoError(t, a.Close())
	}
}

func TestCancelled(t *testing.T) {
	demo(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs strings.Builder
	assert.Equal(t, 1, run(ctx, []string{"demo.zarr/air", "--stats"}, &out, &errs))
	assert.Contains(t, errs.String(), "ndinfo: interrupted\n")
}

func TestProgressOnTerminalsOnly(t *testing.T) {
	start := time.Now()
	begun := diag.Event{Kind: diag.RunStart, Time: start, Tasks: 8}
	done := func(after time.Duration) diag.Event {
		return diag.Event{Kind: diag.TaskDone, Time: start.Add(after)}
	}
	p := newProgress(&strings.Builder{})
	p.event(begun)
	p.event(done(time.Hour))
	assert.Nil(t, p.bar)
	p.stop()
	if runtime.GOOS != "linux" {
		return
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // looks like a terminal
	require.NoError(t, err)
	defer null.Close()
	p = newProgress(null)
	p.event(begun)
	p.event(done(moment / 2))
	assert.Nil(t, p.bar, "a moment has not passed")
	p.event(done(time.Second))
	require.NotNil(t, p.bar)
	assert.EqualValues(t, 2, p.bar.Current())
	assert.Equal(t, "25%, 2 of 8 tasks, 3s left", p.shown.Load().String())
	p.stop()
}

func TestCompletion(t *testing.T) {
	demo(t)
	complete := func(word string) ([]string, cobra.ShellCompDirective) {
		cmd := &cobra.Command{}
		cmd.SetContext(context.Background())
		return completePath(cmd, nil, word)
	}
	words, directive := complete("demo.zarr/s")
	assert.Equal(t, []string{"demo.zarr/sub/"}, words)
	assert.Equal(t, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace, directive)
	words, directive = complete("demo.zarr/sub/")
	assert.Equal(t, []string{"demo.zarr/sub/ramp"}, words)
	assert.Equal(t, cobra.ShellCompDirectiveNoFileComp, directive)
	for _, word := range []string{"demo", "nothing/x", "air.npy/x"} {
		words, directive = complete(word)
		assert.Empty(t, words)
		assert.Equal(t, cobra.ShellCompDirectiveDefault, directive)
	}
	assert.Contains(t, show(t, "completion", "bash"), "bash completion")
	assert.Contains(t, show(t, "--help"), "ndinfo PATH... [flags]")
}
