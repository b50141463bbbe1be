"""h5py: whole datasets, or a row of chunks at a time; HDF5 has one thread. It
would keep decoded chunks from call to call: nothing is kept here, except where
h5py itself comes back to a chunk."""

import h5py
import numpy as np

from . import work


def dataset(z, **options):
    path, name = z.rsplit("/", 1)
    return h5py.File(path, **options)[name]


def rows(d):
    """A row of chunks at a time, of what has none 4 MiB."""
    step = d.chunks[0] if d.chunks else max(1, (4 << 20) // (8 * d.shape[1]))
    return (d[i : i + step] for i in range(0, d.shape[0], step))


@work("h5py", "hdf5.mean.gzip", "hdf5.mean.contiguous")
def _(z):
    d = dataset(z, rdcc_nbytes=0)
    return {"d[:].mean()": lambda: d[:].mean(), "a row of chunks at a time": lambda: sum(r.sum() for r in rows(d)) / d.size}


@work("h5py", "hdf5.read.gzip")
def _(z):
    d = dataset(z, rdcc_nbytes=0)
    out = np.empty(d.shape, d.dtype)

    def read():
        d.read_direct(out)
        return out

    return {"d.read_direct(out)": read}


@work("h5py", "hdf5.chunks90k/gzip", "hdf5.chunks90k/raw")
def _(z):
    def read():
        with h5py.File(z.rsplit("/", 1)[0]) as f:
            d = f[z.rsplit("/", 1)[1]]
            sizes = []
            d.id.chunk_iter(lambda info: sizes.append(info.size))
            return d[:]

    return {"chunk_iter, d[:]": read}


@work("h5py", "hdf5.slice")
def _(z):
    d = dataset(z)

    def by_rows():
        out, at = np.empty([(n + 1) // 2 for n in d.shape], d.dtype), 0
        for i, r in enumerate(rows(d)):
            part = r[i * d.chunks[0] % 2 :: 2, ::2]
            out[at : at + len(part)] = part
            at += len(part)
        return out

    return {"d[::2, ::2]": lambda: d[::2, ::2], "d[:][::2, ::2]": lambda: d[:][::2, ::2].copy(), "a row of chunks at a time": by_rows}


@work("h5py", "hdf5.write.gzip", stores=True)
def _(x, result):
    # the chunks of ours: whole rows, of at most 1 MiB
    chunks = (max(1, (1 << 20) // (8 * x.shape[1])), min(x.shape[1], (1 << 20) // 8))

    def write():
        with h5py.File(result, "w") as f:
            f.create_dataset("v", data=x, chunks=chunks, compression="gzip", compression_opts=4, shuffle=True)

    return {"create_dataset": write}
