// Command pyramid writes an image as viewers of microscopes and maps want it: at several
// sizes, each in shards of chunks, as OME-Zarr describes them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	_ "github.com/ndgrid/ndgrid/storage/std"
	"github.com/ndgrid/ndgrid/ufunc"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "ndgrid-pyramid-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	store := filepath.Join(dir, "image.ome.zarr")

	// snippet: levels
	image := picture(3, 1000, 1500).Named("c", "y", "x")
	levels := chunkgrid.Vars{}
	for k := range 3 {
		levels[strconv.Itoa(k)] = image.Rechunk(nd.Sizes(1, 512, 512))
		h, w := image.Shape()[1]/2, image.Shape()[2]/2
		blocks := image.Slice(nd.All, nd.To(2*h), nd.To(2*w)).Reshape(-1, h, 2, w, 2)
		means := reduce.Mean(ufunc.Cast[float32](blocks), reduce.Axis(2, 4)) // of 2×2 pixels
		image = ufunc.Cast[uint16](ufunc.Round(means)).Named("c", "y", "x")
	}
	// end
	// snippet: save
	err = chunkgrid.Save(ctx, store, levels, chunkgrid.Codecs("sharding (1, 128, 128)", "zstd 3"),
		chunkgrid.Attrs("", storage.Attrs{"ome": ome(len(levels))}))
	// end
	if err != nil {
		return err
	}
	for k := range len(levels) {
		x, err := chunkgrid.Open[uint16](ctx, filepath.Join(store, strconv.Itoa(k)))
		if err != nil {
			return err
		}
		mean, err := reduce.Mean(ufunc.Cast[float64](x)).Value(ctx)
		if err != nil {
			return err
		}
		fmt.Println(x)
		fmt.Printf("mean %.9f\n", mean)
	}
	return nil
}

// picture is an image of several channels.
func picture(channels, height, width int) *chunkgrid.Array[uint16] {
	return chunkgrid.FromFunc("", []int{channels, height, width}, nd.Sizes(1, 512, 512), func(dst []uint16, box nd.Box) {
		for i := range dst {
			c, y, x := box.Start[0]+i/(box.Shape[1]*box.Shape[2]), box.Start[1]+i/box.Shape[2]%box.Shape[1], box.Start[2]+i%box.Shape[2]
			dst[i] = uint16((c*977 + y*y/31 + x*7) % 4096)
		}
	})
}

// ome are the attributes by which viewers know the levels.
func ome(levels int) map[string]any {
	axis := func(name, kind string) any { return map[string]any{"name": name, "type": kind} }
	var datasets []any
	for k := range levels {
		size := float64(int(1) << k) // of a pixel
		scale := map[string]any{"type": "scale", "scale": []any{1.0, size, size}}
		datasets = append(datasets, map[string]any{"path": strconv.Itoa(k), "coordinateTransformations": []any{scale}})
	}
	return map[string]any{"version": "0.5", "multiscales": []any{map[string]any{
		"axes": []any{axis("c", "channel"), axis("y", "space"), axis("x", "space")}, "datasets": datasets,
	}}}
}
