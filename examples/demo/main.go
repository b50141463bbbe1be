// Command demo is the main job from beginning to end: it writes a climate cube
// of 1 GiB to a Zarr store without ever holding it, computes the spread of the
// anomalies and the global mean in bounded memory, and saves what it found with
// coordinates, a map, and a picture of the expression. Where real data is at
// hand it computes on that too.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/diag"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/hdf5"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/ufunc"
)

// budget is what every run of the demo may take.
const budget = 128 << 20

func main() {
	log.SetFlags(0)
	data := flag.String("data", "../shared/data", "folder with seattle-weather.csv and basin_mask.nc, if you have them")
	out := flag.String("out", "demo-out", "folder for the results")
	years := flag.Int("years", 84, "length of the cube; 84 years make 1 GiB")
	flag.Parse()
	ctx := context.Background()
	if err := os.MkdirAll(*out, 0o755); err != nil {
		log.Fatal(err)
	}
	if err := climate(ctx, *out, *years); err != nil {
		log.Fatal(err)
	}
	if err := weather(ctx, filepath.Join(*data, "seattle-weather.csv")); err != nil {
		log.Fatal(err)
	}
	if err := basins(ctx, filepath.Join(*data, "basin_mask.nc")); err != nil {
		log.Fatal(err)
	}
}

// climate writes the cube and computes on it.
func climate(ctx context.Context, out string, years int) error {
	url := filepath.Join(out, "cube.zarr")
	start := time.Now()
	cube := synthetic(years)
	fmt.Println("temp", cube)
	err := chunkgrid.Save(ctx, url, cubeVars(cube), chunkgrid.Overwrite(), chunkgrid.Memory(budget), progress("writing the cube"),
		chunkgrid.Attrs("temp", storage.Attrs{"units": "degC", "long_name": "synthetic surface temperature"}),
		chunkgrid.Attrs("lat", storage.Attrs{"units": "degrees_north"}),
		chunkgrid.Attrs("lon", storage.Attrs{"units": "degrees_east"}),
		chunkgrid.Attrs("time", storage.Attrs{"units": "months since 1940-01-01"}))
	if err != nil {
		return err
	}
	fmt.Printf("written in %.1f s\n\n", time.Since(start).Seconds())

	start = time.Now()
	temp, err := chunkgrid.Open[float32](ctx, url+"/temp")
	if err != nil {
		return err
	}
	shape := temp.Shape()
	monthly := temp.Reshape(years, 12, shape[1], shape[2]).Named("year", "month", "lat", "lon")
	anomaly := ufunc.Sub(monthly, reduce.Mean(monthly, reduce.Dim("year")))
	spread := reduce.Std(anomaly, reduce.Dim("year", "month"))
	series := reduce.Mean(temp, reduce.Dim("lat", "lon"))
	plan, err := chunkgrid.Explain([]chunkgrid.Any{spread, series}, chunkgrid.Memory(budget))
	if err != nil {
		return err
	}
	fmt.Println(plan)

	coords, err := storage.OpenGroup(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = coords.Close() }()
	results := filepath.Join(out, "results.zarr")
	err = chunkgrid.Save(ctx, results, chunkgrid.Vars{"spread": spread, "series": series}, chunkgrid.CopyCoords(coords),
		chunkgrid.Attrs("spread", storage.Attrs{"units": "K", "long_name": "standard deviation of the anomalies"}),
		chunkgrid.Attrs("series", storage.Attrs{"units": "degC", "long_name": "global mean"}),
		chunkgrid.Overwrite(), chunkgrid.Memory(budget), progress("computing"))
	if err != nil {
		return err
	}
	elapsed := time.Since(start)
	if err := pictures(ctx, out, results, spread, series); err != nil {
		return err
	}
	_, peak := diag.Memory()
	fmt.Printf("array %s, peak %s, %.1f s\n\n", nd.FormatBytes(temp.NBytes()), nd.FormatBytes(int(peak)), elapsed.Seconds())
	return nil
}

// pictures draws the map and the expression.
func pictures(ctx context.Context, out, results string, spread, series *chunkgrid.Array[float32]) error {
	saved, err := chunkgrid.Open[float32](ctx, results+"/spread")
	if err != nil {
		return err
	}
	values, err := saved.Compute(ctx)
	if err != nil {
		return err
	}
	if err := heatMap(filepath.Join(out, "spread.png"), values, "standard deviation of the anomalies, K"); err != nil {
		return err
	}
	p := chunkgrid.Picture{Title: "spread and series"}
	if err := os.WriteFile(filepath.Join(out, "expression.dot"), []byte(chunkgrid.DOT(p, spread, series)), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "expression.svg"), []byte(chunkgrid.SVG(p, spread, series)), 0o644)
}
