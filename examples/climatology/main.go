// Command climatology reads four years of daily temperatures from a NetCDF-4
// file, and writes the mean of every month and each day's departure from it, with
// coordinates, for xarray and others to read.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/ndgrid/ndgrid/cf"
	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/hdf5"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	dir := filepath.Join(os.TempDir(), "ndgrid-climatology") // stays, to look at
	if err := run(context.Background(), filepath.Join(dir, "air.day.nc"), filepath.Join(dir, "anom.zarr")); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, in, out string) (err error) {
	if err := os.MkdirAll(filepath.Dir(in), 0o777); err != nil {
		return err
	}
	if err := writeDaily(ctx, in); err != nil {
		return err
	}

	// snippet: climatology
	f, err := storage.OpenGroup(ctx, in)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	air, err := chunkgrid.Open[float32](ctx, in+"/air", chunkgrid.Decode()) // fill → NaN, scale, offset
	if err != nil {
		return err
	}
	month, err := cf.Months(ctx, f, "time") // January is 0
	if err != nil {
		return err
	}
	clim := reduce.NaNMean(air, reduce.Dim("time"), reduce.By(month, 12)).Named("month", "lat", "lon")
	anom := ufunc.Sub(air, clim.Take(0, month))
	err = chunkgrid.Save(ctx, out, chunkgrid.Vars{"clim": clim, "anom": anom}, chunkgrid.CopyCoords(f),
		chunkgrid.Attrs("anom", storage.Attrs{"units": "K"}), chunkgrid.Overwrite(), chunkgrid.Memory(256<<20))
	// end
	if err != nil {
		return err
	}
	fmt.Println(air)
	fmt.Println(anom)

	// snippet: look
	group, err := storage.OpenGroup(ctx, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, group.Close()) }()
	children, err := group.Names(ctx)
	if err != nil {
		return err
	}
	for _, c := range children {
		a, err := chunkgrid.OpenAny(ctx, out+"/"+c.Name)
		if err != nil {
			return err
		}
		fmt.Println(c.Name, a.Dims(), a.Shape())
	}
	// end
	return show(ctx, f, out)
}

// show prints the twelve means at 45° N 0° E, and the warmest day of all.
func show(ctx context.Context, f storage.Group, out string) error {
	clim, err := chunkgrid.Open[float32](ctx, out+"/clim")
	if err != nil {
		return err
	}
	means, err := clim.SliceText(":, 3, 0").Compute(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("45° N, 0° E, January to December: %.2f\n", means.Data())

	// snippet: warmest
	anom, err := chunkgrid.Open[float32](ctx, out+"/anom")
	if err != nil {
		return err
	}
	warmest := reduce.NaNMax(anom, reduce.Dim("lat", "lon"))
	day, err := reduce.ArgMax(warmest).Value(ctx)
	if err != nil {
		return err
	}
	departure, err := warmest.SliceText(fmt.Sprint(day)).Value(ctx)
	if err != nil {
		return err
	}
	dates, err := cf.Dates(ctx, f, "time")
	if err != nil {
		return err
	}
	fmt.Printf("%.2f K above the mean of the month on %v\n", departure, dates[day])
	// end
	return nil
}
