"""dask: chunks of NumPy in a pool of threads. Graphs are built and optimized
beforehand, but for sched.tiny; inputs have name=False, as dask would otherwise
hash every byte of them; chunks of several sizes are tried."""

import dask
import dask.array as da
import numpy as np

from . import FUNCTIONS, THREADS, work

dask.config.set(scheduler="threads", num_workers=THREADS)

# An array of less than 128 MiB is one chunk by default, which keeps one core busy.
CHUNKS = ["auto", "32 MiB", "8 MiB", "2 MiB"]


def chunked(build, *arrays):
    """Ways by chunk size: build gets dask's arrays and returns one."""
    ways = {}
    for size in CHUNKS:
        xs = [da.from_array(a, chunks=size.replace(" ", ""), name=False) for a in arrays]
        ways["chunks " + size] = dask.optimize(build(*xs))[0].compute
    return ways


def fresh(build):
    return lambda **inputs: chunked(build, *inputs.values())


def reuse(build):
    """As fresh, into one array."""

    def ways(**inputs):
        x = next(iter(inputs.values()))
        out = np.empty_like(x)

        def into(compute):
            def run():
                compute()
                return out

            return run

        stored = chunked(lambda *xs: da.store(build(*xs), out, lock=False, compute=False), *inputs.values())
        return {"store, " + name: into(compute) for name, compute in stored.items()}

    return ways


def hypot(x, y):
    return da.sqrt(x * x + y * y)


def zscore(x):
    return (x - x.mean(0)) / x.std(0)


for kind, how in ("reuse", reuse), ("fresh", fresh):
    work("dask", f"ew.{kind}/square")(how(lambda x: x * x))
    work("dask", f"ew.{kind}/triad")(how(lambda x, y, z: x * y + z))
    work("dask", f"expr.zscore/{kind}")(how(zscore))
work("dask", "fused.hypot/store")(reuse(hypot))
work("dask", "fused.hypot/sum")(fresh(lambda x, y: hypot(x, y).sum()))
work("dask", "fn.hard/pow")(reuse(lambda x, y: x**y))
work("dask", "fn.hard/tanh")(reuse(da.tanh))
work("dask", "copy.transpose")(reuse(lambda x: x.T))
for name in FUNCTIONS:
    work("dask", f"fn.f64/{name}", f"fn.f32/{name}")(reuse(getattr(da, name)))
for name in "sum", "mean", "max", "std", "var":
    for case, axis in ("all", None), ("axis0", 0), ("axis1", 1):
        work("dask", f"red.{name}/{case}")(fresh(lambda x, name=name, axis=axis: getattr(x, name)(axis)))
work("dask", "red.nan/mean")(fresh(da.nanmean))
work("dask", "red.nan/std")(fresh(da.nanstd))
work("dask", "red.arg/argmax")(fresh(lambda x: x.argmax()))
work("dask", "red.arg/count")(fresh(lambda x: da.count_nonzero(x > 3.5)))
work("dask", "red.arg/any")(fresh(lambda x: (x > 4).any()))


@work("dask", "sched.tiny", items=10_000)
def _(x):
    x = np.resize(x, 10_000)  # the elements after the first 10^4 are the same again

    def mean(scheduler, split_every):
        total = (da.from_array(x, chunks=1, name=False) + 1).sum(split_every=split_every)
        return np.array([total.compute(scheduler=scheduler) / x.size])

    return {"10^4 chunks": lambda: mean("threads", None), "10^4 chunks, synchronous, split_every=64": lambda: mean("sync", 64)}


@work("dask", "delayed.tasks")
def _(x):
    double, add = dask.delayed(lambda v: 2 * v, pure=False), dask.delayed(lambda a, b: a + b, pure=False)
    values = x.ravel().tolist()

    def tasks(scheduler):
        level = [double(v) for v in values]
        while len(level) > 1:
            odd = level[len(level) & ~1:]
            level = [add(a, b) for a, b in zip(level[::2], level[1::2])] + odd
        return np.array([level[0].compute(scheduler=scheduler, optimize_graph=False)])

    return {"threads": lambda: tasks("threads"), "synchronous": lambda: tasks("sync")}


@work("dask", "mm.f64")
def _(a, b):
    return chunked(da.matmul, a, b)


def stored(z, factors=(1, 2, 4)):
    """A Zarr array, with n×n stored chunks in one of dask's."""
    import zarr

    own = zarr.open_array(z, mode="r").chunks
    return {f"from_zarr, {n}×{n} stored chunks": da.from_zarr(z, chunks=tuple(n * c for c in own)) for n in factors}


@work("dask", "zarr.mean.zstd/1MiB", "zarr.mean.zstd/8MiB", "zarr.mean.raw")
def _(z):
    return {name: dask.optimize(a.mean())[0].compute for name, a in stored(z).items()}


@work("dask", "mem.std")
def _(z):
    return {name: dask.optimize(a.std())[0].compute for name, a in stored(z, [4]).items()}


@work("dask", "mem.rechunk", stores=True)
def _(z, result):
    import zarr

    a = da.from_zarr(z)
    rows, columns = a.shape
    chunks = rows, max(1, columns // a.numblocks[0])

    def run():
        out = zarr.create_array(
            result, name="v", shape=a.shape, chunks=chunks, dtype=a.dtype, overwrite=True, compressors=zarr.codecs.ZstdCodec(level=3)
        )
        da.store(a.rechunk(chunks), out, lock=False)

    return {"rechunk(…), store(zarr)": run}


@work("dask", "hdf5.mean.gzip")
def _(z):
    import h5py

    path, name = z.rsplit("/", 1)
    d = h5py.File(path, rdcc_nbytes=0)[name]  # see h5py.py
    ways = {}
    for n in 1, 4:
        a = da.from_array(d, chunks=tuple(n * c for c in d.chunks), name=False)
        ways[f"from_array(h5py), {n}×{n} stored chunks"] = dask.optimize(a.mean())[0].compute
    return ways
