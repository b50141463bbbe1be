"""zarr-python: whole arrays, or parts of them; one after the other, at the same
time in its loop, or in threads."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import zarr
import zarr.api.asynchronous
from zarr.core.buffer.cpu import NDBuffer
from zarr.core.sync import sync

from . import THREADS, chosen, work

zarr.config.set({"threading.max_workers": THREADS})


def concurrency(run):
    """Ways of doing something: chunks at the same time, and in one call of a codec."""

    def way(n, batch):
        def configured():
            with zarr.config.set({"async.concurrency": n, "codec_pipeline.batch_size": batch}):
                return run()

        return configured

    return {f"{n} chunks at once, batches of {batch}": way(n, batch) for n, batch in ((10, 1), (THREADS, 1), (64, 1), (10, 8))}


@work("zarr", "zarr.mean.zstd/1MiB", "zarr.mean.zstd/8MiB", "zarr.mean.raw")
def _(z):
    a = zarr.open_array(z, mode="r")

    def rows():
        step = a.chunks[0]
        return sum(a[i : i + step].sum() for i in range(0, a.shape[0], step)) / a.size

    return {"z[:].mean()": lambda: a[:].mean(), "a row of chunks at a time": rows}


@work("zarr", "zarr.read.zstd", "zarr.read.blosc")
def _(z):
    a = zarr.open_array(z, mode="r")
    out = np.empty(a.shape)
    out.fill(0)  # its pages are there
    step = a.chunks[0]

    def whole():
        a.get_basic_selection(..., out=NDBuffer(out))
        return out

    def rows():
        def row(i):
            a.get_basic_selection(slice(i, i + step), out=NDBuffer(out[i : i + step]))

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(row, range(0, a.shape[0], step)))
        return out

    return {**concurrency(whole), "rows of chunks in threads": rows}


@work("zarr", "zarr.write.zstd", stores=True)
def _(x, like, result):
    chunks = zarr.open_array(like, mode="r").chunks

    def run():
        a = zarr.create_array(result, name="v", shape=x.shape, chunks=chunks, dtype=x.dtype, overwrite=True, compressors=zarr.codecs.ZstdCodec(level=3))
        a[:] = x

    return concurrency(run)


@work("zarr", "zarr.read.shards")
def _(z, picks):
    def boxes(a):
        return chosen(a.shape, a.chunks, picks)

    def one_by_one():
        a = zarr.open_array(z, mode="r")
        return np.stack([a[box] for box in boxes(a)])

    def threads():
        a = zarr.open_array(z, mode="r")
        with ThreadPoolExecutor(THREADS) as pool:
            return np.stack(list(pool.map(a.__getitem__, boxes(a))))

    def loop():
        async def read():
            a = await zarr.api.asynchronous.open_array(store=z, mode="r")
            return await asyncio.gather(*(a.getitem(box) for box in boxes(a)))

        return np.stack(sync(read()))

    def coordinates():
        """All elements in one request, which reads every index once."""
        a = zarr.open_array(z, mode="r")
        return a.vindex[tuple(np.stack(i) for i in zip(*(np.mgrid[box] for box in boxes(a))))]

    return {"z[box] for box in boxes": one_by_one, "in threads": threads, "at the same time in the loop": loop, "z.vindex": coordinates}
