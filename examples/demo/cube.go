package main

import (
	"math"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// The cube: months × nlat × nlon.
const nlat, nlon = 512, 521

// synthetic is monthly temperature with a trend, seasons that are stronger
// towards the poles, and noise. Every value follows from its index, so that
// the cube costs nothing until it is written.
func synthetic(years int) *chunkgrid.Array[float32] {
	shape := []int{12 * years, nlat, nlon}
	cube := chunkgrid.FromFunc("demo.synthetic", shape, nd.Sizes(84, 128, 131), func(dst []float32, box nd.Box) {
		i := 0
		for t := range box.Shape[0] {
			month := box.Start[0] + t
			trend := 0.02 * float64(month) / 12
			season := math.Cos(2 * math.Pi * float64(month) / 12)
			for y := range box.Shape[1] {
				lat := latitude(box.Start[1] + y)
				base := 28*math.Cos(lat*math.Pi/180) - 8 + trend - 0.2*lat*season
				first := uint64((month*nlat+box.Start[1]+y)*nlon + box.Start[2])
				for x := range box.Shape[2] {
					dst[i] = float32(base + (0.5+math.Abs(lat)/45)*noise(first+uint64(x)))
					i++
				}
			}
		}
	})
	return cube.Named("time", "lat", "lon")
}

func latitude(i int) float64 { return -90 + 180*(float64(i)+0.5)/nlat }

// noise returns a number in [-1, 1) that follows from i (SplitMix64's mixing),
// rounded as measurements are.
func noise(i uint64) float64 {
	i += 0x9e3779b97f4a7c15
	i = (i ^ i>>30) * 0xbf58476d1ce4e5b9
	i = (i ^ i>>27) * 0x94d049bb133111eb
	return math.Round(float64(int64(i^i>>31))/(1<<63)*256) / 256
}

// cubeVars is the cube with its coordinates.
func cubeVars(cube *chunkgrid.Array[float32]) chunkgrid.Vars {
	lat := nd.Must(nd.Zeros[float64](nlat))
	for i := range nlat {
		lat.Set(latitude(i), i)
	}
	lon := nd.Must(nd.Zeros[float64](nlon))
	for i := range nlon {
		lon.Set(360*float64(i)/nlon, i)
	}
	time := chunkgrid.Arange[int32](0, int32(cube.Shape()[0]), 1, nd.Auto)
	return chunkgrid.Vars{
		"temp": cube,
		"time": time.Named("time"),
		"lat":  chunkgrid.FromND(lat).Named("lat"),
		"lon":  chunkgrid.FromND(lon).Named("lon"),
	}
}
