package main

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

const (
	pngWidth, pngHeight = 24 * vg.Centimeter, 15 * vg.Centimeter
	barWidth            = 2.6 * vg.Centimeter
	pngCells            = 1500 // along an axis; of longer ones every second, third … index is drawn
	colors              = 256
)

// writePNG draws the part: one axis longer than 1 as a line, two as a heat map
// with the last axis to the right. Missing values and NaN are gaps in the line,
// grey in the map.
func (o *options) writePNG(ctx context.Context, w io.Writer, a storage.Array, x chunkgrid.Any, info *arrayInfo) error {
	if dt := x.DType(); !dt.Computable() || dt.IsComplex() {
		return fmt.Errorf("png: %w: values of dtype %s can't be drawn", storage.ErrUnsupported, dt)
	}
	all, err := o.viewAxes(ctx, a)
	if err != nil {
		return err
	}
	ranges := make([]nd.Range, len(all))
	steps := make([]int, len(all))
	var drawn []int
	for k, n := range x.Shape() {
		steps[k] = 1
		ranges[k] = nd.At(0)
		switch {
		case n == 0:
			return fmt.Errorf("png: shape %v holds no values", x.Shape())
		case n > 1:
			steps[k] = (n + pngCells - 1) / pngCells
			ranges[k] = nd.Every(steps[k])
			drawn = append(drawn, k)
		}
	}
	if len(drawn) != 1 && len(drawn) != 2 {
		return fmt.Errorf("png: shape %v has %d axes longer than 1, a picture has one or two; --slice picks", x.Shape(), len(drawn))
	}
	values, err := floats(ctx, x.View(ranges...), o.runOptions()...)
	if err != nil {
		return err
	}
	data := blank(values.Data(), info.meta)
	p := plot.New()
	p.Title.Text = pictureTitle(info, o.slice)
	axes := make([]*pictureAxis, len(drawn))
	for i, k := range drawn {
		if axes[i], err = newPictureAxis(ctx, &all[k], k, values.Shape()[i], steps[k]); err != nil {
			return err
		}
	}
	if len(drawn) == 1 {
		return drawLine(w, p, axes[0], data, info)
	}
	return drawMap(w, p, axes[0], axes[1], data)
}

// blank makes NaN of missing values and infinities.
func blank(data []float64, m *storage.Meta) []float64 {
	missing := declaredMissing[float64](m)
	if m.DType == nd.Float32 {
		for i, v := range missing {
			missing[i] = float64(float32(v))
		}
	}
	for i, v := range data {
		if math.IsInf(v, 0) || slices.Contains(missing, v) {
			data[i] = math.NaN()
		}
	}
	return data
}

func pictureTitle(info *arrayInfo, slice string) string {
	title := info.name
	if slice != "" {
		title += "[" + slice + "]"
	}
	if what := whatItIs(info.meta.Attrs); what != "" {
		title += ": " + what
	}
	if u := info.units(); u != "" {
		title += " (" + u + ")"
	}
	return title
}

// pictureAxis is an axis of a picture: a label and a rising coordinate per index.
type pictureAxis struct {
	label string
	at    []float64
	flip  bool // the coordinates fall along the array's axis
	ticks plot.Ticker
}

// show gives an axis of a plot its label and marks.
func (p *pictureAxis) show(a *plot.Axis) { a.Label.Text, a.Tick.Marker = p.label, p.ticks }

// dateTicks are the usual marks, labelled as points in time.
type dateTicks struct{ unit string }

func (d dateTicks) Ticks(lo, hi float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(lo, hi)
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = nd.FormatDatetime(nd.Datetime(math.Round(t.Value)), d.unit)
		}
	}
	return ticks
}

func newPictureAxis(ctx context.Context, v *viewAxis, k, n, step int) (*pictureAxis, error) {
	p := &pictureAxis{label: v.label(k), at: make([]float64, n), ticks: plot.DefaultTicks{}}
	for i := range p.at {
		p.at[i] = float64(v.index(i * step))
	}
	if v.coord != nil && v.coord.DType().Computable() && !v.coord.DType().IsComplex() {
		c, err := floats(ctx, chunkgrid.FromDyn(v.coord).View(nd.Every(step)))
		if err != nil {
			return nil, err
		}
		if monotonic(c.Data()) {
			p.at = c.Data()
			if v.units != "" {
				p.label += " (" + v.units + ")"
			}
			if dt := v.coord.DType(); dt.Kind() == nd.KindDatetime {
				p.ticks = dateTicks{dt.Unit()}
			}
		}
	}
	if n > 1 && p.at[0] > p.at[n-1] {
		slices.Reverse(p.at)
		p.flip = true
	}
	return p, nil
}

// monotonic reports whether values strictly rise or fall.
func monotonic(v []float64) bool {
	for i := 1; i < len(v); i++ {
		if d := v[i] - v[i-1]; d == 0 || d != d || math.IsInf(d, 0) || (d > 0) != (v[1] > v[0]) {
			return false
		}
	}
	return true
}

// place is the index along the array's axis of the i-th coordinate.
func (p *pictureAxis) place(i int) int {
	if p.flip {
		return len(p.at) - 1 - i
	}
	return i
}

// drawLine draws values over one axis; the line is broken where one is missing.
func drawLine(w io.Writer, p *plot.Plot, x *pictureAxis, data []float64, info *arrayInfo) error {
	x.show(&p.X)
	p.Y.Label.Text = info.name
	if u := info.units(); u != "" {
		p.Y.Label.Text += " (" + u + ")"
	}
	p.Add(plotter.NewGrid())
	var piece plotter.XYs
	end := func() error {
		if len(piece) == 0 {
			return nil
		}
		line, points, err := plotter.NewLinePoints(piece)
		if err != nil {
			return err
		}
		line.Color = moreland.SmoothBlueRed().Palette(2).Colors()[0]
		if p.Add(line); len(piece) == 1 {
			p.Add(points)
		}
		piece = nil
		return nil
	}
	for i, at := range x.at {
		v := data[x.place(i)]
		if !math.IsNaN(v) {
			piece = append(piece, plotter.XY{X: at, Y: v})
			continue
		}
		if err := end(); err != nil {
			return err
		}
	}
	if err := end(); err != nil {
		return err
	}
	canvas := vgimg.New(pngWidth, pngHeight)
	p.Draw(draw.New(canvas))
	return encodePNG(w, canvas)
}

// drawMap draws values over two axes with a colour bar.
func drawMap(w io.Writer, p *plot.Plot, y, x *pictureAxis, data []float64) error {
	x.show(&p.X)
	y.show(&p.Y)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range data {
		if v == v {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if lo > hi {
		return fmt.Errorf("png: all of the %d values are missing or NaN", len(data))
	}
	if lo == hi {
		lo, hi = lo-0.5, hi+0.5
	}
	cmap := moreland.Kindlmann()
	cmap.SetMin(lo)
	cmap.SetMax(hi)
	heat := plotter.NewHeatMap(&gridData{x, y, data}, palette.Palette(cmap.Palette(colors)))
	heat.Min, heat.Max, heat.NaN = lo, hi, color.Gray{Y: 0xb0}
	heat.Rasterized = evenly(x.at) && evenly(y.at)
	p.Add(heat)
	bar := plot.New()
	bar.HideX()
	bar.Add(&plotter.ColorBar{ColorMap: cmap, Vertical: true, Colors: colors})
	canvas := vgimg.New(pngWidth, pngHeight)
	c := draw.New(canvas)
	p.Draw(draw.Crop(c, 0, -barWidth, 0, 0))
	bar.Draw(draw.Crop(c, pngWidth-barWidth+0.3*vg.Centimeter, -0.3*vg.Centimeter, 1.2*vg.Centimeter, -1.2*vg.Centimeter))
	return encodePNG(w, canvas)
}

// evenly reports whether coordinates are so even that cells may be pixels of one size.
func evenly(at []float64) bool {
	n := len(at)
	step := (at[n-1] - at[0]) / float64(n-1)
	for i, v := range at {
		if math.Abs(v-at[0]-float64(float64(i)*step)) > 0.05*step {
			return false
		}
	}
	return true
}

func encodePNG(w io.Writer, canvas *vgimg.Canvas) error {
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	return err
}

// gridData gives a heat map its values.
type gridData struct {
	x, y *pictureAxis
	data []float64
}

func (g *gridData) Dims() (c, r int) { return len(g.x.at), len(g.y.at) }
func (g *gridData) X(c int) float64  { return g.x.at[c] }
func (g *gridData) Y(r int) float64  { return g.y.at[r] }
func (g *gridData) Z(c, r int) float64 {
	return g.data[g.y.place(r)*len(g.x.at)+g.x.place(c)]
}
