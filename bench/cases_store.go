package main

import (
	"context"
	"slices"

	"github.com/ndgrid/ndgrid/chunkgrid"
	"github.com/ndgrid/ndgrid/linalg"
	"github.com/ndgrid/ndgrid/nd"
	"github.com/ndgrid/ndgrid/reduce"
	"github.com/ndgrid/ndgrid/storage"
	"github.com/ndgrid/ndgrid/storage/hdf5"
	"github.com/ndgrid/ndgrid/ufunc"
)

var stores = slices.Concat([]kase{
	stored("zarr.mean.zstd/1MiB", "the mean of a Zarr array, zstd level 3, chunks of 1 MiB", "field1.zarr"),
	stored("zarr.mean.zstd/8MiB", "as above, chunks of 8 MiB", "field8.zarr"),
	stored("zarr.mean.raw", "the mean of a Zarr array, not compressed, chunks of 1 MiB", "raw1.zarr"),
}, hdf5Cases(), []kase{
	{name: "mem.std", does: "the standard deviation of a Zarr array 43 times as large, chunks of 1 MiB, in 256 MiB", inputs: one("z", "huge.zarr"),
		streams: 1, bound: "read", memory: 256 << 20,
		ours: func(in inputs) work { return fresh(in, reduce.Std(in.f64("z"))) }},
	{name: "mem.rechunk", does: "a Zarr array 11 times as large from chunks of rows to chunks of columns, in 512 MiB", inputs: one("z", "rows.zarr"),
		streams: 2, memory: 512 << 20, stores: ".zarr", ours: rechunk},
})

// stored is the mean of an array in a file.
func stored(name, does, file string) kase {
	return kase{name: name, does: does, inputs: one("z", file), streams: 1, bound: "read",
		ours: func(in inputs) work { return fresh(in, reduce.Mean(in.f64("z"))) }}
}

func hdf5Cases() []kase {
	if !hdf5.Available() {
		return nil
	}
	return []kase{
		{name: "hdf5.read.gzip", does: "an HDF5 dataset, shuffle and gzip level 4, chunks of 1 MiB, into a reused result", inputs: one("z", "field1.h5"),
			streams: 1, bound: "read", ours: func(in inputs) work { return reuse(in, in.f64("z")) }},
		stored("hdf5.mean.gzip", "the mean of the same", "field1.h5"),
		stored("hdf5.mean.contiguous", "the mean of an HDF5 dataset without chunks", "flat.h5"),
		{name: "hdf5.slice", does: "every second row and column of an HDF5 dataset, chunks of 1 MiB, not compressed", inputs: one("z", "raw1.h5"), streams: 1, bound: "read",
			ours: func(in inputs) work { return fresh(in, in.f64("z").SliceText("::2, ::2")) }},
		{name: "hdf5.chunks90k/gzip", does: "90,000 chunks of 1 KiB of an HDF5 dataset, gzip level 4: opened, their sizes listed, and read", inputs: one("z", "many.h5"), ours: manyRead},
		{name: "hdf5.chunks90k/raw", does: "as above, not compressed", inputs: one("z", "manyraw.h5"), ours: manyRead},
		{name: "hdf5.write.gzip", does: "an HDF5 dataset written, shuffle and gzip level 4, chunks of 1 MiB", inputs: one("x", "field.npy"), streams: 1, stores: ".h5",
			ours: func(in inputs) work { return written(in, in.f64("x"), "shuffle", "gzip 4") }},
	}
}

// manyRead opens an array, asks for the stored size of every chunk, and reads all.
func manyRead(in inputs) work {
	return func(ctx context.Context) (nd.Dyn, error) {
		z, err := storage.OpenArray(ctx, in.paths["z"])
		if err != nil {
			return nil, err
		}
		defer z.Close()
		for coord := range z.Meta().ReadGrid.Boxes() {
			if _, _, err := z.(storage.StoredSizer).StoredSize(ctx, coord); err != nil {
				return nil, err
			}
		}
		a, err := chunkgrid.From[float64](z)
		if err != nil {
			return nil, err
		}
		return a.Compute(ctx, in.opts...)
	}
}

// written writes an array to the store of the result.
func written(in inputs, a chunkgrid.Any, codecs ...string) work {
	opts := append(slices.Clone(in.opts), chunkgrid.Codecs(codecs...))
	return func(ctx context.Context) (nd.Dyn, error) {
		return nil, chunkgrid.Save(ctx, in.result, chunkgrid.Vars{"v": a}, opts...)
	}
}

// rechunk writes z in chunks of whole columns, as large as those of its rows.
func rechunk(in inputs) work {
	z := in.f64("z")
	shape, rows := z.Shape(), z.Grid()
	columns := max(1, shape[1]/rows.NumChunks()[0])
	return written(in, z.Rechunk(nd.Sizes(shape[0], columns)), "zstd 3")
}

// Elements of the product are sums of 4096 products of either sign: errors of
// those near 0 are relative to 1.
var others = []kase{
	{name: "copy.transpose", does: "the transpose of x, 8192×8192, into a reused result", inputs: one("x", "square.npy"), streams: 2, bound: "copy",
		ours: func(in inputs) work { return reuse(in, in.f64("x").T()) }},
	{name: "sched.tiny", does: "the sum of x+1 in 10^6 chunks of one element, built and run; dask: 10^4 chunks", inputs: one("x", "tiny.npy"), unit: "chunk", ours: tiny},
	{name: "mm.f64", does: "the product of two 4096×4096 matrices", inputs: map[string]string{"a": "a.npy", "b": "b.npy"}, scale: 1,
		ours: func(in inputs) work { return fresh(in, linalg.MatMul(in.f64("a"), in.f64("b"))) }},
}

// tiny returns the mean instead of the sum: those who do fewer chunks of the
// same values have the same.
func tiny(in inputs) work {
	x := in.f64("x")
	return func(ctx context.Context) (nd.Dyn, error) {
		mean, err := reduce.Sum(ufunc.Add(x, 1)).Value(ctx, in.opts...)
		if err != nil {
			return nil, err
		}
		return nd.FromSlice([]float64{mean / float64(x.Size())})
	}
}
