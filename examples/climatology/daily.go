package main

import (
	"context"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/storage"
)

const (
	days, lats, lons = 1461, 13, 24 // 1999 to 2002, a leap year among them; 15 degrees
	missing          = int16(-32767)
)

// writeDaily writes a file as archives have them: temperatures packed into 16
// bits, times in hours since 1800. They are made of integers only, so that they
// are the same everywhere.
func writeDaily(ctx context.Context, file string) error {
	air := chunkgrid.FromFunc("", []int{days, lats, lons}, nd.Sizes(366, lats, lons), func(dst []int16, box nd.Box) {
		for i := range dst {
			day, lat, lon := box.Start[0]+i/(box.Shape[1]*box.Shape[2]), box.Start[1]+i/box.Shape[2]%box.Shape[1], box.Start[2]+i%box.Shape[2]
			dst[i] = centikelvin(day, 90-15*lat, lon)
		}
	}).Named("time", "lat", "lon")
	time := chunkgrid.Arange(float64(firstHour), firstHour+24*days, 24, nd.Auto).Named("time")
	lat := chunkgrid.Arange[float32](90, -91, -15, nd.Auto).Named("lat")
	lon := chunkgrid.Arange[float32](0, 360, 15, nd.Auto).Named("lon")
	return chunkgrid.Save(ctx, file, chunkgrid.Vars{"air": air, "time": time, "lat": lat, "lon": lon},
		chunkgrid.Attrs("air", storage.Attrs{
			"long_name": "air temperature", "units": "degC", "_FillValue": missing, "scale_factor": float32(0.01), "add_offset": float32(5),
		}),
		chunkgrid.Attrs("time", storage.Attrs{"units": "hours since 1800-01-01 00:00:0.0", "calendar": "standard", "standard_name": "time"}),
		chunkgrid.Attrs("lat", storage.Attrs{"units": "degrees_north", "standard_name": "latitude"}),
		chunkgrid.Attrs("lon", storage.Attrs{"units": "degrees_east", "standard_name": "longitude"}),
		chunkgrid.Attrs("", storage.Attrs{"Conventions": "CF-1.11", "title": "made-up daily air temperature"}),
		chunkgrid.Codecs("shuffle", "gzip 5"), chunkgrid.Overwrite())
}

const firstHour = 1744392 // of 1999-01-01

// centikelvin is a temperature, above 5 °C in hundredths: seasons, weather, and
// some that are missing.
func centikelvin(day, lat, lon int) int16 {
	if (day*31+lat+lon*7)%97 == 0 {
		return missing
	}
	season := (day - 15) % 365 // from the middle of January
	if season > 182 {
		season = 365 - season
	}
	weather := (day/3*7919 + lon*104729 + (lat+90)*1299709) % 1201
	return int16(2200 - 50*max(lat, -lat) + (season-91)*lat/4 + weather - 600)
}
