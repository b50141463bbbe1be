"""TensorStore reading and writing Zarr, and NumPy's sums. Nothing is kept from
call to call; the two who could wait for the disk don't."""

import numpy as np
import tensorstore as ts

from . import THREADS, chosen, work


def spec(path, io=THREADS, cache=0):
    """An array in a directory, with so many files open and bytes cached at once."""
    context = {
        "data_copy_concurrency": {"limit": THREADS},
        "file_io_concurrency": {"limit": io},
        "file_io_sync": False,
        "cache_pool": {"total_bytes_limit": cache},
    }
    return {"driver": "zarr3", "kvstore": {"driver": "file", "path": path + "/"}, "context": context}


def limits(do):
    """Ways of doing something with an array, by the number of files open."""
    return {f"{io} files at once": do(io) for io in (THREADS, 2 * THREADS, 16)}


@work("tensorstore", "zarr.mean.zstd/1MiB", "zarr.mean.zstd/8MiB", "zarr.mean.raw")
def _(z):
    a = ts.open(spec(z), open=True).result()
    step = a.chunk_layout.read_chunk.shape[0]

    def ahead(rows):
        """Some rows of chunks at a time, the next being read meanwhile."""

        def run():
            total, coming = 0.0, None
            for i in range(0, a.shape[0], rows * step):
                part, coming = coming, a[i : min(i + rows * step, a.shape[0])].read()
                total += part.result().sum() if part is not None else 0
            return (total + coming.result().sum()) / a.size

        return run

    return {"read().result().mean()": lambda: a.read().result().mean(), "a row of chunks ahead": ahead(1), "4 rows of chunks ahead": ahead(4)}


@work("tensorstore", "zarr.read.zstd", "zarr.read.blosc")
def _(z):
    out = np.empty(ts.open(spec(z)).result().shape)
    out.fill(0)  # its pages are there
    target = ts.array(out, copy=False, write=True)

    def into(io):
        a = ts.open(spec(z, io)).result()

        def run():
            target.write(a).result()
            return out

        return run

    return limits(into)


@work("tensorstore", "zarr.write.zstd", stores=True)
def _(x, like, result):
    chunks = ts.open(spec(like)).result().chunk_layout.read_chunk.shape
    metadata = {
        "shape": x.shape,
        "data_type": "float64",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd", "configuration": {"level": 3}}],
    }

    def store(io):
        def run():
            a = ts.open({**spec(result + "/v", io), "metadata": metadata}, create=True, delete_existing=True).result()
            a.write(x, can_reference_source_data_indefinitely=True).result()

        return run

    return limits(store)


@work("tensorstore", "zarr.read.shards")
def _(z, picks):
    """With 1 MB the indexes of shards stay in the cache, and next to no chunks do."""

    def read(cache, together):
        def run():
            a = ts.open(spec(z, cache=cache)).result()
            boxes = [a[box] for box in chosen(a.shape, a.chunk_layout.read_chunk.shape, picks)]
            if not together:
                return np.stack([r.result() for r in [b.read() for b in boxes]])
            with ts.Batch() as batch:
                reads = [b.read(batch=batch) for b in boxes]
            return np.stack([r.result() for r in reads])

        return run

    return {
        "read() of each, then the results": read(0, False),
        "a batch": read(0, True),
        "read() of each, indexes cached": read(1 << 20, False),
        "a batch, indexes cached": read(1 << 20, True),
    }
