package main

import (
	"context"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/nd"
)

// zarrCases are arrays brought into memory, or from it into a store.
var zarrCases = []kase{
	intoMemory("zarr.read.zstd", "a Zarr array into a reused result, zstd level 3, chunks of 1 MiB", "field1.zarr"),
	intoMemory("zarr.read.blosc", "as above, Blosc: shuffle and LZ4", "blosc1.zarr"),
	{name: "zarr.read.shards", does: "1000 chunks of 32 KiB here and there in shards of 8 MiB, zstd level 3; opening the array is part of it",
		inputs: map[string]string{"z": "shards.zarr", "picks": "picks.npy"}, ours: randomChunks},
	{name: "zarr.write.zstd", does: "x to a Zarr array, zstd level 3, chunks of 1 MiB, at most 4% larger than libzstd's",
		inputs: map[string]string{"x": "field.npy", "like": "field1.zarr"}, // which tells peers the chunks; x has the same
		stores: ".zarr", larger: 1.04,
		ours: func(in inputs) work { return written(in, in.f64("x"), "zstd 3") }},
}

// intoMemory is an array of a file, brought into memory that is there already.
func intoMemory(name, does, file string) kase {
	return kase{name: name, does: does, inputs: one("z", file), streams: 2, bound: "copy",
		ours: func(in inputs) work { return reuse(in, in.f64("z")) }}
}

// chunkSide is the length of the chunks that randomChunks reads.
const chunkSide = 64

// randomChunks opens an array and reads a chunk for every row of picks, which
// says where it is between the first (-1) and the last (1).
func randomChunks(in inputs) work {
	var dst *nd.Array[float64]
	return func(ctx context.Context) (_ nd.Dyn, err error) {
		z, err := chunkgrid.Open[float64](ctx, in.paths["z"])
		if err != nil {
			return nil, err
		}
		picks, err := in.f64("picks").Compute(ctx)
		if err != nil {
			return nil, err
		}
		chunks := make([]*chunkgrid.Array[float64], picks.Shape()[0])
		for i := range chunks {
			box := make([]nd.Range, 2)
			for k, length := range z.Shape() {
				at := int((1+picks.At(i, k))/2*float64(length/chunkSide)) * chunkSide
				box[k] = nd.Span(at, at+chunkSide)
			}
			chunks[i] = z.Slice(box...)
		}
		all := chunkgrid.Stack(0, chunks...)
		if dst == nil {
			if dst, err = nd.Zeros[float64](all.Shape()...); err != nil {
				return nil, err
			}
		}
		_, err = chunkgrid.Run(ctx, []chunkgrid.Out{all.Into(dst)}, in.opts...)
		return dst, err
	}
}
