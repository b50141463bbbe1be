package main

import (
	"image/color"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colours are those of the peers, in the order in which they appear: Okabe and
// Ito's, told apart by all.
var colours = []color.Color{
	rgb(0x0072b2), rgb(0xd55e00), rgb(0x009e73), rgb(0xcc79a7), rgb(0xe69f00), rgb(0x56b4e9), rgb(0x000000), rgb(0x999999), rgb(0x882255), rgb(0x44aa99),
}

func rgb(c uint32) color.Color {
	return color.RGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: 255}
}

// plotRatios draws how many times longer than ndgrid every peer takes: a line
// of marks per case, on a logarithmic scale.
func plotRatios(path string, rows []row) error {
	p, at := casePlot("Work beside ndgrid's", "peer's time ÷ ndgrid's", rows)
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, roundTicks{0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 1000, 10000}
	p.X.Min, p.X.Max = 0.5, 2
	marks := map[string]plotter.XYs{}
	var peers []string
	for _, r := range rows {
		if r.Ratio <= 0 {
			continue
		}
		if !slices.Contains(peers, r.Peer) {
			peers = append(peers, r.Peer)
		}
		marks[r.Peer] = append(marks[r.Peer], plotter.XY{X: r.Ratio, Y: at(r.Case)})
		p.X.Min, p.X.Max = min(p.X.Min, r.Ratio/1.2), max(p.X.Max, r.Ratio*1.2)
	}
	p.X.Max *= 2 // for the legend
	if err := rule(p, 1, len(p.Y.Tick.Marker.(plot.ConstantTicks))); err != nil {
		return err
	}
	for i, peer := range peers {
		s, err := plotter.NewScatter(marks[peer])
		if err != nil {
			return err
		}
		s.Shape, s.Radius, s.Color = draw.CircleGlyph{}, vg.Points(3.5), colours[i%len(colours)]
		p.Add(s)
		p.Legend.Add(peer, s)
	}
	return save(p, path)
}

// plotShares draws how much of the memory's speed ndgrid reaches.
func plotShares(path string, rows []row) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.LimitShare <= 0 })
	p, at := casePlot("Share of the memory's speed", "ndgrid's GB/s ÷ the memory's", rows)
	p.X.Min, p.X.Max, p.X.Tick.Marker = 0, 1.05, roundTicks{0, 0.25, 0.5, 0.75, 1, 1.5, 2}
	var marks plotter.XYs
	for _, r := range rows {
		marks = append(marks, plotter.XY{X: r.LimitShare, Y: at(r.Case)})
		p.X.Max = max(p.X.Max, 1.05*r.LimitShare)
	}
	if err := rule(p, 1, len(p.Y.Tick.Marker.(plot.ConstantTicks))); err != nil {
		return err
	}
	if len(marks) > 0 {
		s, err := plotter.NewScatter(marks)
		if err != nil {
			return err
		}
		s.Shape, s.Radius, s.Color = draw.CircleGlyph{}, vg.Points(3.5), colours[0]
		p.Add(s)
	}
	return save(p, path)
}

// casePlot returns a plot with the cases of rows from top to bottom, and where each is.
func casePlot(title, label string, rows []row) (*plot.Plot, func(name string) float64) {
	var names []string
	for _, r := range rows {
		if r.Case != "" && !slices.Contains(names, r.Case) {
			names = append(names, r.Case)
		}
	}
	at := func(name string) float64 { return float64(len(names) - 1 - slices.Index(names, name)) }
	p := plot.New()
	p.Title.Text, p.X.Label.Text = title, label
	ticks := plot.ConstantTicks{}
	for _, name := range names {
		ticks = append(ticks, plot.Tick{Value: at(name), Label: "  " + name}) // room at the edge
	}
	p.Y.Tick.Marker, p.Y.Min, p.Y.Max = ticks, -0.5, float64(len(names))-0.5
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{225}, color.Gray{225}
	p.Add(grid)
	p.Legend.Top, p.Legend.Left = false, false
	return p, at
}

// rule draws a vertical line over n cases.
func rule(p *plot.Plot, x float64, n int) error {
	l, err := plotter.NewLine(plotter.XYs{{X: x, Y: -0.5}, {X: x, Y: float64(n) - 0.5}})
	if err != nil {
		return err
	}
	l.Color = color.Gray{120}
	p.Add(l)
	return nil
}

// save writes a plot, as high as its cases need.
func save(p *plot.Plot, path string) error {
	return p.Save(20*vg.Centimeter, vg.Centimeter*(3+0.5*vg.Length(p.Y.Max-p.Y.Min)), path)
}

// roundTicks are the marks of an axis.
type roundTicks []float64

// Ticks returns those between lo and hi.
func (t roundTicks) Ticks(lo, hi float64) []plot.Tick {
	var list []plot.Tick
	for _, v := range t {
		if lo <= v && v <= hi {
			list = append(list, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', -1, 64)})
		}
	}
	return list
}
