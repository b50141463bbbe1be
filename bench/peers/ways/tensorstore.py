"""TensorStore reading Zarr, and NumPy's sums."""

import tensorstore as ts

from . import THREADS, work


@work("tensorstore", "zarr.mean.zstd/1MiB", "zarr.mean.zstd/8MiB", "zarr.mean.raw")
def _(z):
    context = {"data_copy_concurrency": {"limit": THREADS}, "file_io_concurrency": {"limit": THREADS}, "cache_pool": {"total_bytes_limit": 0}}
    a = ts.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": z + "/"}, "context": context}, open=True).result()
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
