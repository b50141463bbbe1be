"""zarr-python: whole arrays, or a row of chunks at a time."""

import zarr

from . import THREADS, work

zarr.config.set({"threading.max_workers": THREADS})


@work("zarr", "zarr.mean.zstd/1MiB", "zarr.mean.zstd/8MiB", "zarr.mean.raw")
def _(z):
    a = zarr.open_array(z, mode="r")

    def rows():
        step = a.chunks[0]
        return sum(a[i : i + step].sum() for i in range(0, a.shape[0], step)) / a.size

    return {"z[:].mean()": lambda: a[:].mean(), "a row of chunks at a time": rows}
