package main

import (
	"math"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
)

// field is a map of values for the plotting library.
type field struct{ a *nd.Array[float32] }

func (f field) Dims() (c, r int)   { return nlon, nlat }
func (f field) Z(c, r int) float64 { return float64(f.a.At(r, c)) }
func (f field) X(c int) float64    { return 360 * float64(c) / nlon }
func (f field) Y(r int) float64    { return latitude(r) }

// heatMap writes a map as a PNG file.
func heatMap(path string, a *nd.Array[float32], title string) error {
	colours := moreland.SmoothBlueRed()
	lo, hi := math.Inf(1), math.Inf(-1)
	for v := range a.Values() {
		lo, hi = min(lo, float64(v)), max(hi, float64(v))
	}
	colours.SetMin(lo)
	colours.SetMax(hi)
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text, p.Y.Label.Text = "lon, degrees east", "lat, degrees north"
	p.Add(plotter.NewHeatMap(field{a}, colours.Palette(255)))
	return p.Save(8*vg.Inch, 4.5*vg.Inch, path)
}

// progress shows a bar per stage on a terminal, and nothing elsewhere.
func progress(what string) chunkgrid.Option {
	bars := mpb.New(mpb.WithAutoRefresh(), mpb.WithWidth(50))
	if !onTerminal() {
		bars = mpb.New(mpb.WithOutput(nil))
	}
	var bar *mpb.Bar
	return chunkgrid.OnEvent(func(e diag.Event) {
		switch e.Kind {
		case diag.StageStart:
			bar = bars.AddBar(int64(e.Tasks), mpb.PrependDecorators(decor.Name(what+": "+e.Name+" ")),
				mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
		case diag.TaskDone:
			bar.SetCurrent(int64(e.Done))
		case diag.StageEnd:
			if e.Err != nil {
				bar.Abort(false)
			}
		case diag.RunEnd:
			bars.Wait()
		}
	})
}
